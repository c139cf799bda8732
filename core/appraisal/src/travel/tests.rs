use super::*;
use proptest::prelude::*;

const RULE: TravelRule = TravelRule::new(300, 400);
const RADIUS_MM: u64 = 10_000;

fn journey(distance_mm: u64, elapsed_ms: u64) -> Journey {
    Journey {
        distance_mm,
        elapsed_ms,
    }
}

fn point(lat: f64, lon: f64) -> GeoPoint {
    let confidence = crate::confidence::Confidence::CLAIM;
    crate::place::point(lat, lon, 10.0, confidence).unwrap()
}

fn at(fix_time_ms: i64) -> ObservationWindow {
    ObservationWindow::new(fix_time_ms, 0, 0).unwrap()
}

fn outcome(from: &GeoPoint, to: &GeoPoint, ms: i64) -> TravelOutcome {
    let start = 1_795_461_346_000;
    Journey::between((from, &at(start)), (to, &at(start + ms))).outcome(RULE)
}

#[test]
fn the_thresholds_are_exact() {
    for (distance, elapsed, expected) in [
        (300_000, 1_000, TravelOutcome::Consistent),
        (300_001, 1_000, TravelOutcome::Suspicious),
        (400_000, 1_000, TravelOutcome::Suspicious),
        (400_001, 1_000, TravelOutcome::Impossible),
        (300, 1, TravelOutcome::Consistent),
        (400, 1, TravelOutcome::Suspicious),
        (401, 1, TravelOutcome::Impossible),
    ] {
        assert_eq!(
            journey(distance, elapsed).outcome(RULE),
            expected,
            "{distance} mm"
        );
    }
}

#[test]
fn the_thresholds_are_those_of_the_policy() {
    let strict = TravelRule::new(1, 2);
    assert_eq!(
        journey(1_000, 1_000).outcome(strict),
        TravelOutcome::Consistent
    );
    assert_eq!(
        journey(1_001, 1_000).outcome(strict),
        TravelOutcome::Suspicious
    );
    assert_eq!(
        journey(2_001, 1_000).outcome(strict),
        TravelOutcome::Impossible
    );
}

#[test]
fn a_distance_in_no_time_is_impossible_and_no_distance_is_not() {
    assert_eq!(journey(1, 0).outcome(RULE), TravelOutcome::Impossible);
    assert_eq!(journey(1, 0).speed_mm_s(), MAX_SPEED_MM_S);
    assert_eq!(journey(0, 0).outcome(RULE), TravelOutcome::Consistent);
    assert_eq!(journey(0, 0).speed_mm_s(), 0);
}

#[test]
fn a_speed_is_rounded_down_and_capped() {
    assert_eq!(journey(2, 3).speed_mm_s(), 666);
    assert_eq!(journey(u64::MAX, 1).speed_mm_s(), MAX_SPEED_MM_S);
    let check = journey(350_000, 1_000).check(RULE).unwrap();
    assert_eq!(
        (check.outcome(), check.speed_mm_s()),
        (TravelOutcome::Suspicious, Some(350_000))
    );
}

#[test]
fn radii_shorten_the_way_and_errors_lengthen_the_time() {
    let (from, to) = (point(0.0, 0.0), point(0.0, 1.0));
    let apart = geodesic::distance_mm(&from, &to);
    let window = |fix, error| ObservationWindow::new(fix, error, 0).unwrap();
    let found = Journey::between((&from, &window(5_000, 7)), (&to, &window(2_000, 11)));
    assert_eq!(found, journey(apart - 2 * RADIUS_MM, 3_018));
    let near = point(0.0, 0.000_1); // 11.1 m, within both radii
    assert_eq!(
        Journey::between((&from, &at(0)), (&near, &at(0))),
        journey(0, 0)
    );
}

#[test]
fn paris_to_new_york_in_seven_hours_and_in_three() {
    let (paris, new_york) = (point(48.858_37, 2.294_48), point(40.641_3, -73.778_1));
    let hour = 3_600_000;
    assert_eq!(
        outcome(&paris, &new_york, 7 * hour),
        TravelOutcome::Consistent
    );
    assert_eq!(
        outcome(&paris, &new_york, 5 * hour),
        TravelOutcome::Suspicious
    );
    assert_eq!(
        outcome(&paris, &new_york, 3 * hour),
        TravelOutcome::Impossible
    );
    assert_eq!(
        outcome(&new_york, &paris, -3 * hour),
        TravelOutcome::Impossible
    );
}

#[test]
fn a_step_over_the_antimeridian_is_a_step() {
    for (west, east) in [
        (179.999_9, -179.999_9),
        (180.0, -180.0),
        (180.0, 179.999_999_9),
    ] {
        let (west, east) = (point(-16.8, west), point(-16.8, east));
        assert_eq!(outcome(&west, &east, 1_000), TravelOutcome::Consistent);
    }
}

#[test]
fn a_step_over_a_pole_is_a_step() {
    for lat in [90.0, -90.0] {
        let (here, there) = (
            point(lat * 0.999_999_9, 0.0),
            point(lat * 0.999_999_9, 180.0),
        );
        assert_eq!(outcome(&here, &there, 1_000), TravelOutcome::Consistent);
        assert_eq!(
            outcome(&here, &point(lat, 0.0), 0),
            TravelOutcome::Consistent
        );
    }
    let pole_to_pole = outcome(&point(90.0, 0.0), &point(-90.0, 0.0), 3_600_000);
    assert_eq!(pole_to_pole, TravelOutcome::Impossible);
}

#[test]
fn the_harder_of_two_needs_the_greater_speed() {
    let (slow, fast) = (journey(1_000, 10), journey(500, 1));
    assert_eq!((slow.harder(fast), fast.harder(slow)), (fast, fast));
    let at_once = journey(1, 0);
    assert_eq!(
        (at_once.harder(fast), fast.harder(at_once)),
        (at_once, at_once)
    );
    let nothing = journey(0, 0);
    assert_eq!((nothing.harder(slow), slow.harder(nothing)), (slow, slow));
    assert_eq!(
        (nothing.harder(at_once), at_once.harder(nothing)),
        (at_once, at_once)
    );
}

fn journeys() -> impl Strategy<Value = Journey> {
    let distances = prop_oneof![Just(0), 0_u64..100, 0_u64..20_003_932_000];
    let times = prop_oneof![Just(0), 0_u64..100, 0_u64..253_402_300_800_000];
    (distances, times).prop_map(|(distance_mm, elapsed_ms)| journey(distance_mm, elapsed_ms))
}

proptest! {
    #[test]
    fn more_way_or_less_time_is_never_more_plausible(one in journeys(), way in 0_u64..1_000_000, time in 0_u64..1_000_000) {
        let worse = journey(one.distance_mm + way, one.elapsed_ms.saturating_sub(time));
        prop_assert!(one.outcome(RULE) == TravelOutcome::Consistent || one.outcome(RULE) <= worse.outcome(RULE));
        prop_assert!(one.speed_mm_s() <= worse.speed_mm_s());
    }

    #[test]
    fn the_harder_journey_has_the_worse_outcome(one in journeys(), two in journeys()) {
        let harder = one.harder(two);
        prop_assert!(harder == one || harder == two);
        for outcome in [one.outcome(RULE), two.outcome(RULE)] {
            prop_assert!(outcome == TravelOutcome::Consistent || outcome <= harder.outcome(RULE));
        }
        prop_assert_eq!(harder.speed_mm_s(), one.speed_mm_s().max(two.speed_mm_s()));
    }

    #[test]
    fn a_journey_is_the_same_both_ways(
        lat in -90.0..90.0_f64, lon in -180.0..180.0_f64, north in -90.0..90.0_f64, east in -180.0..180.0_f64, ms in 0_i64..1_000_000_000,
    ) {
        let (from, to) = (point(lat, lon), point(north, east));
        let there = Journey::between((&from, &at(0)), (&to, &at(ms)));
        let back = Journey::between((&to, &at(ms)), (&from, &at(0)));
        prop_assert_eq!(there.elapsed_ms, back.elapsed_ms);
        prop_assert!(there.distance_mm.abs_diff(back.distance_mm) <= 1);
    }

    /// Who moves slower than the rule allows is never accused, however wrong fix and clock are
    /// within what they state.
    #[test]
    fn an_honest_traveller_is_consistent(
        lat in -89.0..89.0_f64, lon in -180.0..180.0_f64, azimuth in 0.0..360.0_f64, m_s in 0.0..299.0_f64, ms in 1_000_i64..36_000_000,
    ) {
        use geographiclib_rs::{DirectGeodesic, Geodesic};
        let metres = m_s * f64::from(i32::try_from(ms).unwrap()) / 1_000.0;
        let (north, east): (f64, f64) = Geodesic::wgs84().direct(lat, lon, azimuth, metres);
        prop_assert_eq!(outcome(&point(lat, lon), &point(north, east), ms), TravelOutcome::Consistent);
    }
}
