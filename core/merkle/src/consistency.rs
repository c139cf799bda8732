//! Proof that a tree has only grown.

use crate::error::{ProofError, ProveError};
use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::index::{NodeId, TreeSize};
use crate::subtree::{split, subtree_hash};

/// A claim that a tree is the beginning of a newer one (RFC 9162 section 2.1.4).
///
/// Holding one proves nothing: [`Self::verify`] does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConsistencyProof {
    old: TreeSize,
    new: TreeSize,
    hashes: Vec<Hash>,
}

impl ConsistencyProof {
    /// A proof as received; nothing is checked.
    #[must_use]
    pub const fn new(old: TreeSize, new: TreeSize, hashes: Vec<Hash>) -> Self {
        Self { old, new, hashes }
    }

    /// The size of the older tree.
    #[must_use]
    pub const fn old_size(&self) -> TreeSize {
        self.old
    }

    /// The size of the newer tree.
    #[must_use]
    pub const fn new_size(&self) -> TreeSize {
        self.new
    }

    /// The hashes, in the order of RFC 9162.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Checks that the newer tree begins with the older one (RFC 9162 section
    /// 2.1.4.2).
    ///
    /// The RFC leaves two cases open, decided as tlog-witness does: equal
    /// sizes take an empty proof and equal roots, and every tree grows out of
    /// the empty one with an empty proof. Who vouches for the roots is not
    /// checked.
    ///
    /// # Errors
    ///
    /// The rule that the proof breaks; [`ProofError::OldRootMismatch`] or
    /// [`ProofError::RootMismatch`] if it is well formed and leads elsewhere.
    pub fn verify(&self, old_root: &Hash, new_root: &Hash) -> Result<(), ProofError> {
        check_order(self.old, self.new)?;
        let start = if self.old == TreeSize::ZERO {
            Some(EMPTY_ROOT)
        } else if self.old == self.new {
            Some(*new_root)
        } else {
            None
        };
        let (old, new) = match start {
            Some(old) if self.hashes.is_empty() => (old, *new_root),
            Some(_) => {
                let hashes = self.hashes.len();
                return Err(ProofError::ProofTooLong { hashes });
            }
            None => self.fold(old_root)?,
        };
        if old != *old_root {
            return Err(ProofError::OldRootMismatch {
                expected: *old_root,
                actual: old,
            });
        }
        if new != *new_root {
            return Err(ProofError::RootMismatch {
                expected: *new_root,
                actual: new,
            });
        }
        Ok(())
    }

    /// The two roots that the proof leads to, for `0 < old < new`.
    fn fold(&self, old_root: &Hash) -> Result<(Hash, Hash), ProofError> {
        let count = self.hashes.len();
        let mut hashes = self.hashes.iter();
        let mut node = self.old.get() - 1;
        let mut last = self.new.get() - 1;
        while node & 1 == 1 {
            node >>= 1;
            last >>= 1;
        }
        // A complete older tree is itself the first node of the proof.
        let first = if self.old.get().is_power_of_two() {
            old_root
        } else {
            let too_short = ProofError::ProofTooShort { hashes: count };
            hashes.next().ok_or(too_short)?
        };
        let (mut old, mut new) = (*first, *first);
        for hash in hashes {
            if last == 0 {
                return Err(ProofError::ProofTooLong { hashes: count });
            }
            if node & 1 == 1 || node == last {
                old = node_hash(hash, &old);
                new = node_hash(hash, &new);
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                new = node_hash(&new, hash);
            }
            node >>= 1;
            last >>= 1;
        }
        if last != 0 {
            return Err(ProofError::ProofTooShort { hashes: count });
        }
        Ok((old, new))
    }
}

/// Makes the proof that a tree has only grown (RFC 9162 section 2.1.4.1).
///
/// `fetch` is asked only for complete subtrees of the newer tree. The proof is
/// empty if the sizes are equal or the older one is zero.
///
/// # Errors
///
/// [`ProofError::OldBeyondNew`] if the sizes are in the wrong order, or what
/// `fetch` failed with.
pub fn prove_consistency<E>(
    old: TreeSize,
    new: TreeSize,
    fetch: impl FnMut(NodeId) -> Result<Hash, E>,
) -> Result<ConsistencyProof, ProveError<E>> {
    check_order(old, new)?;
    let hashes = growth_hashes(0, old.get(), new.get(), fetch).map_err(ProveError::Fetch)?;
    Ok(ConsistencyProof::new(old, new, hashes))
}

/// The hashes that lead from the subtree of the leaves from `start` to before `end` to the tree of
/// `size` leaves: PROOF of RFC 9162 section 2.1.4.1 if it starts at 0.
pub(crate) fn growth_hashes<E>(
    start: u64,
    end: u64,
    size: u64,
    mut fetch: impl FnMut(NodeId) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    let mut hashes = Vec::new();
    if start == end {
        return Ok(hashes);
    }
    let (mut from, mut to) = (0, size);
    // What is left of the subtree after its left part was found to be a node of the tree.
    let mut rest = start;
    while (from, to) != (rest, end) {
        let middle = from + split(to - from);
        if end <= middle {
            hashes.push(subtree_hash(middle, to, &mut fetch)?);
            to = middle;
        } else {
            hashes.push(subtree_hash(from, middle, &mut fetch)?);
            from = middle;
            rest = rest.max(middle);
        }
    }
    // Whoever holds the hash of the subtree knows this node if it is the whole of it.
    if rest != start {
        hashes.push(subtree_hash(from, to, &mut fetch)?);
    }
    hashes.reverse();
    Ok(hashes)
}

fn check_order(old: TreeSize, new: TreeSize) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::OldBeyondNew { old, new });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
