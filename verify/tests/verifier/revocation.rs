//! V053, V082 and V085: where revocation data may lie, and what its silence means.

use meridian_verify::finding::Status;
use meridian_verify::policy::{RevocationMode, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_wire::oid;

use crate::forge::certificate::{Certificate, purposes};
use crate::forge::der::{
    algorithm, attribute, extension, integer, name, null, octets, sequence, tagged, time,
};
use crate::forge::key::Key;
use crate::forge::revocation::{Answer, List, good, revoked};
use crate::forge::token::Token;
use crate::forge::world::{CA, ROOT, UNIT, WORLD, judge_under, tst_info, unit};
use crate::support::{failed, instant, status, undecided};

use Status::{Indeterminate, NotChecked, Passed, Warning};

/// genTime is in June 2026; this unit's certificate ends with the year.
const ENDS: &str = "2026-12-31T23:59:59Z";

/// The unit's number.
const SERIAL: [u8; 3] = [2, 1, 3];

fn list(issuer: &str, this_update: &str) -> List {
    List::new(issuer, this_update, "2028-01-01T00:00:00Z")
}

/// Data required, everything known about the authority, judged in 2028.
fn policy() -> VerifyPolicy {
    let mut policy = WORLD.policy();
    policy.at = instant("2028-01-01T00:00:00Z");
    policy.revocation = RevocationMode::Require;
    policy.crls = vec![list(ROOT, "2026-07-01T00:00:00Z").signed(&WORLD.root_key)];
    policy
}

/// An answer of the authority's about the unit.
fn answer(of: Vec<u8>, when: &str) -> Answer {
    Answer {
        issuer: name(CA),
        issuer_key: WORLD.ca_key.spki[WORLD.ca_key.spki.len() - 97..].to_vec(),
        serial: integer(&[3]),
        status: of,
        this_update: when.to_owned(),
        next_update: "2028-01-01T00:00:00Z".to_owned(),
        produced_at: when.to_owned(),
        responder: name(CA),
        certificates: Vec::new(),
        extensions: Vec::new(),
    }
}

fn with_list(token: &[u8], list: &List) -> Report {
    let mut policy = policy();
    policy.crls.push(list.signed(&WORLD.ca_key));
    judge_under(token, &policy)
}

fn with_answer(token: &[u8], answer: &Answer, key: &Key) -> Report {
    let mut policy = policy();
    policy.ocsp_responses = vec![answer.signed(key)];
    judge_under(token, &policy)
}

fn ends(report: &Report, wanted: [Status; 3]) {
    let found = [82, 84, 85].map(|id| status(report, id));
    assert_eq!(found, wanted.map(Some), "{report:?}");
}

/// A token by a unit whose certificate ends with 2026.
fn short_lived() -> Vec<u8> {
    let unit = unit(&WORLD.unit_key).dated("2026-01-01T00:00:00Z", ENDS);
    let token = WORLD.token_of(&unit, &WORLD.unit_key, &tst_info());
    token.signed(&WORLD.unit_key)
}

#[test]
fn v085_a_list_from_after_the_certificates_end_has_forgotten_it() {
    let token = short_lived();
    let kept = |since: &str| extension(&oid::EXPIRED_CERTS_ON_CRL, false, &time(since));
    let before = list(CA, ENDS);
    ends(&with_list(&token, &before), [Passed, Passed, Passed]);
    let after = list(CA, "2027-01-01T00:00:00Z");
    ends(&with_list(&token, &after), [Indeterminate, Passed, Warning]);
    let keeping = after.clone().with(kept(ENDS));
    ends(&with_list(&token, &keeping), [Passed, Passed, Passed]);
    let keeping = after.clone().with(kept("2027-01-01T00:00:00Z"));
    ends(
        &with_list(&token, &keeping),
        [Indeterminate, Passed, Warning],
    );
    // What it does say counts, whenever it says it.
    let later = "2026-11-01T00:00:00Z";
    let superseded = after.clone().revoking(&SERIAL, later, Some(4), None);
    ends(&with_list(&token, &superseded), [Passed, Warning, Passed]);
    let lost = after.revoking(&SERIAL, later, Some(1), None);
    assert_eq!(failed(&with_list(&token, &lost)), ["V084"]);
}

#[test]
fn v085_a_response_from_after_the_certificates_end_needs_an_archive() {
    let token = short_lived();
    let cutoff = |since: &str| extension(&oid::OCSP_ARCHIVE_CUTOFF, false, &time(since));
    let key = &WORLD.ca_key;
    let early = answer(good(), ENDS);
    ends(&with_answer(&token, &early, key), [Passed, Passed, Passed]);
    let mut late = answer(good(), "2027-06-01T00:00:00Z");
    ends(
        &with_answer(&token, &late, key),
        [Indeterminate, Passed, Warning],
    );
    late.extensions = vec![cutoff("2020-01-01T00:00:00Z")];
    ends(&with_answer(&token, &late, key), [Passed, Passed, Passed]);
    late.extensions = vec![cutoff("2027-01-01T00:00:00Z")];
    ends(
        &with_answer(&token, &late, key),
        [Indeterminate, Passed, Warning],
    );
}

#[test]
fn v085_a_certificate_on_hold_leaves_the_verdict_open() {
    let held = list(CA, "2026-07-01T00:00:00Z");
    let held = held.revoking(&SERIAL, "2026-06-01T00:00:00Z", Some(6), None);
    let report = with_list(&WORLD.honest(), &held);
    assert_eq!(undecided(&report), ["V085"]);
    assert_eq!(report.models().gen_time, Verdict::Indeterminate);
}

const RESPONDER: &str = "Forge responder";

/// Of the responder whom the authority certified, number 9.
fn delegate(key: &Key) -> Certificate {
    Certificate::new(9, CA, RESPONDER, key).with(purposes(&[oid::KP_OCSP_SIGNING]))
}

/// 'Good' by this delegate, in July; and what is known of the delegate itself.
fn by_delegate(delegate: &Certificate, key: &Key, lists: &[List], mode: RevocationMode) -> Status {
    let mut answer = answer(good(), "2026-07-01T00:00:00Z");
    answer.responder = name(RESPONDER);
    answer.certificates = vec![delegate.signed(&WORLD.ca_key)];
    // About the delegate, by itself: it is no witness in its own case.
    let mut own = answer.clone();
    own.serial = integer(&[9]);
    let mut policy = policy();
    policy.revocation = mode;
    policy.ocsp_responses = vec![answer.signed(key), own.signed(key)];
    let lists = lists.iter().map(|list| list.signed(&WORLD.ca_key));
    policy.crls.extend(lists);
    status(&judge_under(&WORLD.honest(), &policy), 82).unwrap()
}

#[test]
fn a_delegate_that_was_revoked_is_not_believed() {
    use RevocationMode::{Report, Require};
    let key = Key::p384(21);
    let asked = delegate(&key);
    let exempt = asked
        .clone()
        .with(extension(&oid::OCSP_NO_CHECK, false, &null()));
    // The list is from before genTime, so it says nothing about the unit.
    let about = |date: &str, reason| {
        let list = List::new(CA, "2026-06-10T00:00:00Z", "2026-08-01T00:00:00Z");
        [list.revoking(&[2, 1, 9], date, Some(reason), None)]
    };
    let clean = [List::new(
        CA,
        "2026-06-10T00:00:00Z",
        "2026-08-01T00:00:00Z",
    )];
    let compromised = about("2026-06-01T00:00:00Z", 1);
    let superseded = about("2026-06-01T00:00:00Z", 4);
    let held = about("2026-06-01T00:00:00Z", 6);
    for (certificate, lists, require, report) in [
        (&asked, &clean[..], Passed, Passed),
        (&asked, &[], Indeterminate, Passed),
        (&asked, &compromised, Indeterminate, NotChecked),
        (&asked, &superseded, Indeterminate, NotChecked),
        (&asked, &held, Indeterminate, NotChecked),
        (&exempt, &[], Passed, Passed),
        (&exempt, &clean, Passed, Passed),
    ] {
        let found = [Require, Report].map(|mode| by_delegate(certificate, &key, lists, mode));
        assert_eq!(found, [require, report]);
    }
    // It was superseded after it answered.
    let list = List::new(CA, "2026-06-10T00:00:00Z", "2026-08-01T00:00:00Z");
    let later = [list.revoking(&[2, 1, 9], "2026-07-20T00:00:00Z", Some(4), None)];
    assert_eq!(by_delegate(&asked, &key, &later, Require), Passed);
}

#[test]
fn a_list_that_cannot_be_checked_is_not_passed_over() {
    // RSASSA-PSS with SHAKE128, by whom the authority's name is.
    let shake = oid::ObjectIdentifier::from_bytes(b"\x2b\x06\x01\x05\x05\x07\x06\x1e").unwrap();
    let strange = Key::new(WORLD.ca_key.spki.clone(), algorithm(&shake, &[]), |_| {
        vec![7; 256]
    });
    let mut policy = policy();
    policy.revocation = RevocationMode::Report;
    policy
        .crls
        .push(list(CA, "2026-07-01T00:00:00Z").signed(&strange));
    let report = judge_under(&WORLD.honest(), &policy);
    assert_eq!(undecided(&report), ["V082"]);
    let mut policy = self::policy();
    policy.revocation = RevocationMode::Report;
    policy.ocsp_responses = vec![answer(good(), "2026-07-01T00:00:00Z").signed(&strange)];
    let report = judge_under(&WORLD.honest(), &policy);
    assert_eq!(undecided(&report), ["V082"]);
    // Of a stranger's name it is nobody's word.
    policy.ocsp_responses.clear();
    policy
        .crls
        .push(list(UNIT, "2026-07-01T00:00:00Z").signed(&strange));
    assert_eq!(undecided(&judge_under(&WORLD.honest(), &policy)), [""; 0]);
}

/// An honest token with nothing inside but what hangs on it unsigned.
fn hung(unsigned: Vec<Vec<u8>>) -> Vec<u8> {
    let mut token: Token = WORLD.token(&tst_info());
    token.certificates.clear();
    token.unsigned = unsigned;
    token.signed(&WORLD.unit_key)
}

#[test]
fn v053_certificates_in_unsigned_attributes_are_material_and_no_anchors() {
    let values = |all: &[&Vec<u8>]| {
        let all: Vec<_> = all.iter().map(|one| (*one).clone()).collect();
        attribute(&oid::CERT_VALUES, &[sequence(&all)])
    };
    let mut policy = WORLD.policy();
    policy.intermediates.clear();
    let whole = hung(vec![values(&[&WORLD.unit, &WORLD.ca, &WORLD.root])]);
    let report = judge_under(&whole, &policy);
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    assert_eq!(status(&report, 53), Some(Passed));
    // A root that only the token brings is trusted by nobody.
    let thief = Key::p384(66);
    let other = Certificate::ca(1, "Other root", "Other root", &thief).signed(&thief);
    policy.anchors = meridian_verify::policy::TrustAnchors::new(vec![other]).unwrap();
    assert_eq!(undecided(&judge_under(&whole, &policy)), ["V080"]);
    // What is no list of certificates is told, and takes nothing away.
    let broken = hung(vec![
        attribute(&oid::CERT_VALUES, &[octets(b"no certificates")]),
        values(&[&WORLD.unit, &WORLD.ca]),
    ]);
    let mut policy = WORLD.policy();
    policy.intermediates.clear();
    let report = judge_under(&broken, &policy);
    assert_eq!(status(&report, 53), Some(Warning));
    assert_eq!(report.models().gen_time, Verdict::Passed);
}

#[test]
fn v053_revocation_data_in_unsigned_attributes_counts_like_any_other() {
    let crl = list(CA, "2026-07-01T00:00:00Z");
    let clean = crl.signed(&WORLD.ca_key);
    let lost = crl.revoking(&SERIAL, "2026-06-01T00:00:00Z", Some(1), None);
    let lost = lost.signed(&WORLD.ca_key);
    let basic = |of| answer(of, "2026-07-01T00:00:00Z").basic(&WORLD.ca_key);
    let lost_answer = basic(revoked("2026-06-01T00:00:00Z", 1));
    let explicit = |number, value: &[u8]| tagged(number, &sequence(&[value.to_vec()]));
    let implicit = |number, value: &[u8]| tagged(number, value);
    let with = |member: Vec<u8>| {
        let certificates = sequence(std::slice::from_ref(&WORLD.unit));
        let token = hung(vec![
            attribute(&oid::CERT_VALUES, &[certificates]),
            attribute(&oid::REVOCATION_VALUES, &[sequence(&[member])]),
        ]);
        judge_under(&token, &policy())
    };
    for form in [explicit, implicit] {
        let report = with(form(0, &clean));
        assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
        let report = with(form(1, &basic(good())));
        assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
        assert_eq!(failed(&with(form(0, &lost))), ["V084"]);
        assert_eq!(failed(&with(form(1, &lost_answer))), ["V084"]);
    }
    // Nobody's signature, nobody's word.
    let forged = list(CA, "2026-07-01T00:00:00Z").signed(&WORLD.unit_key);
    assert_eq!(undecided(&with(explicit(0, &forged))), ["V082"]);
}
