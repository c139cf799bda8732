//! What the log asks of whoever makes the stamps.

use std::num::NonZeroU64;

use meridian_merkle::index::LeafIndex;
use meridian_signing::clock::StampTime;
use meridian_signing::signer::SignError;
use meridian_wire::leaf::Leaf;
use meridian_wire::log_number::LogNumber;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::serial::SerialNumber;

use crate::commit::{Body, Kept};
use crate::store::{LocationToken, PrivateRow};

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
    log: LogNumber,
    /// Never zero: that is where the genesis is, and no serial number.
    number: NonZeroU64,
    time: StampTime,
}

impl Place {
    /// The place `number`, counted from the genesis at 0, at `time`, in the
    /// first log of an authority.
    #[must_use]
    pub const fn new(number: NonZeroU64, time: StampTime) -> Self {
        let log = LogNumber::FIRST;
        Self { log, number, time }
    }

    /// The same in another log.
    #[must_use]
    pub const fn in_log(mut self, log: LogNumber) -> Self {
        self.log = log;
        self
    }

    pub(crate) const fn log(&self) -> LogNumber {
        self.log
    }

    pub(crate) const fn number(&self) -> NonZeroU64 {
        self.number
    }

    /// The position of the leaf.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        LeafIndex::new(self.number.get())
    }

    /// The serial number of the token: number of the log and position of the leaf.
    #[must_use]
    pub fn serial(&self) -> SerialNumber {
        self.log.serial(self.number)
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
    digest: [u8; 32],
    kept: KeptToken,
    row: Option<PrivateRow>,
    pub(crate) answer: Vec<u8>,
}

/// The token as the log keeps it: which says of what kind the stamp is.
#[derive(Clone, Debug, Eq, PartialEq)]
enum KeptToken {
    Time(Vec<u8>),
    Location(LocationToken),
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
            kept: KeptToken::Time(token),
            row: None,
            answer,
        }
    }

    /// A location stamp: the same, with the moment until which its token is
    /// kept. If that is not after the stamp's own time, it is never written.
    #[must_use]
    pub const fn location_stamp(
        digest: [u8; 32],
        token: Vec<u8>,
        answer: Vec<u8>,
        keep_until: UnixMicros,
    ) -> Self {
        Self {
            digest,
            kept: KeptToken::Location(LocationToken::new(token, keep_until)),
            row: None,
            answer,
        }
    }

    /// The same, and who may later have the token of a location stamp erased
    /// ([`erase_location_tokens_of`](crate::private::PrivateRows::erase_location_tokens_of)).
    /// Opaque to the log; nothing for a time stamp, which tells of nobody.
    #[must_use]
    pub const fn owned_by(mut self, owner: [u8; 32]) -> Self {
        if let KeptToken::Location(token) = &mut self.kept {
            token.owner = Some(owner);
        }
        self
    }

    /// The same, and a private row that changes with it: what the stamp was paid with is spent
    /// when its leaf is there, and not before.
    #[must_use]
    pub fn with_private_row(mut self, row: PrivateRow) -> Self {
        self.row = Some(row);
        self
    }

    /// The leaf of the stamp, what is kept beside it, and the answer.
    pub(crate) fn into_parts(self, time: UnixMicros) -> (Leaf, Kept, Vec<u8>) {
        let (leaf, body) = match self.kept {
            KeptToken::Time(token) => (Leaf::time_stamp(time, self.digest), Body::Token(token)),
            KeptToken::Location(token) => {
                let leaf = Leaf::location_stamp(time, self.digest);
                let kept = token.keep_until > time;
                let body = if kept {
                    Body::LocationToken(token)
                } else {
                    Body::Nothing
                };
                (leaf, body)
            }
        };
        let row = self.row;
        (leaf, Kept { body, row }, self.answer)
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
