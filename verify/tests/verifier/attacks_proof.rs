//! Attacks on a proof that rides in the token, in the unsigned attribute.

use meridian_verify::finding::Status;
use meridian_verify::policy::VerifyPolicy;
use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_wire::limits::MAX_TLOG_PROOF_ATTRIBUTE_BYTES;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;

use crate::forge::der::{attribute, octets, tagged};
use crate::forge::log::{Entry, log_key};
use crate::forge::token::TstInfo;
use crate::forge::world::{GEN_TIME, WORLD, judge_under, tst_info};
use crate::support::{failed, instant, status};

const INDEX: u64 = 77;

fn proof() -> String {
    Entry::new(&WORLD.honest(), INDEX, instant(GEN_TIME)).proof()
}

fn utf8(text: &[u8]) -> Vec<u8> {
    element(&[0x0c], text)
}

/// The honest token with these unsigned attributes.
fn carrying(unsigned: Vec<Vec<u8>>) -> Vec<u8> {
    // One signature for all: the identity of the token is in it.
    let signature = WORLD.unit_key.sign(&WORLD.token(&tst_info()).signed_set());
    let mut token = WORLD.token(&tst_info());
    token.unsigned = unsigned;
    token.with_signature(&signature)
}

/// The honest token with this value in the attribute.
fn with_value(value: Vec<u8>) -> Vec<u8> {
    carrying(vec![attribute(&oid::TLOG_PROOF, &[value])])
}

fn policy() -> VerifyPolicy {
    let mut policy = WORLD.policy();
    policy.log_key = Some(log_key());
    policy.require_log = true;
    policy
}

fn judge(token: &[u8]) -> Report {
    judge_under(token, &policy())
}

/// Refused, and by the checks of the log alone.
fn refused(token: &[u8]) -> Vec<String> {
    let report = judge(token);
    assert_eq!(report.models().gen_time, Verdict::Failed);
    failed(&report)
}

fn detail(token: &[u8]) -> String {
    let report = judge(token);
    let finding = report
        .findings()
        .iter()
        .find(|it| it.id.to_string() == "V090");
    finding.unwrap().detail.to_string()
}

#[test]
fn a_true_proof_in_the_token_passes() {
    let report = judge(&with_value(utf8(proof().as_bytes())));
    assert_eq!(failed(&report), [""; 0]);
    assert_eq!(report.models().gen_time, Verdict::Passed);
    for check in [90, 91, 92] {
        assert_eq!(status(&report, check), Some(Status::Passed));
    }
}

#[test]
fn a_true_proof_of_another_token_in_the_token() {
    let other = WORLD.token(&TstInfo::about(b"other", GEN_TIME));
    let other = Entry::new(&other.signed(&WORLD.unit_key), INDEX, instant(GEN_TIME));
    let token = with_value(utf8(other.proof().as_bytes()));
    assert_eq!(refused(&token), ["V092"]);
    let later = Entry::new(&WORLD.honest(), INDEX + 1, instant(GEN_TIME));
    let token = with_value(utf8(later.proof().as_bytes()));
    assert_eq!(refused(&token), ["V092"]);
}

#[test]
fn two_proofs_in_one_token_are_none() {
    let value = utf8(proof().as_bytes());
    let one = attribute(&oid::TLOG_PROOF, std::slice::from_ref(&value));
    assert_eq!(refused(&carrying(vec![one.clone(), one.clone()])), ["V090"]);
    assert_eq!(refused(&carrying(vec![one.clone(), one])), ["V090"]);
    let two = attribute(&oid::TLOG_PROOF, &[value.clone(), value.clone()]);
    assert!(detail(&carrying(vec![two])).contains("2 values"));
    let two = attribute(&oid::TLOG_PROOF, &[value, utf8(b"other")]);
    assert_eq!(refused(&carrying(vec![two])), ["V090"]);
    let none = attribute(&oid::TLOG_PROOF, &[]);
    assert_eq!(refused(&carrying(vec![none])), ["V090"]);
}

#[test]
fn a_value_that_is_no_text() {
    let text = proof().into_bytes();
    for value in [
        octets(&text),
        element(&[0x2c], &utf8(&text)),
        element(&[0x16], &text),
        utf8(&[]),
        utf8(b"\xff\xfe"),
        utf8(&[&text[..], b"\0"].concat()),
        tagged(0, &text),
        vec![0x05, 0x00],
    ] {
        assert_eq!(refused(&with_value(value)), ["V090"]);
    }
}

#[test]
fn a_value_without_bound_is_not_read() {
    // What would be a proof, were it not for its length.
    let line = format!("— w.example {}=\n", "A".repeat(4_091));
    let lines = line.repeat(1 + MAX_TLOG_PROOF_ATTRIBUTE_BYTES / line.len());
    let token = with_value(utf8(format!("{}{lines}", proof()).as_bytes()));
    assert!(
        detail(&token).contains("above 131072"),
        "{}",
        detail(&token)
    );
    assert_eq!(refused(&token), ["V090"]);
    let token = with_value(utf8(&vec![b'a'; 1_000_000]));
    assert_eq!(refused(&token), ["V090"]);
    // With a MiB in it the token itself is longer than any that is read.
    assert!(!failed(&judge(&with_value(utf8(&vec![b'a'; 1 << 20])))).is_empty());
}

#[test]
fn a_proof_anywhere_else_is_not_read() {
    let value = utf8(proof().as_bytes());
    // Under another name, and among what is signed.
    let token = carrying(vec![attribute(
        &oid::DISCLOSURES,
        std::slice::from_ref(&value),
    )]);
    assert!(detail(&token).contains("none is at hand"));
    let signed = WORLD
        .token(&tst_info())
        .attribute(&oid::TLOG_PROOF, &[value]);
    assert!(detail(&signed.signed(&WORLD.unit_key)).contains("none is at hand"));
}

#[test]
fn the_callers_proof_counts_and_the_tokens_is_then_not_read() {
    let (good, garbage) = (utf8(proof().as_bytes()), utf8(b"garbage"));
    let mut with_file = policy();
    with_file.proof = Some(proof());
    let report = judge_under(&with_value(garbage), &with_file);
    assert_eq!(report.models().gen_time, Verdict::Passed);
    with_file.proof = Some("garbage".to_owned());
    let report = judge_under(&with_value(good), &with_file);
    assert_eq!(failed(&report), ["V090"]);
}

#[test]
fn every_octet_of_a_proof_counts() {
    let text = proof().into_bytes();
    for at in 0..text.len() {
        for flip in [0x01, 0x20] {
            let mut changed = text.clone();
            changed[at] ^= flip;
            let shown = String::from_utf8_lossy(&changed).into_owned();
            let report = judge(&with_value(utf8(&changed)));
            assert_eq!(report.models().gen_time, Verdict::Failed, "{at}: {shown}");
        }
    }
}
