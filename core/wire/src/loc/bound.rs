//! [`ProvenBound`]: how far the key can have been.

use super::error::LocError;
use super::field::{Digest32, Range, push_integer, read_array};
use crate::der_walk::{Tlv, tag};
use crate::der_write::push;
use crate::error::DecodeError;

const RADIUS: Range = Range::new("radius", 0, 20_037_509);
const LANDMARKS: Range = Range::new("landmarks", 1, 255);

/// What the speed of light says about the key. It is the key's distance, not a person's.
///
/// ```asn1
/// ProvenBound ::= SEQUENCE {
///   radius        INTEGER (0..20037509), -- m from the claimed point
///   landmarks     INTEGER (1..255),
///   enclosed      BOOLEAN,               -- max azimuth gap of landmarks < 180 deg
///   directory     Digest32 }             -- signed landmark directory
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ProvenBound {
    radius_m: u32,
    landmarks: u8,
    enclosed: bool,
    directory: Digest32,
}

impl ProvenBound {
    /// Metres, number of landmarks, whether they enclose the point, digest of their directory.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn new(
        radius_m: u32,
        landmarks: u8,
        enclosed: bool,
        directory: Digest32,
    ) -> Result<Self, LocError> {
        Ok(Self {
            radius_m: RADIUS.check(radius_m)?,
            landmarks: LANDMARKS.check(landmarks)?,
            enclosed,
            directory,
        })
    }

    /// Metres from the claimed point.
    #[must_use]
    pub const fn radius_m(&self) -> u32 {
        self.radius_m
    }

    /// How many landmarks.
    #[must_use]
    pub const fn landmarks(&self) -> u8 {
        self.landmarks
    }

    /// Whether they stand on all sides.
    #[must_use]
    pub const fn enclosed(&self) -> bool {
        self.enclosed
    }

    /// Digest of the signed landmark directory.
    #[must_use]
    pub const fn directory(&self) -> &Digest32 {
        &self.directory
    }

    pub(super) fn content(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(48);
        push_integer(&mut out, self.radius_m);
        push_integer(&mut out, self.landmarks);
        let enclosed = if self.enclosed { 0xff } else { 0x00 };
        push(&mut out, tag::BOOLEAN, &[enclosed]);
        push(&mut out, tag::OCTET_STRING, &self.directory);
        out
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = value.walk();
        let read = Self {
            radius_m: RADIUS.read(&walk.expect(tag::INTEGER)?)?,
            landmarks: LANDMARKS.read(&walk.expect(tag::INTEGER)?)?,
            enclosed: walk.expect(tag::BOOLEAN)?.boolean()?,
            directory: read_array(&walk.expect(tag::OCTET_STRING)?, "directory")?,
        };
        walk.finish()?;
        Ok(read)
    }
}
