//! Reports of places: the schema holds, the words say no more than was shown.

use meridian_verify::input::recognise;
use meridian_verify::inspect::inspect;
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::report::Report;
use meridian_verify::report::json::to_json;
use meridian_verify::report::text::to_text;
use meridian_verify::verdict::Model;
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::bound::ProvenBound;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind, EvidenceResult};
use meridian_wire::loc::fence::{FenceVerdict, Fences, Verdict};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::motion::Motion;
use meridian_wire::loc::name::Facility;
use meridian_wire::loc::revealed::RevealedLeaf;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::{PairwiseId, SubjectRef};
use meridian_wire::loc::travel::{TravelCheck, TravelOutcome};
use meridian_wire::loc::value::LeafValue;
use meridian_wire::oid;
use serde_json::Value;

use super::issuer::{Stamp, disclosed, required};
use crate::mint::{judge, token, tst_info};
use crate::schema::validate;
use meridian_verify::report::json::REPORT_SCHEMA;

/// A claim with every field, though no evidence would give it.
fn full() -> Stamp {
    Stamp::signed().with(|claim| {
        claim.subject = SubjectRef::Pairwise(PairwiseId::new(&[1; 16]).unwrap());
        claim.binding = DocBinding::Session;
        claim.bound = Some(ProvenBound::new(250_000, 3, true, [2; 32]).unwrap());
        claim.travel = Some(TravelCheck::new(TravelOutcome::Suspicious, Some(310_000)).unwrap());
        let all = WarningFlags::NAMED.into_iter();
        claim.flags = all.fold(WarningFlags::NONE, |flags, (flag, _)| flags.with(flag));
        let other = EvidenceKind::new(40_000).unwrap();
        let other = EvidenceResult::new(other, EvidenceClass::Operator, 33, 5_000).unwrap();
        claim.evidence.push(other.with_radius(70_000).unwrap());
        let fence = FenceVerdict::new([3; 32], Verdict::Uncertain, 500).unwrap();
        let more = [
            (
                Slot::MOTION,
                LeafValue::Motion(Motion::new(1_500, Some(90_000)).unwrap()),
            ),
            (
                Slot::FENCES,
                LeafValue::Fences(Fences::new(vec![fence]).unwrap()),
            ),
            (
                Slot::FACILITY,
                LeafValue::Facility(Facility::new("Rack 7").unwrap()),
            ),
            (Slot::JURISDICTION, LeafValue::Absent),
        ];
        let more = more.map(|(slot, value)| RevealedLeaf::new(slot, value).unwrap());
        claim.revealed.extend(more);
    })
}

fn reports() -> Vec<Report> {
    let signed = Stamp::signed();
    let full = full();
    let plain = token(&tst_info(oid::POLICY_COMPATIBLE, &[]));
    vec![
        judge(&signed.token(), PlaceInputs::NONE),
        judge(&signed.token(), signed.everything()),
        judge(
            &signed.token(),
            disclosed(&[signed.disclose(&[0, 1, 5, 10, 11])]),
        ),
        judge(
            &signed.token(),
            required("level=3,country=FR,cell=851fb467fffffff"),
        ),
        judge(&full.token(), PlaceInputs::NONE),
        judge(&full.token(), required("level=0")),
        judge(&plain, PlaceInputs::NONE),
        judge(&plain, required("level=0")),
    ]
}

#[test]
fn every_report_of_a_place_keeps_the_schema() {
    let schema: Value = serde_json::from_str(REPORT_SCHEMA).unwrap();
    for report in reports() {
        for model in [Model::GenTime, Model::Etsi] {
            let json = to_json(&report, model).unwrap();
            validate(&schema, &serde_json::from_str(&json).unwrap(), "report");
        }
    }
}

#[test]
fn the_same_inputs_give_the_same_report_octet_by_octet() {
    for (one, other) in reports().iter().zip(&reports()) {
        for model in [Model::GenTime, Model::Etsi] {
            assert_eq!(to_json(one, model).unwrap(), to_json(other, model).unwrap());
            assert_eq!(to_text(one, model), to_text(other, model));
        }
    }
}

#[test]
fn no_report_says_that_a_place_is_proven() {
    for report in reports() {
        let text = to_text(&report, Model::GenTime).to_lowercase();
        for word in ["prove", "guarantee", "was made at", "certif"] {
            let place = text.split("\nplace").nth(1).unwrap_or_default();
            assert!(
                !place.split("\nwhy").next().unwrap().contains(word),
                "{word}: {text}"
            );
        }
    }
}

#[test]
fn the_text_says_what_is_consistent_and_what_is_not_shown() {
    let stamp = Stamp::signed();
    let inputs = disclosed(&[stamp.disclose(&[5, 10])]);
    let text = to_text(&judge(&stamp.token(), inputs), Model::GenTime);
    for part in [
        "PASSED: the time-stamp holds, and so does what it says about place.",
        "Place: passed",
        "consistent with the holder of the key ",
        "where     country FR (in the token)",
        "where     point 48.8583700 N, 2.2944800 E, within 6.5 m at 95 % confidence (disclosed)",
        "level     0, asserted",
        "binding   deviceSigned: ",
        "method    a satellite receiver, as the subject says",
        "evidence  a position signed by the subject's key: affirms",
        "warning   softwareKey: ",
        "What the place does not show",
        "remote desktop",
        "not of an author",
        "no platform attested it",
        "was not appraised again",
        "V113",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let text = to_text(&judge(&full().token(), PlaceInputs::NONE), Model::GenTime);
    for part in [
        "bounded to 250 km",
        "at least 310 m/s",
        "kind 40000: warns",
        "towards 90 degrees",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_place_that_fails_unasked_is_told_and_does_not_count() {
    let stamp = Stamp::signed().with(|claim| {
        claim.level = meridian_wire::loc::level::AssuranceLevel::L3PhysicallyCorroborated;
    });
    let report = judge(&stamp.token(), PlaceInputs::NONE);
    let text = to_text(&report, Model::GenTime);
    assert!(text.starts_with("PASSED: the time-stamp holds.\n  What it says about place does not"));
    let report = judge(&stamp.token(), required("level=0"));
    let text = to_text(&report, Model::GenTime);
    assert!(text.starts_with("FAILED: what the token says about place does not hold"));
    let json: Value = serde_json::from_str(&to_json(&report, Model::GenTime).unwrap()).unwrap();
    assert_eq!(json["verdict"], "failed");
    assert_eq!(json["reasons"], serde_json::json!(["V111"]));
    assert_eq!(json["models"]["gentime"], "passed");
    assert_eq!(json["place"]["level_earned"], 0);
}

#[test]
fn without_a_claim_nothing_is_said_unless_asked() {
    let plain = token(&tst_info(oid::POLICY_COMPATIBLE, &[]));
    let report = judge(&plain, PlaceInputs::NONE);
    let text = to_text(&report, Model::GenTime);
    assert!(!text.to_lowercase().contains("place"), "{text}");
    let json: Value = serde_json::from_str(&to_json(&report, Model::GenTime).unwrap()).unwrap();
    assert_eq!(json["place"], Value::Null);
    let text = to_text(&judge(&plain, required("level=0")), Model::GenTime);
    assert!(
        text.contains("V110  the token has no location claim"),
        "{text}"
    );
}

#[test]
fn inspection_shows_a_claim_and_judges_nothing() {
    for stamp in [Stamp::signed(), full()] {
        let octets = stamp.token();
        let inspection = inspect(&recognise(&octets).unwrap()).unwrap();
        let text = inspection.to_text();
        assert!(
            text.contains("location claim\n  where     country FR"),
            "{text}"
        );
        assert!(text.contains("consistent with"), "{text}");
        assert!(text.contains("a key, not of an author"), "{text}");
        let json: Value = serde_json::from_str(&inspection.to_json().unwrap()).unwrap();
        assert!(!json["location"]["not_shown"].as_array().unwrap().is_empty());
        assert_eq!(json["location"]["claim"]["level"], 0);
        assert_eq!(json["location"]["revealed"][0]["value"]["code"], "FR");
    }
    let claim = crate::mint::extension(&oid::LOCATION_CLAIM, false, &[5, 0]);
    let octets = token(&tst_info(oid::POLICY_LOCATION_0, &[claim]));
    let inspection = inspect(&recognise(&octets).unwrap()).unwrap();
    assert!(inspection.to_text().contains("malformed"));
    let json: Value = serde_json::from_str(&inspection.to_json().unwrap()).unwrap();
    assert_eq!(json["location"]["claim"], Value::Null);
}
