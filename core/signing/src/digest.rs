//! SHA-2 on aws-lc-rs, the engine of the issuing side.

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};

/// SHA-256 (FIPS 180-4) of `data`.
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    hash(&SHA256, data)
}

/// SHA-384 (FIPS 180-4) of `data`.
#[must_use]
pub fn sha384(data: &[u8]) -> [u8; 48] {
    hash(&SHA384, data)
}

/// SHA-512 (FIPS 180-4) of `data`.
#[must_use]
pub fn sha512(data: &[u8]) -> [u8; 64] {
    hash(&SHA512, data)
}

fn hash<const N: usize>(algorithm: &'static Algorithm, data: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(digest(algorithm, data).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_fips_180_4_on_abc() {
        assert_eq!(
            hex::encode(sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex::encode(sha384(b"abc")),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
             8086072ba1e7cc2358baeca134c825a7"
        );
        assert_eq!(
            hex::encode(sha512(b"abc")),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        );
    }
}
