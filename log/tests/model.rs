//! Random lives of a log: bursts, faults, events, clock steps, restarts. After
//! each, every proof must verify and `fsck` must find nothing.
#![cfg(test)]

mod rig;

use std::time::Duration;

use meridian_log::released::Outcome;
use meridian_log::sequencer::SequencerLimits;
use meridian_merkle::index::LeafIndex;
use meridian_wire::leaf::EventName;
use proptest::prelude::*;
use rig::{DEADLINE, FaultKind, FaultStamper, PLACE, World, check_proof, check_released};

#[derive(Clone, Copy, Debug)]
enum Step {
    Burst(usize),
    Event,
    Advance(u64),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_usize..40).prop_map(Step::Burst),
        1 => Just(Step::Event),
        2 => (0_u64..1_000_000).prop_map(Step::Advance),
        1 => Just(Step::Restart),
    ]
}

/// Every third request is for a location stamp.
fn name(at: usize) -> String {
    match at % 3 {
        0 => format!("{PLACE}{at}"),
        _ => format!("r{at}"),
    }
}

fn live(steps: &[Step], fails_every: u64, batch: usize, queue: usize) {
    let world = World::new();
    let stamper =
        FaultStamper::new(move |call| call.is_multiple_of(fails_every).then_some(FaultKind::Fails));
    let limits = SequencerLimits::new(queue, batch, DEADLINE, 2);
    let mut rig = world.start(&stamper, limits);
    let mut stamps = 0;
    for step in steps {
        match *step {
            Step::Burst(count) => {
                let names: Vec<_> = (0..count).map(name).collect();
                let answers = names
                    .iter()
                    .filter_map(|name| rig.submit(name).ok().map(|answer| (name, answer)));
                for (name, answer) in answers.collect::<Vec<_>>() {
                    match rig::wait(&answer) {
                        Outcome::Stamped(released) => {
                            check_released(name, &released);
                            stamps += 1;
                        }
                        Outcome::SignerFailed => {}
                        other => panic!("{other:?}"),
                    }
                }
            }
            Step::Event => {
                let name = EventName::new("something").unwrap();
                rig.sequencer.append_event(name, b"happened").unwrap();
            }
            Step::Advance(us) => world.clock.advance(Duration::from_micros(us)),
            Step::Restart => {
                rig.sequencer.shutdown();
                rig = world.start(&stamper, limits);
            }
        }
    }
    rig.sequencer.shutdown();
    let report = world.fsck();
    assert_eq!(report.stamps, stamps);
    let reader = rig.sequencer.reader();
    assert_eq!(report.size, reader.size());
    for number in 0..report.size.get() {
        let proof = reader.proof(LeafIndex::new(number)).unwrap().unwrap();
        check_proof(&proof, number);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_proof_verifies_and_fsck_finds_nothing(
        steps in prop::collection::vec(step(), 1..12),
        fails_every in 2_u64..30,
        batch in 1_usize..50,
        queue in 1_usize..60,
    ) {
        live(&steps, fails_every, batch, queue);
    }
}
