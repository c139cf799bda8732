//! Why a proof was refused or could not be made.

use crate::hash::Hash;
use crate::index::{LeafIndex, TreeSize};

/// The rule of RFC 9162 section 2.1 that a proof, or the question, breaks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofError {
    /// The leaf is not in a tree of this size.
    #[error("leaf {leaf_index} is beyond a tree of {tree_size} leaves")]
    IndexBeyondTree {
        /// The leaf asked for.
        leaf_index: LeafIndex,
        /// The size of the tree.
        tree_size: TreeSize,
    },
    /// The older tree has more leaves than the newer one.
    #[error("the older tree has {old} leaves, the newer only {new}")]
    OldBeyondNew {
        /// Size of the tree said to be older.
        old: TreeSize,
        /// Size of the tree said to be newer.
        new: TreeSize,
    },
    /// No tree has these leaves as one node.
    #[error("no tree has the leaves from {start} to before {end} as one node")]
    NoSubtree {
        /// The first leaf.
        start: LeafIndex,
        /// The one after the last leaf.
        end: LeafIndex,
    },
    /// The tree is larger than [`TreeSize::MAX`].
    #[error("a tree of {tree_size} leaves is larger than {}", TreeSize::MAX)]
    TreeTooLarge {
        /// The size of the tree.
        tree_size: TreeSize,
    },
    /// Hashes are left over when the root is reached.
    #[error("the proof has {hashes} hashes, more than it needs")]
    ProofTooLong {
        /// Number of hashes in the proof.
        hashes: usize,
    },
    /// The hashes end before the root is reached.
    #[error("the proof has {hashes} hashes, fewer than it needs")]
    ProofTooShort {
        /// Number of hashes in the proof.
        hashes: usize,
    },
    /// The number of peaks is not that of a tree of this size.
    #[error("a tree of {tree_size} leaves has {expected} peaks, not {actual}")]
    PeakCount {
        /// The size of the tree.
        tree_size: TreeSize,
        /// The number of one bits in the size.
        expected: usize,
        /// The number of peaks given.
        actual: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to root {actual}, not {expected}")]
    RootMismatch {
        /// The root that was to be reached.
        expected: Hash,
        /// The root that was reached.
        actual: Hash,
    },
    /// The consistency proof starts from another older tree.
    #[error("the proof starts from root {actual}, not {expected}")]
    OldRootMismatch {
        /// The older root that was to be reached.
        expected: Hash,
        /// The older root that was reached.
        actual: Hash,
    },
}

/// Why a proof could not be made.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProveError<E> {
    /// The question has no answer.
    #[error(transparent)]
    Question(#[from] ProofError),
    /// The hash of a subtree could not be had.
    #[error("the hash of a subtree could not be read")]
    Fetch(#[source] E),
}
