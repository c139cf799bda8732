//! Which token belongs to which data.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// How the name of a token ends that lies beside its data: `data.pdf.tsr` beside `data.pdf`.
const ENDINGS: [&str; 3] = ["tsr", "tst", "p7s"];

/// How the name of a log proof ends.
const PROOF_ENDING: &str = "tlog-proof";

/// A token, and what lies beside it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Pair {
    /// The data, if it is there.
    pub(crate) data: Option<PathBuf>,
    /// The token; none if there is none beside the data.
    pub(crate) token: Option<PathBuf>,
    /// The proof that it is in the log, if it is there.
    pub(crate) proof: Option<PathBuf>,
}

impl Pair {
    /// What it is called in a list: the data if it is there, and the token where the data has
    /// several.
    pub(crate) fn name(&self) -> String {
        let path = match (&self.token, &self.data) {
            (Some(token), _) => token,
            (None, Some(data)) => data,
            (None, None) => return String::new(),
        };
        path.display().to_string()
    }

    fn of_token(token: PathBuf) -> Self {
        let data = token.with_extension("");
        let proof = with_ending(&data, PROOF_ENDING);
        Self {
            data: data.is_file().then_some(data),
            proof: proof.is_file().then_some(proof),
            token: Some(token),
        }
    }
}

/// The tokens of one file: itself if it is one by its name, else those beside it.
pub(crate) fn of_file(path: &Path) -> Vec<Pair> {
    if is_token(path) {
        return vec![Pair::of_token(path.to_owned())];
    }
    let beside = ENDINGS.iter().map(|ending| with_ending(path, ending));
    let tokens: Vec<_> = beside.filter(|token| token.is_file()).collect();
    if tokens.is_empty() {
        return vec![Pair {
            data: Some(path.to_owned()),
            token: None,
            proof: None,
        }];
    }
    tokens.into_iter().map(Pair::of_token).collect()
}

/// Every token in a folder and in the folders in it, in the order of their names. Links to folders
/// are not followed: they may lead in a circle.
pub(crate) fn of_folder(folder: &Path) -> Result<Vec<Pair>, Failure> {
    let mut pairs = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let failure = |cause| Failure::File {
            path: folder.clone(),
            cause,
        };
        for entry in fs::read_dir(&folder).map_err(failure)? {
            let entry = entry.map_err(failure)?;
            let kind = entry.file_type().map_err(failure)?;
            let path = entry.path();
            if kind.is_dir() {
                open.push(path);
            } else if is_token(&path) && path.is_file() {
                pairs.push(Pair::of_token(path));
            }
        }
    }
    pairs.sort_by(|left, right| left.token.cmp(&right.token));
    Ok(pairs)
}

fn is_token(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// `data.pdf` and `tsr` give `data.pdf.tsr`.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
