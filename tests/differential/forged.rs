//! Tokens with one thing changed, named after it: whatever a reader or a verifier may take
//! otherwise than ours. All octets are the same in every run.

mod container;
mod encoding;
mod keys;
mod signer;
mod tst_info;

use meridian_wire::reader::der_form::element;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

use crate::forge::certificate::Certificate;
use crate::forge::der::sequence;
use crate::forge::key::Key;
use crate::forge::token::{Token, TstInfo};

/// Named tokens.
type Tokens = Vec<(&'static str, Vec<u8>)>;

const CA: &str = "Forge authority";
const UNIT: &str = "Forge unit";
const GEN_TIME: &str = "2026-06-15T12:00:00Z";

pub(crate) fn tokens() -> Vec<(String, Vec<u8>)> {
    let families: [(&str, Tokens); 5] = [
        ("encoding", encoding::tokens()),
        ("container", container::tokens()),
        ("tst-info", tst_info::tokens()),
        ("signer", signer::tokens()),
        ("key", keys::tokens()),
    ];
    let all = families.into_iter();
    all.flat_map(|(family, tokens)| {
        let named = move |(name, token)| (format!("{family}-{name}"), token);
        tokens.into_iter().map(named)
    })
    .collect()
}

/// The unit's key, the same in every token but those of `keys`.
fn unit_key() -> Key {
    Key::p384(13)
}

fn ca_key() -> Key {
    Key::p384(12)
}

fn unit() -> Certificate {
    Certificate::unit(3, CA, UNIT, &unit_key())
}

/// IssuerAndSerialNumber.
fn sid(certificate: &Certificate) -> Vec<u8> {
    sequence(&[certificate.issuer.clone(), certificate.serial.clone()])
}

fn honest_info() -> TstInfo {
    TstInfo::about(b"what is stamped\n", GEN_TIME)
}

/// An honest token around this TSTInfo, from the holder of this certificate, not yet signed.
fn by(unit: &Certificate, key: &Key, tst_info: &[u8]) -> Token {
    Token::new(tst_info, &unit.signed(&ca_key()), sid(unit), key)
}

/// The same from the unit.
fn honest() -> Token {
    by(&unit(), &unit_key(), &honest_info().der())
}

fn signed(token: &Token) -> Vec<u8> {
    token.signed(&unit_key())
}

/// Octets of identifier and length.
fn header_len(der: &[u8]) -> usize {
    match der[1] {
        long if long >= 0x80 => 2 + usize::from(long & 0x7f),
        _ => 2,
    }
}

/// Replaces the element that is reached by going to these children in turn, all lengths around it
/// made anew.
fn replace(der: &[u8], route: &[usize], new: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Some((next, route)) = route.split_first() else {
        return new(der);
    };
    let mut walk = Walk::default();
    let outer = Tlv::only(der, &mut walk).unwrap();
    let children = outer.children().unwrap().collect(64, &mut walk).unwrap();
    let content = children.iter().enumerate().map(|(place, child)| {
        if place == *next {
            replace(child.raw(), route, new)
        } else {
            child.raw().to_vec()
        }
    });
    element(&der[..1], &content.collect::<Vec<_>>().concat())
}
