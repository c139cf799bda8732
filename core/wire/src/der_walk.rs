//! [`Walk`]: a strict, zero-copy walk over DER values.
//!
//! One level at a time and without recursion, so depth costs nothing. For received tokens, which
//! may be BER, see the reader.

use crate::error::{DecodeError, DecodeErrorKind};

/// Identifier octets, X.690 8.1.2.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// Context-specific, primitive.
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// Context-specific, constructed.
    pub(crate) const fn context_constructed(number: u8) -> u8 {
        0xa0 | number
    }
}

/// A place in a run of DER values.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'a> {
    rest: &'a [u8],
    offset: usize,
}

/// One value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    /// Identifier octet.
    pub(crate) tag: u8,
    /// Content octets.
    pub(crate) content: &'a [u8],
    /// Identifier, length and content octets.
    pub(crate) whole: &'a [u8],
    /// Where the value starts in the outermost input.
    pub(crate) offset: usize,
}

impl<'a> Walk<'a> {
    /// At the start of `input`.
    pub(crate) const fn new(input: &'a [u8]) -> Self {
        Self {
            rest: input,
            offset: 0,
        }
    }

    /// Octets before the next value, counted from the start of the outermost input.
    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    /// Whether nothing is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is left.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Tag of the next value.
    pub(crate) fn peek_tag(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// An error at this place.
    pub(crate) const fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::at(kind, self.offset)
    }

    /// The next value, whatever its tag.
    pub(crate) fn next(&mut self) -> Result<Tlv<'a>, DecodeError> {
        let header = Header::read(self.rest).map_err(|kind| self.error(kind))?;
        let length = header.octets.saturating_add(header.content);
        let split = self.rest.split_at_checked(length);
        let (whole, rest) = split.ok_or(self.error(DecodeErrorKind::Truncated))?;
        let value = Tlv {
            tag: header.tag,
            content: whole.get(header.octets..).unwrap_or_default(),
            whole,
            offset: self.offset,
        };
        self.rest = rest;
        self.offset = self.offset.saturating_add(length);
        Ok(value)
    }

    /// The next value, which must have this tag.
    pub(crate) fn expect(&mut self, expected: u8) -> Result<Tlv<'a>, DecodeError> {
        match self.peek_tag() {
            Some(actual) if actual == expected => self.next(),
            Some(actual) => Err(self.error(DecodeErrorKind::UnexpectedTag { expected, actual })),
            None => Err(self.error(DecodeErrorKind::Truncated)),
        }
    }

    /// The next value if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, DecodeError> {
        if self.peek_tag() == Some(tag) {
            self.next().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Refuses what is left.
    pub(crate) const fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.error(DecodeErrorKind::TrailingBytes {
            count: self.rest.len(),
        }))
    }
}

impl<'a> Tlv<'a> {
    /// `input` is exactly one value with this tag.
    pub(crate) fn only(input: &'a [u8], tag: u8) -> Result<Self, DecodeError> {
        let mut walk = Walk::new(input);
        let value = walk.expect(tag)?;
        walk.finish()?;
        Ok(value)
    }

    /// A walk over the content.
    pub(crate) const fn walk(&self) -> Walk<'a> {
        Walk {
            rest: self.content,
            offset: self.content_offset(),
        }
    }

    /// Where the content starts in the outermost input.
    pub(crate) const fn content_offset(&self) -> usize {
        self.offset + (self.whole.len() - self.content.len())
    }

    /// An error at this value.
    pub(crate) const fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::at(kind, self.offset)
    }

    /// Content octets of an INTEGER, minimal (X.690 8.3.2).
    pub(crate) fn integer(&self) -> Result<&'a [u8], DecodeError> {
        let redundant = match self.content {
            [] => true,
            [0x00, next, ..] => next & 0x80 == 0,
            [0xff, next, ..] => next & 0x80 != 0,
            _ => false,
        };
        if redundant {
            return Err(self.error(DecodeErrorKind::IntegerNotMinimal));
        }
        Ok(self.content)
    }

    /// An INTEGER that fits; `None` if it does not.
    pub(crate) fn small_integer(&self) -> Result<Option<i64>, DecodeError> {
        let content = self.integer()?;
        if content.len() > 8 {
            return Ok(None);
        }
        let sign = if content.first().is_some_and(|octet| octet & 0x80 != 0) {
            -1
        } else {
            0
        };
        let value = content
            .iter()
            .fold(sign, |value: i64, octet| (value << 8) | i64::from(*octet));
        Ok(Some(value))
    }

    /// A BOOLEAN (X.690 11.1).
    pub(crate) const fn boolean(&self) -> Result<bool, DecodeError> {
        match self.content {
            [0x00] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(self.error(DecodeErrorKind::BooleanNotDer)),
        }
    }
}

/// Identifier and length octets.
struct Header {
    tag: u8,
    octets: usize,
    content: usize,
}

impl Header {
    fn read(input: &[u8]) -> Result<Self, DecodeErrorKind> {
        let [tag, rest @ ..] = input else {
            return Err(DecodeErrorKind::Truncated);
        };
        if tag & 0x1f == 0x1f {
            return Err(DecodeErrorKind::HighTagNumber);
        }
        let [first, rest @ ..] = rest else {
            return Err(DecodeErrorKind::Truncated);
        };
        let (octets, content) = match first {
            0x00..=0x7f => (2, usize::from(*first)),
            0x80 => return Err(DecodeErrorKind::LengthNotDer),
            _ => {
                let count = usize::from(first & 0x7f);
                (count.saturating_add(2), long_length(rest, count)?)
            }
        };
        Ok(Self {
            tag: *tag,
            octets,
            content,
        })
    }
}

/// Long form, X.690 8.1.3.5 and 10.1.
fn long_length(rest: &[u8], count: usize) -> Result<usize, DecodeErrorKind> {
    if count > 4 {
        return Err(DecodeErrorKind::LengthTooLarge);
    }
    let octets = rest.get(..count).ok_or(DecodeErrorKind::Truncated)?;
    let length = octets
        .iter()
        .fold(0_u32, |length, octet| (length << 8) | u32::from(*octet));
    if length < 0x80 || octets.first() == Some(&0) {
        return Err(DecodeErrorKind::LengthNotDer);
    }
    usize::try_from(length).map_err(|_| DecodeErrorKind::LengthTooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refusal(input: &[u8]) -> DecodeErrorKind {
        Walk::new(input).next().unwrap_err().kind
    }

    #[test]
    fn refuses_what_is_not_der() {
        use DecodeErrorKind as Kind;
        assert_eq!(refusal(&[]), Kind::Truncated);
        assert_eq!(refusal(&[0x30]), Kind::Truncated);
        assert_eq!(refusal(&[0x30, 1]), Kind::Truncated);
        assert_eq!(refusal(&[0x30, 0x82, 1]), Kind::Truncated);
        assert_eq!(refusal(&[0x1f, 0x81, 0]), Kind::HighTagNumber);
        assert_eq!(refusal(&[0x30, 0x80, 0, 0]), Kind::LengthNotDer);
        assert_eq!(refusal(&[0x30, 0x81, 0x7f]), Kind::LengthNotDer);
        assert_eq!(refusal(&[0x30, 0x82, 0, 0x80]), Kind::LengthNotDer);
        assert_eq!(refusal(&[0x30, 0x85, 1, 0, 0, 0, 0]), Kind::LengthTooLarge);
        assert_eq!(refusal(&[0x30, 0xff]), Kind::LengthTooLarge);
        assert_eq!(
            refusal(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
            Kind::Truncated
        );
    }

    #[test]
    fn counts_offsets_from_the_outermost_input() {
        let input = [0x30, 5, 0x30, 3, 0x02, 1, 7];
        let outer = Tlv::only(&input, tag::SEQUENCE).unwrap();
        let inner = outer.walk().next().unwrap();
        let mut walk = inner.walk();
        assert_eq!(walk.next().unwrap().offset, 4);
        assert_eq!(walk.offset(), 7);
    }

    #[test]
    fn reads_small_integers_with_their_sign() {
        for (content, value) in [
            (&[0x00][..], Some(0)),
            (&[0xff], Some(-1)),
            (&[0x00, 0x80], Some(128)),
            (&[0x80, 0, 0, 0, 0, 0, 0, 0], Some(i64::MIN)),
            (&[0x00, 0x80, 0, 0, 0, 0, 0, 0, 0], None),
        ] {
            let mut input = vec![0x02, u8::try_from(content.len()).unwrap()];
            input.extend(content);
            let read = Walk::new(&input).next().unwrap().small_integer();
            assert_eq!(read, Ok(value));
        }
        for content in [&[0x02, 0][..], &[0x02, 2, 0, 0x7f], &[0x02, 2, 0xff, 0x80]] {
            let read = Walk::new(content).next().unwrap().small_integer();
            assert_eq!(read.unwrap_err().kind, DecodeErrorKind::IntegerNotMinimal);
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_would_be_written(input in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(value) = Walk::new(&input).next() {
                let written = crate::der_write::tlv(value.tag, &[value.content]);
                prop_assert_eq!(value.whole, &written[..]);
            }
        }
    }
}
