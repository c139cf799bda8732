//! The elements inside an element.

use super::error::{ReadError, ReadErrorKind};
use super::header::read_header;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::{DepartureKind, Walk};

type Result<T> = std::result::Result<T, ReadError>;

/// The elements of a constructed one, read in order.
#[derive(Clone, Debug)]
pub struct Children<'a> {
    rest: &'a [u8],
    offset: usize,
    depth: u8,
}

impl<'a> Children<'a> {
    pub(super) const fn new(content: &'a [u8], offset: usize, depth: u8) -> Self {
        Self {
            rest: content,
            offset,
            depth,
        }
    }

    /// The next element, or none.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if no whole element is there.
    pub fn next(&mut self, walk: &mut Walk) -> Result<Option<Tlv<'a>>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (tlv, rest) = Tlv::at(self.rest, self.offset, self.depth, walk)?;
        self.rest = rest;
        self.offset = self.offset.saturating_add(tlv.raw().len());
        Ok(Some(tlv))
    }

    /// The next element, which must have this tag.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::Missing`], [`ReadErrorKind::UnexpectedTag`].
    pub fn expect(&mut self, expected: Tag, walk: &mut Walk) -> Result<Tlv<'a>> {
        let missing = ReadError::new(ReadErrorKind::Missing { expected }, self.offset);
        let tlv = self.next(walk)?.ok_or(missing)?;
        tlv.require(expected)?;
        Ok(tlv)
    }

    /// The next element, whatever it is; `expected` is what its absence is called.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::Missing`].
    pub fn any(&mut self, expected: Tag, walk: &mut Walk) -> Result<Tlv<'a>> {
        let missing = ReadError::new(ReadErrorKind::Missing { expected }, self.offset);
        self.next(walk)?.ok_or(missing)
    }

    /// The next element if it has this tag; otherwise it stays.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if no whole element is there.
    pub fn optional(&mut self, tag: Tag, walk: &mut Walk) -> Result<Option<Tlv<'a>>> {
        // Looks at the tag alone first, so that nothing is counted or noted twice.
        if self.rest.is_empty() || read_header(self.rest, self.offset)?.tag != tag {
            return Ok(None);
        }
        self.next(walk)
    }

    /// That nothing is left.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::UnknownElement`].
    pub fn finish(mut self, walk: &mut Walk) -> Result<()> {
        match self.next(walk)? {
            None => Ok(()),
            Some(tlv) => Err(tlv.error(ReadErrorKind::UnknownElement { found: tlv.tag() })),
        }
    }

    /// All elements, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::TooMany`].
    pub fn collect(mut self, limit: usize, walk: &mut Walk) -> Result<Vec<Tlv<'a>>> {
        let mut all = Vec::new();
        while let Some(tlv) = self.next(walk)? {
            if all.len() == limit {
                return Err(tlv.error(ReadErrorKind::TooMany { limit }));
            }
            all.push(tlv);
        }
        Ok(all)
    }

    /// All members of a SET OF, at most `limit`; notes it if they are not sorted.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::TooMany`].
    pub fn set_of(self, limit: usize, walk: &mut Walk) -> Result<Vec<Tlv<'a>>> {
        let offset = self.offset;
        let all = self.collect(limit, walk)?;
        if !all.is_sorted_by(|left, right| left.raw() <= right.raw()) {
            walk.note(DepartureKind::UnsortedSet, offset);
        }
        Ok(all)
    }
}
