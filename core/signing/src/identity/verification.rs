//! Signature checks of the start-up proof, on aws-lc-rs.
//!
//! The verifier has its own (RustCrypto): the two share no code.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, VerificationAlgorithm,
};
use meridian_wire::oid::{self, ObjectIdentifier};

use crate::signer::SignatureAlgorithm;

type Verification = &'static dyn VerificationAlgorithm;

/// Whether the key of `spki` made `signature` over `message`.
pub(super) fn signed_by(
    algorithm: SignatureAlgorithm,
    spki: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    let verification: Verification = match algorithm {
        SignatureAlgorithm::EcdsaP384Sha384 => &ECDSA_P384_SHA384_ASN1,
        SignatureAlgorithm::EcdsaP256Sha256 => &ECDSA_P256_SHA256_ASN1,
        SignatureAlgorithm::RsaPkcs1Sha512 => &RSA_PKCS1_2048_8192_SHA512,
        SignatureAlgorithm::Ed25519 => &ED25519,
    };
    verifies(&[verification], spki, message, signature)
}

/// Whether the key of `spki` made a certificate's signature; `None` if the
/// algorithm is not known here or is weak (SHA-1).
pub(super) fn certificate_signed_by(
    algorithm: &ObjectIdentifier,
    spki: &[u8],
    tbs: &[u8],
    signature: &[u8],
) -> Option<bool> {
    // The algorithm names the digest, the key names the curve: a key fits only
    // the entry of its own curve.
    let candidates: &[Verification] = match *algorithm {
        oid::ECDSA_SHA_256 => &[
            &ECDSA_P256_SHA256_ASN1,
            &ECDSA_P384_SHA256_ASN1,
            &ECDSA_P521_SHA256_ASN1,
        ],
        oid::ECDSA_SHA_384 => &[
            &ECDSA_P256_SHA384_ASN1,
            &ECDSA_P384_SHA384_ASN1,
            &ECDSA_P521_SHA384_ASN1,
        ],
        oid::ECDSA_SHA_512 => &[
            &ECDSA_P256_SHA512_ASN1,
            &ECDSA_P384_SHA512_ASN1,
            &ECDSA_P521_SHA512_ASN1,
        ],
        oid::SHA_256_WITH_RSA => &[&RSA_PKCS1_2048_8192_SHA256],
        oid::SHA_384_WITH_RSA => &[&RSA_PKCS1_2048_8192_SHA384],
        oid::SHA_512_WITH_RSA => &[&RSA_PKCS1_2048_8192_SHA512],
        oid::ED25519 => &[&ED25519],
        _ => return None,
    };
    Some(verifies(candidates, spki, tbs, signature))
}

fn verifies(candidates: &[Verification], spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
    candidates.iter().any(|verification| {
        ParsedPublicKey::new(*verification, spki)
            .is_ok_and(|key| key.verify_sig(message, signature).is_ok())
    })
}
