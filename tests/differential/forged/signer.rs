//! SignerInfo and its attributes (RFC 5652 sections 5.3 and 11, RFC 5035, RFC 6211).

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::der_form::element;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{CA, Tokens, by, ca_key, honest, honest_info, sid, signed, unit, unit_key};
use crate::forge::certificate::{Certificate, key_identifier, purposes};
use crate::forge::der::{
    algorithm, attribute, integer, name, null, number, object, octets, sequence, tagged,
};
use crate::forge::key::Key;
use crate::forge::token::Token;

pub(super) fn tokens() -> Tokens {
    [
        names(),
        signatures(),
        content_types(),
        digests(),
        bindings(),
        protections(),
        certificates(),
    ]
    .concat()
}

/// With these values of an attribute, in place of the honest ones.
fn with(oid: &ObjectIdentifier, values: &[Vec<u8>]) -> Vec<u8> {
    signed(&honest().attribute(oid, values))
}

/// With one more attribute.
fn and(more: Vec<u8>) -> Vec<u8> {
    let mut token = honest();
    token.attributes.push(more);
    signed(&token)
}

fn without(oid: &ObjectIdentifier) -> Vec<u8> {
    signed(&honest().without(oid))
}

fn names() -> Tokens {
    let unit = unit().with(key_identifier(7));
    let named = |sid: Vec<u8>| {
        let mut token = by(&unit, &unit_key(), &honest_info().der());
        token.sid = sid;
        signed(&token)
    };
    let other_number = Certificate {
        serial: integer(&[9]),
        ..unit.clone()
    };
    let other_issuer = Certificate {
        issuer: name("Another"),
        ..unit.clone()
    };
    vec![
        ("by-key", named(element(&[0x80], &[7; 20]))),
        ("by-another-key", named(element(&[0x80], &[8; 20]))),
        ("by-another-number", named(sid(&other_number))),
        ("by-another-issuer", named(sid(&other_issuer))),
    ]
}

fn signatures() -> Tokens {
    let token = honest();
    let right = unit_key().sign(&token.signed_set());
    let mut flipped = right.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let mut no_attributes = honest();
    no_attributes.attributes.clear();
    let over_content = unit_key().sign(&honest_info().der());
    let stranger = Key::p384(66).sign(&token.signed_set());
    vec![
        ("signature-flipped", token.with_signature(&flipped)),
        ("signature-empty", token.with_signature(&[])),
        (
            "signature-with-octet-behind",
            token.with_signature(&[&right[..], &[0]].concat()),
        ),
        ("signature-of-another-key", token.with_signature(&stranger)),
        (
            "signature-of-zeros",
            token.with_signature(&sequence(&[number(0), number(0)])),
        ),
        (
            "without-attributes",
            no_attributes.with_signature(&over_content),
        ),
    ]
}

fn content_types() -> Tokens {
    let right = object(&oid::ID_CT_TST_INFO);
    let wrong = object(&oid::ID_DATA);
    let again = attribute(&oid::CONTENT_TYPE, std::slice::from_ref(&wrong));
    vec![
        ("without-content-type", without(&oid::CONTENT_TYPE)),
        (
            "content-type-wrong",
            with(&oid::CONTENT_TYPE, std::slice::from_ref(&wrong)),
        ),
        (
            "content-type-of-two-values",
            with(&oid::CONTENT_TYPE, &[right.clone(), wrong]),
        ),
        ("content-type-without-value", with(&oid::CONTENT_TYPE, &[])),
        (
            "content-type-twice",
            and(attribute(&oid::CONTENT_TYPE, &[right])),
        ),
        ("content-type-twice-unlike", and(again)),
        (
            "signing-time-of-1999",
            with(&oid::SIGNING_TIME, &[element(&[0x17], b"990101000000Z")]),
        ),
        ("signing-time-no-time", with(&oid::SIGNING_TIME, &[null()])),
        ("attribute-unknown", with(&oid::KP_TIME_STAMPING, &[null()])),
    ]
}

fn digests() -> Tokens {
    let info = honest_info().der();
    let right = octets(&Sha384::digest(&info));
    let wrong = octets(&Sha384::digest(b"something else"));
    let as_integer = element(&[0x02], &Sha384::digest(&info));
    let sha512 = honest().digested::<Sha512>(&oid::SHA_512, &info);
    let named_only = Token {
        digest: algorithm(&oid::SHA_512, &[]),
        ..honest()
    };
    let unknown = Token {
        digest: algorithm(&oid::KP_TIME_STAMPING, &[]),
        ..honest()
    };
    let with_null = Token {
        digest: algorithm(&oid::SHA_384, &null()),
        ..honest()
    };
    vec![
        ("without-digest", without(&oid::MESSAGE_DIGEST)),
        (
            "digest-wrong",
            with(&oid::MESSAGE_DIGEST, std::slice::from_ref(&wrong)),
        ),
        (
            "digest-of-two-values",
            with(&oid::MESSAGE_DIGEST, &[right.clone(), wrong.clone()]),
        ),
        ("digest-without-value", with(&oid::MESSAGE_DIGEST, &[])),
        (
            "digest-an-integer",
            with(&oid::MESSAGE_DIGEST, &[as_integer]),
        ),
        (
            "digest-twice",
            and(attribute(&oid::MESSAGE_DIGEST, &[right])),
        ),
        (
            "digest-twice-unlike",
            and(attribute(&oid::MESSAGE_DIGEST, &[wrong])),
        ),
        ("digest-other-than-the-signatures", signed(&sha512)),
        ("digest-of-another-algorithm", signed(&named_only)),
        ("digest-algorithm-unknown", signed(&unknown)),
        ("digest-algorithm-null-parameters", signed(&with_null)),
    ]
}

/// SigningCertificate or SigningCertificateV2 of these identifiers.
fn identifying(ids: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[sequence(ids)])
}

fn bindings() -> Tokens {
    let own = unit().signed(&ca_key());
    let v1 = |of: &[u8]| identifying(&[sequence(&[octets(&sha1(of))])]);
    let id = |of: &[u8]| sequence(&[octets(&Sha256::digest(of))]);
    let by_sha512 = sequence(&[algorithm(&oid::SHA_512, &[]), octets(&Sha512::digest(&own))]);
    let by_unknown = sequence(&[algorithm(&oid::KP_OCSP_SIGNING, &[]), octets(&[7; 32])]);
    let issued = |issuer: &str, serial: u8| {
        let names = sequence(&[tagged(4, &name(issuer))]);
        let both = sequence(&[names, integer(&[serial])]);
        identifying(&[sequence(&[octets(&Sha256::digest(&own)), both])])
    };
    let (one, two) = (oid::SIGNING_CERTIFICATE, oid::SIGNING_CERTIFICATE_V2);
    let v2 = |ids: &[Vec<u8>]| with(&two, &[identifying(ids)]);
    vec![
        ("without-binding", without(&two)),
        ("binding-wrong", v2(&[id(b"another")])),
        ("binding-sha512", v2(&[by_sha512])),
        ("binding-unknown-digest", v2(&[by_unknown])),
        ("binding-of-two", v2(&[id(&own), id(b"its issuer")])),
        ("binding-second", v2(&[id(b"another"), id(&own)])),
        ("binding-of-none", v2(&[])),
        ("binding-an-integer", with(&two, &[number(1)])),
        ("binding-without-value", with(&two, &[])),
        ("binding-with-issuer", with(&two, &[issued(CA, 3)])),
        (
            "binding-with-another-issuer",
            with(&two, &[issued("Another", 3)]),
        ),
        ("binding-with-another-number", with(&two, &[issued(CA, 4)])),
        (
            "binding-v1",
            signed(&honest().without(&two).attribute(&one, &[v1(&own)])),
        ),
        (
            "binding-v1-wrong",
            signed(&honest().without(&two).attribute(&one, &[v1(b"another")])),
        ),
        ("binding-v1-and-v2", with(&one, &[v1(&own)])),
        ("binding-v1-wrong-and-v2", with(&one, &[v1(b"another")])),
        (
            "binding-v1-and-v2-wrong",
            signed(
                &honest()
                    .attribute(&one, &[v1(&own)])
                    .attribute(&two, &[identifying(&[id(b"another")])]),
            ),
        ),
    ]
}

fn sha1(of: &[u8]) -> Vec<u8> {
    meridian_verify::crypto::digest::digest(meridian_wire::tsp::hash::HashAlgorithm::Sha1, of)
}

/// CMSAlgorithmProtection.
fn protections() -> Tokens {
    let of = |digest: &ObjectIdentifier, signature: &ObjectIdentifier| {
        let signature = element(&[0xa1], &object(signature));
        let value = sequence(&[algorithm(digest, &[]), signature]);
        with(&oid::CMS_ALGORITHM_PROTECTION, &[value])
    };
    vec![
        ("protection", of(&oid::SHA_384, &oid::ECDSA_SHA_384)),
        (
            "protection-of-another-digest",
            of(&oid::SHA_256, &oid::ECDSA_SHA_384),
        ),
        (
            "protection-of-another-signature",
            of(&oid::SHA_384, &oid::ECDSA_SHA_256),
        ),
    ]
}

/// What the signer's certificate says.
fn certificates() -> Tokens {
    let by = |unit: &Certificate| signed(&by(unit, &unit_key(), &honest_info().der()));
    let bare = Certificate::new(3, CA, "Forge unit", &unit_key());
    let two = purposes(&[oid::KP_TIME_STAMPING, oid::KP_OCSP_SIGNING]);
    let not_critical = crate::forge::der::extension(
        &oid::EXTENDED_KEY_USAGE,
        false,
        &sequence(&[object(&oid::KP_TIME_STAMPING)]),
    );
    vec![
        ("purpose-none", by(&bare)),
        (
            "purpose-another",
            by(&bare.clone().with(purposes(&[oid::KP_OCSP_SIGNING]))),
        ),
        ("purpose-two", by(&bare.clone().with(two))),
        ("purpose-not-critical", by(&bare.with(not_critical))),
        (
            "ended",
            by(&unit().dated("2026-01-01T00:00:00Z", "2026-06-15T11:59:59Z")),
        ),
        (
            "not-begun",
            by(&unit().dated("2026-06-15T12:00:01Z", "2027-01-01T00:00:00Z")),
        ),
    ]
}
