//! Where the parts of a stamp with a place go.

use std::path::{Path, PathBuf};

use crate::stamp::output::{Output, OutputError, beside};
use crate::stamp::source::Source;

/// The files of one stamp.
#[derive(Debug)]
pub(crate) struct Files {
    /// FILE.tsr: for everybody.
    pub(crate) reply: Named,
    /// FILE.lsk: the subject's alone.
    pub(crate) secret: Named,
    /// FILE.lse: for whoever shall appraise again.
    pub(crate) bundle: Named,
    /// FILE.tlog-proof, if asked for.
    pub(crate) proof: Option<Named>,
}

/// A file to write.
#[derive(Debug)]
pub(crate) struct Named {
    output: Output,
    path: PathBuf,
}

impl Named {
    fn public(path: PathBuf) -> Self {
        Self {
            output: Output::Path(path.clone()),
            path,
        }
    }

    pub(crate) fn write(&self, octets: &[u8], force: bool) -> Result<(), OutputError> {
        self.output.write(octets, force)
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.path.display().fmt(f)
    }
}

impl Files {
    /// Beside the file that is stamped, or beside `out`.
    pub(crate) fn new(source: &Source, out: Option<&Path>, proof: bool) -> Option<Self> {
        let (reply, stem) = match (out, source) {
            (Some(out), _) => {
                let stem = out.to_str().and_then(|text| text.strip_suffix(".tsr"));
                (out.to_owned(), stem.map_or(out, Path::new).to_owned())
            }
            (None, Source::File(path)) => (beside(path, ".tsr"), path.clone()),
            (None, Source::Stdin | Source::Digest(_)) => return None,
        };
        let secret = beside(&stem, ".lsk");
        Some(Self {
            reply: Named::public(reply),
            secret: Named {
                output: Output::Secret(secret.clone()),
                path: secret,
            },
            bundle: Named::public(beside(&stem, ".lse")),
            proof: proof.then(|| Named::public(beside(&stem, ".tlog-proof"))),
        })
    }

    /// Fails early if one of them could not be written later.
    pub(crate) fn refuse_overwrite(&self, force: bool) -> Result<(), OutputError> {
        let all = [&self.reply, &self.secret, &self.bundle];
        all.into_iter()
            .chain(&self.proof)
            .try_for_each(|file| file.output.refuse_overwrite(force))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_beside_the_file_or_beside_out() {
        let file = Source::File(PathBuf::from("d/a.pdf"));
        let files = Files::new(&file, None, true).unwrap();
        assert_eq!(files.secret.to_string(), "d/a.pdf.lsk");
        assert_eq!(files.proof.unwrap().to_string(), "d/a.pdf.tlog-proof");
        let files = Files::new(&file, Some(Path::new("e/b.tsr")), false).unwrap();
        assert_eq!(files.reply.to_string(), "e/b.tsr");
        assert_eq!(files.bundle.to_string(), "e/b.lse");
        assert!(Files::new(&Source::Stdin, None, false).is_none());
    }
}
