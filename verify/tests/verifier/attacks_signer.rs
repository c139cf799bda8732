//! Attacks on who is said to have signed.

use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;
use sha1::{Digest, Sha1};

use crate::forge::certificate::{Certificate, key_identifier, purposes};
use crate::forge::der::{attribute, integer, name, null, number, octets, sequence, tagged};
use crate::forge::key::Key;
use crate::forge::token::{Token, TstInfo, identifying};
use crate::forge::world::{CA, ROOT, UNIT, WORLD, judge, sid, tst_info, unit};
use crate::support::{failed, status};
use meridian_verify::finding::Status;

fn signed(token: &Token) -> Vec<u8> {
    token.signed(&WORLD.unit_key)
}

fn ends(token: &[u8], ids: &[&str], verdict: Verdict) -> Report {
    let report = judge(token);
    assert_eq!(failed(&report), ids);
    assert_eq!(report.models().gen_time, verdict, "{report:?}");
    report
}

/// Every order of these.
fn orders(bag: &[Vec<u8>]) -> Vec<Vec<Vec<u8>>> {
    let Some((first, rest)) = bag.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut longer = order.clone();
            longer.insert(place, first.clone());
            all.push(longer);
        }
    }
    all
}

/// What an attacker adds: certificates that look like the unit's in one way each.
fn twins() -> Vec<Vec<u8>> {
    let own = Key::p384(66);
    let same_subject = Certificate::unit(9, "Nobody", UNIT, &own).signed(&own);
    // Issuer and number of the unit's own, and another key.
    let same_number = Certificate::unit(3, CA, "Twin", &own).signed(&own);
    let same_identifier = unit(&own).with(key_identifier(3)).signed(&own);
    // The unit's key, which anybody can have certified, for another purpose.
    let same_key = Certificate::new(9, CA, UNIT, &WORLD.unit_key)
        .with(purposes(&[oid::KP_OCSP_SIGNING]))
        .signed(&own);
    vec![same_subject, same_number, same_identifier, same_key]
}

#[test]
fn n02_twins_in_the_bag_in_every_order() {
    let real = unit(&WORLD.unit_key).with(key_identifier(3));
    let der = real.signed(&WORLD.ca_key);
    // Named by issuer and number, and by key identifier.
    let by_identifier = element(&[0x80], &[3; 20]);
    for sid in [sid(&real), by_identifier] {
        let mut token = Token::new(&tst_info().der(), &der, sid, &WORLD.unit_key);
        for order in orders(&[vec![der.clone()], twins()].concat()) {
            token.certificates = order;
            let report = ends(&signed(&token), &[], Verdict::Passed);
            let signer = report.token().unwrap().signer.clone();
            assert_eq!(signer, Some(format!("CN={UNIT}")));
        }
    }
}

#[test]
fn n02b_a_certificate_for_stamping_before_the_one_that_signed() {
    // A certificate of the same authority, for something else, signs; the bag holds a proper one.
    let thief = Key::p384(67);
    let other =
        Certificate::new(9, CA, "Web server", &thief).with(purposes(&[oid::KP_OCSP_SIGNING]));
    let mut token = WORLD.token_of(&other, &thief, &tst_info());
    token.certificates.insert(0, WORLD.unit.clone());
    ends(&token.signed(&thief), &["V060"], Verdict::Failed);
    // The thief claims to be the unit.
    let der = other.signed(&WORLD.ca_key);
    let mut token = Token::new(&tst_info().der(), &der, sid(&unit(&thief)), &thief);
    token.certificates.insert(0, WORLD.unit.clone());
    ends(&token.signed(&thief), &["V040", "V060"], Verdict::Failed);
    let mut token = Token::new(&tst_info().der(), &WORLD.unit, sid(&other), &thief);
    token.certificates.push(der);
    ends(&token.signed(&thief), &["V040", "V045"], Verdict::Failed);
}

/// SigningCertificate (version 1) with the SHA-1 of this certificate.
fn identifying_v1(certificate: &[u8]) -> Vec<u8> {
    let id = sequence(&[octets(&Sha1::digest(certificate))]);
    attribute(&oid::SIGNING_CERTIFICATE, &[sequence(&[sequence(&[id])])])
}

#[test]
fn n06_twins_that_one_of_two_identifiers_means() {
    // Nobody can be asked for a collision here; what a collision would be good for is refused:
    // one identifier that means the twin beside one that means the signer.
    let thief = Key::p384(66);
    let twin = unit(&thief).signed(&WORLD.ca_key);
    let certificates = vec![twin.clone(), WORLD.unit.clone()];
    let mut token = WORLD.token(&tst_info());
    token.certificates.clone_from(&certificates);
    token.attributes.push(identifying_v1(&WORLD.unit));
    ends(&signed(&token), &[], Verdict::Passed);
    token.attributes.pop();
    token.attributes.push(identifying_v1(&twin));
    // Both are named and meant; the first is taken, and the other identifier is not its.
    ends(&signed(&token), &["V045", "V051"], Verdict::Failed);
    token.certificates.reverse();
    ends(&signed(&token), &["V051"], Verdict::Failed);
    // Version 1 alone, and the twin's: the named one is the twin, whose key did not sign.
    let mut token = WORLD
        .token(&tst_info())
        .without(&oid::SIGNING_CERTIFICATE_V2);
    token.certificates = certificates;
    token.attributes.push(identifying_v1(&twin));
    ends(&signed(&token), &["V045"], Verdict::Failed);
}

#[test]
fn n16_a_certificate_that_was_valid_at_the_signers_own_word_for_the_time() {
    // Expired at genTime; signingTime lies within its validity.
    let expired = unit(&WORLD.unit_key).dated("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z");
    let said = element(&[0x17], b"260515120000Z");
    let token = WORLD.token_of(&expired, &WORLD.unit_key, &tst_info());
    let token = token.attribute(&oid::SIGNING_TIME, std::slice::from_ref(&said));
    let report = ends(&signed(&token), &["V065"], Verdict::Failed);
    assert_eq!(status(&report, 50), Some(Status::Warning));
    // An authority that had ended by genTime.
    let ca = Certificate::ca(2, ROOT, CA, &WORLD.ca_key);
    let ended = ca.dated("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z");
    let mut policy = WORLD.policy();
    policy.intermediates = vec![ended.signed(&WORLD.root_key)];
    let token = WORLD
        .token(&tst_info())
        .attribute(&oid::SIGNING_TIME, &[said]);
    let report = crate::forge::world::judge_under(&signed(&token), &policy);
    assert_eq!(failed(&report), ["V080"]);
}

#[test]
fn n32_values_of_another_type_than_their_attribute() {
    let wrong = [
        null(),
        number(5),
        octets(&[0x30, 0]),
        sequence(&[]),
        sequence(&[sequence(&[])]),
        sequence(&[null()]),
        element(&[0x0c], b"text"),
    ];
    for value in &wrong {
        let with = |oid| {
            WORLD
                .token(&tst_info())
                .attribute(oid, std::slice::from_ref(value))
        };
        let report = judge(&signed(&with(&oid::SIGNING_CERTIFICATE_V2)));
        assert_eq!(failed(&report), ["V051"], "{value:02x?}");
        let report = judge(&signed(&with(&oid::SIGNING_CERTIFICATE)));
        assert_eq!(failed(&report), ["V051"], "{value:02x?}");
        let report = judge(&signed(&with(&oid::CONTENT_TYPE)));
        assert_eq!(failed(&report), ["V043"], "{value:02x?}");
        let report = judge(&signed(&with(&oid::MESSAGE_DIGEST)));
        assert_eq!(failed(&report), ["V044"], "{value:02x?}");
        let report = judge(&signed(&with(&oid::CMS_ALGORITHM_PROTECTION)));
        assert_eq!(failed(&report), ["V047"], "{value:02x?}");
        // The signer's own word for the time counts for nothing, whatever it is.
        let report = judge(&signed(&with(&oid::SIGNING_TIME)));
        assert_eq!(report.models().gen_time, Verdict::Passed, "{value:02x?}");
    }
    // messageDigest as the INTEGER of the right octets.
    let info = tst_info().der();
    let digest = sha2::Sha384::digest(&info);
    let token = WORLD.token(&tst_info());
    let token = token.attribute(&oid::MESSAGE_DIGEST, &[element(&[0x02], &digest)]);
    ends(&signed(&token), &["V044"], Verdict::Failed);
}

#[test]
fn n33_a_tsa_name_of_every_form() {
    let named = |form: Vec<u8>| {
        let info: TstInfo = tst_info().with(tagged(0, &form));
        judge(&signed(&WORLD.token(&info)))
    };
    let right = tagged(4, &name(UNIT));
    assert_eq!(named(right).models().gen_time, Verdict::Passed);
    let party = [tagged(0, &octets(b"a")), tagged(1, &octets(b"p"))].concat();
    for form in [
        tagged(0, &[0x06, 1, 0x2a]),
        element(&[0x81], b"a@b.example"),
        element(&[0x82], b"b.example"),
        tagged(3, &[]),
        tagged(4, &name("Somebody else")),
        tagged(4, &[]),
        tagged(4, &number(1)),
        // ediPartyName, and the same without its content and as a primitive.
        tagged(5, &party),
        tagged(5, &[]),
        element(&[0x85], &[]),
        element(&[0x86], b"http://b.example/"),
        element(&[0x87], &[1, 2, 3, 4]),
        element(&[0x88], &[0x2a]),
        tagged(9, &[]),
        integer(&[1]),
    ] {
        let report = named(form.clone());
        assert_eq!(failed(&report), ["V027"], "{form:02x?}");
    }
}

#[test]
fn a_token_says_which_certificate_by_its_own_hash_only() {
    // The identifier of another certificate of the same unit.
    let renewed = unit(&WORLD.unit_key).dated("2026-02-01T00:00:00Z", "2036-01-01T00:00:00Z");
    let mut token = WORLD
        .token(&tst_info())
        .without(&oid::SIGNING_CERTIFICATE_V2);
    token
        .attributes
        .push(identifying(&renewed.signed(&WORLD.ca_key)));
    ends(&signed(&token), &["V051"], Verdict::Failed);
}
