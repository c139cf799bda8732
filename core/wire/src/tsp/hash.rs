//! [`HashAlgorithm`]: the digests that a time-stamp can be about.

use crate::oid::{self, ObjectIdentifier};

/// A hash algorithm, those included that are named only to be refused.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "who maps them must choose for each"
)]
pub enum HashAlgorithm {
    /// FIPS 180-4.
    Sha256,
    /// FIPS 180-4.
    Sha384,
    /// FIPS 180-4.
    Sha512,
    /// FIPS 180-4.
    Sha512_256,
    /// FIPS 202.
    Sha3_256,
    /// FIPS 202.
    Sha3_384,
    /// FIPS 202.
    Sha3_512,
    /// Collisions are made.
    Sha1,
    /// Collisions are made.
    Md5,
    /// 112 bits of collision resistance.
    Sha224,
    /// 112 bits of collision resistance.
    Sha3_224,
    /// 80 bits of collision resistance.
    Ripemd160,
    /// 256 bits of output (RFC 8702 section 3.1). Met under signatures of other authorities.
    Shake128,
    /// 512 bits of output (RFC 8702 section 3.1).
    Shake256,
}

/// What an authority stamps: the strong ones of TS 119 312 and SHA-3.
pub const ACCEPTED: &[HashAlgorithm] = &[
    HashAlgorithm::Sha256,
    HashAlgorithm::Sha384,
    HashAlgorithm::Sha512,
    HashAlgorithm::Sha512_256,
    HashAlgorithm::Sha3_256,
    HashAlgorithm::Sha3_384,
    HashAlgorithm::Sha3_512,
];

/// All that have a name here.
pub const KNOWN: &[HashAlgorithm] = &[
    HashAlgorithm::Sha256,
    HashAlgorithm::Sha384,
    HashAlgorithm::Sha512,
    HashAlgorithm::Sha512_256,
    HashAlgorithm::Sha3_256,
    HashAlgorithm::Sha3_384,
    HashAlgorithm::Sha3_512,
    HashAlgorithm::Sha1,
    HashAlgorithm::Md5,
    HashAlgorithm::Sha224,
    HashAlgorithm::Sha3_224,
    HashAlgorithm::Ripemd160,
    HashAlgorithm::Shake128,
    HashAlgorithm::Shake256,
];

impl HashAlgorithm {
    /// Object identifier.
    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        self.row().0
    }

    /// Octets of a digest.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        self.row().1
    }

    /// Name for command lines, JSON and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().2
    }

    /// The algorithm with this object identifier.
    #[must_use]
    pub fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        KNOWN.iter().copied().find(|hash| hash.oid() == *oid)
    }

    /// The algorithm with this name, in any case of letters.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let same = |hash: &Self| hash.name().eq_ignore_ascii_case(name);
        KNOWN.iter().copied().find(same)
    }

    /// Whether collisions are within reach today, or soon. A weak one is refused in requests.
    #[must_use]
    pub const fn is_weak(self) -> bool {
        self.digest_len() < 32
    }

    const fn row(self) -> (ObjectIdentifier, usize, &'static str) {
        match self {
            Self::Sha256 => (oid::SHA_256, 32, "sha256"),
            Self::Sha384 => (oid::SHA_384, 48, "sha384"),
            Self::Sha512 => (oid::SHA_512, 64, "sha512"),
            Self::Sha512_256 => (oid::SHA_512_256, 32, "sha512-256"),
            Self::Sha3_256 => (oid::SHA3_256, 32, "sha3-256"),
            Self::Sha3_384 => (oid::SHA3_384, 48, "sha3-384"),
            Self::Sha3_512 => (oid::SHA3_512, 64, "sha3-512"),
            Self::Sha1 => (oid::SHA_1, 20, "sha1"),
            Self::Md5 => (oid::MD5, 16, "md5"),
            Self::Sha224 => (oid::SHA_224, 28, "sha224"),
            Self::Sha3_224 => (oid::SHA3_224, 28, "sha3-224"),
            Self::Ripemd160 => (oid::RIPEMD_160, 20, "ripemd160"),
            Self::Shake128 => (oid::SHAKE128, 32, "shake128"),
            Self::Shake256 => (oid::SHAKE256, 64, "shake256"),
        }
    }
}

impl std::fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oid_and_name_lead_back_to_the_algorithm() {
        for hash in KNOWN {
            assert_eq!(HashAlgorithm::from_oid(&hash.oid()), Some(*hash));
            assert_eq!(HashAlgorithm::from_name(hash.name()), Some(*hash));
        }
        assert_eq!(
            HashAlgorithm::from_name("SHA256"),
            Some(HashAlgorithm::Sha256)
        );
        assert_eq!(HashAlgorithm::from_name("sha257"), None);
    }

    #[test]
    fn nothing_weak_is_accepted() {
        assert!(ACCEPTED.iter().all(|hash| !hash.is_weak()));
        assert!(HashAlgorithm::Sha224.is_weak() && HashAlgorithm::Ripemd160.is_weak());
    }
}
