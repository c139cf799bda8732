//! [`Motion`]: speed and heading.

use super::error::LocError;
use super::field::{Range, push_integer, push_number};
use crate::der_walk::{Tlv, tag};
use crate::error::DecodeError;

const SPEED: Range = Range::new("speed", 0, 400_000_000);
const HEADING: Range = Range::new("heading", 0, 359_999);
const HEADING_TAG: u8 = tag::context(0);

/// Speed over ground and true heading.
///
/// ```asn1
/// Motion ::= SEQUENCE {
///   speed         INTEGER (0..400000000),           -- mm/s
///   heading       [0] INTEGER (0..359999) OPTIONAL } -- millidegrees true
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Motion {
    speed_mm_s: u32,
    heading_mdeg: Option<u32>,
}

impl Motion {
    /// Millimetres a second; millidegrees from true north, `None` if unknown or standing.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn new(speed_mm_s: u32, heading_mdeg: Option<u32>) -> Result<Self, LocError> {
        Ok(Self {
            speed_mm_s: SPEED.check(speed_mm_s)?,
            heading_mdeg: heading_mdeg.map(|h| HEADING.check(h)).transpose()?,
        })
    }

    /// Speed.
    #[must_use]
    pub const fn speed_mm_s(&self) -> u32 {
        self.speed_mm_s
    }

    /// Heading; `None` if unknown or standing.
    #[must_use]
    pub const fn heading_mdeg(&self) -> Option<u32> {
        self.heading_mdeg
    }

    pub(super) fn content(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(12);
        push_integer(&mut out, self.speed_mm_s);
        if let Some(heading) = self.heading_mdeg {
            push_number(&mut out, HEADING_TAG, heading);
        }
        out
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = value.walk();
        let speed_mm_s = SPEED.read(&walk.expect(tag::INTEGER)?)?;
        let heading = walk.optional(HEADING_TAG)?;
        let heading_mdeg = heading.map(|h| HEADING.read(&h)).transpose()?;
        walk.finish()?;
        Ok(Self {
            speed_mm_s,
            heading_mdeg,
        })
    }
}
