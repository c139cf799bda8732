//! Closing, and that it is for ever.

use std::sync::Arc;

use meridian_signing::clock::BoundSource;
use meridian_signing::deterministic::DeterministicEd25519;
use meridian_signing::entropy::SeededEntropy;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::note::name::KeyName;

use super::*;
use crate::identity::LogIdentity;
use crate::lock_record::mem::MemLockRecord;
use crate::open::LogParts;
use crate::store::mem::MemStore;

const BODY: &[u8] = b"log 1 succeeds it";

fn identity() -> LogIdentity {
    let signer = DeterministicEd25519::from_seed(&[1; 32]).unwrap();
    let origin = KeyName::new("log.example/a").unwrap();
    LogIdentity::new(origin, Arc::new(signer)).unwrap()
}

fn parts(store: &Arc<MemStore>, lock: &MemLockRecord) -> LogParts {
    let store: Arc<dyn Store> = Arc::<MemStore>::clone(store);
    let entropy = Arc::new(SeededEntropy::new(1));
    LogParts::new(store, Box::new(lock.clone()), identity(), entropy)
}

fn reading(time: i64) -> ClockReading {
    ClockReading::new(UnixMicros::new(time), 10, BoundSource::Measured)
}

fn created() -> (Arc<MemStore>, MemLockRecord, Log) {
    let (store, lock) = (Arc::new(MemStore::new()), MemLockRecord::new());
    let log = Log::create(parts(&store, &lock), b"genesis", UnixMicros::new(1_000)).unwrap();
    (store, lock, log)
}

fn reopen_closed(store: &Arc<MemStore>, lock: &MemLockRecord) -> Result<ClosedLog, OpenError> {
    let store: Arc<dyn Store> = Arc::<MemStore>::clone(store);
    ClosedLog::open(store, Box::new(lock.clone()), identity().verifier_key())
}

#[test]
fn a_closed_log_is_never_opened_for_writing_again() {
    let (store, lock, log) = created();
    assert!(!is_closed(&*store).unwrap());
    drop(log.close(BODY, reading(2_000)).unwrap());
    assert!(is_closed(&*store).unwrap());
    assert!(!is_closed(&MemStore::new()).unwrap());
    for _ in 0..2 {
        let refused = Log::open(parts(&store, &lock));
        assert!(matches!(refused, Err(OpenError::Closed { size }) if size.get() == 2));
    }
}

#[test]
fn its_last_leaf_is_the_final_event_under_its_last_checkpoint() {
    let (store, lock, log) = created();
    let closed = log.close(BODY, reading(2_000)).unwrap();
    let again = reopen_closed(&store, &lock).unwrap();
    for log in [&closed, &again] {
        assert_eq!(log.final_event().unwrap().as_deref(), Some(BODY));
        assert_eq!(log.final_time(), UnixMicros::new(2_000));
        let checkpoint = Checkpoint::parse(log.final_checkpoint().text()).unwrap();
        assert_eq!(
            (checkpoint.size(), log.size()),
            (TreeSize::new(2), TreeSize::new(2))
        );
        let proof = log.reader().proof(LeafIndex::new(1)).unwrap().unwrap();
        assert!(Leaf::decode(proof.extra().unwrap()).unwrap().is_final());
    }
}

#[test]
fn a_log_that_was_not_closed_does_not_open_as_closed() {
    let (store, lock, log) = created();
    drop(log);
    let refused = reopen_closed(&store, &lock);
    assert!(matches!(refused, Err(OpenError::NotClosed { size }) if size.get() == 1));
}

#[test]
fn a_crash_before_the_lock_record_leaves_a_closed_log() {
    let (store, lock, log) = created();
    let before = lock.reading();
    drop(log.close(BODY, reading(2_000)).unwrap());
    let after = lock.reading();
    let lock = MemLockRecord::holding(before);
    assert!(matches!(
        Log::open(parts(&store, &lock)),
        Err(OpenError::Closed { .. })
    ));
    assert_ne!(lock.reading(), after);
    drop(reopen_closed(&store, &lock).unwrap());
    assert_eq!(lock.reading(), after);
}

#[test]
fn a_clock_that_went_back_closes_nothing() {
    let (store, lock, log) = created();
    assert!(matches!(
        log.close(BODY, reading(500)),
        Err(CloseError::Clock(_))
    ));
    assert!(Log::open(parts(&store, &lock)).is_ok());
}

#[test]
fn a_leaf_behind_the_final_one_is_a_fault() {
    let (store, lock, mut log) = created();
    let leaf = |time, name| {
        Leaf::event(
            UnixMicros::new(time),
            [7; 32],
            EventName::new(name).unwrap(),
        )
    };
    for leaf in [leaf(2_000, FINAL_EVENT), leaf(3_000, "start")] {
        let new = NewLeaf {
            entry: leaf.encode(),
            time: leaf.time(),
            kept: Body::Nothing.into(),
        };
        log.committer.commit(vec![new], &log.published).unwrap();
    }
    drop(log);
    let refused = Log::open(parts(&store, &lock));
    let index = LeafIndex::new(2);
    assert!(
        matches!(refused, Err(OpenError::Edge(Fault::AfterFinal { index: at })) if at == index)
    );
}
