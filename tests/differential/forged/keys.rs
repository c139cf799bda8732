//! Other keys and algorithms.

use meridian_verify::crypto::digest::digest;
use meridian_wire::oid;
use meridian_wire::tsp::hash::HashAlgorithm;
use sha2::{Sha256, Sha512};

use super::{CA, Tokens, UNIT, by, honest, honest_info, signed};
use crate::forge::certificate::Certificate;
use crate::forge::der::{algorithm, null, number, octets, sequence, tagged};
use crate::forge::key::Key;
use crate::forge::rsa::{F4, block, digest_info, key, mgf1, pkcs1, pss};
use crate::forge::token::Token;

pub(super) fn tokens() -> Tokens {
    let rsa_encryption = || algorithm(&oid::RSA_ENCRYPTION, &null());
    let mismatch = || algorithm(&oid::SHA_512_WITH_RSA, &null());
    let right = |message: &[u8]| block(1, &digest_info(message, &null()));
    let bare = |message: &[u8]| block(1, &digest_info(message, &[]));
    // Bleichenbacher's: the digest in the middle, and what nobody looks at behind it.
    let behind = |message: &[u8]| {
        let info = digest_info(message, &null());
        let mut block = block(1, &[&info[..], &[0; 100]].concat());
        *block.last_mut().unwrap() = 1;
        block
    };
    let kind_two = |message: &[u8]| block(2, &digest_info(message, &null()));
    let salted = |len: usize| move |message: &[u8]| pss(message, len, mgf1::<Sha256>, 0xbc);
    let mut tokens = vec![
        ("rsa", by_sha256(&key(F4, pkcs1(), right))),
        (
            "rsa-encryption",
            by_sha256(&key(F4, rsa_encryption(), right)),
        ),
        ("rsa-without-null", by_sha256(&key(F4, pkcs1(), bare))),
        ("rsa-octets-behind", by_sha256(&key(F4, pkcs1(), behind))),
        (
            "rsa-block-of-kind-2",
            by_sha256(&key(F4, pkcs1(), kind_two)),
        ),
        ("rsa-exponent-3", by_sha256(&key(3, pkcs1(), right))),
        (
            "rsa-another-digest-named",
            by_sha256(&key(F4, mismatch(), right)),
        ),
        ("pss", by_sha256(&key(F4, pss_algorithm(32), salted(32)))),
        (
            "pss-salt-of-20",
            by_sha256(&key(F4, pss_algorithm(20), salted(20))),
        ),
        (
            "pss-without-salt",
            by_sha256(&key(F4, pss_algorithm(0), salted(0))),
        ),
        (
            "pss-another-salt-than-named",
            by_sha256(&key(F4, pss_algorithm(32), salted(20))),
        ),
        (
            "pss-without-parameters",
            by_sha256(&key(F4, algorithm(&oid::RSASSA_PSS, &[]), salted(32))),
        ),
    ];
    tokens.extend(digests());
    tokens.extend(curves());
    tokens
}

/// RSA with other digests, and other names of them.
fn digests() -> Tokens {
    let by = |name: &oid::ObjectIdentifier, hash: HashAlgorithm| {
        let info = honest_info().der();
        let plain = algorithm(&hash.oid(), &null());
        let of = move |message: &[u8]| octets(&digest(hash, message));
        let right = move |message: &[u8]| block(1, &sequence(&[plain.clone(), of(message)]));
        let key = key(F4, algorithm(name, &null()), right);
        let mut token = by(&Certificate::unit(3, CA, UNIT, &key), &key, &info);
        token.digest = algorithm(&hash.oid(), &[]);
        let token = token.attribute(&oid::MESSAGE_DIGEST, &[of(&info)]);
        token.signed(&key)
    };
    let encryption = &oid::RSA_ENCRYPTION;
    vec![
        ("md5", by(&oid::MD5_WITH_RSA, HashAlgorithm::Md5)),
        ("sha1", by(&oid::SHA_1_WITH_RSA, HashAlgorithm::Sha1)),
        (
            "sha1-of-oiw",
            by(&oid::SHA_1_WITH_RSA_OIW, HashAlgorithm::Sha1),
        ),
        ("sha224", by(&oid::SHA_224_WITH_RSA, HashAlgorithm::Sha224)),
        ("sha512", by(&oid::SHA_512_WITH_RSA, HashAlgorithm::Sha512)),
        (
            "sha512-256",
            by(&oid::SHA_512_256_WITH_RSA, HashAlgorithm::Sha512_256),
        ),
        (
            "sha3-224",
            by(&oid::SHA3_224_WITH_RSA, HashAlgorithm::Sha3_224),
        ),
        (
            "sha3-512",
            by(&oid::SHA3_512_WITH_RSA, HashAlgorithm::Sha3_512),
        ),
        (
            "ripemd160",
            by(&oid::RIPEMD_160_WITH_RSA, HashAlgorithm::Ripemd160),
        ),
        (
            "ripemd160-encryption",
            by(encryption, HashAlgorithm::Ripemd160),
        ),
        (
            "sha3-256-encryption",
            by(encryption, HashAlgorithm::Sha3_256),
        ),
    ]
}

fn curves() -> Tokens {
    let info = honest_info().der();
    let ed25519 = Key::ed25519(21);
    let ml_dsa = Key::ml_dsa_44(22);
    let unit = |key: &Key| Certificate::unit(3, CA, UNIT, key);
    let by_sha512 = |key: &Key| {
        let token = by(&unit(key), key, &info).digested::<Sha512>(&oid::SHA_512, &info);
        token.signed(key)
    };
    let key_kind = Token {
        signature_algorithm: algorithm(&oid::EC_PUBLIC_KEY, &[]),
        ..honest()
    };
    let with_null = Token {
        signature_algorithm: algorithm(&oid::ECDSA_SHA_384, &null()),
        ..honest()
    };
    let as_rsa = Token {
        signature_algorithm: pkcs1(),
        ..honest()
    };
    let other = Token {
        signature_algorithm: algorithm(&oid::ECDSA_SHA_256, &[]),
        ..honest()
    };
    vec![
        ("ed25519", by_sha512(&ed25519)),
        ("ed25519-with-sha256", by_sha256(&ed25519)),
        ("ml-dsa-44", by_sha512(&ml_dsa)),
        ("ecdsa-named-by-the-keys-kind", signed(&key_kind)),
        ("ecdsa-null-parameters", signed(&with_null)),
        ("ecdsa-named-rsa", signed(&as_rsa)),
        ("ecdsa-another-digest-named", signed(&other)),
    ]
}

/// A token of this key with SHA-256.
fn by_sha256(key: &Key) -> Vec<u8> {
    let info = honest_info().der();
    let unit = Certificate::unit(3, CA, UNIT, key);
    let token = by(&unit, key, &info).digested::<Sha256>(&oid::SHA_256, &info);
    token.signed(key)
}

/// RSASSA-PSS with SHA-256 and a salt of this many octets.
fn pss_algorithm(salt: u64) -> Vec<u8> {
    let sha256 = algorithm(&oid::SHA_256, &null());
    let mask = algorithm(&oid::MGF1, &sha256);
    let parts = [
        tagged(0, &sha256),
        tagged(1, &mask),
        tagged(2, &number(salt)),
    ];
    algorithm(&oid::RSASSA_PSS, &sequence(&parts))
}
