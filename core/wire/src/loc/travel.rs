//! [`TravelCheck`]: whether the subject can have come from where it was.

use super::error::LocError;
use super::field::{Range, TAG_ENUMERATED, push_number};
use crate::der_walk::{Tlv, tag};
use crate::der_write::push;
use crate::error::DecodeError;

const SPEED: Range = Range::new("speed", 0, 100_000_000);
const SPEED_TAG: u8 = tag::context(0);

super::field::enumerated! {
    /// What the comparison with the subject's other stamps gave: `ENUMERATED { consistent(0),
    /// noHistory(1), suspicious(2), impossible(3) }`.
    TravelOutcome, "outcome" {
        /// It can have travelled.
        Consistent = 0, "consistent";
        /// There is nothing to compare with.
        NoHistory = 1, "noHistory";
        /// Hardly.
        Suspicious = 2, "suspicious";
        /// No.
        Impossible = 3, "impossible";
    }
}

/// Whether the subject can have come from where it was.
///
/// ```asn1
/// TravelCheck ::= SEQUENCE {
///   outcome       ENUMERATED { consistent(0), noHistory(1), suspicious(2), impossible(3) },
///   speed         [0] INTEGER (0..100000000) OPTIONAL } -- minimum speed needed, mm/s
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TravelCheck {
    outcome: TravelOutcome,
    speed_mm_s: Option<u32>,
}

impl TravelCheck {
    /// An outcome, and the least speed that would explain both places, if it is told.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn new(outcome: TravelOutcome, speed_mm_s: Option<u32>) -> Result<Self, LocError> {
        Ok(Self {
            outcome,
            speed_mm_s: speed_mm_s.map(|s| SPEED.check(s)).transpose()?,
        })
    }

    /// The outcome.
    #[must_use]
    pub const fn outcome(&self) -> TravelOutcome {
        self.outcome
    }

    /// The least speed that would explain both places.
    #[must_use]
    pub const fn speed_mm_s(&self) -> Option<u32> {
        self.speed_mm_s
    }

    pub(super) fn content(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(12);
        push(&mut out, TAG_ENUMERATED, &[self.outcome.code()]);
        if let Some(speed) = self.speed_mm_s {
            push_number(&mut out, SPEED_TAG, speed);
        }
        out
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = value.walk();
        let outcome = TravelOutcome::read(&walk.expect(TAG_ENUMERATED)?)?;
        let speed = walk.optional(SPEED_TAG)?;
        walk.finish()?;
        Ok(Self {
            outcome,
            speed_mm_s: speed.map(|s| SPEED.read(&s)).transpose()?,
        })
    }
}
