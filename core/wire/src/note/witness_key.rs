//! [`WitnessKey`]: the public key of a witness that says when it saw a checkpoint.

use std::fmt;

use crate::note::cosignature::{CosignatureError, cosigned_message, cosigned_tree_message};
use crate::note::error::NoteError;
use crate::note::key::{ED25519_KEY_LEN, KeyId, NoteKey, vkey_type};
use crate::note::name::KeyName;
use crate::note::signed_note::NoteSignature;

/// Signature type of `cosignature/v1`: Ed25519 over a time and the whole note.
const TYPE_COSIGNATURE_V1: u8 = 0x04;

/// Signature type of `subtree/v1`: ML-DSA-44 over a time, a name and a tree.
const TYPE_SUBTREE_V1: u8 = 0x06;

/// Octets of an ML-DSA-44 public key (FIPS 204, table 2).
const ML_DSA_44_KEY_LEN: usize = 1312;

/// A witness's key (C2SP tlog-cosignature), of one of the two kinds that the specification has.
///
/// Whether the octets are a key of their algorithm is not checked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum WitnessKey {
    /// Type 0x04.
    Ed25519(NoteKey<TYPE_COSIGNATURE_V1, ED25519_KEY_LEN>),
    /// Type 0x06.
    MlDsa44(Box<NoteKey<TYPE_SUBTREE_V1, ML_DSA_44_KEY_LEN>>),
}

impl WitnessKey {
    /// The Ed25519 key `public_key` under `name`.
    #[must_use]
    pub fn ed25519(name: KeyName, public_key: [u8; ED25519_KEY_LEN]) -> Self {
        Self::Ed25519(NoteKey::new(name, public_key))
    }

    /// The ML-DSA-44 key `public_key` under `name`.
    #[must_use]
    pub fn ml_dsa_44(name: KeyName, public_key: [u8; ML_DSA_44_KEY_LEN]) -> Self {
        Self::MlDsa44(Box::new(NoteKey::new(name, public_key)))
    }

    /// Reads a vkey of either kind, without surrounding space.
    ///
    /// # Errors
    ///
    /// [`NoteError`] naming the rule that is broken, [`NoteError::KeyType`] among them for the
    /// key of a log.
    pub fn parse(vkey: &str) -> Result<Self, NoteError> {
        match vkey_type(vkey)? {
            TYPE_SUBTREE_V1 => NoteKey::parse(vkey).map(Box::new).map(Self::MlDsa44),
            _ => NoteKey::parse(vkey).map(Self::Ed25519),
        }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        match self {
            Self::Ed25519(key) => key.name(),
            Self::MlDsa44(key) => key.name(),
        }
    }

    /// The id on the lines that this key signs.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        match self {
            Self::Ed25519(key) => key.key_id(),
            Self::MlDsa44(key) => key.key_id(),
        }
    }

    /// The octets of the public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        match self {
            Self::Ed25519(key) => key.public_key(),
            Self::MlDsa44(key) => key.public_key(),
        }
    }

    /// Whether a line says that this key signed it; then its signature must hold (C2SP
    /// signed-note).
    #[must_use]
    pub fn is_named_on(&self, line: &NoteSignature) -> bool {
        match self {
            Self::Ed25519(key) => key.is_named_on(line),
            Self::MlDsa44(key) => key.is_named_on(line),
        }
    }

    /// What this key signs at `seconds` under a checkpoint's text.
    ///
    /// Type 0x04 covers the text as it is; type 0x06 origin, size and root, and the witness's
    /// name, but no extension lines.
    ///
    /// # Errors
    ///
    /// [`CosignatureError`] if type 0x06 cannot be over this text.
    pub fn message(&self, seconds: u64, text: &str) -> Result<Vec<u8>, CosignatureError> {
        match self {
            Self::Ed25519(_) => Ok(cosigned_message(seconds, text)),
            Self::MlDsa44(key) => cosigned_tree_message(key.name(), seconds, text),
        }
    }

    /// The line that says: signed by this key, at `seconds`.
    #[must_use]
    pub fn line(&self, seconds: u64, signature: &[u8]) -> NoteSignature {
        let timestamped = [&seconds.to_be_bytes(), signature].concat();
        NoteSignature::new(self.name().clone(), self.key_id(), timestamped)
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519(key) => key.fmt(f),
            Self::MlDsa44(key) => key.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with seed 20..3f by two independent implementations.
    const VKEY: &str = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

    #[test]
    fn reads_and_writes_a_vkey() {
        let key = WitnessKey::parse(VKEY).unwrap();
        assert_eq!(key.to_string(), VKEY);
        assert_eq!(key.name().as_str(), "witness.example/w1");
        assert!(matches!(key, WitnessKey::Ed25519(_)));
    }

    #[test]
    fn reads_and_writes_a_vkey_of_ml_dsa() {
        let name = KeyName::new("witness.example/w1").unwrap();
        let key = WitnessKey::ml_dsa_44(name, [7; 1312]);
        assert_eq!(WitnessKey::parse(&key.to_string()), Ok(key));
    }

    #[test]
    fn refuses_a_key_of_a_log() {
        let log = "tsa.example/log1+5721a18c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
        let refused = Err(NoteError::KeyType { key_type: 1 });
        assert_eq!(WitnessKey::parse(log), refused);
    }

    #[test]
    fn refuses_a_key_of_the_length_of_the_other_kind() {
        let name = KeyName::new("w.example").unwrap();
        let short: NoteKey<TYPE_SUBTREE_V1, 32> = NoteKey::new(name.clone(), [1; 32]);
        let (expected, actual) = (1312, 32);
        let refused = Err(NoteError::KeyLength { expected, actual });
        assert_eq!(WitnessKey::parse(&short.to_string()), refused);
        let long: NoteKey<TYPE_COSIGNATURE_V1, 1312> = NoteKey::new(name, [1; 1312]);
        let (expected, actual) = (32, 1312);
        let refused = Err(NoteError::KeyLength { expected, actual });
        assert_eq!(WitnessKey::parse(&long.to_string()), refused);
    }

    #[test]
    fn one_name_and_key_id_is_one_key() {
        let key = WitnessKey::parse(VKEY).unwrap();
        let line = key.line(5, &[0; 64]);
        assert!(key.is_named_on(&line));
        assert_eq!(line.signature().len(), 72);
        let renamed = KeyName::new("witness.example/w2").unwrap();
        assert!(!WitnessKey::ed25519(renamed, [0; 32]).is_named_on(&line));
        let same_name = WitnessKey::ed25519(key.name().clone(), [0; 32]);
        assert!(!same_name.is_named_on(&line));
    }
}
