//! A time-stamp of which every check passed.

use crate::checks::algorithm_policy::AlgorithmProofs;
use crate::checks::container::ContainerProofs;
use crate::checks::imprint::ImprintProofs;
use crate::checks::later::LaterProofs;
use crate::checks::log::LogProofs;
use crate::checks::path::PathProofs;
use crate::checks::revocation::RevocationProofs;
use crate::checks::signature::SignatureProofs;
use crate::checks::signed_attrs::SignedAttrsProofs;
use crate::checks::signer::SignerProofs;
use crate::checks::stamping_certificate::StampingCertificateProofs;
use crate::checks::tst_info::TstInfoProofs;
use crate::checks::unsigned_attrs::UnsignedAttrsProofs;

/// One value of each family of proofs, each of which holds one value of each of its
/// checks. No field has a default and none is optional: a check that is left out does not
/// compile. Made only by [`crate::verify::verify_timestamp`].
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub struct VerifiedTimestamp {
    pub(crate) container: ContainerProofs,
    pub(crate) tst_info: TstInfoProofs,
    pub(crate) imprint: ImprintProofs,
    pub(crate) signed_attrs: SignedAttrsProofs,
    pub(crate) unsigned_attrs: UnsignedAttrsProofs,
    pub(crate) signer: SignerProofs,
    pub(crate) signature: SignatureProofs,
    pub(crate) certificate: StampingCertificateProofs,
    pub(crate) algorithms: AlgorithmProofs,
    pub(crate) path: PathProofs,
    pub(crate) revocation: RevocationProofs,
    pub(crate) log: LogProofs,
    pub(crate) later: LaterProofs,
}
