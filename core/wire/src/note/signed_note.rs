//! [`SignedNote`]: text with signatures below.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::limits::{MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES};
use crate::note::error::NoteError;
use crate::note::key::KeyId;
use crate::note::name::KeyName;

/// What a signature line begins with: an em dash and a space.
const LINE_START: &str = "\u{2014} ";

/// A signature line of a note. Whether the signature is good is not checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NoteSignature {
    name: KeyName,
    key_id: KeyId,
    signature: Vec<u8>,
}

impl NoteSignature {
    /// A signature by the key of this name and id; `signature` is what follows
    /// the id, so for type 0x01 the 64 octets of Ed25519.
    #[must_use]
    pub const fn new(name: KeyName, key_id: KeyId, signature: Vec<u8>) -> Self {
        Self {
            name,
            key_id,
            signature,
        }
    }

    /// The name of the key.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of the key.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// What follows the key id.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Reads signature lines, each ending with a newline, as they stand below a note or alone in
    /// the answer of a witness.
    ///
    /// # Errors
    ///
    /// [`NoteError`] naming the rule of C2SP signed-note that is broken: also if there is no line.
    pub fn parse_lines(text: &str) -> Result<Vec<Self>, NoteError> {
        if text.is_empty() {
            return Err(NoteError::NoSignature);
        }
        let lines = text
            .strip_suffix('\n')
            .ok_or(NoteError::SignatureUnterminated)?;
        let lines = lines.split('\n').zip(1_usize..);
        lines
            .map(|(text, line)| {
                if line > MAX_NOTE_SIGNATURES {
                    let limit = MAX_NOTE_SIGNATURES;
                    return Err(NoteError::TooManySignatures { limit });
                }
                Self::parse(text).ok_or(NoteError::SignatureLine { line })
            })
            .collect()
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, blob) = line.strip_prefix(LINE_START)?.split_once(' ')?;
        let blob = STANDARD.decode(blob).ok()?;
        let (id, signature) = blob.split_first_chunk::<4>()?;
        if signature.is_empty() {
            return None;
        }
        let name = KeyName::new(name).ok()?;
        Some(Self::new(name, KeyId::from_bytes(*id), signature.to_vec()))
    }

    /// The line, with its newline.
    #[must_use]
    pub fn line(&self) -> String {
        let blob = [self.key_id.as_bytes(), self.signature.as_slice()].concat();
        format!("{LINE_START}{} {}\n", self.name, STANDARD.encode(blob))
    }
}

/// A note as received: every character is kept, because the text is what the
/// signatures are over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedNote {
    whole: String,
    text_len: usize,
    signatures: Vec<NoteSignature>,
}

impl SignedNote {
    /// Reads a note. The last empty line parts text and signatures.
    ///
    /// No signature is checked, and several lines of one key are kept.
    ///
    /// # Errors
    ///
    /// [`NoteError`] naming the rule of C2SP signed-note that is broken.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_BYTES {
            let bytes = note.len();
            return Err(NoteError::TooLong { bytes });
        }
        check_characters(note)?;
        let (before, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::NoSeparator)?;
        let signatures = NoteSignature::parse_lines(signatures)?;
        Ok(Self {
            whole: note.to_owned(),
            text_len: before.len() + 1,
            signatures,
        })
    }

    /// Puts signatures below a text.
    ///
    /// # Errors
    ///
    /// [`NoteError`] if the text could not be read back: it must end with a
    /// newline, and there must be a signature.
    pub fn compose(text: &str, signatures: &[NoteSignature]) -> Result<Self, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::TextUnterminated);
        }
        let lines: String = signatures.iter().map(NoteSignature::line).collect();
        Self::parse(&format!("{text}\n{lines}"))
    }

    /// The whole note, as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// The text, as received and with its last newline: what is signed.
    #[must_use]
    pub fn text(&self) -> &str {
        self.whole.get(..self.text_len).unwrap_or_default()
    }

    /// The signature lines, in their order.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }
}

fn check_characters(note: &str) -> Result<(), NoteError> {
    let is_control = |c: u8| c < b' ' && c != b'\n';
    note.bytes()
        .position(is_control)
        .map_or(Ok(()), |offset| Err(NoteError::ControlCharacter { offset }))
}

#[cfg(test)]
mod tests;
