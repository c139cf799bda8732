//! [`Altitude`]: a height.

use super::error::LocError;
use super::field::{Range, push_integer};
use super::point::CONFIDENCE;
use crate::der_walk::{Tlv, tag};
use crate::error::DecodeError;

const HEIGHT: Range = Range::new("height", -20_000_000, 1_000_000_000);
const UNCERTAINTY: Range = Range::new("uncertainty", 0, 1_000_000_000);

/// A height above the WGS-84 ellipsoid (EPSG:4979); never above the sea, which needs a geoid.
///
/// ```asn1
/// Altitude ::= SEQUENCE {
///   height        INTEGER (-20000000..1000000000), -- mm above the WGS-84 ellipsoid
///   uncertainty   INTEGER (0..1000000000),         -- mm
///   confidence    INTEGER (1..999) }               -- permille
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Altitude {
    height_mm: i32,
    uncertainty_mm: u32,
    confidence: u16,
}

impl Altitude {
    /// Millimetres, permille.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn new(height_mm: i32, uncertainty_mm: u32, confidence: u16) -> Result<Self, LocError> {
        Ok(Self {
            height_mm: HEIGHT.check(height_mm)?,
            uncertainty_mm: UNCERTAINTY.check(uncertainty_mm)?,
            confidence: CONFIDENCE.check(confidence)?,
        })
    }

    /// Height above the ellipsoid.
    #[must_use]
    pub const fn height_mm(&self) -> i32 {
        self.height_mm
    }

    /// How far up or down the truth may be.
    #[must_use]
    pub const fn uncertainty_mm(&self) -> u32 {
        self.uncertainty_mm
    }

    /// Permille of the probability within the uncertainty.
    #[must_use]
    pub const fn confidence(&self) -> u16 {
        self.confidence
    }

    pub(super) fn content(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16);
        push_integer(&mut out, self.height_mm);
        push_integer(&mut out, self.uncertainty_mm);
        push_integer(&mut out, self.confidence);
        out
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = value.walk();
        let read = Self {
            height_mm: HEIGHT.read(&walk.expect(tag::INTEGER)?)?,
            uncertainty_mm: UNCERTAINTY.read(&walk.expect(tag::INTEGER)?)?,
            confidence: CONFIDENCE.read(&walk.expect(tag::INTEGER)?)?,
        };
        walk.finish()?;
        Ok(read)
    }
}
