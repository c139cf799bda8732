//! [`SubjectRef`]: whose place it is.

use super::error::LocError;
use super::field::{Digest32, Size, at, read_array, read_null};
use crate::der_walk::{Walk, tag};
use crate::der_write::push;
use crate::error::{DecodeError, DecodeErrorKind};

const PAIRWISE: Size = Size::new("pairwise", 16, 32);
const ANONYMOUS_TAG: u8 = tag::context(0);
const KEY_HASH_TAG: u8 = tag::context(1);
const PAIRWISE_TAG: u8 = tag::context(2);

/// Whose place it is: a key's, never a person's.
///
/// ```asn1
/// SubjectRef ::= CHOICE {
///   anonymous     [0] NULL,
///   keyHash       [1] Digest32,                     -- SHA-256 of the SubjectPublicKeyInfo
///   pairwise      [2] OCTET STRING (SIZE (16..32)) } -- HMAC(authority secret, key, audience)
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SubjectRef {
    /// Nobody in particular.
    Anonymous,
    /// The key with this digest.
    KeyHash(Digest32),
    /// The key that this audience knows under this name.
    Pairwise(PairwiseId),
}

/// A name of a key that two audiences cannot compare: 16 to 32 octets.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct PairwiseId(Vec<u8>);

impl PairwiseId {
    /// Takes these octets as a name.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`].
    pub fn new(octets: &[u8]) -> Result<Self, LocError> {
        PAIRWISE.check(octets.len())?;
        Ok(Self(octets.to_vec()))
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl SubjectRef {
    pub(super) fn push(&self, out: &mut Vec<u8>) {
        match self {
            Self::Anonymous => push(out, ANONYMOUS_TAG, &[]),
            Self::KeyHash(digest) => push(out, KEY_HASH_TAG, digest),
            Self::Pairwise(name) => push(out, PAIRWISE_TAG, &name.0),
        }
    }

    pub(super) fn read(walk: &mut Walk<'_>) -> Result<Self, DecodeError> {
        let value = walk.next()?;
        match value.tag {
            ANONYMOUS_TAG => read_null(&value, "anonymous").map(|()| Self::Anonymous),
            KEY_HASH_TAG => read_array(&value, "keyHash").map(Self::KeyHash),
            PAIRWISE_TAG => PairwiseId::new(value.content)
                .map(Self::Pairwise)
                .map_err(at(&value)),
            _ => Err(value.error(DecodeErrorKind::UnknownValue { field: "subject" })),
        }
    }
}
