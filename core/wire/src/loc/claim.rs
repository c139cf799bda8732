//! [`LocationClaim`]: what a token says about a place.

use super::binding::DocBinding;
use super::bound::ProvenBound;
use super::error::LocError;
use super::evidence::EvidenceResult;
use super::field::{Digest32, Size, TAG_ENUMERATED, at, read_array, read_version};
use super::flags::WarningFlags;
use super::level::AssuranceLevel;
use super::method::PositionMethod;
use super::observed::ObservationWindow;
use super::revealed::RevealedLeaf;
use super::slot::Slot;
use super::subject::SubjectRef;
use super::travel::TravelCheck;
use crate::der_walk::{Tlv, tag};
use crate::der_write::{push, tlv};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::MAX_LOCATION_CLAIM_BYTES;
use crate::oid;
use crate::tsp::extension::TstExtension;

const REVEALED: Size = Size::new("revealed", 0, 16);
const EVIDENCE: Size = Size::new("evidence", 0, 8);
const BOUND_TAG: u8 = tag::context_constructed(0);
const TRAVEL_TAG: u8 = tag::context_constructed(1);
const FLAGS_TAG: u8 = tag::context(2);
const EVIDENCE_HASH_TAG: u8 = tag::context(3);

/// The fields of a claim, before anything holds them together.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ClaimFields {
    /// SHA-256 of the appraisal policy, a JCS document.
    pub policy_hash: Digest32,
    /// Whose place it is.
    pub subject: SubjectRef,
    /// What ties the document to the evidence.
    pub binding: DocBinding,
    /// How well the place was shown.
    pub level: AssuranceLevel,
    /// When the position held.
    pub observed: ObservationWindow,
    /// How it was found.
    pub method: PositionMethod,
    /// Root of the salted tree.
    pub commitment: Digest32,
    /// Slots that everybody may read, ascending.
    pub revealed: Vec<RevealedLeaf>,
    /// What became of the evidence: at most eight.
    pub evidence: Vec<EvidenceResult>,
    /// What the speed of light says.
    pub bound: Option<ProvenBound>,
    /// What the subject's history says.
    pub travel: Option<TravelCheck>,
    /// Warnings.
    pub flags: WarningFlags,
    /// SHA-256 of the evidence bundle.
    pub evidence_hash: Option<Digest32>,
}

impl ClaimFields {
    /// The required fields; nothing revealed, no evidence, all others absent.
    #[must_use]
    pub const fn new(
        policy_hash: Digest32,
        subject: SubjectRef,
        binding: DocBinding,
        level: AssuranceLevel,
        observed: ObservationWindow,
        method: PositionMethod,
        commitment: Digest32,
    ) -> Self {
        Self {
            policy_hash,
            subject,
            binding,
            level,
            observed,
            method,
            commitment,
            revealed: Vec::new(),
            evidence: Vec::new(),
            bound: None,
            travel: None,
            flags: WarningFlags::NONE,
            evidence_hash: None,
        }
    }

    fn check(&self) -> Result<(), LocError> {
        REVEALED.check(self.revealed.len())?;
        EVIDENCE.check(self.evidence.len())?;
        Slot::ascend(self.revealed.iter().map(RevealedLeaf::slot), "revealed")
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        push(&mut out, tag::INTEGER, &[1]);
        push(&mut out, tag::OCTET_STRING, &self.policy_hash);
        self.subject.push(&mut out);
        push(&mut out, TAG_ENUMERATED, &[self.binding.code()]);
        push(&mut out, TAG_ENUMERATED, &[self.level.code()]);
        push(&mut out, tag::SEQUENCE, &self.observed.content());
        push(&mut out, TAG_ENUMERATED, &[self.method.code()]);
        push(&mut out, tag::OCTET_STRING, &self.commitment);
        let revealed = self.revealed.iter().flat_map(RevealedLeaf::encode);
        push(&mut out, tag::SEQUENCE, &revealed.collect::<Vec<u8>>());
        let evidence = self.evidence.iter().flat_map(EvidenceResult::encode);
        push(&mut out, tag::SEQUENCE, &evidence.collect::<Vec<u8>>());
        if let Some(bound) = &self.bound {
            push(&mut out, BOUND_TAG, &bound.content());
        }
        if let Some(travel) = &self.travel {
            push(&mut out, TRAVEL_TAG, &travel.content());
        }
        if let Some(flags) = self.flags.content() {
            push(&mut out, FLAGS_TAG, &flags);
        }
        if let Some(hash) = &self.evidence_hash {
            push(&mut out, EVIDENCE_HASH_TAG, hash);
        }
        tlv(tag::SEQUENCE, &[&out])
    }

    fn read(claim: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = claim.walk();
        read_version(&walk.expect(tag::INTEGER)?)?;
        let mut fields = Self::new(
            read_array(&walk.expect(tag::OCTET_STRING)?, "policyHash")?,
            SubjectRef::read(&mut walk)?,
            DocBinding::read(&walk.expect(TAG_ENUMERATED)?)?,
            AssuranceLevel::read(&walk.expect(TAG_ENUMERATED)?)?,
            ObservationWindow::read(&walk.expect(tag::SEQUENCE)?)?,
            PositionMethod::read(&walk.expect(TAG_ENUMERATED)?)?,
            read_array(&walk.expect(tag::OCTET_STRING)?, "commitment")?,
        );
        let revealed = walk.expect(tag::SEQUENCE)?;
        fields.revealed = REVEALED.read_list(&revealed, |walk| {
            RevealedLeaf::read(&walk.expect(tag::SEQUENCE)?)
        })?;
        fields.evidence = EVIDENCE.read_list(&walk.expect(tag::SEQUENCE)?, |walk| {
            EvidenceResult::read(&walk.expect(tag::SEQUENCE)?)
        })?;
        if let Some(bound) = walk.optional(BOUND_TAG)? {
            fields.bound = Some(ProvenBound::read(&bound)?);
        }
        if let Some(travel) = walk.optional(TRAVEL_TAG)? {
            fields.travel = Some(TravelCheck::read(&travel)?);
        }
        if let Some(flags) = walk.optional(FLAGS_TAG)? {
            fields.flags = WarningFlags::read(&flags)?;
        }
        if let Some(hash) = walk.optional(EVIDENCE_HASH_TAG)? {
            fields.evidence_hash = Some(read_array(&hash, "evidenceHash")?);
        }
        walk.finish()?;
        fields.check().map_err(at(&revealed))?;
        Ok(fields)
    }
}

/// The claim of a location stamp: the value of the TSTInfo extension `<BASE>.1.1`.
///
/// ```asn1
/// LocationClaim ::= SEQUENCE {
///   version       INTEGER { v1(1) },
///   policyHash    Digest32,                     -- SHA-256 of the JCS appraisal policy
///   subject       SubjectRef,
///   binding       DocBinding,
///   level         AssuranceLevel,
///   observed      ObservationWindow,
///   method        PositionMethod,
///   commitment    Digest32,                     -- root of the 16-leaf salted tree
///   revealed      SEQUENCE (SIZE (0..16)) OF RevealedLeaf,
///   evidence      SEQUENCE (SIZE (0..8)) OF EvidenceResult,
///   bound         [0] ProvenBound      OPTIONAL,
///   travel        [1] TravelCheck      OPTIONAL,
///   flags         [2] WarningFlags     OPTIONAL,
///   evidenceHash  [3] Digest32         OPTIONAL } -- SHA-256 of the evidence bundle
/// ```
///
/// At most [`MAX_LOCATION_CLAIM_BYTES`] octets, and slots in `revealed` ascend. Not checked:
/// whether the evidence earns the level, or the fields agree with each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LocationClaim {
    fields: ClaimFields,
    der: Vec<u8>,
}

impl LocationClaim {
    /// A claim with these fields.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`], [`LocError::SlotOrder`], [`LocError::ClaimTooLong`].
    pub fn new(fields: ClaimFields) -> Result<Self, LocError> {
        fields.check()?;
        let der = fields.encode();
        fits(der.len())?;
        Ok(Self { fields, der })
    }

    /// Reads a claim. Only DER is taken, and nothing after it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] naming the rule that is broken.
    pub fn decode(der: &[u8]) -> Result<Self, DecodeError> {
        fits(der.len()).map_err(DecodeErrorKind::from)?;
        let fields = ClaimFields::read(&Tlv::only(der, tag::SEQUENCE)?)?;
        Ok(Self {
            fields,
            der: der.to_vec(),
        })
    }

    /// The fields.
    #[must_use]
    pub const fn fields(&self) -> &ClaimFields {
        &self.fields
    }

    /// The claim in DER; as received, if it was.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The extension that carries it in a TSTInfo.
    #[must_use]
    pub fn to_extension(&self) -> TstExtension {
        TstExtension::new(oid::LOCATION_CLAIM, self.der.clone())
    }
}

fn fits(actual: usize) -> Result<(), LocError> {
    if actual > MAX_LOCATION_CLAIM_BYTES {
        return Err(LocError::ClaimTooLong { actual });
    }
    Ok(())
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
