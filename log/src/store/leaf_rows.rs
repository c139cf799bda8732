//! The rows of a range of leaves.

use std::ops::Range;

use meridian_merkle::hash::Hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};

use crate::store::{LocationToken, Store, StoreError};

/// What a store has of the leaves of a range, each kind in the order of its keys. What is missing
/// is not there; what does not belong may be.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LeafRows {
    /// The leaves.
    pub leaves: Vec<(LeafIndex, Vec<u8>)>,
    /// The nodes above level 0 whose last leaf is in the range: by that leaf, then by level.
    pub nodes: Vec<(NodeId, Hash)>,
    /// The tokens of time stamps.
    pub tokens: Vec<(LeafIndex, Vec<u8>)>,
    /// The tokens of location stamps.
    pub location_tokens: Vec<(LeafIndex, LocationToken)>,
    /// Salt and body of events.
    pub events: Vec<(LeafIndex, Vec<u8>)>,
    /// The checkpoints whose last leaf is in the range.
    pub checkpoints: Vec<(TreeSize, String)>,
}

/// The last leaf below a node. A node that no tree has is above the last leaf of all.
pub(crate) fn last_leaf(id: NodeId) -> u64 {
    let end = id.index().checked_add(1);
    let shift = u32::from(id.level());
    let end = end.filter(|end| shift < u64::BITS && *end <= u64::MAX >> shift);
    end.map_or(u64::MAX, |end| (end << shift) - 1)
}

impl LeafRows {
    /// By the lookups that every store has.
    pub(crate) fn one_by_one(
        store: &(impl Store + ?Sized),
        leaves: Range<u64>,
    ) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        for last in leaves {
            let index = LeafIndex::new(last);
            let leaf = store.leaf(index)?;
            rows.leaves.extend(leaf.map(|leaf| (index, leaf)));
            // The leaf completes a node for each one bit at the end of its index.
            for (level, shift) in (1_u8..).zip(1..=last.trailing_ones()) {
                let id = NodeId::new(level, last.checked_shr(shift).unwrap_or(0));
                let node = store.node(id)?;
                rows.nodes.extend(node.map(|hash| (id, hash)));
            }
            let token = store.token(index)?;
            rows.tokens.extend(token.map(|token| (index, token)));
            let token = store.location_token(index)?;
            rows.location_tokens
                .extend(token.map(|token| (index, token)));
            let event = store.event(index)?;
            rows.events.extend(event.map(|event| (index, event)));
            let size = TreeSize::new(last.saturating_add(1));
            let checkpoint = store.checkpoint(size)?;
            rows.checkpoints.extend(checkpoint.map(|text| (size, text)));
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_leaf_below_a_node() {
        assert_eq!(last_leaf(NodeId::new(0, 5)), 5);
        assert_eq!(last_leaf(NodeId::new(3, 1)), 15);
        assert_eq!(last_leaf(NodeId::new(62, 1)), (1 << 63) - 1);
        for (level, index) in [(63, 1), (64, 0), (255, 0), (1, u64::MAX), (0, u64::MAX)] {
            assert_eq!(last_leaf(NodeId::new(level, index)), u64::MAX);
        }
    }
}
