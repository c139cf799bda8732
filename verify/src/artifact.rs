//! The data that the token is said to be about, known by its digest.

use std::io::{self, Read};

use meridian_wire::tsp::hash::HashAlgorithm;

use crate::crypto::digest::hasher;

/// Octets read at a time.
const CHUNK: usize = 16 * 1024;

/// A digest of the data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Artifact {
    algorithm: HashAlgorithm,
    digest: Vec<u8>,
    size: Option<u64>,
    name: Option<String>,
}

/// Why data has no digest.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// The data cannot be read.
    #[error("cannot read the data: {0}")]
    Read(#[from] io::Error),
    /// A digest of another length than its algorithm's.
    #[error("a {algorithm} digest has {expected} octets, not {actual}")]
    Length {
        /// The algorithm.
        algorithm: HashAlgorithm,
        /// What it needs.
        expected: usize,
        /// What was given.
        actual: usize,
    },
}

impl Artifact {
    /// Takes a digest that the caller computed.
    ///
    /// # Errors
    ///
    /// [`ArtifactError::Length`].
    pub fn from_digest(algorithm: HashAlgorithm, digest: Vec<u8>) -> Result<Self, ArtifactError> {
        let (expected, actual) = (algorithm.digest_len(), digest.len());
        if expected != actual {
            return Err(ArtifactError::Length {
                algorithm,
                expected,
                actual,
            });
        }
        Ok(Self {
            algorithm,
            digest,
            size: None,
            name: None,
        })
    }

    /// Reads data to its end, a chunk at a time, and keeps its digest.
    ///
    /// # Errors
    ///
    /// [`ArtifactError::Read`].
    pub fn from_reader(
        algorithm: HashAlgorithm,
        mut data: impl Read,
    ) -> Result<Self, ArtifactError> {
        let mut hasher = hasher(algorithm);
        let mut chunk = vec![0; CHUNK];
        let mut size = 0_u64;
        loop {
            let read = match data.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            hasher.update(chunk.get(..read).unwrap_or_default());
            size = size.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        }
        Ok(Self {
            algorithm,
            digest: hasher.finalize().into_vec(),
            size: Some(size),
            name: None,
        })
    }

    /// The same, called so in reports.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// What the caller calls it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Octets of the data; none if only its digest was given.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// Its algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The digest.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }
}
