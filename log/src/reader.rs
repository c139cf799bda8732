//! Reading what was released.

use std::sync::{Arc, PoisonError, RwLock};

use meridian_merkle::error::{ProofError, ProveError};
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::inclusion::prove_inclusion;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::proof::{TlogProof, TlogProofError};
use meridian_wire::tile::bundle::{BundleError, EntryBundle};
use meridian_wire::tile::hashes::HashTile;
use meridian_wire::tile::{LEVELS_PER_TILE, TileKind, TilePath};
use meridian_wire::time::UnixMicros;

use crate::identity::{CheckpointFault, OwnCheckpoint, check_checkpoint};
use crate::lock_record::LockState;
use crate::logged_event::LoggedEvent;
use crate::store::{LocationToken, Row, Store, StoreError, StoredEvent};

/// Reads the log up to the newest released checkpoint and nothing beyond,
/// whatever else the store holds already. Its clones see the same log.
#[derive(Clone, Debug)]
pub struct LogReader {
    store: Arc<dyn Store>,
    published: Arc<Published>,
}

/// The newest released checkpoint. The committer replaces it as a whole, so a
/// reader never sees the size of one and the note of another.
#[derive(Debug)]
pub(crate) struct Published {
    head: RwLock<Arc<Head>>,
}

#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) size: TreeSize,
    pub(crate) note: SignedNote,
}

/// Why the log could not be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// A row of a released leaf is missing.
    #[error("{0} is missing")]
    Missing(Row),
    /// A row is not what the leaf shows.
    #[error("{0} is not what its leaf shows")]
    Altered(Row),
    /// There is no such proof.
    #[error("there is no such proof")]
    NoProof(#[from] ProofError),
    /// The proof cannot be written down.
    #[error("the proof cannot be written down")]
    Unwritable(#[from] TlogProofError),
    /// A leaf fits no bundle of entries, which no input can cause.
    #[error("the leaves fit no bundle")]
    Unbundled(#[from] BundleError),
}

impl From<ProveError<Self>> for ReadError {
    fn from(error: ProveError<Self>) -> Self {
        match error {
            ProveError::Fetch(error) => error,
            // Both are foreign and non-exhaustive: what is not a fetch is the question's fault.
            ProveError::Question(error) => Self::NoProof(error),
            _ => Self::Missing(Row::State),
        }
    }
}

impl Published {
    pub(crate) fn new(head: Head) -> Self {
        Self {
            head: RwLock::new(Arc::new(head)),
        }
    }

    pub(crate) fn set(&self, head: Head) {
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(head);
    }

    /// The note of the newest released checkpoint.
    pub(crate) fn note(&self) -> SignedNote {
        self.head().note.clone()
    }

    fn head(&self) -> Arc<Head> {
        Arc::clone(&self.head.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl LogReader {
    pub(crate) const fn new(store: Arc<dyn Store>, published: Arc<Published>) -> Self {
        Self { store, published }
    }

    /// Reads a log that is not open here, up to what its lock record says was
    /// released.
    ///
    /// # Errors
    ///
    /// [`CheckpointFault`] if the record's checkpoint is not one of this log.
    pub fn offline(
        store: Arc<dyn Store>,
        released: &LockState,
        key: &VerifierKey,
    ) -> Result<Self, CheckpointFault> {
        let OwnCheckpoint { note, size, .. } = check_checkpoint(&released.checkpoint, key)?;
        let published = Arc::new(Published::new(Head { size, note }));
        Ok(Self::new(store, published))
    }

    /// The newest released checkpoint, a signed note.
    #[must_use]
    pub fn checkpoint(&self) -> String {
        self.published.head().note.as_str().to_owned()
    }

    /// The number of released leaves.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.published.head().size
    }

    /// The proof that a leaf is in the tree of the newest released checkpoint,
    /// with the leaf's octets in `extra`. `None` if it is not released.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if a row of a released leaf cannot be read.
    pub fn proof(&self, index: LeafIndex) -> Result<Option<TlogProof>, ReadError> {
        let head = self.published.head();
        let Some(leaf) = self.leaf_within(index, head.size)? else {
            return Ok(None);
        };
        let path = prove_inclusion(index, head.size, |id| {
            if id.level() > 0 {
                let node = self.store.node(id)?;
                return node.ok_or(ReadError::Missing(Row::Node(id)));
            }
            let index = LeafIndex::new(id.index());
            let leaf = self.leaf_within(index, head.size)?;
            let leaf = leaf.ok_or(ReadError::Missing(Row::Leaf(index)))?;
            Ok(leaf_hash(&leaf))
        })?;
        let hashes = path.hashes().to_vec();
        let proof = TlogProof::new(Some(leaf), index, hashes, head.note.clone())?;
        Ok(Some(proof))
    }

    /// The exact octets of a leaf. `None` if it is not released.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if a released leaf cannot be read.
    pub fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, ReadError> {
        self.leaf_within(index, self.size())
    }

    /// A tile of hashes or a bundle of entries (C2SP tlog-tiles), cut from the
    /// log. `None` if not all of it is released; a width that the tree once had
    /// is as good as the present one.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if a row of a released leaf cannot be read.
    pub fn tile(&self, path: &TilePath) -> Result<Option<Vec<u8>>, ReadError> {
        if !path.is_within(self.size()) {
            return Ok(None);
        }
        let first = LeafIndex::new(path.start());
        let width = usize::from(path.width());
        let octets = match path.kind() {
            TileKind::Entries => EntryBundle::encode(&self.run_of_leaves(first, width)?)?,
            TileKind::Hashes { level: 0 } => {
                let leaves = self.run_of_leaves(first, width)?;
                let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
                HashTile::encode(&hashes)
            }
            TileKind::Hashes { level } => {
                let level = level.saturating_mul(LEVELS_PER_TILE);
                let first = NodeId::new(level, path.start());
                HashTile::encode(&self.run_of_nodes(first, width)?)
            }
            // Foreign and non-exhaustive: there is no third kind.
            _ => return Ok(None),
        };
        Ok(Some(octets))
    }

    fn run_of_leaves(&self, first: LeafIndex, count: usize) -> Result<Vec<Vec<u8>>, ReadError> {
        let leaves = self.store.leaves(first, count)?;
        let mut missing = (first.get()..).skip(leaves.len()).map(LeafIndex::new);
        match missing.next() {
            Some(index) if leaves.len() < count => Err(ReadError::Missing(Row::Leaf(index))),
            _ => Ok(leaves),
        }
    }

    fn run_of_nodes(&self, first: NodeId, count: usize) -> Result<Vec<Hash>, ReadError> {
        let nodes = self.store.nodes(first, count)?;
        let mut missing = (first.index()..).skip(nodes.len());
        match missing.next() {
            Some(index) if nodes.len() < count => {
                let id = NodeId::new(first.level(), index);
                Err(ReadError::Missing(Row::Node(id)))
            }
            _ => Ok(nodes),
        }
    }

    /// The token of the time stamp under a serial number, without certificates.
    /// `None` if it is not released, is no time stamp, or was erased.
    ///
    /// # Errors
    ///
    /// [`ReadError::Store`] if it cannot be read.
    pub fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, ReadError> {
        if index.get() >= self.size().get() {
            return Ok(None);
        }
        Ok(self.store.token(index)?)
    }

    /// The same of a location stamp. `None` also if it has expired.
    ///
    /// # Errors
    ///
    /// [`ReadError::Store`] if it cannot be read.
    pub fn location_token(
        &self,
        index: LeafIndex,
        now: UnixMicros,
    ) -> Result<Option<LocationToken>, ReadError> {
        if index.get() >= self.size().get() {
            return Ok(None);
        }
        let token = self.store.location_token(index)?;
        Ok(token.filter(|token| now < token.keep_until))
    }

    /// The first released events at or after a position, `most` of them at most,
    /// in order. Events whose body was erased are passed over.
    ///
    /// # Errors
    ///
    /// [`ReadError::Altered`] for one that is not what its leaf shows;
    /// [`ReadError`] if a row cannot be read.
    pub fn events_from(&self, from: LeafIndex, most: usize) -> Result<Vec<LoggedEvent>, ReadError> {
        let size = self.size();
        let found = self.store.events_from(from, most)?;
        let released = found.into_iter();
        let released = released.take_while(|(index, _)| index.get() < size.get());
        released.map(|event| self.logged(event, size)).collect()
    }

    /// The same before a position, backwards: the last event first.
    ///
    /// # Errors
    ///
    /// As [`LogReader::events_from`].
    pub fn events_before(
        &self,
        before: LeafIndex,
        most: usize,
    ) -> Result<Vec<LoggedEvent>, ReadError> {
        let size = self.size();
        let before = LeafIndex::new(before.get().min(size.get()));
        let found = self.store.events_before(before, most)?;
        let logged = found.into_iter().map(|event| self.logged(event, size));
        logged.collect()
    }

    fn logged(
        &self,
        (index, stored): StoredEvent,
        size: TreeSize,
    ) -> Result<LoggedEvent, ReadError> {
        let entry = self.leaf_within(index, size)?;
        let event = entry.and_then(|entry| LoggedEvent::new(index, &entry, &stored));
        event.ok_or(ReadError::Altered(Row::Event(index)))
    }

    fn leaf_within(&self, index: LeafIndex, size: TreeSize) -> Result<Option<Vec<u8>>, ReadError> {
        if index.get() >= size.get() {
            return Ok(None);
        }
        let leaf = self.store.leaf(index)?;
        leaf.map(Some).ok_or(ReadError::Missing(Row::Leaf(index)))
    }
}
