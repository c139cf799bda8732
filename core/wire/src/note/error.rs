//! Why text is no signed note, or no key of one.

use crate::note::key::KeyId;

/// The rule of C2SP signed-note that is broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// The note has more octets than [`crate::limits::MAX_NOTE_BYTES`].
    #[error("the note has {bytes} octets")]
    TooLong {
        /// Octets of the note.
        bytes: usize,
    },
    /// A character below U+0020 that is no newline.
    #[error("the note has a control character at octet {offset}")]
    ControlCharacter {
        /// Octets before it.
        offset: usize,
    },
    /// No empty line parts text and signatures.
    #[error("no empty line before the signatures")]
    NoSeparator,
    /// The text does not end with a newline, or is empty.
    #[error("the text does not end with a newline")]
    TextUnterminated,
    /// There is no signature line.
    #[error("the note has no signature")]
    NoSignature,
    /// The last signature line does not end with a newline.
    #[error("the last signature line does not end with a newline")]
    SignatureUnterminated,
    /// More signatures than [`crate::limits::MAX_NOTE_SIGNATURES`].
    #[error("the note has more than {limit} signatures")]
    TooManySignatures {
        /// How many are read.
        limit: usize,
    },
    /// A signature line is not a dash, a name and base64 of a key id and a signature.
    #[error("signature line {line} is malformed")]
    SignatureLine {
        /// The line, counted from 1 after the empty one.
        line: usize,
    },
    /// A key name is empty, too long, or has a space, a plus sign or a control character.
    #[error("malformed key name")]
    KeyName,
    /// A verifier key is not `name+id+key`.
    #[error("a verifier key is name+id+key, the id 8 hexadecimal digits, the key base64")]
    VerifierKey,
    /// The verifier key is of a type that is not supported.
    #[error("key type 0x{key_type:02x} is not supported")]
    KeyType {
        /// First octet of the key.
        key_type: u8,
    },
    /// The key has not the length of its type.
    #[error("the key has {actual} octets, its type has {expected}")]
    KeyLength {
        /// Octets that the type needs.
        expected: usize,
        /// Octets found.
        actual: usize,
    },
    /// The id in the verifier key is not that of the name and the key.
    #[error("the key has id {actual}, the text says {stated}")]
    KeyIdMismatch {
        /// The id in the text.
        stated: KeyId,
        /// The id computed.
        actual: KeyId,
    },
}
