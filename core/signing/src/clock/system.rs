//! The clock of the machine, with what the kernel knows about its error.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use meridian_adjtimex::{AdjtimexError, Discipline, Leap};
use meridian_wire::time::UnixMicros;

use crate::clock::{BoundSource, Clock, ClockError, ClockReading};

/// The kernel's clock and its discipline, decided anew at each reading:
///
/// | kernel says | asserted bound | reading |
/// |---|---|---|
/// | synchronised | set or not | [`BoundSource::Measured`], bound = `maxerror` |
/// | not synchronised | set | [`BoundSource::Asserted`], bound as asserted |
/// | not synchronised | not set | [`ClockError::Unsynchronised`] |
/// | nothing (call refused) | set | [`BoundSource::Asserted`], bound as asserted |
/// | nothing (call refused) | not set | [`ClockError::Unreadable`] |
/// | leap second in progress | set or not | [`ClockError::LeapSecond`] |
///
/// A measurement wins over an assertion, also when it is the worse of the two:
/// an operator's sentence must not hide a known error. The reverse holds as
/// well: with an asserted bound, a clock that *loses* its synchronisation goes
/// on under that bound. A production authority therefore sets none, and stops
/// stamping when its time is gone.
///
/// Time and bound come from one system call, so nobody can step the clock
/// between them. Not checked: whether the daemon that wrote `maxerror` is
/// honest (systemd-timesyncd writes 0), smeared leap seconds, and steps
/// (`StampTime::next` catches those that go back).
pub struct SystemClock {
    /// Microseconds; [`NOT_ASSERTED`] for none. Written by whoever reloads the
    /// configuration, read at each reading; each value stands alone, so
    /// relaxed ordering is enough.
    asserted_bound_us: AtomicU64,
    discipline: Box<dyn Fn() -> Result<Discipline, AdjtimexError> + Send + Sync>,
}

const NOT_ASSERTED: u64 = u64::MAX;

impl SystemClock {
    /// The clock of this machine.
    #[must_use]
    pub fn new(asserted_bound: Option<Duration>) -> Self {
        Self::with_discipline(asserted_bound, meridian_adjtimex::read)
    }

    /// The same rules over another source of `Discipline`: a simulated kernel.
    #[must_use]
    pub fn with_discipline(
        asserted_bound: Option<Duration>,
        discipline: impl Fn() -> Result<Discipline, AdjtimexError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            asserted_bound_us: AtomicU64::new(to_us(asserted_bound)),
            discipline: Box::new(discipline),
        }
    }

    /// Sets or withdraws the asserted bound, from the next reading on.
    pub fn set_asserted_bound(&self, asserted_bound: Option<Duration>) {
        self.asserted_bound_us
            .store(to_us(asserted_bound), Ordering::Relaxed);
    }

    fn asserted(&self, time: UnixMicros) -> Option<ClockReading> {
        let bound_us = self.asserted_bound_us.load(Ordering::Relaxed);
        (bound_us != NOT_ASSERTED).then(|| ClockReading::new(time, bound_us, BoundSource::Asserted))
    }
}

impl Clock for SystemClock {
    fn read(&self) -> Result<ClockReading, ClockError> {
        let discipline = match (self.discipline)() {
            Ok(discipline) => discipline,
            Err(error) => {
                return self
                    .asserted(undisciplined_time())
                    .ok_or(ClockError::Unreadable(error));
            }
        };
        if discipline.leap == Leap::InProgress {
            return Err(ClockError::LeapSecond);
        }
        let time = UnixMicros::new(discipline.time_us);
        if discipline.synchronised {
            let bound_us = discipline.max_error_us;
            return Ok(ClockReading::new(time, bound_us, BoundSource::Measured));
        }
        self.asserted(time).ok_or(ClockError::Unsynchronised)
    }
}

impl fmt::Debug for SystemClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemClock")
            .field("asserted_bound_us", &self.asserted_bound_us)
            .finish_non_exhaustive()
    }
}

/// Rounded up: a bound must not shrink.
fn to_us(bound: Option<Duration>) -> u64 {
    bound.map_or(NOT_ASSERTED, |bound| {
        u64::try_from(bound.as_nanos().div_ceil(1_000))
            .unwrap_or(NOT_ASSERTED)
            .min(NOT_ASSERTED - 1)
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the real clock"
)]
fn undisciplined_time() -> UnixMicros {
    let now = SystemTime::now();
    let us = match now.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
        Err(before) => {
            i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |us| us.saturating_neg())
        }
    };
    UnixMicros::new(us)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    const NOW: UnixMicros = UnixMicros::new(1_800_000_000_000_000);
    const REFUSED: AdjtimexError = AdjtimexError::OutOfRange;

    fn measured() -> Result<Discipline, AdjtimexError> {
        Ok(Discipline::synchronised(NOW.get(), 12_000))
    }

    fn unsynchronised() -> Result<Discipline, AdjtimexError> {
        Ok(Discipline::unsynchronised(NOW.get()))
    }

    fn reading(bound_us: u64, source: BoundSource) -> Result<ClockReading, ClockError> {
        Ok(ClockReading::new(NOW, bound_us, source))
    }

    const ASSERTED: Option<Duration> = Some(Duration::from_millis(300));

    #[test]
    fn a_synchronised_clock_has_the_measured_bound() {
        let clock = SystemClock::with_discipline(None, measured);
        assert_eq!(clock.read(), reading(12_000, BoundSource::Measured));
    }

    #[test]
    fn a_measured_bound_wins_over_an_asserted_one_even_if_it_is_worse() {
        let clock = SystemClock::with_discipline(ASSERTED, measured);
        assert_eq!(clock.read(), reading(12_000, BoundSource::Measured));
        let worse = || Ok(Discipline::synchronised(NOW.get(), 900_000));
        let clock = SystemClock::with_discipline(ASSERTED, worse);
        assert_eq!(clock.read(), reading(900_000, BoundSource::Measured));
    }

    #[test]
    fn an_unsynchronised_clock_gives_no_reading_unless_a_bound_is_asserted() {
        let clock = SystemClock::with_discipline(None, unsynchronised);
        assert_eq!(clock.read(), Err(ClockError::Unsynchronised));
        clock.set_asserted_bound(ASSERTED);
        assert_eq!(clock.read(), reading(300_000, BoundSource::Asserted));
        clock.set_asserted_bound(None);
        assert_eq!(clock.read(), Err(ClockError::Unsynchronised));
    }

    #[test]
    fn a_refused_system_call_counts_as_not_synchronised() {
        let clock = SystemClock::with_discipline(None, || Err(REFUSED));
        assert_eq!(clock.read(), Err(ClockError::Unreadable(REFUSED)));
        clock.set_asserted_bound(ASSERTED);
        let reading = clock.read().unwrap();
        assert_eq!(reading.source, BoundSource::Asserted);
        assert_eq!(reading.bound_us, 300_000);
    }

    #[test]
    fn refuses_during_a_leap_second_whatever_is_asserted() {
        let mut leap = Discipline::synchronised(NOW.get(), 12_000);
        leap.leap = Leap::InProgress;
        let clock = SystemClock::with_discipline(ASSERTED, move || Ok(leap));
        assert_eq!(clock.read(), Err(ClockError::LeapSecond));
    }

    #[test]
    fn follows_the_kernel_while_it_is_being_read() {
        let kernel = Arc::new(Mutex::new(unsynchronised()));
        let seen = Arc::clone(&kernel);
        let clock = Arc::new(SystemClock::with_discipline(None, move || {
            *seen.lock().unwrap()
        }));
        let reader = {
            let clock = Arc::clone(&clock);
            std::thread::spawn(move || {
                // Each state must be met, and nothing between the two.
                let (mut dark, mut bright) = (0, 0);
                while dark == 0 || bright == 0 {
                    match clock.read() {
                        Err(ClockError::Unsynchronised) => dark += 1,
                        other => {
                            assert_eq!(other, reading(12_000, BoundSource::Measured));
                            bright += 1;
                        }
                    }
                    std::thread::yield_now();
                }
            })
        };
        while !reader.is_finished() {
            *kernel.lock().unwrap() = measured();
            std::thread::yield_now();
            *kernel.lock().unwrap() = unsynchronised();
            std::thread::yield_now();
        }
        reader.join().unwrap();
    }

    #[test]
    fn rounds_an_asserted_bound_up() {
        let clock = SystemClock::with_discipline(Some(Duration::from_nanos(1)), unsynchronised);
        assert_eq!(clock.read(), reading(1, BoundSource::Asserted));
        clock.set_asserted_bound(Some(Duration::MAX));
        assert_eq!(
            clock.read(),
            reading(u64::MAX - 1, BoundSource::Asserted),
            "absurd, but not 'none'"
        );
    }

    #[test]
    fn reads_the_clock_of_this_machine() {
        let clock = SystemClock::new(ASSERTED);
        let difference = clock.read().unwrap().time.get() - undisciplined_time().get();
        assert!(difference.abs() < 60_000_000);
    }
}
