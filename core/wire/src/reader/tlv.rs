//! One element of BER: identifier, length, content (X.690 section 8.1).

use std::borrow::Cow;

use super::children::Children;
use super::error::{ReadError, ReadErrorKind};
use super::header::{indefinite_length, read_header, split};
use super::limits::MAX_DEPTH;
use super::tag::Tag;
use super::walk::{DepartureKind, Walk};

/// One element, borrowed from the input.
#[derive(Clone, Copy, Debug)]
pub struct Tlv<'a> {
    tag: Tag,
    constructed: bool,
    identifier: &'a [u8],
    raw: &'a [u8],
    content: &'a [u8],
    content_offset: usize,
    offset: usize,
    depth: u8,
}

impl<'a> Tlv<'a> {
    /// Reads the first element of `input`; also returns what follows it.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if no whole element is there.
    pub fn first(input: &'a [u8], walk: &mut Walk) -> Result<(Self, &'a [u8])> {
        Self::at(input, 0, 0, walk)
    }

    /// Reads the one element that `input` must be.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::TrailingOctets`] if anything follows it.
    pub fn only(input: &'a [u8], walk: &mut Walk) -> Result<Self> {
        let (tlv, rest) = Self::first(input, walk)?;
        if rest.is_empty() {
            Ok(tlv)
        } else {
            Err(ReadError::new(ReadErrorKind::TrailingOctets, tlv.raw.len()))
        }
    }

    pub(super) fn at(
        input: &'a [u8],
        offset: usize,
        depth: u8,
        walk: &mut Walk,
    ) -> Result<(Self, &'a [u8])> {
        walk.count_element(offset)?;
        let header = read_header(input, offset)?;
        if header.tag == Tag::END_OF_CONTENTS {
            return Err(ReadError::new(ReadErrorKind::StrayEndOfContents, offset));
        }
        if header.long_tag {
            walk.note(DepartureKind::LongTag, offset);
        }
        if header.long_length {
            walk.note(DepartureKind::LongLength, offset);
        }
        let header_len = input.len().saturating_sub(header.after.len());
        let content_offset = offset.saturating_add(header_len);
        let (content, total) = match header.length {
            Some(length) => {
                let (content, _) = split(header.after, length, offset)?;
                (content, header_len.saturating_add(length))
            }
            None => {
                walk.note(DepartureKind::IndefiniteLength, offset);
                let length = indefinite_length(header.after, content_offset, depth, walk)?;
                let (content, _) = split(header.after, length, offset)?;
                // The two end-of-contents octets were seen by `indefinite_length`.
                (content, header_len.saturating_add(length).saturating_add(2))
            }
        };
        let (raw, rest) = split(input, total, offset)?;
        let tlv = Self {
            tag: header.tag,
            constructed: header.constructed,
            identifier: header.identifier,
            raw,
            content,
            content_offset,
            offset,
            depth,
        };
        Ok((tlv, rest))
    }

    /// Its tag.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// Whether its content is a series of elements.
    #[must_use]
    pub const fn is_constructed(&self) -> bool {
        self.constructed
    }

    /// All its octets as received, end-of-contents included.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Its content octets as received.
    #[must_use]
    pub const fn content(&self) -> &'a [u8] {
        self.content
    }

    /// Octets from the start of the walked input.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) const fn identifier(&self) -> &'a [u8] {
        self.identifier
    }

    /// The elements inside.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::WrongForm`] if it is primitive, [`ReadErrorKind::TooDeep`].
    pub fn children(&self) -> Result<Children<'a>> {
        if !self.constructed {
            return Err(self.error(ReadErrorKind::WrongForm { tag: self.tag }));
        }
        let depth = self.depth.saturating_add(1);
        if depth >= MAX_DEPTH {
            return Err(self.error(ReadErrorKind::TooDeep));
        }
        Ok(Children::new(self.content, self.content_offset, depth))
    }

    /// The elements inside a SEQUENCE.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::UnexpectedTag`] if it is something else.
    pub fn sequence(&self) -> Result<Children<'a>> {
        self.require(Tag::SEQUENCE)?.children()
    }

    /// Itself, if it has this tag.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::UnexpectedTag`].
    pub fn require(&self, expected: Tag) -> Result<&Self> {
        if self.tag == expected {
            Ok(self)
        } else {
            Err(self.unexpected(expected))
        }
    }

    pub(crate) const fn unexpected(&self, expected: Tag) -> ReadError {
        let found = self.tag;
        self.error(ReadErrorKind::UnexpectedTag { expected, found })
    }

    /// The content of a primitive element.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::WrongForm`] if it is constructed.
    pub fn primitive(&self) -> Result<&'a [u8]> {
        if self.constructed {
            Err(self.error(ReadErrorKind::WrongForm { tag: self.tag }))
        } else {
            Ok(self.content)
        }
    }

    /// The value of an OCTET STRING or character string, segments joined
    /// (X.690 sections 8.7.3 and 8.23). The caller has looked at the tag.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if a segment is not a string.
    pub fn octets(&self, walk: &mut Walk) -> Result<Cow<'a, [u8]>> {
        if !self.constructed {
            return Ok(Cow::Borrowed(self.content));
        }
        walk.note(DepartureKind::ConstructedString, self.offset);
        let mut joined = Vec::new();
        let mut open = vec![self.children()?];
        while let Some(children) = open.last_mut() {
            match children.next(walk)? {
                None => {
                    open.pop();
                }
                Some(segment) => {
                    if segment.tag != Tag::OCTET_STRING && segment.tag != self.tag {
                        let expected = Tag::OCTET_STRING;
                        let kind = ReadErrorKind::UnexpectedTag {
                            expected,
                            found: segment.tag,
                        };
                        return Err(segment.error(kind));
                    }
                    if segment.constructed {
                        open.push(segment.children()?);
                    } else {
                        joined.extend_from_slice(segment.content);
                    }
                }
            }
        }
        Ok(Cow::Owned(joined))
    }

    /// A BIT STRING's unused bits and octets. Segments are not read: no certificate has them.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::BadContent`] if the count of unused bits is missing or above 7.
    pub fn bit_string(&self, walk: &mut Walk) -> Result<(u8, &'a [u8])> {
        self.require(Tag::BIT_STRING)?.implicit_bit_string(walk)
    }

    /// The same under another tag, `[n] IMPLICIT BIT STRING`. The caller has looked at it.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::BadContent`].
    pub fn implicit_bit_string(&self, walk: &mut Walk) -> Result<(u8, &'a [u8])> {
        let content = self.primitive()?;
        let bad = self.error(ReadErrorKind::BadContent { tag: self.tag });
        let (&unused, octets) = content.split_first().ok_or(bad)?;
        if unused > 7 || (unused > 0 && octets.is_empty()) {
            return Err(bad);
        }
        let mask = u8::MAX.checked_shr(8 - u32::from(unused)).unwrap_or(0);
        if octets.last().is_some_and(|last| last & mask != 0) {
            walk.note(DepartureKind::UnusedBitsSet, self.offset);
        }
        Ok((unused, octets))
    }

    /// A BOOLEAN.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::BadContent`] unless it has one octet.
    pub fn boolean(&self, walk: &mut Walk) -> Result<bool> {
        match self.require(Tag::BOOLEAN)?.primitive()? {
            [0] => Ok(false),
            [0xff] => Ok(true),
            [_] => {
                walk.note(DepartureKind::BooleanNotFf, self.offset);
                Ok(true)
            }
            _ => Err(self.error(ReadErrorKind::BadContent { tag: self.tag })),
        }
    }

    pub(crate) const fn error(&self, kind: ReadErrorKind) -> ReadError {
        ReadError::new(kind, self.offset)
    }
}

type Result<T> = std::result::Result<T, ReadError>;

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(input: &[u8]) -> ReadErrorKind {
        let mut walk = Walk::default();
        read_everything(input, &mut walk).unwrap_err().kind
    }

    fn read_everything(input: &[u8], walk: &mut Walk) -> Result<usize> {
        let mut count = 1;
        let mut open = vec![];
        let first = Tlv::only(input, walk)?;
        if first.is_constructed() {
            open.push(first.children()?);
        }
        while let Some(children) = open.last_mut() {
            match children.next(walk)? {
                None => {
                    open.pop();
                }
                Some(tlv) => {
                    count += 1;
                    if tlv.is_constructed() {
                        open.push(tlv.children()?);
                    }
                }
            }
        }
        Ok(count)
    }

    #[test]
    fn reads_der_without_a_note() {
        let mut walk = Walk::default();
        let input = [0x30, 0x06, 0x02, 0x01, 0x05, 0x04, 0x01, 0xaa];
        let tlv = Tlv::only(&input, &mut walk).unwrap();
        let mut children = tlv.sequence().unwrap();
        assert_eq!(
            children.expect(Tag::INTEGER, &mut walk).unwrap().content(),
            [5]
        );
        assert_eq!(
            children
                .expect(Tag::OCTET_STRING, &mut walk)
                .unwrap()
                .offset(),
            5
        );
        children.finish(&mut walk).unwrap();
        assert!(walk.departures().is_empty());
    }

    #[test]
    fn reads_indefinite_lengths_inside_each_other_and_notes_each_once() {
        let mut walk = Walk::default();
        let input = [
            0x30, 0x80, 0x31, 0x80, 0x02, 0x01, 0x05, 0, 0, 0x02, 0x01, 0x06, 0, 0,
        ];
        let tlv = Tlv::only(&input, &mut walk).unwrap();
        assert_eq!(tlv.raw(), input);
        let mut children = tlv.sequence().unwrap();
        let set = children.expect(Tag::SET, &mut walk).unwrap();
        assert_eq!(set.content(), [0x02, 0x01, 0x05]);
        assert_eq!(
            children.expect(Tag::INTEGER, &mut walk).unwrap().content(),
            [6]
        );
        assert_eq!(walk.departure_count(), 2);
        assert_eq!(walk.departure_kinds(), [DepartureKind::IndefiniteLength]);
    }

    #[test]
    fn joins_the_segments_of_a_constructed_octet_string() {
        let mut walk = Walk::default();
        let input = [
            0x24, 0x80, 0x04, 0x01, 0xaa, 0x24, 0x03, 0x04, 0x01, 0xbb, 0, 0,
        ];
        let tlv = Tlv::only(&input, &mut walk).unwrap();
        assert_eq!(*tlv.octets(&mut walk).unwrap(), [0xaa, 0xbb]);
        assert!(
            walk.departure_kinds()
                .contains(&DepartureKind::ConstructedString)
        );
    }

    #[test]
    fn notes_a_length_that_is_not_the_shortest() {
        let mut walk = Walk::default();
        Tlv::only(&[0x04, 0x81, 0x01, 0xaa], &mut walk).unwrap();
        assert_eq!(walk.departure_kinds(), [DepartureKind::LongLength]);
        Tlv::only(&[0x04, 0x8a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xaa], &mut walk).unwrap();
    }

    #[test]
    fn refuses_what_cannot_be_walked() {
        assert_eq!(kind_of(&[]), ReadErrorKind::Truncated);
        assert_eq!(kind_of(&[0x04, 0x05, 0xaa]), ReadErrorKind::Truncated);
        assert_eq!(
            kind_of(&[0x04, 0x80, 0, 0]),
            ReadErrorKind::PrimitiveIndefinite
        );
        assert_eq!(kind_of(&[0x30, 0x80, 0x02, 0x01]), ReadErrorKind::Truncated);
        assert_eq!(
            kind_of(&[0x30, 0x02, 0, 0]),
            ReadErrorKind::StrayEndOfContents
        );
        assert_eq!(kind_of(&[0x04, 0xff]), ReadErrorKind::LengthTooLong);
        assert_eq!(
            kind_of(&[0x04, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
            ReadErrorKind::LengthTooLong
        );
        assert_eq!(
            kind_of(&[0x1f, 0xff, 0xff, 0xff, 0xff, 1]),
            ReadErrorKind::TagTooLong
        );
        assert_eq!(
            kind_of(&[0x02, 0x01, 0x05, 0x00]),
            ReadErrorKind::TrailingOctets
        );
    }

    #[test]
    fn refuses_nesting_deeper_than_the_limit() {
        let definite: Vec<u8> = (0..40_u8).rev().flat_map(|n| [0x30, n * 2]).collect();
        assert_eq!(kind_of(&definite), ReadErrorKind::TooDeep);
        assert_eq!(kind_of(&[0x30, 0x80].repeat(40)), ReadErrorKind::TooDeep);
    }

    #[test]
    fn refuses_more_elements_than_its_budget() {
        let input = [&[0x30, 0x50][..], &[0x05, 0x00].repeat(40)].concat();
        let mut walk = Walk::new(10);
        let error = read_everything(&input, &mut walk).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::TooManyElements { limit: 10 });
    }

    proptest::proptest! {
        #[test]
        fn never_panics(input: Vec<u8>) {
            let mut walk = Walk::default();
            let _ = read_everything(&input, &mut walk);
        }
    }
}
