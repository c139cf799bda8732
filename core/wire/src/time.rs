//! [`UnixMicros`]: an instant.

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Timelike, Utc};

/// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).
///
/// The only form in which Meridian's crates hand instants to each other. A date far outside
/// the calendar (before year -262142) can be held but has no RFC 3339 text.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixMicros(i64);

/// An instant that the wanted calendar form cannot express.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("the year of {0} is not between 0 and 9999")]
pub struct TimeOutOfRange(pub UnixMicros);

/// Year, month, day, hour, minute, second and microsecond in UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Civil {
    /// Proleptic Gregorian year.
    pub year: i32,
    /// 1..=12.
    pub month: u32,
    /// 1..=31.
    pub day: u32,
    /// 0..=23.
    pub hour: u32,
    /// 0..=59.
    pub minute: u32,
    /// 0..=59: a leap second is never expressed.
    pub second: u32,
    /// 0..=999999.
    pub micros: u32,
}

impl Civil {
    /// A date and a time of day, not yet checked: [`UnixMicros::from_civil`] does.
    #[must_use]
    pub const fn new(date: (i32, u32, u32), time: (u32, u32, u32), micros: u32) -> Self {
        Self {
            year: date.0,
            month: date.1,
            day: date.2,
            hour: time.0,
            minute: time.1,
            second: time.2,
            micros,
        }
    }
}

impl UnixMicros {
    /// The instant `micros` microseconds after the epoch (before it, if negative).
    #[must_use]
    pub const fn new(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The instant `us` microseconds later, or `None` where the number ends.
    #[must_use]
    pub const fn checked_add_us(self, us: i64) -> Option<Self> {
        match self.0.checked_add(us) {
            Some(micros) => Some(Self(micros)),
            None => None,
        }
    }

    /// The instant `us` microseconds earlier, or `None` where the number ends.
    #[must_use]
    pub const fn checked_sub_us(self, us: i64) -> Option<Self> {
        match self.0.checked_sub(us) {
            Some(micros) => Some(Self(micros)),
            None => None,
        }
    }

    /// The instant of a date and time in UTC; `None` if there is no such date or time.
    /// `second` 60 is refused.
    #[must_use]
    pub fn from_civil(civil: Civil) -> Option<Self> {
        let date = NaiveDate::from_ymd_opt(civil.year, civil.month, civil.day)?;
        let time = date.and_hms_micro_opt(civil.hour, civil.minute, civil.second, civil.micros)?;
        // chrono reads 1000000..=1999999 as a leap second; we do not.
        (civil.micros < 1_000_000).then(|| Self(time.and_utc().timestamp_micros()))
    }

    /// Date and time in UTC.
    ///
    /// # Errors
    ///
    /// [`TimeOutOfRange`] unless the year is within 0..=9999, what GeneralizedTime can say.
    pub fn civil(self) -> Result<Civil, TimeOutOfRange> {
        let utc = self.utc().ok_or(TimeOutOfRange(self))?;
        if !(0..=9_999).contains(&utc.year()) {
            return Err(TimeOutOfRange(self));
        }
        Ok(Civil {
            year: utc.year(),
            month: utc.month(),
            day: utc.day(),
            hour: utc.hour(),
            minute: utc.minute(),
            second: utc.second(),
            micros: utc.timestamp_subsec_micros(),
        })
    }

    /// Reads an RFC 3339 date-time with any offset; digits beyond microseconds are dropped.
    ///
    /// # Errors
    ///
    /// [`NotRfc3339`] for anything else, a leap second included.
    pub fn parse_rfc3339(text: &str) -> Result<Self, NotRfc3339> {
        let utc = DateTime::parse_from_rfc3339(text).map_err(|_| NotRfc3339)?;
        if utc.timestamp_subsec_nanos() >= 1_000_000_000 {
            return Err(NotRfc3339);
        }
        Ok(Self(utc.timestamp_micros()))
    }

    fn utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }
}

/// Text that is not an RFC 3339 date-time.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("not an RFC 3339 date and time such as 2026-03-01T12:00:00Z")]
pub struct NotRfc3339;

impl std::fmt::Display for UnixMicros {
    /// RFC 3339 in UTC with 0, 3 or 6 digits of fraction.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.utc() {
            Some(utc) => f.write_str(&utc.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            None => write!(f, "{} us after 1970", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc_3339() {
        assert_eq!(UnixMicros::new(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(
            UnixMicros::new(-1).to_string(),
            "1969-12-31T23:59:59.999999Z"
        );
        assert_eq!(
            UnixMicros::new(i64::MAX).to_string(),
            "9223372036854775807 us after 1970"
        );
    }

    #[test]
    fn reads_rfc_3339_with_an_offset() {
        let read = UnixMicros::parse_rfc3339("2026-03-01T13:00:00.000001+01:00");
        let civil = Civil::new((2026, 3, 1), (12, 0, 0), 1);
        assert_eq!(read, Ok(UnixMicros::from_civil(civil).unwrap()));
        assert_eq!(
            UnixMicros::parse_rfc3339("2016-12-31T23:59:60Z"),
            Err(NotRfc3339)
        );
        assert_eq!(UnixMicros::parse_rfc3339("yesterday"), Err(NotRfc3339));
    }

    #[test]
    fn refuses_a_date_that_does_not_exist() {
        assert_eq!(
            UnixMicros::from_civil(Civil::new((2026, 2, 29), (0, 0, 0), 0)),
            None
        );
        assert_eq!(
            UnixMicros::from_civil(Civil::new((2026, 2, 28), (23, 59, 60), 0)),
            None
        );
        assert_eq!(
            UnixMicros::from_civil(Civil::new((2026, 2, 28), (23, 59, 59), 1_000_000)),
            None
        );
    }

    #[test]
    fn refuses_a_year_of_five_digits() {
        let last = Civil::new((9999, 12, 31), (23, 59, 59), 999_999);
        let last_instant = UnixMicros::from_civil(last).unwrap();
        assert_eq!(last_instant.civil(), Ok(last));
        let next = last_instant.checked_add_us(1).unwrap();
        assert_eq!(next.civil(), Err(TimeOutOfRange(next)));
    }
}
