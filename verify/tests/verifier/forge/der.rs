//! DER by hand.

use meridian_wire::oid::ObjectIdentifier;
use meridian_wire::reader::der_form::{element, set_of};

pub(crate) fn sequence(members: &[Vec<u8>]) -> Vec<u8> {
    element(&[0x30], &members.concat())
}

/// `[number]`, constructed.
pub(crate) fn tagged(number: u8, content: &[u8]) -> Vec<u8> {
    element(&[0xa0 | number], content)
}

pub(crate) fn object(oid: &ObjectIdentifier) -> Vec<u8> {
    element(&[0x06], oid.as_bytes())
}

pub(crate) fn octets(content: &[u8]) -> Vec<u8> {
    element(&[0x04], content)
}

pub(crate) fn bits(content: &[u8]) -> Vec<u8> {
    element(&[0x03], &[&[0], content].concat())
}

pub(crate) fn null() -> Vec<u8> {
    vec![0x05, 0x00]
}

/// INTEGER of a magnitude, in its shortest form.
pub(crate) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let zeros = magnitude.iter().take_while(|octet| **octet == 0).count();
    let digits = &magnitude[zeros..];
    let sign: &[u8] = match digits.first() {
        Some(first) if *first < 0x80 => &[],
        _ => &[0],
    };
    element(&[0x02], &[sign, digits].concat())
}

pub(crate) fn number(value: u64) -> Vec<u8> {
    integer(&value.to_be_bytes())
}

pub(crate) fn generalized(text: &str) -> Vec<u8> {
    element(&[0x18], text.as_bytes())
}

/// RFC 3339 as GeneralizedTime, seconds and Z.
pub(crate) fn time(rfc3339: &str) -> Vec<u8> {
    let kept = rfc3339.chars().filter(char::is_ascii_digit);
    generalized(&format!("{}Z", kept.collect::<String>()))
}

/// `AlgorithmIdentifier ::= SEQUENCE { algorithm, parameters }`; the parameters as they are.
pub(crate) fn algorithm(oid: &ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    sequence(&[object(oid), parameters.to_vec()])
}

/// A Name of one common name.
pub(crate) fn name(common: &str) -> Vec<u8> {
    let kind = object(&meridian_wire::oid::COMMON_NAME);
    let pair = sequence(&[kind, element(&[0x0c], common.as_bytes())]);
    sequence(&[set_of(vec![pair])])
}

/// `Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }`.
pub(crate) fn extension(oid: &ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = if critical {
        vec![0x01, 0x01, 0xff]
    } else {
        Vec::new()
    };
    sequence(&[object(oid), flag, octets(value)])
}

/// `Attribute ::= SEQUENCE { attrType, attrValues SET OF }`.
pub(crate) fn attribute(oid: &ObjectIdentifier, values: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[object(oid), set_of(values.to_vec())])
}
