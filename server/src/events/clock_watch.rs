//! [`ClockWatch`]: when something about the clock is worth a leaf. No effects: readings go in,
//! events come out.

use std::time::{Duration, Instant};

use meridian_signing::clock::{ClockError, ClockReading};
use meridian_wire::time::UnixMicros;

use super::clock::{ClockEvidence, ClockLoss, ClockResume, ClockStep, Occasion};
use crate::pipeline::ClockState;

/// What a busy machine may add between two readings; a step below it is within every token's
/// signing allowance.
const SLACK_US: i64 = 100_000;

/// Follows the clock of the authority.
#[derive(Debug)]
pub(crate) struct ClockWatch {
    interval: Duration,
    state: State,
}

#[derive(Debug)]
enum State {
    Good(Good),
    Lost(Lost),
}

#[derive(Debug)]
struct Good {
    last: ClockReading,
    read_at: Instant,
    evidence_at: Instant,
    worst_bound_us: u64,
    readings: u64,
}

#[derive(Clone, Debug)]
struct Lost {
    since: Instant,
    reason: String,
    last: Option<UnixMicros>,
}

/// What is to be recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    /// Nothing.
    Nothing,
    /// Evidence is due.
    Evidence(ClockEvidence),
    /// The clock was set.
    Step(ClockStep),
    /// Time was lost, and is there again.
    Back(ClockLoss, ClockResume),
}

impl ClockWatch {
    /// Begins with what the start found; `Err` says why it had no time.
    pub(crate) fn new(
        interval: Duration,
        first: Result<ClockReading, String>,
        now: Instant,
    ) -> Self {
        let state = match first {
            Ok(reading) => State::Good(Good::new(reading, now)),
            Err(reason) => State::Lost(Lost {
                since: now,
                reason,
                last: None,
            }),
        };
        Self { interval, state }
    }

    /// Time is lost: the clock gives none, or the log takes none from it.
    pub(crate) fn lose(&mut self, reason: String, now: Instant) {
        // Of one that is lost already, since when and why is known.
        if let State::Good(good) = &self.state {
            let last = Some(good.last.time);
            self.state = State::Lost(Lost {
                since: now,
                reason,
                last,
            });
        }
    }

    /// Looks at a reading. What is to be recorded must then be said to be
    /// [`recorded`](Self::recorded), or it is seen again.
    pub(crate) fn see(&mut self, reading: Result<ClockReading, ClockError>, now: Instant) -> Seen {
        match (reading, &mut self.state) {
            (Err(error), _) => {
                self.lose(error.to_string(), now);
                Seen::Nothing
            }
            (Ok(reading), State::Lost(lost)) => Seen::Back(lost.told(now), resume(reading)),
            (Ok(reading), State::Good(good)) => good.see(reading, now, self.interval),
        }
    }

    /// What was seen at this reading is in the log.
    pub(crate) fn recorded(&mut self, seen: &Seen, reading: ClockReading, now: Instant) {
        match (seen, &mut self.state) {
            (Seen::Nothing, _) => {}
            // Evidence is still due when it was.
            (Seen::Step(_), State::Good(good)) => (good.last, good.read_at) = (reading, now),
            _ => self.state = State::Good(Good::new(reading, now)),
        }
    }
}

impl Good {
    const fn new(reading: ClockReading, now: Instant) -> Self {
        Self {
            last: reading,
            read_at: now,
            evidence_at: now,
            worst_bound_us: reading.bound_us,
            readings: 0,
        }
    }

    fn see(&mut self, reading: ClockReading, now: Instant, interval: Duration) -> Seen {
        self.readings = self.readings.saturating_add(1);
        self.worst_bound_us = self.worst_bound_us.max(reading.bound_us);
        if let Some(step_us) = self.step(reading, now) {
            return Seen::Step(ClockStep {
                step_us,
                source: ClockState::of(reading).words(),
                bound_us: reading.bound_us,
            });
        }
        let changed = reading.source != self.last.source;
        let due = now.saturating_duration_since(self.evidence_at) >= interval;
        if changed || due {
            return Seen::Evidence(ClockEvidence {
                occasion: if changed {
                    Occasion::Source
                } else {
                    Occasion::Interval
                },
                source: ClockState::of(reading).words(),
                bound_us: reading.bound_us,
                worst_bound_us: self.worst_bound_us,
                readings: self.readings,
            });
        }
        (self.last, self.read_at) = (reading, now);
        Seen::Nothing
    }

    /// By how much the clock was set between the last reading and this one. A clock that runs slow
    /// is not one that was set; one that went back was.
    fn step(&self, reading: ClockReading, now: Instant) -> Option<i64> {
        let bounds = self.last.bound_us.saturating_add(reading.bound_us);
        let bounds = i64::try_from(bounds).unwrap_or(i64::MAX);
        let moved = reading.time.get().saturating_sub(self.last.time.get());
        let elapsed = now.saturating_duration_since(self.read_at).as_micros();
        let ahead = moved.saturating_sub(i64::try_from(elapsed).unwrap_or(i64::MAX));
        if moved < 0 && moved.saturating_neg() > bounds {
            return Some(ahead);
        }
        (ahead > bounds.saturating_add(SLACK_US)).then_some(ahead)
    }
}

impl Lost {
    fn told(&self, now: Instant) -> ClockLoss {
        let lasted = now.saturating_duration_since(self.since).as_millis();
        ClockLoss {
            reason: self.reason.clone(),
            last_reading: self.last.map(|time| time.to_string()),
            lasted_ms: u64::try_from(lasted).unwrap_or(u64::MAX),
        }
    }
}

const fn resume(reading: ClockReading) -> ClockResume {
    ClockResume {
        source: ClockState::of(reading).words(),
        bound_us: reading.bound_us,
    }
}

#[cfg(test)]
mod tests;
