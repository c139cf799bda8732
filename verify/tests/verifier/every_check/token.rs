//! What is in a token.

use meridian_verify::asked::AskedFor;
use meridian_verify::report::Report;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;
use sha2::{Digest, Sha256};

use super::{Case, by, made, said, under};
use super::{Failed, Indeterminate, Passed, Warning};
use crate::forge::der::{
    algorithm, attribute, bits, extension, generalized, name, null, number, object, octets,
    sequence, tagged,
};
use crate::forge::rsa;
use crate::forge::token::{TstInfo, response};
use crate::forge::world::{DATA, WORLD, judge, tst_info};
use crate::support::{instant, judge_about, replace};

pub(super) fn container() -> Vec<Case> {
    let honest = WORLD.honest();
    let many = made(|mut token| {
        token.certificates = vec![WORLD.unit.clone(); 65];
        token
    });
    let data = made(|mut token| {
        token.content_type = object(&oid::ID_DATA);
        token
    });
    let signer = replace(&honest, &[1, 0, 4], |set| {
        let one = &set[4..];
        element(&[0x31], &[one, one].concat())
    });
    vec![
        (1, Failed, "FORMAT_FAILURE", many),
        (
            2,
            Failed,
            "FORMAT_FAILURE",
            judge(&honest[..honest.len() - 9]),
        ),
        (3, Failed, "FORMAT_FAILURE", judge(&response(2, &honest))),
        (
            4,
            Failed,
            "FORMAT_FAILURE",
            judge(&[&honest[..], &[0]].concat()),
        ),
        (5, Warning, "", said(|info| info.rest.push(vec![1, 1, 0]))),
        (6, Failed, "FORMAT_FAILURE", data),
        (
            7,
            Warning,
            "",
            judge(&replace(&honest, &[1, 0, 0], |_| number(9))),
        ),
        // Every kind is accepted: this one counts.
        (8, Passed, "", judge(&honest)),
        (9, Failed, "FORMAT_FAILURE", judge(&signer)),
    ]
}

pub(super) fn tst_info_family() -> Vec<Case> {
    let request = sequence(&[number(1), tst_info().imprint, number(5)]);
    let millis = |info: &mut TstInfo| {
        info.rest = vec![sequence(&[number(1), element(&[0x80], &[3, 0xe8])])];
    };
    let unknown = tagged(1, &extension(&oid::BASE, true, &null()));
    let other = tagged(0, &tagged(4, &name("Somebody else")));
    vec![
        (
            20,
            Failed,
            "FORMAT_FAILURE",
            said(|info| info.version = number(2)),
        ),
        (
            21,
            Failed,
            "FORMAT_FAILURE",
            said(|info| info.gen_time = generalized("20260615120000")),
        ),
        (
            22,
            Failed,
            "FORMAT_FAILURE",
            under(|policy| policy.at = instant("2026-06-15T11:50:00Z")),
        ),
        (23, Warning, "", said(millis)),
        (24, Warning, "", said(|info| info.serial = vec![2, 1, 0xff])),
        (
            25,
            Failed,
            "SIG_CONSTRAINTS_FAILURE",
            under(|policy| policy.policies = vec!["1.2.3".to_owned()]),
        ),
        (
            26,
            Failed,
            "SIG_CONSTRAINTS_FAILURE",
            under(|policy| policy.request = Some(AskedFor::new(request).unwrap())),
        ),
        (
            27,
            Failed,
            "CHAIN_CONSTRAINTS_FAILURE",
            said(|info| info.rest.push(other)),
        ),
        (
            28,
            Indeterminate,
            "SIG_CONSTRAINTS_FAILURE",
            said(|info| info.rest.push(unknown)),
        ),
    ]
}

pub(super) fn imprint() -> Vec<Case> {
    let sha256 = algorithm(&oid::SHA_256, &[]);
    let short = sequence(&[sha256, octets(&[1; 31])]);
    let old = sequence(&[algorithm(&oid::SHA_1, &[]), octets(&sha1(DATA))]);
    vec![
        (
            29,
            Failed,
            "HASH_FAILURE",
            said(|info| info.imprint = short),
        ),
        (
            30,
            Failed,
            "HASH_FAILURE",
            judge_about(&WORLD.honest(), b"other", &WORLD.policy()),
        ),
        (30, Indeterminate, "SIGNED_DATA_NOT_FOUND", without_data()),
        (
            70,
            Indeterminate,
            "CRYPTO_CONSTRAINTS_FAILURE",
            said(|info| info.imprint = old),
        ),
    ]
}

fn sha1(data: &[u8]) -> Vec<u8> {
    sha1::Sha1::digest(data).to_vec()
}

fn without_data() -> Report {
    let input = meridian_verify::input::recognise(&WORLD.honest()).unwrap();
    meridian_verify::verify::verify_timestamp(&input, None, &WORLD.policy())
}

pub(super) fn signer_info() -> Vec<Case> {
    let without = |attribute| made(|token| token.without(attribute));
    vec![
        (
            40,
            Indeterminate,
            "NO_SIGNING_CERTIFICATE_FOUND",
            made(|mut token| {
                token.certificates.clear();
                token
            }),
        ),
        (
            41,
            Failed,
            "FORMAT_FAILURE",
            made(|mut token| {
                token.attributes.clear();
                token
            }),
        ),
        (
            42,
            Failed,
            "FORMAT_FAILURE",
            made(|mut token| {
                token.attributes.push(token.attributes[0].clone());
                token
            }),
        ),
        (43, Failed, "FORMAT_FAILURE", without(&oid::CONTENT_TYPE)),
        (
            44,
            Failed,
            "HASH_FAILURE",
            made(|token| token.attribute(&oid::MESSAGE_DIGEST, &[octets(&[0; 48])])),
        ),
    ]
}

pub(super) fn signature() -> Vec<Case> {
    let protection = sequence(&[
        algorithm(&oid::SHA_256, &[]),
        tagged(1, &object(&oid::ECDSA_SHA_256)),
    ]);
    let long_ago = element(&[0x17], b"200101000000Z");
    let key = &WORLD.unit_key;
    let bare = WORLD.token(&tst_info());
    let without = |attribute| made(|token| token.without(attribute));
    vec![
        (
            45,
            Failed,
            "SIG_CRYPTO_FAILURE",
            judge(&bare.with_signature(&key.sign(b"something else"))),
        ),
        (
            46,
            Failed,
            "SIG_CRYPTO_FAILURE",
            made(|token| token.digested::<Sha256>(&oid::SHA_256, &tst_info().der())),
        ),
        (
            47,
            Failed,
            "SIG_CONSTRAINTS_FAILURE",
            made(|token| token.attribute(&oid::CMS_ALGORITHM_PROTECTION, &[protection])),
        ),
        (
            48,
            Failed,
            "SIG_CRYPTO_FAILURE",
            by(rsa::spki(&[0x80; 64], &[3])),
        ),
        (49, Failed, "SIG_CRYPTO_FAILURE", by(no_point())),
        (
            50,
            Warning,
            "",
            made(|token| token.attribute(&oid::SIGNING_TIME, &[long_ago])),
        ),
        (
            51,
            Failed,
            "NO_SIGNING_CERTIFICATE_FOUND",
            made(|token| {
                let id = sequence(&[octets(&[7; 32])]);
                let ids = sequence(&[sequence(&[id])]);
                token.attribute(&oid::SIGNING_CERTIFICATE_V2, &[ids])
            }),
        ),
        (
            52,
            Failed,
            "SIG_CONSTRAINTS_FAILURE",
            without(&oid::SIGNING_CERTIFICATE_V2),
        ),
        (
            53,
            Warning,
            "",
            made(|mut token| {
                token.unsigned = vec![attribute(&oid::CERT_VALUES, &[null()])];
                token
            }),
        ),
    ]
}

/// A P-256 key that is no point of the curve.
fn no_point() -> Vec<u8> {
    let kind = algorithm(&oid::EC_PUBLIC_KEY, &object(&oid::P256));
    sequence(&[kind, bits(&[&[4][..], &[1; 64]].concat())])
}
