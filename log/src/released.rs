//! What comes out of the log.

use std::sync::Arc;

use meridian_merkle::inclusion::prove_inclusion;
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_signing::clock::{ClockError, ClockWentBack};
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::proof::TlogProof;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::serial::SerialNumber;

use crate::edge::Edge;
use crate::reader::ReadError;
use crate::room::NoRoom;
use crate::stamper::Place;
use crate::store::Row;

/// What became of a request.
#[non_exhaustive]
#[derive(Debug)]
pub enum Outcome<R> {
    /// It is stamped, durable, and covered by a signed checkpoint.
    Stamped(Released),
    /// The authority refused it; no number was used.
    Refused(R),
    /// There was no trustworthy time for it; no number was used.
    ClockUnavailable(ClockFault),
    /// The disk is nearly full; no number was used.
    NoRoom(NoRoom),
    /// It was not signed for, twice, or the signer fails for everybody.
    SignerFailed,
    /// The log stopped before a leaf of the request was written.
    Stopped,
}

/// Why there was no time for a request.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClockFault {
    /// The clock gave no reading.
    #[error("the clock gave no reading")]
    NoReading(#[from] ClockError),
    /// The clock went back further than its bound.
    #[error("the clock went back")]
    WentBack(#[from] ClockWentBack),
}

/// A leaf that was released, with its answer. The proof is made when asked
/// for, from what the batch left in memory.
#[derive(Clone, Debug)]
pub struct Released {
    pub(crate) place: Place,
    pub(crate) answer: Vec<u8>,
    pub(crate) batch: Arc<ReleasedBatch>,
}

impl Released {
    /// The position of the leaf.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        self.place.index()
    }

    /// The serial number of the token: number of the log and position of the leaf.
    #[must_use]
    pub fn serial(&self) -> SerialNumber {
        self.place.serial()
    }

    /// The time of the leaf.
    #[must_use]
    pub const fn time(&self) -> UnixMicros {
        self.place.time().time
    }

    /// The answer as the stamper made it; empty for an event.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.answer
    }

    /// The same, without a copy.
    #[must_use]
    pub fn into_answer(self) -> Vec<u8> {
        self.answer
    }

    /// The same stamp in another answer, which says no less: with more beside the signature.
    #[must_use]
    pub fn with_answer(mut self, answer: Vec<u8>) -> Self {
        self.answer = answer;
        self
    }

    /// The signed checkpoint that covers the leaf.
    #[must_use]
    pub fn checkpoint(&self) -> &str {
        self.batch.note.as_str()
    }

    /// The proof that the leaf is in the log, with the leaf's octets in `extra`.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the batch has lost what a proof needs, which no input
    /// can cause.
    pub fn proof(&self) -> Result<TlogProof, ReadError> {
        self.batch.proof(self.place.index())
    }
}

/// What a batch leaves in memory for its proofs.
#[derive(Debug)]
pub(crate) struct ReleasedBatch {
    pub(crate) first: LeafIndex,
    pub(crate) leaves: Vec<Vec<u8>>,
    pub(crate) edge: Edge,
    pub(crate) size: TreeSize,
    pub(crate) note: SignedNote,
}

impl ReleasedBatch {
    fn proof(&self, index: LeafIndex) -> Result<TlogProof, ReadError> {
        let at = index.get().checked_sub(self.first.get());
        let at = at.and_then(|at| usize::try_from(at).ok());
        let leaf = at.and_then(|at| self.leaves.get(at)).cloned();
        let leaf = leaf.ok_or(ReadError::Missing(Row::Leaf(index)))?;
        let path = prove_inclusion(index, self.size, |id| {
            let node = self.edge.get(id);
            node.map_err(|not_on_edge| ReadError::Missing(Row::Node(not_on_edge.id)))
        })?;
        let hashes = path.hashes().to_vec();
        Ok(TlogProof::new(
            Some(leaf),
            index,
            hashes,
            self.note.clone(),
        )?)
    }
}
