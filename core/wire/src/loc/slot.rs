//! [`Slot`]: the sixteen places of a claim's tree.

use std::fmt;

use super::error::LocError;
use super::field::{Range, push_integer};
use super::value::LeafValue;
use crate::der_walk::Tlv;
use crate::error::DecodeError;

const RANGE: Range = Range::new("slot", 0, 15);

/// A slot of the salted tree, 0 to 15; each holds one kind of value, or `absent`.
///
/// | slot | value |
/// |---|---|
/// | 0 | country |
/// | 1 | subdivision |
/// | 2 to 9 | H3 cell of resolution 4 to 11 |
/// | 10 | exact point |
/// | 11 | altitude |
/// | 12 | motion |
/// | 13 | fence verdicts |
/// | 14 | facility |
/// | 15 | jurisdiction |
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Slot(u8);

impl Slot {
    /// Slots of every tree.
    pub const COUNT: usize = 16;
    /// The country the point is in.
    pub const COUNTRY: Self = Self(0);
    /// Its part of that country.
    pub const SUBDIVISION: Self = Self(1);
    /// The exact point.
    pub const POINT: Self = Self(10);
    /// Its height.
    pub const ALTITUDE: Self = Self(11);
    /// Speed and heading.
    pub const MOTION: Self = Self(12);
    /// Verdicts about areas.
    pub const FENCES: Self = Self(13);
    /// A named place.
    pub const FACILITY: Self = Self(14);
    /// The law that holds there.
    pub const JURISDICTION: Self = Self(15);

    const FIRST_CELL: u8 = 2;
    const FIRST_RESOLUTION: u8 = 4;
    const LAST_RESOLUTION: u8 = 11;

    /// The slot with this number.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn new(number: u8) -> Result<Self, LocError> {
        RANGE.check(number).map(Self)
    }

    /// The slot of the H3 cells of a resolution, if there is one.
    #[must_use]
    pub fn of_resolution(resolution: u8) -> Option<Self> {
        (Self::FIRST_RESOLUTION..=Self::LAST_RESOLUTION)
            .contains(&resolution)
            .then(|| Self(resolution - Self::FIRST_RESOLUTION + Self::FIRST_CELL))
    }

    /// Every slot, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..16).map(Self)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether the slot holds this kind of value.
    #[must_use]
    pub fn holds(self, value: &LeafValue) -> bool {
        let home = match value {
            LeafValue::Absent => return true,
            LeafValue::Country(_) => Some(Self::COUNTRY),
            LeafValue::Subdivision(_) => Some(Self::SUBDIVISION),
            LeafValue::Cell(cell) => Self::of_resolution(cell.resolution()),
            LeafValue::Point(_) => Some(Self::POINT),
            LeafValue::Altitude(_) => Some(Self::ALTITUDE),
            LeafValue::Motion(_) => Some(Self::MOTION),
            LeafValue::Fences(_) => Some(Self::FENCES),
            LeafValue::Facility(_) => Some(Self::FACILITY),
            LeafValue::Jurisdiction(_) => Some(Self::JURISDICTION),
        };
        home == Some(self)
    }

    /// That the slot holds this kind of value.
    pub(super) fn check(self, value: &LeafValue) -> Result<(), LocError> {
        if self.holds(value) {
            Ok(())
        } else {
            Err(LocError::ForeignValue(self))
        }
    }

    /// That each slot is above the one before it: a set of slots then has one encoding.
    pub(super) fn ascend(
        slots: impl Iterator<Item = Self> + Clone,
        field: &'static str,
    ) -> Result<(), LocError> {
        if slots
            .clone()
            .zip(slots.skip(1))
            .all(|(one, next)| one < next)
        {
            Ok(())
        } else {
            Err(LocError::SlotOrder { field })
        }
    }

    pub(super) fn push(self, out: &mut Vec<u8>) {
        push_integer(out, self.0);
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        RANGE.read(value).map(Self)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
