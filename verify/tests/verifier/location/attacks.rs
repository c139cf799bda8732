//! Claims that are not what they seem.

use meridian_verify::finding::Status;
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::verdict::{Model, Verdict};
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind, EvidenceResult};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;

use super::issuer::{Stamp, before_ms, failed, found, required};
use crate::mint::{extension, judge, token, tst_info, with_signed, with_unsigned};

/// Judged with and without asking: the time passes, and only who asks is refused.
fn refused(token: &[u8], check: u16, words: &str) {
    let asked = judge(token, required("level=0"));
    let (status, detail) = found(&asked, check);
    assert_eq!(status, Status::Failed, "{detail}");
    assert!(detail.contains(words), "{detail}");
    assert_eq!(asked.models().gen_time, Verdict::Passed, "{asked:?}");
    assert_eq!(asked.verdict(Model::GenTime), Verdict::Failed);
    let unasked = judge(token, PlaceInputs::NONE);
    assert_eq!(unasked.verdict(Model::GenTime), Verdict::Passed);
    let verdict = unasked.place().map(|place| place.verdict());
    assert_ne!(verdict, Some(Verdict::Passed));
    assert!(
        unasked
            .place()
            .is_none_or(|place| place.verified().is_none())
    );
}

fn with_extensions(extensions: &[Vec<u8>]) -> Vec<u8> {
    token(&tst_info(oid::POLICY_LOCATION_0, extensions))
}

fn claim_extension(value: &[u8]) -> Vec<u8> {
    extension(&oid::LOCATION_CLAIM, false, value)
}

#[test]
fn two_claims_are_none() {
    let claim = claim_extension(&Stamp::asserted().claim());
    refused(
        &with_extensions(&[claim.clone(), claim]),
        110,
        "2 location claims",
    );
}

#[test]
fn a_critical_claim_is_none() {
    let claim = extension(&oid::LOCATION_CLAIM, true, &Stamp::asserted().claim());
    refused(&with_extensions(&[claim]), 110, "critical");
}

#[test]
fn an_unknown_critical_extension_beside_the_claim_leaves_the_time_undecided() {
    let claim = claim_extension(&Stamp::asserted().claim());
    let other = extension(&oid::QC_STATEMENTS, true, &[5, 0]);
    let report = judge(&with_extensions(&[other, claim]), PlaceInputs::NONE);
    assert_eq!(report.models().gen_time, Verdict::Indeterminate);
    assert_eq!(report.place().unwrap().verdict(), Verdict::Indeterminate);
    assert!(report.place().unwrap().verified().is_none());
}

#[test]
fn a_claim_in_ber_is_none() {
    let claim = Stamp::asserted().claim();
    // The outer length in one octet more than needed.
    let content = &claim[3..];
    let ber = [&[0x30, 0x82, 0x00, claim[2]][..], content].concat();
    refused(&with_extensions(&[claim_extension(&ber)]), 110, "malformed");
}

#[test]
fn every_truncation_and_every_trailing_octet_is_refused() {
    let claim = Stamp::asserted().claim();
    for len in 0..claim.len() {
        let token = with_extensions(&[claim_extension(&claim[..len])]);
        assert_eq!(
            failed(&judge(&token, required("level=0"))),
            ["V110"],
            "{len}"
        );
    }
    let longer = [&claim[..], &[0]].concat();
    refused(
        &with_extensions(&[claim_extension(&longer)]),
        110,
        "malformed",
    );
}

#[test]
fn a_claim_of_more_than_1024_octets_is_refused() {
    let long = element(&[0x30], &[0; 1_021]);
    assert_eq!(long.len(), 1_025);
    refused(&with_extensions(&[claim_extension(&long)]), 110, "1024");
}

#[test]
fn a_claim_that_nobody_signed_is_none() {
    let plain = with_extensions(&[]);
    let claim = Stamp::asserted().claim();
    for name in [oid::LOCATION_CLAIM, oid::LOCATION_CLAIM_ATTRIBUTE] {
        let token = with_unsigned(&plain, &name, vec![claim.clone()]);
        refused(&token, 110, "no signature covers it");
        assert!(judge(&token, PlaceInputs::NONE).place().is_none());
    }
}

#[test]
fn a_claim_in_a_signed_attribute_is_not_read_and_not_denied() {
    let claim = Stamp::asserted().claim();
    let plain = with_extensions(&[]);
    let token = with_signed(&plain, &oid::LOCATION_CLAIM_ATTRIBUTE, &claim);
    let report = judge(&token, required("level=0"));
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    assert_eq!(report.verdict(Model::GenTime), Verdict::Indeterminate);
    // Beside one in the TSTInfo it is a second one.
    let both = with_signed(
        &Stamp::asserted().token(),
        &oid::LOCATION_CLAIM_ATTRIBUTE,
        &claim,
    );
    refused(&both, 110, "another in a signed attribute");
}

#[test]
fn where_a_place_is_asked_for_a_token_without_claim_fails() {
    refused(&with_extensions(&[]), 110, "no location claim");
}

#[test]
fn a_level_that_the_evidence_does_not_earn_is_refused() {
    for level in AssuranceLevel::ALL.iter().skip(1) {
        let token = Stamp::signed().with(|claim| claim.level = *level).token();
        refused(&token, 111, "broke the level rule");
    }
}

#[test]
fn a_level_below_what_is_earned_is_the_issuers_care() {
    let token = Stamp::signed().with(affirmed_by_a_database).token();
    let (status, detail) = found(&judge(&token, required("level=0")), 111);
    assert_eq!(status, Status::Passed);
    assert!(detail.contains("would earn 1"), "{detail}");
}

/// A key in hardware, and a database that agrees.
fn affirmed_by_a_database(claim: &mut ClaimFields) {
    claim.flags = WarningFlags::NONE;
    let (kind, class) = (EvidenceKind::IP_GEOLOCATION, EvidenceClass::Database);
    claim
        .evidence
        .push(EvidenceResult::new(kind, class, 2, 0).unwrap());
}

#[test]
fn the_level_that_the_policy_identifier_promises_is_kept() {
    let with_policy = |level: AssuranceLevel, oid| {
        let stamp = Stamp::signed().with(affirmed_by_a_database);
        let mut stamp = stamp.with(|claim| claim.level = level);
        stamp.oid = oid;
        stamp.token()
    };
    let l1 = AssuranceLevel::L1NetworkCorroborated;
    for oid in [oid::POLICY_LOCATION_0, oid::POLICY_LOCATION_1] {
        let report = judge(&with_policy(l1, oid), required("level=1"));
        assert_eq!(
            report.verdict(Model::GenTime),
            Verdict::Passed,
            "{report:?}"
        );
    }
    for oid in [
        oid::POLICY_LOCATION_2,
        oid::POLICY_LOCATION_3,
        oid::POLICY_LOCATION_4,
    ] {
        refused(&with_policy(l1, oid), 112, "promises level");
    }
    let (status, _) = found(
        &judge(&with_policy(l1, oid::POLICY_PRECISE), required("level=1")),
        112,
    );
    assert_eq!(status, Status::Warning);
}

#[test]
fn evidence_against_the_place_needs_a_policy_that_allows_it() {
    let contradicted = |claim: &mut ClaimFields| {
        let (kind, class) = (EvidenceKind::HISTORY, EvidenceClass::History);
        claim
            .evidence
            .push(EvidenceResult::new(kind, class, 96, 0).unwrap());
    };
    let token = Stamp::asserted().with(contradicted).token();
    let (status, detail) = found(&judge(&token, required("level=0")), 111);
    assert_eq!(status, Status::Indeterminate, "{detail}");
    let stamp = Stamp::asserted();
    let mut inputs = PlaceInputs::NONE;
    inputs.policy_document = Some(stamp.policy.jcs().to_vec());
    let (status, detail) = found(&judge(&token, inputs), 111);
    assert_eq!(status, Status::Failed, "{detail}");
    let token = Stamp::signed().with(contradicted);
    let token = token.with(|claim| claim.level = AssuranceLevel::L1NetworkCorroborated);
    refused(&token.token(), 111, "contradicts the place");
}

#[test]
fn a_position_of_after_the_token_is_refused() {
    let fix_at = |ms: i64| {
        let observed = ObservationWindow::new(before_ms(-ms), 0, 0).unwrap();
        Stamp::asserted()
            .with(|claim| claim.observed = observed)
            .token()
    };
    let allowed = judge(&fix_at(6_000), required("level=0"));
    assert_eq!(allowed.verdict(Model::GenTime), Verdict::Passed);
    refused(&fix_at(6_002), 114, "after the token");
}

#[test]
fn an_anonymous_subject_is_asserted_at_best() {
    let stamp = Stamp::signed().with(affirmed_by_a_database).with(|claim| {
        claim.subject = SubjectRef::Anonymous;
        claim.level = AssuranceLevel::L1NetworkCorroborated;
    });
    refused(&stamp.token(), 111, "earns level 0");
}

#[test]
fn the_place_is_not_better_than_the_token() {
    let mut token = Stamp::asserted().token();
    let last = token.len() - 1;
    token[last] ^= 1;
    let report = judge(&token, PlaceInputs::NONE);
    assert_eq!(report.models().gen_time, Verdict::Failed);
    assert_eq!(report.place().unwrap().verdict(), Verdict::Failed);
    assert!(report.place().unwrap().verified().is_none());
}

#[test]
fn what_cannot_be_read_has_no_place() {
    let token = Stamp::asserted().token();
    for len in [token.len() / 3, token.len() / 2] {
        let report = judge(&token[..len], required("level=0"));
        assert_eq!(report.verdict(Model::GenTime), Verdict::Failed);
        assert_eq!(report.place().unwrap().verdict(), Verdict::Failed);
        assert!(judge(&token[..len], PlaceInputs::NONE).place().is_none());
    }
}
