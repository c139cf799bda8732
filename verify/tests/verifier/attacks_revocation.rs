//! Attacks on paths, and on what lists and responses are made to say.

use meridian_verify::finding::Status;
use meridian_verify::policy::{RevocationMode, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;

use crate::forge::certificate::{Certificate, authority};
use crate::forge::der::{extension, integer, name, object, sequence, tagged};
use crate::forge::key::Key;
use crate::forge::revocation::{Answer, List, good, revoked};
use crate::forge::world::{CA, GEN_TIME, ROOT, UNIT, WORLD, judge_under, sid, tst_info, unit};
use crate::support::{failed, status, undecided};

/// The unit's number.
const UNIT_SERIAL: [u8; 3] = [2, 1, 3];

/// A year from half a month after genTime on.
const SINCE: &str = "2026-07-01T00:00:00Z";
const UNTIL: &str = "2027-07-01T00:00:00Z";

fn empty(issuer: &str) -> List {
    List::new(issuer, SINCE, UNTIL)
}

/// The list, with the unit's key compromised since long.
fn condemning(list: List) -> List {
    list.revoking(&UNIT_SERIAL, "2026-02-01T00:00:00Z", Some(1), None)
}

/// An honest token with these lists, revocation data required.
fn under(crls: Vec<Vec<u8>>) -> Report {
    let mut policy = WORLD.policy();
    policy.revocation = RevocationMode::Require;
    policy.crls = crls;
    // What is said about the authority is not what is tried here.
    policy.crls.push(empty(ROOT).signed(&WORLD.root_key));
    judge_under(&WORLD.honest(), &policy)
}

/// The list speaks neither for nor against the unit.
#[track_caller]
fn says_nothing(list: Vec<u8>) {
    let report = under(vec![list]);
    assert_eq!(failed(&report), [""; 0]);
    assert_eq!(undecided(&report), ["V082"]);
}

#[test]
fn n21_a_response_about_another_certificate() {
    let mut answer = Answer {
        issuer: name(CA),
        issuer_key: WORLD.ca_key.spki[WORLD.ca_key.spki.len() - 97..].to_vec(),
        serial: integer(&[3]),
        status: good(),
        this_update: SINCE.to_owned(),
        next_update: UNTIL.to_owned(),
        produced_at: SINCE.to_owned(),
        responder: name(CA),
        certificates: Vec::new(),
        extensions: Vec::new(),
    };
    let end = |answer: &Answer| {
        let mut policy = WORLD.policy();
        policy.revocation = RevocationMode::Require;
        policy.crls = vec![empty(ROOT).signed(&WORLD.root_key)];
        policy.ocsp_responses = vec![answer.signed(&WORLD.ca_key)];
        judge_under(&WORLD.honest(), &policy).models().gen_time
    };
    assert_eq!(end(&answer), Verdict::Passed);
    answer.serial = integer(&[4]);
    assert_eq!(end(&answer), Verdict::Indeterminate);
    // The number modulo 256.
    answer.serial = integer(&[1, 3]);
    assert_eq!(end(&answer), Verdict::Indeterminate);
    answer.status = revoked("2026-02-01T00:00:00Z", 1);
    assert_eq!(end(&answer), Verdict::Indeterminate);
    answer.serial = integer(&[3]);
    assert_eq!(end(&answer), Verdict::Failed);
}

#[test]
fn n31_many_authorities_of_one_name() {
    let namesakes = |count: u8| -> Vec<Vec<u8>> {
        let keys = (100..100 + count).map(Key::p384);
        keys.map(|key| Certificate::ca(2, ROOT, CA, &key).signed(&WORLD.root_key))
            .collect()
    };
    let mut token = WORLD.token(&tst_info());
    token.certificates.extend(namesakes(60));
    let report = judge_under(&token.signed(&WORLD.unit_key), &WORLD.policy());
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    // Authorities that certify one another, none of them the root: the search has an end.
    let ring: Vec<Key> = (100..130).map(Key::p384).collect();
    let mut bag = Vec::new();
    for issuer in &ring {
        for subject in ring.iter().take(8) {
            bag.push(Certificate::ca(2, CA, CA, subject).signed(issuer));
        }
    }
    let mut policy = WORLD.policy();
    policy.intermediates = bag;
    let unit = unit(&WORLD.unit_key);
    let token = crate::forge::token::Token::new(
        &tst_info().der(),
        &unit.signed(&ring[0]),
        sid(&unit),
        &WORLD.unit_key,
    );
    let report = judge_under(&token.signed(&WORLD.unit_key), &policy);
    assert_eq!(undecided(&report), ["V080"]);
    let found = report.findings().iter();
    let mut found = found.filter(|finding| finding.id.to_string() == "V080");
    let detail = &found.next().unwrap().detail;
    assert!(detail.contains("bounds"), "{detail}");
}

/// Arc of one octet below 1.2.
fn policy_oid(arc: u8) -> oid::ObjectIdentifier {
    oid::ObjectIdentifier::from_bytes(&[0x2a, 3, arc]).unwrap()
}

#[test]
fn n31_policies_that_multiply_on_the_way() {
    // Eight policies, each mapped to all eight, at every step: 8^6 nodes in a tree, 48 in a graph.
    let policies: Vec<_> = (1..=8).map(policy_oid).collect();
    let listed: Vec<_> = policies
        .iter()
        .map(|one| sequence(&[object(one)]))
        .collect();
    let all = extension(&oid::CERTIFICATE_POLICIES, false, &sequence(&listed));
    let pairs: Vec<_> = policies
        .iter()
        .flat_map(|from| policies.iter().map(move |to| (from, to)))
        .map(|(from, to)| sequence(&[object(from), object(to)]))
        .collect();
    let mappings = extension(&oid::POLICY_MAPPINGS, true, &sequence(&pairs));
    let names = ["A", "B", "C", "D", "E"];
    let keys: Vec<Key> = (120..125).map(Key::p384).collect();
    let mut policy = WORLD.policy();
    policy.intermediates.clear();
    let mut above = (ROOT, &WORLD.root_key);
    for (subject, key) in names.into_iter().zip(&keys) {
        let step = Certificate::ca(2, above.0, subject, key);
        let step = step.with(all.clone()).with(mappings.clone());
        policy.intermediates.push(step.signed(above.1));
        above = (subject, key);
    }
    let unit = Certificate::unit(3, "E", UNIT, &WORLD.unit_key).with(all);
    let der = unit.signed(&keys[4]);
    let info = tst_info().der();
    let token = crate::forge::token::Token::new(&info, &der, sid(&unit), &WORLD.unit_key);
    let report = judge_under(&token.signed(&WORLD.unit_key), &policy);
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
}

/// issuingDistributionPoint, critical.
fn point(parts: &[Vec<u8>]) -> Vec<u8> {
    extension(&oid::ISSUING_DISTRIBUTION_POINT, true, &sequence(parts))
}

/// `[number] TRUE`.
fn flag(number: u8) -> Vec<u8> {
    element(&[0x80 | number], &[0xff])
}

#[test]
fn n40_a_list_about_another_kind_of_certificate() {
    for only in [
        // For authorities only, for attributes only.
        vec![flag(2)],
        vec![flag(5)],
        // Of another place.
        vec![tagged(
            0,
            &tagged(0, &element(&[0x86], b"http://crl.example/1")),
        )],
    ] {
        says_nothing(empty(CA).with(point(&only)).signed(&WORLD.ca_key));
        let list = condemning(empty(CA)).with(point(&only));
        says_nothing(list.signed(&WORLD.ca_key));
    }
    // For users only: that is the unit.
    let list = empty(CA).with(point(&[flag(1)])).signed(&WORLD.ca_key);
    assert_eq!(under(vec![list]).models().gen_time, Verdict::Passed);
    let list = condemning(empty(CA)).with(point(&[flag(1)]));
    assert_eq!(failed(&under(vec![list.signed(&WORLD.ca_key)])), ["V084"]);
}

#[test]
fn n41_a_list_whose_limits_cannot_be_read() {
    for value in [
        vec![0x05, 0x00],
        vec![0x30, 0x02, 0x82],
        vec![0x30, 0x03, 1, 1, 0xff],
    ] {
        let unreadable = extension(&oid::ISSUING_DISTRIBUTION_POINT, true, &value);
        says_nothing(empty(CA).with(unreadable.clone()).signed(&WORLD.ca_key));
        says_nothing(condemning(empty(CA)).with(unreadable).signed(&WORLD.ca_key));
    }
    // An extension that must be understood and is not: silence says nothing, a revocation does.
    let strange = extension(&oid::BASE, true, &[5, 0]);
    says_nothing(empty(CA).with(strange.clone()).signed(&WORLD.ca_key));
    let list = condemning(empty(CA)).with(strange).signed(&WORLD.ca_key);
    assert_eq!(failed(&under(vec![list])), ["V084"]);
}

#[test]
fn n42_a_list_for_no_reason_at_all() {
    // onlySomeReasons without a bit, without an octet, and with fewer bits than none.
    for reasons in [
        element(&[0x83], &[0]),
        element(&[0x83], &[]),
        element(&[0x83], &[7]),
        element(&[0x83], &[0, 0]),
    ] {
        let list = empty(CA).with(point(&[reasons]));
        says_nothing(list.signed(&WORLD.ca_key));
    }
    // Half of the reasons in one list: silence is known for all of them only with the other half.
    let half = |octets: [u8; 2]| {
        let reasons = element(&[0x83], &[&[7][..], &octets].concat());
        empty(CA).with(point(&[reasons])).signed(&WORLD.ca_key)
    };
    let (first, second) = (half([0b0111_1000, 0]), half([0b0000_0111, 0b1000_0000]));
    says_nothing(first.clone());
    says_nothing(second.clone());
    assert_eq!(
        under(vec![first, second]).models().gen_time,
        Verdict::Passed
    );
}

#[test]
fn n43_a_list_from_before_gen_time_only() {
    // genTime and its accuracy end one second after twelve.
    for (this_update, freshness, verdict) in [
        (
            "2026-06-15T11:00:00Z",
            Status::Warning,
            Verdict::Indeterminate,
        ),
        (
            "2026-06-15T12:00:00Z",
            Status::Warning,
            Verdict::Indeterminate,
        ),
        ("2026-06-15T12:00:01Z", Status::Passed, Verdict::Passed),
    ] {
        let list = List::new(CA, this_update, UNTIL).signed(&WORLD.ca_key);
        let report = under(vec![list]);
        assert_eq!(status(&report, 83), Some(freshness), "{this_update}");
        assert_eq!(report.models().gen_time, verdict, "{this_update}");
    }
    // One that spares the token by a later revocation can know of that no better.
    for (this_update, ids) in [("2026-06-15T12:00:00Z", &["V082"][..]), (SINCE, &[])] {
        let list = List::new(CA, this_update, UNTIL);
        let list = list.revoking(&UNIT_SERIAL, "2026-06-20T00:00:00Z", Some(4), None);
        let report = under(vec![list.signed(&WORLD.ca_key)]);
        assert_eq!(undecided(&report), ids, "{this_update}");
    }
    // From after the time of verification: it cannot have been at hand.
    says_nothing(List::new(CA, "2026-11-24T12:00:01Z", UNTIL).signed(&WORLD.ca_key));
}

#[test]
fn n44_a_list_by_a_namesake_of_the_issuer() {
    let stranger = Key::p384(66);
    // Not certified by anyone, certified by the root for something else, and for lists.
    says_nothing(empty(CA).signed(&stranger));
    says_nothing(condemning(empty(CA)).signed(&stranger));
    let idle = Certificate::new(9, ROOT, CA, &stranger)
        .with(authority())
        .with(extension(&oid::KEY_USAGE, true, &[3, 2, 2, 4]))
        .signed(&WORLD.root_key);
    let mut policy = WORLD.policy();
    policy.intermediates.push(idle);
    policy.crls = vec![condemning(empty(CA)).signed(&stranger)];
    assert_eq!(failed(&judge_under(&WORLD.honest(), &policy)), [""; 0]);
    // One that names itself in the token.
    let own = Certificate::ca(9, CA, CA, &stranger).signed(&stranger);
    let mut token = WORLD.token(&tst_info());
    token.certificates.push(own);
    token.revocation = vec![condemning(empty(CA)).signed(&stranger)];
    let report = judge_under(&token.signed(&WORLD.unit_key), &WORLD.policy());
    assert_eq!(failed(&report), [""; 0]);
    assert_eq!(status(&report, 84), Some(Status::Passed));
}

/// The unit revoked at a time, for a reason, with a date of invalidity.
fn revoked_at(date: &str, reason: Option<u8>, invalidity: Option<&str>) -> Report {
    let list = empty(CA).revoking(&UNIT_SERIAL, date, reason, invalidity);
    let mut policy: VerifyPolicy = WORLD.policy();
    policy.crls = vec![list.signed(&WORLD.ca_key)];
    judge_under(&WORLD.honest(), &policy)
}

#[test]
fn n45_a_revocation_after_gen_time_without_a_reason() {
    let later = "2026-06-20T00:00:00Z";
    assert_eq!(failed(&revoked_at(later, None, None)), ["V084"]);
    // The reasons for which a token from before remains valid, and all others.
    for harmless in [0, 3, 4, 5] {
        let report = revoked_at(later, Some(harmless), None);
        assert_eq!(status(&report, 84), Some(Status::Warning));
        assert_eq!(report.models().gen_time, Verdict::Passed);
    }
    for fatal in [1, 2, 7, 9, 10, 11, 127] {
        assert_eq!(failed(&revoked_at(later, Some(fatal), None)), ["V084"]);
    }
    assert_eq!(undecided(&revoked_at(later, Some(6), None)), ["V085"]);
    // Until the accuracy ends it is not later.
    for (date, ids) in [
        ("2026-06-15T12:00:01Z", &["V084"][..]),
        ("2026-06-15T12:00:02Z", &[]),
    ] {
        assert_eq!(failed(&revoked_at(date, Some(4), None)), ids, "{date}");
    }
}

#[test]
fn n46_invalid_before_gen_time_and_revoked_after() {
    let later = "2026-06-20T00:00:00Z";
    for reason in [Some(0), Some(1), Some(3), Some(4), Some(5), None] {
        let report = revoked_at(later, reason, Some("2026-06-10T00:00:00Z"));
        assert_eq!(failed(&report), ["V084"], "{reason:?}");
        assert_eq!(failed(&revoked_at(later, reason, Some(GEN_TIME))), ["V084"]);
    }
    let between = revoked_at(later, Some(4), Some("2026-06-16T00:00:00Z"));
    assert_eq!(between.models().gen_time, Verdict::Passed);
    // A date of invalidity after the revocation takes nothing back.
    let early = revoked_at("2026-06-10T00:00:00Z", Some(4), Some(later));
    assert_eq!(failed(&early), ["V084"]);
}
