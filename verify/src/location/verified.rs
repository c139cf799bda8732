//! A place of which every check passed.

use crate::finding::Proof;

/// One value for each check of place. No field has a default and none is optional: a check that
/// is left out does not compile. Made only by [`crate::verify::verify_timestamp`], and only for
/// a token whose time-stamp is verified too.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub struct VerifiedLocation {
    pub(super) claim: Proof<110>,
    pub(super) stated_level: Proof<111>,
    pub(super) promised_level: Proof<112>,
    pub(super) disclosures: Proof<113>,
    pub(super) agreement: Proof<114>,
    pub(super) policy_document: Proof<115>,
    pub(super) reappraisal: Proof<116>,
    pub(super) requirements: Proof<117>,
}
