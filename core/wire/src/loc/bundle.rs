//! [`EvidenceBundle`]: everything that an appraisal saw, a `.lse` file.

use sha2::{Digest, Sha256};

use super::error::LocError;
use super::evidence::EvidenceKind;
use super::field::{
    Digest32, Range, Size, TAG_ENUMERATED, at, enumerated, instant, push_integer, push_number,
    read_array, read_oid, read_text, read_version,
};
use crate::der_walk::{Tlv, tag};
use crate::der_write::{self, push, tlv};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::MAX_EVIDENCE_BUNDLE_BYTES;
use crate::oid::ObjectIdentifier;

const ITEMS: Size = Size::new("items", 1, 8);
const SPKI: Size = Size::new("spki", 1, 1_024);
const FORMAT: Size = Size::new("format", 1, 127);
const CONTENT: Size = Size::new("content", 1, 65_536);
const ISSUED: Range = instant("issued");
const ACCEPTED: Range = instant("accepted");
const INVALID_SINCE: Range = instant("invalidSince");
const IMPRINT_TAG: u8 = tag::context(0);
const KEY_TAG: u8 = tag::context_constructed(1);
const SESSION_TAG: u8 = tag::context(2);
const INVALID_SINCE_TAG: u8 = tag::context(0);

/// Domain of the hash of an item.
const ITEM_DOMAIN: &[u8] = b"LS1-item";

enumerated! {
    /// What the authority knew about a key when it accepted the evidence.
    ///
    /// ```asn1
    /// status ENUMERATED { unknown(0), active(1), suspended(2), revoked(3) }
    /// ```
    KeyStatus, "status" {
        /// It was never enrolled.
        Unknown = 0, "unknown";
        /// It is enrolled.
        Active = 1, "active";
        /// It is enrolled and out of use for a while.
        Suspended = 2, "suspended";
        /// It is enrolled and was given up.
        Revoked = 3, "revoked";
    }
}

/// The key that evidence is signed with, and what the authority knew about it.
///
/// ```asn1
/// SubjectKey ::= SEQUENCE {
///   spki          OCTET STRING (SIZE (1..1024)), -- DER SubjectPublicKeyInfo
///   status        ENUMERATED { unknown(0), active(1), suspended(2), revoked(3) },
///   invalidSince  [0] INTEGER (0..253402300799999) OPTIONAL } -- Unix time, ms
/// ```
///
/// Whether `spki` is a key, and of which kind, is not looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SubjectKey {
    spki: Vec<u8>,
    status: KeyStatus,
    invalid_since_ms: Option<i64>,
}

impl SubjectKey {
    /// A key in DER, its status, and since when it must not be believed (Unix time, ms).
    ///
    /// # Errors
    ///
    /// [`LocError::Size`], [`LocError::OutOfRange`].
    pub fn new(
        spki: &[u8],
        status: KeyStatus,
        invalid_since_ms: Option<i64>,
    ) -> Result<Self, LocError> {
        SPKI.check(spki.len())?;
        Ok(Self {
            spki: spki.to_vec(),
            status,
            invalid_since_ms: invalid_since_ms
                .map(|since| INVALID_SINCE.check(since))
                .transpose()?,
        })
    }

    /// The key in DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of the key in DER: its name.
    #[must_use]
    pub fn hash(&self) -> Digest32 {
        Sha256::digest(&self.spki).into()
    }

    /// Its status when the evidence was accepted.
    #[must_use]
    pub const fn status(&self) -> KeyStatus {
        self.status
    }

    /// Since when it must not be believed, Unix time in milliseconds.
    #[must_use]
    pub const fn invalid_since_ms(&self) -> Option<i64> {
        self.invalid_since_ms
    }

    fn content(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.spki.len() + 16);
        push(&mut out, tag::OCTET_STRING, &self.spki);
        push(&mut out, TAG_ENUMERATED, &[self.status.code()]);
        if let Some(since) = self.invalid_since_ms {
            push_number(&mut out, INVALID_SINCE_TAG, since);
        }
        out
    }

    fn read(key: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = key.walk();
        let spki = walk.expect(tag::OCTET_STRING)?;
        let status = KeyStatus::read(&walk.expect(TAG_ENUMERATED)?)?;
        let since = walk.optional(INVALID_SINCE_TAG)?;
        walk.finish()?;
        let since = since.map(|since| INVALID_SINCE.read(&since)).transpose()?;
        Self::new(spki.content, status, since).map_err(at(&spki))
    }
}

/// What an appraisal knew besides the evidence.
///
/// ```asn1
/// AppraisalContext ::= SEQUENCE {
///   nonce         OCTET STRING (SIZE (32)),         -- of the challenge
///   issued        INTEGER (0..253402300799999),     -- of the challenge, Unix time, ms
///   accepted      INTEGER (0..253402300799999),     -- of the evidence, Unix time, ms
///   policy        OBJECT IDENTIFIER,                -- of the challenge
///   imprint       [0] Digest32   OPTIONAL,          -- the document that the evidence may name
///   key           [1] SubjectKey OPTIONAL,
///   session       [2] Digest32   OPTIONAL }         -- whom the connection belonged to
/// ```
///
/// Whether `accepted` is after `issued` is not looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AppraisalContext {
    /// Of the challenge.
    pub nonce: [u8; 32],
    /// When the challenge was issued, Unix time in milliseconds.
    pub issued_ms: i64,
    /// When the evidence was accepted, Unix time in milliseconds.
    pub accepted_ms: i64,
    /// The policy that the challenge was asked for.
    pub policy: ObjectIdentifier,
    /// [`imprint_digest`](super::nonce::imprint_digest) of the document, if it was known.
    pub imprint: Option<Digest32>,
    /// The key that the challenge was asked for.
    pub key: Option<SubjectKey>,
    /// SHA-256 of the SubjectPublicKeyInfo that the connection was authenticated as.
    pub session: Option<Digest32>,
}

impl AppraisalContext {
    /// The required fields: no document, no key, no session.
    #[must_use]
    pub const fn new(
        nonce: [u8; 32],
        issued_ms: i64,
        accepted_ms: i64,
        policy: ObjectIdentifier,
    ) -> Self {
        Self {
            nonce,
            issued_ms,
            accepted_ms,
            policy,
            imprint: None,
            key: None,
            session: None,
        }
    }

    fn check(&self) -> Result<(), LocError> {
        ISSUED.check(self.issued_ms)?;
        ACCEPTED.check(self.accepted_ms).map(drop)
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        push(&mut out, tag::OCTET_STRING, &self.nonce);
        push_integer(&mut out, self.issued_ms);
        push_integer(&mut out, self.accepted_ms);
        out.extend(der_write::oid(&self.policy));
        if let Some(imprint) = &self.imprint {
            push(&mut out, IMPRINT_TAG, imprint);
        }
        if let Some(key) = &self.key {
            push(&mut out, KEY_TAG, &key.content());
        }
        if let Some(session) = &self.session {
            push(&mut out, SESSION_TAG, session);
        }
        tlv(tag::SEQUENCE, &[&out])
    }

    fn read(context: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = context.walk();
        let mut read = Self::new(
            read_array(&walk.expect(tag::OCTET_STRING)?, "nonce")?,
            ISSUED.read(&walk.expect(tag::INTEGER)?)?,
            ACCEPTED.read(&walk.expect(tag::INTEGER)?)?,
            read_oid(&walk.expect(tag::OID)?)?,
        );
        if let Some(imprint) = walk.optional(IMPRINT_TAG)? {
            read.imprint = Some(read_array(&imprint, "imprint")?);
        }
        if let Some(key) = walk.optional(KEY_TAG)? {
            read.key = Some(SubjectKey::read(&key)?);
        }
        if let Some(session) = walk.optional(SESSION_TAG)? {
            read.session = Some(read_array(&session, "session")?);
        }
        walk.finish()?;
        Ok(read)
    }
}

/// A piece of evidence as it was appraised, wrapped with a salt.
///
/// ```asn1
/// EvidenceItem ::= SEQUENCE {
///   salt          OCTET STRING (SIZE (32)),
///   kind          EvidenceKind,
///   format        UTF8String (SIZE (1..127)),   -- media type, printable ASCII
///   content       OCTET STRING (SIZE (1..65536)) }
/// ```
///
/// The salt keeps the hash in a token from being searched: without it an answer about an address
/// is one of 2^32. `content` is not looked into.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EvidenceItem {
    salt: [u8; 32],
    kind: EvidenceKind,
    format: String,
    content: Vec<u8>,
}

impl EvidenceItem {
    /// Salt (random, used once), kind, media type and octets.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`], [`LocError::Text`] for a media type that is not printable ASCII
    /// (RFC 6838 4.2).
    pub fn new(
        salt: [u8; 32],
        kind: EvidenceKind,
        format: &str,
        content: &[u8],
    ) -> Result<Self, LocError> {
        FORMAT.check(format.len())?;
        if !format.bytes().all(|octet| matches!(octet, b' '..=b'~')) {
            return Err(LocError::Text { field: "format" });
        }
        CONTENT.check(content.len())?;
        Ok(Self {
            salt,
            kind,
            format: format.to_owned(),
            content: content.to_vec(),
        })
    }

    /// The salt.
    #[must_use]
    pub const fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// What it is said to be.
    #[must_use]
    pub const fn kind(&self) -> EvidenceKind {
        self.kind
    }

    /// Its media type.
    #[must_use]
    pub fn format(&self) -> &str {
        &self.format
    }

    /// The octets.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// What a token says of it, in
    /// [`EvidenceResult::hash`](super::evidence::EvidenceResult::hash):
    ///
    /// ```text
    /// SHA-256("LS1-item" || salt || u16(kind) || u8(octets of format) || format || content)
    /// ```
    #[must_use]
    pub fn hash(&self) -> Digest32 {
        let mut hash = Sha256::new_with_prefix(ITEM_DOMAIN);
        hash.update(self.salt);
        hash.update(self.kind.number().to_be_bytes());
        // At most 127 octets by construction.
        hash.update([u8::try_from(self.format.len()).unwrap_or(u8::MAX)]);
        hash.update(&self.format);
        hash.update(&self.content);
        hash.finalize().into()
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.content.len() + self.format.len() + 64);
        push(&mut out, tag::OCTET_STRING, &self.salt);
        self.kind.push(&mut out);
        push(&mut out, tag::UTF8_STRING, self.format.as_bytes());
        push(&mut out, tag::OCTET_STRING, &self.content);
        tlv(tag::SEQUENCE, &[&out])
    }

    fn read(item: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = item.walk();
        let salt = read_array(&walk.expect(tag::OCTET_STRING)?, "salt")?;
        let kind = EvidenceKind::read(&walk.expect(tag::INTEGER)?)?;
        let format = read_text(&walk.expect(tag::UTF8_STRING)?)?;
        let content = walk.expect(tag::OCTET_STRING)?.content;
        walk.finish()?;
        Self::new(salt, kind, format, content).map_err(at(item))
    }
}

/// Everything that an appraisal saw, in the order in which it saw it: a `.lse` file, which the
/// subject keeps. A claim names its hash, so that the appraisal can be repeated.
///
/// ```asn1
/// EvidenceBundle ::= SEQUENCE {
///   version       INTEGER { v1(1) },
///   context       AppraisalContext,
///   items         SEQUENCE (SIZE (1..8)) OF EvidenceItem }
/// ```
///
/// At most [`MAX_EVIDENCE_BUNDLE_BYTES`] octets. Whether the evidence is any good is not looked
/// at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EvidenceBundle {
    context: AppraisalContext,
    items: Vec<EvidenceItem>,
    der: Vec<u8>,
}

impl EvidenceBundle {
    /// A bundle of one to eight items.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`], [`LocError::OutOfRange`], [`LocError::BundleTooLong`].
    pub fn new(context: AppraisalContext, items: Vec<EvidenceItem>) -> Result<Self, LocError> {
        context.check()?;
        ITEMS.check(items.len())?;
        let list: Vec<u8> = items.iter().flat_map(EvidenceItem::encode).collect();
        let list = tlv(tag::SEQUENCE, &[&list]);
        let version = [tag::INTEGER, 1, 1];
        let der = tlv(tag::SEQUENCE, &[&version, &context.encode(), &list]);
        fits(der.len())?;
        Ok(Self {
            context,
            items,
            der,
        })
    }

    /// Reads a bundle. Only DER is taken, and nothing after it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] naming the rule that is broken.
    pub fn decode(der: &[u8]) -> Result<Self, DecodeError> {
        fits(der.len()).map_err(DecodeErrorKind::from)?;
        let mut walk = Tlv::only(der, tag::SEQUENCE)?.walk();
        read_version(&walk.expect(tag::INTEGER)?)?;
        let context = AppraisalContext::read(&walk.expect(tag::SEQUENCE)?)?;
        let list = walk.expect(tag::SEQUENCE)?;
        walk.finish()?;
        let items = ITEMS.read_list(&list, |walk| {
            EvidenceItem::read(&walk.expect(tag::SEQUENCE)?)
        })?;
        Ok(Self {
            context,
            items,
            der: der.to_vec(),
        })
    }

    /// What the appraisal knew besides.
    #[must_use]
    pub const fn context(&self) -> &AppraisalContext {
        &self.context
    }

    /// The evidence.
    #[must_use]
    pub fn items(&self) -> &[EvidenceItem] {
        &self.items
    }

    /// The bundle in DER; as received, if it was.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the DER: `evidenceHash` of the claim.
    #[must_use]
    pub fn hash(&self) -> Digest32 {
        Sha256::digest(&self.der).into()
    }
}

fn fits(actual: usize) -> Result<(), LocError> {
    if actual > MAX_EVIDENCE_BUNDLE_BYTES {
        return Err(LocError::BundleTooLong { actual });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
