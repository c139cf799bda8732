//! The deterministic twin of the system's clock.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use meridian_wire::time::UnixMicros;

use crate::clock::{BoundSource, Clock, ClockError, ClockReading};

/// A clock that shows what it was told. For tests and simulations; no
/// configuration can name it.
#[derive(Debug)]
pub struct SimClock {
    /// What every reader gets until somebody changes it.
    shown: Mutex<Result<ClockReading, ClockError>>,
}

impl SimClock {
    /// A clock that stands at `time`, measured to within `bound_us`.
    #[must_use]
    pub const fn new(time: UnixMicros, bound_us: u64) -> Self {
        let reading = ClockReading::new(time, bound_us, BoundSource::Measured);
        Self {
            shown: Mutex::new(Ok(reading)),
        }
    }

    /// Shows `reading` from now on; also the way back from [`SimClock::fail`].
    pub fn set(&self, reading: ClockReading) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Ok(reading);
    }

    /// Moves the clock forward. Does nothing while it fails.
    pub fn advance(&self, by: Duration) {
        let by_us = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(reading) = shown.as_mut() {
            reading.time = UnixMicros::new(reading.time.get().saturating_add(by_us));
        }
    }

    /// Fails every reading from now on.
    pub fn fail(&self, error: ClockError) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Err(error);
    }
}

impl Clock for SimClock {
    fn read(&self) -> Result<ClockReading, ClockError> {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_it_was_told() {
        let clock = SimClock::new(UnixMicros::new(5), 7);
        clock.advance(Duration::from_micros(3));
        let reading = clock.read().unwrap();
        assert_eq!((reading.time.get(), reading.bound_us), (8, 7));

        clock.fail(ClockError::Unsynchronised);
        clock.advance(Duration::from_micros(3));
        assert_eq!(clock.read(), Err(ClockError::Unsynchronised));

        clock.set(reading);
        assert_eq!(clock.read(), Ok(reading));
    }
}
