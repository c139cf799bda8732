//! ML-DSA signatures (FIPS 204, RFC 9882: pure, with an empty context).

use ::ml_dsa::{MlDsaParams, Signature, VerifyingKey};

use super::scheme::SignatureFault;

/// `signature` is as FIPS 204 writes it, hints in order and none too many.
pub(crate) fn verify<P: MlDsaParams>(
    key: &VerifyingKey<P>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let signature = Signature::<P>::try_from(signature);
    let signature = signature.map_err(|_| SignatureFault::Malformed)?;
    if key.verify_with_context(message, &[], &signature) {
        Ok(())
    } else {
        Err(SignatureFault::Mismatch)
    }
}
