//! What is outside of the process: a disk with the database, another one with the
//! lock record. Both can fail, and the first can lie.

use std::sync::{Arc, Mutex, MutexGuard};

use meridian_log::lock_record::{LockError, LockReading, LockRecord, LockState};
use meridian_log::state::StoredState;
use meridian_log::store::mem::MemStore;
use meridian_log::store::{CommitBatch, LocationToken, Store, StoreError};
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};

/// What goes wrong, once, at the next chance.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// The batch is lost, and reported as failed.
    StoreLoses,
    /// The batch is kept, and reported as failed.
    StoreKeeps,
    /// From here on nothing is durable, whatever is reported: it is there until
    /// the power fails.
    StoreLies,
    /// What the batch is added to cannot be read.
    ReadFails,
    /// What the batch is added to reads as something else.
    ReadFlips,
    LockLoses,
    LockKeeps,
    /// The slot that was being written is damaged, the other one is whole.
    LockTears,
}

impl Fault {
    pub(crate) const ALL: [Self; 8] = [
        Self::StoreLoses,
        Self::StoreKeeps,
        Self::StoreLies,
        Self::ReadFails,
        Self::ReadFlips,
        Self::LockLoses,
        Self::LockKeeps,
        Self::LockTears,
    ];
}

/// Both disks.
#[derive(Clone, Debug)]
pub(crate) struct Medium(Arc<Mutex<Disks>>);

#[derive(Debug)]
struct Disks {
    /// What a reader sees.
    seen: MemStore,
    /// What a power cut leaves, as long as it is less than what is seen.
    durable: Option<MemStore>,
    /// The same batches, for whoever repairs the disk.
    undurable: Vec<CommitBatch>,
    lock: LockReading,
    fault: Option<Fault>,
}

/// A copy of both disks, put aside.
#[derive(Debug)]
pub(crate) struct Copy {
    pub(crate) store: MemStore,
    pub(crate) lock: LockReading,
}

impl Medium {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Disks {
            seen: MemStore::new(),
            durable: None,
            undurable: Vec::new(),
            lock: LockReading::new(None, false),
            fault: None,
        })))
    }

    fn disks(&self) -> MutexGuard<'_, Disks> {
        self.0.lock().unwrap()
    }

    pub(crate) fn arm(&self, fault: Option<Fault>) {
        self.disks().fault = fault;
    }

    /// Whether the fault that was armed has happened.
    pub(crate) fn disarm(&self) -> bool {
        self.disks().fault.take().is_none()
    }

    pub(crate) fn is_lying(&self) -> bool {
        self.disks().durable.is_some()
    }

    /// What was not durable is gone from sight. Returns it.
    pub(crate) fn cut_power(&self) -> Vec<CommitBatch> {
        let mut disks = self.disks();
        if let Some(durable) = disks.durable.take() {
            disks.seen = durable;
        }
        std::mem::take(&mut disks.undurable)
    }

    /// The cache is written after all.
    pub(crate) fn settle(&self) {
        let mut disks = self.disks();
        disks.durable = None;
        disks.undurable.clear();
    }

    /// The disk reads well again.
    pub(crate) fn mend(&self, batches: &[CommitBatch]) {
        let disks = self.disks();
        for batch in batches {
            disks.seen.commit(batch).unwrap();
        }
    }

    pub(crate) fn copy(&self) -> Copy {
        let disks = self.disks();
        Copy {
            store: disks.seen.snapshot(),
            lock: disks.lock.clone(),
        }
    }

    pub(crate) fn put_back_store(&self, store: &MemStore) {
        self.disks().seen = store.snapshot();
    }

    pub(crate) fn put_back_lock(&self, lock: &LockReading) {
        self.disks().lock = lock.clone();
    }

    pub(crate) fn state(&self) -> Option<StoredState> {
        self.disks().seen.state().unwrap()
    }

    pub(crate) fn lock_size(&self) -> TreeSize {
        let disks = self.disks();
        let newest = disks.lock.newest.as_ref();
        newest.map_or(TreeSize::ZERO, |newest| newest.size)
    }
}

fn failed() -> StoreError {
    StoreError::Engine(Box::new(std::fmt::Error))
}

impl Disks {
    /// Whether this goes wrong now.
    fn meets(&mut self, fault: Fault) -> bool {
        let met = self.fault == Some(fault);
        if met {
            self.fault = None;
        }
        met
    }
}

impl Store for Medium {
    fn commit(&self, batch: &CommitBatch) -> Result<(), StoreError> {
        let mut disks = self.disks();
        if disks.meets(Fault::StoreLoses) {
            return Err(failed());
        }
        if disks.meets(Fault::StoreLies) && disks.durable.is_none() {
            disks.durable = Some(disks.seen.snapshot());
        }
        if disks.durable.is_some() {
            disks.undurable.push(batch.clone());
        }
        disks.seen.commit(batch)?;
        if disks.meets(Fault::StoreKeeps) {
            return Err(failed());
        }
        Ok(())
    }

    fn state(&self) -> Result<Option<StoredState>, StoreError> {
        self.disks().seen.state()
    }

    fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        let mut disks = self.disks();
        if disks.meets(Fault::ReadFails) {
            return Err(failed());
        }
        if disks.meets(Fault::ReadFlips) {
            return Ok(Some(b"flipped".to_vec()));
        }
        disks.seen.leaf(index)
    }

    fn node(&self, id: NodeId) -> Result<Option<Hash>, StoreError> {
        let mut disks = self.disks();
        if disks.meets(Fault::ReadFails) {
            return Err(failed());
        }
        if disks.meets(Fault::ReadFlips) {
            return Ok(Some(leaf_hash(b"flipped")));
        }
        disks.seen.node(id)
    }

    fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.disks().seen.token(index)
    }

    fn location_token(&self, index: LeafIndex) -> Result<Option<LocationToken>, StoreError> {
        self.disks().seen.location_token(index)
    }

    fn event(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.disks().seen.event(index)
    }

    fn checkpoint(&self, size: TreeSize) -> Result<Option<String>, StoreError> {
        self.disks().seen.checkpoint(size)
    }
}

impl LockRecord for Medium {
    fn read(&mut self) -> Result<LockReading, LockError> {
        Ok(self.disks().lock.clone())
    }

    fn replace(&mut self, next: &LockState) -> Result<(), LockError> {
        let mut disks = self.disks();
        let expected = disks.lock.newest.as_ref().map_or(1, |it| it.counter + 1);
        let refused = LockError::Counter {
            expected,
            actual: next.counter,
        };
        if next.counter != expected || disks.meets(Fault::LockLoses) {
            return Err(refused);
        }
        if disks.meets(Fault::LockTears) {
            disks.lock.damaged = true;
            return Err(refused);
        }
        disks.lock = LockReading::new(Some(next.clone()), false);
        if disks.meets(Fault::LockKeeps) {
            return Err(refused);
        }
        Ok(())
    }
}
