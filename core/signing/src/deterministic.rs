//! The deterministic twins of the software signer: the same key and message
//! give the same signature. For tests, vectors and simulations; no
//! configuration can name them.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use p384::ecdsa::signature::Signer as _;
use p384::ecdsa::{Signature, SigningKey};
use p384::pkcs8::EncodePublicKey;

use crate::signer::{SignError, SignatureAlgorithm, Signer};

/// ECDSA on P-384 with the nonce of RFC 6979, on the `p384` crate.
pub struct DeterministicP384Signer {
    key: SigningKey,
    public_key: Vec<u8>,
}

/// The octets are not a private key.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the octets are not a private key in the range of the curve")]
pub struct NotAPrivateKey;

impl DeterministicP384Signer {
    /// Takes the private scalar, 48 octets big-endian, from 1 to the curve's order - 1.
    ///
    /// # Errors
    ///
    /// [`NotAPrivateKey`] outside that range.
    pub fn from_scalar(scalar: &[u8; 48]) -> Result<Self, NotAPrivateKey> {
        let key = SigningKey::from_slice(scalar).map_err(|_| NotAPrivateKey)?;
        let spki = key.verifying_key().to_public_key_der();
        let public_key = spki.map_err(|_| NotAPrivateKey)?.into_vec();
        Ok(Self { key, public_key })
    }
}

impl Signer for DeterministicP384Signer {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature: Signature = self.key.try_sign(message).map_err(|_| SignError::Failed)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::EcdsaP384Sha384
    }

    fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

impl std::fmt::Debug for DeterministicP384Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeterministicP384Signer")
            .finish_non_exhaustive()
    }
}

/// Ed25519 from a seed (RFC 8032, deterministic by nature), on aws-lc-rs.
#[derive(Debug)]
pub struct DeterministicEd25519 {
    key: Ed25519KeyPair,
    public_key: Vec<u8>,
}

impl DeterministicEd25519 {
    /// The key of a seed; every seed is one.
    ///
    /// # Errors
    ///
    /// [`NotAPrivateKey`] if the engine fails.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, NotAPrivateKey> {
        let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NotAPrivateKey)?;
        let spki: Result<PublicKeyX509Der<'_>, _> = key.public_key().as_der();
        let public_key = spki.map_err(|_| NotAPrivateKey)?.as_ref().to_vec();
        Ok(Self { key, public_key })
    }
}

impl Signer for DeterministicEd25519 {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = self.key.try_sign(message).map_err(|_| SignError::Failed)?;
        Ok(signature.as_ref().to_vec())
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::Ed25519
    }

    fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1, ParsedPublicKey};

    use super::*;
    use crate::signer::ed25519_public_key;

    #[test]
    fn the_other_engine_accepts_a_deterministic_p384_signature() {
        let signer = DeterministicP384Signer::from_scalar(&[7; 48]).unwrap();
        let signature = signer.sign(b"message").unwrap();
        assert_eq!(signature, signer.sign(b"message").unwrap());
        ParsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, signer.public_key())
            .unwrap()
            .verify_sig(b"message", &signature)
            .unwrap();
    }

    /// The vectors for other digests belong to other algorithms.
    #[test]
    fn agrees_with_rfc_6979_appendix_a_2_6() {
        let mut checked = 0;
        for vector in meridian_rfc_vectors::vector::load("rfc6979").unwrap() {
            let fields = vector.body.fields().unwrap();
            if fields.text("digest").unwrap() != "sha384" {
                continue;
            }
            let scalar = fields.octets("x").unwrap().try_into().unwrap();
            let signer = DeterministicP384Signer::from_scalar(&scalar).unwrap();
            let message = fields.text("message").unwrap();
            let made = signer.sign(message.as_bytes()).unwrap();
            let r: [u8; 48] = fields.octets("r").unwrap().try_into().unwrap();
            let s: [u8; 48] = fields.octets("s").unwrap().try_into().unwrap();
            let expected = Signature::from_scalars(r, s).unwrap();
            assert_eq!(made, expected.to_der().as_bytes(), "{}", vector.name);
            let point = [fields.octets("ux").unwrap(), fields.octets("uy").unwrap()].concat();
            assert!(signer.public_key().ends_with(&point));
            checked += 1;
        }
        assert_eq!(checked, 2);
    }

    #[test]
    fn rejects_a_scalar_outside_the_range_of_the_curve() {
        for scalar in [[0; 48], [0xff; 48]] {
            assert_eq!(
                DeterministicP384Signer::from_scalar(&scalar).unwrap_err(),
                NotAPrivateKey
            );
        }
    }

    #[test]
    fn agrees_with_rfc_8032_section_7_1_test_1() {
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let seed = seed.unwrap().try_into().unwrap();
        let signer = DeterministicEd25519::from_seed(&seed).unwrap();
        assert_eq!(
            hex::encode(ed25519_public_key(&signer).unwrap()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        assert_eq!(
            hex::encode(signer.sign(b"").unwrap()),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39\
             701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        );
    }
}
