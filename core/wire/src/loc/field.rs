//! Fields of the module, read and written: [`Range`], [`Size`], digests, ENUMERATED.

use super::error::LocError;
use crate::der_walk::{Tlv, Walk, tag};
use crate::der_write::{minimal, push};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::oid::{ObjectIdentifier, RawOid};

/// ENUMERATED.
pub(super) const TAG_ENUMERATED: u8 = 0x0a;

/// `Digest32 ::= OCTET STRING (SIZE (32))`: a SHA-256.
pub type Digest32 = [u8; 32];

/// The range of an INTEGER.
#[derive(Clone, Copy)]
pub(super) struct Range {
    field: &'static str,
    min: i64,
    max: i64,
}

impl Range {
    pub(super) const fn new(field: &'static str, min: i64, max: i64) -> Self {
        Self { field, min, max }
    }

    pub(super) fn check<T: Copy + Into<i128>>(&self, value: T) -> Result<T, LocError> {
        let actual: i128 = value.into();
        if (i128::from(self.min)..=i128::from(self.max)).contains(&actual) {
            return Ok(value);
        }
        Err(LocError::OutOfRange {
            field: self.field,
            min: self.min,
            max: self.max,
            actual,
        })
    }

    /// Reads the content of an INTEGER, whatever its tag.
    pub(super) fn read<T: TryFrom<i64>>(&self, value: &Tlv<'_>) -> Result<T, DecodeError> {
        let field = self.field;
        value
            .small_integer()?
            .filter(|number| (self.min..=self.max).contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or(value.error(DecodeErrorKind::IntegerOutOfRange { field }))
    }
}

/// The SIZE of a string or of a list.
#[derive(Clone, Copy)]
pub(super) struct Size {
    field: &'static str,
    min: usize,
    max: usize,
}

impl Size {
    pub(super) const fn new(field: &'static str, min: usize, max: usize) -> Self {
        Self { field, min, max }
    }

    pub(super) fn check(&self, actual: usize) -> Result<(), LocError> {
        if (self.min..=self.max).contains(&actual) {
            return Ok(());
        }
        Err(LocError::Size {
            field: self.field,
            min: self.min,
            max: self.max,
            actual,
        })
    }

    /// Reads a list, never more than one element past its end.
    pub(super) fn read_list<'a, T>(
        &self,
        list: &Tlv<'a>,
        mut element: impl FnMut(&mut Walk<'a>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let mut walk = list.walk();
        let mut read = Vec::new();
        while !walk.is_empty() {
            self.below(read.len()).map_err(at(list))?;
            read.push(element(&mut walk)?);
        }
        self.check(read.len()).map_err(at(list))?;
        Ok(read)
    }

    /// Whether there is room for one more than `count`.
    fn below(&self, count: usize) -> Result<(), LocError> {
        self.check(count.saturating_add(1).max(self.min))
    }
}

/// Milliseconds of Unix time, up to the end of the year 9999.
pub(super) const fn instant(field: &'static str) -> Range {
    Range::new(field, 0, 253_402_300_799_999)
}

/// The rule that the octets of `value` break.
pub(super) fn at(value: &Tlv<'_>) -> impl Fn(LocError) -> DecodeError {
    let offset = value.offset;
    move |error| DecodeError::at(error.into(), offset)
}

/// Octets of a fixed number.
pub(super) fn read_array<const N: usize>(
    value: &Tlv<'_>,
    field: &'static str,
) -> Result<[u8; N], DecodeError> {
    <[u8; N]>::try_from(value.content)
        .map_err(|_| value.error(DecodeErrorKind::SizeOutOfRange { field }))
}

/// The text of a string type.
pub(super) fn read_text<'a>(value: &Tlv<'a>) -> Result<&'a str, DecodeError> {
    std::str::from_utf8(value.content).map_err(|_| value.error(DecodeErrorKind::TextMalformed))
}

/// An OBJECT IDENTIFIER that a constant of ours could be.
pub(super) fn read_oid(value: &Tlv<'_>) -> Result<ObjectIdentifier, DecodeError> {
    let raw = RawOid::new(value.content).map_err(|error| value.error(error.kind))?;
    let oid = raw.to_oid();
    oid.ok_or(value.error(DecodeErrorKind::OidTooLong))
}

/// `version INTEGER { v1(1) }`.
pub(super) fn read_version(value: &Tlv<'_>) -> Result<(), DecodeError> {
    if value.small_integer()? == Some(1) {
        return Ok(());
    }
    Err(value.error(DecodeErrorKind::UnknownValue { field: "version" }))
}

/// NULL, whatever its tag.
pub(super) fn read_null(value: &Tlv<'_>, field: &'static str) -> Result<(), DecodeError> {
    if value.content.is_empty() {
        return Ok(());
    }
    Err(value.error(DecodeErrorKind::UnknownValue { field }))
}

/// Appends an INTEGER under any tag.
pub(super) fn push_number(out: &mut Vec<u8>, tag: u8, value: impl Into<i128>) {
    let octets: [u8; 16] = value.into().to_be_bytes();
    push(out, tag, minimal(&octets));
}

/// Appends an INTEGER.
pub(super) fn push_integer(out: &mut Vec<u8>, value: impl Into<i128>) {
    push_number(out, tag::INTEGER, value);
}

/// Defines the type of an ENUMERATED with all that follows from its list.
macro_rules! enumerated {
    (
        $(#[$doc:meta])*
        $name:ident, $field:literal {
            $($(#[$about:meta])* $variant:ident = $code:literal, $text:literal;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$about])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of the codes.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The number in the ENUMERATED.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The value with this number.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// Its identifier in the module.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// Reads the content, whatever its tag.
            pub(super) fn read(
                value: &crate::der_walk::Tlv<'_>,
            ) -> Result<Self, crate::error::DecodeError> {
                let known = match value.content {
                    [code] => Self::from_code(*code),
                    _ => None,
                };
                let unknown = crate::error::DecodeErrorKind::UnknownValue { field: $field };
                known.ok_or(value.error(unknown))
            }
        }
    };
}
pub(super) use enumerated;
