//! Reads the published proofs.

use meridian_rfc_vectors::body::Fields;
use meridian_rfc_vectors::header::{Expect, Kind};
use meridian_rfc_vectors::vector::{Vector, load};

use crate::hash::Hash;

/// A published proof, as its fields say it.
pub(crate) struct Published<'a>(&'a Fields);

impl Published<'_> {
    pub(crate) fn number(&self, name: &'static str) -> u64 {
        self.0.number(name).unwrap()
    }

    pub(crate) fn hash(&self, name: &'static str) -> Hash {
        hash(self.0.octets(name).unwrap())
    }

    pub(crate) fn proof(&self) -> Vec<Hash> {
        self.0
            .all_octets("hash")
            .unwrap()
            .into_iter()
            .map(hash)
            .collect()
    }
}

fn hash(octets: Vec<u8>) -> Hash {
    Hash::from_bytes(octets.try_into().unwrap())
}

/// Has every proof of this kind judged, and compares with what is published.
/// Returns how many there are.
pub(crate) fn judge_all(kind: Kind, verifies: impl Fn(&Published<'_>) -> bool) -> usize {
    let vectors = load("rfc9162").unwrap();
    let vectors = vectors.iter().filter(|vector| vector.kind == kind);
    let judge = |vector: &Vector| {
        let published = Published(vector.body.fields().unwrap());
        let expected = vector.expect == Expect::VerifyOk;
        assert_eq!(verifies(&published), expected, "{}", vector.name);
    };
    vectors.map(judge).count()
}
