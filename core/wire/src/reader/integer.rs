//! INTEGER of any length and sign.

use super::decimal;
use super::error::{ReadError, ReadErrorKind};
use super::limits::MAX_INTEGER_LEN;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::{DepartureKind, Walk};

/// Content octets of an INTEGER: two's complement, most significant first.
#[derive(Clone, Copy, Debug)]
pub struct IntegerView<'a>(&'a [u8]);

impl<'a> IntegerView<'a> {
    /// Reads an INTEGER.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::BadContent`] if it is empty, [`ReadErrorKind::TooLong`].
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        tlv.require(Tag::INTEGER)?;
        Self::of_content(tlv, walk)
    }

    /// Reads the content of an implicitly tagged INTEGER, or of an ENUMERATED.
    ///
    /// # Errors
    ///
    /// As [`IntegerView::read`].
    pub fn of_content(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let content = tlv.primitive()?;
        if content.len() > MAX_INTEGER_LEN {
            return Err(tlv.error(ReadErrorKind::TooLong {
                limit: MAX_INTEGER_LEN,
            }));
        }
        match content {
            [] => return Err(tlv.error(ReadErrorKind::BadContent { tag: tlv.tag() })),
            [0, second, ..] if second & 0x80 == 0 => {
                walk.note(DepartureKind::LongInteger, tlv.offset());
            }
            [0xff, second, ..] if second & 0x80 != 0 => {
                walk.note(DepartureKind::LongInteger, tlv.offset());
            }
            _ => {}
        }
        Ok(Self(content))
    }

    /// Content octets as received.
    #[must_use]
    pub const fn content(&self) -> &'a [u8] {
        self.0
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.0.first().is_some_and(|first| first & 0x80 != 0)
    }

    /// Content octets in their shortest form, equal for equal numbers.
    #[must_use]
    pub fn minimal(&self) -> &'a [u8] {
        let mut octets = self.0;
        while let [first, rest @ ..] = octets {
            let Some(second) = rest.first() else { break };
            let redundant =
                (*first == 0 && second & 0x80 == 0) || (*first == 0xff && second & 0x80 != 0);
            if !redundant {
                break;
            }
            octets = rest;
        }
        octets
    }

    /// Magnitude of a number that is not negative, without leading zeros.
    #[must_use]
    pub fn magnitude(&self) -> Option<&'a [u8]> {
        match self.minimal() {
            [first, ..] if first & 0x80 != 0 => None,
            [0, rest @ ..] => Some(rest),
            octets => Some(octets),
        }
    }

    /// The value, if it is in range.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        let magnitude = self.magnitude()?;
        if magnitude.len() > 8 {
            return None;
        }
        Some(
            magnitude
                .iter()
                .fold(0, |value, octet| (value << 8) | u64::from(*octet)),
        )
    }

    /// The same of up to 128 bits.
    #[must_use]
    pub fn to_u128(&self) -> Option<u128> {
        let magnitude = self.magnitude()?;
        if magnitude.len() > 16 {
            return None;
        }
        let octets = magnitude.iter();
        Some(octets.fold(0, |value, octet| (value << 8) | u128::from(*octet)))
    }

    /// The low 64 bits of the two's complement.
    #[must_use]
    pub fn low_u64(&self) -> u64 {
        let fill = if self.is_negative() { u64::MAX } else { 0 };
        self.0
            .iter()
            .fold(fill, |value, octet| (value << 8) | u64::from(*octet))
    }

    /// Bits of the magnitude of a number that is not negative; of the two's complement otherwise.
    #[must_use]
    pub fn bit_len(&self) -> usize {
        let octets = self.magnitude().unwrap_or(self.minimal());
        let top = octets.first().map_or(0, |first| 8 - first.leading_zeros());
        octets.len().saturating_sub(1) * 8 + usize::try_from(top).unwrap_or(0)
    }

    /// Decimal digits, with a sign if negative.
    #[must_use]
    pub fn to_decimal(&self) -> String {
        if !self.is_negative() {
            return decimal::digits(self.0);
        }
        let mut magnitude: Vec<u8> = self.0.iter().map(|octet| !octet).collect();
        for octet in magnitude.iter_mut().rev() {
            let (value, carry) = octet.overflowing_add(1);
            *octet = value;
            if !carry {
                break;
            }
        }
        format!("-{}", decimal::digits(&magnitude))
    }
}

impl PartialEq for IntegerView<'_> {
    /// Equal as numbers, however encoded.
    fn eq(&self, other: &Self) -> bool {
        self.minimal() == other.minimal()
    }
}

impl Eq for IntegerView<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_of_every_length_and_sign() {
        assert_eq!(IntegerView(&[0]).to_decimal(), "0");
        assert_eq!(IntegerView(&[0x80]).to_decimal(), "-128");
        assert_eq!(IntegerView(&[0xff, 0x7f]).to_decimal(), "-129");
        assert_eq!(IntegerView(&[0x00, 0xff]).to_decimal(), "255");
        assert_eq!(IntegerView(&[0x00, 0xff]).to_u64(), Some(255));
        assert_eq!(IntegerView(&[0xff]).to_u64(), None);
        assert_eq!(IntegerView(&[1, 0, 0, 0, 0, 0, 0, 0, 7]).low_u64(), 7);
        assert_eq!(IntegerView(&[1, 0, 0, 0, 0, 0, 0, 0, 7]).to_u64(), None);
        assert_eq!(
            IntegerView(&[1, 0, 0, 0, 0, 0, 0, 0, 7]).to_u128(),
            Some((1 << 64) + 7)
        );
        assert_eq!(IntegerView(&[1; 17]).to_u128(), None);
        assert_eq!(IntegerView(&[0xff]).to_u128(), None);
        assert_eq!(IntegerView(&[0x01, 0x00]).bit_len(), 9);
        assert_eq!(IntegerView(&[0xff, 0xff, 0x80]), IntegerView(&[0x80]));
        assert_eq!(IntegerView(&[0, 0, 5]), IntegerView(&[5]));
    }
}
