//! The place part of the report for machines.

use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::evidence::EvidenceResult;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::value::LeafValue;
use serde::Serialize;

use super::json::CheckOut;
use crate::location::disclosures::OpenValue;
use crate::location::place::Place;
use crate::location::require::Required;
use crate::location::{not_shown, words};

/// `place` of the report.
#[derive(Debug, Serialize)]
pub(super) struct PlaceOut<'p> {
    verdict: &'static str,
    asked: bool,
    claim: Option<ClaimOut>,
    level_earned: Option<u8>,
    values: Vec<ValueOut>,
    requirements: Vec<RequiredOut<'p>>,
    not_shown: Vec<String>,
    checks: Vec<CheckOut<'p>>,
}

/// A claim as it stands in a token.
#[derive(Debug, Serialize)]
pub(crate) struct ClaimOut {
    policy_hash: String,
    subject: SubjectOut,
    binding: &'static str,
    level: u8,
    level_name: &'static str,
    fix_time: String,
    max_error_ms: u32,
    challenge_age_ms: u32,
    method: &'static str,
    commitment: String,
    evidence: Vec<EvidenceOut>,
    bound: Option<BoundOut>,
    travel: Option<TravelOut>,
    flags: Vec<&'static str>,
    evidence_hash: Option<String>,
}

#[derive(Debug, Serialize)]
struct SubjectOut {
    kind: &'static str,
    id: Option<String>,
}

#[derive(Debug, Serialize)]
struct EvidenceOut {
    kind: u16,
    kind_name: Option<&'static str>,
    class: &'static str,
    tier: i8,
    age_ms: u32,
    hash: Option<String>,
    radius_m: Option<u32>,
}

#[derive(Debug, Serialize)]
struct BoundOut {
    radius_m: u32,
    landmarks: u8,
    enclosed: bool,
    directory: String,
}

#[derive(Debug, Serialize)]
struct TravelOut {
    outcome: &'static str,
    speed_mm_s: Option<u32>,
}

/// A part of the place that is open.
#[derive(Debug, Serialize)]
pub(crate) struct ValueOut {
    slot: u8,
    name: String,
    source: &'static str,
    value: LeafOut,
}

/// One kind of value; absent members are not written.
#[derive(Debug, Default, Serialize)]
struct LeafOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    h3: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mass: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat_e7: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lon_e7: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    radius_mm: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height_mm: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uncertainty_mm: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed_mm_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heading_mdeg: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fences: Option<Vec<FenceOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facility: Option<String>,
}

#[derive(Debug, Serialize)]
struct FenceOut {
    fence: String,
    verdict: &'static str,
    mass: u16,
}

#[derive(Debug, Serialize)]
struct RequiredOut<'p> {
    requirement: &'p str,
    answer: &'static str,
    detail: &'p str,
}

impl<'p> PlaceOut<'p> {
    pub(super) fn of(place: &'p Place) -> Self {
        Self {
            verdict: place.verdict().name(),
            asked: place.asked(),
            claim: place.claim().map(ClaimOut::of),
            level_earned: place.earned().map(|level| level.code()),
            values: place.values().iter().map(ValueOut::of).collect(),
            requirements: place.required().iter().map(RequiredOut::of).collect(),
            not_shown: not_shown::of(place),
            checks: place.findings().iter().map(CheckOut::of).collect(),
        }
    }
}

impl ClaimOut {
    pub(crate) fn of(claim: &LocationClaim) -> Self {
        let claim = claim.fields();
        let (kind, id) = match &claim.subject {
            SubjectRef::Anonymous => ("anonymous", None),
            SubjectRef::KeyHash(hash) => ("keyHash", Some(hex::encode(hash))),
            SubjectRef::Pairwise(name) => ("pairwise", Some(hex::encode(name.as_bytes()))),
            _ => ("unknown", None),
        };
        Self {
            policy_hash: hex::encode(claim.policy_hash),
            subject: SubjectOut { kind, id },
            binding: claim.binding.name(),
            level: claim.level.code(),
            level_name: claim.level.name(),
            fix_time: claim.observed.fix_time().to_string(),
            max_error_ms: claim.observed.max_error_ms(),
            challenge_age_ms: claim.observed.challenge_age_ms(),
            method: claim.method.name(),
            commitment: hex::encode(claim.commitment),
            evidence: claim.evidence.iter().map(EvidenceOut::of).collect(),
            bound: claim.bound.map(|bound| BoundOut {
                radius_m: bound.radius_m(),
                landmarks: bound.landmarks(),
                enclosed: bound.enclosed(),
                directory: hex::encode(bound.directory()),
            }),
            travel: claim.travel.map(|travel| TravelOut {
                outcome: travel.outcome().name(),
                speed_mm_s: travel.speed_mm_s(),
            }),
            flags: claim.flags.names().collect(),
            evidence_hash: claim.evidence_hash.map(hex::encode),
        }
    }
}

impl EvidenceOut {
    fn of(result: &EvidenceResult) -> Self {
        Self {
            kind: result.kind().number(),
            kind_name: result.kind().name(),
            class: result.class().name(),
            tier: result.tier(),
            age_ms: result.age_ms(),
            hash: result.hash().map(hex::encode),
            radius_m: result.radius_m(),
        }
    }
}

impl ValueOut {
    pub(crate) fn of(open: &OpenValue) -> Self {
        Self {
            slot: open.slot.number(),
            name: words::slot(open.slot),
            source: open.source.name(),
            value: LeafOut::of(&open.value),
        }
    }
}

impl LeafOut {
    fn of(value: &LeafValue) -> Self {
        let mut out = Self::default();
        match value {
            LeafValue::Country(code) | LeafValue::Jurisdiction(code) => {
                out.code = Some(code.as_str().to_owned());
            }
            LeafValue::Subdivision(code) => out.code = Some(code.as_str().to_owned()),
            LeafValue::Cell(cell) => {
                out.h3 = Some(format!("{:x}", cell.h3()));
                out.mass = Some(cell.mass());
            }
            LeafValue::Point(point) => {
                out.lat_e7 = Some(point.lat_e7());
                out.lon_e7 = Some(point.lon_e7());
                out.radius_mm = Some(point.radius_mm());
                out.confidence = Some(point.confidence());
            }
            LeafValue::Altitude(altitude) => {
                out.height_mm = Some(altitude.height_mm());
                out.uncertainty_mm = Some(altitude.uncertainty_mm());
                out.confidence = Some(altitude.confidence());
            }
            LeafValue::Motion(motion) => {
                out.speed_mm_s = Some(motion.speed_mm_s());
                out.heading_mdeg = motion.heading_mdeg();
            }
            LeafValue::Fences(fences) => {
                let fences = fences.as_slice().iter().map(|fence| FenceOut {
                    fence: hex::encode(fence.fence()),
                    verdict: fence.verdict().name(),
                    mass: fence.mass(),
                });
                out.fences = Some(fences.collect());
            }
            LeafValue::Facility(name) => out.facility = Some(name.as_str().to_owned()),
            _ => {}
        }
        out
    }
}

impl<'p> RequiredOut<'p> {
    fn of(required: &'p Required) -> Self {
        Self {
            requirement: &required.text,
            answer: required.answer.name(),
            detail: &required.detail,
        }
    }
}
