//! `fsck` names what is wrong, and where.
#![cfg(test)]

mod rig;

use meridian_log::fault::Fault;
use meridian_log::fsck::fsck;
use meridian_log::released::Outcome;
use meridian_log::store::{CommitBatch, LocationToken, Row};
use meridian_merkle::hash::leaf_hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_signing::digest::sha256;
use meridian_wire::leaf::Leaf;
use meridian_wire::time::UnixMicros;
use rig::{FaultStamper, PLACE, START, World, limits};

/// The leaf of the location stamp in the log that is looked at.
const PLACED: LeafIndex = LeafIndex::new(15);

/// A log of twenty leaves, each committed alone.
fn world() -> World {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    for number in 1..20 {
        let kind = if number == PLACED.get() { PLACE } else { "r" };
        let name = format!("{kind}{number}");
        assert!(matches!(rig.ask(&name), Outcome::Stamped(_)));
    }
    world
}

/// What `fsck` says after rows were replaced behind the log's back.
fn check(tamper: impl FnOnce(&mut CommitBatch)) -> Fault {
    let world = world();
    let state = world.store.state().unwrap().unwrap();
    let mut rows = CommitBatch::new(LeafIndex::new(0), Vec::new(), state);
    tamper(&mut rows);
    world.store.commit(&rows).unwrap();
    let key = World::identity().verifier_key().clone();
    let token_digest = |token: &[u8]| Some(sha256(token));
    fsck(&*world.store, &key, Some(&token_digest), &mut |_, _| {}).unwrap_err()
}

#[test]
fn an_untouched_log_has_no_fault() {
    let report = world().fsck();
    assert_eq!(report.size, TreeSize::new(20));
    assert_eq!((report.stamps, report.events, report.voids), (19, 1, 0));
    assert_eq!((report.checkpoints, report.erased), (20, 0));
    let places = (report.location_stamps, report.location_tokens_gone);
    assert_eq!(places, (1, 0));
}

#[test]
fn names_a_leaf_that_is_no_leaf() {
    let fault = check(|rows| {
        rows.first = LeafIndex::new(7);
        rows.leaves = vec![b"no leaf".to_vec()];
    });
    assert!(matches!(fault, Fault::Leaf { index, .. } if index == LeafIndex::new(7)));
}

#[test]
fn names_the_root_that_a_changed_leaf_breaks() {
    let fault = check(|rows| {
        let (index, token) = (LeafIndex::new(8), b"another".to_vec());
        let time = UnixMicros::new(START.get() + 7);
        rows.first = index;
        rows.leaves = vec![Leaf::time_stamp(time, sha256(&token)).encode()];
        rows.tokens = vec![(index, token)];
    });
    assert!(matches!(fault, Fault::Root { size, .. } if size == TreeSize::new(9)));
}

#[test]
fn names_a_time_that_does_not_increase() {
    let fault = check(|rows| {
        rows.first = LeafIndex::new(9);
        rows.leaves = vec![Leaf::void(START).encode()];
    });
    assert!(matches!(fault, Fault::TimeNotIncreasing { index, .. } if index == LeafIndex::new(9)));
}

#[test]
fn names_a_second_genesis() {
    let fault = check(|rows| {
        rows.first = LeafIndex::new(9);
        rows.leaves = vec![Leaf::genesis(UnixMicros::new(START.get() + 8), [1; 32]).encode()];
    });
    assert!(matches!(fault, Fault::KindOutOfPlace { .. }));
}

#[test]
fn names_a_node_that_was_changed() {
    let id = NodeId::new(2, 1);
    let fault = check(|rows| rows.nodes = vec![(id, leaf_hash(b"x"))]);
    assert!(matches!(fault, Fault::Node { id: found, .. } if found == id));
}

#[test]
fn names_a_token_that_was_changed() {
    let index = LeafIndex::new(5);
    let fault = check(|rows| rows.tokens = vec![(index, b"another".to_vec())]);
    assert!(matches!(fault, Fault::Digest(Row::Token(found)) if found == index));
}

#[test]
fn names_a_token_that_belongs_to_no_stamp() {
    let index = LeafIndex::new(0);
    let fault = check(|rows| rows.tokens = vec![(index, b"token".to_vec())]);
    assert!(matches!(fault, Fault::OutOfPlace(Row::Token(found)) if found == index));
}

#[test]
fn names_a_location_token_that_was_changed() {
    let token = LocationToken::new(b"another".to_vec(), START);
    let fault = check(|rows| rows.location_tokens = vec![(PLACED, token)]);
    assert!(matches!(fault, Fault::Digest(Row::LocationToken(found)) if found == PLACED));
}

#[test]
fn names_a_location_token_that_belongs_to_a_time_stamp() {
    let index = LeafIndex::new(3);
    let token = LocationToken::new(rig::token("r3", 3), START);
    let fault = check(|rows| rows.location_tokens = vec![(index, token)]);
    assert!(matches!(fault, Fault::OutOfPlace(Row::LocationToken(found)) if found == index));
}

#[test]
fn names_a_token_of_a_location_stamp_where_it_would_not_expire() {
    let token = rig::token(&format!("{PLACE}{PLACED}"), PLACED.get());
    let fault = check(|rows| rows.tokens = vec![(PLACED, token)]);
    assert!(matches!(fault, Fault::OutOfPlace(Row::Token(found)) if found == PLACED));
}

#[test]
fn names_an_event_that_was_changed() {
    let index = LeafIndex::new(0);
    let fault = check(|rows| rows.events = vec![(index, vec![0; 40])]);
    assert!(matches!(fault, Fault::Digest(Row::Event(found)) if found == index));
}

#[test]
fn names_a_checkpoint_of_another_size() {
    let fault = check(|rows| {
        rows.state.size = TreeSize::new(12);
    });
    assert!(matches!(fault, Fault::CheckpointSize { actual, .. } if actual == TreeSize::new(20)));
}
