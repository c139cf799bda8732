//! [`ObservationWindow`]: when the position held.

use super::error::LocError;
use super::field::{Range, instant, push_integer};
use crate::der_walk::{Tlv, tag};
use crate::error::DecodeError;
use crate::time::UnixMicros;

const DAY: i64 = 86_400_000;
const FIX_TIME: Range = instant("fixTime");
const MAX_ERROR: Range = Range::new("maxError", 0, DAY);
const CHALLENGE_AGE: Range = Range::new("challengeAge", 0, DAY);

/// When the position held. Milliseconds, because position fixes have no finer time.
///
/// ```asn1
/// ObservationWindow ::= SEQUENCE {
///   fixTime       INTEGER (0..253402300799999), -- Unix time, ms, UTC: when the position held
///   maxError      INTEGER (0..86400000),        -- ms
///   challengeAge  INTEGER (0..86400000) }       -- ms, nonce issue to acceptance; 0 = none
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ObservationWindow {
    fix_time_ms: i64,
    max_error_ms: u32,
    challenge_age_ms: u32,
}

impl ObservationWindow {
    /// The three fields, in milliseconds.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn new(
        fix_time_ms: i64,
        max_error_ms: u32,
        challenge_age_ms: u32,
    ) -> Result<Self, LocError> {
        Ok(Self {
            fix_time_ms: FIX_TIME.check(fix_time_ms)?,
            max_error_ms: MAX_ERROR.check(max_error_ms)?,
            challenge_age_ms: CHALLENGE_AGE.check(challenge_age_ms)?,
        })
    }

    /// When the position held.
    #[must_use]
    pub const fn fix_time(&self) -> UnixMicros {
        // At most 2.6e17: the range above.
        UnixMicros::new(self.fix_time_ms * 1_000)
    }

    /// The same, in milliseconds as written.
    #[must_use]
    pub const fn fix_time_ms(&self) -> i64 {
        self.fix_time_ms
    }

    /// How far `fix_time` may be off.
    #[must_use]
    pub const fn max_error_ms(&self) -> u32 {
        self.max_error_ms
    }

    /// From the issue of the nonce to the acceptance of the evidence; 0 if there was no nonce.
    #[must_use]
    pub const fn challenge_age_ms(&self) -> u32 {
        self.challenge_age_ms
    }

    pub(super) fn content(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(24);
        push_integer(&mut out, self.fix_time_ms);
        push_integer(&mut out, self.max_error_ms);
        push_integer(&mut out, self.challenge_age_ms);
        out
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = value.walk();
        let read = Self {
            fix_time_ms: FIX_TIME.read(&walk.expect(tag::INTEGER)?)?,
            max_error_ms: MAX_ERROR.read(&walk.expect(tag::INTEGER)?)?,
            challenge_age_ms: CHALLENGE_AGE.read(&walk.expect(tag::INTEGER)?)?,
        };
        walk.finish()?;
        Ok(read)
    }
}
