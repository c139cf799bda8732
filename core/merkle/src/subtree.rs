//! A run of leaves as complete subtrees, which is all that a store keeps.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::index::NodeId;

/// The largest power of two smaller than `leaves`: where RFC 9162 section
/// 2.1.1 splits a tree of two or more leaves.
pub(crate) fn split(leaves: u64) -> u64 {
    let last = leaves.saturating_sub(1);
    last.checked_ilog2().map_or(0, |bits| 1 << bits)
}

/// The complete subtrees of the leaves from `start` to before `end`, the
/// largest and leftmost first.
///
/// `start` must be a multiple of the smallest power of two that is at least
/// `end - start`, as it is for every subtree of an RFC 9162 tree.
pub(crate) fn complete_subtrees(start: u64, end: u64) -> impl Iterator<Item = NodeId> {
    let mut at = start;
    core::iter::from_fn(move || {
        let level = end.checked_sub(at)?.checked_ilog2()?;
        let node = NodeId::new(u8::try_from(level).ok()?, at >> level);
        at += 1 << level;
        Some(node)
    })
}

/// Hashes a row of complete subtrees, the leftmost first, to their common root.
pub(crate) fn fold(row: impl DoubleEndedIterator<Item = Hash>) -> Hash {
    row.rev()
        .reduce(|right, left| node_hash(&left, &right))
        .unwrap_or(EMPTY_ROOT)
}

/// The hash of the leaves from `start` to before `end`: MTH(D\[start:end\]) of
/// RFC 9162 section 2.1.1, asking `fetch` for complete subtrees only.
pub(crate) fn subtree_hash<E>(
    start: u64,
    end: u64,
    fetch: &mut impl FnMut(NodeId) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let row: Vec<Hash> = complete_subtrees(start, end)
        .map(fetch)
        .collect::<Result<_, E>>()?;
    Ok(fold(row.into_iter()))
}

#[cfg(test)]
pub(crate) mod naive {
    //! The definitions of RFC 9162 section 2.1, word by word and slow.

    use super::*;
    use crate::hash::leaf_hash;

    fn k(n: usize) -> usize {
        (0..).map(|i| 1 << i).take_while(|k| *k < n).last().unwrap()
    }

    /// MTH, section 2.1.1.
    pub(crate) fn mth(d: &[Vec<u8>]) -> Hash {
        match d {
            [] => EMPTY_ROOT,
            [entry] => leaf_hash(entry),
            _ => {
                let (left, right) = d.split_at(k(d.len()));
                node_hash(&mth(left), &mth(right))
            }
        }
    }

    /// PATH, section 2.1.3.1.
    pub(crate) fn path(m: usize, d: &[Vec<u8>]) -> Vec<Hash> {
        if d.len() == 1 {
            return Vec::new();
        }
        let k = k(d.len());
        let (left, right) = d.split_at(k);
        let (mut path, sibling) = if m < k {
            (path(m, left), mth(right))
        } else {
            (path(m - k, right), mth(left))
        };
        path.push(sibling);
        path
    }

    /// PROOF, section 2.1.4.1.
    pub(crate) fn proof(m: usize, d: &[Vec<u8>]) -> Vec<Hash> {
        subproof(m, d, true)
    }

    fn subproof(m: usize, d: &[Vec<u8>], known: bool) -> Vec<Hash> {
        if m == d.len() {
            return if known { Vec::new() } else { vec![mth(d)] };
        }
        let k = k(d.len());
        let (left, right) = d.split_at(k);
        let (mut proof, sibling) = if m <= k {
            (subproof(m, left, known), mth(right))
        } else {
            (subproof(m - k, right, false), mth(left))
        };
        proof.push(sibling);
        proof
    }

    /// `n` different leaves.
    pub(crate) fn leaves(n: usize) -> Vec<Vec<u8>> {
        (0..n).map(|i| format!("leaf {i}").into_bytes()).collect()
    }

    /// The hash of a complete subtree, by definition.
    pub(crate) fn node(d: &[Vec<u8>], id: NodeId) -> Result<Hash, NodeId> {
        let start = usize::try_from(id.index() << id.level()).unwrap();
        let leaves = d.get(start..start + (1 << id.level()));
        leaves.map(mth).ok_or(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_the_largest_smaller_power_of_two() {
        let splits: Vec<u64> = [2, 3, 4, 5, 8, 9, 1 << 63, u64::MAX].map(split).to_vec();
        assert_eq!(splits, [1, 2, 2, 4, 4, 8, 1 << 62, 1 << 63]);
    }

    #[test]
    fn a_subtree_of_seven_leaves_is_four_two_and_one() {
        let row: Vec<NodeId> = complete_subtrees(8, 15).collect();
        assert_eq!(
            row,
            [NodeId::new(2, 2), NodeId::new(1, 6), NodeId::new(0, 14)]
        );
    }

    #[test]
    fn every_subtree_hash_is_the_defined_one() {
        let d = naive::leaves(70);
        for end in 0..=d.len() {
            let got = subtree_hash(0, u64::try_from(end).unwrap(), &mut |id| {
                naive::node(&d, id)
            });
            assert_eq!(got, Ok(naive::mth(&d[..end])));
        }
    }
}
