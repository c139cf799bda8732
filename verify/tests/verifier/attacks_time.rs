//! Attacks on what a token says: of which data, when, in answer to what.

use meridian_verify::artifact::Artifact;
use meridian_verify::asked::AskedFor;
use meridian_verify::finding::Status;
use meridian_verify::input::recognise;
use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_verify::verify::verify_timestamp;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;
use meridian_wire::tsp::hash::HashAlgorithm;
use sha2::{Digest, Sha256};

use crate::forge::der::{
    algorithm, attribute, generalized, integer, number, object, octets, sequence,
};
use crate::forge::token::TstInfo;
use crate::forge::world::{DATA, GEN_TIME, WORLD, judge, judge_under, tst_info};
use crate::support::{failed, judge_about, status};

fn stamped(info: &TstInfo) -> Vec<u8> {
    WORLD.token(info).signed(&WORLD.unit_key)
}

#[test]
fn n03_a_token_of_another_file() {
    let (mine, yours) = (
        stamped(&tst_info()),
        stamped(&TstInfo::about(b"yours", GEN_TIME)),
    );
    let report = judge_about(&yours, DATA, &WORLD.policy());
    assert_eq!(failed(&report), ["V030"]);
    assert_eq!(
        failed(&judge_about(&mine, b"yours", &WORLD.policy())),
        ["V030"]
    );
    assert_eq!(
        failed(&judge_about(&yours, b"yours", &WORLD.policy())),
        [""; 0]
    );
    // A digest that is right under another algorithm is not this digest.
    let digest = Sha256::digest(DATA).to_vec();
    let other = Artifact::from_digest(HashAlgorithm::Sha3_256, digest).unwrap();
    let report = verify_timestamp(&recognise(&mine).unwrap(), Some(&other), &WORLD.policy());
    assert_eq!(status(&report, 30), Some(Status::Indeterminate));
    assert_eq!(report.models().gen_time, Verdict::Indeterminate);
}

/// `TimeStampReq` about data, with what follows its imprint.
fn request(data: &[u8], rest: &[Vec<u8>]) -> Vec<u8> {
    let sha256 = algorithm(&oid::SHA_256, &[]);
    let imprint = sequence(&[sha256, octets(&Sha256::digest(data))]);
    sequence(&[&[number(1), imprint][..], rest].concat())
}

/// A token with this nonce, judged as the answer to this request.
fn answering(request: Vec<u8>, nonce: Option<Vec<u8>>) -> Report {
    let mut info = tst_info();
    info.rest.extend(nonce);
    let mut policy = WORLD.policy();
    policy.request = Some(AskedFor::new(request).unwrap());
    judge_under(&stamped(&info), &policy)
}

#[test]
fn n04_an_older_token_for_a_file_that_was_made_again() {
    let nonce = || integer(&[0xca, 0xfe]);
    let fresh = answering(request(DATA, &[nonce()]), Some(nonce()));
    assert_eq!(status(&fresh, 26), Some(Status::Passed));
    assert_eq!(fresh.models().gen_time, Verdict::Passed);
    // The same number with zeros in front of it.
    let long = element(&[0x02], &[0, 0, 0xca, 0xfe]);
    let same = answering(request(DATA, &[long]), Some(nonce()));
    assert_eq!(status(&same, 26), Some(Status::Passed));
    for replayed in [
        Some(integer(&[0xca, 0xff])),
        Some(integer(&[0xfe])),
        // The same octets, read as a negative number.
        Some(element(&[0x02], &[0xca, 0xfe])),
        None,
    ] {
        let report = answering(request(DATA, &[nonce()]), replayed);
        assert_eq!(failed(&report), ["V026"]);
        assert_eq!(report.models().gen_time, Verdict::Failed);
    }
    let report = answering(request(b"other", &[nonce()]), Some(nonce()));
    assert_eq!(failed(&report), ["V026"]);
    // None was asked for, and one is there: no harm.
    let report = answering(request(DATA, &[]), Some(nonce()));
    assert_eq!(report.models().gen_time, Verdict::Passed);
}

#[test]
fn n04_a_token_under_another_policy_than_was_asked_for() {
    let asked = |policy: &oid::ObjectIdentifier| answering(request(DATA, &[object(policy)]), None);
    assert_eq!(
        status(&asked(&oid::POLICY_COMPATIBLE), 25),
        Some(Status::Passed)
    );
    assert_eq!(failed(&asked(&oid::POLICY_PRECISE)), ["V025"]);
    let mut policy = WORLD.policy();
    policy.policies = vec![oid::POLICY_PRECISE.to_string()];
    assert_eq!(failed(&judge_under(&WORLD.honest(), &policy)), ["V025"]);
    policy.policies.push(oid::POLICY_COMPATIBLE.to_string());
    let report = judge_under(&WORLD.honest(), &policy);
    assert_eq!(report.models().gen_time, Verdict::Passed);
}

#[test]
fn n12_times_that_nobody_signed_or_that_are_the_signers_own_word() {
    let utc = |text: &[u8]| element(&[0x17], text);
    // All but what a log knows it by, which is over the attributes.
    let says = |report: &Report| {
        let mut facts = report.token().unwrap().clone();
        facts.id = None;
        facts
    };
    let honest = judge(&WORLD.honest());
    for said in [
        utc(b"200101000000Z"),
        utc(b"491231235959Z"),
        generalized("20991231235959Z"),
    ] {
        let signed = WORLD
            .token(&tst_info())
            .attribute(&oid::SIGNING_TIME, std::slice::from_ref(&said));
        let mut unsigned = WORLD.token(&tst_info());
        unsigned.unsigned = vec![attribute(&oid::SIGNING_TIME, &[said])];
        for token in [signed, unsigned] {
            let report = judge(&token.signed(&WORLD.unit_key));
            assert_eq!(says(&report), says(&honest));
            assert_eq!(report.models(), honest.models());
        }
    }
}

#[test]
fn n18_times_that_do_not_exist() {
    let end = |text: &str| {
        let mut info = tst_info();
        info.gen_time = generalized(text);
        failed(&judge(&stamped(&info)))
    };
    for text in [
        "20260615235960Z",
        "20260615240000Z",
        "20260615126000Z",
        "20260631120000Z",
        "20260229120000Z",
        "20260015120000Z",
        "20261315120000Z",
        "20260600120000Z",
        "00000101000000Z",
        "00010101000000Z",
        "19491231235959Z",
        "20260615120000",
        "20260615120000+0000",
        "20260615140000+0200",
        "20260615120000z",
        "202606151200Z",
        "2026061512Z",
        "260615120000Z",
        "20260615120000,5Z",
        "20260615120000.Z.5Z",
        "20260615120000.-5Z",
        "+2026615120000Z",
        " 20260615120000Z",
        "20260615120000Z ",
        "",
        "Z",
        "120260615120000Z",
    ] {
        assert_eq!(end(text), ["V021"], "{text:?}");
    }
    // Leap days exist; whether the certificate did is another question.
    assert_eq!(end("20280229120000Z"), ["V022"]);
    assert_eq!(end("99991231235959Z"), ["V022", "V065", "V080"]);
    assert_eq!(
        end("20260615120000.000000000000000000000000000001Z"),
        [""; 0]
    );
}

#[test]
fn n19_an_accuracy_beyond_every_number() {
    let accuracy = |parts: &[Vec<u8>]| {
        let mut info = tst_info();
        info.rest = vec![sequence(parts)];
        judge(&stamped(&info))
    };
    let eight = |first: u8| integer(&[first, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    let part = |tag: u8, content: &[u8]| element(&[tag], content);
    // 2^63 - 1, 2^64 - 1, more than 64 bits, and a sum that leaves them.
    for parts in [
        vec![eight(0x7f)],
        vec![eight(0xff)],
        vec![integer(&[1; 20])],
        vec![integer(&[0xff; 4000])],
        vec![eight(0x7f), part(0x80, &[3, 0xe7]), part(0x81, &[3, 0xe7])],
        vec![element(&[0x02], &[0xff])],
        vec![number(1), part(0x80, &[0xff])],
    ] {
        let report = accuracy(&parts);
        assert_eq!(status(&report, 23), Some(Status::Warning), "{parts:02x?}");
        assert_eq!(failed(&report), ["V065"], "{parts:02x?}");
        assert_eq!(report.models().gen_time, Verdict::Failed);
    }
    // Great, and still a number; added to genTime it is none, or one that no certificate covers.
    let most = accuracy(&[number(u64::MAX / 1_000_000)]);
    assert_eq!(status(&most, 23), Some(Status::Passed));
    assert_eq!(failed(&most), ["V065"]);
    let ids = failed(&accuracy(&[number(1 << 40)]));
    assert_eq!(ids, ["V065", "V080"]);
    // Ten years to either side lead out of the certificate, five months do not.
    let day = 86_400;
    assert_eq!(failed(&accuracy(&[number(3_650 * day)])), ["V065", "V080"]);
    assert_eq!(failed(&accuracy(&[number(150 * day)])), [""; 0]);
}
