//! The log's formats: text and leaves. Each has one form, so reading and writing is identity.

use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::Leaf;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::proof::TlogProof;

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
