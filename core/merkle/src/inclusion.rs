//! Proof that a leaf is in a tree.

use crate::error::{ProofError, ProveError};
use crate::hash::{Hash, node_hash};
use crate::index::{LeafIndex, NodeId, TreeSize};
use crate::subtree::{split, subtree_hash};

/// A claim that a leaf is in a tree: the hashes beside the way to the root
/// (RFC 9162 section 2.1.3), the leaf's sibling first.
///
/// Holding one proves nothing: [`Self::verify`] does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InclusionProof {
    leaf_index: LeafIndex,
    tree_size: TreeSize,
    hashes: Vec<Hash>,
}

impl InclusionProof {
    /// A proof as received; nothing is checked.
    #[must_use]
    pub const fn new(leaf_index: LeafIndex, tree_size: TreeSize, hashes: Vec<Hash>) -> Self {
        Self {
            leaf_index,
            tree_size,
            hashes,
        }
    }

    /// The position of the leaf.
    #[must_use]
    pub const fn leaf_index(&self) -> LeafIndex {
        self.leaf_index
    }

    /// The size of the tree.
    #[must_use]
    pub const fn tree_size(&self) -> TreeSize {
        self.tree_size
    }

    /// The hashes, the leaf's sibling first.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Checks that the tree of this size with this root has this leaf at this
    /// position (RFC 9162 section 2.1.3.2).
    ///
    /// Who vouches for root and size is not checked: a ragged tree's proof may
    /// lead to the same root under another size, so take both from one place.
    ///
    /// # Errors
    ///
    /// The rule that the proof breaks; [`ProofError::RootMismatch`] if it is
    /// well formed and leads elsewhere.
    pub fn verify(&self, leaf_hash: &Hash, root: &Hash) -> Result<(), ProofError> {
        let actual = self.fold(leaf_hash)?;
        if actual != *root {
            let expected = *root;
            return Err(ProofError::RootMismatch { expected, actual });
        }
        Ok(())
    }

    /// The root that the proof leads to.
    fn fold(&self, leaf_hash: &Hash) -> Result<Hash, ProofError> {
        check_index(self.leaf_index, self.tree_size)?;
        let hashes = self.hashes.len();
        let mut node = self.leaf_index.get();
        let mut last = self.tree_size.get() - 1;
        let mut hash = *leaf_hash;
        for sibling in &self.hashes {
            if last == 0 {
                return Err(ProofError::ProofTooLong { hashes });
            }
            if node & 1 == 1 || node == last {
                hash = node_hash(sibling, &hash);
                // A ragged right edge climbs without siblings until it turns.
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node_hash(&hash, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        if last != 0 {
            return Err(ProofError::ProofTooShort { hashes });
        }
        Ok(hash)
    }
}

/// Makes the proof that a leaf is in a tree (RFC 9162 section 2.1.3.1).
///
/// `fetch` is asked only for complete subtrees of the tree; the ragged nodes
/// on its right edge are folded from those. For a leaf appended since an
/// older tree, these are peaks of that tree or were completed since, so a
/// batch proves its own leaves without reading anything.
///
/// # Errors
///
/// [`ProofError::IndexBeyondTree`] if there is no such leaf, or what `fetch`
/// failed with.
pub fn prove_inclusion<E>(
    leaf_index: LeafIndex,
    tree_size: TreeSize,
    mut fetch: impl FnMut(NodeId) -> Result<Hash, E>,
) -> Result<InclusionProof, ProveError<E>> {
    check_index(leaf_index, tree_size)?;
    let (mut start, mut end) = (0, tree_size.get());
    let mut hashes = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        let sibling = if leaf_index.get() < middle {
            let right = (middle, end);
            end = middle;
            right
        } else {
            let left = (start, middle);
            start = middle;
            left
        };
        let hash = subtree_hash(sibling.0, sibling.1, &mut fetch).map_err(ProveError::Fetch)?;
        hashes.push(hash);
    }
    hashes.reverse();
    Ok(InclusionProof::new(leaf_index, tree_size, hashes))
}

const fn check_index(leaf_index: LeafIndex, tree_size: TreeSize) -> Result<(), ProofError> {
    if leaf_index.get() >= tree_size.get() {
        return Err(ProofError::IndexBeyondTree {
            leaf_index,
            tree_size,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
