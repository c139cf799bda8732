//! Two engines for the signatures under evidence: the issuer's and the verifier's.

use ed25519_dalek::Signer as _;
use meridian_appraisal::check_signature::CheckSignature;
use meridian_signing::evidence_signature;
use meridian_verify::crypto::evidence::EvidenceSignatures;
use meridian_wire::loc::algorithm::EvidenceAlgorithm;
use p256::ecdsa::signature::Signer as _;
use p256::elliptic_curve::ops::Neg;

/// What both say of a signature.
fn both(algorithm: EvidenceAlgorithm, spki: &[u8], message: &[u8], signature: &[u8]) -> [bool; 2] {
    [
        evidence_signature::verify(algorithm, spki, message, signature),
        EvidenceSignatures::new().check(algorithm, spki, message, signature),
    ]
}

struct Signed {
    algorithm: EvidenceAlgorithm,
    spki: Vec<u8>,
    signature: Vec<u8>,
}

const MESSAGE: &[u8] = b"evidence";

/// A signature of each algorithm under a few keys, ECDSA with both forms of s.
fn signed() -> Vec<Signed> {
    let mut all = Vec::new();
    let mut add = |algorithm: EvidenceAlgorithm, key: &[u8], signature: Vec<u8>| {
        let spki = algorithm.spki(key).unwrap();
        all.push(Signed {
            algorithm,
            spki,
            signature,
        });
    };
    for octet in 1..=8 {
        let p256 = p256::ecdsa::SigningKey::from_slice(&[octet; 32]).unwrap();
        let signature: p256::ecdsa::Signature = p256.sign(MESSAGE);
        let key = p256.verifying_key().to_sec1_point(false);
        add(EvidenceAlgorithm::Es256, key.as_bytes(), signature.to_vec());
        let (r, s) = signature.split_scalars();
        let other = p256::ecdsa::Signature::from_scalars(r, s.neg()).unwrap();
        add(EvidenceAlgorithm::Es256, key.as_bytes(), other.to_vec());
        let p384 = p384::ecdsa::SigningKey::from_slice(&[octet; 48]).unwrap();
        let signature: p384::ecdsa::Signature = p384.sign(MESSAGE);
        let key = p384.verifying_key().to_sec1_point(false);
        add(EvidenceAlgorithm::Es384, key.as_bytes(), signature.to_vec());
        let (r, s) = signature.split_scalars();
        let other = p384::ecdsa::Signature::from_scalars(r, s.neg()).unwrap();
        add(EvidenceAlgorithm::Es384, key.as_bytes(), other.to_vec());
        let ed = ed25519_dalek::SigningKey::from_bytes(&[octet; 32]);
        let key = ed.verifying_key().to_bytes();
        add(EvidenceAlgorithm::EdDsa, &key, ed.sign(MESSAGE).to_vec());
    }
    all
}

#[test]
fn both_take_what_was_signed_with_either_s() {
    for one in signed() {
        let said = both(one.algorithm, &one.spki, MESSAGE, &one.signature);
        assert_eq!(said, [true, true], "{:?}", one.algorithm);
    }
}

#[test]
fn both_say_the_same_of_every_bent_bit() {
    // Two of each algorithm: the rest would be more of the same.
    for one in signed().iter().take(10) {
        for bit in 0..one.signature.len() * 8 {
            let mut bent = one.signature.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            let said = both(one.algorithm, &one.spki, MESSAGE, &bent);
            assert_eq!(said, [false, false], "{:?} {bit}", one.algorithm);
        }
        for bit in 0..one.spki.len() * 8 {
            let mut bent = one.spki.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            let [issuer, verifier] = both(one.algorithm, &bent, MESSAGE, &one.signature);
            assert_eq!(issuer, verifier, "{:?} {bit}", one.algorithm);
        }
    }
}

#[test]
fn both_say_the_same_of_every_algorithm_length_and_message() {
    for one in signed().iter().take(10) {
        for algorithm in EvidenceAlgorithm::ALL {
            let [issuer, verifier] = both(algorithm, &one.spki, MESSAGE, &one.signature);
            assert_eq!((issuer, verifier), (algorithm == one.algorithm, issuer));
        }
        for len in 0..one.signature.len() {
            let said = both(one.algorithm, &one.spki, MESSAGE, &one.signature[..len]);
            assert_eq!(said, [false, false]);
        }
        let longer = [&one.signature[..], &[0]].concat();
        assert_eq!(
            both(one.algorithm, &one.spki, MESSAGE, &longer),
            [false, false]
        );
        assert_eq!(
            both(one.algorithm, &one.spki, b"", &one.signature),
            [false, false]
        );
    }
}

/// Numbers at the edge of what r and s may be: 0, the order of the curve, all ones.
#[test]
fn both_refuse_impossible_numbers() {
    let order_256 = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order_384 = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";
    for one in signed() {
        let half = one.signature.len() / 2;
        let order = match one.algorithm {
            EvidenceAlgorithm::Es256 => hex::decode(order_256).unwrap(),
            EvidenceAlgorithm::Es384 => hex::decode(order_384).unwrap(),
            _ => continue,
        };
        for number in [vec![0; half], order, vec![0xff; half]] {
            for place in [0, half] {
                let mut bent = one.signature.clone();
                bent[place..place + half].copy_from_slice(&number);
                assert_eq!(
                    both(one.algorithm, &one.spki, MESSAGE, &bent),
                    [false, false]
                );
            }
        }
    }
}

/// Points of small order and encodings that are not the shortest, RFC 8032 section 5.1.3: as keys
/// and as R, with S = 0. What matters is that both engines judge alike.
#[test]
fn both_say_the_same_of_odd_points_of_ed25519() {
    let odd = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    let algorithm = EvidenceAlgorithm::EdDsa;
    let mut differing = Vec::new();
    for key in odd {
        // `EvidenceAlgorithm::spki` makes none of these.
        assert_eq!(algorithm.spki(&hex::decode(key).unwrap()), None);
        let spki = hex::decode(format!("302a300506032b6570032100{key}")).unwrap();
        for r in odd {
            let signature = [hex::decode(r).unwrap(), vec![0; 32]].concat();
            for message in 0..16_u8 {
                let [issuer, verifier] = both(algorithm, &spki, &[message], &signature);
                if issuer != verifier {
                    differing.push((key, r, message, issuer, verifier));
                }
            }
        }
    }
    assert!(
        differing.is_empty(),
        "{} differ: {:?}",
        differing.len(),
        differing.first()
    );
}
