//! Proof that a run of leaves is in a tree: subtrees, as Merkle Tree Certificates have them
//! (draft-ietf-plants-merkle-tree-certs section 4). C2SP tlog-mirror and the cosigning of
//! subtrees in tlog-witness speak of them.

use crate::consistency::growth_hashes;
use crate::error::{ProofError, ProveError};
use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::inclusion::{InclusionProof, prove_inclusion};
use crate::index::{LeafIndex, NodeId, TreeSize};
use crate::subtree::subtree_hash;

/// The leaves from `start` to before `end`, where `start` is a multiple of the smallest power of
/// two that is at least `end - start`: what can be a whole node of a tree, now or earlier.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Subtree {
    start: u64,
    end: u64,
}

impl Subtree {
    /// The leaves from `start` to before `end`. None at all is a subtree, too.
    ///
    /// # Errors
    ///
    /// [`ProofError::NoSubtree`] if no tree has them as one node.
    pub fn new(start: LeafIndex, end: LeafIndex) -> Result<Self, ProofError> {
        let leaves = end.get().checked_sub(start.get());
        let width = leaves.and_then(u64::checked_next_power_of_two);
        if width.is_none_or(|width| !start.get().is_multiple_of(width)) {
            return Err(ProofError::NoSubtree { start, end });
        }
        let (start, end) = (start.get(), end.get());
        Ok(Self { start, end })
    }

    /// The position of its first leaf.
    #[must_use]
    pub const fn start(&self) -> LeafIndex {
        LeafIndex::new(self.start)
    }

    /// The position after that of its last leaf.
    #[must_use]
    pub const fn end(&self) -> LeafIndex {
        LeafIndex::new(self.end)
    }

    /// The number of its leaves.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        TreeSize::new(self.end - self.start)
    }

    /// The root of the tree of these leaves alone. `fetch` is asked for complete subtrees only.
    ///
    /// # Errors
    ///
    /// What `fetch` failed with.
    pub fn hash<E>(&self, mut fetch: impl FnMut(NodeId) -> Result<Hash, E>) -> Result<Hash, E> {
        subtree_hash(self.start, self.end, &mut fetch)
    }

    /// Makes the proof that one of these leaves is in the tree of these leaves alone: its index
    /// and size are counted from the start of the subtree.
    ///
    /// # Errors
    ///
    /// [`ProofError::IndexBeyondTree`] if it is not one of them, or what `fetch` failed with.
    pub fn prove_inclusion<E>(
        &self,
        leaf: LeafIndex,
        mut fetch: impl FnMut(NodeId) -> Result<Hash, E>,
    ) -> Result<InclusionProof, ProveError<E>> {
        let tree_size = self.size();
        let within = leaf.get().checked_sub(self.start).map(LeafIndex::new);
        let within = within.ok_or(ProofError::IndexBeyondTree {
            leaf_index: leaf,
            tree_size,
        })?;
        prove_inclusion(within, tree_size, |id| {
            // `start` is a multiple of all that a node of the subtree covers.
            let before = self.start >> id.level();
            fetch(NodeId::new(id.level(), before + id.index()))
        })
    }
}

/// A claim that a subtree is in a tree. Holding one proves nothing: [`Self::verify`] does.
///
/// With a subtree that starts at 0 it is the consistency proof of RFC 9162.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SubtreeProof {
    subtree: Subtree,
    tree_size: TreeSize,
    hashes: Vec<Hash>,
}

impl SubtreeProof {
    /// A proof as received; nothing is checked.
    #[must_use]
    pub const fn new(subtree: Subtree, tree_size: TreeSize, hashes: Vec<Hash>) -> Self {
        Self {
            subtree,
            tree_size,
            hashes,
        }
    }

    /// The hashes.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Checks that the tree with this root has the subtree with this hash (section 4.4.3). Who
    /// vouches for the root is not checked.
    ///
    /// # Errors
    ///
    /// The rule that the proof breaks; [`ProofError::OldRootMismatch`] (of the subtree) or
    /// [`ProofError::RootMismatch`] if it is well formed and leads elsewhere.
    pub fn verify(&self, subtree_hash: &Hash, root: &Hash) -> Result<(), ProofError> {
        check_within(self.subtree, self.tree_size)?;
        let (subtree, tree) = self.fold(subtree_hash, root)?;
        if subtree != *subtree_hash {
            return Err(ProofError::OldRootMismatch {
                expected: *subtree_hash,
                actual: subtree,
            });
        }
        if tree != *root {
            return Err(ProofError::RootMismatch {
                expected: *root,
                actual: tree,
            });
        }
        Ok(())
    }

    /// The two hashes that the proof leads to.
    fn fold(&self, subtree_hash: &Hash, root: &Hash) -> Result<(Hash, Hash), ProofError> {
        let count = self.hashes.len();
        let too_short = ProofError::ProofTooShort { hashes: count };
        let too_long = ProofError::ProofTooLong { hashes: count };
        let Subtree { start, end } = self.subtree;
        if start == end {
            return match count {
                0 => Ok((EMPTY_ROOT, *root)),
                _ => Err(too_long),
            };
        }
        // First and last node below the subtree, last node of the tree, all on one level.
        let (mut first, mut node, mut last) = (start, end - 1, self.tree_size.get() - 1);
        let is_last = node == last;
        while first != node && (is_last || node & 1 == 1) {
            (first, node, last) = (first >> 1, node >> 1, last >> 1);
        }
        let mut hashes = self.hashes.iter();
        let begin = match first == node {
            true => subtree_hash,
            false => hashes.next().ok_or(too_short)?,
        };
        let (mut subtree, mut tree) = (*begin, *begin);
        for hash in hashes {
            if last == 0 {
                return Err(too_long);
            }
            if node & 1 == 1 || node == last {
                if first < node {
                    subtree = node_hash(hash, &subtree);
                }
                tree = node_hash(hash, &tree);
                while node & 1 == 0 {
                    (first, node, last) = (first >> 1, node >> 1, last >> 1);
                }
            } else {
                tree = node_hash(&tree, hash);
            }
            (first, node, last) = (first >> 1, node >> 1, last >> 1);
        }
        if last != 0 {
            return Err(too_short);
        }
        Ok((subtree, tree))
    }
}

/// Makes the proof that a subtree is in a tree (section 4.4.1). `fetch` is asked for complete
/// subtrees only.
///
/// # Errors
///
/// [`ProofError::IndexBeyondTree`] if the tree does not have all its leaves, or what `fetch`
/// failed with.
pub fn prove_subtree<E>(
    subtree: Subtree,
    tree_size: TreeSize,
    fetch: impl FnMut(NodeId) -> Result<Hash, E>,
) -> Result<SubtreeProof, ProveError<E>> {
    check_within(subtree, tree_size)?;
    let hashes = growth_hashes(subtree.start, subtree.end, tree_size.get(), fetch);
    let hashes = hashes.map_err(ProveError::Fetch)?;
    Ok(SubtreeProof::new(subtree, tree_size, hashes))
}

fn check_within(subtree: Subtree, tree_size: TreeSize) -> Result<(), ProofError> {
    if subtree.end > tree_size.get() {
        let leaf_index = LeafIndex::new(subtree.end - 1);
        return Err(ProofError::IndexBeyondTree {
            leaf_index,
            tree_size,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
