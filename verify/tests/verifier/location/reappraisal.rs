//! Evidence and policy document: appraised again they give the claim, or the claim fails.

use meridian_appraisal::policy::{AppraisalPolicy, PolicyDocument};
use meridian_verify::finding::Status;
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::verdict::{Model, Verdict};
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::bound::ProvenBound;
use meridian_wire::loc::bundle::EvidenceBundle;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::revealed::RevealedLeaf;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::travel::{TravelCheck, TravelOutcome};
use meridian_wire::loc::value::LeafValue;

use super::issuer::{Stamp, before_ms, context, enrolled, failed, found, item, signed_position};
use crate::mint::judge;

#[test]
fn true_evidence_gives_the_claim() {
    for stamp in [Stamp::asserted(), Stamp::signed()] {
        let report = judge(&stamp.token(), stamp.everything());
        assert_eq!(
            report.verdict(Model::GenTime),
            Verdict::Passed,
            "{report:?}"
        );
        assert!(report.place().unwrap().verified().is_some());
        assert_eq!(found(&report, 115).0, Status::Passed);
        assert_eq!(found(&report, 116).0, Status::Passed);
    }
}

#[test]
fn evidence_without_its_policy_is_not_enough_to_decide() {
    let stamp = Stamp::asserted();
    let mut inputs = PlaceInputs::NONE;
    inputs.evidence = Some(stamp.bundle.as_der().to_vec());
    let report = judge(&stamp.token(), inputs);
    assert_eq!(found(&report, 116).0, Status::Indeterminate);
    assert_eq!(report.verdict(Model::GenTime), Verdict::Indeterminate);
}

/// Each field of the claim that follows from evidence, changed by a lying issuer.
#[test]
fn a_claim_that_the_evidence_does_not_give_fails() {
    type Change = fn(&mut ClaimFields);
    let changes: [(&str, Change); 8] = [
        ("time of the position", |claim| {
            let fix = claim.observed.fix_time_ms() + 1;
            claim.observed = ObservationWindow::new(fix, 0, 10_000).unwrap();
        }),
        ("method", |claim| claim.method = PositionMethod::Surveyed),
        ("set of warnings", |claim| claim.flags = WarningFlags::NONE),
        ("travel check", |claim| {
            claim.travel = Some(TravelCheck::new(TravelOutcome::Consistent, None).unwrap());
        }),
        ("list of results", |claim| claim.evidence.clear()),
        ("list of results", |claim| {
            claim.evidence.push(claim.evidence[0])
        }),
        ("subject", |claim| {
            claim.subject = SubjectRef::KeyHash([0; 32])
        }),
        ("binding", |claim| claim.binding = DocBinding::Requester),
    ];
    for (field, change) in changes {
        let stamp = Stamp::signed().with(change);
        let report = judge(&stamp.token(), stamp.everything());
        assert_eq!(failed(&report), ["V116"], "{field}");
        let (_, detail) = found(&report, 116);
        assert!(detail.contains(field), "{detail}");
    }
}

#[test]
fn a_key_need_not_be_shown() {
    let stamp = Stamp::signed().with(|claim| claim.subject = SubjectRef::Anonymous);
    let report = judge(&stamp.token(), stamp.everything());
    assert_eq!(report.verdict(Model::GenTime), Verdict::Passed);
}

#[test]
fn a_key_that_no_evidence_shows_fails() {
    let stamp = Stamp::asserted().with(|claim| claim.subject = SubjectRef::KeyHash([0; 32]));
    assert_eq!(failed(&judge(&stamp.token(), stamp.everything())), ["V116"]);
}

#[test]
fn an_open_value_that_the_evidence_does_not_give_fails() {
    let stamp = Stamp::asserted();
    let absent = RevealedLeaf::new(Slot::COUNTRY, LeafValue::Absent).unwrap();
    let stamp = stamp.with(|claim| claim.revealed = vec![absent]);
    let report = judge(&stamp.token(), stamp.everything());
    assert_eq!(failed(&report), ["V116"]);
    assert!(
        found(&report, 116)
            .1
            .contains("another country than the one open")
    );
}

#[test]
fn a_binding_that_the_device_did_not_sign_fails() {
    // Signed for no document in particular.
    let mut context = enrolled();
    context.imprint = None;
    let position = signed_position(&context);
    let policy = AppraisalPolicy::evaluation().unwrap();
    let stamp = Stamp::of(policy.clone(), context, vec![position]);
    assert_eq!(stamp.fields.binding, DocBinding::Requester);
    let report = judge(&stamp.token(), stamp.everything());
    assert_eq!(
        report.verdict(Model::GenTime),
        Verdict::Passed,
        "{report:?}"
    );
    let stamp = stamp.with(|claim| claim.binding = DocBinding::DeviceSigned);
    assert_eq!(failed(&judge(&stamp.token(), stamp.everything())), ["V116"]);
    // Signed for another document.
    let mut context = enrolled();
    context.imprint = Some([1; 32]);
    let position = signed_position(&context);
    let stamp = Stamp::of(policy, context, vec![position]);
    let stamp = stamp.with(|claim| claim.binding = DocBinding::DeviceSigned);
    assert_eq!(failed(&judge(&stamp.token(), stamp.everything())), ["V116"]);
}

#[test]
fn a_session_needs_a_key() {
    let session = |claim: &mut ClaimFields| claim.binding = DocBinding::Session;
    let stamp = Stamp::asserted().with(session);
    assert_eq!(failed(&judge(&stamp.token(), stamp.everything())), ["V116"]);
}

#[test]
fn evidence_of_another_stamp_or_reordered_is_refused() {
    let word = |salt| {
        let position = r#"{"latitude":48.85837,"longitude":2.29448,"accuracy":6.5,"mock":false}"#;
        item(
            salt,
            EvidenceKind::SELF_ASSERTED,
            "application/json",
            position,
        )
    };
    let policy = || AppraisalPolicy::evaluation().unwrap();
    let stamp = Stamp::of(policy(), context(), vec![word(1), word(2)]);
    let with = |bundle: &EvidenceBundle| {
        let mut inputs = stamp.everything();
        inputs.evidence = Some(bundle.as_der().to_vec());
        judge(&stamp.token(), inputs)
    };
    assert_eq!(with(&stamp.bundle).verdict(Model::GenTime), Verdict::Passed);
    let other = Stamp::of(policy(), context(), vec![word(3)]).bundle;
    let reordered = EvidenceBundle::new(context(), vec![word(2), word(1)]).unwrap();
    for bundle in [other, reordered] {
        let report = with(&bundle);
        assert_eq!(failed(&report), ["V116"]);
        assert!(found(&report, 116).1.contains("of another stamp"));
    }
}

#[test]
fn changing_any_octet_of_the_evidence_or_the_policy_fails() {
    let stamp = Stamp::signed();
    let token = stamp.token();
    // One bit of each octet.
    for at in 0..stamp.bundle.as_der().len() {
        let mut inputs = stamp.everything();
        inputs.evidence.as_mut().unwrap()[at] ^= 1 << (at % 8);
        assert_eq!(failed(&judge(&token, inputs)), ["V116"], "{at}");
    }
    for at in 0..stamp.policy.jcs().len() {
        let mut inputs = stamp.everything();
        inputs.policy_document.as_mut().unwrap()[at] ^= 1 << (at % 8);
        assert_eq!(failed(&judge(&token, inputs)), ["V115"], "{at}");
    }
}

#[test]
fn evidence_for_a_claim_that_names_none_is_refused() {
    let stamp = Stamp::asserted().with(|claim| claim.evidence_hash = None);
    let report = judge(&stamp.token(), stamp.everything());
    assert_eq!(failed(&report), ["V116"]);
    assert!(found(&report, 116).1.contains("names no evidence"));
}

#[test]
fn evidence_that_the_policy_refuses_is_refused() {
    let simulated = r#"{"latitude":1,"longitude":2,"accuracy":6.5,"mock":true}"#;
    let simulated = item(
        1,
        EvidenceKind::SELF_ASSERTED,
        "application/json",
        simulated,
    );
    let mut stamp = Stamp::asserted();
    stamp.bundle = EvidenceBundle::new(context(), vec![simulated]).unwrap();
    let hash = stamp.bundle.hash();
    let stamp = stamp.with(|claim| claim.evidence_hash = Some(hash));
    let report = judge(&stamp.token(), stamp.everything());
    assert_eq!(failed(&report), ["V116"]);
    let (_, detail) = found(&report, 116);
    assert!(detail.contains("row 15"), "{detail}");
}

#[test]
fn evidence_that_was_accepted_too_early_or_too_late_is_refused() {
    let accepted = |ms_before: i64| {
        let mut context = context();
        context.issued_ms = before_ms(ms_before + 10_000);
        context.accepted_ms = before_ms(ms_before);
        let word = r#"{"latitude":48.85837,"longitude":2.29448,"accuracy":6.5,"mock":false}"#;
        let word = item(1, EvidenceKind::SELF_ASSERTED, "application/json", word);
        let stamp = Stamp::of(AppraisalPolicy::evaluation().unwrap(), context, vec![word]);
        judge(&stamp.token(), stamp.everything())
    };
    // A second of accuracy on both sides; a minute in the queue after a ticket of two.
    for allowed in [0, 3_000, 180_000, 181_000, -1_000] {
        let report = accepted(allowed);
        assert_eq!(
            report.verdict(Model::GenTime),
            Verdict::Passed,
            "{allowed}: {report:?}"
        );
    }
    for refused in [181_001, 600_000] {
        let report = accepted(refused);
        assert!(
            found(&report, 116).1.contains("180 s at most"),
            "{refused}: {report:?}"
        );
    }
    let report = accepted(-1_500);
    assert!(
        found(&report, 116).1.contains("accepted after the token"),
        "{report:?}"
    );
}

#[test]
fn a_bound_cannot_be_computed_again_yet() {
    let bound = ProvenBound::new(1_000, 3, true, [0; 32]).unwrap();
    let stamp = Stamp::asserted().with(|claim| claim.bound = Some(bound));
    let report = judge(&stamp.token(), stamp.everything());
    assert_eq!(found(&report, 116).0, Status::Indeterminate);
}

#[test]
fn a_policy_of_other_boundaries_leaves_it_open() {
    let mut document = PolicyDocument::evaluation();
    document.boundaries.as_mut().unwrap().sha256 = "00".repeat(32);
    let other = AppraisalPolicy::new(document).unwrap();
    let mut stamp = Stamp::asserted();
    stamp.policy = other;
    let hash = *stamp.policy.hash();
    let stamp = stamp.with(|claim| claim.policy_hash = hash);
    let report = judge(&stamp.token(), stamp.everything());
    assert_eq!(found(&report, 115).0, Status::Passed);
    assert_eq!(found(&report, 116).0, Status::Indeterminate);
}

#[test]
fn a_policy_document_need_not_be_canonical_and_the_finding_says_so() {
    let stamp = Stamp::asserted();
    let value: serde_json::Value = serde_json::from_slice(stamp.policy.jcs()).unwrap();
    let pretty = serde_json::to_vec_pretty(&value).unwrap();
    let mut inputs = stamp.everything();
    assert!(
        found(&judge(&stamp.token(), inputs.clone()), 115)
            .1
            .contains("as received")
    );
    inputs.policy_document = Some(pretty);
    let (status, detail) = found(&judge(&stamp.token(), inputs), 115);
    assert_eq!(status, Status::Passed);
    assert!(detail.contains("RFC 8785"), "{detail}");
}

#[test]
fn another_policy_document_is_refused() {
    let stamp = Stamp::asserted();
    let mut document = PolicyDocument::evaluation();
    document.fix_age_ms += 1;
    let mut inputs = stamp.everything();
    inputs.policy_document = Some(AppraisalPolicy::new(document).unwrap().jcs().to_vec());
    assert_eq!(failed(&judge(&stamp.token(), inputs.clone())), ["V115"]);
    inputs.policy_document = Some(b"{}".to_vec());
    assert_eq!(failed(&judge(&stamp.token(), inputs.clone())), ["V115"]);
    // A member twice, of which the last counts: what people read would not be what is hashed.
    let twice = String::from_utf8(stamp.policy.jcs().to_vec()).unwrap();
    let twice = twice.replacen('{', "{\"allowManual\":false,", 1);
    inputs.policy_document = Some(twice.into_bytes());
    assert_eq!(failed(&judge(&stamp.token(), inputs)), ["V115"]);
}

#[test]
fn a_document_of_a_later_version_with_the_right_digest_is_not_understood() {
    use sha2::{Digest, Sha256};
    let document = br#"{"version":2}"#;
    let hash: [u8; 32] = Sha256::digest(document).into();
    let stamp = Stamp::asserted().with(|claim| claim.policy_hash = hash);
    let mut inputs = PlaceInputs::NONE;
    inputs.policy_document = Some(document.to_vec());
    let report = judge(&stamp.token(), inputs);
    assert_eq!(found(&report, 115).0, Status::Indeterminate);
    assert_eq!(report.verdict(Model::GenTime), Verdict::Indeterminate);
}
