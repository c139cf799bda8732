//! [`TlogProof`]: all that is needed to check offline that a leaf is in a log,
//! as `c2sp.org/tlog-proof@v1` has it.
//!
//! ```text
//! c2sp.org/tlog-proof@v1\n
//! [extra <base64>\n]
//! index <n>\n
//! <base64 hash>\n ...
//! \n
//! <signed checkpoint>
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_merkle::hash::Hash;
use meridian_merkle::index::LeafIndex;

use crate::checkpoint::parse_number;
use crate::hash_lines::{self, HashLinesFault};
use crate::limits::{MAX_ENTRY_BYTES, MAX_TLOG_PROOF_BYTES};
use crate::note::error::NoteError;
use crate::note::signed_note::SignedNote;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The rule of C2SP tlog-proof that is broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TlogProofError {
    /// The proof has more octets than [`MAX_TLOG_PROOF_BYTES`].
    #[error("the proof has {bytes} octets")]
    TooLong {
        /// Octets of the proof.
        bytes: usize,
    },
    /// The first line is another.
    #[error("the first line is not {FIRST_LINE}")]
    FirstLine,
    /// No empty line parts the proof and the checkpoint.
    #[error("no empty line before the checkpoint")]
    NoCheckpoint,
    /// The `extra` line is not padded base64, or longer than an entry can be.
    #[error("malformed extra line")]
    Extra,
    /// The `index` line is missing, or no decimal number without leading zeros.
    #[error("malformed index line")]
    Index,
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
    /// The checkpoint is no signed note.
    #[error("malformed checkpoint")]
    Checkpoint(#[from] NoteError),
}

impl From<HashLinesFault> for TlogProofError {
    fn from(fault: HashLinesFault) -> Self {
        match fault {
            HashLinesFault::Malformed { line } => Self::HashLine { line },
            HashLinesFault::TooMany { limit } => Self::TooManyHashes { limit },
        }
    }
}

/// Index, hashes and signed checkpoint. Nothing is proven before the hashes are
/// folded to the root of a checkpoint whose signature was checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TlogProof {
    extra: Option<Vec<u8>>,
    index: LeafIndex,
    hashes: Vec<Hash>,
    checkpoint: SignedNote,
}

impl TlogProof {
    /// Puts a proof together. `extra` carries the exact octets of the leaf,
    /// never the token: the proof is public.
    ///
    /// # Errors
    ///
    /// [`TlogProofError`] if it could not be read back.
    pub fn new(
        extra: Option<Vec<u8>>,
        index: LeafIndex,
        hashes: Vec<Hash>,
        checkpoint: SignedNote,
    ) -> Result<Self, TlogProofError> {
        if extra
            .as_ref()
            .is_some_and(|extra| extra.len() > MAX_ENTRY_BYTES)
        {
            return Err(TlogProofError::Extra);
        }
        hash_lines::check_count(&hashes)?;
        Ok(Self {
            extra,
            index,
            hashes,
            checkpoint,
        })
    }

    /// Reads a proof. The checkpoint is read as a note only: its text may still
    /// be no checkpoint, and its signatures may be bad.
    ///
    /// # Errors
    ///
    /// [`TlogProofError`] naming the rule that is broken.
    pub fn parse(text: &str) -> Result<Self, TlogProofError> {
        if text.len() > MAX_TLOG_PROOF_BYTES {
            let bytes = text.len();
            return Err(TlogProofError::TooLong { bytes });
        }
        let (proof, checkpoint) = text
            .split_once("\n\n")
            .ok_or(TlogProofError::NoCheckpoint)?;
        let mut lines = proof.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(TlogProofError::FirstLine);
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra"))
            .map(|line| parse_extra(line).ok_or(TlogProofError::Extra))
            .transpose()?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(parse_number)
            .ok_or(TlogProofError::Index)?;
        let hashes = hash_lines::parse(lines)?;
        let checkpoint = SignedNote::parse(checkpoint)?;
        Self::new(extra, LeafIndex::new(index), hashes, checkpoint)
    }

    /// The proof as text: a `.tlog-proof` file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\n");
        if let Some(extra) = &self.extra {
            text.push_str("extra ");
            STANDARD.encode_string(extra, &mut text);
            text.push('\n');
        }
        text.push_str(&format!("index {}\n", self.index));
        hash_lines::push(&mut text, &self.hashes);
        text.push_str(self.checkpoint.as_str());
        text
    }

    /// The octets of the leaf, if the proof carries them. Nobody vouches for
    /// them until they are hashed and proven.
    #[must_use]
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// The position of the leaf.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// The hashes, the leaf's sibling first.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The checkpoint as a signed note.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedNote {
        &self.checkpoint
    }
}

fn parse_extra(line: &str) -> Option<Vec<u8>> {
    STANDARD.decode(line.strip_prefix("extra ")?).ok()
}

#[cfg(test)]
mod tests;
