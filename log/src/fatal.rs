//! What ends the process.

use std::sync::{Arc, Mutex, PoisonError};

use meridian_merkle::error::ProveError;
use meridian_merkle::hash::Hash;
use meridian_merkle::index::TreeSize;

use crate::edge::NotOnEdge;
use crate::identity::CheckpointFault;
use crate::lock_record::LockError;
use crate::second_root::SecondRootError;
use crate::store::StoreError;

/// Why the log cannot go on.
///
/// After the write to the store began nobody knows what is on disk, and before
/// it only a fault of the machine can stop a batch. Either way the process ends
/// and [`crate::open`] finds out. Nothing of the batch was released.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// The root could not be computed a second time.
    #[error("the root could not be computed a second time")]
    NoSecondRoot(#[from] SecondRootError),
    /// The two computations of the root differ: memory, disk or processor erred.
    #[error(
        "the root of {size} leaves is {first} or {second}: memory, disk or processor is faulty"
    )]
    RootsDiffer {
        /// The size of the tree.
        size: TreeSize,
        /// The root by `meridian-merkle`.
        first: Hash,
        /// The root by the second computation.
        second: Hash,
    },
    /// The new tree does not begin with the old one.
    #[error("the new tree does not begin with the old one")]
    Inconsistent(#[from] ProveError<NotOnEdge>),
    /// The checkpoint could not be made.
    #[error("the checkpoint could not be made")]
    Checkpoint(#[from] CheckpointFault),
    /// The store failed to write the batch.
    #[error("the batch could not be written")]
    Store(#[from] StoreError),
    /// The lock record failed.
    #[error("the lock record could not be replaced")]
    LockRecord(#[from] LockError),
    /// A thread of the log panicked.
    #[error("a thread of the log panicked")]
    Panicked,
}

/// What is to be done when the log cannot go on.
pub type OnFatal = Box<dyn FnOnce(Fatal) + Send>;

/// Rings once. Its clones are the same alarm; dropped in a thread that panics,
/// it rings.
#[derive(Clone)]
pub(crate) struct Alarm {
    on_fatal: Arc<Mutex<Option<OnFatal>>>,
}

impl Alarm {
    pub(crate) fn new(on_fatal: OnFatal) -> Self {
        Self {
            on_fatal: Arc::new(Mutex::new(Some(on_fatal))),
        }
    }

    pub(crate) fn ring(&self, fatal: Fatal) {
        let on_fatal = self.on_fatal.lock();
        let on_fatal = on_fatal.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(on_fatal) = on_fatal {
            on_fatal(fatal);
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.ring(Fatal::Panicked);
        }
    }
}
