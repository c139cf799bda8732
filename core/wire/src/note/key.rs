//! [`NoteKey`]: a public key that a note is checked with.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::note::error::NoteError;
use crate::note::name::KeyName;
use crate::note::signed_note::NoteSignature;

/// Signature type of Ed25519 over the text of the note.
const TYPE_ED25519: u8 = 0x01;

/// Octets of an Ed25519 public key.
pub(crate) const ED25519_KEY_LEN: usize = 32;

/// The first four octets of a hash over name, type and key: which key a
/// signature line is to be checked with.
///
/// A hint, no identity: two keys can share one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// Takes four octets, big-endian, as a key id.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The four octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// SHA-256(name ‖ 0x0A ‖ type ‖ key)\[:4\].
fn key_id(name: &KeyName, key_type: u8, public_key: &[u8]) -> KeyId {
    let mut sha = Sha256::new();
    sha.update(name.as_str());
    sha.update([b'\n', key_type]);
    sha.update(public_key);
    let [a, b, c, d, ..] = <[u8; 32]>::from(sha.finalize());
    KeyId([a, b, c, d])
}

/// The type of the key in a vkey: the first octet of its base64.
pub(crate) fn vkey_type(vkey: &str) -> Result<u8, NoteError> {
    let (_, _, key) = split_vkey(vkey)?;
    key.first().copied().ok_or(NoteError::VerifierKey)
}

/// Name, stated id, and octets of type and key; the id is not compared yet.
fn split_vkey(vkey: &str) -> Result<(KeyName, KeyId, Vec<u8>), NoteError> {
    // The base64 may hold a plus sign, name and id may not.
    let mut parts = vkey.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::VerifierKey);
    };
    let name = KeyName::new(name)?;
    let stated = parse_key_id(id).ok_or(NoteError::VerifierKey)?;
    let key = STANDARD.decode(key).map_err(|_| NoteError::VerifierKey)?;
    Ok((name, stated, key))
}

/// A log's key: it signs the text of the note (C2SP signed-note).
pub type VerifierKey = NoteKey<TYPE_ED25519, ED25519_KEY_LEN>;

/// A named public key of `LEN` octets for signatures of one type. Its text form is a vkey:
/// `name+id+base64(type ‖ key)`.
///
/// Whether the octets are a key of their algorithm is not checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NoteKey<const TYPE: u8, const LEN: usize> {
    name: KeyName,
    key_id: KeyId,
    public_key: [u8; LEN],
}

impl<const TYPE: u8> NoteKey<TYPE, ED25519_KEY_LEN> {
    /// The Ed25519 key `public_key` under `name`.
    #[must_use]
    pub fn ed25519(name: KeyName, public_key: [u8; ED25519_KEY_LEN]) -> Self {
        Self::new(name, public_key)
    }
}

impl<const TYPE: u8, const LEN: usize> NoteKey<TYPE, LEN> {
    /// The key `public_key` under `name`.
    #[must_use]
    pub fn new(name: KeyName, public_key: [u8; LEN]) -> Self {
        let key_id = key_id(&name, TYPE, &public_key);
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
    /// [`NoteError`] naming the rule that is broken, among them
    /// [`NoteError::KeyIdMismatch`] if the id was not computed from the rest.
    pub fn parse(vkey: &str) -> Result<Self, NoteError> {
        let (name, stated, key) = split_vkey(vkey)?;
        let (key_type, key) = key.split_first().ok_or(NoteError::VerifierKey)?;
        if *key_type != TYPE {
            let key_type = *key_type;
            return Err(NoteError::KeyType { key_type });
        }
        let public_key = <[u8; LEN]>::try_from(key).map_err(|_| {
            let (expected, actual) = (LEN, key.len());
            NoteError::KeyLength { expected, actual }
        })?;
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

    /// The octets of the public key.
    #[must_use]
    pub const fn public_key(&self) -> &[u8; LEN] {
        &self.public_key
    }

    /// Whether a line says that this key signed it; then its signature must hold (C2SP
    /// signed-note).
    #[must_use]
    pub fn is_named_on(&self, line: &NoteSignature) -> bool {
        *line.name() == self.name && line.key_id() == self.key_id
    }
}

impl<const TYPE: u8, const LEN: usize> fmt::Display for NoteKey<TYPE, LEN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[TYPE], self.public_key.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.key_id, STANDARD.encode(key))
    }
}

/// Eight lower-case hexadecimal digits.
fn parse_key_id(text: &str) -> Option<KeyId> {
    let is_digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 8 || !text.bytes().all(is_digit) {
        return None;
    }
    let id = u32::from_str_radix(text, 16).ok()?;
    Some(KeyId(id.to_be_bytes()))
}

#[cfg(test)]
mod tests;
