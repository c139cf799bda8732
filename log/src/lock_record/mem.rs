//! The lock record's deterministic twin.

use std::sync::{Arc, Mutex, PoisonError};

use crate::lock_record::{LockError, LockReading, LockRecord, LockState, check_counter};

/// A record in memory; its clones are the same record, so that one can be kept
/// over a crash. For tests and simulations; no configuration can name it.
#[derive(Clone, Debug)]
pub struct MemLockRecord {
    /// The record itself; the lock lets a test look while the log writes.
    reading: Arc<Mutex<LockReading>>,
}

impl MemLockRecord {
    /// A record that holds nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::holding(LockReading::new(None, false))
    }

    /// A record from which `reading` is read.
    #[must_use]
    pub fn holding(reading: LockReading) -> Self {
        Self {
            reading: Arc::new(Mutex::new(reading)),
        }
    }

    /// What is read from the record now.
    #[must_use]
    pub fn reading(&self) -> LockReading {
        let reading = self.reading.lock();
        reading.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Default for MemLockRecord {
    fn default() -> Self {
        Self::new()
    }
}

impl LockRecord for MemLockRecord {
    fn read(&mut self) -> Result<LockReading, LockError> {
        Ok(self.reading())
    }

    fn replace(&mut self, next: &LockState) -> Result<(), LockError> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        check_counter(reading.next_counter(), next)?;
        *reading = LockReading::new(Some(next.clone()), false);
        Ok(())
    }
}
