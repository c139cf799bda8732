//! A policy made ready to judge many tokens by.

use meridian_wire::reader::signed_data::SignedDataView;

use crate::artifact::Artifact;
use crate::crypto::memory::SignatureMemory;
use crate::input::Recognised;
use crate::policy::VerifyPolicy;
use crate::pool::{GivenCertificates, Pool};
use crate::report::Report;
use crate::revocation::material::Material;
use crate::unsigned::Unsigned;
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
    /// The certificates at hand for one token.
    pub(crate) fn pool<'t>(
        &'t self,
        signed: &SignedDataView<'t>,
        unsigned: &Unsigned<'t>,
    ) -> Pool<'t> {
        Pool::of(&self.certificates, &self.memory).with(signed, unsigned)
    }

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
