//! [`LeafValue`]: what a slot holds.

use super::altitude::Altitude;
use super::cell::CellClaim;
use super::fence::Fences;
use super::field::{at, read_null, read_text};
use super::motion::Motion;
use super::name::{CountryCode, Facility, SubdivisionCode};
use super::point::GeoPoint;
use crate::der_walk::{Tlv, Walk, tag};
use crate::der_write::tlv;
use crate::error::{DecodeError, DecodeErrorKind};

const ABSENT: u8 = tag::context(0);
const COUNTRY: u8 = tag::context(1);
const SUBDIVISION: u8 = tag::context(2);
const CELL: u8 = tag::context_constructed(3);
const POINT: u8 = tag::context_constructed(4);
const ALTITUDE: u8 = tag::context_constructed(5);
const MOTION: u8 = tag::context_constructed(6);
const FENCES: u8 = tag::context_constructed(7);
const FACILITY: u8 = tag::context(8);
const JURISDICTION: u8 = tag::context(9);

/// What a slot of the tree holds.
///
/// ```asn1
/// LeafValue ::= CHOICE {
///   absent        [0] NULL,
///   country       [1] PrintableString (SIZE (2)),       -- ISO 3166-1 alpha-2
///   subdivision   [2] PrintableString (SIZE (4..6)),    -- ISO 3166-2
///   cell          [3] CellClaim,
///   point         [4] GeoPoint,
///   altitude      [5] Altitude,
///   motion        [6] Motion,
///   fences        [7] SEQUENCE (SIZE (1..8)) OF FenceVerdict,
///   facility      [8] UTF8String (SIZE (1..64)),
///   jurisdiction  [9] PrintableString (SIZE (2)) }      -- may differ from country
/// ```
///
/// The octets of this DER are what a leaf of the tree hashes.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LeafValue {
    /// Nothing is known, or nothing is said.
    Absent,
    /// The country that the point is physically in.
    Country(CountryCode),
    /// The part of that country.
    Subdivision(SubdivisionCode),
    /// A cell of the grid.
    Cell(CellClaim),
    /// The exact point.
    Point(GeoPoint),
    /// Its height.
    Altitude(Altitude),
    /// Speed and heading.
    Motion(Motion),
    /// Verdicts about areas.
    Fences(Fences),
    /// A named place.
    Facility(Facility),
    /// The country whose law holds: another one than `Country` in an exclave.
    Jurisdiction(CountryCode),
}

impl LeafValue {
    /// The value in DER.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Absent => tlv(ABSENT, &[]),
            Self::Country(code) => tlv(COUNTRY, &[code.as_str().as_bytes()]),
            Self::Subdivision(code) => tlv(SUBDIVISION, &[code.as_str().as_bytes()]),
            Self::Cell(cell) => tlv(CELL, &[&cell.content()]),
            Self::Point(point) => tlv(POINT, &[&point.content()]),
            Self::Altitude(altitude) => tlv(ALTITUDE, &[&altitude.content()]),
            Self::Motion(motion) => tlv(MOTION, &[&motion.content()]),
            Self::Fences(fences) => tlv(FENCES, &[&fences.content()]),
            Self::Facility(name) => tlv(FACILITY, &[name.as_str().as_bytes()]),
            Self::Jurisdiction(code) => tlv(JURISDICTION, &[code.as_str().as_bytes()]),
        }
    }

    /// Reads a value. Only DER is taken, and nothing after it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] naming the rule that is broken.
    pub fn decode(der: &[u8]) -> Result<Self, DecodeError> {
        let mut walk = Walk::new(der);
        let value = Self::read(&walk.next()?)?;
        walk.finish()?;
        Ok(value)
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        match value.tag {
            ABSENT => read_null(value, "absent").map(|()| Self::Absent),
            COUNTRY => country(value).map(Self::Country),
            SUBDIVISION => SubdivisionCode::new(read_text(value)?)
                .map(Self::Subdivision)
                .map_err(at(value)),
            CELL => CellClaim::read(value).map(Self::Cell),
            POINT => GeoPoint::read(value).map(Self::Point),
            ALTITUDE => Altitude::read(value).map(Self::Altitude),
            MOTION => Motion::read(value).map(Self::Motion),
            FENCES => Fences::read(value).map(Self::Fences),
            FACILITY => Facility::new(read_text(value)?)
                .map(Self::Facility)
                .map_err(at(value)),
            JURISDICTION => country(value).map(Self::Jurisdiction),
            _ => Err(value.error(DecodeErrorKind::UnknownValue { field: "value" })),
        }
    }
}

fn country(value: &Tlv<'_>) -> Result<CountryCode, DecodeError> {
    CountryCode::new(read_text(value)?).map_err(at(value))
}

#[cfg(test)]
mod tests;
