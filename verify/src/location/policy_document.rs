//! V115: the policy document at hand is the one that the claim names.

use meridian_appraisal::countries::Boundaries;
use meridian_appraisal::policy::{AppraisalPolicy, PolicyError};
use meridian_wire::loc::claim::ClaimFields;
use sha2::{Digest, Sha256};

use super::agreement::AgreementPolicy;
use super::outcome::{Conclusion, PlaceFault};
use super::stated_level::LevelPolicy;

/// Why the document does not count.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentFault {
    #[error("the policy document cannot be read: {0}")]
    Unreadable(PolicyError),
    #[error(
        "the policy document is not the claim's: it has the digest {found}, the claim names {named}"
    )]
    Other { found: String, named: String },
    #[error(
        "the policy document has the digest that the claim names, and says what this version does \
         not know: {0}"
    )]
    NotUnderstood(PolicyError),
}

impl PlaceFault for DocumentFault {
    fn convicts(&self) -> bool {
        !matches!(self, Self::NotUnderstood(_))
    }
}

/// The claim's policy, understood.
#[derive(Debug)]
pub(crate) struct PolicyAtHand {
    pub(crate) policy: AppraisalPolicy,
    /// The boundaries that it names, if they are those that come with this version.
    pub(crate) boundaries: Option<Boundaries>,
}

impl PolicyAtHand {
    fn of(policy: AppraisalPolicy) -> Self {
        let built_in = policy.boundaries() == Some(&Boundaries::embedded_digest());
        let boundaries = built_in.then(|| Boundaries::embedded().ok()).flatten();
        Self { policy, boundaries }
    }

    /// What V111 asks.
    pub(crate) const fn levels(&self) -> LevelPolicy {
        LevelPolicy {
            l3_radius_m: self.policy.l3_radius_m(),
            issues_contradicted: self.policy.issue_contradicted(),
        }
    }

    /// What V114 asks.
    pub(crate) const fn agreement(&self) -> AgreementPolicy<'_> {
        AgreementPolicy {
            boundaries: self.boundaries.as_ref(),
            clock_skew_ms: self.policy.clock_skew_ms(),
        }
    }
}

/// V115, RFC 8785: SHA-256 of the canonical form is `policyHash`. The file need not be in that
/// form; the finding says whether it is.
pub(crate) fn read(
    claim: &ClaimFields,
    document: Option<&[u8]>,
) -> (Result<Conclusion, DocumentFault>, Option<PolicyAtHand>) {
    let Some(document) = document else {
        let nothing = "no policy document is at hand; the claim names it by its digest";
        return (Ok(Conclusion::Nothing(nothing.to_owned())), None);
    };
    let named = &claim.policy_hash;
    let policy = match AppraisalPolicy::parse(document) {
        Ok(policy) if policy.hash() == named => policy,
        Ok(policy) => {
            let fault = DocumentFault::Other {
                found: hex::encode(policy.hash()),
                named: hex::encode(named),
            };
            return (Err(fault), None);
        }
        Err(cause) => {
            let as_received: [u8; 32] = Sha256::digest(document).into();
            let fault = match as_received == *named {
                true => DocumentFault::NotUnderstood(cause),
                false => DocumentFault::Unreadable(cause),
            };
            return (Err(fault), None);
        }
    };
    let form = match policy.jcs() == document {
        true => "as received",
        false => "in its canonical form (RFC 8785), which the file is not in",
    };
    let holds = format!("the policy document has the digest that the claim names, {form}");
    (Ok(Conclusion::Holds(holds)), Some(PolicyAtHand::of(policy)))
}
