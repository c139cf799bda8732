//! [`SerialNumber`]: the number of a token.

use std::num::NonZeroU64;

use crate::der_write;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::MAX_SERIAL_BITS;

/// A number above zero of at most 160 bits: RFC 3161 2.4.2, and ours that it is never zero.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SerialNumber(Box<[u8]>);

impl SerialNumber {
    /// `None` for zero.
    #[must_use]
    pub fn from_u64(number: u64) -> Option<Self> {
        Self::from_u128(number.into())
    }

    /// `None` for zero.
    #[must_use]
    pub fn from_u128(number: u128) -> Option<Self> {
        Self::from_magnitude(&number.to_be_bytes()).ok()
    }

    /// From an unsigned big-endian number, leading zeros allowed.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::IntegerOutOfRange`] for zero or more than 160 bits.
    pub fn from_magnitude(magnitude: &[u8]) -> Result<Self, DecodeError> {
        let content = der_write::unsigned_content(magnitude);
        let digits = content.strip_prefix(&[0]).unwrap_or(&content);
        if digits.is_empty() || digits.len() > MAX_SERIAL_BITS / 8 {
            return Err(DecodeErrorKind::IntegerOutOfRange {
                field: "serialNumber",
            }
            .into());
        }
        Ok(Self(content.into()))
    }

    /// `log · 2^64 + index`, the number of a token in a log
    /// ([`LogNumber`](crate::log_number::LogNumber)).
    pub(crate) fn from_index(log: u64, index: NonZeroU64) -> Self {
        let mut magnitude = [0; 16];
        let octets = log
            .to_be_bytes()
            .into_iter()
            .chain(index.get().to_be_bytes());
        for (to, from) in magnitude.iter_mut().zip(octets) {
            *to = from;
        }
        Self(der_write::unsigned_content(&magnitude).into())
    }

    /// Content octets of the INTEGER.
    #[must_use]
    pub fn as_der_content(&self) -> &[u8] {
        &self.0
    }

    /// The number modulo 2^64: the index in its log.
    #[must_use]
    pub fn low_u64(&self) -> u64 {
        let skip = self.0.len().saturating_sub(8);
        let low = self.0.iter().skip(skip);
        low.fold(0, |number, octet| (number << 8) | u64::from(*octet))
    }

    /// Decimal digits, the form of a serial in JSON and on command lines.
    #[must_use]
    pub fn to_decimal(&self) -> String {
        to_decimal(&self.0)
    }
}

impl From<NonZeroU64> for SerialNumber {
    fn from(number: NonZeroU64) -> Self {
        Self(der_write::unsigned_content(&number.get().to_be_bytes()).into())
    }
}

impl std::fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_decimal())
    }
}

/// Decimal digits of an unsigned big-endian number. Quadratic, so only for the bounded.
fn to_decimal(magnitude: &[u8]) -> String {
    // Little-endian digits.
    let mut digits = vec![0_u8];
    for octet in magnitude {
        let mut carry = u16::from(*octet);
        for digit in &mut digits {
            let value = u16::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 10).unwrap_or_default();
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
    }
    let digits = digits.iter().rev();
    digits.map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zero_is_no_serial() {
        assert_eq!(SerialNumber::from_u64(0), None);
        assert!(SerialNumber::from_magnitude(&[]).is_err());
    }

    #[test]
    fn has_at_most_160_bits() {
        let largest = SerialNumber::from_magnitude(&[0xff; 20]).unwrap();
        assert_eq!(largest.as_der_content().len(), 21);
        assert_eq!(
            largest.to_decimal(),
            "1461501637330902918203684832716283019655932542975"
        );
        let kind = SerialNumber::from_magnitude(&[1; 21]).unwrap_err().kind;
        assert_eq!(
            kind,
            DecodeErrorKind::IntegerOutOfRange {
                field: "serialNumber"
            }
        );
    }

    proptest! {
        #[test]
        fn prints_what_it_was_made_of(number in 1_u128..) {
            let serial = SerialNumber::from_u128(number).unwrap();
            prop_assert_eq!(serial.to_decimal(), number.to_string());
            prop_assert_eq!(u128::from(serial.low_u64()), number % (1 << 64));
        }
    }
}
