//! [`GeoPoint`]: an exact point with its uncertainty.

use super::error::LocError;
use super::field::{Range, at, push_integer};
use crate::der_walk::{Tlv, tag};
use crate::error::DecodeError;

const POLE: i32 = 900_000_000;
const LAT: Range = Range::new("lat", -900_000_000, 900_000_000);
const LON: Range = Range::new("lon", -1_800_000_000, 1_799_999_999);
/// Up to once around the Earth.
const RADIUS: Range = Range::new("radius", 0, 40_075_017_000);
pub(super) const CONFIDENCE: Range = Range::new("confidence", 1, 999);

/// A point on the WGS-84 ellipsoid (EPSG:4326) and a disc that holds the truth with a stated
/// confidence.
///
/// ```asn1
/// GeoPoint ::= SEQUENCE {
///   lat           INTEGER (-900000000..900000000),    -- degrees * 10^7
///   lon           INTEGER (-1800000000..1799999999),  -- degrees * 10^7
///   radius        INTEGER (0..40075017000),           -- horizontal, mm
///   confidence    INTEGER (1..999) }                  -- permille
/// ```
///
/// A point has one form: longitude +180 is written -180, a pole's is 0. The caller rounds and
/// wraps; nothing is wrapped here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GeoPoint {
    lat_e7: i32,
    lon_e7: i32,
    radius_mm: u64,
    confidence: u16,
}

impl GeoPoint {
    /// Degrees times 10^7, millimetres, permille.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`], [`LocError::PoleLongitude`].
    pub fn new(
        lat_e7: i32,
        lon_e7: i32,
        radius_mm: u64,
        confidence: u16,
    ) -> Result<Self, LocError> {
        let point = Self {
            lat_e7: LAT.check(lat_e7)?,
            lon_e7: LON.check(lon_e7)?,
            radius_mm: RADIUS.check(radius_mm)?,
            confidence: CONFIDENCE.check(confidence)?,
        };
        if lat_e7.abs() == POLE && lon_e7 != 0 {
            return Err(LocError::PoleLongitude);
        }
        Ok(point)
    }

    /// Latitude, degrees times 10^7, north positive.
    #[must_use]
    pub const fn lat_e7(&self) -> i32 {
        self.lat_e7
    }

    /// Longitude, degrees times 10^7, east positive.
    #[must_use]
    pub const fn lon_e7(&self) -> i32 {
        self.lon_e7
    }

    /// Radius of the disc.
    #[must_use]
    pub const fn radius_mm(&self) -> u64 {
        self.radius_mm
    }

    /// Permille of the probability inside the disc.
    #[must_use]
    pub const fn confidence(&self) -> u16 {
        self.confidence
    }

    pub(super) fn content(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(24);
        push_integer(&mut out, self.lat_e7);
        push_integer(&mut out, self.lon_e7);
        push_integer(&mut out, self.radius_mm);
        push_integer(&mut out, self.confidence);
        out
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = value.walk();
        let lat_e7 = LAT.read(&walk.expect(tag::INTEGER)?)?;
        let lon = walk.expect(tag::INTEGER)?;
        let lon_e7 = LON.read(&lon)?;
        let radius_mm = RADIUS.read(&walk.expect(tag::INTEGER)?)?;
        let confidence = CONFIDENCE.read(&walk.expect(tag::INTEGER)?)?;
        walk.finish()?;
        Self::new(lat_e7, lon_e7, radius_mm, confidence).map_err(at(&lon))
    }
}
