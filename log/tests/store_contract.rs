//! What every store must keep of the contract in `store.rs`, on each store.
#![cfg(test)]

use std::sync::Arc;

use meridian_log::private::{PrivateFamily, PrivateRows};
use meridian_log::state::StoredState;
use meridian_log::store::mem::MemStore;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{CommitBatch, LocationToken, PrivateRow, Store, StoreError, StoredEvent};
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_wire::time::UnixMicros;

/// Closes a store and opens it again.
type Reopen<'a> = &'a dyn Fn(Arc<dyn Store>) -> Arc<dyn Store>;

fn on_each_store(check: impl Fn(Arc<dyn Store>, Reopen<'_>)) {
    check(Arc::new(MemStore::new()), &|store| store);

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let store = RocksStore::create(&path).unwrap();
    check(Arc::new(store), &|store| {
        drop(store);
        Arc::new(RocksStore::open(&path).unwrap())
    });
}

fn batch(first: u64, count: u64) -> CommitBatch {
    let size = TreeSize::new(first + count);
    let leaf = |index: u64| format!("leaf {index}").into_bytes();
    let previous = (first > 0).then(|| format!("checkpoint {first}\n"));
    let state = StoredState::new(
        size,
        leaf_hash(&size.get().to_be_bytes()),
        UnixMicros::new(size.get().try_into().unwrap()),
        format!("checkpoint {size}\n"),
        previous,
    );
    let mut batch = CommitBatch::new(
        LeafIndex::new(first),
        (first..first + count).map(leaf).collect(),
        state,
    );
    batch.nodes = (first..first + count).map(node).collect();
    batch.tokens = vec![(LeafIndex::new(first), format!("token {first}").into_bytes())];
    batch.events = vec![(LeafIndex::new(first + 1), b"event".to_vec())];
    batch
}

fn node(index: u64) -> (NodeId, Hash) {
    (NodeId::new(3, index), leaf_hash(&index.to_be_bytes()))
}

fn holds(store: &dyn Store, batch: &CommitBatch) -> bool {
    let leaves = (batch.first.get()..).zip(&batch.leaves);
    let leaf = |index| store.leaf(LeafIndex::new(index)).unwrap();
    leaves
        .clone()
        .all(|(index, bytes)| leaf(index).as_ref() == Some(bytes))
        && batch
            .nodes
            .iter()
            .all(|(id, hash)| store.node(*id).unwrap() == Some(*hash))
        && batch
            .tokens
            .iter()
            .all(|(i, token)| store.token(*i).unwrap().as_ref() == Some(token))
        && batch
            .events
            .iter()
            .all(|(i, event)| store.event(*i).unwrap().as_ref() == Some(event))
        && store.checkpoint(batch.state.size).unwrap().as_ref() == Some(&batch.state.checkpoint)
}

#[test]
fn an_empty_store_has_no_state_and_no_rows() {
    on_each_store(|store, reopen| {
        let store = reopen(store);
        assert_eq!(store.state().unwrap(), None);
        assert_eq!(store.leaf(LeafIndex::new(0)).unwrap(), None);
        assert_eq!(store.node(NodeId::new(1, 0)).unwrap(), None);
        assert_eq!(store.token(LeafIndex::new(0)).unwrap(), None);
        assert_eq!(store.event(LeafIndex::new(0)).unwrap(), None);
        assert_eq!(store.checkpoint(TreeSize::new(1)).unwrap(), None);
    });
}

#[test]
fn rows_are_read_back_at_once_and_after_reopening() {
    on_each_store(|store, reopen| {
        let (first, second) = (batch(0, 5), batch(5, 300));
        for batch in [&first, &second] {
            store.commit(batch).unwrap();
            assert!(holds(&*store, batch));
            assert_eq!(store.state().unwrap().as_ref(), Some(&batch.state));
        }
        let store = reopen(store);
        assert!(holds(&*store, &first) && holds(&*store, &second));
        assert_eq!(store.state().unwrap(), Some(second.state));
    });
}

#[test]
fn nodes_of_different_levels_do_not_meet() {
    on_each_store(|store, _| {
        let mut rows = batch(0, 1);
        let nodes: Vec<_> = (1..40)
            .flat_map(|level| (0..4).map(move |index| NodeId::new(level, index)))
            .map(|id| (id, leaf_hash(id.to_string().as_bytes())))
            .collect();
        rows.nodes = nodes.clone();
        store.commit(&rows).unwrap();
        for (id, hash) in nodes {
            assert_eq!(store.node(id).unwrap(), Some(hash), "{id}");
        }
    });
}

#[test]
fn neighbours_are_read_together_up_to_the_first_that_is_missing() {
    on_each_store(|store, reopen| {
        for rows in [batch(0, 5), batch(5, 300), batch(306, 2)] {
            store.commit(&rows).unwrap();
        }
        let store = reopen(store);
        for (first, count, there) in [(0, 305, 305), (0, 400, 305), (4, 2, 2), (305, 9, 0)] {
            let leaves = store.leaves(LeafIndex::new(first), count).unwrap();
            let expected = (first..).take(there).map(LeafIndex::new);
            let expected: Vec<_> = expected.map(|i| store.leaf(i).unwrap().unwrap()).collect();
            assert_eq!(leaves, expected);
            let nodes = store.nodes(NodeId::new(3, first), count).unwrap();
            let expected: Vec<_> = (first..).take(there).map(|i| node(i).1).collect();
            assert_eq!(nodes, expected);
        }
        assert!(store.nodes(NodeId::new(4, 0), 9).unwrap().is_empty());
        let end = store.leaves(LeafIndex::new(u64::MAX), usize::MAX).unwrap();
        assert!(end.is_empty());
    });
}

#[test]
fn a_reader_beside_the_writer_sees_whole_batches_only() {
    on_each_store(|store, _| {
        let reader = Arc::clone(&store);
        let seen = std::thread::spawn(move || {
            let mut last = 0;
            while last < 200 {
                if let Some(state) = reader.state().unwrap() {
                    last = state.size.get();
                    let leaf = reader.leaf(LeafIndex::new(last - 1)).unwrap();
                    assert!(leaf.is_some(), "the state is ahead of leaf {last}");
                }
            }
        });
        for first in (0..200).step_by(2) {
            store.commit(&batch(first, 2)).unwrap();
        }
        seen.join().unwrap();
    });
}

#[test]
fn a_database_that_is_open_is_read_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = RocksStore::create(dir.path()).unwrap();
    let rows = batch(0, 5);
    store.commit(&rows).unwrap();
    let beside = RocksStore::open_read_only(dir.path()).unwrap();
    assert!(holds(&beside, &rows));
    assert!(beside.commit(&batch(5, 1)).is_err());
    assert!(RocksStore::open(dir.path()).is_err(), "one writer");
}

fn changes_private_rows(store: &(impl Store + PrivateRows)) {
    let (early, late) = (UnixMicros::new(10), UnixMicros::new(20));
    let family = PrivateFamily::Tickets;
    store.put(family, b"mine", b"two uses", Some(late)).unwrap();
    store
        .put(family, b"other", b"two uses", Some(late))
        .unwrap();
    let mut batch = batch(0, 2);
    let row = |key: &[u8], value: &[u8]| PrivateRow::new(family, key.to_vec(), value.to_vec());
    batch.private = vec![
        row(b"mine", b"one use"),
        row(b"erased", b"one use"),
        // Two leaves of one batch: the later one holds.
        row(b"mine", b"no use"),
    ];
    store.commit(&batch).unwrap();
    let read = |key: &[u8], at| store.get(family, key, at).unwrap();
    assert_eq!(read(b"mine", early).unwrap(), b"no use");
    assert_eq!(read(b"other", early).unwrap(), b"two uses");
    assert_eq!(read(b"erased", early), None, "it is not made again");
    // It expires when it did before, and is swept then.
    assert_eq!(read(b"mine", late), None);
    assert_eq!(store.sweep(late, 9).unwrap(), 2);
    assert!(store.scan(family, b"", early, 9).unwrap().is_empty());
}

#[test]
fn a_batch_changes_private_rows_that_are_there() {
    changes_private_rows(&MemStore::new());
    let dir = tempfile::tempdir().unwrap();
    changes_private_rows(&RocksStore::create(dir.path()).unwrap());
}

#[test]
fn events_are_found_in_both_directions_and_no_further_than_asked() {
    on_each_store(|store, reopen| {
        // Events at 1, 4, 7, … of three leaves each.
        for first in (0..30).step_by(3) {
            store.commit(&batch(first, 3)).unwrap();
        }
        let store = reopen(store);
        let indexes = |found: Vec<StoredEvent>| -> Vec<u64> {
            assert!(found.iter().all(|(_, event)| event == b"event"));
            found.iter().map(|(index, _)| index.get()).collect()
        };
        let from = |at, most| indexes(store.events_from(LeafIndex::new(at), most).unwrap());
        let before = |at, most| indexes(store.events_before(LeafIndex::new(at), most).unwrap());
        assert_eq!(from(0, 3), [1, 4, 7]);
        assert_eq!(from(4, 2), [4, 7]);
        assert_eq!(from(5, 1), [7]);
        assert_eq!(from(25, 9), [25, 28]);
        assert_eq!(from(29, 9), [0; 0]);
        assert_eq!(from(0, 0), [0; 0]);
        assert_eq!(before(u64::MAX, 2), [28, 25]);
        assert_eq!(before(28, 2), [25, 22]);
        assert_eq!(before(2, 9), [1]);
        assert_eq!(before(1, 9), [0; 0]);
        assert_eq!(before(0, 9), [0; 0]);
    });
}

/// A store that looks at each position, as one without a better way does.
#[derive(Debug)]
struct Plain(MemStore);

impl Store for Plain {
    fn commit(&self, batch: &CommitBatch) -> Result<(), StoreError> {
        self.0.commit(batch)
    }

    fn state(&self) -> Result<Option<StoredState>, StoreError> {
        self.0.state()
    }

    fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.leaf(index)
    }

    fn node(&self, id: NodeId) -> Result<Option<Hash>, StoreError> {
        self.0.node(id)
    }

    fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.token(index)
    }

    fn location_token(&self, index: LeafIndex) -> Result<Option<LocationToken>, StoreError> {
        self.0.location_token(index)
    }

    fn event(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.event(index)
    }

    fn checkpoint(&self, size: TreeSize) -> Result<Option<String>, StoreError> {
        self.0.checkpoint(size)
    }
}

#[test]
fn a_store_without_a_better_way_finds_the_same_events() {
    let (plain, better) = (Plain(MemStore::new()), MemStore::new());
    for first in (0..30).step_by(3) {
        plain.commit(&batch(first, 3)).unwrap();
        better.commit(&batch(first, 3)).unwrap();
    }
    for at in (0..32).chain([u64::MAX]).map(LeafIndex::new) {
        for most in [0, 1, 3, 99] {
            assert_eq!(
                plain.events_from(at, most).unwrap(),
                better.events_from(at, most).unwrap()
            );
            assert_eq!(
                plain.events_before(at, most).unwrap(),
                better.events_before(at, most).unwrap()
            );
        }
    }
}
