//! The stepped sequencer does what the threads do, and nothing by itself.
#![cfg(test)]

mod rig;

use std::sync::{Arc, mpsc};
use std::time::Duration;

use meridian_log::open::Log;
use meridian_log::released::Outcome;
use meridian_log::stepped::SteppedSequencer;
use meridian_merkle::index::TreeSize;
use meridian_signing::clock::sim::SimClock;
use rig::{Answer, FaultStamper, World, check_released, impatient};

fn stepped(
    world: &World,
    delay: impl FnMut(u64) -> Duration + Send + 'static,
) -> SteppedSequencer<FaultStamper> {
    let mut delay = delay;
    let log = Log::open(world.parts()).unwrap();
    let clock = Arc::<SimClock>::clone(&world.clock);
    let delay = Box::new(move |place: &meridian_log::stamper::Place| delay(place.index().get()));
    SteppedSequencer::new(log, FaultStamper::sound(), clock, impatient(), delay)
}

fn submit(log: &SteppedSequencer<FaultStamper>, request: &str) -> Answer {
    let (sender, receiver) = mpsc::channel();
    let reply = move |outcome| drop(sender.send(outcome));
    log.submit(request.to_owned(), reply).unwrap();
    receiver
}

#[test]
fn nothing_is_released_before_the_commit_is_stepped() {
    let world = World::new();
    let mut log = stepped(&world, |_| Duration::ZERO);
    assert!(!log.turn() && !log.commit().unwrap(), "nobody waits");
    let answer = submit(&log, "one");
    assert!(!log.commit().unwrap(), "it has no number");
    assert!(log.turn());
    assert!(answer.try_recv().is_err());
    assert_eq!(log.reader().size(), TreeSize::new(1));
    assert!(log.commit().unwrap());
    let Ok(Outcome::Stamped(released)) = answer.try_recv() else {
        panic!()
    };
    check_released("one", &released);
    assert_eq!(log.reader().size(), TreeSize::new(2));
}

#[test]
fn who_hangs_leaves_a_void_leaf_and_who_was_not_reached_keeps_nothing() {
    let world = World::new();
    // Two signers; both hang in the first batch, of which the third request is never tried.
    let mut hang = 2;
    let mut log = stepped(&world, move |_| {
        let now = hang > 0;
        hang -= i32::from(now);
        if now {
            Duration::from_secs(9)
        } else {
            Duration::ZERO
        }
    });
    let answers = ["one", "two", "three"].map(|name| submit(&log, name));
    while log.turn() || log.commit().unwrap() {
        log.pass(Duration::from_secs(1));
    }
    let indexes = answers.map(|answer| match answer.try_recv() {
        Ok(Outcome::Stamped(released)) => released.index().get(),
        other => panic!("{other:?}"),
    });
    assert_eq!(indexes, [3, 4, 5]);
    let report = world.fsck();
    assert_eq!((report.voids, report.stamps), (2, 3));
}
