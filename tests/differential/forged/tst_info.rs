//! TSTInfo (RFC 3161 section 2.4.2), honestly signed.

use meridian_wire::oid;
use meridian_wire::reader::der_form::element;

use super::{GEN_TIME, Tokens, UNIT, by, honest_info, unit, unit_key};
use crate::forge::der::{
    algorithm, extension, generalized, integer, name, null, number, object, octets, sequence,
    tagged,
};
use crate::forge::token::TstInfo;

pub(super) fn tokens() -> Tokens {
    [
        times(),
        numbers(),
        policies(),
        optional_members(),
        imprints(),
        shapes(),
    ]
    .concat()
}

fn token(tst_info: &[u8]) -> Vec<u8> {
    by(&unit(), &unit_key(), tst_info).signed(&unit_key())
}

fn with(change: impl FnOnce(&mut TstInfo)) -> Vec<u8> {
    let mut tst_info = honest_info();
    change(&mut tst_info);
    token(&tst_info.der())
}

/// With these members behind genTime.
fn ending(rest: &[Vec<u8>]) -> Vec<u8> {
    with(|tst_info| tst_info.rest = rest.to_vec())
}

fn times() -> Tokens {
    let at = |text: &str| with(|tst_info| tst_info.gen_time = generalized(text));
    vec![
        ("time-tenths", at("20260615120000.5Z")),
        ("time-milliseconds", at("20260615120000.125Z")),
        ("time-microseconds", at("20260615120000.123456Z")),
        ("time-nanoseconds", at("20260615120000.123456789Z")),
        ("time-picoseconds", at("20260615120000.123456789012Z")),
        ("time-milliseconds-trailing-zero", at("20260615120000.120Z")),
        ("time-fraction-of-zero", at("20260615120000.0Z")),
        ("time-fraction-without-digits", at("20260615120000.Z")),
        ("time-comma", at("20260615120000,5Z")),
        ("time-without-seconds", at("202606151200Z")),
        ("time-without-minutes", at("2026061512Z")),
        ("time-of-tenths-of-a-minute", at("202606151200.5Z")),
        ("time-east", at("20260615140000+0200")),
        ("time-west-with-fraction", at("20260615070000.25-0500")),
        ("time-local", at("20260615120000")),
        ("time-lower-case", at("20260615120000z")),
        ("time-second-60", at("20260615235960Z")),
        ("time-minute-60", at("20260615126000Z")),
        ("time-hour-24", at("20260615240000Z")),
        ("time-month-13", at("20261315120000Z")),
        ("time-february-30", at("20260230120000Z")),
        ("time-february-29-of-2028", at("20280229120000Z")),
        ("time-year-1950", at("19500101000000Z")),
        ("time-year-0", at("00000101000000Z")),
        ("time-year-9999", at("99991231235959Z")),
        ("time-empty", at("")),
        ("time-letters", at("2026061512000OZ")),
        (
            "time-utc-time",
            with(|tst_info| tst_info.gen_time = element(&[0x17], b"260615120000Z")),
        ),
        (
            "time-in-segments",
            with(|tst_info| {
                let parts = [octets(b"20260615"), octets(b"120000Z")].concat();
                tst_info.gen_time = element(&[0x38], &parts);
            }),
        ),
    ]
}

fn numbers() -> Tokens {
    let serial = |content: &[u8]| with(|tst_info| tst_info.serial = element(&[0x02], content));
    let nonce = |content: &[u8]| ending(&[element(&[0x02], content)]);
    vec![
        ("serial-0", serial(&[0])),
        ("serial-negative", serial(&[0x80, 0, 1])),
        ("serial-of-160-bits", serial(&[0x7f; 20])),
        ("serial-of-4000-bits", serial(&[0x7f; 500])),
        ("serial-of-33000-bits", serial(&[0x7f; 4125])),
        ("serial-padded", serial(&[0, 0, 7])),
        ("serial-negative-padded", serial(&[0xff, 0xff, 0x80])),
        ("serial-empty", serial(&[])),
        ("nonce-0", nonce(&[0])),
        ("nonce-negative", nonce(&[0xfe, 0, 0, 0, 0, 0, 0, 0, 1])),
        ("nonce-of-64-octets", nonce(&[0x6a; 64])),
        ("nonce-padded", nonce(&[0, 7])),
        ("version-0", with(|tst_info| tst_info.version = number(0))),
        ("version-2", with(|tst_info| tst_info.version = number(2))),
    ]
}

fn policies() -> Tokens {
    let policy = |content: &[u8]| with(|tst_info| tst_info.policy = element(&[0x06], content));
    let forty = [&[0x2a][..], &[0x83, 0x7f].repeat(39)].concat();
    vec![
        ("policy-0.0", policy(&[0])),
        ("policy-1.2", policy(&[0x2a])),
        ("policy-2.999", policy(&[0x88, 0x37])),
        (
            "policy-arc-of-32-bits",
            policy(&[0x2a, 0x8f, 0xff, 0xff, 0xff, 0x7f]),
        ),
        (
            "policy-arc-of-33-bits",
            policy(&[0x2a, 0x9f, 0xff, 0xff, 0xff, 0x7f]),
        ),
        (
            "policy-arc-of-128-bits",
            policy(&[&[0x2a, 0x83][..], &[0xff; 17], &[0x7f]].concat()),
        ),
        ("policy-of-40-arcs", policy(&forty)),
        (
            "policy-of-200-arcs",
            policy(&[&[0x2a][..], &[7; 199]].concat()),
        ),
        ("policy-arc-padded", policy(&[0x2a, 0x80, 0x07])),
        ("policy-ends-inside-an-arc", policy(&[0x2a, 0x87])),
        ("policy-empty", policy(&[])),
    ]
}

fn optional_members() -> Tokens {
    let accuracy = |parts: &[(u8, &[u8])]| {
        let parts: Vec<_> = parts
            .iter()
            .map(|(tag, content)| element(&[*tag], content))
            .collect();
        ending(&[sequence(&parts)])
    };
    let tsa = |name: Vec<u8>| ending(&[tagged(0, &name)]);
    let known = |critical| extension(&oid::QC_STATEMENTS, critical, &sequence(&[]));
    let strange = |critical| extension(&oid::TIME_STAMP_TOKEN, critical, &null());
    let extensions = |all: &[Vec<u8>]| ending(&[tagged(1, &all.concat())]);
    vec![
        ("without-optional-members", ending(&[])),
        ("accuracy-empty", accuracy(&[])),
        ("accuracy-millis", accuracy(&[(0x80, &[5])])),
        ("accuracy-micros", accuracy(&[(0x81, &[5])])),
        (
            "accuracy-all",
            accuracy(&[(0x02, &[1]), (0x80, &[0x03, 0xe7]), (0x81, &[1])]),
        ),
        ("accuracy-millis-0", accuracy(&[(0x80, &[0])])),
        ("accuracy-micros-1000", accuracy(&[(0x81, &[0x03, 0xe8])])),
        ("accuracy-negative", accuracy(&[(0x02, &[0xff])])),
        ("accuracy-of-20-octets", accuracy(&[(0x02, &[0x7f; 20])])),
        (
            "accuracy-out-of-order",
            accuracy(&[(0x81, &[1]), (0x80, &[1])]),
        ),
        ("ordering", ending(&[vec![0x01, 0x01, 0xff]])),
        ("ordering-as-1", ending(&[vec![0x01, 0x01, 0x01]])),
        ("ordering-false", ending(&[vec![0x01, 0x01, 0x00]])),
        (
            "ordering-of-two-octets",
            ending(&[vec![0x01, 0x02, 0xff, 0xff]]),
        ),
        ("tsa", tsa(tagged(4, &name(UNIT)))),
        ("tsa-another", tsa(tagged(4, &name("Another")))),
        ("tsa-host", tsa(element(&[0x82], b"tsa.example"))),
        (
            "tsa-edi-party",
            tsa(tagged(5, &tagged(1, &element(&[0x0c], b"x")))),
        ),
        ("tsa-not-explicit", ending(&[tagged(0, &number(1))])),
        ("extension", extensions(&[known(false)])),
        ("extension-critical", extensions(&[strange(true)])),
        ("extension-strange", extensions(&[strange(false)])),
        ("extensions", extensions(&[known(false), strange(false)])),
        ("extension-twice", extensions(&[known(false), known(false)])),
        ("extensions-empty", extensions(&[])),
    ]
}

fn imprints() -> Tokens {
    let of = |algorithm: Vec<u8>, digest: &[u8]| {
        with(|tst_info| tst_info.imprint = sequence(&[algorithm, octets(digest)]))
    };
    let plain = |oid| algorithm(oid, &[]);
    vec![
        (
            "imprint-null-parameters",
            of(algorithm(&oid::SHA_256, &null()), &[7; 32]),
        ),
        (
            "imprint-other-parameters",
            of(algorithm(&oid::SHA_256, &number(1)), &[7; 32]),
        ),
        ("imprint-sha1", of(plain(&oid::SHA_1), &[7; 20])),
        ("imprint-md5", of(plain(&oid::MD5), &[7; 16])),
        ("imprint-sha3-512", of(plain(&oid::SHA3_512), &[7; 64])),
        (
            "imprint-unknown",
            of(plain(&oid::KP_TIME_STAMPING), &[7; 32]),
        ),
        ("imprint-too-short", of(plain(&oid::SHA_256), &[7; 20])),
        ("imprint-empty", of(plain(&oid::SHA_256), &[])),
        (
            "imprint-in-segments",
            with(|tst_info| {
                let parts = [octets(&[7; 16]), octets(&[7; 16])].concat();
                tst_info.imprint = sequence(&[plain(&oid::SHA_256), element(&[0x24], &parts)]);
            }),
        ),
    ]
}

fn shapes() -> Tokens {
    let honest = honest_info().der();
    let indefinite = [&[0x30, 0x80][..], &honest[2..], &[0, 0]].concat();
    let (ordering, nonce) = (vec![0x01, 0x01, 0xff], integer(&[7]));
    let other_version = |tst_info: &mut TstInfo| tst_info.version = object(&oid::ID_DATA);
    vec![
        ("out-of-order", ending(&[nonce.clone(), ordering])),
        ("nonce-twice", ending(&[nonce.clone(), nonce])),
        ("unknown-member", ending(&[tagged(7, &number(1))])),
        ("octet-behind", token(&[&honest[..], &[0]].concat())),
        ("indefinite", token(&indefinite)),
        ("version-no-integer", with(other_version)),
        ("no-sequence", token(&octets(GEN_TIME.as_bytes()))),
        ("empty", token(&[])),
    ]
}
