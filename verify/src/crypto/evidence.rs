//! [`EvidenceSignatures`]: signatures of devices, checked with RustCrypto.

use ::p256::ecdsa::signature::Verifier as _;
use ed25519_dalek::Verifier as _;
use meridian_appraisal::check_signature::CheckSignature;
use meridian_wire::loc::algorithm::EvidenceAlgorithm;

/// The verifier's engine for evidence. The issuer's is another one; a test in `tests/` makes both
/// judge the same signatures.
///
/// Ed25519 is judged as RFC 8032 section 5.1.7 does without the cofactor, which is what the
/// issuer's engine does: with the stricter rule that tokens get, a subject could choose a key by
/// which an honest issuer looks like a liar.
#[derive(Clone, Copy, Debug, Default)]
pub struct EvidenceSignatures(());

impl EvidenceSignatures {
    /// The engine: it has no state.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl CheckSignature for EvidenceSignatures {
    fn check(
        &self,
        algorithm: EvidenceAlgorithm,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        // The one form of a key that evidence may have.
        let Some(key) = algorithm.key_octets(spki) else {
            return false;
        };
        let good = match algorithm {
            EvidenceAlgorithm::Es256 => es256(key, message, signature),
            EvidenceAlgorithm::Es384 => es384(key, message, signature),
            EvidenceAlgorithm::EdDsa => ed_dsa(key, message, signature),
            _ => None,
        };
        good.is_some()
    }
}

fn es256(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
    key.verify(message, &signature).ok()
}

fn es384(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p384::ecdsa::Signature::from_slice(signature).ok()?;
    key.verify(message, &signature).ok()
}

fn ed_dsa(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    key.verify(message, &signature).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::p256::ecdsa::signature::Signer as _;
    use ed25519_dalek::Signer as _;

    type Case = (EvidenceAlgorithm, Vec<u8>, Vec<u8>);

    fn cases() -> [Case; 3] {
        let p256 = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let p384 = p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap();
        let ed = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let es256: p256::ecdsa::Signature = p256.sign(b"evidence");
        let es384: p384::ecdsa::Signature = p384.sign(b"evidence");
        let case = |algorithm: EvidenceAlgorithm, key: &[u8], signature: Vec<u8>| {
            (algorithm, algorithm.spki(key).unwrap(), signature)
        };
        let key = p256.verifying_key().to_sec1_point(false);
        let es256 = case(EvidenceAlgorithm::Es256, key.as_bytes(), es256.to_vec());
        let key = p384.verifying_key().to_sec1_point(false);
        let es384 = case(EvidenceAlgorithm::Es384, key.as_bytes(), es384.to_vec());
        let key = ed.verifying_key().to_bytes();
        let signature = ed.sign(b"evidence").to_vec();
        [
            es256,
            es384,
            case(EvidenceAlgorithm::EdDsa, &key, signature),
        ]
    }

    #[test]
    fn takes_what_the_key_signed_and_nothing_else() {
        for (algorithm, spki, signature) in cases() {
            let check = |spki: &[u8], message: &[u8], signature: &[u8]| {
                EvidenceSignatures::new().check(algorithm, spki, message, signature)
            };
            assert!(check(&spki, b"evidence", &signature), "{algorithm:?}");
            assert!(!check(&spki, b"evidence.", &signature));
            for place in 0..signature.len() {
                let mut other = signature.clone();
                other[place] ^= 1;
                assert!(!check(&spki, b"evidence", &other), "{algorithm:?} {place}");
            }
            for len in 0..spki.len() {
                assert!(!check(&spki[..len], b"evidence", &signature));
            }
            for len in 0..signature.len() {
                assert!(!check(&spki, b"evidence", &signature[..len]));
            }
            assert!(!check(&[&spki[..], &[0]].concat(), b"evidence", &signature));
            assert!(!check(&spki, b"evidence", &[&signature[..], &[0]].concat()));
        }
    }

    #[test]
    fn refuses_a_key_of_another_algorithm() {
        for (algorithm, ..) in cases() {
            for (other, spki, signature) in cases() {
                let good =
                    EvidenceSignatures::new().check(algorithm, &spki, b"evidence", &signature);
                assert_eq!(good, algorithm == other);
            }
        }
    }
}
