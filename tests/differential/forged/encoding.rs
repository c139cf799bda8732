//! The same content in other octets (X.690 section 8), and octets that are too few or too many.

use meridian_wire::oid;
use meridian_wire::reader::der_form::element;

use super::{Tokens, header_len, honest, replace, signed, unit_key};
use crate::forge::der::{attribute, octets, sequence};
use crate::forge::token::Token;

/// From a token to the OCTET STRING around TSTInfo, to its SignerInfo, to that one's attributes
/// and signature.
const CONTENT: [usize; 5] = [1, 0, 2, 1, 0];
const SIGNER: [usize; 4] = [1, 0, 4, 0];
const ATTRIBUTES: [usize; 5] = [1, 0, 4, 0, 3];
const SIGNATURE: [usize; 5] = [1, 0, 4, 0, 5];

pub(super) fn tokens() -> Tokens {
    let token = signed(&honest());
    let at = |route: &[usize], new: &dyn Fn(&[u8]) -> Vec<u8>| replace(&token, route, new);
    let outer = at(&[1, 0], &indefinite);
    vec![
        ("honest", token.clone()),
        (
            "indefinite-outer",
            indefinite(&replace(&outer, &[1], &indefinite)),
        ),
        ("indefinite-signer", at(&SIGNER, &indefinite)),
        ("indefinite-attributes", at(&ATTRIBUTES, &indefinite)),
        ("segments-of-content", at(&CONTENT, &segments)),
        (
            "segments-in-segments-of-content",
            at(&CONTENT, &|one| segments_in(one, true)),
        ),
        ("segments-of-signature", at(&SIGNATURE, &segments)),
        ("long-length-outer", long_length(&token)),
        ("long-length-of-attributes", at(&ATTRIBUTES, &long_length)),
        (
            "long-length-of-attribute",
            at(&[&ATTRIBUTES[..], &[0]].concat(), &long_length),
        ),
        ("long-length-of-signature", at(&SIGNATURE, &long_length)),
        ("attributes-unsorted", at(&ATTRIBUTES, &reversed)),
        (
            "attributes-unsorted-and-signed-so",
            signed_as_sent(&honest()),
        ),
        ("octet-behind", [&token[..], &[0]].concat()),
        ("token-behind", token.repeat(2)),
        ("one-octet-short", token[..token.len() - 1].to_vec()),
        ("half", token[..token.len() / 2].to_vec()),
        ("without-end-of-contents", indefinite_without_end(&token)),
        (
            "end-of-contents-inside",
            at(&SIGNER, &|one| with_end_inside(one)),
        ),
        ("nested-20-deep", with_nested(20)),
        ("nested-60-deep", with_nested(60)),
        ("nested-60-deep-without-lengths", with_nested_indefinite(60)),
    ]
}

fn content(der: &[u8]) -> &[u8] {
    &der[header_len(der)..]
}

fn indefinite(der: &[u8]) -> Vec<u8> {
    [&der[..1], &[0x80], content(der), &[0, 0]].concat()
}

fn indefinite_without_end(der: &[u8]) -> Vec<u8> {
    [&der[..1], &[0x80], content(der)].concat()
}

/// End-of-contents where a length says that more follows.
fn with_end_inside(der: &[u8]) -> Vec<u8> {
    element(&der[..1], &[&[0, 0], content(der)].concat())
}

/// A length of four octets.
fn long_length(der: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content(der).len()).unwrap().to_be_bytes();
    [&der[..1], &[0x84], &length, content(der)].concat()
}

/// An OCTET STRING in two pieces.
fn segments(der: &[u8]) -> Vec<u8> {
    segments_in(der, false)
}

/// The same; the second piece in two pieces again, if `twice`, and without a length.
fn segments_in(der: &[u8], twice: bool) -> Vec<u8> {
    let (first, second) = content(der).split_at(7);
    let (first, mut second) = (octets(first), octets(second));
    if twice {
        second = segments_in(&second, false);
        second = indefinite(&second);
    }
    element(&[0x24], &[first, second].concat())
}

/// The members in the other order.
fn reversed(set: &[u8]) -> Vec<u8> {
    let mut rest = content(set);
    let mut members = Vec::new();
    while !rest.is_empty() {
        let len = header_len(rest) + usize::from(rest[1]);
        members.insert(0, &rest[..len]);
        rest = &rest[len..];
    }
    element(&set[..1], &members.concat())
}

/// Signed over the attributes as they are sent, which is not their order in DER.
fn signed_as_sent(token: &Token) -> Vec<u8> {
    let as_sent = reversed(&token.signed_set());
    let signature = unit_key().sign(&as_sent);
    replace(&token.with_signature(&signature), &ATTRIBUTES, &reversed)
}

/// An unsigned attribute of sequences in sequences.
fn with_nested(depth: usize) -> Vec<u8> {
    let nested = (0..depth).fold(Vec::new(), |inside, _| sequence(&[inside]));
    with_unsigned(&nested)
}

fn with_nested_indefinite(depth: usize) -> Vec<u8> {
    let nested = (0..depth).fold(Vec::new(), |inside, _| indefinite(&sequence(&[inside])));
    with_unsigned(&nested)
}

fn with_unsigned(value: &[u8]) -> Vec<u8> {
    let mut token = honest();
    token
        .unsigned
        .push(attribute(&oid::TLOG_PROOF, &[value.to_vec()]));
    signed(&token)
}
