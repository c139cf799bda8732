//! A policy made ready to judge many tokens by.

use crate::artifact::Artifact;
use crate::crypto::memory::SignatureMemory;
use crate::input::Recognised;
use crate::policy::VerifyPolicy;
use crate::pool::GivenCertificates;
use crate::report::Report;
use crate::revocation::material::Material;
use crate::verify::judge;

/// What the caller trusts and hands in, read once for all tokens, and the signatures of issuers that
/// were checked so far: tokens of one authority then cost one signature each. Threads share it.
///
/// A verdict does not depend on which tokens came before.
#[derive(Debug)]
pub struct Verifier<'p> {
    pub(crate) policy: &'p VerifyPolicy,
    pub(crate) certificates: GivenCertificates<'p>,
    pub(crate) material: Material<'p>,
    pub(crate) memory: SignatureMemory,
}

impl<'p> Verifier<'p> {
    /// Reads what the policy holds.
    #[must_use]
    pub fn new(policy: &'p VerifyPolicy) -> Self {
        Self {
            policy,
            certificates: GivenCertificates::read(policy),
            material: Material::read(policy),
            memory: SignatureMemory::default(),
        }
    }

    /// As [`crate::verify::verify_timestamp`], with `proof` in place of the policy's: the text of
    /// this token's `.tlog-proof`.
    #[must_use]
    pub fn verify(
        &self,
        input: &Recognised,
        artifact: Option<&Artifact>,
        proof: Option<&str>,
    ) -> Report {
        judge(self, input, artifact, proof)
    }
}
