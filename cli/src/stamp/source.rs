//! What is stamped: a file, standard input, or a digest that somebody else computed.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::str::FromStr;

use meridian_verify::artifact::{Artifact, ArtifactError};
use meridian_wire::tsp::hash::{ACCEPTED, HashAlgorithm};

/// What is stamped.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Stdin,
    Digest(GivenDigest),
}

/// A digest given on the command line, of the length that its algorithm has.
#[derive(Clone, Debug)]
pub(crate) struct GivenDigest(Artifact);

/// Why there is no digest to stamp.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("cannot open it")]
    Open(#[source] io::Error),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error("a digest is written ALG:HEX, as in sha256:2cf2…")]
    Form,
    #[error("the hash is none of {}", accepted_names())]
    Algorithm,
    #[error("the digest is not hexadecimal")]
    Hex(#[source] hex::FromHexError),
}

fn accepted_names() -> String {
    let names: Vec<&str> = ACCEPTED.iter().map(|algorithm| algorithm.name()).collect();
    names.join(", ")
}

/// A hash by its name, if it is good enough to stamp.
pub(crate) fn accepted(name: &str) -> Result<HashAlgorithm, SourceError> {
    HashAlgorithm::from_name(name)
        .filter(|algorithm| ACCEPTED.contains(algorithm))
        .ok_or(SourceError::Algorithm)
}

impl FromStr for GivenDigest {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        let (name, digits) = text.split_once(':').ok_or(SourceError::Form)?;
        let octets = hex::decode(digits).map_err(SourceError::Hex)?;
        Ok(Self(Artifact::from_digest(accepted(name)?, octets)?))
    }
}

impl Source {
    /// A FILE argument: '-' is standard input.
    pub(crate) fn from_argument(argument: &OsStr) -> Self {
        if argument == "-" {
            Self::Stdin
        } else {
            Self::File(PathBuf::from(argument))
        }
    }

    /// Octets to read, as far as known: for the progress bar only.
    pub(crate) fn octets_hint(&self) -> u64 {
        match self {
            Self::File(path) => path.metadata().map_or(0, |metadata| metadata.len()),
            Self::Stdin | Self::Digest(_) => 0,
        }
    }

    /// Its digest. Whatever its size, it is read in blocks.
    pub(crate) fn artifact(
        &self,
        algorithm: HashAlgorithm,
        on_read: impl Fn(u64),
    ) -> Result<Artifact, SourceError> {
        match self {
            Self::Digest(given) => Ok(given.0.clone()),
            Self::File(path) => {
                let file = File::open(path).map_err(SourceError::Open)?;
                Ok(Artifact::from_reader(
                    algorithm,
                    Counted {
                        inner: file,
                        on_read,
                    },
                )?)
            }
            Self::Stdin => Ok(Artifact::from_reader(
                algorithm,
                Counted {
                    inner: io::stdin().lock(),
                    on_read,
                },
            )?),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("standard input"),
            Self::Digest(given) => write!(
                f,
                "{}:{}",
                given.0.algorithm(),
                hex::encode(given.0.digest())
            ),
        }
    }
}

/// Tells the progress bar what passes through.
struct Counted<R, F> {
    inner: R,
    on_read: F,
}

impl<R: Read, F: Fn(u64)> Read for Counted<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        (self.on_read)(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn every_accepted_hash_can_be_computed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, b"abc").unwrap();
        for algorithm in ACCEPTED.iter().copied() {
            let artifact = Source::File(path.clone())
                .artifact(algorithm, |_| ())
                .unwrap();
            assert_eq!(
                artifact.digest().len(),
                algorithm.digest_len(),
                "{algorithm}"
            );
        }
    }

    #[test]
    fn shows_a_digest_as_it_was_given() {
        let given = GivenDigest::from_str(ABC).unwrap();
        assert_eq!(Source::Digest(given).to_string(), ABC);
    }

    #[test]
    fn rejects_a_digest_of_another_length() {
        let cut = &ABC[..ABC.len() - 2];
        assert!(matches!(
            GivenDigest::from_str(cut),
            Err(SourceError::Artifact(ArtifactError::Length { .. }))
        ));
    }

    #[test]
    fn rejects_a_weak_or_unknown_hash() {
        assert!(matches!(
            GivenDigest::from_str("sha1:00"),
            Err(SourceError::Algorithm)
        ));
        assert!(matches!(accepted("md4"), Err(SourceError::Algorithm)));
    }
}
