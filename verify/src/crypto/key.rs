//! Public keys, from SubjectPublicKeyInfo.

use std::fmt;

use ::rsa::traits::PublicKeyParts;
use ::rsa::{BigUint, RsaPublicKey};
use meridian_wire::oid;
use meridian_wire::reader::certificate::PublicKeyView;
use meridian_wire::reader::integer::IntegerView;
use meridian_wire::reader::oid::OidView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams};

use super::rsa::{MAX_MODULUS_BITS, MIN_MODULUS_BITS};
use super::unsupported;

/// Octets of an RSA exponent: FIPS 186-5 section 5.1 wants it below 2^256.
const MAX_EXPONENT_LEN: usize = 32;

/// A key that this verifier can use.
#[non_exhaustive]
#[derive(Clone)]
pub enum PublicKey {
    /// RFC 8017.
    Rsa(RsaPublicKey),
    /// secp256r1.
    P256(p256::ecdsa::VerifyingKey),
    /// secp384r1.
    P384(p384::ecdsa::VerifyingKey),
    /// secp521r1.
    P521(p521::ecdsa::VerifyingKey),
    /// brainpoolP256r1.
    Brainpool256(ecdsa::VerifyingKey<bp256::BrainpoolP256r1>),
    /// brainpoolP384r1.
    Brainpool384(ecdsa::VerifyingKey<bp384::BrainpoolP384r1>),
    /// RFC 8032.
    Ed25519(ed25519_dalek::VerifyingKey),
    /// FIPS 204.
    MlDsa44(Box<ml_dsa::VerifyingKey<MlDsa44>>),
    /// FIPS 204.
    MlDsa65(Box<ml_dsa::VerifyingKey<MlDsa65>>),
    /// FIPS 204.
    MlDsa87(Box<ml_dsa::VerifyingKey<MlDsa87>>),
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

/// Why a key cannot be used.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyFault {
    /// A kind of key or curve that this build does not know.
    #[error("algorithm not supported: keys of kind {name}")]
    Unsupported {
        /// Its name, if it has one here, and identifier.
        name: String,
    },
    /// RFC 5480 section 2.1.1: a certificate's curve has a name.
    #[error("a curve without a name is not supported")]
    UnnamedCurve,
    /// The key's octets are no key of its kind.
    #[error("the key is malformed")]
    Malformed,
    /// An RSA key outside the bounds in which it can be judged.
    #[error("an RSA key of {bits} bits is not between 1024 and 16384")]
    RsaSize {
        /// Size of its modulus.
        bits: usize,
    },
    /// RFC 8017 section 3.1: the modulus is odd, the exponent odd and at least 3.
    #[error("the RSA modulus or exponent is impossible")]
    RsaNumbers,
}

impl KeyFault {
    /// Whether it says something about the key, rather than about this verifier.
    #[must_use]
    pub const fn convicts(&self) -> bool {
        !matches!(self, Self::Unsupported { .. } | Self::UnnamedCurve)
    }
}

impl PublicKey {
    /// Reads a key.
    ///
    /// # Errors
    ///
    /// [`KeyFault`].
    pub fn read(view: &PublicKeyView<'_>) -> Result<Self, KeyFault> {
        let kind = &view.algorithm.oid;
        if kind.is(&oid::RSA_ENCRYPTION) || kind.is(&oid::RSASSA_PSS) {
            return read_rsa(view.key);
        }
        if kind.is(&oid::EC_PUBLIC_KEY) {
            return read_ec(view);
        }
        if kind.is(&oid::ED25519) {
            let octets = view.key.try_into().map_err(|_| KeyFault::Malformed)?;
            let key = ed25519_dalek::VerifyingKey::from_bytes(octets);
            return key.map(Self::Ed25519).map_err(|_| KeyFault::Malformed);
        }
        if kind.is(&oid::ML_DSA_44) {
            return ml_dsa(view.key).map(Self::MlDsa44);
        }
        if kind.is(&oid::ML_DSA_65) {
            return ml_dsa(view.key).map(Self::MlDsa65);
        }
        if kind.is(&oid::ML_DSA_87) {
            return ml_dsa(view.key).map(Self::MlDsa87);
        }
        Err(KeyFault::Unsupported {
            name: unsupported::describe(kind),
        })
    }

    /// Whether it is an RSA key with a public exponent below 65,537.
    #[must_use]
    pub fn has_small_exponent(&self) -> bool {
        match self {
            Self::Rsa(key) => *key.e() < BigUint::from(65_537_u32),
            _ => false,
        }
    }

    /// Its size as catalogues count it: of the modulus, of the curve; of others none is asked.
    #[must_use]
    pub fn bits(&self) -> usize {
        match self {
            Self::Rsa(key) => super::rsa::modulus_bits(key),
            Self::P256(_) | Self::Brainpool256(_) | Self::Ed25519(_) => 256,
            Self::P384(_) | Self::Brainpool384(_) => 384,
            Self::P521(_) => 521,
            Self::MlDsa44(_) | Self::MlDsa65(_) | Self::MlDsa87(_) => 0,
        }
    }

    /// For a report: "RSA 2048", "ECDSA P-384".
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Rsa(key) => format!("RSA {}", super::rsa::modulus_bits(key)),
            Self::P256(_) => "ECDSA P-256".to_owned(),
            Self::P384(_) => "ECDSA P-384".to_owned(),
            Self::P521(_) => "ECDSA P-521".to_owned(),
            Self::Brainpool256(_) => "ECDSA brainpoolP256r1".to_owned(),
            Self::Brainpool384(_) => "ECDSA brainpoolP384r1".to_owned(),
            Self::Ed25519(_) => "Ed25519".to_owned(),
            Self::MlDsa44(_) => "ML-DSA-44".to_owned(),
            Self::MlDsa65(_) => "ML-DSA-65".to_owned(),
            Self::MlDsa87(_) => "ML-DSA-87".to_owned(),
        }
    }
}

/// RFC 9881 section 4: the key's octets as FIPS 204 writes them, every string of the right length
/// being a key.
fn ml_dsa<P: MlDsaParams>(octets: &[u8]) -> Result<Box<ml_dsa::VerifyingKey<P>>, KeyFault> {
    let encoded = ml_dsa::EncodedVerifyingKey::<P>::try_from(octets);
    let encoded = encoded.map_err(|_| KeyFault::Malformed)?;
    Ok(Box::new(ml_dsa::VerifyingKey::decode(&encoded)))
}

fn read_rsa(key: &[u8]) -> Result<PublicKey, KeyFault> {
    let mut walk = Walk::default();
    let (modulus, exponent) = rsa_numbers(key, &mut walk).ok_or(KeyFault::Malformed)?;
    let bits = modulus.bit_len();
    if !(MIN_MODULUS_BITS..=MAX_MODULUS_BITS).contains(&bits) {
        return Err(KeyFault::RsaSize { bits });
    }
    let magnitude = |number: &IntegerView<'_>| number.magnitude().map(<[u8]>::to_vec);
    let modulus = magnitude(&modulus).ok_or(KeyFault::RsaNumbers)?;
    let exponent = magnitude(&exponent).ok_or(KeyFault::RsaNumbers)?;
    let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    if !odd(&modulus) || !odd(&exponent) || exponent == [1] {
        return Err(KeyFault::RsaNumbers);
    }
    if exponent.len() > MAX_EXPONENT_LEN {
        return Err(KeyFault::RsaNumbers);
    }
    // `new` stops at exponents of 33 bits; real authorities have had longer ones. What it
    // checks otherwise was checked above.
    let modulus = BigUint::from_bytes_be(&modulus);
    let exponent = BigUint::from_bytes_be(&exponent);
    Ok(PublicKey::Rsa(RsaPublicKey::new_unchecked(
        modulus, exponent,
    )))
}

/// RFC 8017 appendix A.1.1: `SEQUENCE { modulus INTEGER, publicExponent INTEGER }`.
fn rsa_numbers<'a>(key: &'a [u8], walk: &mut Walk) -> Option<(IntegerView<'a>, IntegerView<'a>)> {
    let mut members = Tlv::only(key, walk).ok()?.sequence().ok()?;
    let modulus = IntegerView::read(&members.next(walk).ok()??, walk).ok()?;
    let exponent = IntegerView::read(&members.next(walk).ok()??, walk).ok()?;
    members.finish(walk).ok()?;
    Some((modulus, exponent))
}

fn read_ec(view: &PublicKeyView<'_>) -> Result<PublicKey, KeyFault> {
    let mut walk = Walk::default();
    let curve = view
        .algorithm
        .parameters
        .and_then(|tlv| OidView::read(&tlv, &mut walk).ok());
    let curve = curve.ok_or(KeyFault::UnnamedCurve)?;
    let malformed = |_| KeyFault::Malformed;
    if curve.is(&oid::P256) {
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(view.key);
        return key.map(PublicKey::P256).map_err(malformed);
    }
    if curve.is(&oid::P384) {
        let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(view.key);
        return key.map(PublicKey::P384).map_err(malformed);
    }
    if curve.is(&oid::P521) {
        let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(view.key);
        return key.map(PublicKey::P521).map_err(malformed);
    }
    if curve.is(&oid::BRAINPOOL_P256) {
        let key = ecdsa::VerifyingKey::from_sec1_bytes(view.key);
        return key
            .map(PublicKey::Brainpool256)
            .map_err(|_| KeyFault::Malformed);
    }
    if curve.is(&oid::BRAINPOOL_P384) {
        let key = ecdsa::VerifyingKey::from_sec1_bytes(view.key);
        return key
            .map(PublicKey::Brainpool384)
            .map_err(|_| KeyFault::Malformed);
    }
    Err(KeyFault::Unsupported {
        name: unsupported::describe(&curve),
    })
}
