//! Digests of every algorithm that a token may name.

use meridian_wire::reader::algorithm::AlgorithmView;
use meridian_wire::tsp::hash::HashAlgorithm;
use sha2::digest::DynDigest;

use super::shake::Shake;

/// A fresh computation.
#[must_use]
pub fn hasher(algorithm: HashAlgorithm) -> Box<dyn DynDigest> {
    match algorithm {
        HashAlgorithm::Sha256 => Box::new(sha2::Sha256::default()),
        HashAlgorithm::Sha384 => Box::new(sha2::Sha384::default()),
        HashAlgorithm::Sha512 => Box::new(sha2::Sha512::default()),
        HashAlgorithm::Sha512_256 => Box::new(sha2::Sha512_256::default()),
        HashAlgorithm::Sha3_256 => Box::new(sha3::Sha3_256::default()),
        HashAlgorithm::Sha3_384 => Box::new(sha3::Sha3_384::default()),
        HashAlgorithm::Sha3_512 => Box::new(sha3::Sha3_512::default()),
        HashAlgorithm::Sha1 => Box::new(sha1::Sha1::default()),
        HashAlgorithm::Md5 => Box::new(md5::Md5::default()),
        HashAlgorithm::Sha224 => Box::new(sha2::Sha224::default()),
        HashAlgorithm::Sha3_224 => Box::new(sha3::Sha3_224::default()),
        HashAlgorithm::Ripemd160 => Box::new(ripemd::Ripemd160::default()),
        HashAlgorithm::Shake128 => Box::new(Shake::<sha3::Shake128>::new(algorithm)),
        HashAlgorithm::Shake256 => Box::new(Shake::<sha3::Shake256>::new(algorithm)),
    }
}

/// The digest of `data`.
#[must_use]
pub fn digest(algorithm: HashAlgorithm, data: &[u8]) -> Vec<u8> {
    let mut hasher = hasher(algorithm);
    hasher.update(data);
    hasher.finalize().into_vec()
}

/// The digest algorithm that an AlgorithmIdentifier names.
#[must_use]
pub fn named(algorithm: &AlgorithmView<'_>) -> Option<HashAlgorithm> {
    HashAlgorithm::from_oid(&algorithm.oid.to_object_identifier()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_wire::tsp::hash::KNOWN;

    #[test]
    fn every_known_algorithm_is_here_and_has_its_length() {
        for algorithm in KNOWN {
            assert_eq!(digest(*algorithm, b"abc").len(), algorithm.digest_len());
        }
    }

    #[test]
    fn digests_are_those_of_the_standards() {
        let sha3 = digest(HashAlgorithm::Sha3_256, b"abc");
        let expected = "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532";
        assert_eq!(hex::encode(sha3), expected);
        let md5 = digest(HashAlgorithm::Md5, b"abc");
        assert_eq!(hex::encode(md5), "900150983cd24fb0d6963f7d28e17f72");
        // FIPS 202, of nothing.
        let shake = digest(HashAlgorithm::Shake128, b"");
        let expected = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26";
        assert_eq!(hex::encode(shake), expected);
        let shake = digest(HashAlgorithm::Shake256, b"");
        let expected = "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762fd75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be";
        assert_eq!(hex::encode(shake), expected);
    }
}
