//! The column families of a database: which there must be, which may be absent,
//! and what they cost.
#![cfg(test)]

use std::path::Path;

use meridian_log::private::{PrivateFamily, PrivateRows};
use meridian_log::state::StoredState;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{CommitBatch, LocationToken, Store, StoreError};
use meridian_merkle::hash::{EMPTY_ROOT, leaf_hash};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_wire::time::UnixMicros;
use rocksdb::{DB, Options};

const NOW: UnixMicros = UnixMicros::new(1_700_000_000_000_000);

/// Those of a database from before there were location stamps.
const OLD: [&str; 6] = ["leaves", "nodes", "tokens", "events", "checkpoints", "meta"];

fn make(path: &Path, families: &[&str]) {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    let db = DB::open_cf(&options, path, families).unwrap();
    let leaves = db.cf_handle("leaves");
    if let Some(leaves) = leaves {
        db.put_cf(leaves, 0_u64.to_be_bytes(), b"old leaf").unwrap();
    }
}

fn families(path: &Path) -> Vec<String> {
    DB::list_cf(&Options::default(), path).unwrap()
}

#[test]
fn a_database_from_before_location_stamps_is_read_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), &OLD);
    let before = families(dir.path());
    let store = RocksStore::open_read_only(dir.path()).unwrap();
    let leaf = store.leaf(LeafIndex::new(0)).unwrap();
    assert_eq!(leaf.as_deref(), Some(&b"old leaf"[..]));
    assert_eq!(store.location_token(LeafIndex::new(0)).unwrap(), None);
    for family in PrivateFamily::ALL {
        assert_eq!(store.get(family, b"key", NOW).unwrap(), None);
        assert!(store.scan(family, b"", NOW, 9).unwrap().is_empty());
        let beside = store.neighbours(family, b"", b"key", NOW).unwrap();
        assert_eq!((beside.before, beside.after), (None, None));
    }
    assert_eq!(store.policy(&[1; 32]).unwrap(), None);
    let written = store.put(PrivateFamily::Tickets, b"key", b"value", None);
    assert!(matches!(written, Err(StoreError::NoFamily(_))));
    assert_eq!(families(dir.path()), before);
}

#[test]
fn a_database_from_before_location_stamps_gets_their_families_when_opened() {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), &OLD);
    let store = RocksStore::open(dir.path()).unwrap();
    let leaf = store.leaf(LeafIndex::new(0)).unwrap();
    assert_eq!(leaf.as_deref(), Some(&b"old leaf"[..]));
    for family in PrivateFamily::ALL {
        store.put(family, b"key", b"value", None).unwrap();
    }
    drop(store);
    let store = RocksStore::open_read_only(dir.path()).unwrap();
    let value = store.get(PrivateFamily::Travel, b"key", NOW).unwrap();
    assert_eq!(value.as_deref(), Some(&b"value"[..]));
}

#[test]
fn a_database_that_lost_a_family_of_the_log_is_refused_and_not_mended() {
    for lost in OLD {
        let dir = tempfile::tempdir().unwrap();
        let left: Vec<_> = OLD.into_iter().filter(|name| *name != lost).collect();
        make(dir.path(), &left);
        let before = families(dir.path());
        for opened in [RocksStore::open, RocksStore::open_read_only] {
            let refused = opened(dir.path());
            assert!(matches!(refused, Err(StoreError::NoFamily(name)) if name == lost));
        }
        assert_eq!(families(dir.path()), before);
    }
}

#[test]
fn a_write_to_every_family_fills_no_write_buffer() {
    let dir = tempfile::tempdir().unwrap();
    let store = RocksStore::create(dir.path()).unwrap();
    for number in 0..300_u64 {
        for family in PrivateFamily::ALL {
            store
                .put(family, &number.to_be_bytes(), &[0; 64], Some(NOW))
                .unwrap();
        }
        let (index, size) = (LeafIndex::new(number), TreeSize::new(number + 1));
        let state = StoredState::new(size, EMPTY_ROOT, NOW, "checkpoint".to_owned(), None);
        let mut batch = CommitBatch::new(index, vec![vec![0; 60]], state);
        batch.nodes = vec![(NodeId::new(1, number), leaf_hash(b""))];
        batch.tokens = vec![(index, vec![0; 900])];
        batch.events = vec![(index, vec![0; 60])];
        let mut token = LocationToken::new(vec![0; 900], NOW);
        token.owner = Some([1; 32]);
        batch.location_tokens = vec![(index, token)];
        store.commit(&batch).unwrap();
        store.put_policy(&[1; 32], b"{}").unwrap();
    }
    let files = std::fs::read_dir(dir.path()).unwrap();
    let mut tables = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "sst"));
    // Less than 1 MiB was written and 12 MiB may wait in memory.
    assert_eq!(tables.next(), None);
}
