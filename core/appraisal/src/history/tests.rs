use super::*;
use crate::policy::PolicyDocument;
use proptest::prelude::*;

const NOW_MS: i64 = 1_795_461_346_000;
const HOUR_MS: i64 = 3_600_000;

fn policy() -> AppraisalPolicy {
    AppraisalPolicy::evaluation().unwrap()
}

fn whistle_blower() -> AppraisalPolicy {
    let mut document = PolicyDocument::evaluation();
    document.issue_contradicted = true;
    AppraisalPolicy::new(document).unwrap()
}

fn point(lat: f64, lon: f64) -> GeoPoint {
    crate::place::point(lat, lon, 10.0, Confidence::CLAIM).unwrap()
}

fn paris() -> GeoPoint {
    point(48.858_37, 2.294_48)
}

fn new_york() -> GeoPoint {
    point(40.641_3, -73.778_1)
}

fn at(fix_time_ms: i64) -> ObservationWindow {
    ObservationWindow::new(fix_time_ms, 0, 1_000).unwrap()
}

fn stamp(point: &GeoPoint, fix_time_ms: i64) -> Neighbour {
    Neighbour::new(point, &at(fix_time_ms), 1)
}

fn judge_with(
    policy: &AppraisalPolicy,
    before: Option<Neighbour>,
    after: Option<Neighbour>,
) -> Result<(Judged, TravelCheck), Refusal> {
    let item = item([7; 32], before.as_ref(), after.as_ref()).unwrap();
    assert_eq!(
        (item.kind(), item.format()),
        (EvidenceKind::HISTORY, FORMAT)
    );
    judge(item.content(), &paris(), &at(NOW_MS), policy)
}

fn tier(before: Option<Neighbour>, after: Option<Neighbour>) -> i8 {
    judge_with(&policy(), before, after).unwrap().0.tier
}

#[test]
fn row_30_consistent_with_both_neighbours_is_affirming() {
    let before = stamp(&new_york(), NOW_MS - 8 * HOUR_MS);
    let after = stamp(&new_york(), NOW_MS + 8 * HOUR_MS);
    let (judged, travel) = judge_with(&policy(), Some(before), Some(after)).unwrap();
    assert_eq!((judged.tier, judged.note), (2, ItemNote::TravelConsistent));
    assert!(judged.flags.is_empty());
    assert_eq!(travel.outcome(), TravelOutcome::Consistent);
    assert_eq!(travel.speed_mm_s().unwrap() / 1_000, 202); // 5,830 km in 8 h
}

#[test]
fn row_30_nothing_to_compare_with_says_nothing() {
    let (judged, travel) = judge_with(&policy(), None, None).unwrap();
    assert_eq!((judged.tier, judged.note), (0, ItemNote::NoHistory));
    assert_eq!(
        (travel.outcome(), travel.speed_mm_s()),
        (TravelOutcome::NoHistory, None)
    );
}

#[test]
fn row_30_between_both_limits_is_a_warning() {
    let before = stamp(&new_york(), NOW_MS - 5 * HOUR_MS);
    let (judged, travel) = judge_with(&policy(), Some(before), None).unwrap();
    assert_eq!((judged.tier, judged.note), (32, ItemNote::TravelSuspicious));
    assert_eq!(travel.outcome(), TravelOutcome::Suspicious);
}

#[test]
fn row_30_impossible_travel_is_refused() {
    for (before, after) in [
        (Some(stamp(&new_york(), NOW_MS - HOUR_MS)), None),
        (None, Some(stamp(&new_york(), NOW_MS + HOUR_MS))),
    ] {
        let refusal = judge_with(&policy(), before, after).unwrap_err();
        assert_eq!((refusal.code(), refusal.row()), ("contradicted-travel", 30));
    }
}

/// A stamp that is submitted late lies between others: the later one contradicts it as well.
#[test]
fn row_30_one_contradicting_neighbour_outweighs_the_other() {
    let near = point(48.9, 2.3);
    for (before, after) in [
        (
            stamp(&near, NOW_MS - HOUR_MS),
            stamp(&new_york(), NOW_MS + HOUR_MS),
        ),
        (
            stamp(&new_york(), NOW_MS - HOUR_MS),
            stamp(&near, NOW_MS + HOUR_MS),
        ),
    ] {
        let refusal = judge_with(&policy(), Some(before), Some(after)).unwrap_err();
        assert_eq!(refusal.row(), 30);
    }
}

#[test]
fn row_30_two_places_at_one_time_are_refused() {
    let elsewhere = Some(stamp(&new_york(), NOW_MS));
    for (before, after) in [(elsewhere, None), (None, elsewhere)] {
        let refusal = judge_with(&policy(), before, after).unwrap_err();
        let speed_mm_s = 100_000_000;
        assert_eq!(refusal, Refusal::ContradictedTravel { speed_mm_s });
    }
    assert_eq!(tier(Some(stamp(&paris(), NOW_MS)), None), 2);
}

#[test]
fn row_30_a_policy_that_stamps_what_is_contradicted_says_so_in_the_tier() {
    let before = stamp(&new_york(), NOW_MS - HOUR_MS);
    let (judged, travel) = judge_with(&whistle_blower(), Some(before), None).unwrap();
    assert_eq!((judged.tier, judged.note), (96, ItemNote::TravelImpossible));
    assert_eq!(travel.outcome(), TravelOutcome::Impossible);
}

#[test]
fn a_neighbour_of_level_0_is_not_looked_at() {
    let mut poison = stamp(&new_york(), NOW_MS - HOUR_MS);
    poison.level = 0;
    assert_eq!(tier(Some(poison), None), 0);
    assert_eq!(
        tier(Some(poison), Some(stamp(&paris(), NOW_MS + HOUR_MS))),
        2
    );
}

#[test]
fn a_neighbour_on_the_wrong_side_is_malformed() {
    for (before, after) in [
        (Some(stamp(&paris(), NOW_MS + 1)), None),
        (None, Some(stamp(&paris(), NOW_MS - 1))),
    ] {
        let refusal = judge_with(&policy(), before, after).unwrap_err();
        assert_eq!((refusal.code(), refusal.row()), ("malformed", 1));
    }
}

#[test]
fn what_is_no_history_is_malformed() {
    let good = item([0; 32], Some(&stamp(&paris(), NOW_MS)), None).unwrap();
    let text = std::str::from_utf8(good.content()).unwrap().to_owned();
    let check = |content: &str| judge(content.as_bytes(), &paris(), &at(NOW_MS), &policy());
    assert!(check(&text).is_ok());
    let bad = [
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        format!("{text} x"),
        text.replace(":null}", ":null,\"more\":1}"),
        text.replace("\"after\":null", "\"after\":null,\"after\":null"),
        text.replace(",\"after\":null", ""),
        text.replace("488583700", "900000001"),
        text.replace("488583700", "4.5"),
        text.replace("488583700", "1e400"),
        text.replace("\"level\":1", "\"level\":-1"),
        text.replace("\"max_error_ms\":0", "\"max_error_ms\":86400001"),
        text.replace("\"radius_mm\":10000", "\"radius_mm\":40075017001"),
    ];
    for content in bad {
        assert_eq!(check(&content).unwrap_err().row(), 1, "{content}");
    }
}

proptest! {
    #[test]
    fn any_octets_are_judged_or_refused(content: Vec<u8>) {
        let _ = judge(&content, &paris(), &at(NOW_MS), &policy());
    }

    #[test]
    fn neighbours_are_read_as_they_were_written(
        lat in -89.0..89.0_f64, lon in -180.0..180.0_f64, ago in 0_i64..HOUR_MS, ahead in 1_i64..HOUR_MS, level in 0_u8..=4,
    ) {
        let place = point(lat, lon);
        let before = Neighbour::new(&place, &at(NOW_MS - ago), level);
        let after = Neighbour::new(&place, &at(NOW_MS + ahead), level);
        let written = item([0; 32], Some(&before), Some(&after)).unwrap();
        let read: History = serde_json::from_slice(written.content()).unwrap();
        prop_assert_eq!((read.before, read.after), (Some(before), Some(after)));
        prop_assert!(judge(written.content(), &place, &at(NOW_MS), &policy()).is_ok());
    }
}
