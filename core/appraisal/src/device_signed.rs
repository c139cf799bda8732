//! Evidence of the kind deviceSigned: a location in an EAT that the subject's key signed.
//!
//! What it stops: old evidence shown again, and, where the nonce covers the document, evidence
//! moved to another one. What it does not: a lying device. Without attestation, which is not
//! built yet, the key may lie in any software.

use meridian_wire::loc::bundle::{AppraisalContext, EvidenceItem};
use meridian_wire::loc::nonce::evidence_nonce;

use crate::check_signature::CheckSignature;
use crate::cwt;
use crate::eat::Eat;
use crate::jwt;
use crate::key::PublicKey;
use crate::refusal::Refusal;
use crate::signed::Signed;

/// The media types of the content: EAT as CWT and as JWT.
pub const FORMATS: [&str; 2] = [cwt::FORMAT, jwt::FORMAT];

/// An item, read; its signature is not looked at.
#[derive(Clone, Debug)]
pub(crate) struct DeviceSigned {
    signed: Signed,
    pub(crate) eat: Eat,
}

impl DeviceSigned {
    /// Reads an item.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnsupportedEvidence`] for another format, [`Refusal::Malformed`],
    /// [`Refusal::OutOfRange`], [`Refusal::EvidenceSignature`] for a header that is not taken.
    pub(crate) fn read(item: &EvidenceItem) -> Result<Self, Refusal> {
        let (signed, eat) = match item.format() {
            cwt::FORMAT => cwt::open(item.content()),
            jwt::FORMAT => jwt::open(item.content()),
            _ => Err(Refusal::UnsupportedEvidence { kind: item.kind() }),
        }?;
        Ok(Self { signed, eat })
    }

    /// Row 8: that the token quotes the nonce of this challenge, key and policy; gives whether
    /// it names the document too. One that names a document that the context does not have
    /// cannot be told from one for another key: it is refused.
    ///
    /// # Errors
    ///
    /// [`Refusal::BindingMismatch`].
    pub(crate) fn covers_imprint(&self, context: &AppraisalContext) -> Result<bool, Refusal> {
        let spki = context.key.as_ref().map_or(&[][..], |key| key.spki());
        let quotes = |imprint| {
            self.eat.nonce == evidence_nonce(&context.nonce, imprint, spki, &context.policy)
        };
        match &context.imprint {
            Some(imprint) if quotes(Some(imprint)) => Ok(true),
            _ if quotes(None) => Ok(false),
            _ => Err(Refusal::BindingMismatch),
        }
    }

    /// Row 9: that the key of the context signed the token. A key that the token brings or
    /// names counts for nothing.
    ///
    /// # Errors
    ///
    /// [`Refusal::EvidenceSignature`]; [`Refusal::KeyUnknown`] if the context has no key.
    pub(crate) fn check_signature(
        &self,
        context: &AppraisalContext,
        signatures: &dyn CheckSignature,
    ) -> Result<(), Refusal> {
        let key = context.key.as_ref().ok_or(Refusal::KeyUnknown)?;
        self.signed
            .check(&PublicKey::from_spki(key.spki())?, signatures)
    }
}
