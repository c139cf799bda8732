//! Tiles are cut from the released log, and lead to its root.
#![cfg(test)]

mod rig;

use std::sync::Arc;

use meridian_log::lock_record::{LockRecord, LockState};
use meridian_log::reader::{LogReader, ReadError};
use meridian_log::store::mem::MemStore;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{CommitBatch, Row, Store};
use meridian_merkle::hash::leaf_hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_wire::tile::TilePath;
use meridian_wire::tile::of_tree::tiles_since;
use meridian_wire::tile::walk::TileWalk;
use rig::{FaultStamper, World, limits, wait};

/// A log of `leaves` leaves, and what was released when half of them were there.
fn grown(store: Arc<dyn Store>, leaves: u64) -> (World, LockState) {
    let mut world = World::with_store(store);
    let rig = world.start(&FaultStamper::sound(), limits());
    let stamp = |numbers: std::ops::Range<u64>| {
        let answers: Vec<_> = numbers
            .map(|number| rig.submit(&format!("r{number}")).unwrap())
            .collect();
        answers.iter().for_each(|answer| drop(wait(answer)));
    };
    stamp(1..leaves / 2);
    let half = world.lock.read().unwrap().newest.unwrap();
    stamp(leaves / 2..leaves);
    drop(rig);
    (world, half)
}

fn reader(world: &World, released: &LockState) -> LogReader {
    let key = World::identity().verifier_key().clone();
    LogReader::offline(Arc::clone(&world.store), released, &key).unwrap()
}

fn on_each_store(check: impl Fn(Arc<dyn Store>)) {
    check(Arc::new(MemStore::new()));
    let dir = tempfile::tempdir().unwrap();
    check(Arc::new(
        RocksStore::create(&dir.path().join("db")).unwrap(),
    ));
}

fn tile(path: &str) -> TilePath {
    TilePath::parse(path).unwrap()
}

#[test]
fn every_tile_leads_to_the_released_root_and_every_entry_is_a_leaf() {
    on_each_store(|store| {
        let (mut world, _) = grown(store, 700);
        let newest = world.lock.read().unwrap().newest.unwrap();
        let reader = reader(&world, &newest);
        let fetch = |path: &TilePath| reader.tile(path).unwrap().ok_or(());
        let mut walk = TileWalk::start(newest.size, &newest.root, fetch).unwrap();
        for index in (0..700).map(LeafIndex::new) {
            let leaf = reader.leaf(index).unwrap().unwrap();
            assert_eq!(walk.entry(index).unwrap(), leaf);
            let proof = walk.inclusion(index).unwrap();
            proof.verify(&leaf_hash(&leaf), &newest.root).unwrap();
            let served = reader.proof(index).unwrap().unwrap();
            assert_eq!(proof.hashes(), served.hashes());
        }
    });
}

#[test]
fn a_partial_tile_of_any_width_is_the_beginning_of_the_full_one() {
    on_each_store(|store| {
        let (mut world, _) = grown(store, 520);
        let newest = world.lock.read().unwrap().newest.unwrap();
        let reader = reader(&world, &newest);
        for name in ["0/000", "0/001"] {
            let full = reader.tile(&tile(name)).unwrap().unwrap();
            assert_eq!(full.len(), 8_192);
            for width in 1..256 {
                let part = tile(&format!("{name}.p/{width}"));
                assert_eq!(reader.tile(&part).unwrap().unwrap(), full[..width * 32]);
            }
        }
        for width in 1..=8 {
            let part = tile(&format!("entries/002.p/{width}"));
            assert!(reader.tile(&part).unwrap().is_some());
        }
        let top = reader.tile(&tile("1/000.p/2")).unwrap().unwrap();
        assert_eq!(top.len(), 64);
    });
}

#[test]
fn nothing_beyond_what_was_released_is_in_a_tile() {
    on_each_store(|store| {
        let (world, half) = grown(store, 700);
        assert_eq!(half.size, TreeSize::new(350));
        let reader = reader(&world, &half);
        let served = |path| reader.tile(&tile(path)).unwrap().is_some();
        for path in tiles_since(TreeSize::ZERO, half.size) {
            assert!(reader.tile(&path).unwrap().is_some(), "{path}");
        }
        assert!(served("entries/001.p/94") && served("0/001.p/94"));
        for path in [
            "entries/001.p/95",
            "entries/001",
            "entries/002.p/1",
            "0/001.p/95",
            "0/001",
            "0/002.p/1",
            "1/000.p/2",
            "1/000",
            "2/000.p/1",
            "8/000.p/1",
            "63/000.p/1",
            "entries/x036/x028/x797/x018/x963/967",
        ] {
            assert!(!served(path), "{path}");
        }
    });
}

#[test]
fn a_lost_row_is_an_error_and_not_a_shorter_tile() {
    let (mut world, _) = grown(Arc::new(MemStore::new()), 600);
    let newest = world.lock.read().unwrap().newest.unwrap();
    let released = world.store.leaves(LeafIndex::new(0), 599).unwrap();
    let node = world.store.node(NodeId::new(8, 0)).unwrap().unwrap();
    let state = world.store.state().unwrap().unwrap();
    let mut rows = CommitBatch::new(LeafIndex::new(0), released, state);
    rows.nodes = vec![(NodeId::new(8, 0), node)];
    world.store = Arc::new(MemStore::new());
    world.store.commit(&rows).unwrap();
    let reader = reader(&world, &newest);
    let lost = |path| match reader.tile(&tile(path)) {
        Err(ReadError::Missing(row)) => row,
        other => panic!("{path}: {other:?}"),
    };
    let leaf = Row::Leaf(LeafIndex::new(599));
    assert_eq!(lost("entries/002.p/88"), leaf);
    assert_eq!(lost("0/002.p/88"), leaf);
    assert_eq!(lost("1/000.p/2"), Row::Node(NodeId::new(8, 1)));
}
