//! Members that several location requests have, from text to types.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_appraisal::key::PublicKey;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::nonce::imprint_digest;
use meridian_wire::loc::request::RevealMask;
use meridian_wire::loc::slot::Slot;
use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::tsp::imprint::MessageImprint;
use serde_json::value::RawValue;

use super::super::imprint::ImprintText;
use super::super::object::Object;
use crate::location::challenge::ChallengeId;
use crate::location::refusal::LocationRefusal;

/// A refusal of one member.
pub(super) fn wrong(
    member: &'static str,
    expected: impl Into<Cow<'static, str>>,
) -> LocationRefusal {
    LocationRefusal::Value {
        member,
        expected: expected.into(),
    }
}

pub(super) fn challenge(text: &str) -> Result<ChallengeId, LocationRefusal> {
    let mut octets = [0; 16];
    hex::decode_to_slice(text, &mut octets)
        .map_err(|_| wrong("challenge", "the id of a challenge, 32 hexadecimal digits"))?;
    Ok(ChallengeId(octets))
}

pub(super) fn policy(text: &str) -> Result<ObjectIdentifier, LocationRefusal> {
    oid::parse(text).map_err(|_| wrong("policy", "a dotted object identifier"))
}

pub(super) fn key(jwk: &RawValue) -> Result<PublicKey, LocationRefusal> {
    Ok(PublicKey::from_jwk(jwk.get())?)
}

pub(super) fn imprint(text: &Object<ImprintText>) -> Result<MessageImprint, LocationRefusal> {
    let Object(text) = text;
    text.imprint().map_err(|not| LocationRefusal::Value {
        member: not.member,
        expected: not.expected,
    })
}

pub(super) fn document(
    text: Option<&Object<ImprintText>>,
) -> Result<Option<Digest32>, LocationRefusal> {
    let imprint = text.map(imprint).transpose()?;
    Ok(imprint.map(|imprint| imprint_digest(&imprint)))
}

pub(super) fn slots(member: &'static str, numbers: &[u8]) -> Result<RevealMask, LocationRefusal> {
    let slots: Result<Vec<Slot>, _> = numbers.iter().map(|number| Slot::new(*number)).collect();
    let slots = slots.map_err(|_| wrong(member, "a list of slots, 0 to 15"))?;
    Ok(RevealMask::of(slots))
}

pub(super) fn level(number: u8) -> Result<AssuranceLevel, LocationRefusal> {
    AssuranceLevel::from_code(number).ok_or_else(|| wrong("min_level", "a level, 0 to 4"))
}

/// The kind with a name of the evidence table; whether it is taken is for the appraisal to say.
pub(super) fn kind(name: &str) -> Result<EvidenceKind, LocationRefusal> {
    let mut all = (1..=11).filter_map(|number| EvidenceKind::new(number).ok());
    all.find(|kind| kind.name() == Some(name))
        .ok_or(LocationRefusal::UnknownKind)
}

pub(super) fn octets(member: &'static str, base64: &str) -> Result<Vec<u8>, LocationRefusal> {
    STANDARD
        .decode(base64)
        .map_err(|_| wrong(member, "base64 with its padding (RFC 4648, 4)"))
}
