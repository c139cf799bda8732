//! Goes through the leaves and re-derives everything from them.

use meridian_merkle::frontier::{Frontier, peak_ids};
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_wire::leaf::{Leaf, LeafKind};
use meridian_wire::time::UnixMicros;

use crate::event::stored_event_digest;
use crate::fault::Fault;
use crate::store::{Row, Store};

/// Computes the digest that the leaf of a token must show
/// ([`token_digest`](meridian_wire::leaf::token_digest)); `None` if it is no token.
pub type TokenDigest<'a> = &'a dyn Fn(&[u8]) -> Option<[u8; 32]>;

/// Where an examination has got to: everything before it was found right.
///
/// Used by the open rule on the right edge and by `fsck` on the whole log.
pub(crate) struct Examiner<'a> {
    store: &'a dyn Store,
    token_digest: Option<TokenDigest<'a>>,
    tree: Frontier,
    last_time: Option<UnixMicros>,
    /// The last leaf closed the log.
    closed: bool,
}

/// A leaf that was found right.
pub(crate) struct Seen {
    pub(crate) kind: LeafKind,
    /// The token or event that is not there, which does no harm to the log.
    pub(crate) absent: Option<Absent>,
}

/// What is not kept beside a leaf.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Absent {
    /// The token of a time stamp, or salt and body of an event: nothing but
    /// erasure takes it away.
    Erased(Row),
    /// The token of a location stamp: it expired, was erased, or was never kept.
    LocationToken,
}

impl<'a> Examiner<'a> {
    /// Starts with the leaf after the first `start`. The nodes that stand for
    /// those are taken as they are: [`Self::check_root`] in the end checks
    /// them, too.
    pub(crate) fn at(
        store: &'a dyn Store,
        start: TreeSize,
        token_digest: Option<TokenDigest<'a>>,
    ) -> Result<Self, Fault> {
        let peaks = peak_ids(start)
            .into_iter()
            .map(|id| node(store, id))
            .collect::<Result<_, _>>()?;
        let tree = Frontier::from_peaks(start, peaks);
        let tree = tree.map_err(|source| Fault::Edge {
            size: start,
            source,
        })?;
        let before = start.get().checked_sub(1).map(LeafIndex::new);
        let before = before.map(|index| read_leaf(store, index)).transpose()?;
        Ok(Self {
            store,
            token_digest,
            tree,
            last_time: before.as_ref().map(|(_, leaf)| leaf.time()),
            closed: before.is_some_and(|(_, leaf)| leaf.is_final()),
        })
    }

    pub(crate) fn size(&self) -> TreeSize {
        self.tree.size()
    }

    /// Compares the root over all leaves so far with a signed one.
    pub(crate) fn check_root(&self, expected: &Hash) -> Result<(), Fault> {
        let actual = self.tree.root();
        if actual != *expected {
            return Err(Fault::Root {
                size: self.tree.size(),
                expected: *expected,
                actual,
            });
        }
        Ok(())
    }

    pub(crate) const fn last_time(&self) -> Option<UnixMicros> {
        self.last_time
    }

    /// Whether the last leaf so far closed the log.
    pub(crate) const fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn into_tree(self) -> Frontier {
        self.tree
    }

    /// Examines the next leaf and all that depends on it.
    pub(crate) fn step(&mut self) -> Result<Seen, Fault> {
        let index = LeafIndex::new(self.tree.size().get());
        let (entry, leaf) = read_leaf(self.store, index)?;
        if self.closed {
            return Err(Fault::AfterFinal { index });
        }
        self.closed = leaf.is_final();
        self.check_time(index, &leaf)?;
        let kind = leaf.kind();
        if (index.get() == 0) != (kind == LeafKind::Genesis) {
            return Err(Fault::KindOutOfPlace { index, kind });
        }
        let completed = self.tree.push(leaf_hash(&entry));
        for (id, expected) in completed.into_iter().filter(|(id, _)| id.level() > 0) {
            let actual = node(self.store, id)?;
            if actual != expected {
                return Err(Fault::Node {
                    id,
                    expected,
                    actual,
                });
            }
        }
        let absent = self.check_body(index, &leaf)?;
        Ok(Seen { kind, absent })
    }

    fn check_time(&mut self, index: LeafIndex, leaf: &Leaf) -> Result<(), Fault> {
        let time = leaf.time();
        if let Some(before) = self.last_time.filter(|before| time <= *before) {
            return Err(Fault::TimeNotIncreasing {
                index,
                time,
                before,
            });
        }
        self.last_time = Some(time);
        Ok(())
    }

    /// Compares what is kept beside a leaf with it; returns what is not kept.
    fn check_body(&self, index: LeafIndex, leaf: &Leaf) -> Result<Option<Absent>, Fault> {
        let kept = [
            (Row::Token(index), self.store.token(index)?),
            (
                Row::LocationToken(index),
                self.store.location_token(index)?.map(|kept| kept.token),
            ),
            (Row::Event(index), self.store.event(index)?),
        ];
        let expected = match leaf.kind() {
            LeafKind::TimeStamp => Some(Row::Token(index)),
            LeafKind::LocationStamp => Some(Row::LocationToken(index)),
            LeafKind::Genesis | LeafKind::Event => Some(Row::Event(index)),
            _ => None,
        };
        let mut absent = expected;
        for (row, octets) in kept {
            let Some(octets) = octets else { continue };
            if expected != Some(row) {
                return Err(Fault::OutOfPlace(row));
            }
            absent = None;
            self.check_digest(row, &octets, leaf)?;
        }
        Ok(absent.map(|row| match row {
            Row::LocationToken(_) => Absent::LocationToken,
            row => Absent::Erased(row),
        }))
    }

    fn check_digest(&self, row: Row, octets: &[u8], leaf: &Leaf) -> Result<(), Fault> {
        let digest = match (row, self.token_digest) {
            (Row::Event(_), _) => stored_event_digest(octets),
            (_, Some(digest)) => digest(octets),
            (_, None) => return Ok(()),
        };
        if digest.as_ref() != Some(leaf.digest()) {
            return Err(Fault::Digest(row));
        }
        Ok(())
    }
}

/// A leaf, in its octets and decoded.
pub(crate) fn read_leaf(store: &dyn Store, index: LeafIndex) -> Result<(Vec<u8>, Leaf), Fault> {
    let entry = store.leaf(index)?;
    let entry = entry.ok_or(Fault::Missing(Row::Leaf(index)))?;
    let leaf = Leaf::decode(&entry).map_err(|source| Fault::Leaf { index, source })?;
    Ok((entry, leaf))
}

/// The hash of a node as the store has it.
fn node(store: &dyn Store, id: NodeId) -> Result<Hash, Fault> {
    if id.level() == 0 {
        let index = LeafIndex::new(id.index());
        let entry = store.leaf(index)?;
        let entry = entry.ok_or(Fault::Missing(Row::Leaf(index)))?;
        return Ok(leaf_hash(&entry));
    }
    store.node(id)?.ok_or(Fault::Missing(Row::Node(id)))
}
