//! The sequencer with a sound signer, a failing one, and one that hangs.
#![cfg(test)]

mod rig;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use meridian_log::released::{ClockFault, Outcome};
use meridian_log::sequencer::{EventError, SequencerLimits, SubmitError};
use meridian_log::store::mem::MemStore;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::index::LeafIndex;
use meridian_signing::clock::{BoundSource, Clock, ClockError, ClockReading};
use meridian_wire::leaf::{EventName, FINAL_EVENT, LeafKind};
use meridian_wire::time::UnixMicros;
use rig::{
    DEADLINE, FaultKind, FaultStamper, START, World, check_proof, check_released, impatient,
    limits, wait,
};

/// Hands in `count` requests at once and checks every answer. Returns the
/// numbers of the stamps, and how many requests got none.
fn load(rig: &rig::Rig, count: usize) -> (BTreeSet<u64>, usize) {
    let names: Vec<_> = (0..count).map(|at| format!("request {at}")).collect();
    let answers: Vec<_> = names.iter().map(|name| rig.submit(name).unwrap()).collect();
    let (mut numbers, mut failed) = (BTreeSet::new(), 0);
    for (name, answer) in names.iter().zip(&answers) {
        match wait(answer) {
            Outcome::Stamped(released) => {
                check_released(name, &released);
                assert!(numbers.insert(released.index().get()), "a number twice");
            }
            Outcome::SignerFailed => failed += 1,
            other => panic!("{other:?}"),
        }
    }
    (numbers, failed)
}

/// Every leaf between genesis and the end is either one of `stamps` or void,
/// and each has a proof.
fn check_all_leaves(world: &World, rig: &rig::Rig, stamps: &BTreeSet<u64>) {
    rig.sequencer.shutdown();
    let reader = rig.sequencer.reader();
    let size = reader.size().get();
    for number in 1..size {
        let proof = reader.proof(LeafIndex::new(number)).unwrap().unwrap();
        let leaf = check_proof(&proof, number);
        let kind = if stamps.contains(&number) {
            LeafKind::TimeStamp
        } else {
            LeafKind::Void
        };
        assert_eq!(leaf.kind(), kind, "leaf {number}");
    }
    let report = world.fsck();
    assert_eq!(report.size.get(), size);
    assert_eq!(report.stamps, u64::try_from(stamps.len()).unwrap());
    assert_eq!(report.voids, rig.sequencer.counts().voids());
}

#[test]
fn every_request_gets_a_number_and_a_proof() {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    let (stamps, failed) = load(&rig, 2_000);
    assert_eq!((stamps.len(), failed), (2_000, 0));
    assert_eq!(rig.sequencer.counts().voids(), 0);
    check_all_leaves(&world, &rig, &stamps);
}

/// All that it needs is what its batch left in memory: no read from a disk.
#[test]
fn a_released_leaf_is_proven_after_its_store_has_gone() {
    let store = Arc::new(MemStore::new());
    let gone = Arc::downgrade(&store);
    let world = World::with_store(store);
    let rig = world.start(&FaultStamper::sound(), limits());
    let mut released = Vec::new();
    for round in 0..40 {
        let names: Vec<_> = (0..=round).map(|at| format!("{round} {at}")).collect();
        let answers: Vec<_> = names.iter().map(|name| rig.submit(name).unwrap()).collect();
        for (name, answer) in names.into_iter().zip(answers) {
            let Outcome::Stamped(stamp) = wait(&answer) else {
                panic!()
            };
            released.push((name, stamp));
        }
    }
    drop((rig, world));
    assert!(gone.upgrade().is_none());
    for (name, stamp) in &released {
        check_released(name, stamp);
    }
}

#[test]
fn the_same_on_rocksdb_and_again_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let mut world = World::with_store(Arc::new(RocksStore::create(&path).unwrap()));
    let mut stamps = BTreeSet::new();
    for _ in 0..3 {
        let rig = world.start(&FaultStamper::sound(), limits());
        let (more, failed) = load(&rig, 200);
        assert_eq!((more.len(), failed), (200, 0));
        stamps.extend(more);
        check_all_leaves(&world, &rig, &stamps);
        drop(rig);
        // The database has one owner at a time.
        world.store = Arc::new(MemStore::new());
        world.store = Arc::new(RocksStore::open(&path).unwrap());
    }
}

#[test]
fn a_refusal_uses_no_number() {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    assert!(matches!(rig.ask("refuse me"), Outcome::Refused("refused")));
    let Outcome::Stamped(released) = rig.ask("take me") else {
        panic!()
    };
    assert_eq!(released.index(), LeafIndex::new(1));
}

#[test]
fn every_third_signature_that_fails_leaves_a_void_leaf() {
    let world = World::new();
    let stamper = FaultStamper::new(|call| (call % 3 == 0).then_some(FaultKind::Fails));
    let rig = world.start(&stamper, limits());
    let (stamps, failed) = load(&rig, 300);
    assert_eq!(stamps.len() + failed, 300);
    // Stamped anew once: of 300 about 1 in 9 fails twice.
    assert!(failed < 100, "{failed} failed twice");
    check_all_leaves(&world, &rig, &stamps);
}

#[test]
fn every_tenth_signature_that_hangs_leaves_a_void_leaf_and_delays_nobody_for_long() {
    let world = World::new();
    let stamper = FaultStamper::new(|call| (call % 10 == 0).then_some(FaultKind::Hangs));
    let rig = world.start(&stamper, impatient());
    let (stamps, failed) = load(&rig, 200);
    assert_eq!(stamps.len() + failed, 200);
    assert!(failed < 60, "{failed} failed twice");
    assert!(rig.sequencer.counts().voids() >= 20);
    stamper.release_the_hanging();
    check_all_leaves(&world, &rig, &stamps);
}

#[test]
fn a_request_whose_first_signature_failed_is_stamped_anew() {
    let world = World::new();
    for kind in [FaultKind::Fails, FaultKind::Hangs] {
        let stamper = FaultStamper::new(move |call| (call == 1).then_some(kind));
        let rig = world.start(&stamper, impatient());
        let Outcome::Stamped(released) = rig.ask("again") else {
            panic!()
        };
        check_released("again", &released);
        let void = released.index().get() - 1;
        let proof = rig.sequencer.reader().proof(LeafIndex::new(void)).unwrap();
        assert_eq!(check_proof(&proof.unwrap(), void).kind(), LeafKind::Void);
        stamper.release_the_hanging();
    }
}

#[test]
fn a_dead_signer_costs_few_numbers_whatever_the_load() {
    let world = World::new();
    let stamper = FaultStamper::new(|_| Some(FaultKind::Fails));
    let rig = world.start(&stamper, limits());
    for _ in 0..5 {
        let (stamps, failed) = load(&rig, 1_000);
        assert_eq!((stamps.len(), failed), (0, 1_000));
    }
    let voids = rig.sequencer.counts().voids();
    assert!(voids < 50, "{voids} void leaves");
    check_all_leaves(&world, &rig, &BTreeSet::new());
}

#[test]
fn a_signer_that_recovers_is_found_by_the_next_probe() {
    let world = World::new();
    let stamper = FaultStamper::new(|call| (call <= 3).then_some(FaultKind::Fails));
    let rig = world.start(&stamper, impatient());
    let outcomes = (0..100).map(|_| {
        std::thread::sleep(DEADLINE / 20);
        rig.ask("hello")
    });
    assert!(
        outcomes
            .into_iter()
            .any(|outcome| matches!(outcome, Outcome::Stamped(_)))
    );
    assert!(stamper.calls() > 3);
}

#[test]
fn times_increase_with_the_number_across_a_restart() {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    let (before, _) = load(&rig, 50);
    rig.sequencer.shutdown();
    // The same microsecond again.
    let rig = world.start(&FaultStamper::sound(), limits());
    let Outcome::Stamped(released) = rig.ask("later") else {
        panic!()
    };
    assert_eq!(released.time().get(), START.get() + 50);
    assert_eq!(released.index().get(), before.last().unwrap() + 1);
}

#[test]
fn a_clock_that_went_back_is_waited_for() {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    assert!(matches!(rig.ask("first"), Outcome::Stamped(_)));
    let back = UnixMicros::new(START.get() - 1_000);
    world
        .clock
        .set(ClockReading::new(back, 100, BoundSource::Measured));
    let refused = rig.ask("second");
    assert!(matches!(
        refused,
        Outcome::ClockUnavailable(ClockFault::WentBack(_))
    ));

    world.clock.advance(Duration::from_micros(1_001));
    let Outcome::Stamped(released) = rig.ask("third") else {
        panic!()
    };
    assert_eq!(released.index(), LeafIndex::new(2));
}

#[test]
fn a_clock_without_a_reading_stamps_nothing_and_uses_no_number() {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    let reading = world.clock.read().unwrap();
    world.clock.fail(ClockError::Unsynchronised);
    let fault = ClockFault::NoReading(ClockError::Unsynchronised);
    let refused = rig.ask("no");
    assert!(matches!(refused, Outcome::ClockUnavailable(found) if found == fault));
    let event = rig
        .sequencer
        .append_event(EventName::new("start").unwrap(), b"");
    assert_eq!(event.unwrap_err(), EventError::Clock(fault));

    world.clock.set(reading);
    let Outcome::Stamped(released) = rig.ask("yes") else {
        panic!()
    };
    assert_eq!(released.index(), LeafIndex::new(1));
}

#[test]
fn events_are_leaves_with_a_name_and_a_hidden_body() {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    let name = EventName::new("config.change").unwrap();
    let released = rig.sequencer.append_event(name.clone(), b"body").unwrap();
    let leaf = check_proof(&released.proof().unwrap(), 1);
    assert_eq!((leaf.kind(), leaf.name()), (LeafKind::Event, Some(&name)));
    let stored = world.store.event(LeafIndex::new(1)).unwrap().unwrap();
    assert!(stored.ends_with(b"body"));
    assert_eq!(
        rig.sequencer.reader().token(LeafIndex::new(1)).unwrap(),
        None
    );
    assert_eq!(world.fsck().events, 2);
}

#[test]
fn the_event_that_closes_a_log_is_not_for_a_running_one() {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    let name = EventName::new(FINAL_EVENT).unwrap();
    let refused = rig.sequencer.append_event(name, b"");
    assert_eq!(refused.unwrap_err(), EventError::Final);
    assert_eq!(rig.sequencer.reader().size().get(), 1);
}

#[test]
fn the_queue_is_bounded_and_refuses_at_once() {
    let world = World::new();
    let stamper = FaultStamper::new(|call| (call == 1).then_some(FaultKind::Hangs));
    let long = Duration::from_secs(2);
    let rig = world.start(&stamper, SequencerLimits::new(3, 512, long, 1));
    let first = rig.submit("hangs").unwrap();
    while stamper.calls() == 0 {
        std::thread::yield_now();
    }
    let waiting: Vec<_> = (0..3).map(|_| rig.submit("waits").unwrap()).collect();
    assert_eq!(rig.submit("too many").unwrap_err(), SubmitError::Full);
    stamper.release_the_hanging();
    for answer in waiting.iter().chain([&first]) {
        assert!(matches!(wait(answer), Outcome::Stamped(_)));
    }
}

#[test]
fn shutdown_answers_what_was_taken_and_takes_nothing_more() {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    let answers: Vec<_> = (0..500).map(|_| rig.submit("drain").unwrap()).collect();
    rig.sequencer.shutdown();
    for answer in &answers {
        assert!(matches!(answer.try_recv(), Ok(Outcome::Stamped(_))));
    }
    assert_eq!(rig.submit("late").unwrap_err(), SubmitError::Closed);
}

#[test]
fn readers_see_what_was_released_and_nothing_more() {
    let world = World::new();
    let rig = world.start(&FaultStamper::sound(), limits());
    let Outcome::Stamped(released) = rig.ask("only") else {
        panic!()
    };
    let reader = rig.sequencer.reader();
    assert_eq!(reader.checkpoint(), released.checkpoint());
    assert_eq!(
        reader.proof(released.index()).unwrap(),
        Some(released.proof().unwrap())
    );
    let next = LeafIndex::new(reader.size().get());
    assert_eq!(reader.proof(next).unwrap(), None);
    assert_eq!(reader.leaf(next).unwrap(), None);
    assert_eq!(reader.token(next).unwrap(), None);
}
