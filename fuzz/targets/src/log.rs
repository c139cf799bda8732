//! The log's formats: text and leaves. Each has one form, so reading and writing is identity.

use std::collections::BTreeSet;

use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::Leaf;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::proof::TlogProof;
use meridian_wire::tlog_policy::TlogPolicy;

/// A signed note, and a verifier key: the two texts that an operator pastes.
///
/// # Panics
///
/// If an accepted note or key is written back differently.
pub fn note(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(note) = SignedNote::parse(text) {
        assert_eq!(note.as_str(), text, "a note is kept as received");
        let again = SignedNote::compose(note.text(), note.signatures());
        assert_eq!(again.as_ref(), Ok(&note), "a note has one form");
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(VerifierKey::parse(&key.to_string()), Ok(key));
    }
}

/// A checkpoint's text.
///
/// # Panics
///
/// If an accepted checkpoint is written back differently.
pub fn checkpoint(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(checkpoint) = Checkpoint::parse(text)
    {
        assert_eq!(checkpoint.text(), text, "a checkpoint has one form");
    }
}

/// A tlog-proof.
///
/// # Panics
///
/// If an accepted proof is written back differently.
pub fn proof(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(proof) = TlogProof::parse(text)
    {
        assert_eq!(proof.text(), text, "a proof has one form");
    }
}

/// A policy of logs and witnesses.
///
/// # Panics
///
/// If all witnesses together are no quorum, or none of them is one where some are asked for, or
/// one more takes a quorum away.
pub fn tlog_policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(policy) = TlogPolicy::parse(text) else {
        return;
    };
    assert!(!policy.logs().is_empty(), "a policy names a log");
    let mut there = BTreeSet::new();
    let mut met = policy.is_met_by(&there);
    assert_ne!(met, policy.wants_witnesses(), "nobody is no quorum");
    for witness in policy.witnesses() {
        there.insert(witness.name());
        let now = policy.is_met_by(&there);
        assert!(now || !met, "one more takes no quorum away");
        met = now;
    }
    assert!(met, "all of them are a quorum");
}

/// A leaf.
///
/// # Panics
///
/// If an accepted leaf is written back differently.
pub fn leaf(data: &[u8]) {
    if let Ok(leaf) = Leaf::decode(data) {
        assert_eq!(leaf.encode(), data, "a leaf has one form");
    }
}
