//! Which signature algorithm an AlgorithmIdentifier names, and the check itself.

use meridian_wire::oid;
use meridian_wire::reader::algorithm::AlgorithmView;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::integer::IntegerView;
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::tsp::hash::HashAlgorithm;

use super::digest::named;
use super::key::PublicKey;
use super::{ecdsa, ml_dsa, rsa, unsupported};

/// A signature algorithm with all its parameters.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(HashAlgorithm),
    /// RSASSA-PSS with MGF1 over the same digest.
    RsaPss {
        /// The digest.
        hash: HashAlgorithm,
        /// Octets of salt.
        salt_len: usize,
    },
    /// ECDSA.
    Ecdsa(HashAlgorithm),
    /// Ed25519 (RFC 8032, RFC 8419).
    Ed25519,
    /// ML-DSA-44 (FIPS 204, RFC 9882).
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
}

/// Why an AlgorithmIdentifier gives no [`Scheme`].
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SchemeFault {
    /// An algorithm that this build does not know.
    #[error("signature algorithm not supported: {name}")]
    Unsupported {
        /// Its name, if it has one here, and identifier.
        name: String,
    },
    /// It names no digest, and nothing around it does.
    #[error("the signature algorithm names no digest")]
    NoDigest,
    /// RSASSA-PSS with a mask or trailer that this build does not know.
    #[error("these RSASSA-PSS parameters are not supported")]
    UnsupportedPss,
    /// Parameters that cannot be read.
    #[error("the algorithm's parameters are malformed")]
    Malformed,
}

impl SchemeFault {
    /// Whether it says something about the signature, rather than about this verifier.
    #[must_use]
    pub const fn convicts(&self) -> bool {
        matches!(self, Self::Malformed)
    }
}

/// Why a signature is not accepted.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignatureFault {
    /// It is not the signature of this message by this key.
    #[error("the signature does not match")]
    Mismatch,
    /// Its octets are no signature of its kind.
    #[error("the signature is malformed")]
    Malformed,
    /// The algorithm and the key are of different kinds.
    #[error("the signature algorithm does not fit the key")]
    WrongKey,
    /// A digest that this build lacks.
    #[error("digest {0} is not supported here")]
    UnsupportedHash(HashAlgorithm),
}

impl SignatureFault {
    /// Whether it says something about the signature, rather than about this verifier.
    #[must_use]
    pub const fn convicts(&self) -> bool {
        !matches!(self, Self::UnsupportedHash(_))
    }
}

impl Scheme {
    /// Reads an AlgorithmIdentifier. `digest` is what stands in for the digest when the
    /// identifier names none (rsaEncryption in a SignerInfo, RFC 5754 section 3.2).
    ///
    /// # Errors
    ///
    /// [`SchemeFault`].
    pub fn read(
        algorithm: &AlgorithmView<'_>,
        digest: Option<HashAlgorithm>,
    ) -> Result<Self, SchemeFault> {
        let wanted = &algorithm.oid;
        if let Some((_, scheme)) = names::BY_OID.iter().find(|(oid, _)| wanted.is(oid)) {
            return Ok(*scheme);
        }
        if wanted.is(&oid::RSASSA_PSS) {
            return read_pss(algorithm);
        }
        if wanted.is(&oid::RSA_ENCRYPTION) {
            return digest.map(Self::RsaPkcs1).ok_or(SchemeFault::NoDigest);
        }
        // Not in RFC 5753, but written by some: the key's kind in place of the algorithm.
        if wanted.is(&oid::EC_PUBLIC_KEY) {
            return digest.map(Self::Ecdsa).ok_or(SchemeFault::NoDigest);
        }
        Err(SchemeFault::Unsupported {
            name: unsupported::describe(wanted),
        })
    }

    /// The digest applied to the message; none where it is part of the algorithm.
    #[must_use]
    pub const fn hash(&self) -> Option<HashAlgorithm> {
        match self {
            Self::RsaPkcs1(hash) | Self::RsaPss { hash, .. } | Self::Ecdsa(hash) => Some(*hash),
            Self::Ed25519 | Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => None,
        }
    }

    /// Whether it goes with this digest of the content (RFC 5754 section 3; RFC 8419 section 3.1:
    /// SHA-512 under Ed25519). Under ML-DSA every digest may be used, see [`Scheme::outdoes`].
    #[must_use]
    pub fn fits(&self, digest: HashAlgorithm) -> bool {
        match self {
            Self::RsaPkcs1(hash) | Self::RsaPss { hash, .. } | Self::Ecdsa(hash) => *hash == digest,
            Self::Ed25519 => digest == HashAlgorithm::Sha512,
            Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => true,
        }
    }

    /// What this kind of key and the digest of the content say without any name for both; none
    /// where a kind of key has more than one algorithm, or takes no digest.
    #[must_use]
    pub const fn of_key(key: &PublicKey, digest: HashAlgorithm) -> Option<Self> {
        match key {
            PublicKey::Rsa(_) => Some(Self::RsaPkcs1(digest)),
            PublicKey::P256(_)
            | PublicKey::P384(_)
            | PublicKey::P521(_)
            | PublicKey::Brainpool256(_)
            | PublicKey::Brainpool384(_) => Some(Self::Ecdsa(digest)),
            _ => None,
        }
    }

    /// Whether it is one of this kind of key.
    #[must_use]
    pub const fn is_of(&self, key: &PublicKey) -> bool {
        match self {
            Self::RsaPkcs1(_) | Self::RsaPss { .. } => matches!(key, PublicKey::Rsa(_)),
            Self::Ecdsa(_) => matches!(
                key,
                PublicKey::P256(_)
                    | PublicKey::P384(_)
                    | PublicKey::P521(_)
                    | PublicKey::Brainpool256(_)
                    | PublicKey::Brainpool384(_)
            ),
            Self::Ed25519 => matches!(key, PublicKey::Ed25519(_)),
            Self::MlDsa44 => matches!(key, PublicKey::MlDsa44(_)),
            Self::MlDsa65 => matches!(key, PublicKey::MlDsa65(_)),
            Self::MlDsa87 => matches!(key, PublicKey::MlDsa87(_)),
        }
    }

    /// Whether it is stronger than this digest of the content, so that the signature is only as
    /// strong as the digest. RFC 9882 section 3.3: a digest of twice as many bits as the collision
    /// strength of the parameter set is suitable (its table 1); verifiers may reject shorter ones.
    #[must_use]
    pub const fn outdoes(&self, digest: HashAlgorithm) -> bool {
        let suitable = match self {
            Self::MlDsa44 => 32,
            Self::MlDsa65 => 48,
            Self::MlDsa87 => 64,
            _ => 0,
        };
        digest.digest_len() < suitable
    }

    /// The identifier that names scheme and digest together, if one does.
    #[must_use]
    pub fn identifier(&self) -> Option<oid::ObjectIdentifier> {
        let mut known = names::BY_OID.iter();
        let found = known.find(|(_, scheme)| scheme == self);
        found.map(|(oid, _)| *oid)
    }

    /// For a report: "RSA PKCS#1 v1.5 with sha256".
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::RsaPkcs1(hash) => format!("RSA PKCS#1 v1.5 with {hash}"),
            Self::RsaPss { hash, salt_len } => format!("RSA-PSS with {hash}, salt {salt_len}"),
            Self::Ecdsa(hash) => format!("ECDSA with {hash}"),
            Self::Ed25519 => "Ed25519".to_owned(),
            Self::MlDsa44 => "ML-DSA-44".to_owned(),
            Self::MlDsa65 => "ML-DSA-65".to_owned(),
            Self::MlDsa87 => "ML-DSA-87".to_owned(),
        }
    }

    /// Checks a signature over `message`.
    ///
    /// # Errors
    ///
    /// [`SignatureFault`].
    pub fn verify(
        &self,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureFault> {
        match (self, key) {
            (Self::RsaPkcs1(hash), PublicKey::Rsa(key)) => {
                rsa::verify_pkcs1(key, *hash, message, signature)
            }
            (Self::RsaPss { hash, salt_len }, PublicKey::Rsa(key)) => {
                rsa::verify_pss(key, *hash, *salt_len, message, signature)
            }
            (Self::Ecdsa(hash), PublicKey::P256(key)) => {
                ecdsa::verify_p256(key, *hash, message, signature)
            }
            (Self::Ecdsa(hash), PublicKey::P384(key)) => {
                ecdsa::verify_p384(key, *hash, message, signature)
            }
            (Self::Ecdsa(hash), PublicKey::P521(key)) => {
                ecdsa::verify_p521(key, *hash, message, signature)
            }
            (Self::Ecdsa(hash), PublicKey::Brainpool256(key)) => {
                ecdsa::verify_brainpool256(key, *hash, message, signature)
            }
            (Self::Ecdsa(hash), PublicKey::Brainpool384(key)) => {
                ecdsa::verify_brainpool384(key, *hash, message, signature)
            }
            (Self::MlDsa44, PublicKey::MlDsa44(key)) => ml_dsa::verify(key, message, signature),
            (Self::MlDsa65, PublicKey::MlDsa65(key)) => ml_dsa::verify(key, message, signature),
            (Self::MlDsa87, PublicKey::MlDsa87(key)) => ml_dsa::verify(key, message, signature),
            (Self::Ed25519, PublicKey::Ed25519(key)) => {
                let signature = ed25519_dalek::Signature::from_slice(signature);
                let signature = signature.map_err(|_| SignatureFault::Malformed)?;
                // `verify_strict` refuses keys and points of small order.
                key.verify_strict(message, &signature)
                    .map_err(|_| SignatureFault::Mismatch)
            }
            _ => Err(SignatureFault::WrongKey),
        }
    }
}

/// The identifiers that name everything.
mod names {
    use super::{HashAlgorithm, Scheme, oid};

    pub(super) const BY_OID: &[(oid::ObjectIdentifier, Scheme)] = &[
        (oid::MD5_WITH_RSA, Scheme::RsaPkcs1(HashAlgorithm::Md5)),
        (oid::SHA_1_WITH_RSA, Scheme::RsaPkcs1(HashAlgorithm::Sha1)),
        (
            oid::SHA_224_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Sha224),
        ),
        (
            oid::SHA_256_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Sha256),
        ),
        (
            oid::SHA_384_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Sha384),
        ),
        (
            oid::SHA_512_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Sha512),
        ),
        (
            oid::SHA3_256_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Sha3_256),
        ),
        (
            oid::SHA3_384_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Sha3_384),
        ),
        (
            oid::SHA3_512_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Sha3_512),
        ),
        (
            oid::SHA_1_WITH_RSA_OIW,
            Scheme::RsaPkcs1(HashAlgorithm::Sha1),
        ),
        (
            oid::RIPEMD_160_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Ripemd160),
        ),
        (
            oid::SHA_512_256_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Sha512_256),
        ),
        (
            oid::SHA3_224_WITH_RSA,
            Scheme::RsaPkcs1(HashAlgorithm::Sha3_224),
        ),
        (oid::ECDSA_SHA3_224, Scheme::Ecdsa(HashAlgorithm::Sha3_224)),
        (oid::ECDSA_SHA_1, Scheme::Ecdsa(HashAlgorithm::Sha1)),
        (oid::ECDSA_SHA_224, Scheme::Ecdsa(HashAlgorithm::Sha224)),
        (oid::ECDSA_SHA_256, Scheme::Ecdsa(HashAlgorithm::Sha256)),
        (oid::ECDSA_SHA_384, Scheme::Ecdsa(HashAlgorithm::Sha384)),
        (oid::ECDSA_SHA_512, Scheme::Ecdsa(HashAlgorithm::Sha512)),
        (oid::ECDSA_SHA3_256, Scheme::Ecdsa(HashAlgorithm::Sha3_256)),
        (oid::ECDSA_SHA3_384, Scheme::Ecdsa(HashAlgorithm::Sha3_384)),
        (oid::ECDSA_SHA3_512, Scheme::Ecdsa(HashAlgorithm::Sha3_512)),
        (oid::ED25519, Scheme::Ed25519),
        (oid::ML_DSA_44, Scheme::MlDsa44),
        (oid::ML_DSA_65, Scheme::MlDsa65),
        (oid::ML_DSA_87, Scheme::MlDsa87),
    ];
}

/// RFC 4055 section 3.1.
///
/// ```asn1
/// RSASSA-PSS-params ::= SEQUENCE {
///   hashAlgorithm [0] EXPLICIT DEFAULT sha1, maskGenAlgorithm [1] EXPLICIT DEFAULT mgf1SHA1,
///   saltLength [2] EXPLICIT INTEGER DEFAULT 20, trailerField [3] EXPLICIT INTEGER DEFAULT 1 }
/// ```
fn read_pss(algorithm: &AlgorithmView<'_>) -> Result<Scheme, SchemeFault> {
    let mut walk = Walk::default();
    let parameters = algorithm.parameters.ok_or(SchemeFault::Malformed)?;
    let read = pss_parameters(&parameters, &mut walk).map_err(|_| SchemeFault::Malformed)?;
    let (hash, mask_hash, salt_len, trailer) = read;
    match (hash, mask_hash, salt_len) {
        (Some(hash), Some(mask), Some(salt_len)) if hash == mask && trailer == Some(1) => {
            let salt_len = usize::try_from(salt_len).map_err(|_| SchemeFault::Malformed)?;
            Ok(Scheme::RsaPss { hash, salt_len })
        }
        _ => Err(SchemeFault::UnsupportedPss),
    }
}

/// Digest, digest of the mask, salt length, trailer; none where it is not known here.
type PssParameters = (
    Option<HashAlgorithm>,
    Option<HashAlgorithm>,
    Option<u64>,
    Option<u64>,
);

fn pss_parameters(parameters: &Tlv<'_>, walk: &mut Walk) -> Result<PssParameters, ReadError> {
    let mut members = parameters.sequence()?;
    let hash = match members.optional(Tag::context(0), walk)? {
        Some(explicit) => named(&AlgorithmView::read(
            &explicit.children()?.any(Tag::SEQUENCE, walk)?,
            walk,
        )?),
        None => Some(HashAlgorithm::Sha1),
    };
    let mask_hash = match members.optional(Tag::context(1), walk)? {
        Some(explicit) => {
            let inner = explicit.children()?.any(Tag::SEQUENCE, walk)?;
            mask_digest(&AlgorithmView::read(&inner, walk)?, walk)?
        }
        None => Some(HashAlgorithm::Sha1),
    };
    let mut number = |tag, default| match members.optional(tag, walk)? {
        Some(explicit) => {
            let inner = explicit.children()?.any(Tag::INTEGER, walk)?;
            Ok(IntegerView::read(&inner, walk)?.to_u64())
        }
        None => Ok(Some(default)),
    };
    let salt_len = number(Tag::context(2), 20)?;
    let trailer = number(Tag::context(3), 1)?;
    members.finish(walk)?;
    Ok((hash, mask_hash, salt_len, trailer))
}

fn mask_digest(
    mask: &AlgorithmView<'_>,
    walk: &mut Walk,
) -> Result<Option<HashAlgorithm>, ReadError> {
    match mask.parameters {
        Some(inner) if mask.oid.is(&oid::MGF1) => Ok(named(&AlgorithmView::read(&inner, walk)?)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032 section 7.1, test 2.
    const KEY: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const SIGNATURE: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    fn ed25519() -> PublicKey {
        let octets = hex::decode(KEY).unwrap().try_into().unwrap();
        PublicKey::Ed25519(ed25519_dalek::VerifyingKey::from_bytes(&octets).unwrap())
    }

    #[test]
    fn checks_ed25519_over_the_message_itself() {
        let signature = hex::decode(SIGNATURE).unwrap();
        assert_eq!(
            Scheme::Ed25519.verify(&ed25519(), &[0x72], &signature),
            Ok(())
        );
        let mismatch = Err(SignatureFault::Mismatch);
        assert_eq!(
            Scheme::Ed25519.verify(&ed25519(), &[0x73], &signature),
            mismatch
        );
        let malformed = Err(SignatureFault::Malformed);
        assert_eq!(
            Scheme::Ed25519.verify(&ed25519(), &[0x72], &signature[1..]),
            malformed
        );
    }

    #[test]
    fn ml_dsa_outdoes_what_table_1_of_rfc_9882_does_not_name() {
        use HashAlgorithm::{Sha1, Sha224, Shake128, Shake256};
        use HashAlgorithm::{Sha3_256, Sha3_384, Sha3_512, Sha256, Sha384, Sha512};
        let of_256 = [Sha256, Sha3_256, Shake128];
        let of_384 = [Sha384, Sha3_384];
        let of_512 = [Sha512, Sha3_512, Shake256];
        for weak in [Sha1, Sha224] {
            assert!(Scheme::MlDsa44.outdoes(weak));
        }
        for digest in of_256 {
            assert!(!Scheme::MlDsa44.outdoes(digest) && Scheme::MlDsa65.outdoes(digest));
        }
        for digest in of_384 {
            assert!(!Scheme::MlDsa65.outdoes(digest) && Scheme::MlDsa87.outdoes(digest));
        }
        for digest in of_512 {
            assert!(!Scheme::MlDsa87.outdoes(digest));
            assert!(Scheme::MlDsa87.fits(digest) && !Scheme::Ed25519.outdoes(digest));
        }
        // RFC 8419 section 3.1.
        assert!(Scheme::Ed25519.fits(Sha512) && !Scheme::Ed25519.fits(Sha384));
    }

    #[test]
    fn refuses_a_key_of_another_kind() {
        let scheme = Scheme::Ecdsa(HashAlgorithm::Sha256);
        assert_eq!(
            scheme.verify(&ed25519(), b"", b""),
            Err(SignatureFault::WrongKey)
        );
    }
}
