//! ECDSA signatures (FIPS 186-5 section 6, RFC 5758).

use ::ecdsa::VerifyingKey;
use ::ecdsa::signature::hazmat::PrehashVerifier;
use meridian_wire::tsp::hash::HashAlgorithm;

use super::digest::digest;
use super::scheme::SignatureFault;

/// Octets of a field element.
const P256_LEN: usize = 32;
const P384_LEN: usize = 48;
const P521_LEN: usize = 66;

/// Any digest with any curve. A digest longer than the curve is cut (by the crate); one
/// shorter is the number it is, which zeros in front do not change.
fn prehash(hash: HashAlgorithm, message: &[u8], len: usize) -> Vec<u8> {
    let hashed = digest(hash, message);
    let mut padded = vec![0; len.saturating_sub(hashed.len())];
    padded.extend_from_slice(&hashed);
    padded
}

/// `signature` is strict DER of `SEQUENCE { r INTEGER, s INTEGER }`, both in 1..n.
pub(super) fn verify_p256(
    key: &p256::ecdsa::VerifyingKey,
    hash: HashAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let signature = p256::ecdsa::Signature::from_der(signature);
    let signature = signature.map_err(|_| SignatureFault::Malformed)?;
    key.verify_prehash(&prehash(hash, message, P256_LEN), &signature)
        .map_err(|_| SignatureFault::Mismatch)
}

/// As [`verify_p256`].
pub(super) fn verify_p384(
    key: &p384::ecdsa::VerifyingKey,
    hash: HashAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let signature = p384::ecdsa::Signature::from_der(signature);
    let signature = signature.map_err(|_| SignatureFault::Malformed)?;
    key.verify_prehash(&prehash(hash, message, P384_LEN), &signature)
        .map_err(|_| SignatureFault::Mismatch)
}

/// As [`verify_p256`].
pub(super) fn verify_p521(
    key: &p521::ecdsa::VerifyingKey,
    hash: HashAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let signature = p521::ecdsa::Signature::from_der(signature);
    let signature = signature.map_err(|_| SignatureFault::Malformed)?;
    key.verify_prehash(&prehash(hash, message, P521_LEN), &signature)
        .map_err(|_| SignatureFault::Mismatch)
}

/// As [`verify_p256`].
pub(super) fn verify_brainpool256(
    key: &VerifyingKey<bp256::BrainpoolP256r1>,
    hash: HashAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let signature = bp256::r1::ecdsa::Signature::from_der(signature);
    let signature = signature.map_err(|_| SignatureFault::Malformed)?;
    key.verify_prehash(&prehash(hash, message, P256_LEN), &signature)
        .map_err(|_| SignatureFault::Mismatch)
}

/// As [`verify_p256`].
pub(super) fn verify_brainpool384(
    key: &VerifyingKey<bp384::BrainpoolP384r1>,
    hash: HashAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let signature = bp384::r1::ecdsa::Signature::from_der(signature);
    let signature = signature.map_err(|_| SignatureFault::Malformed)?;
    key.verify_prehash(&prehash(hash, message, P384_LEN), &signature)
        .map_err(|_| SignatureFault::Mismatch)
}
