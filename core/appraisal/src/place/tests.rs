use super::*;
use meridian_wire::loc::name::{CountryCode, SubdivisionCode};
use proptest::prelude::*;

const NOT_FINITE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn place(lat: f64, lon: f64) -> Result<GeoPoint, PlaceError> {
    point(lat, lon, 6.5, Confidence::W3C)
}

fn e7_of(lat: f64, lon: f64) -> (i32, i32) {
    let point = place(lat, lon).unwrap();
    (point.lat_e7(), point.lon_e7())
}

fn refused(field: &'static str, result: Result<GeoPoint, PlaceError>) {
    let error = result.unwrap_err();
    assert_eq!(error.field(), field);
    assert!(matches!(error, PlaceError::OutOfRange { .. }), "{error}");
}

#[test]
fn degrees_are_rounded_to_the_nearest() {
    assert_eq!(e7_of(48.858_37, 2.294_48), (488_583_700, 22_944_800));
    assert_eq!(e7_of(0.000_000_049, -0.000_000_049), (0, 0));
    assert_eq!(e7_of(0.000_000_051, -0.000_000_051), (1, -1));
    assert_eq!(e7_of(-0.0, -0.0), (0, 0));
}

#[test]
fn longitude_180_is_written_minus_180() {
    for lon in [180.0, -180.0, 179.999_999_99, -179.999_999_99] {
        assert_eq!(e7_of(10.0, lon), (100_000_000, -HALF_TURN_E7), "{lon}");
    }
    assert_eq!(e7_of(10.0, 179.999_999_9).1, HALF_TURN_E7 - 1);
}

#[test]
fn the_longitude_of_a_pole_is_0() {
    for lon in [0.0, 77.7, 180.0, -180.0] {
        assert_eq!(e7_of(90.0, lon), (POLE_E7, 0));
        assert_eq!(e7_of(-90.0, lon), (-POLE_E7, 0));
        assert_eq!(e7_of(89.999_999_99, lon), (POLE_E7, 0));
    }
    assert_eq!(e7_of(89.999_999_9, 77.7), (POLE_E7 - 1, 777_000_000));
}

#[test]
fn nothing_is_wrapped_around() {
    for beyond in [90.000_000_01, -90.000_000_01, 91.0, 1e300, -450.0] {
        refused("latitude", place(beyond, 0.0));
    }
    for beyond in [180.000_000_01, -180.000_000_01, 181.0, 360.0, -1e300] {
        refused("longitude", place(0.0, beyond));
    }
    for beyond in [-0.001, 40_075_017.001, 1e300, -1e-300] {
        refused("accuracy", point(0.0, 0.0, beyond, Confidence::W3C));
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for number in NOT_FINITE {
        for (field, result) in [
            ("latitude", place(number, 0.0)),
            ("longitude", place(0.0, number)),
            ("accuracy", point(0.0, 0.0, number, Confidence::W3C)),
        ] {
            assert_eq!(result, Err(PlaceError::NotFinite { field }));
        }
        assert!(altitude(number, 0.0, Confidence::W3C).is_err());
        assert!(altitude(0.0, number, Confidence::W3C).is_err());
        assert!(motion(number, None).is_err());
        assert!(motion(0.0, Some(number)).is_err());
    }
}

#[test]
fn a_radius_is_converted_and_rounded_up() {
    let radius = |metres, confidence| point(0.0, 0.0, metres, confidence).unwrap();
    let exact = radius(6.5, Confidence::W3C);
    assert_eq!((exact.radius_mm(), exact.confidence()), (6_500, 950));
    assert_eq!(radius(6.500_1, Confidence::W3C).radius_mm(), 6_501);
    assert_eq!(radius(10.0, Confidence::ANDROID).radius_mm(), 16_215);
    assert_eq!(radius(0.0, Confidence::IOS).radius_mm(), 0);
    let tight = Confidence::from_fraction(0.99).unwrap();
    assert_eq!(radius(1.239_9, tight).radius_mm(), 1_001);
}

#[test]
fn a_radius_that_passes_around_the_earth_in_the_claim_is_refused() {
    let widest = 40_075_017.0;
    assert!(point(0.0, 0.0, widest, Confidence::W3C).is_ok());
    let refused = point(0.0, 0.0, widest, Confidence::ANDROID).unwrap_err();
    assert!(matches!(
        refused,
        PlaceError::Claim {
            field: "accuracy",
            ..
        }
    ));
}

#[test]
fn a_height_is_in_range_of_a_claim() {
    let height = altitude(83.000_4, 9.000_1, Confidence::W3C).unwrap();
    assert_eq!(
        (
            height.height_mm(),
            height.uncertainty_mm(),
            height.confidence()
        ),
        (83_000, 9_001, 950)
    );
    assert_eq!(
        altitude(-11_000.0, 1.0, Confidence::IOS)
            .unwrap()
            .confidence(),
        632
    );
    for (height, uncertainty) in [
        (-20_000.1, 0.0),
        (1_000_000.1, 0.0),
        (0.0, -1.0),
        (0.0, 2e6),
    ] {
        assert!(altitude(height, uncertainty, Confidence::W3C).is_err());
    }
}

#[test]
fn a_heading_of_360_is_north() {
    let heading = |degrees| motion(1.5, Some(degrees)).unwrap().heading_mdeg();
    assert_eq!(heading(0.0), Some(0));
    assert_eq!(heading(360.0), Some(0));
    assert_eq!(heading(359.999_9), Some(0));
    assert_eq!(heading(359.999), Some(359_999));
    assert_eq!(motion(1.5, None).unwrap().heading_mdeg(), None);
    assert_eq!(motion(1.234_5, None).unwrap().speed_mm_s(), 1_235);
    for (speed, heading) in [(-0.1, 0.0), (400_001.0, 0.0), (0.0, -0.1), (0.0, 360.1)] {
        assert!(motion(speed, Some(heading)).is_err());
    }
}

#[test]
fn a_whole_position_fills_thirteen_slots() {
    let place = place(48.858_37, 2.294_48).unwrap();
    let position = Position::new(place, PositionMethod::Gnss)
        .with_altitude(altitude(83.0, 9.0, Confidence::W3C).unwrap())
        .with_motion(motion(1.0, None).unwrap());
    let country = CountryCode::new("FR").unwrap();
    let area = Area::new(Some(country), Some(SubdivisionCode::new("FR-75").unwrap()));
    let filled = slots(&position, &area);
    let numbers: Vec<u8> = filled.iter().map(|(slot, _)| slot.number()).collect();
    assert_eq!(numbers, (0..=12).collect::<Vec<_>>());
    assert!(filled.contains(&(Slot::POINT, LeafValue::Point(place))));
}

#[test]
fn what_nobody_knows_is_in_no_slot() {
    let position = Position::new(place(0.0, 0.0).unwrap(), PositionMethod::Unknown);
    let filled = slots(&position, &Area::default());
    let numbers: Vec<u8> = filled.iter().map(|(slot, _)| slot.number()).collect();
    assert_eq!(numbers, (2..=10).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn a_point_has_one_form(lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64, metres in 0.0..24_000_000.0_f64) {
        let found = point(lat, lon, metres, Confidence::W3C).unwrap();
        // At most half of 1e-7 degrees away, as far as floats can tell.
        prop_assert!((f64::from(found.lat_e7()) - lat * 1e7).abs() <= 0.500_001);
        let turn = (f64::from(found.lon_e7()) - lon * 1e7).rem_euclid(3_600_000_000.0);
        let pole = found.lat_e7().abs() == POLE_E7;
        prop_assert!(pole || turn.min(3_600_000_000.0 - turn) <= 0.500_001);
        prop_assert!(rounding::float(found.radius_mm()) >= metres * 1_000.0);
    }

    #[test]
    fn any_floats_give_a_point_or_a_refusal(lat: f64, lon: f64, metres: f64, confidence: f64) {
        let confidence = Confidence::from_fraction(confidence).unwrap_or(Confidence::ANDROID);
        let found = point(lat, lon, metres, confidence);
        let in_range = lat.abs() <= 90.0 && lon.abs() <= 180.0 && (0.0..=40_075_017.0).contains(&metres);
        prop_assert!(in_range || found.is_err());
        let _ = (altitude(lat, metres, confidence), motion(metres, Some(lon)));
    }

    #[test]
    fn every_position_fills_slots_that_hold_their_values(
        lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64, metres in 0.0..24_000_000.0_f64,
    ) {
        let place = point(lat, lon, metres, Confidence::W3C).unwrap();
        let filled = slots(&Position::new(place, PositionMethod::Fused), &Area::default());
        prop_assert_eq!(filled.len(), 9);
        for pair in filled.windows(2) {
            prop_assert!(pair[0].0 < pair[1].0);
        }
        for (slot, value) in &filled {
            prop_assert!(slot.holds(value));
        }
    }
}
