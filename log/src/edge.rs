//! The nodes that a batch added, and those it was added to.

use meridian_merkle::hash::Hash;
use meridian_merkle::index::NodeId;

/// The peaks of a tree and every subtree that its next leaves complete: all
/// that an inclusion proof of those leaves, and the consistency proof from that
/// tree, can ask for.
#[derive(Debug, Default)]
pub(crate) struct Edge {
    /// By level. On each level the nodes follow each other without a gap: at
    /// most one peak, then what was completed to the right of it.
    levels: Vec<Run>,
}

#[derive(Debug, Default)]
struct Run {
    first: u64,
    hashes: Vec<Hash>,
}

/// No node of the right edge, which no proof of the batch asks for.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("node {id} is not on the right edge")]
pub struct NotOnEdge {
    /// The node that was asked for.
    pub id: NodeId,
}

impl Edge {
    pub(crate) fn new(peaks: impl Iterator<Item = (NodeId, Hash)>) -> Self {
        let mut edge = Self::default();
        for (id, hash) in peaks {
            edge.add(id, hash);
        }
        edge
    }

    /// Adds the node that follows the last one of its level.
    pub(crate) fn add(&mut self, id: NodeId, hash: Hash) {
        let level = usize::from(id.level());
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Run::default);
        }
        if let Some(run) = self.levels.get_mut(level) {
            if run.hashes.is_empty() {
                run.first = id.index();
            }
            run.hashes.push(hash);
        }
    }

    pub(crate) fn get(&self, id: NodeId) -> Result<Hash, NotOnEdge> {
        self.find(id).ok_or(NotOnEdge { id })
    }

    fn find(&self, id: NodeId) -> Option<Hash> {
        let run = self.levels.get(usize::from(id.level()))?;
        let at = usize::try_from(id.index().checked_sub(run.first)?).ok()?;
        run.hashes.get(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use meridian_merkle::consistency::prove_consistency;
    use meridian_merkle::frontier::Frontier;
    use meridian_merkle::hash::leaf_hash;
    use meridian_merkle::inclusion::prove_inclusion;
    use meridian_merkle::index::{LeafIndex, TreeSize};

    use super::*;

    #[test]
    fn proves_every_new_leaf_and_the_growth_for_every_size() {
        for old in 0..40 {
            for added in 1..20 {
                let mut tree = Frontier::new();
                let leaf = |index: u64| leaf_hash(&index.to_be_bytes());
                (0..old).for_each(|index| drop(tree.push(leaf(index))));
                let old_root = tree.root();
                let mut edge = Edge::new(tree.peaks());
                for index in old..old + added {
                    for (id, hash) in tree.push(leaf(index)) {
                        edge.add(id, hash);
                    }
                }
                let size = tree.size();
                for index in old..old + added {
                    let at = LeafIndex::new(index);
                    let proof = prove_inclusion(at, size, |id| edge.get(id)).unwrap();
                    proof.verify(&leaf(index), &tree.root()).unwrap();
                }
                let proof = prove_consistency(TreeSize::new(old), size, |id| edge.get(id));
                proof.unwrap().verify(&old_root, &tree.root()).unwrap();
            }
        }
    }

    #[test]
    fn has_no_node_left_of_the_edge() {
        let edge = Edge::new([(NodeId::new(0, 6), leaf_hash(b"x"))].into_iter());
        for id in [NodeId::new(0, 5), NodeId::new(0, 7), NodeId::new(1, 0)] {
            assert_eq!(edge.get(id), Err(NotOnEdge { id }));
        }
    }
}
