//! [`Signed`]: what a token signs, with what, before it is known whether the signature is good.

use meridian_wire::loc::algorithm::EvidenceAlgorithm;

use crate::check_signature::CheckSignature;
use crate::key::PublicKey;
use crate::refusal::Refusal;

/// A token, opened: its form is right, its signature is not looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Signed {
    pub(crate) algorithm: EvidenceAlgorithm,
    /// The octets that are signed.
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// The part of them that is the content.
    pub(crate) payload: Vec<u8>,
}

impl Signed {
    /// That the key signed it. Which key it is comes from the authority's own records, never
    /// from the token.
    ///
    /// # Errors
    ///
    /// [`Refusal::EvidenceSignature`].
    pub(crate) fn check(
        &self,
        key: &PublicKey,
        signatures: &dyn CheckSignature,
    ) -> Result<(), Refusal> {
        // A key signs with one algorithm: what the header names decides nothing.
        if self.algorithm != key.algorithm() {
            return Err(not_taken("another algorithm than the key's"));
        }
        if self.signature.len() != self.algorithm.signature_len() {
            return Err(not_taken("of another length than the algorithm's"));
        }
        let (message, signature) = (&self.message, &self.signature);
        if signatures.check(self.algorithm, key.spki(), message, signature) {
            Ok(())
        } else {
            Err(not_taken("it is not the key's"))
        }
    }
}

pub(crate) const fn not_taken(what: &'static str) -> Refusal {
    Refusal::EvidenceSignature { what }
}
