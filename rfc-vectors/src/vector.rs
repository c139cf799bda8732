//! [`Vector`]: one file, and how a folder of them is loaded.

use std::fs;
use std::path::{Path, PathBuf};

use crate::body::Body;
use crate::error::{LoadError, VectorError};
use crate::header::{Expect, Kind};

/// How the name of a vector file ends; a README.md lies beside.
const EXTENSION: &str = "txt";

/// One vector.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Vector {
    /// The file's name without `.txt`.
    pub name: String,
    /// What the body holds.
    pub kind: Kind,
    /// The standard and its section.
    pub rfc: String,
    /// What is to come of it.
    pub expect: Expect,
    /// The time, in RFC 3339, at which it is to be judged.
    pub at: Option<String>,
    /// Where it comes from.
    pub source: String,
    /// What else a reader should know.
    pub comment: Option<String>,
    /// The vector itself.
    pub body: Body,
}

impl Vector {
    /// Reads the text of a vector file.
    ///
    /// # Errors
    ///
    /// [`VectorError`] naming the rule of the format that is broken.
    pub fn parse(name: &str, text: &str) -> Result<Self, VectorError> {
        let (header, body) = text.split_once("\n\n").ok_or(VectorError::NoBody)?;
        let [kind, rfc, expect, at, source, comment] = keys(header)?;
        let due = |key, value: Option<&str>| {
            let value = value.ok_or(VectorError::MissingKey { key })?;
            Ok(value.to_owned())
        };
        let kind = Kind::parse(&due("kind", kind)?)?;
        Ok(Self {
            name: name.to_owned(),
            kind,
            rfc: due("rfc", rfc)?,
            expect: Expect::parse(&due("expect", expect)?)?,
            at: at.map(str::to_owned),
            source: due("source", source)?,
            comment: comment.map(str::to_owned),
            body: Body::parse(kind, body)?,
        })
    }
}

/// Every vector of a folder below `rfc-vectors/`, in the order of the names.
///
/// # Errors
///
/// [`LoadError`] if the folder cannot be read or has no vector, or if any file
/// in it breaks the format.
pub fn load(folder: &str) -> Result<Vec<Vector>, LoadError> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let read = |source| {
        let path = path.clone();
        LoadError::Read { path, source }
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(&path).map_err(read)? {
        let file = entry.map_err(read)?.path();
        if file.extension().is_some_and(|end| end == EXTENSION) {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(LoadError::Empty { path });
    }
    files.sort();
    files.into_iter().map(load_file).collect()
}

fn load_file(path: PathBuf) -> Result<Vector, LoadError> {
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(source) => return Err(LoadError::Read { path, source }),
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Vector::parse(&name, &text).map_err(|source| LoadError::Vector {
        path: path.clone(),
        source,
    })
}

/// The values of the six keys that a header can have.
fn keys(header: &str) -> Result<[Option<&str>; 6], VectorError> {
    let mut values = [None; 6];
    let [kind, rfc, expect, at, source, comment] = &mut values;
    for (text, line) in header.split('\n').zip(1_usize..) {
        let (key, value) = text
            .split_once(": ")
            .ok_or(VectorError::HeaderLine { line })?;
        let slot = match key {
            "kind" => &mut *kind,
            "rfc" => &mut *rfc,
            "expect" => &mut *expect,
            "at" => &mut *at,
            "source" => &mut *source,
            "comment" => &mut *comment,
            _ => return Err(VectorError::UnknownKey { line }),
        };
        if slot.replace(value).is_some() {
            return Err(VectorError::RepeatedKey { line });
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "kind: vkey\nrfc: none\nexpect: verify ok\nsource: here\n\nthe key\n";

    fn refused(text: &str) -> VectorError {
        Vector::parse("bad", text).unwrap_err()
    }

    #[test]
    fn every_file_of_every_folder_loads_and_has_provenance() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in [
            "c2sp",
            "location",
            "openssl-ocsp",
            "openssl-ts",
            "openssl-verify",
            "rfc6979",
            "rfc9162",
        ] {
            let vectors = load(folder).unwrap();
            assert!(root.join(folder).join("README.md").is_file(), "{folder}");
            assert!(vectors.iter().all(|vector| !vector.source.is_empty()));
        }
    }

    #[test]
    fn reads_header_and_body() {
        let vector = Vector::parse("good", GOOD).unwrap();
        assert_eq!(vector.kind, Kind::VerifierKey);
        assert_eq!(vector.expect, Expect::VerifyOk);
        assert_eq!(vector.body.text(), Ok("the key\n"));
        assert_eq!(vector.body.octets(), Err(VectorError::OtherForm));
    }

    #[test]
    fn rejects_an_unknown_key() {
        let text = GOOD.replace("source", "sources");
        assert_eq!(refused(&text), VectorError::UnknownKey { line: 4 });
    }

    #[test]
    fn rejects_a_missing_key() {
        let text = GOOD.replace("rfc: none\n", "");
        assert_eq!(refused(&text), VectorError::MissingKey { key: "rfc" });
    }

    #[test]
    fn rejects_a_repeated_key() {
        let text = GOOD.replace("rfc: none\n", "rfc: none\nrfc: none\n");
        assert_eq!(refused(&text), VectorError::RepeatedKey { line: 3 });
    }

    #[test]
    fn rejects_an_unknown_kind() {
        let text = GOOD.replace("vkey", "v-key");
        assert_eq!(refused(&text), VectorError::UnknownKind);
    }

    #[test]
    fn rejects_an_expectation_without_a_fault() {
        for expect in ["verify", "rejected ", "malformed at ", "fine"] {
            let text = GOOD.replace("verify ok", expect);
            assert_eq!(refused(&text), VectorError::UnknownExpectation);
        }
    }

    #[test]
    fn rejects_a_body_that_is_not_base64() {
        let text = GOOD.replace("vkey", "ts-query");
        assert_eq!(refused(&text), VectorError::NotBase64);
    }

    #[test]
    fn rejects_a_header_without_an_end() {
        assert_eq!(refused("kind: vkey\n"), VectorError::NoBody);
    }

    #[test]
    fn a_field_that_is_there_twice_has_no_one_value() {
        let text = GOOD.replace("vkey", "merkle-roots") + "leaf 00\nleaf\n";
        let vector = Vector::parse("fields", &text).unwrap();
        let fields = vector.body.fields().unwrap();
        let not_once = VectorError::NotOnce {
            name: "leaf",
            count: 2,
        };
        assert_eq!(fields.text("leaf"), Err(not_once));
        assert_eq!(fields.all_octets("leaf"), Ok(vec![vec![0], vec![]]));
        assert_eq!(
            fields.octets("the"),
            Err(VectorError::NotHex { name: "the" })
        );
    }
}
