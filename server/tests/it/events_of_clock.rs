//! Evidence of the clock, its loss and its return, as leaves.

use std::sync::Arc;
use std::time::Duration;

use meridian_log::store::Store;
use meridian_log::store::mem::MemStore;
use meridian_merkle::index::LeafIndex;
use meridian_signing::clock::ClockError;
use meridian_signing::clock::sim::SimClock;
use meridian_wire::leaf::Leaf;
use serde_json::Value;

use crate::harness::{Server, eventually, parts_on};
use crate::location::still_clock;

/// A server whose clock and leaves a test has in its hands.
struct Rig {
    clock: Arc<SimClock>,
    store: Arc<MemStore>,
    server: Server,
}

impl Rig {
    fn start(interval: Duration) -> Self {
        Self::start_with(interval, |_| {})
    }

    fn start_with(interval: Duration, before: impl FnOnce(&SimClock)) -> Self {
        let (clock, store) = (still_clock(), Arc::new(MemStore::new()));
        let rows = Arc::<MemStore>::clone(&store);
        let mut parts = parts_on(rows, Arc::<SimClock>::clone(&clock));
        parts.config.evidence_interval = interval;
        before(&clock);
        let server = Server::start(parts);
        Self {
            clock,
            store,
            server,
        }
    }

    /// Name and body of every event after the genesis.
    fn events(&self) -> Vec<(String, Value)> {
        let stored = self.store.events_from(LeafIndex::new(1), 1_000).unwrap();
        let named = stored.into_iter().map(|(index, event)| {
            let leaf = self.store.leaf(index).unwrap().unwrap();
            let leaf = Leaf::decode(&leaf).unwrap();
            let body: Value = serde_json::from_slice(&event[32..]).unwrap();
            let name = leaf.name().unwrap().as_str().to_owned();
            assert_eq!(body["event"], name);
            (name, body)
        });
        named.collect()
    }

    fn names(&self) -> Vec<String> {
        self.events().into_iter().map(|(name, _)| name).collect()
    }

    fn wait_for(&self, names: &[&str]) {
        eventually(&format!("{names:?}, not {:?}", self.names()), || {
            self.names() == names
        });
    }
}

const NEVER: Duration = Duration::from_secs(86_400);

#[test]
fn evidence_comes_at_its_interval() {
    let rig = Rig::start(Duration::from_millis(1_500));
    rig.wait_for(&["start", "clock.evidence"]);
    let (_, evidence) = &rig.events()[1];
    assert_eq!(
        (&evidence["source"], &evidence["occasion"]),
        (&"measured".into(), &"interval".into())
    );
    assert_eq!(evidence["boundUs"], 1_000);
    assert!(evidence["readings"].as_u64() >= Some(1));
    assert_eq!(evidence["worstBoundUs"], 1_000);
    rig.server.shutdown();
}

#[test]
fn a_clock_that_is_lost_and_comes_back_is_told_in_order() {
    let rig = Rig::start(NEVER);
    let reading = meridian_signing::clock::Clock::read(rig.clock.as_ref()).unwrap();
    rig.clock.fail(ClockError::Unsynchronised);
    // Long enough for a look at it, and nothing can be dated meanwhile.
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(rig.names(), ["start"]);
    rig.clock.set(reading);
    rig.wait_for(&["start", "clock.loss", "clock.resume"]);
    let events = rig.events();
    let (loss, resume) = (&events[1].1, &events[2].1);
    assert!(
        loss["reason"]
            .as_str()
            .unwrap()
            .contains("not synchronised")
    );
    assert_eq!(loss["lastReading"], reading.time.to_string());
    assert!(loss["lastedMs"].as_u64().unwrap() >= 1_000);
    assert_eq!(resume["source"], "measured");
    rig.server.shutdown();
}

#[test]
fn a_start_without_time_is_in_the_log_when_there_is_time() {
    let reading = std::cell::Cell::new(None);
    let rig = Rig::start_with(NEVER, |clock| {
        reading.set(Some(meridian_signing::clock::Clock::read(clock).unwrap()));
        clock.fail(ClockError::Unsynchronised);
    });
    assert_eq!(rig.names(), [""; 0]);
    rig.clock.set(reading.get().unwrap());
    rig.wait_for(&["start", "clock.loss", "clock.resume"]);
    assert!(rig.events()[1].1.get("lastReading").is_none());
    rig.server.shutdown();
}

#[test]
fn a_clock_that_was_set_is_told() {
    let rig = Rig::start(NEVER);
    rig.clock.advance(Duration::from_secs(3_600));
    rig.wait_for(&["start", "clock.step"]);
    let step = &rig.events()[1].1;
    let step_us = step["stepUs"].as_i64().unwrap();
    // The clock stands still otherwise: what went by is missing.
    assert!(
        (3_590_000_000..=3_600_000_000).contains(&step_us),
        "{step_us}"
    );
    rig.server.shutdown();
}

/// The log takes no time that is before its last leaf: a loss, as long as it lasts.
#[test]
fn a_clock_that_went_back_is_a_loss_until_it_has_caught_up() {
    let rig = Rig::start(NEVER);
    let reading = meridian_signing::clock::Clock::read(rig.clock.as_ref()).unwrap();
    let mut back = reading;
    back.time = meridian_wire::time::UnixMicros::new(reading.time.get() - 60_000_000);
    rig.clock.set(back);
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(rig.names(), ["start"]);
    rig.clock.set(reading);
    rig.wait_for(&["start", "clock.loss", "clock.resume"]);
    let reason = rig.events()[1].1["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("set back"), "{reason}");
    rig.server.shutdown();
}
