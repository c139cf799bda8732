//! Identifier and length octets (X.690 sections 8.1.2 and 8.1.3).

use super::error::{ReadError, ReadErrorKind};
use super::limits::MAX_DEPTH;
use super::tag::{Class, Tag};
use super::walk::Walk;

type Result<T> = std::result::Result<T, ReadError>;

/// Identifier and length octets, decoded.
pub(super) struct Header<'a> {
    pub(super) tag: Tag,
    pub(super) constructed: bool,
    pub(super) identifier: &'a [u8],
    /// None: indefinite.
    pub(super) length: Option<usize>,
    pub(super) after: &'a [u8],
    pub(super) long_tag: bool,
    pub(super) long_length: bool,
}

pub(super) fn split(bytes: &[u8], at: usize, offset: usize) -> Result<(&[u8], &[u8])> {
    bytes
        .split_at_checked(at)
        .ok_or(ReadError::new(ReadErrorKind::Truncated, offset))
}

/// Length of the content of an indefinite-length element, without its end-of-contents.
/// Walks with a counter, not with recursion; notes nothing, because the children
/// will be read again.
pub(super) fn indefinite_length(
    content: &[u8],
    offset: usize,
    depth: u8,
    walk: &mut Walk,
) -> Result<usize> {
    let mut rest = content;
    let mut open: u8 = 1;
    loop {
        let here = offset.saturating_add(content.len().saturating_sub(rest.len()));
        walk.count_element(here)?;
        let before = content.len().saturating_sub(rest.len());
        let header = read_header(rest, here)?;
        rest = header.after;
        match header.length {
            Some(0) if header.tag == Tag::END_OF_CONTENTS && !header.constructed => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return Ok(before);
                }
            }
            Some(_) if header.tag == Tag::END_OF_CONTENTS => {
                return Err(ReadError::new(ReadErrorKind::StrayEndOfContents, here));
            }
            Some(length) => rest = split(rest, length, here)?.1,
            None => {
                open = open.saturating_add(1);
                if depth.saturating_add(open) > MAX_DEPTH {
                    return Err(ReadError::new(ReadErrorKind::TooDeep, here));
                }
            }
        }
    }
}

pub(super) fn read_header(input: &[u8], offset: usize) -> Result<Header<'_>> {
    let truncated = ReadError::new(ReadErrorKind::Truncated, offset);
    let (&first, rest) = input.split_first().ok_or(truncated)?;
    let class = match first >> 6 {
        0 => Class::Universal,
        1 => Class::Application,
        2 => Class::ContextSpecific,
        _ => Class::Private,
    };
    let constructed = first & 0x20 != 0;
    let (number, rest, long_tag) = match first & 0x1f {
        0x1f => read_long_tag(rest, offset)?,
        low => (u32::from(low), rest, false),
    };
    let identifier_len = input.len().saturating_sub(rest.len());
    let (identifier, _) = split(input, identifier_len, offset)?;
    let (&first_length, rest) = rest.split_first().ok_or(truncated)?;
    let (length, after, long_length) = match first_length {
        0x80 if constructed => (None, rest, false),
        0x80 => return Err(ReadError::new(ReadErrorKind::PrimitiveIndefinite, offset)),
        0xff => return Err(ReadError::new(ReadErrorKind::LengthTooLong, offset)),
        short if short < 0x80 => (Some(usize::from(short)), rest, false),
        long => {
            let (length, after, not_shortest) = read_long_length(rest, long & 0x7f, offset)?;
            (Some(length), after, not_shortest)
        }
    };
    let tag = Tag { class, number };
    Ok(Header {
        tag,
        constructed,
        identifier,
        length,
        after,
        long_tag,
        long_length,
    })
}

/// X.690 section 8.1.2.4. The bool: not the shortest form.
fn read_long_tag(mut rest: &[u8], offset: usize) -> Result<(u32, &[u8], bool)> {
    let mut number: u32 = 0;
    let mut leading_zero = false;
    for position in 0..4 {
        let truncated = ReadError::new(ReadErrorKind::Truncated, offset);
        let (&octet, after) = rest.split_first().ok_or(truncated)?;
        rest = after;
        leading_zero |= position == 0 && octet == 0x80;
        number = (number << 7) | u32::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            return Ok((number, rest, leading_zero || number < 31));
        }
    }
    Err(ReadError::new(ReadErrorKind::TagTooLong, offset))
}

/// X.690 section 8.1.3.5. The bool: not the shortest form.
fn read_long_length(rest: &[u8], count: u8, offset: usize) -> Result<(usize, &[u8], bool)> {
    let (octets, after) = split(rest, usize::from(count), offset)?;
    let mut length: usize = 0;
    for &octet in octets {
        let shifted = length.checked_mul(256);
        let too_long = ReadError::new(ReadErrorKind::LengthTooLong, offset);
        length = shifted
            .ok_or(too_long)?
            .checked_add(usize::from(octet))
            .ok_or(too_long)?;
    }
    let not_shortest = octets.first() == Some(&0) || length < 0x80;
    Ok((length, after, not_shortest))
}
