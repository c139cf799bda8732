//! The hash of a leaf, of a node, and of the empty tree.

use core::fmt;

use sha2::{Digest, Sha256};

/// Length of a SHA-256 hash in octets.
pub const HASH_LEN: usize = 32;

/// The first octet of what is hashed for a leaf (RFC 9162 section 2.1.1).
const LEAF_PREFIX: [u8; 1] = [0x00];

/// The first octet of what is hashed for a node (RFC 9162 section 2.1.1).
const NODE_PREFIX: [u8; 1] = [0x01];

/// The root of the tree without leaves: SHA-256 of nothing (RFC 9162 section 2.1.1).
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// A SHA-256 hash in a Merkle tree: of a leaf, a node or a whole tree.
///
/// Which of the three it is, and of which tree, is not part of the value.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Hash([u8; HASH_LEN]);

impl Hash {
    /// Takes 32 octets as a hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; HASH_LEN]) -> Self {
        Self(bytes)
    }

    /// The 32 octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; HASH_LEN] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// The hash of a leaf: SHA-256(0x00 ‖ entry), RFC 9162 section 2.1.1.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update(LEAF_PREFIX);
    sha.update(entry);
    Hash(sha.finalize().into())
}

/// The hash of a node: SHA-256(0x01 ‖ left ‖ right), RFC 9162 section 2.1.1.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut sha = Sha256::new();
    sha.update(NODE_PREFIX);
    sha.update(left.0);
    sha.update(right.0);
    Hash(sha.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_root_is_sha256_of_nothing() {
        assert_eq!(EMPTY_ROOT.0, <[u8; 32]>::from(Sha256::digest([])));
    }

    #[test]
    fn a_leaf_that_looks_like_a_node_hashes_differently() {
        let (left, right) = (leaf_hash(b"l"), leaf_hash(b"r"));
        let posing = [left.0, right.0].concat();
        assert_ne!(leaf_hash(&posing), node_hash(&left, &right));
        assert_ne!(node_hash(&left, &right), node_hash(&right, &left));
    }

    #[test]
    fn displays_lower_case_hex() {
        assert_eq!(
            EMPTY_ROOT.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
