//! Goes through the leaves and re-derives everything from them.

use std::collections::VecDeque;
use std::ops::Range;

use meridian_merkle::frontier::{Frontier, peak_ids};
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_wire::leaf::{Leaf, LeafKind};
use meridian_wire::time::UnixMicros;

use crate::event::stored_event_digest;
use crate::fault::Fault;
use crate::store::leaf_rows::last_leaf;
use crate::store::{LocationToken, Row, Store};

/// Leaves whose rows are read at once: about a megabyte with their tokens.
const WINDOW: u64 = 1_024;

/// Computes the digest that the leaf of a token must show
/// ([`token_digest`](meridian_wire::leaf::token_digest)); `None` if it is no token.
pub type TokenDigest<'a> = &'a (dyn Fn(&[u8]) -> Option<[u8; 32]> + Sync);

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
    /// Before which leaf the examination ends.
    end: u64,
    ahead: Ahead,
}

/// Rows that were read and not looked at yet: those of a window of leaves.
#[derive(Default)]
struct Ahead {
    /// Before which leaf the window ends.
    end: u64,
    leaves: VecDeque<(LeafIndex, Vec<u8>)>,
    nodes: VecDeque<(NodeId, Hash)>,
    tokens: VecDeque<(LeafIndex, Vec<u8>)>,
    location_tokens: VecDeque<(LeafIndex, LocationToken)>,
    events: VecDeque<(LeafIndex, Vec<u8>)>,
    checkpoints: VecDeque<(TreeSize, String)>,
}

/// A leaf that was found right.
pub(crate) struct Seen {
    pub(crate) kind: LeafKind,
    /// The token or event that is not there, which does no harm to the log.
    pub(crate) absent: Option<Absent>,
    /// The checkpoint of the leaves so far, if there is one. Nothing of it is checked.
    pub(crate) checkpoint: Option<String>,
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
    /// Examines the leaves of a range. The nodes that stand for those before it
    /// are taken as they are: [`Self::check_root`] in the end checks them, too,
    /// and so does whoever examines those before.
    pub(crate) fn of(
        store: &'a dyn Store,
        leaves: Range<u64>,
        token_digest: Option<TokenDigest<'a>>,
    ) -> Result<Self, Fault> {
        let size = TreeSize::new(leaves.start);
        let peaks = peak_ids(size).into_iter().map(|id| node(store, id));
        let peaks = peaks.collect::<Result<_, _>>()?;
        let tree = Frontier::from_peaks(size, peaks);
        let tree = tree.map_err(|source| Fault::Edge { size, source })?;
        let before = leaves.start.checked_sub(1).map(LeafIndex::new);
        let before = before.map(|index| read_leaf(store, index)).transpose()?;
        Ok(Self {
            store,
            token_digest,
            tree,
            last_time: before.as_ref().map(Leaf::time),
            closed: before.is_some_and(|leaf| leaf.is_final()),
            end: leaves.end,
            ahead: Ahead::default(),
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

    /// The peaks of the tree so far, the largest first.
    pub(crate) fn peaks(&self) -> Vec<Hash> {
        self.tree.peaks().map(|(_, hash)| hash).collect()
    }

    pub(crate) fn into_tree(self) -> Frontier {
        self.tree
    }

    /// Examines the next leaf and all that depends on it.
    pub(crate) fn step(&mut self) -> Result<Seen, Fault> {
        let index = LeafIndex::new(self.tree.size().get());
        if index.get() >= self.ahead.end {
            let end = self.end.min(index.get().saturating_add(WINDOW));
            self.ahead = Ahead::read(self.store, index.get()..end)?;
        }
        let (entry, leaf) = self.ahead.leaf(index)?;
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
            let actual = self.ahead.node(id)?;
            if actual != expected {
                return Err(Fault::Node {
                    id,
                    expected,
                    actual,
                });
            }
        }
        self.ahead.no_more_nodes(index)?;
        let absent = self.check_body(index, &leaf)?;
        let checkpoint = next_if(&mut self.ahead.checkpoints, &self.tree.size());
        Ok(Seen {
            kind,
            absent,
            checkpoint,
        })
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
    fn check_body(&mut self, index: LeafIndex, leaf: &Leaf) -> Result<Option<Absent>, Fault> {
        let location_token = next_if(&mut self.ahead.location_tokens, &index);
        let kept = [
            (Row::Token(index), next_if(&mut self.ahead.tokens, &index)),
            (
                Row::LocationToken(index),
                location_token.map(|kept| kept.token),
            ),
            (Row::Event(index), next_if(&mut self.ahead.events, &index)),
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

impl Ahead {
    fn read(store: &dyn Store, leaves: Range<u64>) -> Result<Self, Fault> {
        let end = leaves.end;
        let rows = store.rows(leaves)?;
        Ok(Self {
            end,
            leaves: rows.leaves.into(),
            nodes: rows.nodes.into(),
            tokens: rows.tokens.into(),
            location_tokens: rows.location_tokens.into(),
            events: rows.events.into(),
            checkpoints: rows.checkpoints.into(),
        })
    }

    fn leaf(&mut self, index: LeafIndex) -> Result<(Vec<u8>, Leaf), Fault> {
        let entry = next_if(&mut self.leaves, &index);
        let entry = entry.ok_or(Fault::Missing(Row::Leaf(index)))?;
        let leaf = decode(index, &entry)?;
        Ok((entry, leaf))
    }

    /// The node that the tree completes next.
    fn node(&mut self, id: NodeId) -> Result<Hash, Fault> {
        let place = |id: NodeId| (last_leaf(id), id.level());
        match self.nodes.front() {
            Some((found, _)) if place(*found) < place(id) => {
                Err(Fault::OutOfPlace(Row::Node(*found)))
            }
            _ => next_if(&mut self.nodes, &id).ok_or(Fault::Missing(Row::Node(id))),
        }
    }

    /// No node ends with this leaf that it does not complete.
    fn no_more_nodes(&self, index: LeafIndex) -> Result<(), Fault> {
        match self.nodes.front() {
            Some((found, _)) if last_leaf(*found) <= index.get() => {
                Err(Fault::OutOfPlace(Row::Node(*found)))
            }
            _ => Ok(()),
        }
    }
}

/// The next row, if it is the one of this key.
fn next_if<K: PartialEq, V>(rows: &mut VecDeque<(K, V)>, key: &K) -> Option<V> {
    if rows.front()?.0 != *key {
        return None;
    }
    rows.pop_front().map(|(_, row)| row)
}

fn decode(index: LeafIndex, entry: &[u8]) -> Result<Leaf, Fault> {
    Leaf::decode(entry).map_err(|source| Fault::Leaf { index, source })
}

pub(crate) fn read_leaf(store: &dyn Store, index: LeafIndex) -> Result<Leaf, Fault> {
    let entry = store.leaf(index)?;
    decode(index, &entry.ok_or(Fault::Missing(Row::Leaf(index)))?)
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
