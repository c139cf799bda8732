//! The DER form of something received as BER.

use super::error::ReadError;
use super::tag::{Class, Tag};
use super::tlv::Tlv;
use super::walk::Walk;

/// Encodes an element in DER: shortest definite lengths, strings in one piece, the
/// members of universal SETs sorted, TRUE as 0xff. Implicitly tagged SETs and DEFAULT
/// values cannot be told from the bytes and stay as they are.
///
/// # Errors
///
/// [`ReadError`] if it cannot be walked.
pub fn to_der(tlv: &Tlv<'_>, walk: &mut Walk) -> Result<Vec<u8>, ReadError> {
    if !tlv.is_constructed() {
        let content = match tlv.tag() {
            Tag::BOOLEAN if tlv.content() != [0] => &[0xff],
            _ => tlv.content(),
        };
        return Ok(element(tlv.identifier(), content));
    }
    if is_string(tlv.tag()) {
        let (first, rest) = tlv.identifier().split_first().unwrap_or((&0, &[]));
        let identifier = [&[first & !0x20][..], rest].concat();
        return Ok(element(&identifier, &tlv.octets(walk)?));
    }
    let mut children = tlv.children()?;
    let mut members = Vec::new();
    // Recursion is bounded: `children` refuses more than MAX_DEPTH.
    while let Some(child) = children.next(walk)? {
        members.push(to_der(&child, walk)?);
    }
    if tlv.tag() == Tag::SET {
        members.sort_unstable();
    }
    Ok(element(tlv.identifier(), &members.concat()))
}

/// `SET OF` over members that are DER already, sorted here (X.690 section 11.6).
#[must_use]
pub fn set_of(mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort_unstable();
    element(&[0x31], &members.concat())
}

/// Identifier octets, shortest length, content.
#[must_use]
pub fn element(identifier: &[u8], content: &[u8]) -> Vec<u8> {
    let mut der = Vec::with_capacity(content.len().saturating_add(8));
    der.extend_from_slice(identifier);
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            let octets = content.len().to_be_bytes();
            let significant: Vec<u8> = octets.into_iter().skip_while(|octet| *octet == 0).collect();
            der.push(0x80 | u8::try_from(significant.len()).unwrap_or(0));
            der.extend_from_slice(&significant);
        }
    }
    der.extend_from_slice(content);
    der
}

/// BIT STRING is left out: joining its segments is not plain concatenation.
fn is_string(tag: Tag) -> bool {
    tag.class == Class::Universal && matches!(tag.number, 4 | 12 | 18..=30)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(input: &[u8]) -> Vec<u8> {
        let mut walk = Walk::default();
        let tlv = Tlv::only(input, &mut walk).unwrap();
        to_der(&tlv, &mut walk).unwrap()
    }

    #[test]
    fn leaves_der_alone() {
        let input = [0x30, 0x08, 0x31, 0x06, 0x02, 0x01, 0x05, 0x04, 0x01, 0xaa];
        assert_eq!(der(&input), input);
        let long = element(&[0x04], &[7; 300]);
        assert_eq!(long[..4], [0x04, 0x82, 0x01, 0x2c]);
        assert_eq!(der(&long), long);
    }

    #[test]
    fn writes_ber_as_der() {
        let input = [
            0x30, 0x80, 0x31, 0x80, 0x04, 0x81, 0x01, 0xaa, 0x02, 0x01, 0x05, 0, 0, 0x24, 0x80,
            0x04, 0x01, 0xbb, 0, 0, 0x01, 0x01, 0x01, 0, 0,
        ];
        let expected = [
            0x30, 0x0e, 0x31, 0x06, 0x02, 0x01, 0x05, 0x04, 0x01, 0xaa, 0x04, 0x01, 0xbb, 0x01,
            0x01, 0xff,
        ];
        assert_eq!(der(&input), expected);
    }
}
