//! Each step of a commit that fails ends the log: nothing is released, and
//! opening it again finds either all of the batch or nothing.
#![cfg(test)]

mod rig;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use meridian_log::fatal::Fatal;
use meridian_log::lock_record::{LockError, LockReading, LockRecord, LockState};
use meridian_log::open::LogParts;
use meridian_log::released::Outcome;
use meridian_log::sequencer::SubmitError;
use meridian_log::state::StoredState;
use meridian_log::store::{CommitBatch, LocationToken, Store, StoreError};
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use rig::{FaultStamper, World, check_released, limits};

/// What goes wrong, once it is switched on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fault {
    /// The batch is lost, and reported as failed.
    StoreLoses,
    /// The batch is kept, and reported as failed.
    StoreKeeps,
    /// A node of the right edge is read back with another hash.
    StoreFlips,
    LockLoses,
    LockKeeps,
}

#[derive(Debug)]
struct Faulty<T> {
    inner: T,
    fault: Fault,
    on: Arc<AtomicBool>,
}

impl<T> Faulty<T> {
    fn is(&self, fault: Fault) -> bool {
        self.fault == fault && self.on.load(Ordering::SeqCst)
    }
}

fn failed() -> StoreError {
    StoreError::Engine(Box::new(std::fmt::Error))
}

impl Store for Faulty<Arc<dyn Store>> {
    fn commit(&self, batch: &CommitBatch) -> Result<(), StoreError> {
        if self.is(Fault::StoreLoses) {
            return Err(failed());
        }
        self.inner.commit(batch)?;
        if self.is(Fault::StoreKeeps) {
            Err(failed())
        } else {
            Ok(())
        }
    }

    fn state(&self) -> Result<Option<StoredState>, StoreError> {
        self.inner.state()
    }

    fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.leaf(index)
    }

    fn node(&self, id: NodeId) -> Result<Option<Hash>, StoreError> {
        let node = self.inner.node(id)?;
        Ok(if self.is(Fault::StoreFlips) {
            Some(leaf_hash(b"flipped"))
        } else {
            node
        })
    }

    fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.token(index)
    }

    fn location_token(&self, index: LeafIndex) -> Result<Option<LocationToken>, StoreError> {
        self.inner.location_token(index)
    }

    fn event(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.event(index)
    }

    fn checkpoint(&self, size: TreeSize) -> Result<Option<String>, StoreError> {
        self.inner.checkpoint(size)
    }
}

impl LockRecord for Faulty<Box<dyn LockRecord>> {
    fn read(&mut self) -> Result<LockReading, LockError> {
        self.inner.read()
    }

    fn replace(&mut self, next: &LockState) -> Result<(), LockError> {
        let failed = LockError::Counter {
            expected: 0,
            actual: 0,
        };
        if self.is(Fault::LockLoses) {
            return Err(failed);
        }
        self.inner.replace(next)?;
        if self.is(Fault::LockKeeps) {
            Err(failed)
        } else {
            Ok(())
        }
    }
}

/// Lets one request meet the fault; returns what the log said and how many
/// leaves are there after it was opened again.
fn check(fault: Fault) -> (Fatal, u64) {
    let world = World::new();
    let on = Arc::new(AtomicBool::new(false));
    let rig = world.start_with(&FaultStamper::sound(), limits(), |parts| {
        let LogParts {
            store,
            lock,
            identity,
            entropy,
            ..
        } = parts;
        let store = Faulty {
            inner: store,
            fault,
            on: Arc::clone(&on),
        };
        let lock = Faulty {
            inner: lock,
            fault,
            on: Arc::clone(&on),
        };
        LogParts::new(Arc::new(store), Box::new(lock), identity, entropy)
    });
    for number in 0..5 {
        let name = format!("before {number}");
        let Outcome::Stamped(released) = rig.ask(&name) else {
            panic!()
        };
        check_released(&name, &released);
    }
    on.store(true, Ordering::SeqCst);
    let answer = rig.submit("meets the fault").unwrap();
    let fatal = rig.fatal.recv_timeout(Duration::from_secs(20)).unwrap();

    let silence = answer.recv_timeout(Duration::from_millis(200));
    assert!(
        matches!(silence, Err(RecvTimeoutError::Timeout)),
        "{silence:?}"
    );
    assert_eq!(
        rig.sequencer.reader().size(),
        TreeSize::new(6),
        "nothing is released"
    );
    // A request that had no number yet may be told so.
    match rig.submit("too late") {
        Ok(answer) => assert!(matches!(rig::wait(&answer), Outcome::Stopped)),
        Err(error) => assert_eq!(error, SubmitError::Closed),
    }
    rig.sequencer.shutdown();

    let reopened = world.start(&FaultStamper::sound(), limits());
    let size = reopened.sequencer.reader().size().get();
    let Outcome::Stamped(released) = reopened.ask("after") else {
        panic!()
    };
    assert_eq!(released.index().get(), size);
    check_released("after", &released);
    assert_eq!(world.fsck().size.get(), size + 1);
    (fatal, size)
}

#[test]
fn a_store_that_lost_the_batch() {
    assert!(matches!(check(Fault::StoreLoses), (Fatal::Store(_), 6)));
}

#[test]
fn a_store_that_kept_the_batch_and_said_it_failed() {
    assert!(matches!(check(Fault::StoreKeeps), (Fatal::Store(_), 7)));
}

#[test]
fn a_lock_record_that_lost_the_state() {
    assert!(matches!(check(Fault::LockLoses), (Fatal::LockRecord(_), 7)));
}

#[test]
fn a_lock_record_that_kept_the_state_and_said_it_failed() {
    assert!(matches!(check(Fault::LockKeeps), (Fatal::LockRecord(_), 7)));
}

#[test]
fn a_right_edge_that_reads_back_differently() {
    assert!(matches!(
        check(Fault::StoreFlips),
        (Fatal::RootsDiffer { .. }, 6)
    ));
}
