//! Level 0 for anybody, level 1 for an enrolled key that a database agrees with.

use meridian_tests::device::{Fix, KeyKind};
use meridian_tests::locating::{self_asserted, text};
use meridian_wire::tsp::status::PkiFailureInfo;
use serde_json::{Value, json};

use crate::site::{BRITISH_ADDRESS, HIDDEN_ADDRESS, SWEDISH_ADDRESS, Site, now_s};
use crate::subject::{Format, Subject};

fn london() -> Fix {
    Fix::gnss(51.5007, -0.1246, 12.0, Some(now_s()))
}

fn result<'a>(taken: &'a Value, kind: &str) -> &'a Value {
    let results = taken["results"].as_array().unwrap();
    let found = results.iter().find(|result| result["kind"] == kind);
    found.unwrap()
}

#[test]
fn an_anonymous_caller_reaches_level_0_and_is_told_what_level_1_needs() {
    let site = Site::plain();
    let mut client = site.client();
    let place = json!({"latitude": 48.85837, "longitude": 2.29448, "accuracy": 6.5});
    let give = |client: &mut meridian_tests::locating::Client, more: Value| {
        let challenge = client.challenge(&json!({})).unwrap();
        let mut request =
            json!({"challenge": challenge["id"], "evidence": [self_asserted(&place)]});
        for (name, value) in more.as_object().unwrap() {
            request[name] = value.clone();
        }
        client.evidence(&request).unwrap()
    };
    let taken = give(&mut client, json!({})).expect(201).unwrap();
    assert_eq!(taken["level"], 0);
    assert_eq!(result(&taken, "ipGeolocation")["tier"], 0, "no database");
    assert!(
        !taken["missing_for_next_level"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    let refused = give(&mut client, json!({"min_level": 1}));
    let problem = refused.refused(422, "level-unmet").unwrap();
    assert!(!problem["missing"].as_array().unwrap().is_empty());
}

#[test]
fn an_enrolled_key_and_an_address_of_the_same_country_reach_level_1() {
    let Some(site) = Site::with_databases() else {
        return;
    };
    for (kind, format) in [
        (KeyKind::P256, Format::Cwt),
        (KeyKind::P384, Format::Jwt),
        (KeyKind::Ed25519, Format::Cwt),
    ] {
        let mut client = site.client_at(BRITISH_ADDRESS);
        let subject = Subject::enrol(&mut client, kind, &format!("inspector-{kind:?}"));
        let taken = subject.locate(&mut client, &london(), format, None);
        let taken = taken.expect(201).unwrap();
        assert_eq!(taken["level"], 1, "{kind:?} {taken}");
        assert_eq!(result(&taken, "ipGeolocation")["tier"], 2);
        assert!(
            taken["flags"]
                .as_array()
                .unwrap()
                .contains(&json!("softwareKey"))
        );

        // The policy of the request demands the level of a client that knows nothing of it.
        let ticket = text(&taken, "ticket").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (document, reply) = (
            folder.path().join("report"),
            folder.path().join("report.tsr"),
        );
        std::fs::write(&document, b"what was seen").unwrap();
        let response = client.redeem(&ticket, b"what was seen").unwrap();
        std::fs::write(&reply, response.token().unwrap()).unwrap();
        let options = ["--require", "level=1,country=GB"];
        let said = site.judge(&document, &reply, &options).succeeded().unwrap();
        assert!(said.contains("consistent with"), "{said}");
        site.judge(&document, &reply, &["--require", "level=2"])
            .refused(1)
            .unwrap();
    }
}

#[test]
fn an_address_elsewhere_or_a_hidden_one_lowers_the_level_and_refuses_nothing() {
    let Some(site) = Site::with_databases() else {
        return;
    };
    for (address, flag, tier) in [
        (SWEDISH_ADDRESS, "ipCountryMismatch", 33),
        (HIDDEN_ADDRESS, "anonymisingNetwork", 0),
    ] {
        let mut client = site.client_at(address);
        let subject = Subject::enrol(&mut client, KeyKind::P256, "traveller");
        let taken = subject.locate(&mut client, &london(), Format::Cwt, None);
        let taken = taken.expect(201).unwrap();
        assert_eq!(taken["level"], 0, "{flag}");
        assert_eq!(result(&taken, "ipGeolocation")["tier"], tier, "{flag}");
        assert!(taken["flags"].as_array().unwrap().contains(&json!(flag)));
    }
}

#[test]
fn a_level_that_the_ticket_does_not_have_is_refused_at_the_ticket() {
    let site = Site::plain();
    let mut client = site.client();
    let place = json!({"latitude": 1.0, "longitude": 2.0, "accuracy": 30.0});
    let ticket = client.anonymous_ticket(&place).unwrap();
    let request = meridian_tests::locating::request(b"x").unwrap();
    let request = request.with_policy(meridian_wire::oid::POLICY_LOCATION_1);
    let response = client.redeem_request(&ticket, &request.encode()).unwrap();
    assert_eq!(response.token(), None);
    assert_eq!(
        response.fail_info(),
        Some(PkiFailureInfo::AddInfoNotAvailable)
    );
}

#[test]
fn a_ticket_gives_four_tokens_and_an_unknown_one_none() {
    let site = Site::plain();
    let mut client = site.client();
    let place = json!({"latitude": -33.9, "longitude": 151.2, "accuracy": 10.0});
    let ticket = client.anonymous_ticket(&place).unwrap();
    for number in 0..5 {
        let document = format!("document {number}");
        let response = client.redeem(&ticket, document.as_bytes()).unwrap();
        assert_eq!(response.token().is_some(), number < 4, "use {number}");
    }
    for unknown in ["00000000000000000000000000000000", "nonsense"] {
        let response = client.redeem(unknown, b"x").unwrap();
        assert_eq!(
            response.fail_info(),
            Some(PkiFailureInfo::BadRequest),
            "{unknown}"
        );
    }
}
