//! The log's memory against rollback.

use std::fmt;
use std::io;
use std::path::PathBuf;

use meridian_merkle::hash::Hash;
use meridian_merkle::index::TreeSize;

pub mod file;
pub mod mem;
mod slot;

/// One small record outside the database: what the log released last.
///
/// It is what tells an old copy of the database from the newest one, so it
/// belongs on another disk, or at least outside of every backup of the
/// database. It is trusted to be no older than the last returned
/// [`LockRecord::replace`]. A snapshot of both restored together is not
/// noticed: only a witness can notice that.
///
/// - **Durable on return**: after `replace` a power cut loses nothing of it.
/// - **Atomic**: a crash inside `replace` leaves the old state or the new one;
///   where the new one is torn, the old one is read back, with
///   [`LockReading::damaged`].
/// - **One writer**: while a value lives, no other process can have the record.
/// - **A failed `replace` says nothing**: the process must end.
pub trait LockRecord: fmt::Debug + Send {
    /// Reads the record.
    ///
    /// # Errors
    ///
    /// [`LockError`] if it cannot be read.
    fn read(&mut self) -> Result<LockReading, LockError>;

    /// Replaces the record, if `next` has the counter that follows its own
    /// (1 where it holds nothing yet).
    ///
    /// # Errors
    ///
    /// [`LockError::Counter`] if it does not follow: the record is unchanged.
    /// Anything else: what the record holds is unknown.
    fn replace(&mut self, next: &LockState) -> Result<(), LockError>;
}

/// What the log released last.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LockState {
    /// Replacements so far, counted from 1.
    pub counter: u64,
    /// The number of leaves.
    pub size: TreeSize,
    /// The root over them.
    pub root: Hash,
    /// The signed checkpoint of that size and root.
    pub checkpoint: String,
}

impl LockState {
    /// A state of the record.
    #[must_use]
    pub const fn new(counter: u64, size: TreeSize, root: Hash, checkpoint: String) -> Self {
        Self {
            counter,
            size,
            root,
            checkpoint,
        }
    }
}

/// What a read of the record found.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LockReading {
    /// The newest state that is whole; `None` if there never was one.
    pub newest: Option<LockState>,
    /// Something is there that is no state: a replacement that a crash tore, or
    /// the doing of a bad disk. The open rule tells the two apart: a torn
    /// replacement follows a batch that is in the database.
    pub damaged: bool,
}

impl LockReading {
    /// A reading.
    #[must_use]
    pub const fn new(newest: Option<LockState>, damaged: bool) -> Self {
        Self { newest, damaged }
    }

    fn next_counter(&self) -> u64 {
        let newest = self.newest.as_ref().map_or(0, |state| state.counter);
        newest.saturating_add(1)
    }
}

/// Why the lock record did not do its work.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The file could not be made, opened, read, written or synced.
    #[error("the lock record {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error("the lock record {} is held by another process", path.display())]
    Held {
        /// The file.
        path: PathBuf,
    },
    /// The file has not the length of a lock record.
    #[error("{} has {actual} octets, a lock record has {expected}", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Octets of a lock record.
        expected: u64,
        /// Octets of the file.
        actual: u64,
    },
    /// The counter does not follow the one in the record: somebody else wrote it.
    #[error("the lock record expects counter {expected}, not {actual}")]
    Counter {
        /// The counter that follows.
        expected: u64,
        /// The counter of the state to be written.
        actual: u64,
    },
    /// The checkpoint does not fit.
    #[error("the checkpoint has {actual} octets, the lock record holds {limit}")]
    CheckpointTooLong {
        /// Octets that fit.
        limit: usize,
        /// Octets of the checkpoint.
        actual: usize,
    },
}

fn check_counter(expected: u64, next: &LockState) -> Result<(), LockError> {
    let actual = next.counter;
    if actual != expected {
        return Err(LockError::Counter { expected, actual });
    }
    Ok(())
}
