//! Where the parts of a stamp with a place go.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::stamp::output::{Output, OutputError, beside};
use crate::stamp::source::Source;

/// Octets of a file with a key or a challenge: both have some hundred.
const MAX_SHORT: u64 = 65_536;

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

/// Reads a short file. What does not end is not read to its end.
pub(crate) fn read_short(path: &Path) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    let mut file = File::open(path)?.take(MAX_SHORT + 1);
    file.read_to_end(&mut octets)?;
    if file.limit() == 0 {
        let what = format!("more than {MAX_SHORT} octets");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_end_is_not_read_to_its_end() {
        let error = read_short(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("short");
        for (octets, is_short) in [(MAX_SHORT, true), (MAX_SHORT + 1, false)] {
            let octets = usize::try_from(octets).unwrap();
            std::fs::write(&path, vec![b' '; octets]).unwrap();
            assert_eq!(read_short(&path).is_ok(), is_short);
        }
    }

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
