//! Addresses, history, positions against each other, boundaries.

use meridian_wire::loc::travel::TravelOutcome;

use super::*;
use crate::device::{ACCEPTED_MS, item, policy};
use crate::history::Neighbour;
use crate::note::ItemNote;
use crate::policy::{BoundariesRule, DatabaseRule, IpRule};

/// A database built a day before acceptance.
const BUILT: i64 = ACCEPTED_MS / 1_000 - 86_400;

/// What two databases said about an address: its country, and whether a VPN owns it.
fn address(country: &str, vpn: bool) -> EvidenceItem {
    let head = format!(
        r#""sha256":"{}","type":"test","built":{BUILT}"#,
        "00".repeat(32)
    );
    let answer = format!(r#"{{"found":{{"country":"{country}","centre":null}}}}"#);
    let rest = r#""anonymous":false,"hosting":false,"public_proxy":false,"residential_proxy":false,"tor_exit":false"#;
    let content = format!(
        r#"{{"ip":"192.0.2.1","country":{{{head},"answer":{answer}}},"anonymous":{{{head},"answer":{{"found":{{"vpn":{vpn},{rest}}}}}}}}}"#
    );
    item(
        EvidenceKind::IP_GEOLOCATION,
        "application/json",
        content.as_bytes(),
    )
}

/// The evaluation policy with both databases.
fn with_databases(deny_anonymous: bool) -> AppraisalPolicy {
    policy(|document| {
        let rule = Some(DatabaseRule::new(30));
        document.ip = IpRule::new(rule, rule);
        document.deny_anonymous = deny_anonymous;
    })
}

fn judge_address(policy: &AppraisalPolicy, said: EvidenceItem) -> Result<Appraisal, Refusal> {
    appraise(policy, &context(), &[word(TOWER), said], &means())
}

#[test]
fn row_19_an_address_in_the_claimed_country_affirms() {
    let appraisal = judge_address(&with_databases(false), address("FR", false)).unwrap();
    let result = appraisal.results[1];
    assert_eq!((result.class, result.tier), (EvidenceClass::Database, 2));
    assert_eq!(
        (result.time_ms, result.note),
        (ACCEPTED_MS, ItemNote::Agrees)
    );
    assert_eq!(appraisal.flags, WarningFlags::NONE);
}

#[test]
fn row_19_an_address_in_another_country_is_a_warning_and_no_refusal() {
    let appraisal = judge_address(&with_databases(false), address("GB", false)).unwrap();
    assert_eq!(appraisal.results[1].tier, 33);
    assert_eq!(appraisal.flags, WarningFlags::IP_COUNTRY_MISMATCH);
}

#[test]
fn row_19_without_a_database_in_the_policy_nothing_is_assumed() {
    let appraisal = judge_address(&policy(|_| ()), address("FR", true)).unwrap();
    let result = appraisal.results[1];
    assert_eq!(
        (result.tier, result.note),
        (0, ItemNote::NoDatabaseInPolicy)
    );
    assert_eq!(appraisal.flags, WarningFlags::NONE);
}

#[test]
fn row_20_an_anonymising_network_is_flagged_and_cancels_row_19() {
    let appraisal = judge_address(&with_databases(false), address("FR", true)).unwrap();
    assert_eq!(appraisal.results[1].tier, 0);
    assert_eq!(appraisal.flags, WarningFlags::ANONYMISING_NETWORK);
}

#[test]
fn row_20_an_anonymising_network_is_refused_where_the_policy_denies_it() {
    let refusal = judge_address(&with_databases(true), address("FR", true)).unwrap_err();
    assert_eq!((refusal.code(), refusal.row()), ("anonymous-network", 20));
    assert!(judge_address(&with_databases(true), address("FR", false)).is_ok());
}

#[test]
fn row_21_an_address_that_is_said_to_be_far_is_a_warning() {
    // The middle of nowhere in France, give or take a kilometre.
    let far = address("FR", false);
    let text = String::from_utf8(far.content().to_vec()).unwrap();
    let centre =
        r#""centre":{"lat_e7":446000000,"lon_e7":40000000,"radius_mm":1000000,"confidence":670}"#;
    let text = text.replace(r#""centre":null"#, centre);
    let far = item(far.kind(), far.format(), text.as_bytes());
    let appraisal = judge_address(&with_databases(false), far).unwrap();
    let result = appraisal.results[1];
    assert_eq!((result.tier, result.note), (33, ItemNote::FarFromCentroid));
    assert_eq!(result.radius_m, Some(1_644));
}

/// A history whose only stamp lies this far east on the equator, ten seconds ago.
fn history(lon_e7: i32) -> EvidenceItem {
    let point = meridian_wire::loc::point::GeoPoint::new(0, lon_e7, 0, 950).unwrap();
    let observed =
        meridian_wire::loc::observed::ObservationWindow::new(ACCEPTED_MS - 10_000, 0, 0).unwrap();
    history::item([0; 32], Some(&Neighbour::new(&point, &observed, 1)), None).unwrap()
}

/// On the equator, now, exactly.
fn at_zero() -> EvidenceItem {
    word(&format!(
        r#""latitude":0,"longitude":0,"accuracy":0.001,"mock":false,{}"#,
        taken_ms_ago(0)
    ))
}

#[test]
fn row_30_travel_is_judged_against_the_neighbours() {
    // 15 seconds with the skew: 4.5 km at 300 m/s, 6 km at 400 m/s; 90,000 e-7 is a kilometre.
    for (lon_e7, outcome, tier) in [
        (0, TravelOutcome::Consistent, 2),
        (400_000, TravelOutcome::Consistent, 2),
        (500_000, TravelOutcome::Suspicious, 32),
    ] {
        let appraisal = judge(&context(), &[at_zero(), history(lon_e7)]).unwrap();
        let travel = appraisal.travel.unwrap();
        assert_eq!(travel.outcome(), outcome, "{lon_e7}");
        let result = appraisal.results[1];
        assert_eq!((result.class, result.tier), (EvidenceClass::History, tier));
    }
    let refusal = judge(&context(), &[at_zero(), history(600_000)]).unwrap_err();
    assert_eq!((refusal.code(), refusal.row()), ("contradicted-travel", 30));
    let archive = policy(|document| document.issue_contradicted = true);
    let items = [at_zero(), history(600_000)];
    let appraisal = appraise(&archive, &context(), &items, &means()).unwrap();
    assert_eq!(appraisal.results[1].tier, 96);
    let outcome = appraisal.travel.map(|travel| travel.outcome());
    assert_eq!(outcome, Some(TravelOutcome::Impossible));
}

#[test]
fn row_30_no_history_is_said() {
    let none = history::item([0; 32], None, None).unwrap();
    let appraisal = judge(&context(), &[at_zero(), none]).unwrap();
    let outcome = appraisal.travel.map(|travel| travel.outcome());
    assert_eq!(outcome, Some(TravelOutcome::NoHistory));
    assert_eq!(appraisal.results[1].tier, 0);
}

/// On the equator at this longitude, ± 50 m.
fn beside(longitude: &str) -> EvidenceItem {
    word(&format!(
        r#""latitude":0,"longitude":{longitude},"accuracy":50,"mock":false"#
    ))
}

#[test]
fn row_35_two_positions_may_lie_as_far_apart_as_both_radii_together() {
    // 0.0008983 degrees on the equator are 99.998 m, 0.0008984 are 100.009 m.
    for order in [false, true] {
        let pair = |longitude| {
            let mut items = [beside("0"), beside(longitude)];
            if order {
                items.reverse();
            }
            judge(&context(), &items)
        };
        assert!(pair("0.0008983").is_ok());
        let refusal = pair("0.0008984").unwrap_err();
        let apart = Refusal::ContradictedPositions {
            apart_m: 100,
            limit_m: 100,
        };
        assert_eq!(refusal, apart);
        assert_eq!(
            (refusal.code(), refusal.row()),
            ("contradicted-positions", 35)
        );
    }
}

#[test]
fn row_35_a_contradiction_that_the_policy_stamps_stays_in_the_weaker_item() {
    let archive = policy(|document| document.issue_contradicted = true);
    let device = Device::new();
    let context = device.context();
    let signed = device.jwt(&context, TOWER, "");
    let items = [beside("0"), signed];
    let appraisal = appraise(&archive, &context, &items, &means()).unwrap();
    assert_eq!(appraisal.results[0].tier, 96);
    assert_eq!(appraisal.results[0].note, ItemNote::PositionDiffers);
    assert_eq!(appraisal.results[1].tier, 2);
    assert_eq!(appraisal.country.unwrap().as_str(), "FR");
}

#[test]
fn row_36_boundaries_that_the_policy_names_and_nobody_has_are_a_refusal() {
    let other = policy(|document| {
        document.boundaries = Some(BoundariesRule::new(&[1; 32], "somebody else"));
    });
    let evaluation = policy(|_| ());
    let none = Means::new(means().signatures, None);
    for (policy, means) in [(&other, means()), (&evaluation, none)] {
        let refusal = appraise(policy, &context(), &[word(TOWER)], &means).unwrap_err();
        assert_eq!(refusal, Refusal::BoundariesUnavailable);
        assert_eq!(
            (refusal.code(), refusal.row()),
            ("boundaries-unavailable", 36)
        );
    }
}

#[test]
fn row_36_a_policy_without_boundaries_states_no_country() {
    let without = policy(|document| document.boundaries = None);
    for means in [means(), Means::new(means().signatures, None)] {
        let appraisal = appraise(&without, &context(), &[word(TOWER)], &means).unwrap();
        assert_eq!((appraisal.country, appraisal.area), (None, Area::default()));
    }
}

#[test]
fn an_age_counts_once_before_acceptance_and_once_after() {
    let items = [tower(&taken_ms_ago(7_000)), history(0)];
    let far = [word(&format!(
        r#""latitude":0,"longitude":0,"accuracy":9,{}"#,
        taken_ms_ago(-4_000)
    ))];
    let appraisal = judge(&context(), &items[..1]).unwrap();
    let age = |appraisal: &Appraisal, gen_time| {
        let evidence = appraisal.evidence(ACCEPTED_MS, gen_time).unwrap();
        evidence[0].age_ms()
    };
    assert_eq!(age(&appraisal, ACCEPTED_MS + 500), 7_500);
    assert_eq!(age(&appraisal, ACCEPTED_MS), 7_000);
    // A token that rounds its time down is not made before its evidence.
    assert_eq!(age(&appraisal, ACCEPTED_MS - 500), 7_000);
    assert_eq!(age(&appraisal, i64::MAX), 86_400_000);
    let future = judge(&context(), &far).unwrap();
    assert_eq!(age(&future, ACCEPTED_MS + 500), 500);
}
