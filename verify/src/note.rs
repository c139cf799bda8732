//! Who signed a checkpoint.

use ed25519_dalek::{Signature, VerifyingKey};
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::signed_note::SignedNote;

/// Why a note is not accepted.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoteFault {
    /// No signature line has this key's name and id.
    #[error("the note is not signed by this key")]
    NotSigned,
    /// A line has this key's name and id, and its signature is wrong: C2SP signed-note wants
    /// the whole note refused.
    #[error("a signature by this key is wrong")]
    WrongSignature,
    /// The key is no point on the curve.
    #[error("the key is malformed")]
    BadKey,
}

/// Checks a note's signatures of type 0x01 by one key, over the text as received. Lines by
/// other keys are ignored (C2SP signed-note).
///
/// # Errors
///
/// [`NoteFault`].
pub fn verify_note(note: &SignedNote, key: &VerifierKey) -> Result<(), NoteFault> {
    let point = VerifyingKey::from_bytes(key.public_key()).map_err(|_| NoteFault::BadKey)?;
    let mut signed = false;
    for line in note.signatures() {
        if !key.is_named_on(line) {
            continue;
        }
        let signature = Signature::from_slice(line.signature());
        let signature = signature.map_err(|_| NoteFault::WrongSignature)?;
        point
            .verify_strict(note.text().as_bytes(), &signature)
            .map_err(|_| NoteFault::WrongSignature)?;
        signed = true;
    }
    if signed {
        Ok(())
    } else {
        Err(NoteFault::NotSigned)
    }
}
