//! Where the log keeps its rows, and what it expects of the place.

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use meridian_merkle::hash::Hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};

use meridian_wire::time::UnixMicros;

use self::leaf_rows::LeafRows;
use crate::private::PrivateFamily;
use crate::state::StoredState;

mod expiring;
pub mod leaf_rows;
pub mod mem;
pub mod rocks;

/// An event's position, and its salt and body.
pub type StoredEvent = (LeafIndex, Vec<u8>);

/// The rows of one log.
///
/// One writer calls [`Store::commit`]; readers call the rest from any thread at
/// the same time. The log never writes a row twice, except the state.
///
/// - **Atomic**: after a commit, or after a crash at any moment of one, either
///   all rows of the batch are there or none is.
/// - **Durable on return**: `Ok` means that a power cut a moment later loses
///   nothing of the batch.
/// - **A failed commit says nothing**: the batch may be there after all, now or
///   after reopening. The log therefore ends the process and lets
///   [`crate::open`] find out.
/// - **Read your write**: rows of a returned commit are seen by every later read.
///
/// The store is not trusted to be honest or up to date: whether it lost a
/// committed batch is for the [`LockRecord`](crate::lock_record::LockRecord) to
/// say, and whether a row is the right one for the tree.
pub trait Store: fmt::Debug + Send + Sync {
    /// Writes a batch.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what the batch then did is unknown, see above.
    fn commit(&self, batch: &CommitBatch) -> Result<(), StoreError>;

    /// The state after the last batch; `None` if there never was one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    fn state(&self) -> Result<Option<StoredState>, StoreError>;

    /// The exact octets of a leaf.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError>;

    /// The hash of a complete subtree above level 0: leaf hashes are not kept,
    /// the leaf says them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    fn node(&self, id: NodeId) -> Result<Option<Hash>, StoreError>;

    /// The leaves from `first` on, `count` of them or as many as there are before
    /// one is missing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    fn leaves(&self, first: LeafIndex, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let indexes = run(first.get(), count).map(LeafIndex::new);
        let leaves = indexes.map_while(|index| self.leaf(index).transpose());
        leaves.collect()
    }

    /// The hashes of `count` neighbours on a level above 0, from `first` on, or
    /// as many as there are before one is missing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    fn nodes(&self, first: NodeId, count: usize) -> Result<Vec<Hash>, StoreError> {
        let ids = run(first.index(), count).map(|index| NodeId::new(first.level(), index));
        ids.map_while(|id| self.node(id).transpose()).collect()
    }

    /// All rows that belong to the leaves of a range, each kind in its order.
    /// For who looks at all of them: few long reads instead of many short ones.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    fn rows(&self, leaves: Range<u64>) -> Result<LeafRows, StoreError> {
        LeafRows::one_by_one(self, leaves)
    }

    /// The token under a serial number, without certificates. `None` for what
    /// is no stamp, and for a token that was erased.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError>;

    /// The token of a location stamp, as long as it is kept; also after it
    /// expired, until it is swept. `None` for what is no location stamp, and for
    /// a token that was swept, erased or not kept at all.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    fn location_token(&self, index: LeafIndex) -> Result<Option<LocationToken>, StoreError>;

    /// Salt and body of an event; `None` as for [`Store::token`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    fn event(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError>;

    /// Salt and body of the first events at or after a position, `most` of them
    /// at most, in order; those that were erased are not there.
    ///
    /// One look at each position, unless a store knows better: events are few
    /// among many stamps.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    fn events_from(&self, from: LeafIndex, most: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let size = self.state()?.map_or(0, |state| state.size.get());
        let mut events = Vec::new();
        for index in (from.get()..size).map(LeafIndex::new) {
            if events.len() >= most {
                break;
            }
            events.extend(self.event(index)?.map(|event| (index, event)));
        }
        Ok(events)
    }

    /// The same before a position, backwards: the last event first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    fn events_before(
        &self,
        before: LeafIndex,
        most: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let size = self.state()?.map_or(0, |state| state.size.get());
        let mut events = Vec::new();
        for index in (0..before.get().min(size)).rev().map(LeafIndex::new) {
            if events.len() >= most {
                break;
            }
            events.extend(self.event(index)?.map(|event| (index, event)));
        }
        Ok(events)
    }

    /// The signed checkpoint of a size at which a batch ended.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    fn checkpoint(&self, size: TreeSize) -> Result<Option<String>, StoreError>;
}

/// `count` numbers from `first` on, or as many as there are.
fn run(first: u64, count: usize) -> Range<u64> {
    first..first.saturating_add(u64::try_from(count).unwrap_or(u64::MAX))
}

/// All rows that belong together.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommitBatch {
    /// The position of the first leaf; the others follow without a gap.
    pub first: LeafIndex,
    /// The leaves.
    pub leaves: Vec<Vec<u8>>,
    /// The subtrees above level 0 that the leaves complete.
    pub nodes: Vec<(NodeId, Hash)>,
    /// The tokens of those leaves that are time stamps.
    pub tokens: Vec<(LeafIndex, Vec<u8>)>,
    /// The tokens of those leaves that are location stamps.
    pub location_tokens: Vec<(LeafIndex, LocationToken)>,
    /// Salt and body of those leaves that are events.
    pub events: Vec<(LeafIndex, Vec<u8>)>,
    /// Private rows that the leaves change.
    pub private: Vec<PrivateRow>,
    /// The state after the batch; its checkpoint also becomes a row of its own.
    pub state: StoredState,
}

impl CommitBatch {
    /// A batch of leaves from `first` on that leads to `state`, with nothing else yet.
    #[must_use]
    pub const fn new(first: LeafIndex, leaves: Vec<Vec<u8>>, state: StoredState) -> Self {
        Self {
            first,
            leaves,
            nodes: Vec::new(),
            tokens: Vec::new(),
            location_tokens: Vec::new(),
            events: Vec::new(),
            private: Vec::new(),
            state,
        }
    }
}

/// The token of a location stamp. It says where somebody was, so it is kept for
/// a time only and can be erased; the leaf and its proof stay.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LocationToken {
    /// The token, without certificates.
    pub token: Vec<u8>,
    /// From when on it is not there any more.
    pub keep_until: UnixMicros,
    /// Who may have it erased: opaque to the log.
    pub owner: Option<[u8; 32]>,
}

impl LocationToken {
    /// A token without an owner.
    #[must_use]
    pub const fn new(token: Vec<u8>, keep_until: UnixMicros) -> Self {
        Self {
            token,
            keep_until,
            owner: None,
        }
    }
}

/// What a private row becomes together with a leaf: both are durable, or neither is. How something
/// is spent without a write of its own.
///
/// Only the value changes: when the row expires stays as it is, and a row that is not there, because
/// it was erased or swept meanwhile, is not made.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PrivateRow {
    /// Where the row is.
    pub family: PrivateFamily,
    /// Its key.
    pub key: Vec<u8>,
    /// Its new value.
    pub value: Vec<u8>,
}

impl PrivateRow {
    /// A row's new value.
    #[must_use]
    pub const fn new(family: PrivateFamily, key: Vec<u8>, value: Vec<u8>) -> Self {
        Self { family, key, value }
    }
}

/// A row of the store, to name it in an error.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Row {
    /// The state.
    State,
    /// A leaf.
    Leaf(LeafIndex),
    /// The hash of a complete subtree.
    Node(NodeId),
    /// The token of a time stamp.
    Token(LeafIndex),
    /// The token of a location stamp.
    LocationToken(LeafIndex),
    /// Salt and body of an event.
    Event(LeafIndex),
    /// A signed checkpoint.
    Checkpoint(TreeSize),
    /// A private row. Which one is not said: keys are private too.
    Private(PrivateFamily),
    /// When private rows expire.
    Expiry,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State => f.write_str("state"),
            Self::Leaf(index) => write!(f, "leaf {index}"),
            Self::Node(id) => write!(f, "node {id}"),
            Self::Token(index) => write!(f, "token {index}"),
            Self::LocationToken(index) => write!(f, "location token {index}"),
            Self::Event(index) => write!(f, "event {index}"),
            Self::Checkpoint(size) => write!(f, "checkpoint {size}"),
            Self::Private(family) => write!(f, "a row of {}", family.name()),
            Self::Expiry => f.write_str("a row of loc_expiries"),
        }
    }
}

/// Why the store did not do its work.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed")]
    Engine(#[source] Box<dyn Error + Send + Sync>),
    /// The database has no such column family, so it is not one of ours.
    #[error("the database has no column family {0}")]
    NoFamily(&'static str),
    /// A log file of the database is damaged so that reading it would not end.
    #[error("{} is damaged at octet {at}; restore a copy of the database", path.display())]
    LogFile {
        /// The log file.
        path: PathBuf,
        /// Where in it.
        at: u64,
    },
    /// Blocks of table files are damaged that RocksDB can do without.
    #[error(
        "{count} blocks of table files are not what was written; no row is wrong, but the disk \
         is: copy the database to another one"
    )]
    Blocks {
        /// Blocks whose checksum failed.
        count: u64,
    },
    /// Private rows were not compacted; the database's own log says why.
    #[error("private rows were not compacted")]
    NotCompacted,
    /// A row is there and is not what such a row must be.
    #[error("row {0} is malformed")]
    Malformed(Row),
}
