//! The times of tokens and certificates, read from their characters.

use meridian_wire::reader::certificate::TimeView;
use meridian_wire::reader::tag::Tag;
use meridian_wire::time::{Civil, UnixMicros};

/// A genTime that keeps the grammar.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct GenTimeReading {
    /// The instant, digits beyond microseconds dropped.
    pub(crate) at: UnixMicros,
    /// Whether digits other than zero were dropped.
    pub(crate) finer: bool,
    /// Whether its fraction ends in a zero: BER, not DER (X.690 section 11.7).
    pub(crate) trailing_zero: bool,
}

/// Why characters are no genTime.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum GenTimeFault {
    #[error("it must end with Z")]
    NotUtc,
    #[error("it must have the form YYYYMMDDhhmmss[.s...]Z")]
    NotDigits,
    #[error("there is no such date and time")]
    NoSuchTime,
    #[error("its year is before 1950")]
    TooEarly,
}

/// RFC 3161 section 2.4.2: `YYYYMMDDhhmmss[.s...]Z`, seconds and Z mandatory. A leap
/// second (60) is refused, as are 24:00 and dates that do not exist.
pub(crate) fn parse_gen_time(text: &[u8]) -> Result<GenTimeReading, GenTimeFault> {
    let text = std::str::from_utf8(text).map_err(|_| GenTimeFault::NotDigits)?;
    let text = text.strip_suffix('Z').ok_or(GenTimeFault::NotUtc)?;
    let (seconds, fraction) = match text.split_once('.') {
        Some((seconds, fraction)) => (seconds, Some(fraction)),
        None => (text, None),
    };
    let digits = fraction.unwrap_or_default();
    let all_digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    let empty = fraction.is_some_and(str::is_empty);
    if seconds.len() != 14 || !all_digits(seconds) || !all_digits(digits) || empty {
        return Err(GenTimeFault::NotDigits);
    }
    let micros: String = digits.chars().chain("000000".chars()).take(6).collect();
    let at = civil(seconds, number(&micros).ok_or(GenTimeFault::NotDigits)?);
    let at = at.ok_or(GenTimeFault::NoSuchTime)?;
    if seconds < "1950" {
        return Err(GenTimeFault::TooEarly);
    }
    Ok(GenTimeReading {
        at,
        finer: digits.bytes().skip(6).any(|octet| octet != b'0'),
        trailing_zero: digits.ends_with('0'),
    })
}

/// The forms that BER has besides (X.680 section 46): no seconds, no minutes, a comma, a zone.
/// None if it names no moment, or local time of nobody knows where.
pub(crate) fn parse_ber_time(text: &[u8]) -> Option<GenTimeReading> {
    let text = std::str::from_utf8(text).ok()?;
    let (local, east_minutes) = split_zone(text)?;
    let (digits, fraction) = match local.split_once(['.', ',']) {
        Some((digits, fraction)) => (digits, Some(fraction)),
        None => (local, None),
    };
    let missing = match digits.len() {
        10 => "0000",
        12 => "00",
        14 => "",
        _ => return None,
    };
    // A fraction of an hour or of a minute: nobody has been seen to write one.
    let fraction = match fraction {
        Some(_) if !missing.is_empty() => return None,
        Some(fraction) => format!(".{fraction}"),
        None => String::new(),
    };
    let reading = parse_gen_time(format!("{digits}{missing}{fraction}Z").as_bytes()).ok()?;
    let at = reading.at.checked_sub_us(east_minutes * 60_000_000)?;
    Some(GenTimeReading { at, ..reading })
}

/// What is before the zone, and how many minutes that is east of UTC.
fn split_zone(text: &str) -> Option<(&str, i64)> {
    if let Some(local) = text.strip_suffix('Z') {
        return Some((local, 0));
    }
    let (local, zone) = text.split_at(text.find(['+', '-'])?);
    let (sign, digits) = zone.split_at(1);
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = match digits.get(2..)? {
        "" => 0,
        minutes => minutes.parse().ok()?,
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    let east = hours * 60 + minutes;
    Some((local, if sign == "-" { -east } else { east }))
}

/// RFC 5280 section 4.1.2.5: `YYMMDDhhmmssZ` with YY from 50 meaning 19YY, or
/// `YYYYMMDDhhmmssZ`. A UTCTime without seconds is read too; old certificates have them.
pub(crate) fn parse_x509_time(time: &TimeView<'_>) -> Option<UnixMicros> {
    let text = std::str::from_utf8(time.text).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    match (time.tag, text.len()) {
        (Tag::GENERALIZED_TIME, 14) => civil(text, 0),
        (Tag::UTC_TIME, 12 | 10) => {
            let century = if text < "50" { "20" } else { "19" };
            let seconds = if text.len() == 10 { "00" } else { "" };
            civil(&format!("{century}{text}{seconds}"), 0)
        }
        _ => None,
    }
}

fn civil(fourteen_digits: &str, micros: u32) -> Option<UnixMicros> {
    let part = |from: usize, to: usize| number(fourteen_digits.get(from..to)?);
    let date = (i32::try_from(part(0, 4)?).ok()?, part(4, 6)?, part(6, 8)?);
    let time = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    UnixMicros::from_civil(Civil::new(date, time, micros))
}

fn number(digits: &str) -> Option<u32> {
    digits.parse().ok()
}

/// All the instants that a token may mean: genTime minus and plus its accuracy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Interval {
    /// The first of them.
    pub(crate) from: UnixMicros,
    /// The last of them.
    pub(crate) to: UnixMicros,
}

impl Interval {
    /// A single instant.
    pub(crate) const fn instant(at: UnixMicros) -> Self {
        Self { from: at, to: at }
    }

    /// None if the bound leads out of the calendar.
    pub(crate) fn around(reading: &GenTimeReading, accuracy_us: u64) -> Option<Self> {
        let accuracy = i64::try_from(accuracy_us).ok()?;
        let from = reading.at.checked_sub_us(accuracy)?;
        let to = reading
            .at
            .checked_add_us(accuracy)?
            .checked_add_us(i64::from(reading.finer))?;
        Some(Self { from, to })
    }

    /// Whether all of it lies within both bounds, themselves included.
    pub(crate) fn is_within(&self, first: UnixMicros, last: UnixMicros) -> bool {
        first <= self.from && self.to <= last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Result<i64, GenTimeFault> {
        parse_gen_time(text.as_bytes()).map(|reading| reading.at.get())
    }

    #[test]
    fn reads_whole_seconds_and_fractions() {
        assert_eq!(micros("19700101000001Z"), Ok(1_000_000));
        assert_eq!(micros("19700101000000.25Z"), Ok(250_000));
        assert_eq!(micros("19700101000000.0000019Z"), Ok(1));
        assert!(parse_gen_time(b"20260101000000.0000001Z").unwrap().finer);
        assert!(parse_gen_time(b"20260101000000.10Z").unwrap().trailing_zero);
    }

    #[test]
    fn reads_the_forms_of_ber_as_the_moment_they_name() {
        let read = |text: &str| parse_ber_time(text.as_bytes()).map(|reading| reading.at.get());
        let noon = micros("20260615120000Z").ok();
        for same in [
            "20260615120000Z",
            "20260615140000+0200",
            "20260615140000+02",
            "20260615063000-0530",
            "202606151200Z",
            "2026061512Z",
            "20260615120000,0Z",
        ] {
            assert_eq!(read(same), noon, "{same}");
        }
        assert_eq!(read("20260615120000,25Z"), noon.map(|noon| noon + 250_000));
        for nothing in [
            "20260615120000",
            "20260615120000.Z",
            "20260615120060Z",
            "20260615120000+",
            "20260615120000+1",
            "20260615120000+1500",
            "20260615120000+0060",
            "202606151200.5Z",
            "20260615Z",
            "",
        ] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn refuses_every_other_form() {
        assert_eq!(micros("20260101000000"), Err(GenTimeFault::NotUtc));
        assert_eq!(micros("20260101000000+0200"), Err(GenTimeFault::NotUtc));
        assert_eq!(micros("202601010000Z"), Err(GenTimeFault::NotDigits));
        assert_eq!(micros("20260101000000,5Z"), Err(GenTimeFault::NotDigits));
        assert_eq!(micros("20260101000000.Z"), Err(GenTimeFault::NotDigits));
        assert_eq!(micros("20260101000060Z"), Err(GenTimeFault::NoSuchTime));
        assert_eq!(micros("20260101240000Z"), Err(GenTimeFault::NoSuchTime));
        assert_eq!(micros("20260229000000Z"), Err(GenTimeFault::NoSuchTime));
        assert_eq!(micros("19491231235959Z"), Err(GenTimeFault::TooEarly));
        assert_eq!(micros("00000101000000Z"), Err(GenTimeFault::TooEarly));
    }
}
