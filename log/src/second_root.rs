//! The root of a batch, computed a second time by different means.
//!
//! A bit that flips in a hash on its way makes a log that no one can verify
//! any more (it has happened: Yeti 2022). So before a root is signed it is
//! computed again, sharing no function with `meridian-merkle`, with the other
//! SHA-256 engine, from nodes *read back from the store* and from the octets of
//! the leaves. What is not checked: that the leaves say what they should.

use aws_lc_rs::digest::{Context, SHA256};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};

use crate::store::{Row, Store, StoreError};

type Digest = [u8; 32];

/// Why there is no second root.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum SecondRootError {
    /// The store failed.
    #[error("the right edge could not be read back")]
    Store(#[from] StoreError),
    /// The store has lost a row of the right edge.
    #[error("{0} is missing")]
    Missing(Row),
}

/// A complete subtree: how many levels it has above its leaves, and its hash.
struct Peak {
    level: u32,
    hash: Digest,
}

/// The root after `leaves` are appended to the tree of `old` leaves in `store`.
pub(crate) fn second_root<'a>(
    store: &dyn Store,
    old: TreeSize,
    leaves: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Digest, SecondRootError> {
    let mut stack = read_edge(store, old)?;
    for leaf in leaves {
        stack.push(Peak {
            level: 0,
            hash: hash(0, leaf, &[]),
        });
        merge(&mut stack);
    }
    let mut right_to_left = stack.into_iter().rev();
    let Some(last) = right_to_left.next() else {
        return Ok(hash_of(&[]));
    };
    Ok(right_to_left.fold(last.hash, |right, peak| hash(1, &peak.hash, &right)))
}

/// The complete subtrees that a tree of `size` leaves consists of.
fn read_edge(store: &dyn Store, size: TreeSize) -> Result<Vec<Peak>, SecondRootError> {
    let size = size.get();
    let mut stack = Vec::new();
    // Binary digits of the size, the highest first: one subtree for each one.
    for level in (0..u64::BITS).rev() {
        let index = size >> level;
        if index.is_multiple_of(2) {
            continue;
        }
        // `index` counts the subtrees of this level; ours is the last of them.
        let index = index - 1;
        let hash = if level == 0 {
            let index = LeafIndex::new(index);
            let leaf = store.leaf(index)?;
            let leaf = leaf.ok_or(SecondRootError::Missing(Row::Leaf(index)))?;
            hash(0, &leaf, &[])
        } else {
            let id = NodeId::new(u8::try_from(level).unwrap_or(u8::MAX), index);
            let node = store.node(id)?;
            let node = node.ok_or(SecondRootError::Missing(Row::Node(id)))?;
            *node.as_bytes()
        };
        stack.push(Peak { level, hash });
    }
    Ok(stack)
}

/// Joins equal neighbours at the top of the stack until none are left.
fn merge(stack: &mut Vec<Peak>) {
    while let [.., left, right] = stack.as_slice() {
        if left.level != right.level {
            return;
        }
        let parent = Peak {
            level: left.level + 1,
            hash: hash(1, &left.hash, &right.hash),
        };
        stack.truncate(stack.len() - 2);
        stack.push(parent);
    }
}

fn hash(prefix: u8, first: &[u8], second: &[u8]) -> Digest {
    hash_of(&[&[prefix], first, second])
}

fn hash_of(parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use meridian_merkle::frontier::Frontier;
    use meridian_merkle::hash::leaf_hash;
    use meridian_wire::time::UnixMicros;

    use super::*;
    use crate::state::StoredState;
    use crate::store::CommitBatch;
    use crate::store::mem::MemStore;

    fn leaf(index: u64) -> Vec<u8> {
        format!("leaf {index}").into_bytes()
    }

    /// A store with the rows of `size` leaves, and the tree over them.
    fn grown(size: u64) -> (MemStore, Frontier) {
        let mut tree = Frontier::new();
        let leaves: Vec<_> = (0..size).map(leaf).collect();
        let nodes = leaves.iter().flat_map(|leaf| tree.push(leaf_hash(leaf)));
        let nodes: Vec<_> = nodes.filter(|(id, _)| id.level() > 0).collect();
        let time = UnixMicros::new(0);
        let state = StoredState::new(tree.size(), tree.root(), time, String::new(), None);
        let mut batch = CommitBatch::new(LeafIndex::new(0), leaves, state);
        batch.nodes = nodes;
        let store = MemStore::new();
        store.commit(&batch).unwrap();
        (store, tree)
    }

    #[test]
    fn agrees_with_the_first_root_for_every_size_and_batch() {
        for old in 0..70 {
            let (store, mut tree) = grown(old);
            for added in 0..20 {
                let new: Vec<_> = (old..old + added).map(leaf).collect();
                let second = second_root(&store, TreeSize::new(old), new.iter().map(Vec::as_slice));
                assert_eq!(&second.unwrap(), tree.root().as_bytes(), "{old} + {added}");
                tree.push(leaf_hash(&leaf(old + added)));
            }
        }
    }

    #[test]
    fn disagrees_when_a_node_of_the_right_edge_is_another() {
        let (store, tree) = grown(6);
        let mut batch =
            CommitBatch::new(LeafIndex::new(6), vec![], store.state().unwrap().unwrap());
        batch.nodes = vec![(NodeId::new(1, 2), leaf_hash(b"flipped"))];
        store.commit(&batch).unwrap();
        let second = second_root(&store, TreeSize::new(6), []).unwrap();
        assert_ne!(&second, tree.root().as_bytes());
    }

    #[test]
    fn names_the_row_that_is_missing() {
        let missing = |size| match second_root(&MemStore::new(), TreeSize::new(size), []) {
            Err(SecondRootError::Missing(row)) => row,
            other => panic!("{other:?}"),
        };
        assert_eq!(missing(1), Row::Leaf(LeafIndex::new(0)));
        assert_eq!(missing(5), Row::Node(NodeId::new(2, 0)));
    }
}
