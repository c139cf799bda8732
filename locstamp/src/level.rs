//! [`level`]: how well a place was shown, and [`missing`]: what would show it better.
//!
//! The rule of docs/LOCATION.md, 'Levels'. Every term of it stands in the token, but for one
//! number of the policy document, so that a reader can compute the level again. The verifier
//! does, with a rule of its own.

use std::fmt;

use meridian_wire::loc::bound::ProvenBound;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind, EvidenceResult};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::subject::SubjectRef;

/// What the level of a claim depends on.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LevelTerms<'a> {
    /// Whose place it is.
    pub subject: &'a SubjectRef,
    /// How the position was found.
    pub method: PositionMethod,
    /// When it held.
    pub observed: ObservationWindow,
    /// What became of the evidence.
    pub evidence: &'a [EvidenceResult],
    /// What the speed of light says.
    pub bound: Option<ProvenBound>,
    /// Warnings.
    pub flags: WarningFlags,
    /// genTime as shown, Unix time in milliseconds, rounded down.
    pub gen_time_ms: i64,
    /// The widest bound that landmarks alone may give at level 3, in metres.
    pub l3_radius_m: u32,
}

impl<'a> LevelTerms<'a> {
    /// The terms of a claim. Its own `level` and `binding` are none.
    #[must_use]
    pub const fn of(claim: &'a ClaimFields, gen_time_ms: i64, l3_radius_m: u32) -> Self {
        Self {
            subject: &claim.subject,
            method: claim.method,
            observed: claim.observed,
            evidence: claim.evidence.as_slice(),
            bound: claim.bound,
            flags: claim.flags,
            gen_time_ms,
            l3_radius_m,
        }
    }
}

/// What a claim lacks for a level.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Missing {
    /// An item contradicts the place.
    Consistency,
    /// The subject is anonymous.
    EnrolledKey,
    /// The position was typed in.
    MeasuredPosition,
    /// The position was old when it was accepted.
    FreshPosition,
    /// The key can be copied.
    HardwareKey,
    /// No item of class database, network, operator or landmark affirms.
    NetworkEvidence,
    /// The address belongs to an anonymising network.
    OpenNetwork,
    /// No item of kind deviceSigned affirms.
    DeviceSignature,
    /// No item of kind platformAttestation affirms.
    PlatformAttestation,
    /// There was no challenge, or it was answered late.
    FreshChallenge,
    /// The stamp comes too late after the position.
    PromptStamp,
    /// No item of class landmark, witness, operator or satellite affirms.
    ThirdParty,
    /// Only landmarks affirm, and they leave the key too much room.
    NearBound,
    /// Only one class of third parties affirms.
    SecondThirdParty,
    /// Fewer than three landmarks, or none on one side.
    EnclosingLandmarks,
    /// A warning is set.
    NoWarning,
    /// The device was attested once; before and after the ranging is twice.
    SecondAttestation,
}

impl Missing {
    /// Every one, for who translates them.
    pub const ALL: [Self; 17] = [
        Self::Consistency,
        Self::EnrolledKey,
        Self::MeasuredPosition,
        Self::FreshPosition,
        Self::HardwareKey,
        Self::NetworkEvidence,
        Self::OpenNetwork,
        Self::DeviceSignature,
        Self::PlatformAttestation,
        Self::FreshChallenge,
        Self::PromptStamp,
        Self::ThirdParty,
        Self::NearBound,
        Self::SecondThirdParty,
        Self::EnclosingLandmarks,
        Self::NoWarning,
        Self::SecondAttestation,
    ];

    /// Its name in answers, which does not change.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consistency => "consistency",
            Self::EnrolledKey => "enrolledKey",
            Self::MeasuredPosition => "measuredPosition",
            Self::FreshPosition => "freshPosition",
            Self::HardwareKey => "hardwareKey",
            Self::NetworkEvidence => "networkEvidence",
            Self::OpenNetwork => "openNetwork",
            Self::DeviceSignature => "deviceSignature",
            Self::PlatformAttestation => "platformAttestation",
            Self::FreshChallenge => "freshChallenge",
            Self::PromptStamp => "promptStamp",
            Self::ThirdParty => "thirdParty",
            Self::NearBound => "nearBound",
            Self::SecondThirdParty => "secondThirdParty",
            Self::EnclosingLandmarks => "enclosingLandmarks",
            Self::NoWarning => "noWarning",
            Self::SecondAttestation => "secondAttestation",
        }
    }

    /// What to do about it, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Consistency => "evidence that nothing contradicts",
            Self::EnrolledKey => "an enrolled key behind the evidence",
            Self::MeasuredPosition => "a position that was measured, not typed in",
            Self::FreshPosition => "a position that was fresh when it was handed in",
            Self::HardwareKey => "a key that cannot be copied",
            Self::NetworkEvidence => "a database, network, operator or landmark that agrees",
            Self::OpenNetwork => "an address outside of VPN, Tor, proxies and data centres",
            Self::DeviceSignature => "a position signed by the device, or a workload quote",
            Self::PlatformAttestation => "an attestation of the device, or a workload quote",
            Self::FreshChallenge => "a challenge that was answered in time",
            Self::PromptStamp => "a stamp soon after the position was found",
            Self::ThirdParty => {
                "a landmark, a witness, an operator, or satellites in an attested receiver"
            }
            Self::NearBound => "a nearer landmark, or a third party of another class",
            Self::SecondThirdParty => "third parties of two classes",
            Self::EnclosingLandmarks => "three landmarks or more, on all sides",
            Self::NoWarning => "a claim without any warning",
            Self::SecondAttestation => "attestations before and after the ranging",
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// The level that the terms earn; `None` if an item contradicts the place.
///
/// Levels do not build on level 1: an attested device needs no database to be at level 2.
#[must_use]
pub fn level(terms: &LevelTerms<'_>) -> Option<AssuranceLevel> {
    if contradicted(terms) {
        return None;
    }
    let mut best_first = AssuranceLevel::ALL.iter().rev().copied();
    best_first.find(|level| unmet(terms, *level).is_empty())
}

/// What the terms lack for the level that is asked for; nothing if they earn it or a higher one.
#[must_use]
pub fn missing(terms: &LevelTerms<'_>, asked: AssuranceLevel) -> Vec<Missing> {
    match level(terms) {
        Some(reached) if reached >= asked => Vec::new(),
        Some(_) => unmet(terms, asked),
        None => [vec![Missing::Consistency], unmet(terms, asked)].concat(),
    }
}

/// Tiers of draft-ietf-rats-ar4si: contraindicated, ours or another's.
fn contradicted(terms: &LevelTerms<'_>) -> bool {
    let mut tiers = terms.evidence.iter().map(EvidenceResult::tier);
    tiers.any(|tier| tier >= 96 || tier <= -97)
}

/// The conditions of one level that do not hold, contradictions aside.
fn unmet(terms: &LevelTerms<'_>, asked: AssuranceLevel) -> Vec<Missing> {
    let mut unmet = Unmet::default();
    if asked >= AssuranceLevel::L1NetworkCorroborated {
        let known = *terms.subject != SubjectRef::Anonymous;
        unmet.unless(known, Missing::EnrolledKey);
        let typed = terms.flags.has(WarningFlags::MANUAL_ENTRY);
        unmet.unless(!typed, Missing::MeasuredPosition);
    }
    if asked == AssuranceLevel::L1NetworkCorroborated {
        corroboration(terms, &mut unmet);
    }
    if asked >= AssuranceLevel::L2DeviceAttested {
        attestation(terms, &mut unmet);
    }
    if asked >= AssuranceLevel::L3PhysicallyCorroborated {
        physics(terms, &mut unmet);
    }
    if asked >= AssuranceLevel::L4MultiParty {
        parties(terms, &mut unmet);
    }
    unmet.0
}

/// Level 1.
fn corroboration(terms: &LevelTerms<'_>, unmet: &mut Unmet) {
    let agrees = [
        EvidenceClass::Database,
        EvidenceClass::Network,
        EvidenceClass::Operator,
        EvidenceClass::Landmark,
    ];
    let agrees = affirming(terms).any(|item| agrees.contains(&item.class()));
    unmet.unless(agrees, Missing::NetworkEvidence);
    let hidden = terms.flags.has(WarningFlags::ANONYMISING_NETWORK);
    unmet.unless(!hidden, Missing::OpenNetwork);
}

/// Level 2.
fn attestation(terms: &LevelTerms<'_>, unmet: &mut Unmet) {
    let flags = terms.flags;
    unmet.unless(!flags.has(WarningFlags::STALE_FIX), Missing::FreshPosition);
    unmet.unless(!flags.has(WarningFlags::SOFTWARE_KEY), Missing::HardwareKey);
    let quoted = affirms(terms, EvidenceKind::WORKLOAD_QUOTE);
    let signed = quoted || affirms(terms, EvidenceKind::DEVICE_SIGNED);
    unmet.unless(signed, Missing::DeviceSignature);
    let attested = quoted || affirms(terms, EvidenceKind::PLATFORM_ATTESTATION);
    unmet.unless(attested, Missing::PlatformAttestation);
    let typed = terms.method == PositionMethod::Manual;
    unmet.unless(!typed, Missing::MeasuredPosition);
    // Navigation messages are authenticated minutes after they were received.
    let (challenge_ms, stamp_ms) = if affirms(terms, EvidenceKind::OSNMA) {
        (300_000, 480_000)
    } else {
        (120_000, 180_000)
    };
    let challenge = terms.observed.challenge_age_ms();
    let answered = challenge > 0 && challenge <= challenge_ms;
    unmet.unless(answered, Missing::FreshChallenge);
    let fix_ms = terms.observed.fix_time_ms();
    let prompt = terms.gen_time_ms.saturating_sub(fix_ms) <= stamp_ms;
    unmet.unless(prompt, Missing::PromptStamp);
}

/// What level 3 asks for besides level 2.
fn physics(terms: &LevelTerms<'_>, unmet: &mut Unmet) {
    let classes = third_parties(terms);
    unmet.unless(!classes.is_empty(), Missing::ThirdParty);
    if classes == [EvidenceClass::Landmark] {
        let near = terms
            .bound
            .is_some_and(|bound| bound.radius_m() <= terms.l3_radius_m);
        unmet.unless(near, Missing::NearBound);
    }
}

/// What level 4 asks for besides level 3.
fn parties(terms: &LevelTerms<'_>, unmet: &mut Unmet) {
    let two = third_parties(terms).len() >= 2;
    unmet.unless(two, Missing::SecondThirdParty);
    let enclosed = terms
        .bound
        .is_some_and(|bound| bound.landmarks() >= 3 && bound.enclosed());
    unmet.unless(enclosed, Missing::EnclosingLandmarks);
    unmet.unless(terms.flags.is_empty(), Missing::NoWarning);
    let attestations = affirming(terms).filter(|item| {
        item.kind() == EvidenceKind::PLATFORM_ATTESTATION
            || item.kind() == EvidenceKind::WORKLOAD_QUOTE
    });
    unmet.unless(attestations.count() >= 2, Missing::SecondAttestation);
}

/// Distinct classes of affirming items that stand outside of the subject's reach. Navigation
/// messages are public: satellites count only with an attested receiver.
fn third_parties(terms: &LevelTerms<'_>) -> Vec<EvidenceClass> {
    let receiver = affirms(terms, EvidenceKind::PLATFORM_ATTESTATION);
    let all = [
        (EvidenceClass::Landmark, true),
        (EvidenceClass::Witness, true),
        (EvidenceClass::Operator, true),
        (EvidenceClass::Satellite, receiver),
    ];
    let counted = all.into_iter().filter(|(class, counts)| {
        let stated = affirming(terms).any(|item| item.class() == *class);
        *counts && stated
    });
    counted.map(|(class, _)| class).collect()
}

/// Tiers of draft-ietf-rats-ar4si: affirming.
fn affirming<'a>(terms: &LevelTerms<'a>) -> impl Iterator<Item = &'a EvidenceResult> {
    let items = terms.evidence.iter();
    items.filter(|item| item.tier() >= 2 && item.tier() <= 31)
}

fn affirms(terms: &LevelTerms<'_>, kind: EvidenceKind) -> bool {
    affirming(terms).any(|item| item.kind() == kind)
}

#[derive(Default)]
struct Unmet(Vec<Missing>);

impl Unmet {
    /// Notes what is missing, once.
    fn unless(&mut self, holds: bool, missing: Missing) {
        if !holds && !self.0.contains(&missing) {
            self.0.push(missing);
        }
    }
}

#[cfg(test)]
mod tests;
