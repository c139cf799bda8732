//! Findings that say what is wrong, and not only that something is.

use meridian_verify::finding::Status;
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::report::json::to_json;
use meridian_verify::report::text::to_text;
use meridian_verify::verdict::{Model, Verdict};
use meridian_wire::oid;

use crate::mint;
use crate::support::{DATA, instant, judge, judge_about, policy, status, vector};

fn detail(report: &Report, id: &str) -> String {
    let mut findings = report.findings().iter();
    let finding = findings.find(|one| one.id.to_string() == id).unwrap();
    finding.detail.clone()
}

#[test]
fn a_trusted_certificate_of_the_same_name_and_another_key_is_named() {
    let token = mint::token(&mint::tst_info(oid::POLICY_COMPATIBLE, &[]));
    let anchors = TrustAnchors::new(vec![mint::root(9)]).unwrap();
    let policy = VerifyPolicy::new(anchors, instant("2026-11-24T11:00:00Z"));
    let report = judge_about(&token, mint::DATA, &policy);
    assert_eq!(status(&report, 80), Some(Status::Indeterminate));
    let detail = detail(&report, "V080");
    assert!(
        detail.contains("Mint root") && detail.contains("another key"),
        "{detail}"
    );
    // With the right one beside it there is a path.
    let anchors = TrustAnchors::new(vec![mint::root(9), mint::root(1)]).unwrap();
    let policy = VerifyPolicy::new(anchors, instant("2026-11-24T11:00:00Z"));
    let report = judge_about(&token, mint::DATA, &policy);
    assert_eq!(report.models().gen_time, Verdict::Passed);
}

#[test]
fn a_token_without_any_namesake_has_no_path() {
    let token = mint::token(&mint::tst_info(oid::POLICY_COMPATIBLE, &[]));
    let anchors = TrustAnchors::new(vec![vector("root.cer")]).unwrap();
    let policy = VerifyPolicy::new(anchors, instant("2026-11-24T11:00:00Z"));
    let detail = detail(&judge_about(&token, mint::DATA, &policy), "V080");
    assert!(!detail.contains("another key"), "{detail}");
}

#[test]
fn a_token_that_was_cut_says_how_much_is_missing() {
    let whole = vector("p384.tsr");
    let report = judge(&whole[..whole.len() - 7], &policy());
    assert!(detail(&report, "V002").contains("cut short"));
    assert!(detail(&report, "V006").contains("7 octets are missing"));
}

#[test]
fn where_the_etsi_model_decides_its_reason_stands_first() {
    let mut policy = policy();
    policy.at = instant("2150-01-01T00:00:00Z");
    let report = judge_about(&vector("p384.tsr"), DATA, &policy);
    let text = to_text(&report, Model::Etsi);
    let mut lines = text.lines();
    assert!(lines.next().unwrap().starts_with("INDETERMINATE"));
    assert!(
        lines.next().unwrap().starts_with("  V100  ETSI model: "),
        "{text}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&to_json(&report, Model::Etsi).unwrap()).unwrap();
    assert_eq!(json["reasons"], serde_json::json!(["V100"]));
    // The other model has no reason to give.
    assert!(report.reasons(Model::GenTime).is_empty());
    assert!(!to_text(&report, Model::GenTime).contains("\n  V100"));
}

#[test]
fn nothing_about_place_is_not_asking() {
    assert!(!PlaceInputs::NONE.is_asked());
}
