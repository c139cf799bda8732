//! [`Accuracy`]: how far genTime may be from true time.

use crate::der_walk::{Tlv, tag};
use crate::der_write;
use crate::error::{DecodeError, DecodeErrorKind};

/// The bound of a token's time error, exact to the microsecond.
///
/// ```text
/// Accuracy ::= SEQUENCE {
///     seconds      INTEGER           OPTIONAL,
///     millis   [0] INTEGER (1..999)  OPTIONAL,
///     micros   [1] INTEGER (1..999)  OPTIONAL }
/// ```
///
/// RFC 3161 2.4.2: a missing field is zero. We write no zero field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Accuracy {
    total_us: u64,
}

impl Accuracy {
    /// The bound in microseconds; a caller with a finer one has rounded up.
    #[must_use]
    pub const fn from_micros_ceil(total_us: u64) -> Self {
        Self { total_us }
    }

    /// All fields together.
    #[must_use]
    pub const fn total_micros(&self) -> u64 {
        self.total_us
    }

    /// Whole seconds.
    #[must_use]
    pub const fn seconds(&self) -> u64 {
        self.total_us / 1_000_000
    }

    /// 0..=999, zero meaning that the field is absent.
    #[must_use]
    pub const fn millis(&self) -> u64 {
        self.total_us / 1_000 % 1_000
    }

    /// 0..=999, zero meaning that the field is absent.
    #[must_use]
    pub const fn micros(&self) -> u64 {
        self.total_us % 1_000
    }

    /// The whole value in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let fields = [
            (tag::INTEGER, self.seconds()),
            (tag::context(0), self.millis()),
            (tag::context(1), self.micros()),
        ];
        let mut content = Vec::with_capacity(24);
        for (tag, value) in fields {
            if value > 0 {
                let integer = der_write::unsigned_content(&value.to_be_bytes());
                der_write::push_header(&mut content, tag, integer.len());
                content.extend_from_slice(&integer);
            }
        }
        der_write::tlv(tag::SEQUENCE, &[&content])
    }

    /// Reads DER: fields in order, ranges kept, an explicit zero for `seconds` allowed.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::IntegerOutOfRange`] for a field outside its range, or what
    /// [`DecodeErrorKind`] says about the form.
    pub fn from_der(der: &[u8]) -> Result<Self, DecodeError> {
        let mut walk = Tlv::only(der, tag::SEQUENCE)?.walk();
        let limit = i64::MAX / 1_000_000;
        let seconds = field(walk.optional(tag::INTEGER)?, "seconds", 0, limit)?;
        let millis = field(walk.optional(tag::context(0))?, "millis", 1, 999)?;
        let micros = field(walk.optional(tag::context(1))?, "micros", 1, 999)?;
        walk.finish()?;
        // Below i64::MAX + 1_000_000 by the limits above.
        Ok(Self {
            total_us: seconds * 1_000_000 + millis * 1_000 + micros,
        })
    }
}

/// The value of an optional field, zero if absent.
fn field(
    value: Option<Tlv<'_>>,
    field: &'static str,
    min: i64,
    max: i64,
) -> Result<u64, DecodeError> {
    let Some(value) = value else { return Ok(0) };
    value
        .small_integer()?
        .filter(|number| (min..=max).contains(number))
        .and_then(|number| u64::try_from(number).ok())
        .ok_or(value.error(DecodeErrorKind::IntegerOutOfRange { field }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(accuracy: u64) -> String {
        hex::encode(Accuracy::from_micros_ceil(accuracy).to_der())
    }

    #[test]
    fn writes_no_zero_field() {
        assert_eq!(hex(0), "3000");
        assert_eq!(hex(1_000_000), "3003020101");
        assert_eq!(hex(1_500_100), "300a0201018002 01f4810164".replace(' ', ""));
        assert_eq!(hex(999), "3004810203e7");
        assert_eq!(hex(128_000), "300480020080");
    }

    #[test]
    fn refuses_fields_out_of_range_or_order() {
        for (der, broken) in [
            ("3003800100", "millis"),
            ("3003810100", "micros"),
            ("3004800203e8", "millis"),
            ("30038001ff", "millis"),
            ("30030201ff", "seconds"),
            ("300b02090100000000000000 00", "seconds"),
        ] {
            let der = hex::decode(der.replace(' ', "")).unwrap();
            let kind = Accuracy::from_der(&der).unwrap_err().kind;
            assert_eq!(kind, DecodeErrorKind::IntegerOutOfRange { field: broken });
        }
        let swapped = hex::decode("3006810101800101").unwrap();
        let kind = Accuracy::from_der(&swapped).unwrap_err().kind;
        assert_eq!(kind, DecodeErrorKind::TrailingBytes { count: 3 });
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(total_us in 0..=u64::MAX / 4) {
            let accuracy = Accuracy::from_micros_ceil(total_us);
            prop_assert_eq!(Accuracy::from_der(&accuracy.to_der()), Ok(accuracy));
        }
    }
}
