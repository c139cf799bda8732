#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use super::*;
use proptest::prelude::*;

/// Half a meridian: nothing on the ellipsoid is farther apart.
const FARTHEST_M: f64 = 20_003_931.458_7;

fn point(lat_e7: i32, lon_e7: i32) -> GeoPoint {
    GeoPoint::new(lat_e7, lon_e7, 0, 950).unwrap()
}

fn points() -> impl Strategy<Value = GeoPoint> {
    let lat = -899_999_999..=899_999_999;
    (lat, -1_800_000_000..1_800_000_000).prop_map(|(lat, lon)| point(lat, lon))
}

/// Pairs that are nearly opposite, where simpler formulas do not converge.
fn opposite() -> impl Strategy<Value = (GeoPoint, GeoPoint)> {
    let near = || -10_000_000..10_000_000_i32;
    (points(), near(), near()).prop_map(|(from, north, east)| {
        let lat = (north - from.lat_e7()).clamp(-899_999_999, 899_999_999);
        let lon = i64::from(from.lon_e7()) + 1_800_000_000 + i64::from(east);
        let lon = (lon + 1_800_000_000).rem_euclid(3_600_000_000) - 1_800_000_000;
        (from, point(lat, i32::try_from(lon).unwrap()))
    })
}

fn dms(degrees: i32, minutes: i32, seconds: i32) -> f64 {
    f64::from(degrees * 3_600 + minutes * 60 + seconds) / 3_600.0
}

/// From the documentation of GeographicLib (C. F. F. Karney), to its digits.
#[test]
fn published_distances() {
    let cases = [
        // Wellington to Salamanca: 'Geodesics on an ellipsoid', Python package.
        ((-41.32, 174.81), (40.96, -5.50), 19_959_679.267, 0.000_5),
        // GeodSolve(1): JFK to Singapore Changi, printed in whole metres.
        (
            (dms(40, 38, 23), -dms(73, 46, 44)),
            (dms(1, 21, 33), dms(103, 59, 22)),
            15_347_628.0,
            0.5,
        ),
        // geographiclib-rs, front page.
        (
            (34.095_925, -118.288_423_7),
            (59.432_343_9, 24.734_164_9),
            9_094_718.727_511_38,
            1e-6,
        ),
    ];
    for (from, to, expected, within) in cases {
        let found = inverse_m(from, to);
        assert!(
            (found - expected).abs() <= within,
            "{found} is not {expected}"
        );
    }
}

/// A quarter of the equator and of a meridian, by the definition of WGS-84.
#[test]
fn quarters_of_the_earth() {
    let equator = std::f64::consts::FRAC_PI_2 * EQUATORIAL_M;
    assert!((inverse_m((0.0, 0.0), (0.0, 90.0)) - equator).abs() < 1e-6);
    assert!((inverse_m((0.0, 7.0), (90.0, 0.0)) - FARTHEST_M / 2.0).abs() < 1e-3);
    assert!((inverse_m((-90.0, 0.0), (90.0, 0.0)) - FARTHEST_M).abs() < 1e-3);
}

/// Karney's test set, as georust/geographiclib-rs keeps a hundred lines of it.
#[test]
fn karneys_test_set() {
    let file = "/../../../shared/vectors/geodesic/test_fixtures/GeodTest-100.dat";
    let path = format!("{}{file}", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: not found");
        return;
    };
    for line in text.lines() {
        // lat1 lon1 azi1 lat2 lon2 azi2 s12 a12 m12 S12
        let fields: Vec<f64> = line.split(' ').map(|f| f.parse().unwrap()).collect();
        let (from, to) = ((fields[0], fields[1]), (fields[3], fields[4]));
        let found = inverse_m(from, to);
        assert!((found - fields[6]).abs() < 1e-6, "{line}: {found}");
        assert!(chord(from, to) <= found + 1e-6, "{line}");
    }
    assert_eq!(text.lines().count(), 100);
}

#[test]
fn both_sides_of_the_antimeridian_are_near() {
    let (west, east) = (point(0, 1_799_999_999), point(0, -1_800_000_000));
    assert_eq!(distance_mm(&west, &east), 11); // 1e-7 degrees: 11.1 mm.
    assert!(chord_m(&west, &east) < 0.011_2);
}

#[test]
fn all_longitudes_meet_at_a_pole() {
    let pole = point(900_000_000, 0);
    let beside = |lon| distance_mm(&pole, &point(899_999_999, lon));
    assert_eq!(beside(0), 11);
    assert_eq!(beside(0), beside(-1_800_000_000));
    assert_eq!(distance_mm(&pole, &pole), 0);
}

proptest! {
    #[test]
    fn the_chord_is_never_longer(from in points(), to in points()) {
        let geodesic = inverse_m(degrees(&from), degrees(&to));
        prop_assert!(chord_m(&from, &to) <= geodesic + 1e-6);
    }

    #[test]
    fn the_chord_is_never_longer_for_near_points(from in points(), north in -1_000..1_000_i32, east in -1_000..1_000_i32) {
        let lat = (from.lat_e7() + north).clamp(-899_999_999, 899_999_999);
        let lon = (from.lon_e7() + east).clamp(-1_800_000_000, 1_799_999_999);
        let to = point(lat, lon);
        let geodesic = inverse_m(degrees(&from), degrees(&to));
        prop_assert!(chord_m(&from, &to) <= geodesic + 1e-6);
        prop_assert!(geodesic <= 16.0, "{geodesic}");
    }

    #[test]
    fn opposite_points_are_no_farther_than_half_a_meridian((from, to) in opposite()) {
        let geodesic = inverse_m(degrees(&from), degrees(&to));
        prop_assert!((19_700_000.0..=FARTHEST_M + 1e-3).contains(&geodesic), "{geodesic}");
        prop_assert!(chord_m(&from, &to) <= geodesic);
    }

    #[test]
    fn a_distance_is_the_same_both_ways(from in points(), to in points()) {
        prop_assert!(distance_mm(&from, &to).abs_diff(distance_mm(&to, &from)) <= 1);
    }

    #[test]
    fn a_detour_is_no_shorter(from in points(), over in points(), to in points()) {
        let detour = distance_mm(&from, &over) + distance_mm(&over, &to);
        prop_assert!(distance_mm(&from, &to) <= detour + 2);
    }
}
