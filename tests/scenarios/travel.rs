//! Nobody is in two far places at once; and nobody is held to what only they said.

use meridian_tests::device::{Fix, KeyKind};
use serde_json::json;

use crate::site::{BRITISH_ADDRESS, SWEDISH_ADDRESS, Site, now_s};
use crate::subject::{Format, Subject};

#[test]
fn impossible_travel_is_refused_and_possible_travel_is_not() {
    let Some(site) = Site::with_databases() else {
        return;
    };
    let mut client = site.client_at(BRITISH_ADDRESS);
    let subject = Subject::enrol(&mut client, KeyKind::P256, "courier");
    let now = now_s();
    let london = Fix::gnss(51.5007, -0.1246, 12.0, Some(now - 20));
    let first = subject.locate(&mut client, &london, Format::Cwt, None);
    assert_eq!(first.expect(201).unwrap()["level"], 1);

    // Linköping, twenty seconds later: 1,200 km.
    let sweden = Fix::gnss(58.4167, 15.6167, 12.0, Some(now));
    let mut other = site.client_at(SWEDISH_ADDRESS);
    subject
        .locate(&mut other, &sweden, Format::Jwt, None)
        .refused(422, "contradicted-travel")
        .unwrap();

    // A kilometre in twenty seconds is a fast car.
    let bridge = Fix::gnss(51.5055, -0.1140, 12.0, Some(now));
    let taken = subject.locate(&mut client, &bridge, Format::Cwt, None);
    let taken = taken.expect(201).unwrap();
    let results = taken["results"].as_array().unwrap();
    let history = results.iter().find(|one| one["kind"] == "history").unwrap();
    assert_eq!(history["tier"], 2, "{taken}");
}

#[test]
fn what_reached_level_0_only_is_no_history() {
    let site = Site::plain();
    let mut client = site.client();
    let subject = Subject::enrol(&mut client, KeyKind::P256, "no-database");
    let now = now_s();
    for (latitude, longitude) in [(51.5, -0.1), (-33.9, 151.2)] {
        let fix = Fix::gnss(latitude, longitude, 12.0, Some(now));
        let taken = subject.locate(&mut client, &fix, Format::Cwt, None);
        assert_eq!(taken.expect(201).unwrap()["level"], json!(0));
    }
}
