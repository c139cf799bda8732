//! [`GenTime`]: the time a token shows.

use crate::error::{DecodeError, DecodeErrorKind};
use crate::time::{Civil, TimeOutOfRange, UnixMicros};

/// A GeneralizedTime as RFC 3161 2.4.2 wants it: UTC, `YYYYMMDDhhmmss[.f…]Z`, a point and no
/// comma, no trailing zero, no fraction when it is zero, never second 60.
///
/// Ours have at most six digits of fraction. How near it is to true time is the accuracy's word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GenTime {
    instant: UnixMicros,
    civil: Civil,
}

impl GenTime {
    /// The nearest whole second; half a second goes up.
    ///
    /// # Errors
    ///
    /// [`TimeOutOfRange`].
    pub fn whole_seconds(instant: UnixMicros) -> Result<Self, TimeOutOfRange> {
        let second = instant
            .checked_add_us(500_000)
            .and_then(|up| up.checked_sub_us(up.get().rem_euclid(1_000_000)))
            .ok_or(TimeOutOfRange(instant))?;
        Self::micros(second)
    }

    /// The instant itself.
    ///
    /// # Errors
    ///
    /// [`TimeOutOfRange`].
    pub fn micros(instant: UnixMicros) -> Result<Self, TimeOutOfRange> {
        let civil = instant.civil()?;
        Ok(Self { instant, civil })
    }

    /// The instant shown.
    #[must_use]
    pub const fn to_micros(&self) -> UnixMicros {
        self.instant
    }

    /// Content of the GeneralizedTime.
    #[must_use]
    pub fn text(&self) -> String {
        let Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
            micros,
        } = self.civil;
        let whole = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}");
        if micros == 0 {
            return whole + "Z";
        }
        let fraction = format!("{micros:06}");
        whole + "." + fraction.trim_end_matches('0') + "Z"
    }

    /// Reads what [`Self::text`] writes and nothing else.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::TimeMalformed`].
    pub fn parse(text: &str) -> Result<Self, DecodeError> {
        let malformed = || DecodeError::from(DecodeErrorKind::TimeMalformed);
        let micros = parse(text).ok_or_else(malformed)?;
        let time = Self::micros(micros).map_err(|_| malformed())?;
        if time.text() == text {
            Ok(time)
        } else {
            Err(malformed())
        }
    }
}

/// Lenient about zeros: the caller compares with the canonical text.
fn parse(text: &str) -> Option<UnixMicros> {
    let body = text.strip_suffix('Z')?;
    let (whole, fraction) = body.split_once('.').unwrap_or((body, "0"));
    if whole.len() != 14 || fraction.len() > 6 {
        return None;
    }
    let digits = |range| number(whole.get(range)?);
    let date = (
        i32::try_from(digits(0..4)?).ok()?,
        digits(4..6)?,
        digits(6..8)?,
    );
    let time = (digits(8..10)?, digits(10..12)?, digits(12..14)?);
    let micros = number(&format!("{fraction:0<6}"))?;
    UnixMicros::from_civil(Civil::new(date, time, micros))
}

fn number(digits: &str) -> Option<u32> {
    let all = digits.bytes().all(|octet| octet.is_ascii_digit());
    if all { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(micros: i64) -> String {
        GenTime::micros(UnixMicros::new(micros)).unwrap().text()
    }

    #[test]
    fn writes_no_trailing_zero_and_no_empty_fraction() {
        assert_eq!(text(0), "19700101000000Z");
        assert_eq!(text(500_000), "19700101000000.5Z");
        assert_eq!(text(1), "19700101000000.000001Z");
        assert_eq!(text(120_000), "19700101000000.12Z");
    }

    #[test]
    fn midnight_belongs_to_the_new_day() {
        assert_eq!(text(86_400_000_000), "19700102000000Z");
    }

    #[test]
    fn rounds_to_the_nearest_second() {
        for (micros, seconds) in [
            (499_999, 0),
            (500_000, 1_000_000),
            (999_999, 1_000_000),
            (1_000_000, 1_000_000),
            (-500_001, -1_000_000),
            (-500_000, 0),
        ] {
            let time = GenTime::whole_seconds(UnixMicros::new(micros)).unwrap();
            assert_eq!(time.to_micros().get(), seconds, "{micros}");
        }
    }

    #[test]
    fn refuses_an_instant_that_rounds_into_year_10000() {
        let last = UnixMicros::parse_rfc3339("9999-12-31T23:59:59.5Z").unwrap();
        assert!(GenTime::micros(last).is_ok());
        assert!(GenTime::whole_seconds(last).is_err());
        assert!(GenTime::whole_seconds(UnixMicros::new(i64::MAX)).is_err());
        assert!(GenTime::whole_seconds(UnixMicros::new(i64::MIN)).is_err());
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "",
            "Z",
            "20260301120000",
            "202603011200Z",
            "20260301120000,5Z",
            "20260301120000.Z",
            "20260301120000.0Z",
            "20260301120000.50Z",
            "20260301120000.1234567Z",
            "20260301120060Z",
            "20260301240000Z",
            "20260229120000Z",
            "20260301120000+0000",
            "+2026030112000Z",
            "20260301120000.+5Z",
            "20260301120000Z ",
            "2026030112000\u{0663}Z",
        ] {
            let kind = GenTime::parse(text).unwrap_err().kind;
            assert_eq!(kind, DecodeErrorKind::TimeMalformed, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(micros in -62_167_219_200_000_000_i64..253_402_300_800_000_000) {
            let time = GenTime::micros(UnixMicros::new(micros)).unwrap();
            prop_assert_eq!(GenTime::parse(&time.text()), Ok(time));
        }

        #[test]
        fn never_panics(text in "[0-9.,Z+]{0,24}") {
            let _ = GenTime::parse(&text);
        }
    }
}
