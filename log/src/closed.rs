//! The end of a log: one last event, after which it is only read.

use std::sync::{Arc, Mutex};

use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_signing::clock::{ClockReading, ClockWentBack, StampTime};
use meridian_signing::entropy::EntropyError;
use meridian_wire::leaf::{EventName, FINAL_EVENT, Leaf, NotAnEventName};
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::time::UnixMicros;

use crate::commit::{Body, NewLeaf};
use crate::event::{SaltedEvent, event_body};
use crate::examine::read_leaf;
use crate::fatal::Fatal;
use crate::fault::Fault;
use crate::lock_record::LockRecord;
use crate::open::{Found, Log, OpenError};
use crate::reader::{LogReader, Published};
use crate::store::{Store, StoreError};

/// Why a log was not closed.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// There was no salt for the final event. Nothing was changed.
    #[error("there is no salt for the final event")]
    Entropy(#[from] EntropyError),
    /// There was no time for the final event. Nothing was changed.
    #[error("there is no time for the final event")]
    Clock(#[from] ClockWentBack),
    /// The final event has no name, which no input can cause.
    #[error("the final event has no name")]
    Name(#[from] NotAnEventName),
    /// The final event could not be committed. Whether the log is closed is
    /// found out by opening it.
    #[error("the final event could not be committed")]
    Commit(#[from] Fatal),
}

impl Log {
    /// Closes the log: its last leaf is an event with this body, which names
    /// what succeeds it, under its last checkpoint. Nothing can be appended any
    /// more, nor after opening it again.
    ///
    /// # Errors
    ///
    /// [`CloseError`]. After [`CloseError::Commit`] the log may be closed or not.
    pub fn close(self, body: &[u8], reading: ClockReading) -> Result<ClosedLog, CloseError> {
        let Self {
            mut committer,
            published,
            last_time,
            entropy,
            // An authority that stops for want of room can still be closed: one leaf fits.
            reserve: _,
        } = self;
        let time = StampTime::next(reading, Some(last_time))?.time;
        let event = SaltedEvent::new(body, &*entropy)?;
        let leaf = Leaf::event(time, event.digest, EventName::new(FINAL_EVENT)?);
        let entry = leaf.encode();
        let kept = Body::Event(event.stored).into();
        committer.commit(vec![NewLeaf { entry, time, kept }], &published)?;
        Ok(ClosedLog {
            store: Arc::clone(&committer.store),
            published,
            final_time: time,
            _lock: Mutex::new(committer.lock),
        })
    }
}

/// Whether the last leaf in a store closed its log. A look: that the leaf is the one that was
/// signed for is for opening to find out.
///
/// # Errors
///
/// [`Fault`] if the leaf cannot be read.
pub fn is_closed(store: &dyn Store) -> Result<bool, Fault> {
    let last = store
        .state()?
        .and_then(|state| state.size.get().checked_sub(1));
    let Some(last) = last.map(LeafIndex::new) else {
        return Ok(false);
    };
    Ok(read_leaf(store, last)?.is_final())
}

/// A log that was closed: it is read and proven from, and never written.
#[derive(Debug)]
pub struct ClosedLog {
    store: Arc<dyn Store>,
    published: Arc<Published>,
    final_time: UnixMicros,
    /// Held, so that no other process takes the log for its own.
    _lock: Mutex<Box<dyn LockRecord>>,
}

impl ClosedLog {
    /// Opens a closed log by the rule of [`Log::open`], its lock record rolled
    /// forward where a crash left it behind. The log's private key is not
    /// needed: after the last checkpoint it can be destroyed.
    ///
    /// # Errors
    ///
    /// [`OpenError`], [`OpenError::NotClosed`] among them. Nothing was changed.
    pub fn open(
        store: Arc<dyn Store>,
        mut lock: Box<dyn LockRecord>,
        key: &VerifierKey,
    ) -> Result<Self, OpenError> {
        let found = Found::examine(&*store, &mut *lock, key)?;
        if !found.closed {
            let size = found.state.size;
            return Err(OpenError::NotClosed { size });
        }
        found.roll_forward(&mut *lock)?;
        Ok(Self {
            store,
            published: Arc::new(Published::new(found.head)),
            final_time: found.state.last_time,
            _lock: Mutex::new(lock),
        })
    }

    /// Reads the log.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        LogReader::new(Arc::clone(&self.store), Arc::clone(&self.published))
    }

    /// The last checkpoint that there will ever be.
    #[must_use]
    pub fn final_checkpoint(&self) -> SignedNote {
        self.published.note()
    }

    /// The number of leaves.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.reader().size()
    }

    /// The time of the last leaf. All leaves of the log that succeeds this one
    /// must be later.
    #[must_use]
    pub const fn final_time(&self) -> UnixMicros {
        self.final_time
    }

    /// What the final event says. `None` if it was erased.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    pub fn final_event(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let last = LeafIndex::new(self.size().get().saturating_sub(1));
        let stored = self.store.event(last)?;
        Ok(stored.as_deref().and_then(event_body).map(<[u8]>::to_vec))
    }
}

#[cfg(test)]
mod tests;
