//! Signatures under the evidence of subjects, checked on aws-lc-rs.
//!
//! The verifier has its own (RustCrypto): the two share no code, only
//! [`EvidenceAlgorithm::key_octets`], so that they read the same keys.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, UnparsedPublicKey,
    VerificationAlgorithm,
};
use meridian_wire::loc::algorithm::EvidenceAlgorithm;

/// Whether the key of `spki` (DER `SubjectPublicKeyInfo`) made `signature` over `message`.
///
/// ECDSA signatures are r ‖ s in fixed length, as in JOSE and COSE (RFC 7518 3.4, RFC 9053 2.1).
/// Not checked: that s is the smaller of the two that would do, so a signature is no name for
/// what it signs.
#[must_use]
pub fn verify(algorithm: EvidenceAlgorithm, spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let engine: &'static dyn VerificationAlgorithm = match algorithm {
        EvidenceAlgorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
        EvidenceAlgorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
        EvidenceAlgorithm::EdDsa => &ED25519,
        // Not one that evidence may have.
        _ => return false,
    };
    algorithm.key_octets(spki).is_some_and(|key| {
        UnparsedPublicKey::new(engine, key)
            .verify(message, signature)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING,
        ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
        KeyPair,
    };
    use meridian_rfc_vectors::vector::load;

    use super::*;

    fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
        EcdsaKeyPair::generate(algorithm).unwrap()
    }

    /// Algorithm, key in DER, signature over `message`.
    fn signed(message: &[u8]) -> [(EvidenceAlgorithm, Vec<u8>, Vec<u8>); 3] {
        let rng = SystemRandom::new();
        let ec = |algorithm: EvidenceAlgorithm, signing| {
            let pair = ecdsa(signing);
            let spki = algorithm.spki(pair.public_key().as_ref()).unwrap();
            let signature = pair.sign(&rng, message).unwrap();
            (algorithm, spki, signature.as_ref().to_vec())
        };
        let ed = Ed25519KeyPair::generate().unwrap();
        let ed_spki = EvidenceAlgorithm::EdDsa.spki(ed.public_key().as_ref());
        [
            ec(EvidenceAlgorithm::Es256, &ECDSA_P256_SHA256_FIXED_SIGNING),
            ec(EvidenceAlgorithm::Es384, &ECDSA_P384_SHA384_FIXED_SIGNING),
            (
                EvidenceAlgorithm::EdDsa,
                ed_spki.unwrap(),
                ed.sign(message).as_ref().to_vec(),
            ),
        ]
    }

    #[test]
    fn a_signature_holds_for_its_algorithm_key_and_message_only() {
        let made = signed(b"message");
        for (algorithm, spki, signature) in &made {
            assert_eq!(signature.len(), algorithm.signature_len());
            assert!(verify(*algorithm, spki, b"message", signature));
            assert!(!verify(*algorithm, spki, b"massage", signature));
            for bit in 0..signature.len() * 8 {
                let mut bent = signature.clone();
                bent[bit / 8] ^= 1 << (bit % 8);
                assert!(!verify(*algorithm, spki, b"message", &bent), "bit {bit}");
            }
            for len in [0, signature.len() - 1] {
                assert!(!verify(*algorithm, spki, b"message", &signature[..len]));
            }
            let long = [&signature[..], &[0]].concat();
            assert!(!verify(*algorithm, spki, b"message", &long));
            for (other, other_spki, _) in made.iter().filter(|(other, ..)| other != algorithm) {
                assert!(!verify(*other, spki, b"message", signature));
                assert!(!verify(*algorithm, other_spki, b"message", signature));
                assert!(!verify(*other, other_spki, b"message", signature));
            }
        }
        for ((algorithm, spki, _), (_, _, signature)) in made.iter().zip(signed(b"message")) {
            assert!(
                !verify(*algorithm, spki, b"message", &signature),
                "other key"
            );
        }
    }

    /// RFC 6979 A.2.6.
    #[test]
    fn verifies_the_vectors_of_rfc_6979() {
        for vector in load("rfc6979").unwrap() {
            let fields = vector.body.fields().unwrap();
            let hex = |name| fields.octets(name).unwrap();
            let point = [vec![4], hex("ux"), hex("uy")].concat();
            let spki = EvidenceAlgorithm::Es384.spki(&point).unwrap();
            let signature = [hex("r"), hex("s")].concat();
            let message = fields.text("message").unwrap().as_bytes();
            // The other digests belong to no algorithm of evidence.
            let expected = fields.text("digest").unwrap() == "sha384";
            let verified = verify(EvidenceAlgorithm::Es384, &spki, message, &signature);
            assert_eq!(verified, expected, "{}", vector.name);
        }
    }

    #[test]
    fn verifies_the_jws_of_rfc_7515_appendix_a_3() {
        let key = "047fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445\
                   c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad";
        let signature = "0ed1215379636c483c2f7f155807d402a3b228033af97c7e17819ac3169ea665\
                         c50a07d38c3c70e5d8f12daf084a5480a66590c5f293509a8f3f7f8a83a354d5";
        let message = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0\
                       dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let octets = |text| hex::decode(text).unwrap();
        let spki = EvidenceAlgorithm::Es256.spki(&octets(key)).unwrap();
        let (message, signature) = (message.as_bytes(), octets(signature));
        assert!(verify(EvidenceAlgorithm::Es256, &spki, message, &signature));
    }

    /// RFC 8032 7.1, test 1: the empty message.
    #[test]
    fn verifies_the_vector_of_rfc_8032() {
        let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590\
                         a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        let octets = |text| hex::decode(text).unwrap();
        let spki = EvidenceAlgorithm::EdDsa.spki(&octets(key)).unwrap();
        assert!(verify(
            EvidenceAlgorithm::EdDsa,
            &spki,
            b"",
            &octets(signature)
        ));
    }

    #[test]
    fn an_ecdsa_signature_in_der_is_none() {
        let pair = ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING);
        let spki = EvidenceAlgorithm::Es256.spki(pair.public_key().as_ref());
        let signature = pair.sign(&SystemRandom::new(), b"message").unwrap();
        let spki = spki.unwrap();
        assert!(!verify(
            EvidenceAlgorithm::Es256,
            &spki,
            b"message",
            signature.as_ref()
        ));
    }

    #[test]
    fn zeros_sign_nothing_and_a_point_off_the_curve_is_no_key() {
        for (algorithm, spki, _) in signed(b"message") {
            let zeros = vec![0; algorithm.signature_len()];
            assert!(!verify(algorithm, &spki, b"message", &zeros));
        }
        let mut off = vec![1; 65];
        off[0] = 4;
        let spki = EvidenceAlgorithm::Es256.spki(&off).unwrap();
        assert!(!verify(
            EvidenceAlgorithm::Es256,
            &spki,
            b"message",
            &[1; 64]
        ));
        assert!(!verify(EvidenceAlgorithm::EdDsa, b"", b"message", &[0; 64]));
    }
}
