//! [`CheckSignature`]: the crypto engine, as an argument.

use meridian_wire::loc::algorithm::EvidenceAlgorithm;

/// Checks signatures of evidence. The server brings aws-lc-rs, the verifier RustCrypto; both must
/// say the same of every signature, or a re-appraisal would differ from the appraisal.
///
/// Contract:
/// - `spki` is the DER of a SubjectPublicKeyInfo (RFC 5280 4.1.2.7) of the algorithm's key type;
///   another type, another curve or a point off the curve is `false`.
/// - `signature` has the fixed length of [`EvidenceAlgorithm::signature_len`]: ECDSA is r ‖ s, as
///   in JOSE (RFC 7518 3.4) and COSE (RFC 9053 2.1), never DER. Another length is `false`.
/// - High and low s are both taken.
/// - No panic, whatever the octets.
pub trait CheckSignature {
    /// Whether `signature` over `message` is good under the key `spki`.
    fn check(
        &self,
        algorithm: EvidenceAlgorithm,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> bool;
}
