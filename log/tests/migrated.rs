//! A log that was copied row by row into another store, with a row forgotten on
//! the way: the copy says so, or is no log.
#![cfg(test)]

mod rig;

use std::sync::Arc;

use meridian_log::fault::Fault;
use meridian_log::fsck::{Report, fsck};
use meridian_log::open::{Log, OpenError};
use meridian_log::released::Outcome;
use meridian_log::state::StoredState;
use meridian_log::store::mem::MemStore;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{CommitBatch, Row, Store};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_signing::digest::sha256;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::Leaf;
use meridian_wire::note::signed_note::SignedNote;
use rig::disk::scratch;
use rig::{FaultStamper, PLACE, World, limits};

const LEAVES: u64 = 23;

/// A log of single leaves, of both kinds of stamps.
fn world() -> World {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    for number in 1..LEAVES {
        let kind = if number.is_multiple_of(4) { PLACE } else { "r" };
        let answer = rig.ask(&format!("{kind}{number}"));
        assert!(matches!(answer, Outcome::Stamped(_)));
    }
    world
}

/// The state after so many leaves, as its checkpoint says.
fn state_at(store: &dyn Store, size: u64) -> StoredState {
    let checkpoint = |size| store.checkpoint(TreeSize::new(size)).unwrap();
    let text = checkpoint(size).unwrap();
    let note = SignedNote::parse(&text).unwrap();
    let root = *Checkpoint::parse(note.text()).unwrap().root();
    let last = store.leaf(LeafIndex::new(size - 1)).unwrap().unwrap();
    let time = Leaf::decode(&last).unwrap().time();
    StoredState::new(TreeSize::new(size), root, time, text, checkpoint(size - 1))
}

/// Copies all rows but those of `forgotten`, as a migration does.
fn copy(from: &dyn Store, to: &dyn Store, forgotten: Option<Row>) {
    let keep = |row| Some(row) != forgotten;
    for number in 0..LEAVES {
        let (index, size) = (LeafIndex::new(number), number + 1);
        let leaf = from.leaf(index).unwrap();
        let leaves = leaf.into_iter().filter(|_| keep(Row::Leaf(index)));
        if !keep(Row::Checkpoint(TreeSize::new(size))) {
            // Only whole batches have a state: the last one is missing as a whole.
            return;
        }
        let state = state_at(from, size);
        let mut rows = CommitBatch::new(index, leaves.collect(), state);
        for level in 1..=5_u8 {
            let width = 1 << level;
            if size.is_multiple_of(width) {
                let id = NodeId::new(level, size / width - 1);
                let hash = from.node(id).unwrap().unwrap();
                rows.nodes.extend(keep(Row::Node(id)).then_some((id, hash)));
            }
        }
        let token = from
            .token(index)
            .unwrap()
            .filter(|_| keep(Row::Token(index)));
        rows.tokens.extend(token.map(|token| (index, token)));
        let place = from.location_token(index).unwrap();
        let place = place.filter(|_| keep(Row::LocationToken(index)));
        rows.location_tokens
            .extend(place.map(|token| (index, token)));
        let event = from
            .event(index)
            .unwrap()
            .filter(|_| keep(Row::Event(index)));
        rows.events.extend(event.map(|event| (index, event)));
        to.commit(&rows).unwrap();
    }
}

fn examine(store: &dyn Store) -> Result<Report, Fault> {
    let key = World::identity().verifier_key().clone();
    let token_digest = |token: &[u8]| Some(sha256(token));
    fsck(store, &key, Some(&token_digest), &mut |_, _| {})
}

fn copied(world: &World, forgotten: Row) -> MemStore {
    let copy_of = MemStore::new();
    copy(&*world.store, &copy_of, Some(forgotten));
    copy_of
}

#[test]
fn a_whole_copy_is_the_same_log_on_another_engine() {
    let world = world();
    let folder = scratch();
    let store = Arc::new(RocksStore::create(&folder.path().join("db")).unwrap());
    copy(&*world.store, &*store, None);
    assert_eq!(examine(&*store).unwrap(), world.fsck());
    let (parts, store) = (world.parts(), Arc::<RocksStore>::clone(&store));
    let parts = meridian_log::open::LogParts::new(store, parts.lock, parts.identity, parts.entropy);
    assert_eq!(Log::open(parts).unwrap().reader().size().get(), LEAVES);
}

#[test]
fn a_row_of_the_tree_that_was_forgotten_is_named() {
    let world = world();
    let rows = [
        Row::Leaf(LeafIndex::new(0)),
        Row::Leaf(LeafIndex::new(9)),
        Row::Node(NodeId::new(1, 3)),
        Row::Node(NodeId::new(4, 0)),
    ];
    for row in rows {
        let fault = examine(&copied(&world, row)).unwrap_err();
        assert!(
            matches!(fault, Fault::Missing(found) if found == row),
            "{row}: {fault:?}"
        );
    }
}

/// Nobody can tell it from one that was erased, so it is counted as one: whoever
/// migrates compares the counts.
#[test]
fn a_token_that_was_forgotten_is_counted() {
    let world = world();
    let whole = world.fsck();
    let forgotten = |row| examine(&copied(&world, row)).unwrap();
    assert_eq!(
        forgotten(Row::Token(LeafIndex::new(9))).erased,
        whole.erased + 1
    );
    assert_eq!(
        forgotten(Row::Event(LeafIndex::new(0))).erased,
        whole.erased + 1
    );
    let report = forgotten(Row::LocationToken(LeafIndex::new(8)));
    assert_eq!(report.location_tokens_gone, whole.location_tokens_gone + 1);
}

#[test]
fn a_copy_without_the_last_batch_is_refused_by_the_lock_record() {
    let world = world();
    let short = copied(&world, Row::Checkpoint(TreeSize::new(LEAVES)));
    examine(&short).unwrap();
    let mut lock = world.lock.clone();
    let refused = Log::check(&short, &mut lock);
    assert!(
        matches!(refused, Err(OpenError::DatabaseBehind { .. })),
        "{refused:?}"
    );
}
