//! The right edge of a growing tree: all that appending a leaf needs.

use crate::error::ProofError;
use crate::hash::{Hash, node_hash};
use crate::index::{NodeId, TreeSize};
use crate::subtree::{complete_subtrees, fold};

/// The complete subtrees of a tree, the largest first: its peaks.
///
/// Appending costs one node hash on average and reads nothing of the tree.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Frontier {
    size: u64,
    // One hash for each one bit of `size`, the highest bit first.
    peaks: Vec<Hash>,
}

/// The subtrees of a tree that are complete and in no larger complete one, the
/// largest first: what [`Frontier::from_peaks`] takes, in its order.
#[must_use]
pub fn peak_ids(size: TreeSize) -> Vec<NodeId> {
    complete_subtrees(0, size.get()).collect()
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree of `size` leaves with these peaks, in the order of [`peak_ids`].
    ///
    /// Whether the peaks are the right ones is not checked: compare
    /// [`Self::root`] with a root that is trusted.
    ///
    /// # Errors
    ///
    /// [`ProofError::PeakCount`] if the number of peaks is not that of a tree
    /// of this size, [`ProofError::TreeTooLarge`] above [`TreeSize::MAX`].
    pub fn from_peaks(size: TreeSize, peaks: Vec<Hash>) -> Result<Self, ProofError> {
        if size > TreeSize::MAX {
            return Err(ProofError::TreeTooLarge { tree_size: size });
        }
        let expected = peak_ids(size).len();
        if peaks.len() != expected {
            return Err(ProofError::PeakCount {
                tree_size: size,
                expected,
                actual: peaks.len(),
            });
        }
        let size = size.get();
        Ok(Self { size, peaks })
    }

    /// Appends a leaf and returns every subtree that it completes: first the
    /// leaf itself, then its parents upwards.
    pub fn push(&mut self, leaf: Hash) -> Vec<(NodeId, Hash)> {
        let mut level = 0;
        let mut index = self.size;
        let mut hash = leaf;
        let mut completed = vec![(NodeId::new(level, index), hash)];
        // A one bit of the old size is a left sibling that waited for us.
        while index & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            level += 1;
            index >>= 1;
            completed.push((NodeId::new(level, index), hash));
        }
        self.peaks.push(hash);
        self.size += 1;
        completed
    }

    /// The root of the tree: MTH of RFC 9162 section 2.1.1.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(self.peaks.iter().copied())
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        TreeSize::new(self.size)
    }

    /// The peaks, the largest first.
    pub fn peaks(&self) -> impl Iterator<Item = (NodeId, Hash)> {
        complete_subtrees(0, self.size).zip(self.peaks.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{EMPTY_ROOT, leaf_hash};
    use crate::subtree::naive;

    #[test]
    fn the_root_after_each_push_is_the_defined_one() {
        let d = naive::leaves(140);
        let mut frontier = Frontier::new();
        assert_eq!(frontier.root(), EMPTY_ROOT);
        for (i, entry) in d.iter().enumerate() {
            frontier.push(leaf_hash(entry));
            assert_eq!(frontier.root(), naive::mth(&d[..=i]));
            assert_eq!(frontier.size().get(), u64::try_from(i + 1).unwrap());
        }
    }

    #[test]
    fn the_reference_tree_has_the_published_roots() {
        let vectors = meridian_rfc_vectors::vector::load("rfc9162").unwrap();
        let tree = vectors.iter().find(|v| v.name == "roots").unwrap();
        let fields = tree.body.fields().unwrap();
        let roots = fields.all_octets("root").unwrap();
        assert_eq!(roots.len(), 9);
        let mut frontier = Frontier::new();
        let mut leaves = fields.all_octets("leaf").unwrap().into_iter();
        for root in roots {
            assert_eq!(frontier.root().as_bytes().as_slice(), root);
            leaves
                .next()
                .into_iter()
                .for_each(|entry| drop(frontier.push(leaf_hash(&entry))));
        }
    }

    #[test]
    fn pushes_complete_each_subtree_exactly_once() {
        let d = naive::leaves(64);
        let mut frontier = Frontier::new();
        let mut completed: Vec<_> = d
            .iter()
            .flat_map(|entry| frontier.push(leaf_hash(entry)))
            .collect();
        for (id, hash) in &completed {
            assert_eq!(naive::node(&d, *id), Ok(*hash));
        }
        completed.sort_unstable();
        completed.dedup();
        assert_eq!(completed.len(), 127);
    }

    #[test]
    fn reopens_from_its_own_peaks() {
        let mut frontier = Frontier::new();
        for entry in naive::leaves(70) {
            let (ids, peaks): (Vec<_>, Vec<_>) = frontier.peaks().unzip();
            assert_eq!(ids, peak_ids(frontier.size()));
            assert_eq!(
                Frontier::from_peaks(frontier.size(), peaks),
                Ok(frontier.clone())
            );
            frontier.push(leaf_hash(&entry));
        }
    }

    #[test]
    fn rejects_a_peak_too_many() {
        assert_eq!(
            Frontier::from_peaks(TreeSize::new(4), vec![EMPTY_ROOT; 2]),
            Err(ProofError::PeakCount {
                tree_size: TreeSize::new(4),
                expected: 1,
                actual: 2
            })
        );
    }

    #[test]
    fn rejects_a_tree_that_could_outgrow_its_counter() {
        let tree_size = TreeSize::new(TreeSize::MAX.get() + 1);
        assert_eq!(
            Frontier::from_peaks(tree_size, vec![EMPTY_ROOT]),
            Err(ProofError::TreeTooLarge { tree_size })
        );
    }
}
