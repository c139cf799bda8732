//! [`Acceptance`]: evidence that was taken, with everything that its subject gets.

use meridian_appraisal::ItemNote;
use meridian_locstamp::appraised::Appraised;
use meridian_locstamp::level::{self, Missing};
use meridian_locstamp::policy::LocPolicy;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::disclosure::Disclosures;
use meridian_wire::loc::evidence::EvidenceResult;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::time::UnixMicros;

/// Evidence that was taken. The seed is nowhere else: who loses this can disclose nothing.
#[derive(Debug)]
pub(crate) struct Acceptance {
    pub(crate) appraised: Appraised,
    /// Whose tokens it gives, if the subject is enrolled.
    pub(super) owner: Option<Digest32>,
    pub(crate) accepted: UnixMicros,
    /// As of acceptance; the token states it as of its own time.
    pub(crate) level: AssuranceLevel,
    pub(crate) missing_for_next_level: Vec<Missing>,
    /// Exact, for the subject only: in the token radii are rounded up.
    pub(crate) results: Vec<(EvidenceResult, ItemNote)>,
    pub(crate) secrets: Secrets,
}

/// What only the subject gets.
#[derive(Debug)]
pub(crate) struct Secrets {
    pub(crate) seed: [u8; 32],
    /// The DER of the sixteen values.
    pub(crate) leaves: Vec<Vec<u8>>,
    /// The evidence bundle in DER.
    pub(crate) bundle: Vec<u8>,
    /// What opens the slots that the token is to carry.
    pub(crate) carried: Option<Disclosures>,
}

/// What would raise the level by one.
pub(super) fn missing_for_next(
    policy: &LocPolicy,
    appraised: &Appraised,
    reached: AssuranceLevel,
) -> Vec<Missing> {
    let next = AssuranceLevel::from_code(reached.code().saturating_add(1));
    let terms = policy.terms(appraised.claim(), appraised.accepted_ms());
    next.map_or_else(Vec::new, |next| level::missing(&terms, next))
}
