//! [`Shown`]: the time that a token shows, and how exactly.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use meridian_wire::time::{TimeOutOfRange, UnixMicros};
use meridian_wire::tsp::gen_time::GenTime;
use meridian_wire::tsp::status::PkiFailureInfo;

use crate::clock::StampTime;

/// How long a signature may take after the clock was read, unless configured
/// otherwise. It counts towards the accuracy, and the log throws away a
/// signature that is later. 100 ms leaves whole seconds 400 ms for the clock.
pub const DEFAULT_SIGNING_ALLOWANCE: Duration = Duration::from_millis(100);

/// No token states an accuracy above one second (EN 319 421 TIS-7.7.2;
/// EN 319 422 5.2.2 'at least 1 s or better').
const MAX_ACCURACY_US: u64 = 1_000_000;

/// The most that a clock may be off where whole seconds are shown, however
/// short the allowance: a worse one is not what whole seconds are for.
const MAX_WHOLE_SECONDS_CLOCK_ERROR_US: u64 = 400_000;

/// How a time becomes genTime.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Rounding {
    /// To the nearest second: every known client reads it.
    WholeSeconds,
    /// Not at all. RFC 3161 allows fractions; some clients do not read them.
    Micros,
}

impl Rounding {
    /// The most that it moves genTime, in microseconds.
    #[must_use]
    pub const fn error_us(self) -> u64 {
        match self {
            Self::WholeSeconds => 500_000,
            Self::Micros => 0,
        }
    }

    fn gen_time(self, time: UnixMicros) -> Result<GenTime, TimeOutOfRange> {
        match self {
            Self::WholeSeconds => GenTime::whole_seconds(time),
            Self::Micros => GenTime::micros(time),
        }
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WholeSeconds => "whole seconds",
            Self::Micros => "microseconds",
        })
    }
}

/// What a TSU promises of the times that its tokens show.
#[derive(Clone, Debug)]
pub struct TimePractice {
    signing_allowance_us: u64,
    validity: RangeInclusive<UnixMicros>,
}

/// A promise that cannot be kept.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PracticeError {
    /// Nothing would be left of one second for the clock.
    #[error(
        "a signing allowance of {allowance_us} µs leaves the clock nothing of the one second that a \
         token with {rounding} may state; it must be below {limit_us} µs"
    )]
    AllowanceTooLong {
        /// The allowance.
        allowance_us: u64,
        /// What cannot bear it.
        rounding: Rounding,
        /// What it leaves.
        limit_us: u64,
    },
    /// No instant lies within.
    #[error("the TSU certificate ends before it begins")]
    ValidityEmpty,
}

/// Why a token may not show a time. Always our fault, never the client's.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotShown {
    /// The time is off by more than the rounding lets a token state honestly.
    #[error(
        "the authority's time is off by up to {error_us} µs, its policy allows {limit_us} µs; try \
         again later"
    )]
    ClockUncertain {
        /// Bound of the reading plus bump.
        error_us: u64,
        /// The limit.
        limit_us: u64,
    },
    /// The clock shows a year that genTime cannot express.
    #[error("the authority's clock shows an impossible year")]
    TimeNotExpressible(#[from] TimeOutOfRange),
    /// RFC 3161 2.4.2 and EN 319 421 TIS-7.7.1: the TSU's validity does not cover the token.
    #[error(
        "the time {gen_time} ± {accuracy_us} µs is outside the validity of the authority's \
         certificate, {not_before} to {not_after}; its operator must install a new one"
    )]
    CertificateNotValid {
        /// Time that the token would show.
        gen_time: UnixMicros,
        /// Its accuracy.
        accuracy_us: u64,
        /// The certificate's notBefore.
        not_before: UnixMicros,
        /// The certificate's notAfter.
        not_after: UnixMicros,
    },
}

impl NotShown {
    /// The bit for `failInfo`.
    #[must_use]
    pub const fn fail_info(&self) -> PkiFailureInfo {
        match self {
            Self::ClockUncertain { .. } | Self::TimeNotExpressible(_) => {
                PkiFailureInfo::TimeNotAvailable
            }
            Self::CertificateNotValid { .. } => PkiFailureInfo::SystemFailure,
        }
    }
}

/// When, and how exactly.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Shown {
    /// As it is rounded.
    pub gen_time: GenTime,
    /// Bound of its error in microseconds.
    pub accuracy_us: u64,
}

impl TimePractice {
    /// Signatures within `signing_allowance` of the reading, tokens within
    /// `validity`, the TSU certificate's, and any of `roundings`.
    ///
    /// # Errors
    ///
    /// [`PracticeError`] if it could not be kept.
    pub fn new(
        roundings: &[Rounding],
        signing_allowance: Duration,
        validity: RangeInclusive<UnixMicros>,
    ) -> Result<Self, PracticeError> {
        if validity.is_empty() {
            return Err(PracticeError::ValidityEmpty);
        }
        let allowance_us = signing_allowance.as_nanos().div_ceil(1_000);
        let allowance_us = u64::try_from(allowance_us).unwrap_or(u64::MAX);
        for rounding in roundings.iter().copied() {
            let limit_us = MAX_ACCURACY_US.saturating_sub(rounding.error_us());
            if allowance_us >= limit_us {
                return Err(PracticeError::AllowanceTooLong {
                    allowance_us,
                    rounding,
                    limit_us,
                });
            }
        }
        Ok(Self {
            signing_allowance_us: allowance_us,
            validity,
        })
    }

    /// How long a signature may take, rounded up to microseconds.
    #[must_use]
    pub const fn signing_allowance(&self) -> Duration {
        Duration::from_micros(self.signing_allowance_us)
    }

    /// The interval that every token's genTime ± accuracy lies in.
    #[must_use]
    pub const fn validity(&self) -> &RangeInclusive<UnixMicros> {
        &self.validity
    }

    /// The most that the stamp's time may be off (bound of the reading plus
    /// bump) under a rounding, in microseconds.
    #[must_use]
    pub fn max_clock_error_us(&self, rounding: Rounding) -> u64 {
        let left = MAX_ACCURACY_US
            .saturating_sub(rounding.error_us())
            .saturating_sub(self.signing_allowance_us);
        match rounding {
            Rounding::WholeSeconds => left.min(MAX_WHOLE_SECONDS_CLOCK_ERROR_US),
            Rounding::Micros => left,
        }
    }

    /// What a token shows of `time`. Its accuracy is all that is uncertain: bound of the reading,
    /// bump, rounding and signing allowance.
    ///
    /// # Errors
    ///
    /// [`NotShown`].
    pub fn show(&self, rounding: Rounding, time: &StampTime) -> Result<Shown, NotShown> {
        let error_us = time.reading.bound_us.saturating_add(time.bump_us);
        let limit_us = self.max_clock_error_us(rounding);
        if error_us > limit_us {
            return Err(NotShown::ClockUncertain { error_us, limit_us });
        }
        let shown = Shown {
            gen_time: rounding.gen_time(time.time)?,
            accuracy_us: error_us
                .saturating_add(rounding.error_us())
                .saturating_add(self.signing_allowance_us),
        };
        self.within_validity(&shown)?;
        Ok(shown)
    }

    /// Both ends of genTime ± accuracy, equality accepted.
    fn within_validity(&self, shown: &Shown) -> Result<(), NotShown> {
        let gen_time = shown.gen_time.to_micros();
        let accuracy = i64::try_from(shown.accuracy_us).ok();
        let ends = accuracy.and_then(|accuracy| {
            let earliest = gen_time.checked_sub_us(accuracy)?;
            Some((earliest, gen_time.checked_add_us(accuracy)?))
        });
        let validity = &self.validity;
        match ends {
            Some((earliest, latest))
                if validity.contains(&earliest) && validity.contains(&latest) =>
            {
                Ok(())
            }
            _ => Err(NotShown::CertificateNotValid {
                gen_time,
                accuracy_us: shown.accuracy_us,
                not_before: *validity.start(),
                not_after: *validity.end(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{BoundSource, ClockReading};

    /// 2026-03-01T12:00:00Z.
    const NOON: i64 = 1_772_366_400_000_000;
    const HOUR: i64 = 3_600_000_000;
    const BOTH: [Rounding; 2] = [Rounding::WholeSeconds, Rounding::Micros];

    fn practice(roundings: &[Rounding], allowance_ms: u64) -> Result<TimePractice, PracticeError> {
        let validity = UnixMicros::new(NOON - HOUR)..=UnixMicros::new(NOON + HOUR);
        TimePractice::new(roundings, Duration::from_millis(allowance_ms), validity)
    }

    fn show(rounding: Rounding, offset: i64, bound_us: u64) -> Result<Shown, NotShown> {
        let time = UnixMicros::new(NOON + offset);
        let reading = ClockReading::new(time, bound_us, BoundSource::Measured);
        let time = StampTime::next(reading, None).unwrap();
        practice(&BOTH, 100).unwrap().show(rounding, &time)
    }

    #[test]
    fn rounds_and_sums_up_what_is_uncertain() {
        for (rounding, offset, gen_time, accuracy_us) in [
            (Rounding::WholeSeconds, 499_999, 0, 600_007),
            (Rounding::WholeSeconds, 500_000, 1_000_000, 600_007),
            (Rounding::WholeSeconds, -500_001, -1_000_000, 600_007),
            (Rounding::Micros, 499_999, 499_999, 100_007),
        ] {
            let shown = show(rounding, offset, 7).unwrap();
            assert_eq!(shown.gen_time.to_micros().get(), NOON + gen_time);
            assert_eq!(shown.accuracy_us, accuracy_us);
        }
    }

    #[test]
    fn a_clock_beyond_the_limit_shows_nothing() {
        for (rounding, limit_us) in BOTH.into_iter().zip([400_000, 900_000]) {
            assert!(show(rounding, 0, limit_us).is_ok());
            let error_us = limit_us + 1;
            let refused = show(rounding, 0, error_us).unwrap_err();
            assert_eq!(refused, NotShown::ClockUncertain { error_us, limit_us });
            assert_eq!(refused.fail_info(), PkiFailureInfo::TimeNotAvailable);
        }
    }

    #[test]
    fn both_ends_of_the_interval_lie_in_the_certificates_validity() {
        for (edge, inwards) in [(-HOUR, 1), (HOUR, -1)] {
            assert!(show(Rounding::Micros, edge + inwards * 100_000, 0).is_ok());
            let refused = show(Rounding::Micros, edge + inwards * 99_999, 0).unwrap_err();
            assert!(matches!(refused, NotShown::CertificateNotValid { .. }));
            assert_eq!(refused.fail_info(), PkiFailureInfo::SystemFailure);
        }
        let refused = show(Rounding::Micros, i64::MAX - NOON, 0).unwrap_err();
        assert!(matches!(refused, NotShown::TimeNotExpressible(_)));
        assert_eq!(refused.fail_info(), PkiFailureInfo::TimeNotAvailable);
    }

    #[test]
    fn rejects_an_allowance_that_leaves_the_clock_nothing() {
        assert!(practice(&BOTH, 499).is_ok());
        assert_eq!(
            practice(&BOTH, 500).unwrap_err(),
            PracticeError::AllowanceTooLong {
                allowance_us: 500_000,
                rounding: Rounding::WholeSeconds,
                limit_us: 500_000
            }
        );
        assert!(practice(&[Rounding::Micros], 999).is_ok());
        assert!(practice(&[Rounding::Micros], 1_000).is_err());
        let tiny = practice(&BOTH, 0).unwrap().validity().clone();
        let rounded = TimePractice::new(&BOTH, Duration::from_nanos(1), tiny).unwrap();
        assert_eq!(rounded.signing_allowance(), Duration::from_micros(1));
    }

    #[test]
    fn rejects_a_validity_that_ends_before_it_begins() {
        let backwards = UnixMicros::new(1)..=UnixMicros::new(0);
        let made = TimePractice::new(&BOTH, DEFAULT_SIGNING_ALLOWANCE, backwards);
        assert_eq!(made.unwrap_err(), PracticeError::ValidityEmpty);
    }
}
