//! What the authority serves, how exact it is, and until when.

use std::ops::RangeInclusive;
use std::time::Duration;

use meridian_appraisal::AppraisalPolicy;
use meridian_signing::shown::{PracticeError, Rounding, TimePractice};
use meridian_wire::limits::MAX_LOCATION_STAMP_REQUEST_BYTES;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::request::RevealMask;
use meridian_wire::loc::slot::Slot;
use meridian_wire::oid::{LOCATION_REQUEST, ObjectIdentifier};
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash;
use meridian_wire::tsp::req::Served;

use crate::appraised::Appraised;
use crate::error::Rejection;
use crate::level::{self, LevelTerms};

/// The practice of the location TSU: what the public document promises, and how times are shown.
#[derive(Clone, Debug)]
pub struct LocPolicy {
    hash: Digest32,
    /// At least one, ascending.
    identifiers: Vec<ObjectIdentifier>,
    /// Least level under each, in the same order.
    levels: Vec<AssuranceLevel>,
    default: ObjectIdentifier,
    reveal_default: RevealMask,
    reveal_allowed: RevealMask,
    l3_radius_m: u32,
    issue_contradicted: bool,
    rounding: Rounding,
    practice: TimePractice,
}

impl LocPolicy {
    /// Stamps under `document`, with times as `rounding` shows them, signatures within
    /// `signing_allowance` and tokens within `validity`, the TSU certificate's.
    ///
    /// # Errors
    ///
    /// [`PracticeError`] if the times could not be kept.
    pub fn new(
        document: &AppraisalPolicy,
        rounding: Rounding,
        signing_allowance: Duration,
        validity: RangeInclusive<UnixMicros>,
    ) -> Result<Self, PracticeError> {
        let practice = TimePractice::new(&[rounding], signing_allowance, validity)?;
        let served = document.oids().filter_map(|oid| {
            let level = document.min_level(oid)?;
            Some((*oid, level))
        });
        let (identifiers, levels) = served.unzip();
        Ok(Self {
            hash: *document.hash(),
            identifiers,
            levels,
            default: document.default_policy(),
            reveal_default: document.reveal_default(),
            reveal_allowed: document.reveal_allowed(),
            l3_radius_m: document.l3_radius_m(),
            issue_contradicted: document.issue_contradicted(),
            rounding,
            practice,
        })
    }

    /// What the request decoder may let pass: the document's policies, and the location request.
    #[must_use]
    pub fn served(&self) -> Served<'_> {
        Served::new(hash::ACCEPTED, &self.identifiers, &[LOCATION_REQUEST])
            .with_max_bytes(MAX_LOCATION_STAMP_REQUEST_BYTES)
    }

    /// `policyHash` of the claims.
    #[must_use]
    pub const fn hash(&self) -> &Digest32 {
        &self.hash
    }

    /// The policy of a challenge that names none.
    #[must_use]
    pub const fn default_policy(&self) -> ObjectIdentifier {
        self.default
    }

    /// The least level under a policy; `None` if it is not served.
    #[must_use]
    pub fn min_level(&self, policy: &ObjectIdentifier) -> Option<AssuranceLevel> {
        let mut served = self.identifiers.iter().zip(&self.levels);
        let found = served.find(|(identifier, _)| *identifier == policy);
        found.map(|(_, level)| *level)
    }

    /// The slots that a claim reveals: those asked for, or the document's default.
    ///
    /// # Errors
    ///
    /// [`Rejection::RevealNotAllowed`]: a client that asks for a slot counts on it, so it is not
    /// left out silently.
    pub fn reveal(&self, asked: Option<RevealMask>) -> Result<RevealMask, Rejection> {
        let reveal = asked.unwrap_or(self.reveal_default);
        let mut forbidden =
            Slot::all().filter(|slot| reveal.has(*slot) && !self.reveal_allowed.has(*slot));
        match forbidden.next() {
            Some(slot) => Err(Rejection::RevealNotAllowed { slot }),
            None => Ok(reveal),
        }
    }

    /// The level that a claim earns at a genTime (Unix time in milliseconds, rounded down). A
    /// contradicted claim earns none, or level 0 where the document says that it is stamped.
    #[must_use]
    pub fn level(&self, claim: &ClaimFields, gen_time_ms: i64) -> Option<AssuranceLevel> {
        let contradicted = self
            .issue_contradicted
            .then_some(AssuranceLevel::L0Asserted);
        level::level(&self.terms(claim, gen_time_ms)).or(contradicted)
    }

    /// Row 32 of the decision table: the level that a claim earns at a genTime, if it is not below
    /// `least`.
    ///
    /// # Errors
    ///
    /// [`Rejection::Contradicted`], [`Rejection::LevelUnmet`] with what is missing.
    pub fn enough(
        &self,
        claim: &ClaimFields,
        gen_time_ms: i64,
        least: AssuranceLevel,
    ) -> Result<AssuranceLevel, Rejection> {
        let reached = self.level(claim, gen_time_ms);
        let reached = reached.ok_or(Rejection::Contradicted)?;
        if reached >= least {
            return Ok(reached);
        }
        Err(Rejection::LevelUnmet {
            reached,
            asked: least,
            missing: level::missing(&self.terms(claim, gen_time_ms), least),
        })
    }

    /// The level that evidence reaches when it is accepted, if a stamp under the policy of its
    /// challenge could be made at once.
    ///
    /// # Errors
    ///
    /// [`Rejection::PolicyUnknown`], and those of [`Self::enough`].
    pub fn check(&self, appraised: &Appraised) -> Result<AssuranceLevel, Rejection> {
        let policy = appraised.policy();
        let least = self.min_level(&policy);
        let least = least.ok_or(Rejection::PolicyUnknown { policy })?;
        let least = least.max(appraised.min_level());
        self.enough(appraised.claim(), appraised.accepted_ms(), least)
    }

    /// The terms of the level rule.
    #[must_use]
    pub const fn terms<'a>(&self, claim: &'a ClaimFields, gen_time_ms: i64) -> LevelTerms<'a> {
        LevelTerms::of(claim, gen_time_ms, self.l3_radius_m)
    }

    /// How times become genTime.
    #[must_use]
    pub const fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// What it promises of times.
    #[must_use]
    pub const fn practice(&self) -> &TimePractice {
        &self.practice
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use meridian_appraisal::policy::RevealRule;
    use meridian_wire::loc::evidence::EvidenceResult;
    use meridian_wire::oid;

    use super::*;
    use crate::sample;

    #[test]
    fn serves_the_policies_of_the_document_and_one_extension() {
        let policy = sample::policy();
        let served = policy.served();
        let all = [
            oid::POLICY_LOCATION_0,
            oid::POLICY_LOCATION_1,
            oid::POLICY_LOCATION_2,
            oid::POLICY_LOCATION_3,
            oid::POLICY_LOCATION_4,
        ];
        assert_eq!(served.policies, all);
        assert_eq!(served.extensions, [LOCATION_REQUEST]);
        assert_eq!(served.hashes.len(), 7);
        for (oid, level) in all.iter().zip(AssuranceLevel::ALL) {
            assert_eq!(policy.min_level(oid), Some(*level));
        }
        assert_eq!(policy.min_level(&oid::POLICY_COMPATIBLE), None);
        assert_eq!(policy.default_policy(), oid::POLICY_LOCATION_0);
    }

    #[test]
    fn serves_no_policy_that_the_document_leaves_out() {
        let mut document = sample::document();
        let one = oid::POLICY_LOCATION_1.to_string();
        document.policies = BTreeMap::from([(one.clone(), 1)]);
        document.default_policy = one;
        let policy = sample::policy_of(document, Rounding::Micros);
        assert_eq!(policy.served().policies, [oid::POLICY_LOCATION_1]);
        assert_eq!(policy.min_level(&oid::POLICY_LOCATION_0), None);
        assert_ne!(policy.hash(), sample::policy().hash());
    }

    #[test]
    fn reveals_what_is_asked_for_or_the_default_and_never_what_is_forbidden() {
        let mut document = sample::document();
        document.reveal = RevealRule::new(vec![0], vec![0, 1, 3]);
        let policy = sample::policy_of(document, Rounding::Micros);
        assert_eq!(policy.reveal(None), Ok(sample::reveal(&[0])));
        for allowed in [&[][..], &[1, 3], &[0, 1, 3]] {
            let asked = sample::reveal(allowed);
            assert_eq!(policy.reveal(Some(asked)), Ok(asked));
        }
        let slot = Slot::POINT;
        let refused = policy.reveal(Some(sample::reveal(&[0, 10, 11])));
        assert_eq!(refused, Err(Rejection::RevealNotAllowed { slot }));
    }

    #[test]
    fn a_contradicted_claim_is_at_level_0_where_the_document_says_so() {
        let mut claim = sample::appraised().claim().clone();
        let against = claim.evidence.first().unwrap();
        let against = EvidenceResult::new(against.kind(), against.class(), 96, 0);
        claim.evidence.push(against.unwrap());
        let now = sample::FIX_MS;
        assert_eq!(sample::policy().level(&claim, now), None);
        let mut document = sample::document();
        document.issue_contradicted = true;
        let policy = sample::policy_of(document, Rounding::Micros);
        assert_eq!(policy.level(&claim, now), Some(AssuranceLevel::L0Asserted));
    }

    #[test]
    fn evidence_that_could_not_be_stamped_at_once_is_told_so() {
        let policy = sample::policy();
        let one = AssuranceLevel::L1NetworkCorroborated;
        assert_eq!(policy.check(&sample::appraised()), Ok(one));
        let under = |policy| {
            let bundle = sample::bundle(|context| context.policy = policy);
            sample::appraised_of(&sample::appraisal(), &bundle, &[0])
        };
        let two = AssuranceLevel::L2DeviceAttested;
        for appraised in [
            under(oid::POLICY_LOCATION_2),
            sample::appraised().with_min_level(two),
        ] {
            let refused = policy.check(&appraised).unwrap_err();
            let Rejection::LevelUnmet { reached, asked, .. } = refused else {
                panic!("{refused}");
            };
            assert_eq!((reached, asked), (one, two));
        }
        let policy = oid::POLICY_PRECISE;
        let refused = sample::policy().check(&under(policy));
        assert_eq!(refused, Err(Rejection::PolicyUnknown { policy }));
    }

    #[test]
    fn rejects_times_that_could_not_be_kept() {
        let document = AppraisalPolicy::evaluation().unwrap();
        let made = |allowance_ms, end| {
            let validity = UnixMicros::new(0)..=UnixMicros::new(end);
            let allowance = Duration::from_millis(allowance_ms);
            LocPolicy::new(&document, Rounding::WholeSeconds, allowance, validity)
        };
        assert!(made(499, 0).is_ok());
        let long = made(500, 0).unwrap_err();
        assert!(matches!(long, PracticeError::AllowanceTooLong { .. }));
        assert_eq!(made(499, -1).unwrap_err(), PracticeError::ValidityEmpty);
    }
}
