//! [`Cosigner`]: what a witness signs with.

use std::sync::Arc;

use meridian_wire::note::cosignature::CosignatureError;
use meridian_wire::note::name::KeyName;
use meridian_wire::note::signed_note::NoteSignature;
use meridian_wire::note::witness_key::WitnessKey;

use crate::signer::{SignError, Signer, ed25519_public_key};

/// The name of a witness and its Ed25519 key (signature type 0x04).
///
/// The message of this type does not name the witness, so the key must be no other's, and no
/// log's.
#[derive(Clone, Debug)]
pub struct Cosigner {
    signer: Arc<dyn Signer>,
    key: WitnessKey,
}

/// Why a checkpoint was not cosigned.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CosignError {
    /// The key failed.
    #[error("the witness's key failed to sign")]
    Sign(#[from] SignError),
    /// There is no message over such a text.
    #[error("the text cannot be cosigned")]
    Text(#[from] CosignatureError),
}

/// The key is not an Ed25519 key, the only kind that signs cosignatures of type 0x04.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the witness's key is not an Ed25519 key")]
pub struct NotAWitnessKey;

impl Cosigner {
    /// The witness `name`, signed for by `signer`.
    ///
    /// # Errors
    ///
    /// [`NotAWitnessKey`] if the key is no Ed25519 key.
    pub fn new(name: KeyName, signer: Arc<dyn Signer>) -> Result<Self, NotAWitnessKey> {
        let public_key = ed25519_public_key(&*signer).ok_or(NotAWitnessKey)?;
        let key = WitnessKey::ed25519(name, public_key);
        Ok(Self { signer, key })
    }

    /// The key that its cosignatures are checked with.
    #[must_use]
    pub const fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// Signs a checkpoint's text at `seconds` since 1970.
    ///
    /// Whether the tree is consistent with what was signed before is the caller's to know, and to
    /// have made permanent before the line leaves.
    ///
    /// # Errors
    ///
    /// [`CosignError`].
    pub fn cosign(&self, seconds: u64, text: &str) -> Result<NoteSignature, CosignError> {
        let message = self.key.message(seconds, text)?;
        let signature = self.signer.sign(&message)?;
        Ok(self.key.line(seconds, &signature))
    }
}

#[cfg(test)]
mod tests {
    use meridian_rfc_vectors::vector::load;

    use super::*;
    use crate::deterministic::{DeterministicEd25519, DeterministicP384Signer};

    #[test]
    fn signs_the_line_of_the_vector() {
        let vectors = load("c2sp").unwrap();
        let text = |name| {
            let vector = vectors.iter().find(|vector| vector.name == name).unwrap();
            vector.body.text().unwrap()
        };
        let seed: Vec<u8> = (0x20..0x40).collect();
        let seed: [u8; 32] = seed.try_into().unwrap();
        let signer = Arc::new(DeterministicEd25519::from_seed(&seed).unwrap());
        let name = KeyName::new("witness.example/w1").unwrap();
        let cosigner = Cosigner::new(name, signer).unwrap();
        assert_eq!(
            cosigner.key().to_string(),
            text("vkey-witness1-0x04").trim_end()
        );
        let line = cosigner.cosign(1_700_000_000, text("checkpoint-5"));
        assert!(text("note-checkpoint-5").ends_with(&line.unwrap().line()));
    }

    #[test]
    fn refuses_a_key_of_another_algorithm() {
        let signer = DeterministicP384Signer::from_scalar(&[7; 48]).unwrap();
        let name = KeyName::new("w.example").unwrap();
        let refused = Cosigner::new(name, Arc::new(signer)).unwrap_err();
        assert_eq!(refused, NotAWitnessKey);
    }
}
