//! [`CellClaim`]: a cell of the H3 grid.

use super::error::LocError;
use super::field::{Range, push_integer, read_array};
use crate::der_walk::{Tlv, tag};
use crate::der_write::push;
use crate::error::{DecodeError, DecodeErrorKind};

pub(super) const MASS: Range = Range::new("mass", 0, 1_000);

/// The five highest bits of every cell: reserved 0, mode 1.
const MODE_SHIFT: u32 = 59;
const MODE_CELL: u64 = 1;
/// Reserved in cells.
const RESERVED: u64 = 0b111 << 56;
const RESOLUTION_SHIFT: u32 = 52;

/// A cell of the H3 grid that holds the point, and how much of the confidence disc.
///
/// ```asn1
/// CellClaim ::= SEQUENCE {
///   h3            OCTET STRING (SIZE (8)), -- 64-bit index, big endian
///   mass          INTEGER (0..1000) }      -- permille of probability inside the cell
/// ```
///
/// Mode and reserved bits of the index are those of a cell; whether its base cell and digits
/// exist is not checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CellClaim {
    h3: u64,
    mass: u16,
}

impl CellClaim {
    /// An index and a share in permille.
    ///
    /// # Errors
    ///
    /// [`LocError::NotACell`], [`LocError::OutOfRange`].
    pub fn new(h3: u64, mass: u16) -> Result<Self, LocError> {
        if h3 >> MODE_SHIFT != MODE_CELL || h3 & RESERVED != 0 {
            return Err(LocError::NotACell);
        }
        let mass = MASS.check(mass)?;
        Ok(Self { h3, mass })
    }

    /// The index.
    #[must_use]
    pub const fn h3(&self) -> u64 {
        self.h3
    }

    /// Permille of the probability that lie in the cell.
    #[must_use]
    pub const fn mass(&self) -> u16 {
        self.mass
    }

    /// Resolution of the cell, 0 to 15.
    #[must_use]
    pub const fn resolution(&self) -> u8 {
        // The octet before the last six holds it in its high half.
        let [_, octet, ..] = self.h3.to_be_bytes();
        octet >> (RESOLUTION_SHIFT - 48)
    }

    pub(super) fn content(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(14);
        push(&mut out, tag::OCTET_STRING, &self.h3.to_be_bytes());
        push_integer(&mut out, self.mass);
        out
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = value.walk();
        let index = walk.expect(tag::OCTET_STRING)?;
        let h3 = u64::from_be_bytes(read_array(&index, "h3")?);
        let mass = MASS.read(&walk.expect(tag::INTEGER)?)?;
        walk.finish()?;
        Self::new(h3, mass)
            .map_err(|error| DecodeError::at(DecodeErrorKind::from(error), index.offset))
    }
}
