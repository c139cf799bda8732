//! Distances on the WGS-84 ellipsoid, and straight through it.

use std::sync::LazyLock;

use geographiclib_rs::{Geodesic, InverseGeodesic};
use meridian_wire::loc::point::GeoPoint;

use crate::rounding;

static WGS84: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

/// Equatorial radius of WGS-84, metres.
const EQUATORIAL_M: f64 = 6_378_137.0;
/// Flattening of WGS-84.
const FLATTENING: f64 = 1.0 / 298.257_223_563;

/// Length of the shortest path over the ellipsoid between the two points, in millimetres,
/// rounded down: they are at least this far apart.
///
/// Karney's inverse, exact to nanometres, also for points that are nearly opposite. It takes its
/// sines from the platform, so the last millimetre may differ between two of them once in a
/// million. The discs around the points and their heights are not looked at.
#[must_use]
pub fn distance_mm(from: &GeoPoint, to: &GeoPoint) -> u64 {
    let metres = inverse_m(degrees(from), degrees(to));
    // Never `None`: half around the Earth is 2.0e10 mm.
    rounding::down(metres * 1_000.0).unwrap_or(u64::MAX)
}

/// Length of the straight line between the two points, through the Earth, in metres: no signal
/// between them travels less. Both are taken to be on the ellipsoid.
#[must_use]
pub fn chord_m(from: &GeoPoint, to: &GeoPoint) -> f64 {
    chord(degrees(from), degrees(to))
}

/// Latitude and longitude in degrees.
pub(crate) fn degrees(point: &GeoPoint) -> (f64, f64) {
    const PER_DEGREE: f64 = 1e7;
    (
        f64::from(point.lat_e7()) / PER_DEGREE,
        f64::from(point.lon_e7()) / PER_DEGREE,
    )
}

fn inverse_m((lat1, lon1): (f64, f64), (lat2, lon2): (f64, f64)) -> f64 {
    WGS84.inverse(lat1, lon1, lat2, lon2)
}

fn chord(from: (f64, f64), to: (f64, f64)) -> f64 {
    let [x1, y1, z1] = ecef(from);
    let [x2, y2, z2] = ecef(to);
    (x2 - x1).hypot(y2 - y1).hypot(z2 - z1)
}

/// Earth-centred, Earth-fixed coordinates of a point on the ellipsoid, metres.
fn ecef((lat, lon): (f64, f64)) -> [f64; 3] {
    let e2 = FLATTENING * (2.0 - FLATTENING);
    let (sin_lat, cos_lat) = libm::sincos(lat.to_radians());
    let (sin_lon, cos_lon) = libm::sincos(lon.to_radians());
    let normal = EQUATORIAL_M / (1.0 - e2 * sin_lat * sin_lat).sqrt();
    [
        normal * cos_lat * cos_lon,
        normal * cos_lat * sin_lon,
        normal * (1.0 - e2) * sin_lat,
    ]
}

#[cfg(test)]
mod tests;
