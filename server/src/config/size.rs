//! Sizes as a person writes them: a whole number and a unit.

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _};

/// Octets read from text such as `256MiB`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct SizeText(pub(crate) u64);

/// Why a text is not a size.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum SizeError {
    /// There is no number, or it does not fit.
    #[error("a size starts with a whole number, as in \"256MiB\"")]
    Number,
    /// The unit is missing or unknown.
    #[error("a size ends with KiB, MiB or GiB, as in \"256MiB\"")]
    Unit,
}

impl std::str::FromStr for SizeText {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).ok_or(SizeError::Number)?;
        let number: u64 = number.parse().map_err(|_| SizeError::Number)?;
        let one: u64 = match unit {
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(SizeError::Unit),
        };
        let octets = number.checked_mul(one).ok_or(SizeError::Number)?;
        Ok(Self(octets))
    }
}

impl<'de> Deserialize<'de> for SizeText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Serialize for SizeText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}KiB", self.0 >> 10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whole_numbers_of_binary_units() {
        for (text, octets) in [
            ("1KiB", 1_024),
            ("256MiB", 268_435_456),
            ("2GiB", 2_147_483_648),
        ] {
            assert_eq!(text.parse(), Ok(SizeText(octets)), "{text}");
        }
    }

    #[test]
    fn refuses_what_could_be_meant_in_two_ways() {
        for text in ["256", "256MB", "256 MiB", "1.5GiB"] {
            assert_eq!(text.parse::<SizeText>(), Err(SizeError::Unit), "{text}");
        }
    }

    #[test]
    fn refuses_what_has_no_number_or_too_large_a_one() {
        for text in ["", "MiB", "99999999999GiB", "-1MiB"] {
            assert_eq!(text.parse::<SizeText>(), Err(SizeError::Number), "{text}");
        }
    }
}
