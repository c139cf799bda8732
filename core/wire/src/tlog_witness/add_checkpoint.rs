//! [`AddCheckpoint`]: a checkpoint, and the proof that it grew out of the one before.
//!
//! ```text
//! old <size>\n
//! <base64 hash>\n ...
//! \n
//! <signed checkpoint>
//! ```

use meridian_merkle::consistency::ConsistencyProof;
use meridian_merkle::hash::Hash;
use meridian_merkle::index::TreeSize;

use crate::checkpoint::parse_number;
use crate::hash_lines::{self, HashLinesFault};
use crate::limits::MAX_ADD_CHECKPOINT_BYTES;
use crate::note::error::NoteError;
use crate::note::signed_note::SignedNote;

/// The rule of C2SP tlog-witness that is broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AddCheckpointError {
    /// The body has more octets than [`MAX_ADD_CHECKPOINT_BYTES`].
    #[error("the request has {bytes} octets")]
    TooLong {
        /// Octets of the body.
        bytes: usize,
    },
    /// The first line is not `old`, a space and a decimal number without leading zeros.
    #[error("malformed old size line")]
    OldSize,
    /// A hash line is not base64 of 32 octets.
    #[error("hash line {line} is malformed")]
    HashLine {
        /// The line, counted from 1.
        line: usize,
    },
    /// More hashes than [`MAX_PROOF_HASHES`](crate::limits::MAX_PROOF_HASHES).
    #[error("more than {limit} hashes")]
    TooManyHashes {
        /// How many are read.
        limit: usize,
    },
    /// No empty line parts the proof and the checkpoint.
    #[error("no empty line before the checkpoint")]
    NoCheckpoint,
    /// The checkpoint is no signed note.
    #[error("malformed checkpoint: {0}")]
    Checkpoint(#[from] NoteError),
}

impl From<HashLinesFault> for AddCheckpointError {
    fn from(fault: HashLinesFault) -> Self {
        match fault {
            HashLinesFault::Malformed { line } => Self::HashLine { line },
            HashLinesFault::TooMany { limit } => Self::TooManyHashes { limit },
        }
    }
}

/// The body of an `add-checkpoint` request. As a file it is a consistency proof that carries the
/// newer of its two checkpoints.
///
/// Nothing is proven before the hashes are folded, under checkpoints whose signatures were
/// checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AddCheckpoint {
    old: TreeSize,
    hashes: Vec<Hash>,
    checkpoint: SignedNote,
}

impl AddCheckpoint {
    /// Puts a request together; `proof` is from the size that the witness saw last.
    ///
    /// # Errors
    ///
    /// [`AddCheckpointError`] if it could not be read back.
    pub fn new(
        proof: &ConsistencyProof,
        checkpoint: SignedNote,
    ) -> Result<Self, AddCheckpointError> {
        let hashes = proof.hashes().to_vec();
        Self::of(proof.old_size(), hashes, checkpoint)
    }

    fn of(
        old: TreeSize,
        hashes: Vec<Hash>,
        checkpoint: SignedNote,
    ) -> Result<Self, AddCheckpointError> {
        if old > TreeSize::MAX {
            return Err(AddCheckpointError::OldSize);
        }
        hash_lines::check_count(&hashes)?;
        Ok(Self {
            old,
            hashes,
            checkpoint,
        })
    }

    /// Reads a request. The checkpoint is read as a note only: its text may still be no
    /// checkpoint, its signatures may be bad, and the old size may be beyond it.
    ///
    /// # Errors
    ///
    /// [`AddCheckpointError`] naming the rule that is broken.
    pub fn parse(text: &str) -> Result<Self, AddCheckpointError> {
        if text.len() > MAX_ADD_CHECKPOINT_BYTES {
            let bytes = text.len();
            return Err(AddCheckpointError::TooLong { bytes });
        }
        let (proof, checkpoint) = text
            .split_once("\n\n")
            .ok_or(AddCheckpointError::NoCheckpoint)?;
        let mut lines = proof.split('\n');
        let old = lines
            .next()
            .and_then(|line| line.strip_prefix("old "))
            .and_then(parse_number)
            .ok_or(AddCheckpointError::OldSize)?;
        let hashes = hash_lines::parse(lines)?;
        let checkpoint = SignedNote::parse(checkpoint)?;
        Self::of(TreeSize::new(old), hashes, checkpoint)
    }

    /// The request as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        hash_lines::push(&mut text, &self.hashes);
        text.push_str(self.checkpoint.as_str());
        text
    }

    /// The size of the tree that the witness is said to have seen last.
    #[must_use]
    pub const fn old_size(&self) -> TreeSize {
        self.old
    }

    /// The hashes, in the order of RFC 9162.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The claim that the tree of the old size is the beginning of one of `new`.
    #[must_use]
    pub fn proof(&self, new: TreeSize) -> ConsistencyProof {
        ConsistencyProof::new(self.old, new, self.hashes.clone())
    }

    /// The checkpoint as a signed note.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedNote {
        &self.checkpoint
    }
}

#[cfg(test)]
mod tests;
