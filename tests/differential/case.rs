//! One token of the comparison, and where all of them come from.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use meridian_rfc_vectors::header::{Expect, Kind};
use meridian_rfc_vectors::vector::load;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

use crate::{forged, issued};

/// Folders beside the repository, used where they are.
const BESIDE: [&str; 2] = ["tokens", "negative"];

/// A token in a file.
pub(crate) struct Case {
    /// `CORPUS/NAME`.
    pub(crate) id: String,
    /// Where every reader finds it.
    pub(crate) path: PathBuf,
}

/// Everything that is compared.
pub(crate) struct Cases {
    /// By id.
    pub(crate) all: Vec<Case>,
    /// The corpora that are there.
    pub(crate) corpora: BTreeSet<&'static str>,
}

impl Cases {
    /// Gathers them; what the repository makes itself is written below `folder`.
    pub(crate) fn gather(folder: &Path) -> Self {
        let mut cases = Self {
            all: Vec::new(),
            corpora: BTreeSet::new(),
        };
        for corpus in BESIDE {
            cases.take(corpus);
        }
        cases.write("vectors", vectors(), folder);
        cases.write("issued", issued::tokens(), folder);
        cases.write("forged", forged::tokens(), folder);
        cases.all.sort_by(|a, b| a.id.cmp(&b.id));
        let ids: BTreeSet<_> = cases.all.iter().map(|case| &case.id).collect();
        assert_eq!(ids.len(), cases.all.len(), "two cases of one name");
        cases
    }

    /// The files of a folder beside the repository.
    fn take(&mut self, corpus: &'static str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
        let Ok(entries) = fs::read_dir(folder.join(corpus)) else {
            println!("{corpus}: skipped: not found");
            return;
        };
        self.corpora.insert(corpus);
        for entry in entries {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "tst") {
                let name = path.file_stem().unwrap().to_string_lossy();
                let id = format!("{corpus}/{name}");
                self.all.push(Case { id, path });
            }
        }
    }

    fn write(&mut self, corpus: &'static str, tokens: Vec<(String, Vec<u8>)>, folder: &Path) {
        self.corpora.insert(corpus);
        let folder = folder.join(corpus);
        fs::create_dir_all(&folder).unwrap();
        for (name, token) in tokens {
            let path = folder.join(format!("{name}.tst"));
            fs::write(&path, token).unwrap();
            let id = format!("{corpus}/{name}");
            self.all.push(Case { id, path });
        }
    }

    /// The list that the peers read: one case a line, a tab before its path.
    pub(crate) fn list(&self) -> String {
        let lines = self.all.iter();
        lines
            .map(|case| format!("{}\t{}\n", case.id, case.path.display()))
            .collect()
    }
}

/// Every token of rfc-vectors, out of its response.
fn vectors() -> Vec<(String, Vec<u8>)> {
    let mut tokens = Vec::new();
    for folder in ["openssl-ts", "openssl-verify"] {
        for vector in load(folder).unwrap() {
            let granted = !matches!(vector.expect, Expect::Rejected(_));
            let token = match vector.kind {
                Kind::TimeStampResp if granted => token_of(vector.body.octets().unwrap()),
                Kind::TimeStampToken => vector.body.octets().unwrap().to_vec(),
                _ => continue,
            };
            tokens.push((format!("{folder}-{}", vector.name), token));
        }
    }
    tokens
}

/// The token inside a response.
fn token_of(response: &[u8]) -> Vec<u8> {
    let mut walk = Walk::default();
    let outer = Tlv::only(response, &mut walk).unwrap();
    let members = outer.sequence().unwrap().collect(2, &mut walk).unwrap();
    members[1].raw().to_vec()
}
