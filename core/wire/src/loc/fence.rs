//! [`FenceVerdict`]: inside an area, or not.

use super::cell::MASS;
use super::error::LocError;
use super::field::{Digest32, Size, TAG_ENUMERATED, push_integer, read_array};
use crate::der_walk::{Tlv, tag};
use crate::der_write::{push, tlv};
use crate::error::DecodeError;

const COUNT: Size = Size::new("fences", 1, 8);

super::field::enumerated! {
    /// Where the point is with respect to an area: `ENUMERATED { inside(0), outside(1),
    /// uncertain(2) }`.
    Verdict, "verdict" {
        /// Inside.
        Inside = 0, "inside";
        /// Outside.
        Outside = 1, "outside";
        /// The disc crosses the border.
        Uncertain = 2, "uncertain";
    }
}

/// A verdict about one area, without coordinates.
///
/// ```asn1
/// FenceVerdict ::= SEQUENCE {
///   fence         Digest32,              -- SHA-256 of the JCS GeoJSON geometry
///   verdict       ENUMERATED { inside(0), outside(1), uncertain(2) },
///   mass          INTEGER (0..1000) }    -- permille of probability inside
/// ```
///
/// Whether mass and verdict agree is not checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FenceVerdict {
    fence: Digest32,
    verdict: Verdict,
    mass: u16,
}

impl FenceVerdict {
    /// Digest of the area, verdict, permille inside.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn new(fence: Digest32, verdict: Verdict, mass: u16) -> Result<Self, LocError> {
        Ok(Self {
            fence,
            verdict,
            mass: MASS.check(mass)?,
        })
    }

    /// Digest of the area.
    #[must_use]
    pub const fn fence(&self) -> &Digest32 {
        &self.fence
    }

    /// The verdict.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Permille of the probability that lie in the area.
    #[must_use]
    pub const fn mass(&self) -> u16 {
        self.mass
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(48);
        push(&mut out, tag::OCTET_STRING, &self.fence);
        push(&mut out, TAG_ENUMERATED, &[self.verdict.code()]);
        push_integer(&mut out, self.mass);
        tlv(tag::SEQUENCE, &[&out])
    }

    fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = value.walk();
        let read = Self {
            fence: read_array(&walk.expect(tag::OCTET_STRING)?, "fence")?,
            verdict: Verdict::read(&walk.expect(TAG_ENUMERATED)?)?,
            mass: MASS.read(&walk.expect(tag::INTEGER)?)?,
        };
        walk.finish()?;
        Ok(read)
    }
}

/// `SEQUENCE (SIZE (1..8)) OF FenceVerdict`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fences(Vec<FenceVerdict>);

impl Fences {
    /// One to eight verdicts.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`].
    pub fn new(verdicts: Vec<FenceVerdict>) -> Result<Self, LocError> {
        COUNT.check(verdicts.len())?;
        Ok(Self(verdicts))
    }

    /// The verdicts.
    #[must_use]
    pub fn as_slice(&self) -> &[FenceVerdict] {
        &self.0
    }

    pub(super) fn content(&self) -> Vec<u8> {
        self.0.iter().flat_map(FenceVerdict::encode).collect()
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        COUNT
            .read_list(value, |walk| {
                FenceVerdict::read(&walk.expect(tag::SEQUENCE)?)
            })
            .map(Self)
    }
}
