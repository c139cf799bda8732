//! The private key of an authority, behind one operation.

use std::fmt;

use meridian_wire::tsp::hash::HashAlgorithm;

/// One private key that signs whole messages.
///
/// Called from several threads at once; an implementation that can serve one
/// caller at a time queues inside. A call may block (a device, a network): the
/// caller sets the deadline and drops a late signature. A failed call has
/// signed nothing that the caller may use. The algorithm and the public key
/// never change while the value lives.
pub trait Signer: fmt::Debug + Send + Sync {
    /// Hashes `message` with the algorithm's digest and signs it.
    ///
    /// ECDSA signatures are `Ecdsa-Sig-Value` in DER (RFC 5480 appendix A),
    /// RSA and Ed25519 signatures are plain octets.
    ///
    /// # Errors
    ///
    /// [`SignError`] if no signature was made.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;

    /// The signature algorithm of the key.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// The public key as DER `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    fn public_key(&self) -> &[u8];
}

/// Why a signature was not made. Always our fault, never the client's.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignError {
    /// The engine or device tried and failed.
    #[error("the signing key failed to sign")]
    Failed,
    /// The device that holds the key cannot be reached.
    #[error("the device that holds the signing key cannot be reached")]
    Unavailable,
}

/// The signature algorithms that an authority or a log signs with.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SignatureAlgorithm {
    /// `ecdsa-with-SHA384` on P-384 (RFC 5758 section 3.2); the default.
    EcdsaP384Sha384,
    /// `ecdsa-with-SHA256` on P-256 (RFC 5758 section 3.2).
    EcdsaP256Sha256,
    /// `sha512WithRSAEncryption`, PKCS#1 v1.5, 3072 or 4096 bits (RFC 4055
    /// section 5). SHA-512, because then the token's digest is never weaker
    /// than the one under the TSA certificate, whoever issued that.
    RsaPkcs1Sha512,
    /// Ed25519 (RFC 8410). For the log key: PKCS#7-based clients refuse it in tokens.
    Ed25519,
}

impl SignatureAlgorithm {
    /// The DER `AlgorithmIdentifier`, with parameters as the algorithm's RFC
    /// wants them: absent for ECDSA and Ed25519, NULL for RSA.
    #[must_use]
    pub const fn algorithm_identifier(self) -> &'static [u8] {
        match self {
            Self::EcdsaP384Sha384 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03",
            Self::EcdsaP256Sha256 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
            Self::RsaPkcs1Sha512 => b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00",
            Self::Ed25519 => b"\x30\x05\x06\x03\x2b\x65\x70",
        }
    }

    /// The digest of the signature, which RFC 8933 also requires for the
    /// `messageDigest` attribute. SHA-512 for Ed25519 (RFC 8419 section 2.3).
    #[must_use]
    pub const fn digest(self) -> HashAlgorithm {
        match self {
            Self::EcdsaP384Sha384 => HashAlgorithm::Sha384,
            Self::EcdsaP256Sha256 => HashAlgorithm::Sha256,
            Self::RsaPkcs1Sha512 | Self::Ed25519 => HashAlgorithm::Sha512,
        }
    }
}

/// The DER in front of the 32 octets of an Ed25519 `SubjectPublicKeyInfo` (RFC 8410 section 4).
const ED25519_SPKI_PREFIX: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/// The 32 octets of the signer's Ed25519 public key, as signed notes name it;
/// `None` for a key of another algorithm.
#[must_use]
pub fn ed25519_public_key(signer: &dyn Signer) -> Option<[u8; 32]> {
    let key = signer.public_key().strip_prefix(ED25519_SPKI_PREFIX)?;
    key.try_into().ok()
}
