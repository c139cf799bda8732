//! OCSP responses of OpenSSL about the signers of OpenSSL's tokens.

use meridian_rfc_vectors::header::Expect;
use meridian_rfc_vectors::vector::{Vector, load};
use meridian_verify::finding::Status;
use meridian_verify::policy::{RevocationMode, TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;

use crate::forge::certificate::{Certificate, purposes};
use crate::forge::der::{integer, name, object, tagged};
use crate::forge::key::Key;
use crate::forge::revocation::{Answer, good, revoked};
use crate::forge::world::{CA, WORLD, judge_under, tst_info};
use crate::support::{failed, instant, judge, status};

/// After the responses, before they are out of date.
const AT: &str = "2026-11-25T00:00:00Z";

fn octets(vectors: &[Vector], name: &str) -> Vec<u8> {
    let vector = vectors.iter().find(|vector| vector.name == name).unwrap();
    vector.body.octets().unwrap().to_vec()
}

/// Everything but a response about the signer at hand, and one required.
fn policy(vectors: &[Vector]) -> VerifyPolicy {
    let anchors = TrustAnchors::new(vec![octets(vectors, "root.cer")]).unwrap();
    let mut policy = VerifyPolicy::new(anchors, instant(AT));
    policy.crls = vec![octets(vectors, "root.crl")];
    policy.revocation = RevocationMode::Require;
    policy
}

/// The token that a response is meant for.
fn token_for(response: &str) -> &'static str {
    match response {
        "superseded.ors" => "superseded.tsr",
        "revoked.ors" => "revoked.tsr",
        _ => "tsa.tsr",
    }
}

#[test]
fn every_response_says_what_its_vector_says() {
    let vectors = load("openssl-ocsp").unwrap();
    let responses = vectors
        .iter()
        .filter(|vector| vector.name.ends_with(".ors"));
    let mut count = 0;
    for vector in responses {
        count += 1;
        let name = vector.name.as_str();
        let mut policy = policy(&vectors);
        // What is required of data is required of data about responders as well: see below.
        policy.revocation = RevocationMode::Report;
        policy.ocsp_responses = vec![octets(&vectors, name)];
        let report = judge(&octets(&vectors, token_for(name)), &policy);
        let wanted = match &vector.expect {
            Expect::VerifyOk => [Status::Passed, Status::Passed, Status::Passed],
            Expect::VerifyFails(fault) => match fault.as_str() {
                "Nothing" => [Status::NotChecked, Status::Passed, Status::Passed],
                "TooOld" => [Status::NotChecked, Status::Warning, Status::Passed],
                "Revoked" => [Status::Passed, Status::Passed, Status::Failed],
                "RevokedLater" => [Status::Passed, Status::Passed, Status::Warning],
                other => panic!("{name}: unknown fault {other}"),
            },
            other => panic!("{name}: {other:?}"),
        };
        let found = [82, 83, 84].map(|id| status(&report, id));
        assert_eq!(found, wanted.map(Some), "{name}");
    }
    assert_eq!(count, 15);
}

#[test]
fn a_delegate_of_whom_nothing_is_known_is_not_enough_where_data_is_required() {
    let vectors = load("openssl-ocsp").unwrap();
    for (name, wanted) in [
        ("delegate.ors", Status::Indeterminate),
        ("good.ors", Status::Passed),
    ] {
        let mut policy = policy(&vectors);
        policy.ocsp_responses = vec![octets(&vectors, name)];
        let report = judge(&octets(&vectors, "tsa.tsr"), &policy);
        assert_eq!(status(&report, 82), Some(wanted), "{name}");
    }
}

#[test]
fn without_a_response_nothing_is_known_of_the_signer() {
    let vectors = load("openssl-ocsp").unwrap();
    let report = judge(&octets(&vectors, "tsa.tsr"), &policy(&vectors));
    assert_eq!(status(&report, 82), Some(Status::Indeterminate));
}

#[test]
fn what_says_revoked_counts_beside_what_says_good() {
    let vectors = load("openssl-ocsp").unwrap();
    let mut policy = policy(&vectors);
    let both = ["good.ors", "revoked.ors"].map(|name| octets(&vectors, name));
    policy.ocsp_responses = both.to_vec();
    let report = judge(&octets(&vectors, "revoked.tsr"), &policy);
    assert_eq!(failed(&report), ["V084"]);
}

#[test]
fn a_response_may_lie_in_the_token() {
    let vectors = load("openssl-ocsp").unwrap();
    let mut token = WORLD.token(&tst_info());
    let inside = |response: &[u8]| {
        tagged(
            1,
            &[object(&oid::RI_OCSP_RESPONSE), response.to_vec()].concat(),
        )
    };
    // Of another world: walked over, and says nothing here.
    token.revocation = vec![inside(&octets(&vectors, "good.ors"))];
    let report = judge_under(&token.signed(&WORLD.unit_key), &WORLD.policy());
    assert_eq!(report.models().gen_time, Verdict::Passed);
    let compromised = answer(revoked("2026-06-01T00:00:00Z", 1));
    token.revocation = vec![inside(&compromised.signed(&WORLD.ca_key))];
    let report = judge_under(&token.signed(&WORLD.unit_key), &WORLD.policy());
    assert_eq!(failed(&report), ["V084"]);
}

/// About the unit of the forge.
fn answer(status: Vec<u8>) -> Answer {
    Answer {
        issuer: name(CA),
        issuer_key: p384_point(&WORLD.ca_key),
        serial: integer(&[3]),
        status,
        this_update: "2026-07-01T00:00:00Z".to_owned(),
        next_update: "2027-07-01T00:00:00Z".to_owned(),
        produced_at: "2026-07-01T00:00:00Z".to_owned(),
        responder: name(CA),
        certificates: Vec::new(),
        extensions: Vec::new(),
    }
}

/// The key without its wrapping: 97 octets at the end.
fn p384_point(key: &Key) -> Vec<u8> {
    key.spki[key.spki.len() - 97..].to_vec()
}

fn judged(answer: &Answer, key: &Key) -> Report {
    let mut policy = WORLD.policy();
    policy.ocsp_responses = vec![answer.signed(key)];
    judge_under(&WORLD.honest(), &policy)
}

/// V082 is not passed in any case: nothing is at hand about the authority.
fn says_revoked(answer: &Answer, key: &Key) -> bool {
    status(&judged(answer, key), 84) == Some(Status::Failed)
}

#[test]
fn a_delegate_is_believed_only_while_its_certificate_is_valid() {
    let key = Key::p384(21);
    let delegate = Certificate::new(9, CA, "Forge responder", &key)
        .with(purposes(&[oid::KP_OCSP_SIGNING]))
        .dated("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z");
    let mut answer = answer(revoked("2026-06-01T00:00:00Z", 1));
    answer.responder = name("Forge responder");
    answer.certificates = vec![delegate.signed(&WORLD.ca_key)];
    for (produced_at, believed) in [
        ("2026-06-30T23:59:59Z", false),
        ("2026-07-01T00:00:00Z", true),
        ("2026-08-01T00:00:00Z", true),
        ("2026-08-01T00:00:01Z", false),
    ] {
        answer.produced_at = produced_at.to_owned();
        assert_eq!(says_revoked(&answer, &key), believed, "{produced_at}");
    }
}

#[test]
fn the_key_that_signs_tokens_is_no_responder() {
    let mut answer = answer(revoked("2026-06-01T00:00:00Z", 1));
    answer.responder = name(crate::forge::world::UNIT);
    answer.certificates = vec![WORLD.unit.clone()];
    assert!(!says_revoked(&answer, &WORLD.unit_key));
}

#[test]
fn all_three_parts_of_the_certificates_name_must_fit() {
    assert!(says_revoked(
        &answer(revoked("2026-06-01T00:00:00Z", 1)),
        &WORLD.ca_key
    ));
    let mut other_name = answer(revoked("2026-06-01T00:00:00Z", 1));
    other_name.issuer = name("Forge authority 2");
    let mut other_key = answer(revoked("2026-06-01T00:00:00Z", 1));
    other_key.issuer_key = p384_point(&WORLD.root_key);
    let mut other_serial = answer(revoked("2026-06-01T00:00:00Z", 1));
    other_serial.serial = integer(&[4]);
    for other in [other_name, other_key, other_serial] {
        assert!(!says_revoked(&other, &WORLD.ca_key));
    }
}

#[test]
fn good_counts_from_gen_time_on() {
    // genTime and its accuracy end at 12:00:01.
    for (this_update, wanted) in [
        ("2026-06-15T12:00:00Z", Status::Warning),
        ("2026-06-15T12:00:01Z", Status::Passed),
    ] {
        let mut answer = answer(good());
        answer.this_update = this_update.to_owned();
        let report = judged(&answer, &WORLD.ca_key);
        assert_eq!(status(&report, 83), Some(wanted), "{this_update}");
    }
}

#[test]
fn a_response_of_another_type_says_nothing() {
    let kind = oid::OCSP_BASIC;
    let response = answer(revoked("2026-06-01T00:00:00Z", 1)).signed(&WORLD.ca_key);
    let from = element(&[0x06], kind.as_bytes());
    let mut to = from.clone();
    *to.last_mut().unwrap() ^= 0x40;
    let place = response
        .windows(from.len())
        .position(|window| window == from)
        .unwrap();
    let mut other = response;
    other[place..place + to.len()].copy_from_slice(&to);
    let mut policy = WORLD.policy();
    policy.ocsp_responses = vec![other];
    let report = judge_under(&WORLD.honest(), &policy);
    assert_eq!(status(&report, 84), Some(Status::Passed));
}
