//! Keys that sign whatever they are told to.

use meridian_wire::oid;
use p384::ecdsa::signature::Signer;
use p384::ecdsa::{DerSignature, SigningKey};
use p384::pkcs8::EncodePublicKey;

use super::der::{algorithm, bits, sequence};

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// A public key, the algorithm it signs with, and how.
pub(crate) struct Key {
    /// SubjectPublicKeyInfo.
    pub(crate) spki: Vec<u8>,
    /// AlgorithmIdentifier of its signatures.
    pub(crate) algorithm: Vec<u8>,
    sign: Sign,
}

impl Key {
    pub(crate) fn new(
        spki: Vec<u8>,
        algorithm: Vec<u8>,
        sign: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let sign = Box::new(sign);
        Self {
            spki,
            algorithm,
            sign,
        }
    }

    /// ECDSA with SHA-384 on P-384; the secret is this octet 48 times.
    pub(crate) fn p384(octet: u8) -> Self {
        let key = p384_secret(octet);
        let spki = key.verifying_key().to_public_key_der().unwrap().into_vec();
        Self::new(spki, algorithm(&oid::ECDSA_SHA_384, &[]), move |message| {
            let signature: DerSignature = key.sign(message);
            signature.to_bytes().to_vec()
        })
    }

    /// Ed25519; the seed is this octet 32 times.
    pub(crate) fn ed25519(octet: u8) -> Self {
        use ed25519_dalek::Signer as _;
        let key = ed25519_dalek::SigningKey::from_bytes(&[octet; 32]);
        let name = algorithm(&oid::ED25519, &[]);
        let spki = sequence(&[name.clone(), bits(key.verifying_key().as_bytes())]);
        Self::new(spki, name, move |message| {
            key.sign(message).to_bytes().to_vec()
        })
    }

    /// ML-DSA-44; the seed is this octet 32 times.
    pub(crate) fn ml_dsa_44(octet: u8) -> Self {
        use ml_dsa::{Keypair, Signer as _};
        let seed = ml_dsa::Seed::from([octet; 32]);
        let key = ml_dsa::SigningKey::<ml_dsa::MlDsa44>::from_seed(&seed);
        let name = algorithm(&oid::ML_DSA_44, &[]);
        let spki = sequence(&[name.clone(), bits(&key.verifying_key().encode())]);
        Self::new(spki, name, move |message| {
            key.sign(message).encode().to_vec()
        })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        (self.sign)(message)
    }
}

pub(crate) fn p384_secret(octet: u8) -> SigningKey {
    SigningKey::from_slice(&[octet; 48]).unwrap()
}
