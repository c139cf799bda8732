//! [`EvidenceSignatures`]: the authority's crypto engine, as appraisal asks for it.

use meridian_appraisal::CheckSignature;
use meridian_signing::evidence_signature;
use meridian_wire::loc::algorithm::EvidenceAlgorithm;

/// aws-lc-rs, through `signing`.
#[derive(Clone, Copy, Debug)]
pub(super) struct EvidenceSignatures;

impl CheckSignature for EvidenceSignatures {
    fn check(
        &self,
        algorithm: EvidenceAlgorithm,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        evidence_signature::verify(algorithm, spki, message, signature)
    }
}
