//! RFC 9162 Merkle tree hashing and proofs: pure functions over hashes.
//!
//! Every function cites the section that it implements. Nothing here reads a
//! file, knows what a leaf means, or trusts a proof that it has not folded.

pub mod consistency;
pub mod error;
pub mod frontier;
pub mod hash;
pub mod inclusion;
pub mod index;
#[cfg(test)]
mod published;
mod subtree;
pub mod subtree_proof;
