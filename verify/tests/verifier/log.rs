//! A token and its proof of inclusion: what agrees passes, everything else fails.

use crate::forge::log::digest_of;
use crate::support::{failed, judge, policy, replace, status, token_of, vector};
use ed25519_dalek::{Signer, SigningKey};
use meridian_merkle::hash::{Hash, leaf_hash, node_hash};
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_verify::finding::Status;
use meridian_verify::policy::VerifyPolicy;
use meridian_verify::report::Report;
use meridian_verify::report::json::to_json;
use meridian_verify::verdict::{Model, Verdict};
use meridian_wire::checkpoint::{Checkpoint, Origin};
use meridian_wire::leaf::Leaf;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::name::KeyName;
use meridian_wire::note::signed_note::{NoteSignature, SignedNote};
use meridian_wire::oid;
use meridian_wire::proof::TlogProof;
use meridian_wire::reader::der_form::{element, set_of};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;

/// serialNumber of p384.tsr.
const SERIAL: u64 = 0x3001;

/// Its SignerInfo.
const SIGNER: [usize; 4] = [1, 0, 4, 0];

fn token() -> Vec<u8> {
    token_of(&vector("p384.tsr"))
}

fn log_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn key_name() -> KeyName {
    KeyName::new("log.example/verify").unwrap()
}

fn verifier_key() -> VerifierKey {
    VerifierKey::ed25519(key_name(), log_key().verifying_key().to_bytes())
}

fn gen_time(report: &Report) -> UnixMicros {
    report.token().unwrap().gen_time.unwrap()
}

fn true_leaf() -> Leaf {
    let time = gen_time(&judge(&token(), &policy()));
    Leaf::time_stamp(time, digest_of(&token()))
}

/// A proof that this leaf is the last of a tree of `index + 1`: siblings are all on the
/// left, as many as the index has bits set, and may be anything.
fn proof_of(leaf: &Leaf, index: u64, key: &SigningKey) -> TlogProof {
    let entry = leaf.encode();
    let siblings: Vec<Hash> = (0..index.count_ones())
        .map(|n| Hash::from_bytes([n.to_le_bytes()[0]; 32]))
        .collect();
    let root = siblings
        .iter()
        .fold(leaf_hash(&entry), |hash, left| node_hash(left, &hash));
    let origin = Origin::new("log.example/verify").unwrap();
    let text = Checkpoint::new(origin, TreeSize::new(index + 1), root)
        .unwrap()
        .text();
    let verifier = VerifierKey::ed25519(key_name(), log_key().verifying_key().to_bytes());
    let signature = key.sign(text.as_bytes()).to_bytes().to_vec();
    let line = NoteSignature::new(key_name(), verifier.key_id(), signature);
    let note = SignedNote::compose(&text, &[line]).unwrap();
    TlogProof::new(Some(entry), LeafIndex::new(index), siblings, note).unwrap()
}

fn true_proof() -> String {
    proof_of(&true_leaf(), SERIAL, &log_key()).text()
}

fn with_proof(text: String) -> VerifyPolicy {
    let mut policy = policy();
    policy.log_key = Some(verifier_key());
    policy.proof = Some(text);
    policy.require_log = true;
    policy
}

fn failures_of(leaf: &Leaf, index: u64) -> Vec<String> {
    let text = proof_of(leaf, index, &log_key()).text();
    failed(&judge(&token(), &with_proof(text)))
}

#[test]
fn a_true_proof_passes_and_is_reported() {
    let report = judge(&token(), &with_proof(true_proof()));
    assert_eq!(failed(&report), [""; 0]);
    assert_eq!(report.models().gen_time, Verdict::Passed);
    let json: serde_json::Value =
        serde_json::from_str(&to_json(&report, Model::GenTime).unwrap()).unwrap();
    assert_eq!(json["log"]["index"], SERIAL.to_string());
    assert_eq!(json["log"]["origin"], "log.example/verify");
}

#[test]
fn a_proof_in_the_token_is_found_and_does_not_change_the_tokens_digest() {
    let value = element(&[0x0c], true_proof().as_bytes());
    let oid = element(&[0x06], oid::TLOG_PROOF.as_bytes());
    let attribute = element(&[0x30], &[oid, set_of(vec![value])].concat());
    let mut carrier = Vec::new();
    let with_attribute = replace(&token(), &SIGNER, |signer| {
        let mut walk = Walk::default();
        let content = Tlv::only(signer, &mut walk).unwrap().content();
        carrier = element(&[0x30], &[content, &element(&[0xa1], &attribute)].concat());
        carrier.clone()
    });
    let mut policy = with_proof(String::new());
    policy.proof = None;
    let report = judge(&with_attribute, &policy);
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    assert_eq!(digest_of(&with_attribute), digest_of(&token()));
}

#[test]
fn refuses_a_leaf_of_another_kind() {
    let leaf = Leaf::location_stamp(true_leaf().time(), *true_leaf().digest());
    assert_eq!(failures_of(&leaf, SERIAL), ["V092"]);
    assert_eq!(
        failures_of(&Leaf::void(true_leaf().time()), SERIAL),
        ["V092"]
    );
}

#[test]
fn refuses_a_leaf_of_another_token() {
    let leaf = Leaf::time_stamp(true_leaf().time(), [7; 32]);
    assert_eq!(failures_of(&leaf, SERIAL), ["V092"]);
}

#[test]
fn refuses_a_leaf_at_another_index() {
    assert_eq!(failures_of(&true_leaf(), SERIAL + 1), ["V092"]);
}

#[test]
fn refuses_a_leaf_time_outside_gen_time_and_accuracy() {
    let at = |us| {
        let time = true_leaf().time().checked_add_us(us).unwrap();
        failures_of(&Leaf::time_stamp(time, *true_leaf().digest()), SERIAL)
    };
    assert_eq!(at(1_000_000), [""; 0]);
    assert_eq!(at(-1_000_000), [""; 0]);
    assert_eq!(at(1_000_001), ["V092"]);
    assert_eq!(at(-1_000_001), ["V092"]);
}

#[test]
fn refuses_a_checkpoint_signed_by_another_key() {
    let text = proof_of(&true_leaf(), SERIAL, &SigningKey::from_bytes(&[8; 32])).text();
    assert_eq!(failed(&judge(&token(), &with_proof(text))), ["V090"]);
}

#[test]
fn refuses_a_checkpoint_of_another_log() {
    let mut policy = with_proof(true_proof());
    let name = KeyName::new("log.example/other").unwrap();
    let key = VerifierKey::ed25519(name, log_key().verifying_key().to_bytes());
    policy.log_key = Some(key);
    assert_eq!(failed(&judge(&token(), &policy)), ["V090"]);
}

#[test]
fn refuses_a_path_that_leads_to_another_root() {
    let true_proof = proof_of(&true_leaf(), SERIAL, &log_key());
    let mut hashes = true_proof.hashes().to_vec();
    hashes[0] = Hash::from_bytes([0xee; 32]);
    let other = TlogProof::new(
        true_proof.extra().map(<[u8]>::to_vec),
        true_proof.index(),
        hashes,
        true_proof.checkpoint().clone(),
    );
    let text = other.unwrap().text();
    assert_eq!(failed(&judge(&token(), &with_proof(text))), ["V091"]);
}

#[test]
fn refuses_a_proof_that_cannot_be_read() {
    assert_eq!(
        failed(&judge(&token(), &with_proof("nonsense".to_owned()))),
        ["V090"]
    );
}

#[test]
fn a_missing_proof_counts_only_where_it_is_required() {
    let mut policy = policy();
    let report = judge(&token(), &policy);
    assert_eq!(status(&report, 90), Some(Status::NotChecked));
    policy.require_log = true;
    assert_eq!(failed(&judge(&token(), &policy)), ["V090"]);
}

#[test]
fn a_wrong_proof_counts_even_where_none_is_required() {
    let leaf = Leaf::time_stamp(true_leaf().time(), [7; 32]);
    let mut policy = with_proof(proof_of(&leaf, SERIAL, &log_key()).text());
    policy.require_log = false;
    policy.log_key = None;
    assert_eq!(failed(&judge(&token(), &policy)), ["V092"]);
}
