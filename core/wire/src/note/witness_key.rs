//! [`WitnessKey`]: the public key of a witness that says when it saw a checkpoint.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::note::error::NoteError;
use crate::note::key::{KeyId, key_id, parse_vkey};
use crate::note::name::KeyName;

/// Signature type of `cosignature/v1`: Ed25519 over a time and the whole note.
const TYPE_COSIGNATURE_V1: u8 = 0x04;

const ED25519_KEY_LEN: usize = 32;

/// A named Ed25519 public key of type 0x04 (C2SP tlog-cosignature). Its text form is a vkey.
///
/// Whether the 32 octets are a point on the curve is not checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WitnessKey {
    name: KeyName,
    key_id: KeyId,
    public_key: [u8; ED25519_KEY_LEN],
}

impl WitnessKey {
    /// The key `public_key` under `name`.
    #[must_use]
    pub fn new(name: KeyName, public_key: [u8; ED25519_KEY_LEN]) -> Self {
        let key_id = key_id(&name, TYPE_COSIGNATURE_V1, &public_key);
        Self {
            name,
            key_id,
            public_key,
        }
    }

    /// Reads a vkey, without surrounding space.
    ///
    /// # Errors
    ///
    /// [`NoteError`] naming the rule that is broken.
    pub fn parse(vkey: &str) -> Result<Self, NoteError> {
        let (name, stated, public_key) = parse_vkey(vkey, TYPE_COSIGNATURE_V1)?;
        let key = Self::new(name, public_key);
        if key.key_id != stated {
            let actual = key.key_id;
            return Err(NoteError::KeyIdMismatch { stated, actual });
        }
        Ok(key)
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id on the lines that this key signs.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The Ed25519 public key.
    #[must_use]
    pub const fn public_key(&self) -> &[u8; ED25519_KEY_LEN] {
        &self.public_key
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[TYPE_COSIGNATURE_V1], self.public_key.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.key_id, STANDARD.encode(key))
    }
}

/// What a witness signs: the time in seconds, then the whole text of the note.
#[must_use]
pub fn cosigned_message(seconds: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

/// Time in seconds and signature of a line of type 0x04.
#[must_use]
pub fn split_cosignature(signature: &[u8]) -> Option<(u64, &[u8; 64])> {
    let (seconds, signature) = signature.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*seconds), signature.try_into().ok()?))
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
    }

    #[test]
    fn refuses_a_key_of_a_log() {
        let log = "tsa.example/log1+5721a18c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
        let refused = Err(NoteError::KeyType { key_type: 1 });
        assert_eq!(WitnessKey::parse(log), refused);
    }

    #[test]
    fn a_cosignature_has_72_octets() {
        let mut line = vec![0; 72];
        line[7] = 5;
        assert_eq!(split_cosignature(&line), Some((5, &[0; 64])));
        assert_eq!(split_cosignature(&line[1..]), None);
        line.push(0);
        assert_eq!(split_cosignature(&line), None);
    }
}
