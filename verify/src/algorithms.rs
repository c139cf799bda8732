//! Until when an algorithm could be relied on: a table of dates, not code.
//!
//! Values of ETSI TS 119 312 v1.5.1 as VERIFY 1.7 quotes them, each the first day on which
//! the algorithm is no longer good. EdDSA and SHA-3 are not in that table; they are
//! treated like ECDSA on P-256 and SHA-2 of the same length, which is our addition.

use meridian_wire::time::{Civil, UnixMicros};
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::crypto::key::PublicKey;
use crate::crypto::rsa::modulus_bits;
use crate::crypto::scheme::Scheme;

/// Year, month, day.
type Date = (i32, u32, u32);

/// Digests whose collision resistance ended or will end.
const HASH_ENDS: &[(HashAlgorithm, Date)] = &[
    (HashAlgorithm::Md5, (2004, 8, 1)),
    (HashAlgorithm::Sha1, (2012, 8, 1)),
    (HashAlgorithm::Ripemd160, (2014, 8, 1)),
    (HashAlgorithm::Sha224, (2029, 1, 1)),
    (HashAlgorithm::Sha3_224, (2029, 1, 1)),
];

/// RSA moduli of fewer bits than the number, by ascending number.
const RSA_ENDS: &[(usize, Date)] = &[
    (1024, (2010, 8, 1)),
    (1900, (2019, 10, 1)),
    (3000, (2029, 1, 1)),
];

/// RSASSA-PKCS1-v1_5 with a modulus of any size.
const RSA_PKCS1_END: Date = (2029, 1, 1);

/// Where an algorithm is relied on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Use {
    /// For what: "the data's digest".
    pub(crate) purpose: String,
    /// What: "sha1".
    pub(crate) algorithm: String,
    /// The first day on which it is no longer good.
    pub(crate) ends: Option<UnixMicros>,
}

impl Use {
    /// A digest whose collisions would matter. Not for ESSCertID: there only a second
    /// preimage would, and none is known even for MD5.
    pub(crate) fn of_hash(purpose: impl Into<String>, hash: HashAlgorithm) -> Self {
        Self {
            purpose: purpose.into(),
            algorithm: hash.to_string(),
            ends: hash_end(hash),
        }
    }

    /// A signature: its digest, its key, its padding; the earliest end counts.
    pub(crate) fn of_signature(
        purpose: impl Into<String>,
        scheme: &Scheme,
        key: &PublicKey,
    ) -> Self {
        let padding = match scheme {
            Scheme::RsaPkcs1(_) => start_of(RSA_PKCS1_END),
            _ => None,
        };
        let ends = [scheme.hash().and_then(hash_end), key_end(key), padding];
        Self {
            purpose: purpose.into(),
            algorithm: format!("{} ({})", scheme.describe(), key.describe()),
            ends: ends.into_iter().flatten().min(),
        }
    }

    pub(crate) fn is_good_at(&self, at: UnixMicros) -> bool {
        self.ends.is_none_or(|ends| at < ends)
    }
}

fn hash_end(hash: HashAlgorithm) -> Option<UnixMicros> {
    let (_, date) = HASH_ENDS.iter().find(|(weak, _)| *weak == hash)?;
    start_of(*date)
}

fn key_end(key: &PublicKey) -> Option<UnixMicros> {
    let PublicKey::Rsa(key) = key else {
        return None;
    };
    let bits = modulus_bits(key);
    let (_, date) = RSA_ENDS.iter().find(|(below, _)| bits < *below)?;
    start_of(*date)
}

fn start_of(date: Date) -> Option<UnixMicros> {
    UnixMicros::from_civil(Civil::new(date, (0, 0, 0), 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(date: Date) -> UnixMicros {
        start_of(date).unwrap()
    }

    #[test]
    fn every_date_of_the_table_exists() {
        for (_, date) in HASH_ENDS {
            assert!(start_of(*date).is_some());
        }
        for (_, date) in RSA_ENDS {
            assert!(start_of(*date).is_some());
        }
        assert!(start_of(RSA_PKCS1_END).is_some());
    }

    #[test]
    fn sha_1_is_good_until_the_last_day_of_july_2012() {
        let sha1 = Use::of_hash("the data's digest", HashAlgorithm::Sha1);
        assert!(sha1.is_good_at(at((2012, 7, 31))));
        assert!(!sha1.is_good_at(at((2012, 8, 1))));
    }

    #[test]
    fn sha_2_of_256_bits_has_no_end_yet() {
        assert_eq!(Use::of_hash("", HashAlgorithm::Sha256).ends, None);
    }
}
