//! The level that a claim's own evidence earns: docs/LOCATION.md, 'Levels'.
//!
//! The issuer has this rule too. It is written here again and never shared, so that a mistake is
//! not made twice and an issuer who states too much is found out from the token alone.

use std::collections::BTreeSet;

use meridian_wire::loc::bound::ProvenBound;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind, EvidenceResult};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::subject::SubjectRef;

/// Metres within which landmarks must hold the key for level 3, where no policy says another.
pub const DEFAULT_L3_RADIUS_M: u32 = 500_000;

/// Longest challenge and oldest fix of level 2, in milliseconds.
const ORDINARY: Freshness = Freshness {
    challenge_ms: 120_000,
    fix_ms: 180_000,
};

/// The same, where authenticated navigation messages had to be waited for.
const WITH_OSNMA: Freshness = Freshness {
    challenge_ms: 300_000,
    fix_ms: 480_000,
};

#[derive(Clone, Copy)]
struct Freshness {
    challenge_ms: u32,
    fix_ms: i64,
}

/// Everything that the level depends on. All of it is in the token, but for one number of the
/// policy document.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LevelTerms<'c> {
    /// Whose place it is.
    pub subject: &'c SubjectRef,
    /// How the position was found.
    pub method: PositionMethod,
    /// When it held.
    pub observed: &'c ObservationWindow,
    /// What became of the evidence.
    pub evidence: &'c [EvidenceResult],
    /// What the speed of light says.
    pub bound: Option<&'c ProvenBound>,
    /// Warnings.
    pub flags: WarningFlags,
    /// genTime as shown, in whole milliseconds, rounded down.
    pub gen_time_ms: i64,
    /// Metres within which landmarks must hold the key for level 3: the policy's.
    pub l3_radius_m: u32,
}

impl<'c> LevelTerms<'c> {
    /// The terms of a claim.
    #[must_use]
    pub const fn of(claim: &'c ClaimFields, gen_time_ms: i64, l3_radius_m: u32) -> Self {
        Self {
            subject: &claim.subject,
            method: claim.method,
            observed: &claim.observed,
            evidence: claim.evidence.as_slice(),
            bound: claim.bound.as_ref(),
            flags: claim.flags,
            gen_time_ms,
            l3_radius_m,
        }
    }

    /// Evidence that affirms: tier 2 to 31 of AR4SI.
    fn affirming(&self) -> impl Iterator<Item = &EvidenceResult> {
        let all = self.evidence.iter();
        all.filter(|result| (2..=31).contains(&result.tier()))
    }

    fn affirms(&self, kind: EvidenceKind) -> bool {
        self.affirming().any(|result| result.kind() == kind)
    }

    /// Tier 96 and above, or -97 and below: evidence against the place.
    fn is_contradicted(&self) -> bool {
        let mut all = self.evidence.iter();
        all.any(|result| !(-96..=95).contains(&result.tier()))
    }

    /// The highest level that subject and warnings leave open, whatever the evidence.
    fn ceiling(&self) -> AssuranceLevel {
        let anonymous = *self.subject == SubjectRef::Anonymous;
        if anonymous || self.flags.has(WarningFlags::MANUAL_ENTRY) {
            return AssuranceLevel::L0Asserted;
        }
        let flags = [WarningFlags::STALE_FIX, WarningFlags::SOFTWARE_KEY];
        if flags.into_iter().any(|flag| self.flags.has(flag)) {
            return AssuranceLevel::L1NetworkCorroborated;
        }
        AssuranceLevel::L4MultiParty
    }

    /// Level 1: somebody besides the subject agrees, and it is known where the subject connects.
    fn is_corroborated(&self) -> bool {
        let agrees = |result: &EvidenceResult| {
            matches!(
                result.class(),
                EvidenceClass::Database
                    | EvidenceClass::Network
                    | EvidenceClass::Operator
                    | EvidenceClass::Landmark
            )
        };
        !self.flags.has(WarningFlags::ANONYMISING_NETWORK) && self.affirming().any(agrees)
    }

    /// Level 2: an attested device answered a fresh challenge with a fresh fix.
    fn is_attested(&self) -> bool {
        let device = self.affirms(EvidenceKind::DEVICE_SIGNED)
            && self.affirms(EvidenceKind::PLATFORM_ATTESTATION);
        let limits = if self.affirms(EvidenceKind::OSNMA) {
            WITH_OSNMA
        } else {
            ORDINARY
        };
        let challenge_ms = self.observed.challenge_age_ms();
        let fix_ms = self.gen_time_ms.saturating_sub(self.observed.fix_time_ms());
        (device || self.affirms(EvidenceKind::WORKLOAD_QUOTE))
            && (1..=limits.challenge_ms).contains(&challenge_ms)
            && self.method != PositionMethod::Manual
            && fix_ms <= limits.fix_ms
    }

    /// Independent classes that speak about the place itself. Satellites count only where an
    /// attested platform received them: their messages are public.
    fn third_parties(&self) -> BTreeSet<EvidenceClass> {
        let attested = self.affirms(EvidenceKind::PLATFORM_ATTESTATION);
        let counts = |class: &EvidenceClass| match class {
            EvidenceClass::Landmark | EvidenceClass::Witness | EvidenceClass::Operator => true,
            EvidenceClass::Satellite => attested,
            _ => false,
        };
        self.affirming()
            .map(EvidenceResult::class)
            .filter(counts)
            .collect()
    }

    /// Level 3, beyond level 2. Landmarks alone must hold the key near enough.
    fn is_physically_corroborated(&self) -> bool {
        let parties = self.third_parties();
        let only_landmarks = parties.iter().all(|one| *one == EvidenceClass::Landmark);
        let near = self
            .bound
            .is_some_and(|bound| bound.radius_m() <= self.l3_radius_m);
        !parties.is_empty() && (!only_landmarks || near)
    }

    /// Level 4, beyond level 3.
    fn is_multi_party(&self) -> bool {
        let attestations = self.affirming().filter(|result| {
            let kind = result.kind();
            kind == EvidenceKind::PLATFORM_ATTESTATION || kind == EvidenceKind::WORKLOAD_QUOTE
        });
        let surrounded = |bound: &ProvenBound| bound.landmarks() >= 3 && bound.enclosed();
        self.third_parties().len() >= 2
            && self.bound.is_some_and(surrounded)
            && self.flags.is_empty()
            && attestations.count() >= 2
    }

    fn earns(&self, level: AssuranceLevel) -> bool {
        match level {
            AssuranceLevel::L0Asserted => true,
            AssuranceLevel::L1NetworkCorroborated => self.is_corroborated(),
            AssuranceLevel::L2DeviceAttested => self.is_attested(),
            AssuranceLevel::L3PhysicallyCorroborated => {
                self.is_attested() && self.is_physically_corroborated()
            }
            AssuranceLevel::L4MultiParty => {
                self.is_attested() && self.is_physically_corroborated() && self.is_multi_party()
            }
            _ => false,
        }
    }
}

/// The highest level whose conditions the evidence meets; none if evidence contradicts the place.
#[must_use]
pub fn earned_level(terms: &LevelTerms<'_>) -> Option<AssuranceLevel> {
    if terms.is_contradicted() {
        return None;
    }
    let ceiling = terms.ceiling();
    let levels = AssuranceLevel::ALL.iter().rev().copied();
    let mut open = levels.filter(|level| *level <= ceiling);
    open.find(|level| terms.earns(*level))
}

#[cfg(test)]
mod tests;
