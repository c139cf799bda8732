use meridian_signing::clock::{BoundSource, monotonic};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// A watch, the moment that it began at, and the time that the clock showed then.
struct Rig {
    watch: ClockWatch,
    began: Instant,
}

impl Rig {
    fn new() -> Self {
        let began = monotonic();
        let watch = ClockWatch::new(MINUTE, Ok(reading(0, 1_000)), began);
        Self { watch, began }
    }

    /// What is seen `ms` after the beginning, and recorded.
    fn see(&mut self, ms: u64, reading: Result<ClockReading, ClockError>) -> Seen {
        let now = self.began + Duration::from_millis(ms);
        let seen = self.watch.see(reading, now);
        if let Ok(reading) = reading {
            self.watch.recorded(&seen, reading, now);
        }
        seen
    }

    /// The same of a clock that goes as it should.
    fn tick(&mut self, ms: u64) -> Seen {
        self.see(ms, Ok(reading(ms, 1_000)))
    }
}

fn reading(ms: u64, bound_us: u64) -> ClockReading {
    let time = 1_700_000_000_000_000 + i64::try_from(ms).unwrap() * 1_000;
    ClockReading::new(UnixMicros::new(time), bound_us, BoundSource::Measured)
}

fn evidence(occasion: Occasion, worst_bound_us: u64, readings: u64) -> Seen {
    Seen::Evidence(ClockEvidence {
        occasion,
        source: "measured",
        bound_us: 1_000,
        worst_bound_us,
        readings,
    })
}

#[test]
fn evidence_is_due_once_in_an_interval_with_the_worst_bound_of_it() {
    let mut rig = Rig::new();
    for second in 1..60 {
        let bound_us = if second == 30 { 9_000 } else { 1_000 };
        let shown = reading(second * 1_000, bound_us);
        assert_eq!(
            rig.see(second * 1_000, Ok(shown)),
            Seen::Nothing,
            "{second}"
        );
    }
    assert_eq!(rig.tick(60_000), evidence(Occasion::Interval, 9_000, 60));
    assert_eq!(rig.tick(61_000), Seen::Nothing);
    assert_eq!(rig.tick(120_000), evidence(Occasion::Interval, 1_000, 2));
}

#[test]
fn a_change_of_who_vouches_is_evidence_at_once() {
    let mut rig = Rig::new();
    let mut asserted = reading(1_000, 300_000);
    asserted.source = BoundSource::Asserted;
    let Seen::Evidence(said) = rig.see(1_000, Ok(asserted)) else {
        panic!()
    };
    assert_eq!(said.occasion, Occasion::Source);
    assert_eq!(said.source, "asserted, not measured");
    assert!(matches!(rig.tick(2_000), Seen::Evidence(_)), "and back");
}

#[test]
fn a_loss_is_told_when_it_is_over_with_reason_and_length() {
    let mut rig = Rig::new();
    assert_eq!(rig.tick(1_000), Seen::Nothing);
    let lost = Err(ClockError::LeapSecond);
    assert_eq!(rig.see(2_000, lost), Seen::Nothing);
    // The first reason is the one that counts.
    assert_eq!(
        rig.see(3_000, Err(ClockError::Unsynchronised)),
        Seen::Nothing
    );
    let Seen::Back(loss, resume) = rig.tick(7_000) else {
        panic!()
    };
    assert_eq!(loss.reason, ClockError::LeapSecond.to_string());
    assert_eq!(loss.lasted_ms, 5_000);
    assert_eq!(loss.last_reading, Some(reading(1_000, 0).time.to_string()));
    assert_eq!((resume.source, resume.bound_us), ("measured", 1_000));
    assert_eq!(rig.tick(8_000), Seen::Nothing);
}

#[test]
fn what_is_not_recorded_is_seen_again() {
    let mut rig = Rig::new();
    let now = rig.began + MINUTE;
    let shown = reading(60_000, 1_000);
    for _ in 0..2 {
        assert!(matches!(rig.watch.see(Ok(shown), now), Seen::Evidence(_)));
    }
    // The log had no time for it.
    rig.watch.lose("went back".to_owned(), now);
    for _ in 0..2 {
        let Seen::Back(loss, _) = rig.watch.see(Ok(shown), now) else {
            panic!()
        };
        assert_eq!(loss.reason, "went back");
    }
}

#[test]
fn a_start_without_time_is_a_loss_from_then_on() {
    let began = monotonic();
    let mut watch = ClockWatch::new(MINUTE, Err("no time".to_owned()), began);
    let seen = watch.see(Ok(reading(0, 1_000)), began + Duration::from_secs(3));
    let Seen::Back(loss, _) = seen else { panic!() };
    assert_eq!((loss.lasted_ms, loss.last_reading), (3_000, None));
    assert_eq!(loss.reason, "no time");
}

#[test]
fn a_clock_that_was_set_is_told_from_one_that_is_slow() {
    let step = |ms, shown_ms| match Rig::new().see(ms, Ok(reading(shown_ms, 1_000))) {
        Seen::Step(step) => Some(step.step_us),
        _ => None,
    };
    // Both bounds are a millisecond, and a tenth of a second is a busy machine's.
    assert_eq!(step(1_000, 1_000), None);
    assert_eq!(step(1_000, 1_102), None);
    assert_eq!(step(1_000, 1_103), Some(103_000));
    assert_eq!(step(1_000, 3_601_000), Some(3_600_000_000));
    assert_eq!(step(1_000, 0), None, "it stands still");
    let back = |ms: u64, by_us: i64| {
        let mut shown = reading(0, 1_000);
        shown.time = UnixMicros::new(shown.time.get() - by_us);
        matches!(Rig::new().see(ms, Ok(shown)), Seen::Step(_))
    };
    assert!(!back(1_000, 2_000));
    assert!(back(1_000, 2_001));
}

#[test]
fn a_step_that_was_told_is_not_told_again() {
    let mut rig = Rig::new();
    let ahead = |ms: u64| Ok(reading(ms + 3_600_000, 1_000));
    assert!(matches!(rig.see(1_000, ahead(1_000)), Seen::Step(_)));
    assert_eq!(rig.see(2_000, ahead(2_000)), Seen::Nothing);
}
