//! Time that knows how wrong it may be, and the time a stamp gets from it.

use std::fmt;
use std::time::Instant;

use meridian_adjtimex::AdjtimexError;
use meridian_wire::time::UnixMicros;

pub mod sim;
pub mod system;

/// Where an authority gets its time.
///
/// A clock never guesses: when it cannot bound its error it returns an error,
/// and the authority answers `timeNotAvailable`. Called from several threads
/// at once. A clock may go back between two readings (somebody stepped it);
/// [`StampTime::next`] is where that is caught.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Reads the clock.
    ///
    /// # Errors
    ///
    /// [`ClockError`] if the time or the bound of its error is unknown.
    fn read(&self) -> Result<ClockReading, ClockError>;
}

/// A time and the most it may differ from UTC.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClockReading {
    /// The time.
    pub time: UnixMicros,
    /// The most that `time` may be off, either way, in microseconds.
    pub bound_us: u64,
    /// Who says so.
    pub source: BoundSource,
}

impl ClockReading {
    /// A reading of `time`, off by at most `bound_us`.
    #[must_use]
    pub const fn new(time: UnixMicros, bound_us: u64, source: BoundSource) -> Self {
        Self {
            time,
            bound_us,
            source,
        }
    }
}

/// Who vouches for the bound of a reading.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum BoundSource {
    /// The kernel's clock discipline measured it.
    Measured,
    /// The configuration asserts it; nothing measured it.
    Asserted,
}

impl fmt::Display for BoundSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Measured => "measured",
            Self::Asserted => "asserted, not measured",
        })
    }
}

/// Why there is no reading (RFC 3161 section 2.1 item 1: a trustworthy time or none).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClockError {
    /// Nothing disciplines the kernel's clock, and no bound is asserted.
    #[error(
        "the kernel's clock is not synchronised: start chronyd or ntpd and wait for it, or, for an \
         evaluation authority only, set asserted_bound under [clock]"
    )]
    Unsynchronised,
    /// The kernel does not say how the clock is doing, and no bound is asserted.
    #[error("the discipline of the kernel's clock cannot be read")]
    Unreadable(#[source] AdjtimexError),
    /// It is 23:59:60, which no genTime can name; over in a second.
    #[error("a leap second is being inserted")]
    LeapSecond,
}

/// The time a stamp gets: strictly above the one before it.
///
/// Made only by [`StampTime::next`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StampTime {
    /// The reading it was made from.
    pub reading: ClockReading,
    /// The time of the stamp and of its leaf.
    pub time: UnixMicros,
    /// How far `time` lies above the reading, in microseconds. Part of the
    /// stamp's error, so it counts towards its accuracy.
    pub bump_us: u64,
}

impl StampTime {
    /// `max(reading, last + 1 µs)`, as long as the reading's own bound can
    /// explain the difference; beyond that the clock went back.
    ///
    /// `last` is the time of the log's last leaf, so this holds across restarts.
    ///
    /// # Errors
    ///
    /// [`ClockWentBack`] until real time has caught up with `last`.
    pub fn next(reading: ClockReading, last: Option<UnixMicros>) -> Result<Self, ClockWentBack> {
        let unbumped = Self {
            reading,
            time: reading.time,
            bump_us: 0,
        };
        let Some(last) = last.filter(|last| reading.time <= *last) else {
            return Ok(unbumped);
        };
        let behind_us = last.get().abs_diff(reading.time.get()).saturating_add(1);
        let went_back = ClockWentBack {
            behind_us,
            bound_us: reading.bound_us,
        };
        let time = last.get().checked_add(1).ok_or(went_back)?;
        if behind_us > reading.bound_us {
            return Err(went_back);
        }
        Ok(Self {
            time: UnixMicros::new(time),
            bump_us: behind_us,
            ..unbumped
        })
    }
}

/// The clock is further behind the last stamp than its bound can explain.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the clock is {behind_us} µs behind the next stamp and vouches for {bound_us} µs: it was set \
     back, and stamping goes on when it has caught up"
)]
pub struct ClockWentBack {
    /// How far the reading lies below the last stamp plus 1 µs.
    pub behind_us: u64,
    /// The reading's bound.
    pub bound_us: u64,
}

/// The monotonic clock, for deadlines and latencies. It says nothing about UTC.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the monotonic clock"
)]
pub fn monotonic() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(time: i64) -> ClockReading {
        ClockReading::new(UnixMicros::new(time), 50, BoundSource::Measured)
    }

    fn next(now: i64, last: Option<i64>) -> Result<(i64, u64), ClockWentBack> {
        StampTime::next(reading(now), last.map(UnixMicros::new))
            .map(|stamp| (stamp.time.get(), stamp.bump_us))
    }

    #[test]
    fn takes_the_reading_when_it_is_above_the_last_stamp() {
        assert_eq!(next(100, None), Ok((100, 0)));
        assert_eq!(next(100, Some(99)), Ok((100, 0)));
    }

    #[test]
    fn bumps_by_what_strict_increase_needs() {
        assert_eq!(next(100, Some(100)), Ok((101, 1)));
        assert_eq!(next(100, Some(149)), Ok((150, 50)), "equal to the bound");
    }

    #[test]
    fn refuses_a_clock_that_went_back_further_than_its_bound() {
        assert_eq!(
            next(100, Some(150)),
            Err(ClockWentBack {
                behind_us: 51,
                bound_us: 50
            })
        );
    }

    #[test]
    fn refuses_to_go_past_the_end_of_time() {
        assert!(next(i64::MAX, Some(i64::MAX)).is_err());
        assert!(next(i64::MIN, Some(i64::MAX)).is_err());
    }
}
