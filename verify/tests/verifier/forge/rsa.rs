//! RSA by hand: what is raised to the secret power may be anything.

use meridian_wire::oid;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BigUint, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::der::{algorithm, bits, integer, null, octets, sequence};
use super::key::Key;

/// Two primes that everybody knows, made by `openssl prime -generate -bits 1024 -safe -hex`;
/// neither is one above a multiple of 3, so that 3 can be the exponent.
const P: &str = concat!(
    "c585837f8562d3bba07976d1a0d9e2413d9e1e297e62133317ba5ddf4f222191eea9ff135664205b",
    "79c685c39ca12f5d32b86d68ceeb723a74219fa038aa4d0bea824e16a7973a94a9825bfb1e651318",
    "c730defe553bf71a39da063fcfcc5b38e9f94d2c53b023276018d3fee6ace7c227e921154feed9f5",
    "ade4abca14c355a3",
);
const Q: &str = concat!(
    "e4ad04571e2d88790ea1c5b7a4f291cdb76682437f62e9350145dc0c5f663902c84196ab7e6425f9",
    "e8c45d21263779164a4072a3756f70f61bdf67eed423ff9bd0af9d1bc9f5af030ad81a357d8772c7",
    "689d195e2378018c1e18e11023b3235b28cc89b5a9a6dd38aa9954e2e79e5c1dbdfe022174458aed",
    "bb419da88b8c2957",
);

/// Octets of the modulus, and of a signature.
pub(crate) const LEN: usize = 256;

/// The exponent that everyone uses.
pub(crate) const F4: u32 = 65_537;

pub(crate) fn private(exponent: u32) -> RsaPrivateKey {
    let prime = |text: &str| BigUint::from_bytes_be(&hex::decode(text).unwrap());
    RsaPrivateKey::from_p_q(prime(P), prime(Q), BigUint::from(exponent)).unwrap()
}

/// sha256WithRSAEncryption.
pub(crate) fn pkcs1() -> Vec<u8> {
    algorithm(&oid::SHA_256_WITH_RSA, &null())
}

/// SubjectPublicKeyInfo of any two numbers.
pub(crate) fn spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = sequence(&[integer(modulus), integer(exponent)]);
    let kind = algorithm(&oid::RSA_ENCRYPTION, &null());
    sequence(&[kind, bits(&numbers)])
}

/// A key that signs what `encode` makes of the message.
pub(crate) fn key(
    exponent: u32,
    algorithm: Vec<u8>,
    encode: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
) -> Key {
    let private = private(exponent);
    let spki = spki(&private.n().to_bytes_be(), &exponent.to_be_bytes());
    Key::new(spki, algorithm, move |message| {
        raise(&private, &encode(message))
    })
}

/// To the secret power, in the length of the modulus.
pub(crate) fn raise(private: &RsaPrivateKey, encoded: &[u8]) -> Vec<u8> {
    let number = BigUint::from_bytes_be(encoded);
    padded(&number.modpow(private.d(), private.n()))
}

/// In the length of the modulus.
pub(crate) fn padded(number: &BigUint) -> Vec<u8> {
    let digits = number.to_bytes_be();
    [vec![0; LEN - digits.len()], digits].concat()
}

/// DigestInfo of the SHA-256 of a message, with these parameters.
pub(crate) fn digest_info(message: &[u8], parameters: &[u8]) -> Vec<u8> {
    let digest = octets(&Sha256::digest(message));
    sequence(&[algorithm(&oid::SHA_256, parameters), digest])
}

/// `00 type FF...FF 00 what`, as long as the modulus.
pub(crate) fn block(kind: u8, what: &[u8]) -> Vec<u8> {
    let filling = vec![0xff; LEN - 3 - what.len()];
    [&[0, kind][..], &filling, &[0], what].concat()
}

/// EMSA-PSS (RFC 8017 section 9.1.1) with a salt of this many octets, any mask and trailer.
pub(crate) fn pss(
    message: &[u8],
    salt_len: usize,
    mask: impl Fn(&[u8], usize) -> Vec<u8>,
    trailer: u8,
) -> Vec<u8> {
    let salt = vec![0x5a; salt_len];
    let hashed = [&[0; 8][..], &Sha256::digest(message), &salt].concat();
    let hashed = Sha256::digest(hashed);
    let filling = vec![0; LEN - 32 - salt_len - 2];
    let block = [&filling[..], &[1], &salt].concat();
    let mask = mask(&hashed, block.len());
    let mut masked: Vec<u8> = block.iter().zip(&mask).map(|(a, b)| a ^ b).collect();
    masked[0] &= 0x7f;
    [&masked[..], &hashed, &[trailer]].concat()
}

/// MGF1 (RFC 8017 appendix B.2.1).
pub(crate) fn mgf1<D: Digest>(seed: &[u8], len: usize) -> Vec<u8> {
    let blocks = (0_u32..).map(|counter| D::digest([seed, &counter.to_be_bytes()].concat()));
    let octets = blocks.flat_map(|block| block.to_vec());
    octets.take(len).collect()
}

/// The smallest number whose third power is not below `number`.
pub(crate) fn cube_root_up(number: &BigUint) -> BigUint {
    let one = BigUint::from(1_u32);
    let mut root = BigUint::from(0_u32);
    for bit in (0..=number.bits() / 3).rev() {
        let candidate = &root + (&one << bit);
        if &(&candidate * &candidate * &candidate) < number {
            root = candidate;
        }
    }
    root + one
}
