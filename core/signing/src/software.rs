//! A private key in the memory of this process, on aws-lc-rs.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA512, RsaKeyPair,
};
use zeroize::Zeroizing;

use crate::signer::{SignError, SignatureAlgorithm, Signer};

/// A private key in memory. aws-lc-rs signs in constant time and wipes the key
/// when the value is dropped. Signatures are not checked after they are made:
/// the engine is in this process, and a check costs as much as a signature.
#[derive(Debug)]
pub struct SoftwareSigner {
    key: Key,
    public_key: Vec<u8>,
}

#[derive(Debug)]
enum Key {
    P384(EcdsaKeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The keys that [`generate`] makes and [`SoftwareSigner`] takes.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum KeyKind {
    /// ECDSA on P-384; the default of an authority.
    EcdsaP384,
    /// ECDSA on P-256.
    EcdsaP256,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
    /// Ed25519; the key of a log.
    Ed25519,
}

/// Why a private key is not taken.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyError {
    /// Not an unencrypted PKCS#8 key of a known kind, or one whose parts disagree.
    #[error(
        "it is not an unencrypted PKCS#8 private key that fits together; convert other forms with \
         `openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW`"
    )]
    NotPkcs8,
    /// An RSA key of another size (TS 119 312 and CSBR 6.1.5.2: at least 3072).
    #[error("it is an RSA key of {bits} bits; use 3072 or 4096")]
    RsaSize {
        /// Length of the modulus.
        bits: usize,
    },
    /// An RSA key so small or large that the engine does not read it.
    #[error("it is an RSA key below 2048 or above 8192 bits; use 3072 or 4096")]
    RsaOutOfRange,
    /// An EC key on P-521, which clients do not agree on.
    #[error("it is an EC key on P-521; use P-384 or P-256")]
    CurveP521,
}

impl SoftwareSigner {
    /// Takes a DER PKCS#8 `PrivateKeyInfo` (RFC 5208) or `OneAsymmetricKey`
    /// (RFC 5958), and checks that its private and public parts agree.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for any key that is not one of [`KeyKind`].
    pub fn from_pkcs8_der(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let key = parse(pkcs8)?;
        let public_key = key.public_key().map_err(|Unspecified| KeyError::NotPkcs8)?;
        Ok(Self { key, public_key })
    }
}

impl Signer for SoftwareSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let rng = SystemRandom::new();
        match &self.key {
            Key::P384(key) | Key::P256(key) => {
                key.sign(&rng, message).map(|made| made.as_ref().to_vec())
            }
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA512, &rng, message, &mut signature)
                    .map(|()| signature)
            }
            Key::Ed25519(key) => key.try_sign(message).map(|made| made.as_ref().to_vec()),
        }
        .map_err(|Unspecified| SignError::Failed)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        match self.key {
            Key::P384(_) => SignatureAlgorithm::EcdsaP384Sha384,
            Key::P256(_) => SignatureAlgorithm::EcdsaP256Sha256,
            Key::Rsa(_) => SignatureAlgorithm::RsaPkcs1Sha512,
            Key::Ed25519(_) => SignatureAlgorithm::Ed25519,
        }
    }

    fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

impl Key {
    fn public_key(&self) -> Result<Vec<u8>, Unspecified> {
        let spki: PublicKeyX509Der<'_> = match self {
            Self::P384(key) | Self::P256(key) => key.public_key().as_der()?,
            Self::Rsa(key) => key.public_key().as_der()?,
            Self::Ed25519(key) => key.public_key().as_der()?,
        };
        Ok(spki.as_ref().to_vec())
    }
}

/// Lets the engine try one kind after the other: it is the only PKCS#8 parser
/// that the key has to pass, so there is no second one to disagree with it.
fn parse(pkcs8: &[u8]) -> Result<Key, KeyError> {
    if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, pkcs8) {
        return Ok(Key::P384(key));
    }
    if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8) {
        return Ok(Key::P256(key));
    }
    if let Ok(key) = Ed25519KeyPair::from_pkcs8(pkcs8) {
        return Ok(Key::Ed25519(key));
    }
    if EcdsaKeyPair::from_pkcs8(&ECDSA_P521_SHA512_ASN1_SIGNING, pkcs8).is_ok() {
        return Err(KeyError::CurveP521);
    }
    let key = RsaKeyPair::from_pkcs8(pkcs8).map_err(|rejected| rsa_error(&rejected))?;
    match key.public_modulus_len() {
        384 | 512 => Ok(Key::Rsa(key)),
        octets => Err(KeyError::RsaSize {
            bits: octets.saturating_mul(8),
        }),
    }
}

/// aws-lc-rs tells its refusals apart by these words only.
fn rsa_error(rejected: &KeyRejected) -> KeyError {
    match rejected.description_() {
        "TooSmall" | "TooLarge" => KeyError::RsaOutOfRange,
        _ => KeyError::NotPkcs8,
    }
}

/// Makes a new private key as PKCS#8 DER, version 1, which OpenSSL 3.0 reads.
///
/// The engine draws the randomness itself; the returned buffer is wiped on drop.
///
/// # Errors
///
/// [`SignError::Failed`] if the engine cannot make a key.
pub fn generate(kind: KeyKind) -> Result<Zeroizing<Vec<u8>>, SignError> {
    let rng = SystemRandom::new();
    let ecdsa = |algorithm| {
        EcdsaKeyPair::generate_pkcs8(algorithm, &rng)
            .map(|document| Zeroizing::new(document.as_ref().to_vec()))
    };
    let rsa = |size| {
        let der: Pkcs8V1Der<'_> = RsaKeyPair::generate(size)?.as_der()?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    };
    match kind {
        KeyKind::EcdsaP384 => ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING),
        KeyKind::EcdsaP256 => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING),
        KeyKind::Rsa3072 => rsa(KeySize::Rsa3072),
        KeyKind::Rsa4096 => rsa(KeySize::Rsa4096),
        KeyKind::Ed25519 => Ed25519KeyPair::generate_pkcs8v1(&rng)
            .map(|document| Zeroizing::new(document.as_ref().to_vec())),
    }
    .map_err(|Unspecified| SignError::Failed)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, ParsedPublicKey,
        RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_3072_8192_SHA384, VerificationAlgorithm,
    };

    use super::*;
    use crate::signer::ed25519_public_key;

    fn signer(kind: KeyKind) -> SoftwareSigner {
        SoftwareSigner::from_pkcs8_der(&generate(kind).unwrap()).unwrap()
    }

    #[test]
    fn signs_with_every_kind_of_key_under_the_algorithm_it_names() {
        type Case = (
            KeyKind,
            SignatureAlgorithm,
            &'static dyn VerificationAlgorithm,
        );
        let cases: [Case; 4] = [
            (
                KeyKind::EcdsaP384,
                SignatureAlgorithm::EcdsaP384Sha384,
                &ECDSA_P384_SHA384_ASN1,
            ),
            (
                KeyKind::EcdsaP256,
                SignatureAlgorithm::EcdsaP256Sha256,
                &ECDSA_P256_SHA256_ASN1,
            ),
            (
                KeyKind::Rsa3072,
                SignatureAlgorithm::RsaPkcs1Sha512,
                &RSA_PKCS1_2048_8192_SHA512,
            ),
            (KeyKind::Ed25519, SignatureAlgorithm::Ed25519, &ED25519),
        ];
        for (kind, algorithm, verification) in cases {
            let signer = signer(kind);
            assert_eq!(signer.algorithm(), algorithm);
            let signature = signer.sign(b"message").unwrap();
            let public = ParsedPublicKey::new(verification, signer.public_key()).unwrap();
            assert!(public.verify_sig(b"message", &signature).is_ok());
            assert!(public.verify_sig(b"massage", &signature).is_err());
        }
        let rsa = signer(KeyKind::Rsa3072);
        let wrong = ParsedPublicKey::new(&RSA_PKCS1_3072_8192_SHA384, rsa.public_key()).unwrap();
        let signature = rsa.sign(b"message").unwrap();
        assert!(wrong.verify_sig(b"message", &signature).is_err());
    }

    /// S36, S53.
    #[test]
    fn takes_rsa_keys_of_3072_and_4096_bits_and_names_the_size_of_others() {
        let pkcs8 = |size| -> Vec<u8> {
            let key = RsaKeyPair::generate(size).unwrap();
            let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
            der.as_ref().to_vec()
        };
        assert!(SoftwareSigner::from_pkcs8_der(&pkcs8(KeySize::Rsa4096)).is_ok());
        assert_eq!(
            SoftwareSigner::from_pkcs8_der(&pkcs8(KeySize::Rsa2048)).unwrap_err(),
            KeyError::RsaSize { bits: 2048 }
        );
    }

    #[test]
    fn rejects_a_p_521_key_by_name() {
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P521_SHA512_ASN1_SIGNING, &SystemRandom::new())
                .unwrap();
        assert_eq!(
            SoftwareSigner::from_pkcs8_der(pkcs8.as_ref()).unwrap_err(),
            KeyError::CurveP521
        );
    }

    #[test]
    fn rejects_what_is_not_pkcs8() {
        let key = generate(KeyKind::EcdsaP384).unwrap();
        for bytes in [&b""[..], b"\x30\x00", &key[..key.len() - 1]] {
            assert_eq!(
                SoftwareSigner::from_pkcs8_der(bytes).unwrap_err(),
                KeyError::NotPkcs8
            );
        }
    }

    #[test]
    fn debug_output_does_not_hold_the_key() {
        let pkcs8 = generate(KeyKind::Ed25519).unwrap();
        let shown = format!("{:?}", SoftwareSigner::from_pkcs8_der(&pkcs8).unwrap());
        let private = hex::encode(&pkcs8[pkcs8.len() - 32..]);
        assert!(!shown.to_lowercase().contains(&private[..16]));
    }

    #[test]
    fn only_an_ed25519_signer_has_an_ed25519_public_key() {
        let ed25519 = signer(KeyKind::Ed25519);
        let raw = ed25519_public_key(&ed25519).unwrap();
        assert!(ed25519.public_key().ends_with(&raw));
        assert_eq!(ed25519_public_key(&signer(KeyKind::EcdsaP256)), None);
    }
}
