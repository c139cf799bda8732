//! `fsck` on several threads, in parts, and over tiles.
#![cfg(test)]

mod rig;

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use meridian_log::fault::Fault;
use meridian_log::fsck::tiles::{TilesFault, fsck_tiles};
use meridian_log::fsck::{Checked, Report, fsck_from};
use meridian_log::identity::verify_checkpoint;
use meridian_log::lock_record::LockRecord;
use meridian_log::reader::LogReader;
use meridian_log::store::mem::MemStore;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{CommitBatch, Row, Store};
use meridian_merkle::hash::leaf_hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_signing::digest::sha256;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::Leaf;
use meridian_wire::tile::TilePath;
use meridian_wire::tile::bundle::EntryBundle;
use meridian_wire::time::UnixMicros;
use rig::{FaultStamper, PLACE, START, World, limits, wait};

/// More than two ranges of leaves.
const LEAVES: u64 = 9_000;

fn grow(world: &World, leaves: std::ops::Range<u64>) {
    let rig = world.start(&FaultStamper::sound(), limits());
    let numbers: Vec<u64> = leaves.collect();
    for some in numbers.chunks(400) {
        let name = |number: &u64| match number % 3 {
            0 => format!("{PLACE}{number}"),
            _ => format!("r{number}"),
        };
        let answers: Vec<_> = some.iter().map(|n| rig.submit(&name(n)).unwrap()).collect();
        answers.iter().for_each(|answer| drop(wait(answer)));
    }
}

fn grown(store: Arc<dyn Store>) -> World {
    let world = World::with_store(store);
    grow(&world, 1..LEAVES);
    world
}

fn threads(count: usize) -> NonZero<usize> {
    NonZero::new(count).unwrap()
}

fn check(store: &dyn Store, from: Checked, count: usize) -> Result<Checked, Fault> {
    let key = World::identity().verifier_key().clone();
    let token_digest = |token: &[u8]| Some(sha256(token));
    let count = threads(count);
    fsck_from(
        store,
        &key,
        Some(&token_digest),
        from,
        count,
        &mut |_, _| {},
    )
}

fn everything(store: &dyn Store) -> Report {
    check(store, Checked::nothing(), 1).unwrap().report
}

#[test]
fn finds_the_same_on_one_thread_and_on_several_and_on_both_stores() {
    let dir = tempfile::tempdir().unwrap();
    let rocks = RocksStore::create(&dir.path().join("db")).unwrap();
    let stores: [Arc<dyn Store>; 2] = [Arc::new(MemStore::new()), Arc::new(rocks)];
    for store in stores {
        let world = grown(store);
        let report = everything(&*world.store);
        assert_eq!(report.size, TreeSize::new(LEAVES));
        assert_eq!((report.stamps, report.events), (LEAVES - 1, 1));
        assert_eq!(report.location_stamps, (LEAVES - 1) / 3);
        for count in [2, 5] {
            let checked = check(&*world.store, Checked::nothing(), count).unwrap();
            assert_eq!(checked.report, report);
        }
    }
}

/// Replaces rows behind the log's back, and says what is found.
fn tampered(store: &MemStore, tamper: impl FnOnce(&mut CommitBatch)) -> Fault {
    let store = store.snapshot();
    let state = store.state().unwrap().unwrap();
    let mut rows = CommitBatch::new(LeafIndex::new(0), Vec::new(), state);
    tamper(&mut rows);
    store.commit(&rows).unwrap();
    let one = check(&store, Checked::nothing(), 1).unwrap_err();
    let many = check(&store, Checked::nothing(), 3).unwrap_err();
    assert_eq!(one.to_string(), many.to_string());
    one
}

#[test]
fn names_the_first_fault_in_the_order_of_leaves_whoever_finds_it() {
    let store = Arc::new(MemStore::new());
    drop(grown(Arc::<MemStore>::clone(&store)));
    let other = leaf_hash(b"other");
    // Complete where one range ends, and needed by all that follow.
    for id in [(12, 0), (12, 1), (13, 0), (1, 2_048), (8, 16), (1, 4_499)] {
        let id = NodeId::new(id.0, id.1);
        let fault = tampered(&store, |rows| rows.nodes = vec![(id, other)]);
        assert!(
            matches!(fault, Fault::Node { id: found, .. } if found == id),
            "{id}: {fault}"
        );
    }
    let leaf = |index: u64| {
        let leaf = Leaf::time_stamp(UnixMicros::new(START.get()), [7; 32]);
        move |rows: &mut CommitBatch| {
            rows.first = LeafIndex::new(index);
            rows.leaves = vec![leaf.encode()];
        }
    };
    for index in [4_096, 5_000, 8_192] {
        let fault = tampered(&store, leaf(index));
        let named = matches!(
            fault,
            Fault::TimeNotIncreasing { index: found, .. } if found == LeafIndex::new(index)
        );
        assert!(named, "{index}: {fault}");
    }
    let fault = tampered(&store, |rows| {
        leaf(8_500)(rows);
        rows.nodes = vec![(NodeId::new(3, 600), other)];
    });
    assert!(matches!(fault, Fault::Node { .. }), "{fault}");
}

#[test]
fn a_row_where_the_tree_has_none_is_named() {
    let store = Arc::new(MemStore::new());
    drop(grown(Arc::<MemStore>::clone(&store)));
    let index = LeafIndex::new(6_001);
    let fault = tampered(&store, |rows| rows.events = vec![(index, b"x".to_vec())]);
    assert!(matches!(fault, Fault::OutOfPlace(Row::Event(found)) if found == index));
}

#[test]
fn goes_on_where_an_earlier_run_ended_and_only_in_the_same_log() {
    let store = Arc::new(MemStore::new());
    let world = World::with_store(Arc::<MemStore>::clone(&store));
    grow(&world, 1..6_000);
    let half = check(&*store, Checked::nothing(), 2).unwrap();
    grow(&world, 6_000..LEAVES);
    let key = World::identity().verifier_key().clone();
    let looked_at = AtomicU64::new(0);
    let token_digest = |token: &[u8]| {
        looked_at.fetch_add(1, Ordering::Relaxed);
        Some(sha256(token))
    };
    let told = std::cell::RefCell::new(Vec::new());
    let whole = fsck_from(
        &*store,
        &key,
        Some(&token_digest),
        half.clone(),
        threads(2),
        &mut |checked, of| {
            told.borrow_mut()
                .push((checked.report.size.get(), of.get()))
        },
    );
    assert_eq!(whole.unwrap().report, everything(&*store));
    assert_eq!(looked_at.into_inner(), LEAVES - 6_000);
    assert_eq!(*told.borrow(), [(8_192, LEAVES), (LEAVES, LEAVES)]);

    let again = Checked::resumed(half.report, half.peaks.clone(), half.last_time).unwrap();
    assert_eq!(again, half);
    let mut other = half.clone();
    other.peaks[0] = leaf_hash(b"other");
    let changed = check(&*store, other, 2).unwrap_err();
    assert!(matches!(changed, Fault::Changed { size } if size == half.report.size));
    let later = check(&*store, Checked::nothing(), 2).unwrap();
    let small = World::new();
    let shrunk = check(&*small.store, later, 2).unwrap_err();
    assert!(matches!(shrunk, Fault::Changed { .. }));
    assert!(Checked::resumed(half.report, Vec::new(), half.last_time).is_none());
    assert!(Checked::resumed(half.report, half.peaks, None).is_none());
}

/// A log, its reader and its checkpoint.
fn public() -> (LogReader, Checkpoint) {
    let mut world = grown(Arc::new(MemStore::new()));
    let newest = world.lock.read().unwrap().newest.unwrap();
    let key = World::identity().verifier_key().clone();
    let reader = LogReader::offline(Arc::clone(&world.store), &newest, &key).unwrap();
    let checkpoint = verify_checkpoint(&newest.checkpoint, &key).unwrap();
    (reader, checkpoint)
}

#[derive(Debug, Eq, PartialEq)]
struct Gone;

#[test]
fn over_tiles_it_finds_the_same_leaves() {
    let (reader, checkpoint) = public();
    let fetch = |path: &TilePath| reader.tile(path).unwrap().ok_or(Gone);
    let mut last = 0;
    for count in [1, 3] {
        let mut tell = |checked: &Checked| last = checked.report.size.get();
        let from = Checked::nothing();
        let checked = fsck_tiles(&checkpoint, &fetch, from, threads(count), &mut tell).unwrap();
        let report = checked.report;
        assert_eq!(report.size, TreeSize::new(LEAVES));
        assert_eq!((report.stamps, report.events), (LEAVES - 1, 1));
        assert_eq!(report.location_stamps, (LEAVES - 1) / 3);
        let nothing_left = fsck_tiles(&checkpoint, &fetch, checked, threads(1), &mut |_| {});
        assert_eq!(nothing_left.unwrap().report, report);
    }
    assert_eq!(last, LEAVES);
}

#[test]
fn over_tiles_a_changed_entry_or_tile_is_named() {
    let (reader, checkpoint) = public();
    let look = |bent: &str, bend: &(dyn Fn(&mut Vec<u8>) + Sync)| {
        let bent = TilePath::parse(bent).unwrap();
        let fetch = |path: &TilePath| {
            let mut octets = reader.tile(path).unwrap().ok_or(Gone)?;
            if *path == bent {
                bend(&mut octets);
            }
            Ok::<_, Gone>(octets)
        };
        let from = Checked::nothing();
        fsck_tiles(&checkpoint, &fetch, from, threads(2), &mut |_| {}).unwrap_err()
    };
    let flip = |octets: &mut Vec<u8>| octets[100] ^= 1;
    for path in [
        "0/000",
        "0/020",
        "entries/000",
        "entries/033",
        "1/000.p/35",
        "0/035.p/40",
    ] {
        let fault = look(path, &flip);
        assert!(matches!(fault, TilesFault::Tiles(_)), "{path}: {fault}");
    }
    let fault = look("entries/007", &|octets| octets.truncate(10));
    assert!(fault.to_string().contains("entries/007"), "{fault}");
}

/// A log whose tree is right and whose leaves are not: only their rules tell.
#[test]
fn over_tiles_leaves_that_break_a_rule_are_named() {
    use meridian_merkle::frontier::Frontier;
    use meridian_wire::note::name::KeyName;
    use meridian_wire::tile::hashes::HashTile;

    let look = |at: usize, bad: Vec<u8>| {
        let time = |index: usize| UnixMicros::new(START.get() + i64::try_from(index).unwrap());
        let mut entries = vec![Leaf::genesis(time(0), [1; 32]).encode()];
        entries.extend((1..200).map(|index| Leaf::time_stamp(time(index), [1; 32]).encode()));
        entries[at] = bad;
        let hashes: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let mut tree = Frontier::new();
        hashes.iter().for_each(|hash| drop(tree.push(*hash)));
        let origin = KeyName::new("log.example/1").unwrap();
        let checkpoint = Checkpoint::new(origin, tree.size(), tree.root()).unwrap();
        let fetch = |path: &TilePath| match path.to_string().as_str() {
            "0/000.p/200" => Ok(HashTile::encode(&hashes)),
            "entries/000.p/200" => Ok(EntryBundle::encode(&entries).unwrap()),
            _ => Err(Gone),
        };
        match fsck_tiles(
            &checkpoint,
            &fetch,
            Checked::nothing(),
            threads(1),
            &mut |_| {},
        ) {
            Err(TilesFault::Log(fault)) => Some(fault),
            Ok(_) => None,
            Err(other) => panic!("{other}"),
        }
    };
    let time = |at: i64| UnixMicros::new(START.get() + at);
    assert!(look(9, Leaf::void(time(9)).encode()).is_none());
    let fault = look(9, b"no leaf".to_vec()).unwrap();
    assert!(matches!(fault, Fault::Leaf { index, .. } if index == LeafIndex::new(9)));
    let fault = look(9, Leaf::void(time(8)).encode()).unwrap();
    assert!(matches!(fault, Fault::TimeNotIncreasing { index, .. } if index == LeafIndex::new(9)));
    let fault = look(9, Leaf::genesis(time(9), [1; 32]).encode()).unwrap();
    assert!(matches!(fault, Fault::KindOutOfPlace { .. }));
    let fault = look(0, Leaf::void(time(0)).encode()).unwrap();
    assert!(matches!(fault, Fault::KindOutOfPlace { .. }));
}
