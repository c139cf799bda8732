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
}

/// A leaf that was found right.
pub(crate) struct Seen {
    pub(crate) kind: LeafKind,
    /// The token or event that was erased, which does no harm to the log.
    pub(crate) erased: Option<Row>,
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
            last_time: before.map(|(_, leaf)| leaf.time()),
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

    pub(crate) fn into_tree(self) -> Frontier {
        self.tree
    }

    /// Examines the next leaf and all that depends on it.
    pub(crate) fn step(&mut self) -> Result<Seen, Fault> {
        let index = LeafIndex::new(self.tree.size().get());
        let (entry, leaf) = read_leaf(self.store, index)?;
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
        let erased = self.check_body(index, &leaf)?;
        Ok(Seen { kind, erased })
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

    /// Compares token or event with the leaf; returns the one that was erased.
    fn check_body(&self, index: LeafIndex, leaf: &Leaf) -> Result<Option<Row>, Fault> {
        let (is_stamp, is_event) = match leaf.kind() {
            LeafKind::TimeStamp | LeafKind::LocationStamp => (true, false),
            LeafKind::Genesis | LeafKind::Event => (false, true),
            _ => (false, false),
        };
        let token = self.store.token(index)?;
        let event = self.store.event(index)?;
        if token.is_some() && !is_stamp {
            return Err(Fault::OutOfPlace(Row::Token(index)));
        }
        if event.is_some() && !is_event {
            return Err(Fault::OutOfPlace(Row::Event(index)));
        }
        let erased = match (&token, &event) {
            (None, _) if is_stamp => Some(Row::Token(index)),
            (_, None) if is_event => Some(Row::Event(index)),
            _ => None,
        };
        if let (Some(token), Some(digest)) = (token, self.token_digest)
            && digest(&token).as_ref() != Some(leaf.digest())
        {
            return Err(Fault::Digest(Row::Token(index)));
        }
        if let Some(event) = event
            && stored_event_digest(&event).as_ref() != Some(leaf.digest())
        {
            return Err(Fault::Digest(Row::Event(index)));
        }
        Ok(erased)
    }
}

fn read_leaf(store: &dyn Store, index: LeafIndex) -> Result<(Vec<u8>, Leaf), Fault> {
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
