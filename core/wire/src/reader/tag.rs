//! Tags (X.690 section 8.1.2).

use std::fmt;

/// Class of a tag (X.690 section 8.1.2.2).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    /// Types of ASN.1 itself.
    Universal,
    /// Rare.
    Application,
    /// `[n]` inside a structure.
    ContextSpecific,
    /// Rare.
    Private,
}

/// Class and number; the constructed bit is a property of the element.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Tag {
    /// Its class.
    pub class: Class,
    /// Its number, below 2^28.
    pub number: u32,
}

impl Tag {
    /// BOOLEAN.
    pub const BOOLEAN: Self = Self::universal(1);
    /// INTEGER.
    pub const INTEGER: Self = Self::universal(2);
    /// BIT STRING.
    pub const BIT_STRING: Self = Self::universal(3);
    /// OCTET STRING.
    pub const OCTET_STRING: Self = Self::universal(4);
    /// OBJECT IDENTIFIER.
    pub const OBJECT_IDENTIFIER: Self = Self::universal(6);
    /// ENUMERATED.
    pub const ENUMERATED: Self = Self::universal(10);
    /// UTF8String.
    pub const UTF8_STRING: Self = Self::universal(12);
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: Self = Self::universal(16);
    /// SET and SET OF.
    pub const SET: Self = Self::universal(17);
    /// UTCTime.
    pub const UTC_TIME: Self = Self::universal(23);
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: Self = Self::universal(24);

    pub(super) const END_OF_CONTENTS: Self = Self::universal(0);

    /// A universal tag.
    #[must_use]
    pub const fn universal(number: u32) -> Self {
        Self {
            class: Class::Universal,
            number,
        }
    }

    /// `[number]`.
    #[must_use]
    pub const fn context(number: u32) -> Self {
        Self {
            class: Class::ContextSpecific,
            number,
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.class, self.number) {
            (Class::Universal, 0) => f.write_str("end-of-contents"),
            (Class::Universal, 1) => f.write_str("BOOLEAN"),
            (Class::Universal, 2) => f.write_str("INTEGER"),
            (Class::Universal, 3) => f.write_str("BIT STRING"),
            (Class::Universal, 4) => f.write_str("OCTET STRING"),
            (Class::Universal, 6) => f.write_str("OBJECT IDENTIFIER"),
            (Class::Universal, 16) => f.write_str("SEQUENCE"),
            (Class::Universal, 17) => f.write_str("SET"),
            (Class::Universal, 23) => f.write_str("UTCTime"),
            (Class::Universal, 24) => f.write_str("GeneralizedTime"),
            (Class::Universal, number) => write!(f, "[UNIVERSAL {number}]"),
            (Class::Application, number) => write!(f, "[APPLICATION {number}]"),
            (Class::ContextSpecific, number) => write!(f, "[{number}]"),
            (Class::Private, number) => write!(f, "[PRIVATE {number}]"),
        }
    }
}
