//! The leaf: what the log holds of a stamp or of an event.
//!
//! ```asn1
//! Leaf ::= SEQUENCE {
//!   version  INTEGER { v1(1) },
//!   kind     ENUMERATED { genesis(0), timeStamp(1), locationStamp(2), void(3), event(4) },
//!   time     INTEGER (-9223372036854775808..9223372036854775807), -- microseconds since 1970, UTC
//!   digest   OCTET STRING (SIZE (32)),                            -- all zero in a void leaf
//!   name     UTF8String (SIZE (1..64)) OPTIONAL }                 -- in an event leaf, and only there
//! ```
//!
//! DER, at most 118 octets. A leaf tells its reader nothing: nobody without the
//! token, or without the salted body of the event, can guess the digest.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::der_walk::{Tlv, tag};
use crate::der_write::{minimal, push, tlv};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::MAX_EVENT_NAME_BYTES;
use crate::time::UnixMicros;

/// Domain of [`token_digest`].
const TOKEN_DOMAIN: &[u8; 4] = b"MLD1";

/// Domain of [`event_digest`].
const EVENT_DOMAIN: &[u8; 4] = b"MLE1";

const VERSION: u8 = 1;

/// ENUMERATED, which only the leaf has.
const TAG_ENUMERATED: u8 = 0x0a;

const VOID_DIGEST: [u8; 32] = [0; 32];

/// The public name of the event that closes a log: no leaf follows it.
pub const FINAL_EVENT: &str = "succession";

/// What a leaf stands for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum LeafKind {
    /// The first leaf of a log.
    Genesis,
    /// A time stamp.
    TimeStamp,
    /// A time stamp with a location claim.
    LocationStamp,
    /// A number that was given out and never signed for.
    Void,
    /// Something in the authority's own life.
    Event,
}

impl LeafKind {
    const fn code(self) -> u8 {
        match self {
            Self::Genesis => 0,
            Self::TimeStamp => 1,
            Self::LocationStamp => 2,
            Self::Void => 3,
            Self::Event => 4,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Genesis),
            1 => Some(Self::TimeStamp),
            2 => Some(Self::LocationStamp),
            3 => Some(Self::Void),
            4 => Some(Self::Event),
            _ => None,
        }
    }
}

/// The public name of an event: 1 to 64 of `a-z 0-9 . -`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct EventName(String);

/// Text that is no event name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("an event name has 1 to {MAX_EVENT_NAME_BYTES} characters of a-z, 0-9, '.' and '-'")]
pub struct NotAnEventName;

impl EventName {
    /// Takes `name` as an event name.
    ///
    /// # Errors
    ///
    /// [`NotAnEventName`] if it is empty, too long, or has other characters.
    pub fn new(name: &str) -> Result<Self, NotAnEventName> {
        let fits = (1..=MAX_EVENT_NAME_BYTES).contains(&name.len());
        let allowed = |c: u8| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        if !fits || !name.bytes().all(allowed) {
            return Err(NotAnEventName);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A leaf. Whether its digest belongs to a token is not checked here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Leaf {
    kind: LeafKind,
    time: UnixMicros,
    digest: [u8; 32],
    name: Option<EventName>,
}

impl Leaf {
    /// The first leaf of a log; `digest` is the [`event_digest`] of what it says.
    #[must_use]
    pub const fn genesis(time: UnixMicros, digest: [u8; 32]) -> Self {
        Self::nameless(LeafKind::Genesis, time, digest)
    }

    /// The leaf of a time stamp with this [`token_digest`].
    #[must_use]
    pub const fn time_stamp(time: UnixMicros, digest: [u8; 32]) -> Self {
        Self::nameless(LeafKind::TimeStamp, time, digest)
    }

    /// The leaf of a location stamp with this [`token_digest`].
    #[must_use]
    pub const fn location_stamp(time: UnixMicros, digest: [u8; 32]) -> Self {
        Self::nameless(LeafKind::LocationStamp, time, digest)
    }

    /// The leaf of a number that no token was signed for.
    #[must_use]
    pub const fn void(time: UnixMicros) -> Self {
        Self::nameless(LeafKind::Void, time, VOID_DIGEST)
    }

    /// The leaf of an event with this [`event_digest`].
    #[must_use]
    pub const fn event(time: UnixMicros, digest: [u8; 32], name: EventName) -> Self {
        Self {
            kind: LeafKind::Event,
            time,
            digest,
            name: Some(name),
        }
    }

    const fn nameless(kind: LeafKind, time: UnixMicros, digest: [u8; 32]) -> Self {
        Self {
            kind,
            time,
            digest,
            name: None,
        }
    }

    /// What the leaf stands for.
    #[must_use]
    pub const fn kind(&self) -> LeafKind {
        self.kind
    }

    /// When it was made.
    #[must_use]
    pub const fn time(&self) -> UnixMicros {
        self.time
    }

    /// The digest; all zero in a void leaf.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The public name of an event.
    #[must_use]
    pub const fn name(&self) -> Option<&EventName> {
        self.name.as_ref()
    }

    /// Whether the leaf closes its log: nothing may follow it.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.name().is_some_and(|name| name.as_str() == FINAL_EVENT)
    }

    /// The entry of the log, in DER.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut fields = Vec::with_capacity(128);
        push(&mut fields, tag::INTEGER, &[VERSION]);
        push(&mut fields, TAG_ENUMERATED, &[self.kind.code()]);
        let time = self.time.get().to_be_bytes();
        push(&mut fields, tag::INTEGER, minimal(&time));
        push(&mut fields, tag::OCTET_STRING, &self.digest);
        if let Some(name) = &self.name {
            push(&mut fields, tag::UTF8_STRING, name.0.as_bytes());
        }
        tlv(tag::SEQUENCE, &[&fields])
    }

    /// Reads an entry of the log. Only DER is taken, and nothing after it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] naming the rule that is broken.
    pub fn decode(entry: &[u8]) -> Result<Self, DecodeError> {
        let mut fields = Tlv::only(entry, tag::SEQUENCE)?.walk();
        let version = fields.expect(tag::INTEGER)?;
        if version.small_integer()? != Some(i64::from(VERSION)) {
            return Err(version.error(DecodeErrorKind::UnknownValue { field: "version" }));
        }
        let kind = decode_kind(&fields.expect(TAG_ENUMERATED)?)?;
        let time = fields.expect(tag::INTEGER)?;
        let out_of_range = DecodeErrorKind::IntegerOutOfRange { field: "time" };
        let micros = time.small_integer()?.ok_or(time.error(out_of_range))?;
        let digest = decode_digest(kind, &fields.expect(tag::OCTET_STRING)?)?;
        let name = decode_name(kind, fields.optional(tag::UTF8_STRING)?)?;
        fields.finish()?;
        Ok(Self {
            kind,
            time: UnixMicros::new(micros),
            digest,
            name,
        })
    }
}

fn decode_kind(value: &Tlv<'_>) -> Result<LeafKind, DecodeError> {
    let kind = match value.content {
        [code] => LeafKind::from_code(*code),
        _ => None,
    };
    kind.ok_or(value.error(DecodeErrorKind::UnknownValue { field: "kind" }))
}

fn decode_digest(kind: LeafKind, value: &Tlv<'_>) -> Result<[u8; 32], DecodeError> {
    let malformed = value.error(DecodeErrorKind::Malformed {
        structure: "digest",
    });
    let digest = <[u8; 32]>::try_from(value.content).map_err(|_| malformed)?;
    if kind == LeafKind::Void && digest != VOID_DIGEST {
        return Err(value.error(DecodeErrorKind::UnknownValue { field: "digest" }));
    }
    Ok(digest)
}

fn decode_name(kind: LeafKind, value: Option<Tlv<'_>>) -> Result<Option<EventName>, DecodeError> {
    match (kind, value) {
        (LeafKind::Event, None) => Err(DecodeErrorKind::Missing { field: "name" }.into()),
        (LeafKind::Event, Some(value)) => std::str::from_utf8(value.content)
            .map_err(|_| NotAnEventName)
            .and_then(EventName::new)
            .map(Some)
            .map_err(|NotAnEventName| value.error(DecodeErrorKind::TextMalformed)),
        (_, Some(value)) => Err(value.error(DecodeErrorKind::Forbidden { field: "name" })),
        (_, None) => Ok(None),
    }
}

/// The only identity of a token: SHA-256("MLD1" ‖ signedAttrs ‖ signature).
///
/// `signed_attrs_set` is the DER of the signed attributes with the tag of a
/// SET OF (0x31), what the signature is over (RFC 5652 section 5.4);
/// `signature` is the content of the SignerInfo's signature field. Unsigned
/// attributes, certificates and the container do not count.
#[must_use]
pub fn token_digest(signed_attrs_set: &[u8], signature: &[u8]) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(TOKEN_DOMAIN);
    sha.update(signed_attrs_set);
    sha.update(signature);
    sha.finalize().into()
}

/// The digest of an event: SHA-256("MLE1" ‖ salt ‖ body).
///
/// The salt hides a body that could be guessed; body and salt can be erased
/// without breaking a proof.
#[must_use]
pub fn event_digest(salt: &[u8; 32], body: &[u8]) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(EVENT_DOMAIN);
    sha.update(salt);
    sha.update(body);
    sha.finalize().into()
}

#[cfg(test)]
mod tests;
