//! [`LocationRequest`]: what a client asks about its place, in the request itself.

use super::error::LocError;
use super::evidence::EvidenceKind;
use super::field::{Size, at, read_text, read_version};
use super::level::AssuranceLevel;
use super::slot::Slot;
use crate::der_walk::{Tlv, Walk, tag};
use crate::der_write::{push, tlv};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::MAX_LOCATION_REQUEST_BYTES;
use crate::oid;
use crate::tsp::req::TimeStampReq;

const TICKET: Size = Size::new("ticket", 16, 64);
const INLINE: Size = Size::new("inline", 1, 8);
const CHALLENGE: Size = Size::new("challenge", 16, 64);
const FORMAT: Size = Size::new("format", 1, 127);
const CONTENT: Size = Size::new("content", 1, 16_384);
const TICKET_TAG: u8 = tag::context(0);
const INLINE_TAG: u8 = tag::context_constructed(1);
const REVEAL_TAG: u8 = tag::context(2);
const MIN_LEVEL_TAG: u8 = tag::context(3);
const CHALLENGE_TAG: u8 = tag::context(4);

/// A secret that stands for evidence handed in before: 16 to 64 octets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ticket(Vec<u8>);

impl Ticket {
    /// These octets.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`].
    pub fn new(octets: &[u8]) -> Result<Self, LocError> {
        TICKET.check(octets.len())?;
        Ok(Self(octets.to_vec()))
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A piece of evidence in the request, not yet looked into.
///
/// ```asn1
/// InlineEvidence ::= SEQUENCE {
///   kind          EvidenceKind,
///   format        UTF8String (SIZE (1..127)),   -- media type, e.g. application/eat+cwt
///   content       OCTET STRING (SIZE (1..16384)) }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InlineEvidence {
    kind: EvidenceKind,
    format: String,
    content: Vec<u8>,
}

impl InlineEvidence {
    /// Kind, media type and octets. A control character in the media type is refused.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`], [`LocError::Text`].
    pub fn new(kind: EvidenceKind, format: &str, content: &[u8]) -> Result<Self, LocError> {
        FORMAT.check(format.chars().count())?;
        if format.chars().any(char::is_control) {
            return Err(LocError::Text { field: "format" });
        }
        CONTENT.check(content.len())?;
        Ok(Self {
            kind,
            format: format.to_owned(),
            content: content.to_vec(),
        })
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

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.content.len() + self.format.len() + 16);
        self.kind.push(&mut out);
        push(&mut out, tag::UTF8_STRING, self.format.as_bytes());
        push(&mut out, tag::OCTET_STRING, &self.content);
        tlv(tag::SEQUENCE, &[&out])
    }

    fn read(evidence: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = evidence.walk();
        let kind = EvidenceKind::read(&walk.expect(tag::INTEGER)?)?;
        let format = read_text(&walk.expect(tag::UTF8_STRING)?)?;
        let content = walk.expect(tag::OCTET_STRING)?.content;
        walk.finish()?;
        Self::new(kind, format, content).map_err(at(evidence))
    }
}

/// One to eight pieces of evidence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InlineList(Vec<InlineEvidence>);

impl InlineList {
    /// These.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`].
    pub fn new(evidence: Vec<InlineEvidence>) -> Result<Self, LocError> {
        INLINE.check(evidence.len())?;
        Ok(Self(evidence))
    }

    /// The pieces.
    #[must_use]
    pub fn as_slice(&self) -> &[InlineEvidence] {
        &self.0
    }
}

/// Where the evidence is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EvidenceSource {
    /// Handed in before.
    Ticket(Ticket),
    /// Here.
    Inline(InlineList),
}

/// Slots that the client wants in the claim, readable by everybody: `BIT STRING (SIZE (16))`,
/// bit i for slot i.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct RevealMask(u16);

impl RevealMask {
    /// These slots.
    #[must_use]
    pub fn of(slots: impl IntoIterator<Item = Slot>) -> Self {
        let bits = slots
            .into_iter()
            .fold(0, |bits, slot| bits | Self::bit(slot));
        Self(bits)
    }

    /// Whether the slot is wanted.
    #[must_use]
    pub const fn has(self, slot: Slot) -> bool {
        self.0 & Self::bit(slot) != 0
    }

    const fn bit(slot: Slot) -> u16 {
        0x8000 >> slot.number()
    }

    fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        match value.content {
            [0, first, second] => Ok(Self(u16::from_be_bytes([*first, *second]))),
            _ => Err(value.error(DecodeErrorKind::SizeOutOfRange { field: "reveal" })),
        }
    }
}

/// The value of the TimeStampReq extension `<BASE>.1.2`. It is the client's word: it is decoded,
/// and none of its octets goes into a token.
///
/// ```asn1
/// LocationRequest ::= SEQUENCE {
///   version       INTEGER { v1(1) },
///   source        CHOICE {
///     ticket      [0] OCTET STRING (SIZE (16..64)),
///     inline      [1] SEQUENCE (SIZE (1..8)) OF InlineEvidence },
///   reveal        [2] BIT STRING (SIZE (16)) OPTIONAL, -- absent = policy default
///   minLevel      [3] AssuranceLevel OPTIONAL,
///   challenge     [4] OCTET STRING (SIZE (16..64)) OPTIONAL }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LocationRequest {
    source: EvidenceSource,
    reveal: Option<RevealMask>,
    min_level: Option<AssuranceLevel>,
    challenge: Option<Vec<u8>>,
}

impl LocationRequest {
    /// With this evidence, and all the rest left to the policy.
    #[must_use]
    pub const fn new(source: EvidenceSource) -> Self {
        Self {
            source,
            reveal: None,
            min_level: None,
            challenge: None,
        }
    }

    /// With the slots to reveal.
    #[must_use]
    pub const fn with_reveal(mut self, slots: RevealMask) -> Self {
        self.reveal = Some(slots);
        self
    }

    /// With the least level that is of use.
    #[must_use]
    pub const fn with_min_level(mut self, level: AssuranceLevel) -> Self {
        self.min_level = Some(level);
        self
    }

    /// With the challenge that the evidence answers.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`].
    pub fn with_challenge(mut self, challenge: &[u8]) -> Result<Self, LocError> {
        CHALLENGE.check(challenge.len())?;
        self.challenge = Some(challenge.to_vec());
        Ok(self)
    }

    /// Where the evidence is.
    #[must_use]
    pub const fn source(&self) -> &EvidenceSource {
        &self.source
    }

    /// Slots to reveal; `None` leaves it to the policy.
    #[must_use]
    pub const fn reveal(&self) -> Option<RevealMask> {
        self.reveal
    }

    /// The least level that is of use.
    #[must_use]
    pub const fn min_level(&self) -> Option<AssuranceLevel> {
        self.min_level
    }

    /// The challenge that the evidence answers.
    #[must_use]
    pub fn challenge(&self) -> Option<&[u8]> {
        self.challenge.as_deref()
    }

    /// The location request in a time-stamp request, if there is one and the authority serves it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] naming the rule that is broken.
    pub fn find(request: &TimeStampReq) -> Result<Option<Self>, DecodeError> {
        // At most one: TimeStampReq refuses a second.
        let mut all = request.extensions().iter();
        let ours = all.find(|extension| extension.oid == oid::LOCATION_REQUEST);
        ours.map(|extension| Self::decode(&extension.value))
            .transpose()
    }

    /// The value of the extension, in DER.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![tag::INTEGER, 1, 1];
        match &self.source {
            EvidenceSource::Ticket(ticket) => push(&mut out, TICKET_TAG, &ticket.0),
            EvidenceSource::Inline(list) => {
                let items = list.0.iter().flat_map(InlineEvidence::encode);
                push(&mut out, INLINE_TAG, &items.collect::<Vec<u8>>());
            }
        }
        if let Some(RevealMask(bits)) = self.reveal {
            let [first, second] = bits.to_be_bytes();
            push(&mut out, REVEAL_TAG, &[0, first, second]);
        }
        if let Some(level) = self.min_level {
            push(&mut out, MIN_LEVEL_TAG, &[level.code()]);
        }
        if let Some(challenge) = &self.challenge {
            push(&mut out, CHALLENGE_TAG, challenge);
        }
        tlv(tag::SEQUENCE, &[&out])
    }

    /// Reads the value of the extension. Only DER is taken, and nothing after it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] naming the rule that is broken.
    pub fn decode(der: &[u8]) -> Result<Self, DecodeError> {
        if der.len() > MAX_LOCATION_REQUEST_BYTES {
            return Err(DecodeErrorKind::LimitExceeded {
                what: "LocationRequest",
                limit: MAX_LOCATION_REQUEST_BYTES,
                actual: der.len(),
            }
            .into());
        }
        let mut walk = Tlv::only(der, tag::SEQUENCE)?.walk();
        read_version(&walk.expect(tag::INTEGER)?)?;
        let mut request = Self::new(read_source(&mut walk)?);
        if let Some(reveal) = walk.optional(REVEAL_TAG)? {
            request.reveal = Some(RevealMask::read(&reveal)?);
        }
        if let Some(level) = walk.optional(MIN_LEVEL_TAG)? {
            request.min_level = Some(AssuranceLevel::read(&level)?);
        }
        if let Some(challenge) = walk.optional(CHALLENGE_TAG)? {
            request = request
                .with_challenge(challenge.content)
                .map_err(at(&challenge))?;
        }
        walk.finish()?;
        Ok(request)
    }
}

fn read_source(walk: &mut Walk<'_>) -> Result<EvidenceSource, DecodeError> {
    let source = walk.next()?;
    match source.tag {
        TICKET_TAG => Ticket::new(source.content)
            .map(EvidenceSource::Ticket)
            .map_err(at(&source)),
        INLINE_TAG => INLINE
            .read_list(&source, |walk| {
                InlineEvidence::read(&walk.expect(tag::SEQUENCE)?)
            })
            .map(|list| EvidenceSource::Inline(InlineList(list))),
        _ => Err(source.error(DecodeErrorKind::UnknownValue { field: "source" })),
    }
}

#[cfg(test)]
mod tests;
