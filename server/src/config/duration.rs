//! Durations as a person writes them: a whole number and a unit.

use std::time::Duration;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _};

/// A duration read from text such as `300ms`, `10s`, `5m`, `30d` or `250us`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct DurationText(pub(crate) Duration);

/// Why a text is not a duration.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum DurationError {
    /// There is no number, or it does not fit.
    #[error("a duration starts with a whole number, as in \"300ms\"")]
    Number,
    /// The unit is missing or unknown.
    #[error("a duration ends with us, ms, s, m, h or d, as in \"300ms\"")]
    Unit,
}

impl std::str::FromStr for DurationText {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).ok_or(DurationError::Number)?;
        let number: u64 = number.parse().map_err(|_| DurationError::Number)?;
        let one_us: u64 = match unit {
            "us" => 1,
            "ms" => 1_000,
            "s" => 1_000_000,
            "m" => 60_000_000,
            "h" => 3_600_000_000,
            "d" => 86_400_000_000,
            _ => return Err(DurationError::Unit),
        };
        let micros = number.checked_mul(one_us).ok_or(DurationError::Number)?;
        Ok(Self(Duration::from_micros(micros)))
    }
}

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Serialize for DurationText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}us", self.0.as_micros()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_unit() {
        for (text, micros) in [
            ("250us", 250),
            ("300ms", 300_000),
            ("10s", 10_000_000),
            ("2m", 120_000_000),
            ("1h", 3_600_000_000),
            ("30d", 2_592_000_000_000),
            ("2592000000000us", 2_592_000_000_000),
        ] {
            let read: DurationText = text.parse().unwrap();
            assert_eq!(read.0, Duration::from_micros(micros), "{text}");
        }
    }

    #[test]
    fn refuses_a_number_without_a_unit() {
        assert_eq!("300".parse::<DurationText>(), Err(DurationError::Unit));
    }

    #[test]
    fn refuses_a_unit_without_a_number() {
        assert_eq!("ms".parse::<DurationText>(), Err(DurationError::Number));
    }

    #[test]
    fn refuses_more_than_microseconds_can_count() {
        let text = format!("{}d", u64::MAX / 1_000);
        assert_eq!(text.parse::<DurationText>(), Err(DurationError::Number));
    }

    #[test]
    fn refuses_a_fraction_because_the_unit_is_not_known() {
        assert_eq!("1.5s".parse::<DurationText>(), Err(DurationError::Unit));
    }
}
