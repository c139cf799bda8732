//! The open rule, and what it must refuse.

use meridian_merkle::hash::leaf_hash;
use meridian_merkle::index::{LeafIndex, NodeId};
use meridian_signing::deterministic::DeterministicEd25519;
use meridian_signing::entropy::SeededEntropy;
use meridian_wire::note::name::KeyName;

use super::*;
use crate::lock_record::mem::MemLockRecord;
use crate::store::mem::MemStore;
use crate::store::{CommitBatch, Row};

const ORIGIN: &str = "log.example/1";

fn parts(store: &Arc<MemStore>, lock: &MemLockRecord, origin: &str, seed: u8) -> LogParts {
    let signer = DeterministicEd25519::from_seed(&[seed; 32]).unwrap();
    let origin = KeyName::new(origin).unwrap();
    let identity = LogIdentity::new(origin, Arc::new(signer)).unwrap();
    let store: Arc<dyn Store> = Arc::<MemStore>::clone(store);
    let entropy = Arc::new(SeededEntropy::new(1));
    LogParts::new(store, Box::new(lock.clone()), identity, entropy)
}

fn reopen(store: &Arc<MemStore>, lock: &MemLockRecord) -> Result<Log, OpenError> {
    Log::open(parts(store, lock, ORIGIN, 1))
}

/// Store and lock record of a log, as they were after each batch.
struct History {
    after: Vec<(Arc<MemStore>, LockReading)>,
}

impl History {
    /// A genesis, then batches of these sizes.
    fn of(batches: &[usize]) -> Self {
        let (store, lock) = (Arc::new(MemStore::new()), MemLockRecord::new());
        let time = UnixMicros::new(1_000);
        let mut log = Log::create(parts(&store, &lock, ORIGIN, 1), b"genesis", time).unwrap();
        let mut after = vec![(Arc::new(store.snapshot()), lock.reading())];
        for size in batches {
            append(&mut log, *size, "token");
            after.push((Arc::new(store.snapshot()), lock.reading()));
        }
        Self { after }
    }

    fn store(&self, batch: usize) -> Arc<MemStore> {
        Arc::new(self.after[batch].0.snapshot())
    }

    fn lock(&self, batch: usize) -> MemLockRecord {
        MemLockRecord::holding(self.after[batch].1.clone())
    }

    fn damaged_lock(&self, batch: usize) -> MemLockRecord {
        let newest = self.after[batch].1.newest.clone();
        MemLockRecord::holding(LockReading::new(newest, true))
    }
}

fn stamp(log: &Log, at: usize, token: &str) -> NewLeaf {
    let before = log.last_time.get() + i64::try_from(at).unwrap();
    let time = UnixMicros::new(before + 1);
    let entry = Leaf::time_stamp(time, *leaf_hash(token.as_bytes()).as_bytes()).encode();
    let kept = Body::Token(token.as_bytes().to_vec()).into();
    NewLeaf { entry, time, kept }
}

fn append(log: &mut Log, count: usize, token: &str) {
    let leaves: Vec<_> = (0..count).map(|at| stamp(log, at, token)).collect();
    log.last_time = leaves.last().unwrap().time;
    log.committer.commit(leaves, &log.published).unwrap();
}

fn size(leaves: u64) -> TreeSize {
    TreeSize::new(leaves)
}

#[test]
fn equal_goes_on_where_it_was() {
    let history = History::of(&[3, 1, 7]);
    let lock = history.lock(3);
    let mut log = reopen(&history.store(3), &lock).unwrap();
    assert_eq!(log.reader().size(), size(12));
    assert_eq!(log.last_time(), UnixMicros::new(1_011));
    assert_eq!(lock.reading(), history.after[3].1);

    append(&mut log, 2, "more");
    assert_eq!(log.reader().size(), size(14));
}

#[test]
fn a_crash_between_the_two_syncs_is_rolled_forward() {
    let history = History::of(&[3, 1, 7]);
    for batch in 1..=3 {
        for lock in [history.lock(batch - 1), history.damaged_lock(batch - 1)] {
            let log = reopen(&history.store(batch), &lock).unwrap();
            assert_eq!(lock.reading(), history.after[batch].1);
            let checkpoint = &lock.reading().newest.unwrap().checkpoint;
            assert_eq!(&log.reader().checkpoint(), checkpoint);
        }
    }
}

#[test]
fn recovery_knows_no_limit_of_a_batch() {
    // More than any queue or batch that can be configured, and than the edge that is looked at.
    let history = History::of(&[1, 5_000]);
    let log = reopen(&history.store(2), &history.lock(1)).unwrap();
    assert_eq!(log.reader().size(), size(5_002));
}

#[test]
fn a_crash_while_creating_is_rolled_forward() {
    let history = History::of(&[]);
    for damaged in [false, true] {
        let lock = MemLockRecord::holding(LockReading::new(None, damaged));
        reopen(&history.store(0), &lock).unwrap();
        assert_eq!(lock.reading(), history.after[0].1);
    }
}

#[test]
fn refuses_what_was_never_created() {
    let refused = reopen(&Arc::new(MemStore::new()), &MemLockRecord::new());
    assert!(matches!(refused, Err(OpenError::NotCreated)));
}

#[test]
fn refuses_a_database_that_lost_a_released_batch() {
    let history = History::of(&[3, 1]);
    for (batch, leaves) in [(0, 1), (1, 4)] {
        let refused = reopen(&history.store(batch), &history.lock(2));
        let (database, lock) = (size(leaves), size(5));
        assert!(
            matches!(refused, Err(OpenError::DatabaseBehind { database: d, lock: l })
            if (d, l) == (database, lock))
        );
    }
    let refused = reopen(&Arc::new(MemStore::new()), &history.lock(2));
    assert!(matches!(refused, Err(OpenError::DatabaseBehind { .. })));
}

#[test]
fn refuses_a_lock_record_two_batches_behind() {
    let history = History::of(&[3, 1]);
    for lock in [history.lock(0), MemLockRecord::new()] {
        let refused = reopen(&history.store(2), &lock);
        assert!(matches!(refused, Err(OpenError::LockBehind { .. })));
    }
}

#[test]
fn refuses_a_damaged_lock_record_beside_an_equal_state() {
    let history = History::of(&[3]);
    let refused = reopen(&history.store(1), &history.damaged_lock(1));
    assert!(matches!(refused, Err(OpenError::LockDamaged)));
}

#[test]
fn refuses_a_lock_record_of_which_nothing_is_left() {
    let lock = || MemLockRecord::holding(LockReading::new(None, true));
    let history = History::of(&[3]);
    for store in [history.store(1), Arc::new(MemStore::new())] {
        let refused = reopen(&store, &lock());
        assert!(matches!(refused, Err(OpenError::LockDamaged)));
    }
}

#[test]
fn refuses_two_histories_of_one_size() {
    let history = History::of(&[3, 1]);
    let lock = history.lock(1);
    let mut other = reopen(&history.store(1), &lock).unwrap();
    append(&mut other, 1, "another token");
    let refused = reopen(&history.store(2), &lock);
    assert!(matches!(refused, Err(OpenError::Forked { size: s }) if s == size(5)));
}

#[test]
fn refuses_another_key_and_another_origin() {
    let history = History::of(&[3]);
    let open = |origin, seed| Log::open(parts(&history.store(1), &history.lock(1), origin, seed));
    let fault = |result: Result<Log, OpenError>| match result {
        Err(OpenError::Checkpoint(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let not_signed = fault(open(ORIGIN, 2));
    assert!(matches!(not_signed, CheckpointFault::NotSigned { .. }));
    let origin = fault(open("log.example/2", 1));
    assert!(matches!(origin, CheckpointFault::Origin { .. }));
}

/// A store in which rows were replaced behind the log's back.
fn tampered(
    history: &History,
    batch: usize,
    tamper: impl FnOnce(&mut CommitBatch),
) -> Arc<MemStore> {
    let store = history.store(batch);
    let state = store.state().unwrap().unwrap();
    let mut rows = CommitBatch::new(LeafIndex::new(0), Vec::new(), state);
    tamper(&mut rows);
    store.commit(&rows).unwrap();
    store
}

fn edge_fault(store: &Arc<MemStore>, lock: &MemLockRecord) -> Fault {
    match reopen(store, lock) {
        Err(OpenError::Edge(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn refuses_a_leaf_of_the_right_edge_that_was_changed() {
    let history = History::of(&[3, 1, 7]);
    let changed = Leaf::void(UnixMicros::new(1_004)).encode();
    let store = tampered(&history, 3, |rows| {
        rows.first = LeafIndex::new(4);
        rows.leaves = vec![changed];
    });
    for batch in [3, 2] {
        let lock = history.lock(batch);
        let fault = edge_fault(&store, &lock);
        assert!(matches!(
            fault,
            Fault::Root { .. } | Fault::OutOfPlace(Row::Token(_))
        ));
        assert_eq!(
            lock.reading(),
            history.after[batch].1,
            "the lock record is untouched"
        );
    }
}

#[test]
fn refuses_a_node_of_the_right_edge_that_was_changed() {
    let history = History::of(&[3, 1, 7]);
    let id = NodeId::new(1, 5);
    let store = tampered(&history, 3, |rows| rows.nodes = vec![(id, leaf_hash(b"x"))]);
    let fault = edge_fault(&store, &history.lock(3));
    assert!(matches!(fault, Fault::Node { id: found, .. } if found == id));
}

#[test]
fn refuses_a_time_in_the_state_that_is_not_the_last_leafs() {
    let history = History::of(&[3]);
    let store = tampered(&history, 1, |rows| {
        rows.state.last_time = UnixMicros::new(1)
    });
    let fault = edge_fault(&store, &history.lock(1));
    assert!(matches!(fault, Fault::LastTime { .. }));
}

#[test]
fn refuses_a_state_that_contradicts_its_checkpoint() {
    let history = History::of(&[3]);
    let store = tampered(&history, 1, |rows| rows.state.root = leaf_hash(b"x"));
    let refused = reopen(&store, &history.lock(1));
    assert!(matches!(refused, Err(OpenError::State { .. })));
}

#[test]
fn an_erased_token_stops_a_roll_forward_and_nothing_else() {
    let history = History::of(&[3]);
    let lock = history.lock(1);
    let mut log = reopen(&history.store(1), &lock).unwrap();
    let mut leaf = stamp(&log, 0, "token");
    leaf.kept.body = Body::Nothing;
    log.committer.commit(vec![leaf], &log.published).unwrap();
    let store = Arc::clone(&log.committer.store);
    let open = |lock: &MemLockRecord| {
        let mut parts = parts(&Arc::new(MemStore::new()), lock, ORIGIN, 1);
        parts.store = Arc::clone(&store);
        Log::open(parts)
    };
    let refused = open(&history.lock(1));
    assert!(matches!(
        refused,
        Err(OpenError::Edge(Fault::Missing(Row::Token(_))))
    ));
    open(&lock).unwrap();
}

#[test]
fn refuses_to_create_over_a_log_or_half_of_one() {
    let history = History::of(&[3]);
    let fresh = || (Arc::new(MemStore::new()), MemLockRecord::new());
    let halves = [
        (history.store(1), history.lock(1)),
        (history.store(1), fresh().1),
        (fresh().0, history.lock(1)),
    ];
    for (store, lock) in halves {
        let refused = Log::create(parts(&store, &lock, ORIGIN, 1), b"", UnixMicros::new(0));
        assert!(matches!(refused, Err(CreateError::Exists)));
    }
}
