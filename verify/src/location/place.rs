//! [`Place`]: what became of a token's claim.

use meridian_appraisal::note::ItemNote;
use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::level::AssuranceLevel;

use super::disclosures::OpenValue;
use super::require::Required;
use super::verified::VerifiedLocation;
use crate::finding::{Finding, Status};
use crate::verdict::Verdict;

/// The place part of a report.
#[derive(Debug)]
pub struct Place {
    pub(crate) asked: bool,
    pub(crate) verdict: Verdict,
    pub(crate) claim: Option<LocationClaim>,
    pub(crate) values: Vec<OpenValue>,
    pub(crate) earned: Option<AssuranceLevel>,
    pub(crate) notes: Vec<ItemNote>,
    pub(crate) required: Vec<Required>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) verified: Option<VerifiedLocation>,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            asked: false,
            verdict: Verdict::Indeterminate,
            claim: None,
            values: Vec::new(),
            earned: None,
            notes: Vec::new(),
            required: Vec::new(),
            findings: Vec::new(),
            verified: None,
        }
    }
}

impl Place {
    pub(super) fn concluded(mut self, asked: bool, time: Verdict, findings: Vec<Finding>) -> Self {
        let any = |status| findings.iter().any(|finding| finding.status == status);
        self.verdict = match &self.verified {
            _ if time == Verdict::Failed || any(Status::Failed) => Verdict::Failed,
            Some(_) if !any(Status::Indeterminate) && !any(Status::NotRun) => Verdict::Passed,
            _ => Verdict::Indeterminate,
        };
        self.asked = asked;
        self.findings = findings;
        self
    }

    /// Whether the caller asked about place, so that it counts in the verdict.
    #[must_use]
    pub const fn asked(&self) -> bool {
        self.asked
    }

    /// Passed only if every check of place passed and the time-stamp is verified.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The claim, if there is one that can be read.
    #[must_use]
    pub const fn claim(&self) -> Option<&LocationClaim> {
        self.claim.as_ref()
    }

    /// What is open of the place: revealed by the claim, or disclosed and opening its commitment.
    #[must_use]
    pub fn values(&self) -> &[OpenValue] {
        &self.values
    }

    /// The level that the evidence in the claim earns; none if it contradicts the place.
    #[must_use]
    pub const fn earned(&self) -> Option<AssuranceLevel> {
        self.earned
    }

    /// What became of each requirement.
    #[must_use]
    pub fn required(&self) -> &[Required] {
        &self.required
    }

    /// Every finding about place, by id.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What the claim leaves open, in sentences, the most important first.
    #[must_use]
    pub fn not_shown(&self) -> Vec<String> {
        super::not_shown::of(self)
    }

    /// The proofs, if no check stands in the way.
    #[must_use]
    pub const fn verified(&self) -> Option<&VerifiedLocation> {
        self.verified.as_ref()
    }
}
