//! [`DecodeError`]: why bytes are not what they claim to be.

/// Why a decoder refused, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("{kind}{}", Place(.offset))]
pub struct DecodeError {
    /// The rule that is broken.
    pub kind: DecodeErrorKind,
    /// Octets from the start of the input to the value that breaks it, when known.
    pub offset: Option<usize>,
}

impl DecodeError {
    /// An error at a known place.
    #[must_use]
    pub const fn at(kind: DecodeErrorKind, offset: usize) -> Self {
        Self {
            kind,
            offset: Some(offset),
        }
    }

    /// The same error seen from an input that starts `base` octets earlier.
    #[must_use]
    pub fn shifted(self, base: usize) -> Self {
        Self {
            kind: self.kind,
            offset: self.offset.map(|offset| offset.saturating_add(base)),
        }
    }
}

impl From<DecodeErrorKind> for DecodeError {
    fn from(kind: DecodeErrorKind) -> Self {
        Self { kind, offset: None }
    }
}

/// The rule of X.690 (or of the structure being read) that is broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The input ends inside a value.
    #[error("the input ends inside a value")]
    Truncated,
    /// Octets follow the last value.
    #[error("{count} octets follow the value")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// Another tag was due here.
    #[error("tag 0x{expected:02x} is due, 0x{actual:02x} found")]
    UnexpectedTag {
        /// Identifier octet that is due.
        expected: u8,
        /// Identifier octet found.
        actual: u8,
    },
    /// A tag number of 31 or more; no structure here uses one.
    #[error("tag number above 30")]
    HighTagNumber,
    /// X.690 10.1: DER lengths are definite and minimal.
    #[error("length is indefinite or not minimal (BER, not DER)")]
    LengthNotDer,
    /// A length beyond four octets.
    #[error("length of more than four octets")]
    LengthTooLarge,
    /// X.690 8.3.2: an INTEGER has at least one octet and no redundant first one.
    #[error("INTEGER is empty or not minimal")]
    IntegerNotMinimal,
    /// An INTEGER outside the range that its field allows.
    #[error("INTEGER is outside the range of {field}")]
    IntegerOutOfRange {
        /// Field of the standard.
        field: &'static str,
    },
    /// A string or a list with more or fewer octets, characters or elements than its SIZE.
    #[error("the size of {field} is outside its range")]
    SizeOutOfRange {
        /// Field of the standard.
        field: &'static str,
    },
    /// Elements that must ascend do not, or one is there twice.
    #[error("{field} do not ascend")]
    OutOfOrder {
        /// Field of the standard.
        field: &'static str,
    },
    /// X.690 11.1: TRUE is FF, FALSE is 00.
    #[error("BOOLEAN is neither 00 nor FF")]
    BooleanNotDer,
    /// X.690 11.5: a value equal to its DEFAULT is not encoded.
    #[error("the default value of {field} is encoded")]
    DefaultEncoded {
        /// Field of the standard.
        field: &'static str,
    },
    /// X.690 8.19: an OBJECT IDENTIFIER that cannot be split in arcs.
    #[error("malformed OBJECT IDENTIFIER")]
    OidMalformed,
    /// An OBJECT IDENTIFIER beyond [`crate::limits::MAX_OID_BYTES`] or [`crate::limits::MAX_OID_ARCS`].
    #[error("OBJECT IDENTIFIER beyond the limits")]
    OidTooLong,
    /// A BIT STRING with unused bits that are set, or, for named bits, trailing zero bits.
    #[error("BIT STRING is not DER")]
    BitStringNotDer,
    /// A time that is not in the form its standard asks for.
    #[error("malformed time")]
    TimeMalformed,
    /// Text that is not UTF-8 or holds characters its type forbids.
    #[error("malformed text")]
    TextMalformed,
    /// A required field is missing.
    #[error("{field} is missing")]
    Missing {
        /// Field of the standard.
        field: &'static str,
    },
    /// A field that must not be there.
    #[error("{field} must not be present")]
    Forbidden {
        /// Field of the standard.
        field: &'static str,
    },
    /// A field holds a value that its standard does not know.
    #[error("unknown value in {field}")]
    UnknownValue {
        /// Field of the standard.
        field: &'static str,
    },
    /// A size limit of [`crate::limits`] is exceeded.
    #[error("{what} has {actual} octets or elements, the limit is {limit}")]
    LimitExceeded {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// What was found (or the first count beyond the limit).
        actual: usize,
    },
    /// Encoding what was decoded does not give the octets received.
    #[error("the encoding is not the canonical one")]
    NotCanonical,
    /// A library decoder refused for a reason of its own.
    #[error("malformed {structure}")]
    Malformed {
        /// Structure of the standard.
        structure: &'static str,
    },
}

/// Prints ` at octet N` when the place is known.
struct Place<'a>(&'a Option<usize>);

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(offset) => write!(f, " at octet {offset}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_rule_and_the_place() {
        let error = DecodeError::at(DecodeErrorKind::Truncated, 3).shifted(4);
        assert_eq!(
            error.to_string(),
            "the input ends inside a value at octet 7"
        );
        let error = DecodeError::from(DecodeErrorKind::Missing { field: "nonce" });
        assert_eq!(error.to_string(), "nonce is missing");
    }
}
