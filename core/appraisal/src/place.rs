//! [`Position`]: a place in the units of a claim, and the slots that it fills.

use meridian_wire::loc::altitude::Altitude;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::motion::Motion;
use meridian_wire::loc::point::GeoPoint;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::value::LeafValue;

use crate::cells;
use crate::confidence::{self, Confidence};
use crate::countries::Area;
use crate::rounding;

const POLE_E7: i32 = 900_000_000;
const HALF_TURN_E7: i32 = 1_800_000_000;

/// Where something was, and how that is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Position {
    /// The point; its radius holds [`Confidence::CLAIM`].
    pub point: GeoPoint,
    /// Height above the ellipsoid.
    pub altitude: Option<Altitude>,
    /// Speed and heading.
    pub motion: Option<Motion>,
    /// How the point was found, as the subject says.
    pub method: PositionMethod,
}

impl Position {
    /// A point without height and motion.
    #[must_use]
    pub const fn new(point: GeoPoint, method: PositionMethod) -> Self {
        Self {
            point,
            altitude: None,
            motion: None,
            method,
        }
    }

    /// With this height.
    #[must_use]
    pub const fn with_altitude(mut self, altitude: Altitude) -> Self {
        self.altitude = Some(altitude);
        self
    }

    /// With this motion.
    #[must_use]
    pub const fn with_motion(mut self, motion: Motion) -> Self {
        self.motion = Some(motion);
        self
    }
}

/// A number that is no place, or no movement.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// NaN or infinite.
    #[error("{field} is not a finite number")]
    NotFinite {
        /// Member of the location object.
        field: &'static str,
    },
    /// Outside its range. Nothing is wrapped around.
    #[error("{field} is {actual}, outside {min} to {max}")]
    OutOfRange {
        /// Member of the location object.
        field: &'static str,
        /// The least allowed.
        min: f64,
        /// The most allowed.
        max: f64,
        /// What was given.
        actual: f64,
    },
    /// In range, and out of the range of a claim after conversion.
    #[error("{field}: {error}")]
    Claim {
        /// Member of the location object.
        field: &'static str,
        /// The rule of the claim.
        error: LocError,
    },
}

impl PlaceError {
    /// Member of the location object.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::NotFinite { field }
            | Self::OutOfRange { field, .. }
            | Self::Claim { field, .. } => field,
        }
    }
}

/// A point from degrees and an accuracy in metres that holds `confidence`.
///
/// Degrees are rounded to the nearest 1e-7 (at most 8 mm), halves away from zero; longitude
/// +180 is written -180, and that of a pole 0. The radius is converted to
/// [`Confidence::CLAIM`] and rounded up.
///
/// # Errors
///
/// [`PlaceError`] for what is not finite or out of range: ±90, ±180, once around the Earth.
pub fn point(
    latitude: f64,
    longitude: f64,
    accuracy_m: f64,
    confidence: Confidence,
) -> Result<GeoPoint, PlaceError> {
    let (lat_e7, lon_e7) = coordinates(latitude, longitude)?;
    let radius_mm = millimetres("accuracy", accuracy_m)?;
    confidence::in_claim(lat_e7, lon_e7, radius_mm, confidence).map_err(claim("accuracy"))
}

/// The same, with the radius as it was given, and its confidence rounded down to permille.
pub(crate) fn raw_point(
    latitude: f64,
    longitude: f64,
    accuracy_m: f64,
    confidence: Confidence,
) -> Result<GeoPoint, PlaceError> {
    let (lat_e7, lon_e7) = coordinates(latitude, longitude)?;
    let radius_mm = millimetres("accuracy", accuracy_m)?;
    GeoPoint::new(lat_e7, lon_e7, radius_mm, confidence.permille()).map_err(claim("accuracy"))
}

/// A height above the WGS-84 ellipsoid, from metres. Whoever has a height above the sea has no
/// height here. Height to the nearest millimetre, uncertainty rounded up; its confidence is kept,
/// because the conversion of radii is not that of heights.
///
/// # Errors
///
/// [`PlaceError`].
pub fn altitude(
    height_m: f64,
    uncertainty_m: f64,
    confidence: Confidence,
) -> Result<Altitude, PlaceError> {
    let height = range("altitude", height_m, -20_000.0, 1_000_000.0)?;
    // In range, so it is an `i32`.
    let height_mm = rounding::nearest(height * 1_000.0).unwrap_or(i32::MAX);
    let uncertainty_mm = millimetres("altitude-accuracy", uncertainty_m)?;
    let uncertainty_mm = u32::try_from(uncertainty_mm).unwrap_or(u32::MAX);
    Altitude::new(height_mm, uncertainty_mm, confidence.permille())
        .map_err(claim("altitude-accuracy"))
}

/// Speed in metres a second and heading in degrees from true north, both to the nearest
/// thousandth; heading 360 is 0. No heading: unknown, or standing still.
///
/// # Errors
///
/// [`PlaceError`].
pub fn motion(speed_m_s: f64, heading_deg: Option<f64>) -> Result<Motion, PlaceError> {
    let speed = range("speed", speed_m_s, 0.0, 400_000.0)?;
    let heading = heading_deg.map(|heading| range("heading", heading, 0.0, 360.0));
    let thousandths = |value: f64| {
        let nearest = rounding::nearest(value * 1_000.0);
        nearest
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or(u32::MAX)
    };
    let heading = heading.transpose()?.map(|h| thousandths(h) % 360_000);
    Motion::new(thousandths(speed), heading).map_err(claim("speed"))
}

/// Every slot that the position fills, ascending; the others are absent. Fences, facility and
/// jurisdiction are never filled here.
///
/// The country is that of the point, not of the whole disc.
#[must_use]
pub fn slots(position: &Position, area: &Area) -> Vec<(Slot, LeafValue)> {
    let mut slots = Vec::with_capacity(Slot::COUNT);
    if let Some(country) = &area.country {
        slots.push((Slot::COUNTRY, LeafValue::Country(country.clone())));
    }
    if let Some(subdivision) = &area.subdivision {
        slots.push((
            Slot::SUBDIVISION,
            LeafValue::Subdivision(subdivision.clone()),
        ));
    }
    for cell in cells::around(&position.point) {
        if let Some(slot) = Slot::of_resolution(cell.resolution()) {
            slots.push((slot, LeafValue::Cell(cell)));
        }
    }
    slots.push((Slot::POINT, LeafValue::Point(position.point)));
    if let Some(altitude) = position.altitude {
        slots.push((Slot::ALTITUDE, LeafValue::Altitude(altitude)));
    }
    if let Some(motion) = position.motion {
        slots.push((Slot::MOTION, LeafValue::Motion(motion)));
    }
    slots
}

/// Latitude and longitude, each in its one form.
fn coordinates(latitude: f64, longitude: f64) -> Result<(i32, i32), PlaceError> {
    let lat_e7 = e7("latitude", latitude, 90.0)?;
    let lon_e7 = e7("longitude", longitude, 180.0)?;
    let lon_e7 = match (lat_e7.abs(), lon_e7) {
        (POLE_E7, _) => 0,
        (_, HALF_TURN_E7) => -HALF_TURN_E7,
        _ => lon_e7,
    };
    Ok((lat_e7, lon_e7))
}

/// Degrees times 10^7, to the nearest.
fn e7(field: &'static str, degrees: f64, limit: f64) -> Result<i32, PlaceError> {
    let degrees = range(field, degrees, -limit, limit)?;
    // In range, so it is an `i32`.
    Ok(rounding::nearest(degrees * 1e7).unwrap_or(i32::MAX))
}

/// Metres in millimetres, rounded up.
fn millimetres(field: &'static str, metres: f64) -> Result<u64, PlaceError> {
    const AROUND_THE_EARTH_M: f64 = 40_075_017.0;
    let metres = range(field, metres, 0.0, AROUND_THE_EARTH_M)?;
    // In range, so it is a `u64`.
    Ok(rounding::up(metres * 1_000.0).unwrap_or(u64::MAX))
}

fn range(field: &'static str, actual: f64, min: f64, max: f64) -> Result<f64, PlaceError> {
    if !actual.is_finite() {
        return Err(PlaceError::NotFinite { field });
    }
    if (min..=max).contains(&actual) {
        return Ok(actual);
    }
    Err(PlaceError::OutOfRange {
        field,
        min,
        max,
        actual,
    })
}

fn claim(field: &'static str) -> impl Fn(LocError) -> PlaceError {
    move |error| PlaceError::Claim { field, error }
}

#[cfg(test)]
mod tests;
