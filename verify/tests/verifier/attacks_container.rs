//! Attacks on the container: what is around a TSTInfo, and how it is written.

use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;
use sha2::{Digest, Sha384};

use crate::forge::certificate::{Certificate, purposes};
use crate::forge::der::{algorithm, attribute, extension, null, object, octets, sequence, tagged};
use crate::forge::token::{Token, TstInfo, response};
use crate::forge::world::{CA, DATA, UNIT, WORLD, judge, sid, tst_info, unit};
use crate::support::{failed, replace, undecided};

/// The token of this content, signed.
fn signed(token: &Token) -> Vec<u8> {
    token.signed(&WORLD.unit_key)
}

fn honest() -> Token {
    WORLD.token(&tst_info())
}

#[track_caller]
fn refused(token: &[u8], ids: &[&str]) -> Report {
    let report = judge(token);
    assert_eq!(failed(&report), ids);
    assert_eq!(report.models().gen_time, Verdict::Failed);
    report
}

#[track_caller]
fn passes(token: &[u8]) -> Report {
    let report = judge(token);
    assert_eq!(failed(&report), [""; 0]);
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    report
}

#[test]
fn n05_a_valid_token_in_a_response_that_refuses() {
    passes(&response(0, &WORLD.honest()));
    passes(&response(1, &WORLD.honest()));
    for status in [2, 3, 4, 5, 6, 0x80] {
        refused(&response(status, &WORLD.honest()), &["V003"]);
    }
}

#[test]
fn n07_two_contents_where_one_is_signed() {
    let (first, second) = (tst_info().der(), TstInfo::about(b"other", GEN_TIME_2).der());
    let mut token = honest();
    token.content = tagged(0, &[octets(&first), octets(&second)].concat());
    refused(&signed(&token), &["V006"]);
    token.content = [tagged(0, &octets(&first)), tagged(0, &octets(&second))].concat();
    refused(&signed(&token), &["V006"]);
    // Both in one string, and the digest over both.
    let both = [first.clone(), second].concat();
    let sid = sid(&unit(&WORLD.unit_key));
    let token = Token::new(&both, &WORLD.unit, sid.clone(), &WORLD.unit_key);
    refused(&signed(&token), &["V020"]);
    // Two imprints in one TSTInfo.
    let mut doubled = tst_info();
    doubled.imprint = doubled.imprint.repeat(2);
    let token = Token::new(&doubled.der(), &WORLD.unit, sid, &WORLD.unit_key);
    refused(&signed(&token), &["V020"]);
}

/// Half a year later than the forge's.
const GEN_TIME_2: &str = "2026-10-15T12:00:00Z";

#[test]
fn n08_a_content_in_segments() {
    let content = tst_info().der();
    let (front, back) = content.split_at(content.len() / 2);
    let segments = |parts: &[Vec<u8>]| tagged(0, &element(&[0x24], &parts.concat()));
    let mut token = honest();
    token.content = segments(&[octets(front), octets(back)]);
    passes(&signed(&token));
    // In segments of segments, as BER allows.
    token.content = segments(&[element(&[0x24], &octets(front)), octets(back)]);
    passes(&signed(&token));
    token.content = segments(&[octets(back), octets(front)]);
    refused(&signed(&token), &["V020"]);
    // The second half of another token's.
    let other = TstInfo::about(DATA, GEN_TIME_2).der();
    token.content = segments(&[octets(front), octets(&other[front.len()..])]);
    refused(&signed(&token), &["V044"]);
    token.content = segments(&[octets(front), element(&[0x02], back)]);
    refused(&signed(&token), &["V006"]);
    // Digested with the headers of the segments.
    token.content = segments(&[octets(front), octets(back)]);
    let with_headers = [octets(front), octets(back)].concat();
    let token = token.attribute(
        &oid::MESSAGE_DIGEST,
        &[octets(&Sha384::digest(with_headers))],
    );
    refused(&signed(&token), &["V044"]);
}

#[test]
fn n09_a_token_inside_a_token() {
    let inner = WORLD.honest();
    let sid = sid(&unit(&WORLD.unit_key));
    let mut around = Token::new(&inner, &WORLD.unit, sid, &WORLD.unit_key);
    refused(&signed(&around), &["V020"]);
    around.content_type = object(&oid::ID_SIGNED_DATA);
    refused(&signed(&around), &["V006", "V020"]);
    let mut bare = honest();
    bare.content = tagged(0, &inner);
    refused(&signed(&bare), &["V006"]);
    refused(
        &sequence(&[object(&oid::ID_SIGNED_DATA), tagged(0, &inner)]),
        &["V006"],
    );
}

#[test]
fn n15_more_than_anyone_needs() {
    let many = |count: usize, one: &[u8]| vec![one.to_vec(); count];
    let mut token = honest();
    token.unsigned = many(65, &attribute(&oid::BASE, &[null()]));
    refused(&signed(&token), &["V001", "V006"]);
    token.unsigned = vec![attribute(&oid::BASE, &many(65, &null()))];
    refused(&signed(&token), &["V001", "V006"]);
    token = honest();
    token.certificates = many(65, &WORLD.unit);
    refused(&signed(&token), &["V001", "V006"]);
    token = honest();
    token.revocation = many(65, &null());
    refused(&signed(&token), &["V001", "V006"]);
    // A million octets.
    token = honest();
    token.unsigned = vec![attribute(&oid::BASE, &[octets(&vec![0; 1 << 20])])];
    refused(&signed(&token), &["V001", "V006"]);
    // Half a million elements in a token of allowed size, each of which has to be looked at
    // because the element around them has no length.
    let nulls = [&[0x30, 0x80][..], &null().repeat(400_000), &[0, 0]].concat();
    token.unsigned = vec![attribute(&oid::BASE, &[nulls])];
    refused(&signed(&token), &["V001", "V006"]);
    let signers = many(17, &sequence(&[]));
    refused(&honest().around(&signers), &["V001", "V006"]);
}

#[test]
fn n17_signed_attributes_as_the_content_of_a_token_without() {
    let genuine = honest();
    let signature = WORLD.unit_key.sign(&genuine.signed_set());
    // The genuine signature is right over this content, as CMS without attributes has it.
    let mut turned = honest();
    turned.content = tagged(0, &octets(&genuine.signed_set()));
    turned.attributes.clear();
    refused(&turned.with_signature(&signature), &["V020"]);
    // And a signature over TSTInfo itself, without attributes.
    let mut bare = honest();
    bare.attributes.clear();
    let signature = WORLD.unit_key.sign(&tst_info().der());
    let ids = ["V041", "V043", "V044", "V052"];
    refused(&bare.with_signature(&signature), &ids);
}

#[test]
fn n30_nesting_and_lengths_without_end() {
    let honest_head = [object(&oid::ID_SIGNED_DATA), vec![0xa0, 0x80]].concat();
    let bottomless = [
        &[0x30, 0x80][..],
        &honest_head,
        &[0x30, 0x80].repeat(10_000),
    ]
    .concat();
    refused(&bottomless, &["V001", "V002", "V006"]);
    // Definite lengths, as deep as they fit.
    let deep = (0..200).fold(null(), |inner, _| sequence(&[inner]));
    let token = honest().attribute(&oid::BASE, std::slice::from_ref(&deep));
    refused(&signed(&token), &["V045"]);
    let mut token = honest();
    token.unsigned = vec![attribute(&oid::BASE, &[deep])];
    passes(&signed(&token));
    for length in [
        &[0x84, 0xff, 0xff, 0xff, 0xff][..],
        &[0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0xff, 0],
    ] {
        let token = [&[0x30][..], length, &object(&oid::ID_SIGNED_DATA)].concat();
        refused(&token, &["V002", "V006"]);
    }
}

#[test]
fn n34_a_policy_of_five_hundred_arcs() {
    let mut info = tst_info();
    info.policy = element(&[0x06], &[&[0x2a][..], &[0x7f; 498]].concat());
    let report = passes(&signed(&WORLD.token(&info)));
    let policy = &report.token().unwrap().policy;
    assert_eq!(policy.split('.').count(), 500);
    // The longest that is read, and one octet more.
    info.policy = element(&[0x06], &[1; 4096]);
    passes(&signed(&WORLD.token(&info)));
    info.policy = element(&[0x06], &[1; 4097]);
    refused(&signed(&WORLD.token(&info)), &["V020"]);
}

/// The identifier with 2^32 added to its last arc, which is below 128.
fn overflowing(oid: &oid::ObjectIdentifier) -> Vec<u8> {
    let (last, front) = oid.as_bytes().split_last().unwrap();
    // 2^32 has one bit in its fifth septet from the right.
    element(&[0x06], &[front, &[0x90, 0x80, 0x80, 0x80, *last]].concat())
}

/// The same identifier, its last arc with a septet of zeros in front.
fn padded(oid: &oid::ObjectIdentifier) -> Vec<u8> {
    let (last, front) = oid.as_bytes().split_last().unwrap();
    element(&[0x06], &[front, &[0x80, *last]].concat())
}

#[test]
fn n35_identifiers_that_are_equal_modulo_something() {
    for forge in [overflowing, padded] {
        let wanted = purposes(&[oid::KP_TIME_STAMPING]);
        let place = wanted.len() - oid::KP_TIME_STAMPING.as_bytes().len() - 2;
        let value = forge(&oid::KP_TIME_STAMPING);
        assert_eq!(wanted[place..], object(&oid::KP_TIME_STAMPING));
        let purpose = extension(&oid::EXTENDED_KEY_USAGE, true, &sequence(&[value]));
        let unit = Certificate::new(3, CA, UNIT, &WORLD.unit_key).with(purpose);
        let token = WORLD.token_of(&unit, &WORLD.unit_key, &tst_info());
        refused(&signed(&token), &["V060"]);

        let mut token = honest();
        token.content_type = forge(&oid::ID_CT_TST_INFO);
        refused(&signed(&token), &["V006"]);
        let token = honest().attribute(&oid::CONTENT_TYPE, &[forge(&oid::ID_CT_TST_INFO)]);
        refused(&signed(&token), &["V043"]);

        let mut info = tst_info();
        let sha256 = sequence(&[forge(&oid::SHA_256)]);
        info.imprint = replace(&info.imprint, &[0], |_| sha256);
        let report = judge(&signed(&WORLD.token(&info)));
        assert_eq!(undecided(&report), ["V029"]);
        assert_ne!(report.models().gen_time, Verdict::Passed);
    }
}

#[test]
fn n36_lengths_ends_and_classes() {
    let genuine = WORLD.honest();
    let headed = |identifier: u8, der: &[u8]| [&[identifier][..], &der[1..]].concat();
    // ContentInfo as a primitive, of another class, and as a SET.
    for identifier in [0x10, 0x70, 0xb0, 0x31] {
        let broken = headed(identifier, &genuine);
        let read = meridian_verify::input::recognise(&broken);
        assert_eq!(read, Err(meridian_verify::input::NoToken::Unknown));
    }
    // SignedData and its parts.
    for (route, identifier) in [
        (&[1, 0][..], 0x10),
        (&[1, 0], 0x70),
        (&[1, 0, 0], 0x82),
        (&[1, 0, 1], 0x30),
        (&[1, 0, 2], 0x31),
        (&[1, 0, 2, 1], 0xa1),
        (&[1, 0, 4], 0x30),
        (&[1, 0, 4, 0], 0x31),
        (&[1, 0, 4, 0, 3], 0xa2),
        (&[1, 0, 4, 0, 5], 0x84),
    ] {
        let broken = replace(&genuine, route, |der| headed(identifier, der));
        refused(&broken, &["V006"]);
    }
    // A string without a length, ends where there is nothing to end, an end that is missing.
    let open = |der: &[u8]| [&[der[0], 0x80], der, &[0, 0]].concat();
    refused(&replace(&genuine, &[1, 0, 4, 0, 5], open), &["V006"]);
    let ended = |der: &[u8]| [der, &[0, 0]].concat();
    refused(&replace(&genuine, &[1, 0, 4, 0], ended), &["V006"]);
    refused(&ended(&genuine), &["V004"]);
    let content = &genuine[4..];
    refused(&[&[0x30, 0x80], content].concat(), &["V002", "V006"]);
    passes(&[&[0x30, 0x80], content, &[0, 0]].concat());
    // Longer than what is around it.
    let longer = replace(&genuine, &[1, 0, 0], |_| vec![2, 0x7f, 3]);
    refused(&longer, &["V006"]);
    // A length that is not the shortest is BER, and allowed around TSTInfo.
    passes(&replace(&genuine, &[1, 0, 0], |_| {
        vec![2, 0x84, 0, 0, 0, 1, 3]
    }));
    passes(&replace(&genuine, &[1, 0, 4, 0, 2], |_| {
        algorithm(&oid::SHA_384, &null())
    }));
}
