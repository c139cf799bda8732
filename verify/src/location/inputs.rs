//! [`PlaceInputs`]: what the caller hands in about place, and asks.

use super::requirement::Requirement;

/// What is at hand about place besides the token. None of it is trusted: disclosures must open
/// the claim's commitment, the document and the evidence must have the digests that it names.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PlaceInputs {
    /// `.lsd` files (DER Disclosures). Those in the token's unsigned attribute come besides.
    pub disclosures: Vec<Vec<u8>>,
    /// A `.lse` file (DER EvidenceBundle).
    pub evidence: Option<Vec<u8>>,
    /// The authority's policy document (JSON).
    pub policy_document: Option<Vec<u8>>,
    /// What must hold.
    pub requirements: Vec<Requirement>,
}

impl PlaceInputs {
    /// Nothing at hand, nothing asked.
    pub const NONE: Self = Self {
        disclosures: Vec::new(),
        evidence: None,
        policy_document: None,
        requirements: Vec::new(),
    };

    /// Whether the caller asks about place at all. Only then does place count in the verdict.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        !self.disclosures.is_empty()
            || self.evidence.is_some()
            || self.policy_document.is_some()
            || !self.requirements.is_empty()
    }
}
