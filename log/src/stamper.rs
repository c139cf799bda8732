//! What the log asks of whoever makes the stamps.

use std::num::NonZeroU64;

use meridian_merkle::index::LeafIndex;
use meridian_signing::clock::StampTime;
use meridian_signing::signer::SignError;
use meridian_wire::leaf::Leaf;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::serial::SerialNumber;

/// An authority, as far as the log knows one.
///
/// Called from several threads at once. `stamp` may block and may hang; the
/// log waits until its deadline and then goes on without it. What a late call
/// returns is dropped, so it must have no effect but its result.
pub trait Stamper: Send + Sync + 'static {
    /// A request that was found to be valid.
    type Request: Send + Sync + 'static;
    /// Why a valid request gets no stamp now.
    type Refusal: Send + 'static;

    /// Whether the request may be stamped at this time. Asked before the
    /// request has a number, so that a refusal costs none.
    ///
    /// # Errors
    ///
    /// The refusal, which is the answer to the request.
    fn admit(&self, request: &Self::Request, time: &StampTime) -> Result<(), Self::Refusal>;

    /// Builds and signs the token of a request at its place.
    ///
    /// # Errors
    ///
    /// [`StampError`]: the place becomes a void leaf.
    fn stamp(&self, request: &Self::Request, place: &Place) -> Result<Stamp, StampError>;
}

/// The number and the time that a request got.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// Never zero: that is where the genesis is, and no serial number.
    number: NonZeroU64,
    time: StampTime,
}

impl Place {
    /// The place `number`, counted from the genesis at 0, at `time`.
    #[must_use]
    pub const fn new(number: NonZeroU64, time: StampTime) -> Self {
        Self { number, time }
    }

    pub(crate) const fn number(&self) -> NonZeroU64 {
        self.number
    }

    /// The position of the leaf.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        LeafIndex::new(self.number.get())
    }

    /// The serial number of the token: the position of its leaf.
    #[must_use]
    pub fn serial(&self) -> SerialNumber {
        SerialNumber::from(self.number)
    }

    /// The time, with the reading that it comes from.
    #[must_use]
    pub const fn time(&self) -> &StampTime {
        &self.time
    }
}

/// A signed token and what the log needs of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stamp {
    pub(crate) digest: [u8; 32],
    pub(crate) token: Vec<u8>,
    pub(crate) answer: Vec<u8>,
}

impl Stamp {
    /// A time stamp: the digest of its leaf
    /// ([`token_digest`](meridian_wire::leaf::token_digest)), the token as the
    /// log keeps it, and the answer as the client gets it once the leaf is
    /// durable.
    #[must_use]
    pub const fn time_stamp(digest: [u8; 32], token: Vec<u8>, answer: Vec<u8>) -> Self {
        Self {
            digest,
            token,
            answer,
        }
    }

    pub(crate) const fn leaf(&self, time: UnixMicros) -> Leaf {
        Leaf::time_stamp(time, self.digest)
    }
}

/// Why there is no stamp at a place. Always our fault: the request was valid
/// and admitted.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StampError {
    /// The signer failed.
    #[error("the token was not signed")]
    Sign(#[from] SignError),
    /// The authority refused what it had admitted.
    #[error("the authority refused a request that it had admitted")]
    Unmade,
    /// The stamper panicked.
    #[error("the stamper panicked")]
    Panicked,
}
