//! SignedData around an honest signature (RFC 5652 section 5.1).

use meridian_rfc_vectors::vector::load;
use meridian_wire::oid;
use meridian_wire::reader::der_form::{element, set_of};

use super::{CA, Tokens, ca_key, honest, honest_info, replace, sid, signed, unit, unit_key};
use crate::forge::certificate::Certificate;
use crate::forge::der::{algorithm, attribute, number, object, sequence, tagged};
use crate::forge::key::Key;
use crate::forge::token::Token;

const VERSION: [usize; 3] = [1, 0, 0];
const DIGESTS: [usize; 3] = [1, 0, 1];
const SIGNERS: [usize; 3] = [1, 0, 4];

pub(super) fn tokens() -> Tokens {
    let token = signed(&honest());
    let with = |change: &dyn Fn(&mut Token)| {
        let mut token = honest();
        change(&mut token);
        signed(&token)
    };
    let digests = |all: &[Vec<u8>]| replace(&token, &DIGESTS, &|_| set_of(all.to_vec()));
    let (sha256, sha384) = (algorithm(&oid::SHA_256, &[]), algorithm(&oid::SHA_384, &[]));
    let mut tokens = vec![
        ("of-data", replace(&token, &[0], &|_| object(&oid::ID_DATA))),
        ("version-0", replace(&token, &VERSION, &|_| number(0))),
        ("version-1", replace(&token, &VERSION, &|_| number(1))),
        ("version-5", replace(&token, &VERSION, &|_| number(5))),
        ("without-digest-algorithms", digests(&[])),
        (
            "two-digest-algorithms",
            digests(&[sha256.clone(), sha384.clone()]),
        ),
        ("another-digest-algorithm", digests(&[sha256])),
        (
            "content-type-data",
            with(&|token| token.content_type = object(&oid::ID_DATA)),
        ),
        ("without-content", with(&|token| token.content = Vec::new())),
        (
            "content-no-octet-string",
            with(&|token| token.content = tagged(0, &honest_info().der())),
        ),
        ("crl", with(&|token| token.revocation = vec![crl()])),
        (
            "ocsp-response",
            with(&|token| token.revocation = vec![other(1, &oid::RI_OCSP_RESPONSE)]),
        ),
        (
            "revocation-of-another-kind",
            with(&|token| token.revocation = vec![tagged(5, &number(1))]),
        ),
        (
            "unsigned-attribute",
            with(&|token| token.unsigned = vec![unsigned()]),
        ),
        (
            "unsigned-attribute-twice",
            with(&|token| token.unsigned = vec![unsigned(), unsigned()]),
        ),
    ];
    tokens.extend(certificates());
    tokens.extend(signers());
    tokens
}

fn certificates() -> Tokens {
    let with = |certificates: Vec<Vec<u8>>| {
        let mut token = honest();
        token.certificates = certificates;
        signed(&token)
    };
    let own = unit().signed(&ca_key());
    let thief = Key::p384(66);
    let stranger = Certificate::unit(4, CA, "Stranger", &thief).signed(&thief);
    let twin = Certificate::unit(3, CA, "Twin", &thief).signed(&thief);
    let broken = sequence(&[number(1)]);
    let choice = |number| other(number, &oid::TIME_STAMP_TOKEN);
    vec![
        ("without-certificates", with(vec![])),
        ("certificate-twice", with(vec![own.clone(), own.clone()])),
        ("stranger-first", with(vec![stranger.clone(), own.clone()])),
        ("stranger-only", with(vec![stranger])),
        ("twin-first", with(vec![twin.clone(), own.clone()])),
        ("twin-last", with(vec![own.clone(), twin])),
        ("certificate-extended", with(vec![own.clone(), choice(0)])),
        (
            "certificate-attribute-v1",
            with(vec![own.clone(), choice(1)]),
        ),
        (
            "certificate-attribute-v2",
            with(vec![own.clone(), choice(2)]),
        ),
        ("certificate-other", with(vec![own.clone(), choice(3)])),
        (
            "certificate-of-another-kind",
            with(vec![own.clone(), choice(4)]),
        ),
        ("certificate-broken", with(vec![own.clone(), broken])),
        ("certificates-64", with(vec![own.clone(); 64])),
        ("certificates-65", with(vec![own; 65])),
    ]
}

fn signers() -> Tokens {
    let token = honest();
    let one = signer_info(&signed(&token));
    let thief = Key::p384(66);
    let unit_of_thief = Certificate::unit(4, CA, "Stranger", &thief);
    let mut theirs = Token::new(
        &honest_info().der(),
        &unit_of_thief.signed(&thief),
        sid(&unit_of_thief),
        &thief,
    );
    theirs.certificates.clear();
    let other = signer_info(&theirs.signed(&thief));
    let wrong = signer_info(&token.with_signature(&unit_key().sign(b"something else")));
    vec![
        ("without-signers", token.around(&[])),
        ("signer-twice", token.around(&[one.clone(), one.clone()])),
        (
            "signer-without-certificate-last",
            token.around(&[one.clone(), other.clone()]),
        ),
        (
            "signer-without-certificate-first",
            token.around(&[other, one.clone()]),
        ),
        (
            "signer-that-is-wrong-last",
            token.around(&[one.clone(), wrong.clone()]),
        ),
        ("signer-that-is-wrong-first", token.around(&[wrong, one])),
    ]
}

/// The SignerInfo of a token.
fn signer_info(token: &[u8]) -> Vec<u8> {
    let found = std::cell::RefCell::new(Vec::new());
    replace(token, &[&SIGNERS[..], &[0]].concat(), &|one| {
        *found.borrow_mut() = one.to_vec();
        Vec::new()
    });
    found.into_inner()
}

/// `[number] IMPLICIT SEQUENCE { OBJECT IDENTIFIER, ANY }`.
fn other(number: u8, oid: &oid::ObjectIdentifier) -> Vec<u8> {
    tagged(number, &[object(oid), sequence(&[])].concat())
}

fn unsigned() -> Vec<u8> {
    attribute(&oid::TLOG_PROOF, &[element(&[0x0c], b"proof")])
}

fn crl() -> Vec<u8> {
    let vectors = load("openssl-verify").unwrap();
    let crl = vectors
        .iter()
        .find(|vector| vector.name == "inter.crl")
        .unwrap();
    crl.body.octets().unwrap().to_vec()
}
