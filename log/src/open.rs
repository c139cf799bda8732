//! Creating a log, and the rule by which an existing one is opened.

use std::sync::Arc;

use meridian_merkle::frontier::Frontier;
use meridian_merkle::hash::EMPTY_ROOT;
use meridian_merkle::index::TreeSize;
use meridian_signing::entropy::{Entropy, EntropyError};
use meridian_wire::leaf::Leaf;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::time::UnixMicros;
use tracing::warn;

use crate::commit::{Body, Committer, NewLeaf};
use crate::event::SaltedEvent;
use crate::examine::{Absent, Examiner};
use crate::fatal::Fatal;
use crate::fault::Fault;
use crate::identity::{CheckpointFault, LogIdentity, OwnCheckpoint, check_checkpoint};
use crate::lock_record::{LockError, LockReading, LockRecord, LockState};
use crate::reader::{Head, LogReader, Published};
use crate::room::Reserve;
use crate::state::StoredState;
use crate::store::{Store, StoreError};

/// Leaves whose right edge is re-derived at least, at every opening. A power of
/// two, so that the edge starts at one node; at 2 µs a leaf it costs 2 ms.
const EDGE_LEAVES: u64 = 1_024;

/// What a log is made of. Each part belongs to it alone.
#[non_exhaustive]
#[derive(Debug)]
pub struct LogParts {
    /// Where the rows are.
    pub store: Arc<dyn Store>,
    /// The memory against rollback.
    pub lock: Box<dyn LockRecord>,
    /// Origin and key.
    pub identity: LogIdentity,
    /// For the salts of events.
    pub entropy: Arc<dyn Entropy>,
}

impl LogParts {
    /// The parts of a log.
    #[must_use]
    pub const fn new(
        store: Arc<dyn Store>,
        lock: Box<dyn LockRecord>,
        identity: LogIdentity,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            store,
            lock,
            identity,
            entropy,
        }
    }
}

/// A log that is open: its store and lock record agree, and its right edge was
/// re-derived. To write to it, start a
/// [`Sequencer`](crate::sequencer::Sequencer).
#[derive(Debug)]
pub struct Log {
    pub(crate) committer: Committer,
    pub(crate) published: Arc<Published>,
    pub(crate) last_time: UnixMicros,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) reserve: Option<Arc<Reserve>>,
}

/// Why a log was not created.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The store or the lock record holds a log already.
    #[error("there is a log already")]
    Exists,
    /// The store could not be read.
    #[error("the store could not be read")]
    Store(#[from] StoreError),
    /// The lock record could not be read.
    #[error("the lock record could not be read")]
    LockRecord(#[from] LockError),
    /// There was no salt for the genesis event.
    #[error("there is no salt for the genesis event")]
    Entropy(#[from] EntropyError),
    /// The genesis event could not be committed. What is on disk is unknown:
    /// open it, or remove both.
    #[error("the genesis event could not be committed")]
    Commit(#[from] Fatal),
}

/// Why a log was not opened. Nothing was changed.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store could not be read.
    #[error("the store could not be read")]
    Store(#[from] StoreError),
    /// The lock record could not be read, or not be rolled forward.
    #[error("the lock record failed")]
    LockRecord(#[from] LockError),
    /// There is no log: neither database nor lock record hold anything.
    #[error("there is no log in the database")]
    NotCreated,
    /// The database has lost what was released: an old copy, or a damaged log file.
    #[error(
        "the database is behind: it has {database} leaves and {lock} were released; restore a \
         copy of the database made after the last stop, never an older lock record"
    )]
    DatabaseBehind {
        /// Leaves in the database.
        database: TreeSize,
        /// Leaves in the lock record.
        lock: TreeSize,
    },
    /// The lock record is further behind than any crash leaves it: an old copy,
    /// or of another log.
    #[error("the lock record is behind: {lock} leaves, the database has {database}")]
    LockBehind {
        /// Leaves in the database.
        database: TreeSize,
        /// Leaves in the lock record; 0 if it holds nothing.
        lock: TreeSize,
    },
    /// Database and lock record hold different trees of one size.
    #[error("database and lock record hold different checkpoints of {size} leaves")]
    Forked {
        /// The size of both.
        size: TreeSize,
    },
    /// The lock record is damaged, and not as a crash damages it.
    #[error("the lock record is damaged")]
    LockDamaged,
    /// The database's checkpoint is not one of this log: another origin, another
    /// key, or damage.
    #[error("the checkpoint in the database is not one of this log")]
    Checkpoint(#[from] CheckpointFault),
    /// The state in the database contradicts its own checkpoint.
    #[error("the state in the database contradicts its checkpoint of {size} leaves")]
    State {
        /// The size in the state.
        size: TreeSize,
    },
    /// The log was closed: another one succeeds it.
    #[error("the log was closed at {size} leaves and takes no more")]
    Closed {
        /// The number of its leaves.
        size: TreeSize,
    },
    /// The log was not closed, so nothing may succeed it.
    #[error("the log of {size} leaves was not closed")]
    NotClosed {
        /// The number of its leaves.
        size: TreeSize,
    },
    /// The right edge is not what the leaves say.
    #[error("the right edge of the log is damaged")]
    Edge(#[from] Fault),
}

/// How database and lock record stand to each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    /// Both hold the same checkpoint.
    Equal,
    /// The lock record holds the checkpoint before the database's last batch:
    /// the crash fell between the two syncs.
    BatchAhead,
}

impl Log {
    /// Makes a log whose first leaf is the genesis event with this body.
    ///
    /// # Errors
    ///
    /// [`CreateError`]; nothing was made unless it is [`CreateError::Commit`].
    pub fn create(
        parts: LogParts,
        genesis_body: &[u8],
        time: UnixMicros,
    ) -> Result<Self, CreateError> {
        let mut parts = parts;
        let reading = parts.lock.read()?;
        if parts.store.state()?.is_some() || reading != LockReading::new(None, false) {
            return Err(CreateError::Exists);
        }
        let event = SaltedEvent::new(genesis_body, &*parts.entropy)?;
        let leaf = Leaf::genesis(time, event.digest);
        let entry = leaf.encode();
        let kept = Body::Event(event.stored).into();
        let genesis = NewLeaf { entry, time, kept };
        let size = TreeSize::ZERO;
        // Replaced by the commit, before anybody can see it.
        let note = parts.identity.sign(size, EMPTY_ROOT).map_err(Fatal::from)?;
        let published = Arc::new(Published::new(Head { size, note }));
        let mut committer = Committer {
            store: parts.store,
            lock: parts.lock,
            identity: parts.identity,
            tree: Frontier::new(),
            checkpoint: None,
            counter: 0,
        };
        committer.commit(vec![genesis], &published)?;
        Ok(Self {
            committer,
            published,
            last_time: time,
            entropy: parts.entropy,
            reserve: None,
        })
    }

    /// The part of the rule of [`Log::open`] that needs no writer: whether
    /// database and lock record hold checkpoints that follow one another.
    ///
    /// For a store that was opened for reading only. Opening a database for
    /// writing can delete what could not be read of its log files, which a
    /// database that has lost released leaves must keep: it may be all that is
    /// left of them.
    ///
    /// # Errors
    ///
    /// [`OpenError`], as [`Log::open`]; nothing was changed.
    pub fn check(store: &dyn Store, lock: &mut dyn LockRecord) -> Result<(), OpenError> {
        let reading = lock.read()?;
        match store.state()? {
            Some(state) => compare(&state, &reading).map(drop),
            None => Err(without_database(&reading)),
        }
    }

    /// Opens a log, by this rule: if database and lock record hold the same
    /// checkpoint, go on. If the lock record holds the checkpoint before the
    /// database's last batch, check that batch and roll the record forward.
    /// Anything else is refused. In both cases the right edge is re-derived
    /// from the leaves and must lead to the signed root; the rest of the log is
    /// for [`fsck`](crate::fsck::fsck). A log that was closed is refused, for
    /// ever: it opens as a [`ClosedLog`](crate::closed::ClosedLog).
    ///
    /// # Errors
    ///
    /// [`OpenError`], the named fault.
    pub fn open(parts: LogParts) -> Result<Self, OpenError> {
        let mut parts = parts;
        let found = Found::examine(
            &*parts.store,
            &mut *parts.lock,
            parts.identity.verifier_key(),
        )?;
        if found.closed {
            let size = found.state.size;
            return Err(OpenError::Closed { size });
        }
        let counter = found.roll_forward(&mut *parts.lock)?;
        Ok(Self {
            committer: Committer {
                store: parts.store,
                lock: parts.lock,
                identity: parts.identity,
                tree: found.tree,
                checkpoint: Some(found.state.checkpoint),
                counter,
            },
            published: Arc::new(Published::new(found.head)),
            last_time: found.state.last_time,
            entropy: parts.entropy,
            reserve: None,
        })
    }

    /// The same, and no stamp gets a number while less is free than this. Events
    /// do: they are few, and what the reserve is for.
    #[must_use]
    pub fn with_reserve(mut self, reserve: Reserve) -> Self {
        self.reserve = Some(Arc::new(reserve));
        self
    }

    /// Reads the log.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        let store = Arc::clone(&self.committer.store);
        LogReader::new(store, Arc::clone(&self.published))
    }

    /// The time of the last leaf. The next one must be later.
    #[must_use]
    pub const fn last_time(&self) -> UnixMicros {
        self.last_time
    }
}

/// What opening finds, before anything is changed.
pub(crate) struct Found {
    pub(crate) state: StoredState,
    pub(crate) head: Head,
    /// The last leaf closed the log.
    pub(crate) closed: bool,
    tree: Frontier,
    standing: Standing,
    counter: u64,
}

impl Found {
    /// Applies the rule of [`Log::open`].
    pub(crate) fn examine(
        store: &dyn Store,
        lock: &mut dyn LockRecord,
        key: &VerifierKey,
    ) -> Result<Self, OpenError> {
        let reading = lock.read()?;
        let Some(state) = store.state()? else {
            return Err(without_database(&reading));
        };
        let standing = compare(&state, &reading)?;
        let current = check_state(&state, key)?;
        let examiner = check_edge(store, &state, standing, key)?;
        let (size, note) = (current.size, current.note);
        Ok(Self {
            state,
            head: Head { size, note },
            closed: examiner.is_closed(),
            tree: examiner.into_tree(),
            standing,
            counter: reading.newest.map_or(0, |newest| newest.counter),
        })
    }

    /// Brings a lock record that is one batch behind up to the database.
    /// Returns its counter.
    pub(crate) fn roll_forward(&self, lock: &mut dyn LockRecord) -> Result<u64, LockError> {
        if self.standing == Standing::Equal {
            return Ok(self.counter);
        }
        let state = &self.state;
        warn!(size = %state.size, "the last batch was not in the lock record: rolling it forward");
        let counter = self.counter + 1;
        let next = LockState::new(counter, state.size, state.root, state.checkpoint.clone());
        lock.replace(&next)?;
        Ok(counter)
    }
}

fn without_database(reading: &LockReading) -> OpenError {
    match &reading.newest {
        Some(newest) => OpenError::DatabaseBehind {
            database: TreeSize::ZERO,
            lock: newest.size,
        },
        None if reading.damaged => OpenError::LockDamaged,
        None => OpenError::NotCreated,
    }
}

/// The open rule, as far as it is about the two checkpoints.
fn compare(state: &StoredState, reading: &LockReading) -> Result<Standing, OpenError> {
    let newest = reading.newest.as_ref();
    let lock = newest.map_or(TreeSize::ZERO, |newest| newest.size);
    let database = state.size;
    let checkpoint = newest.map(|newest| newest.checkpoint.as_str());
    if checkpoint == Some(state.checkpoint.as_str()) {
        // A crash tears a replacement only after its batch is in the database,
        // which would then be ahead. So this damage is the disk's, and what the
        // damaged slot said may have been newer than all that is left.
        if reading.damaged {
            return Err(OpenError::LockDamaged);
        }
        return Ok(Standing::Equal);
    }
    if checkpoint == state.previous.as_deref() {
        return Ok(Standing::BatchAhead);
    }
    if newest.is_none() && reading.damaged {
        return Err(OpenError::LockDamaged);
    }
    if lock > database {
        return Err(OpenError::DatabaseBehind { database, lock });
    }
    if lock == database {
        return Err(OpenError::Forked { size: database });
    }
    Err(OpenError::LockBehind { database, lock })
}

/// The state's checkpoint is ours, and the state says the same.
fn check_state(state: &StoredState, key: &VerifierKey) -> Result<OwnCheckpoint, OpenError> {
    let current = check_checkpoint(&state.checkpoint, key)?;
    if (current.size, current.root) != (state.size, state.root) {
        return Err(OpenError::State { size: state.size });
    }
    Ok(current)
}

/// Re-derives the right edge, the last batch included.
fn check_edge<'a>(
    store: &'a dyn Store,
    state: &StoredState,
    standing: Standing,
    key: &VerifierKey,
) -> Result<Examiner<'a>, OpenError> {
    let previous = state.previous.as_deref();
    let previous = previous.map(|text| check_checkpoint(text, key));
    let previous = previous.transpose()?;
    let batch_start = previous.as_ref().map_or(0, |previous| previous.size.get());
    let Some(last) = state
        .size
        .get()
        .checked_sub(1)
        .filter(|last| batch_start <= *last)
    else {
        return Err(OpenError::State { size: state.size });
    };
    let edge_start = last.min(batch_start) / EDGE_LEAVES * EDGE_LEAVES;
    let mut examiner = Examiner::of(store, edge_start..state.size.get(), None)?;
    while examiner.size() < state.size {
        let size = examiner.size();
        if let Some(previous) = previous.as_ref().filter(|previous| previous.size == size) {
            examiner.check_root(&previous.root)?;
        }
        let seen = examiner.step()?;
        // One batch is one write: nobody had the time to erase anything of it.
        // A location token may never have been kept.
        if standing == Standing::BatchAhead
            && size.get() >= batch_start
            && let Some(Absent::Erased(row)) = seen.absent
        {
            return Err(Fault::Missing(row).into());
        }
    }
    examiner.check_root(&state.root)?;
    if let Some(actual) = examiner.last_time().filter(|time| *time != state.last_time) {
        let expected = state.last_time;
        return Err(Fault::LastTime { expected, actual }.into());
    }
    Ok(examiner)
}

#[cfg(test)]
mod tests;
