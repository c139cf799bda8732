//! Algorithms: which go together, and that one which is not supported is never skipped.

use meridian_verify::crypto::digest::digest;
use meridian_verify::finding::Status;
use meridian_verify::profile::Profile;
use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::der_form::element;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::forge::certificate::Certificate;
use crate::forge::der::{algorithm, bits, object, octets, sequence};
use crate::forge::key::Key;
use crate::forge::token::{Token, TstInfo};
use crate::forge::world::{
    CA, DATA, GEN_TIME, ROOT, UNIT, WORLD, judge, judge_under, sid, tst_info, unit,
};
use crate::support::{status, undecided};

/// A token by this key, over a digest of this algorithm.
fn over(key: &Key, hash: HashAlgorithm) -> Token {
    let info = tst_info();
    let mut token = WORLD.token_of(&unit(key), key, &info);
    token.digest = algorithm(&hash.oid(), &[]);
    token.attribute(&oid::MESSAGE_DIGEST, &[octets(&digest(hash, &info.der()))])
}

#[test]
fn a_digest_that_is_weaker_than_ml_dsa_is_told_and_forgiven() {
    let key = Key::ml_dsa_44(33);
    for (hash, wanted) in [
        (HashAlgorithm::Sha256, Status::Passed),
        (HashAlgorithm::Sha512, Status::Passed),
        (HashAlgorithm::Shake128, Status::Passed),
        (HashAlgorithm::Shake256, Status::Passed),
        (HashAlgorithm::Sha224, Status::Warning),
    ] {
        let report = judge(&over(&key, hash).signed(&key));
        assert_eq!(status(&report, 46), Some(wanted), "{hash}");
        assert_eq!(report.models().gen_time, Verdict::Passed, "{hash}");
    }
}

#[test]
fn ed25519_goes_with_sha_512_only() {
    let key = Key::ed25519(32);
    let right = judge(&over(&key, HashAlgorithm::Sha512).signed(&key));
    assert_eq!(right.models().gen_time, Verdict::Passed);
    for hash in [
        HashAlgorithm::Sha256,
        HashAlgorithm::Sha384,
        HashAlgorithm::Shake256,
    ] {
        let report = judge(&over(&key, hash).signed(&key));
        assert_eq!(status(&report, 46), Some(Status::Failed), "{hash}");
        assert_eq!(status(&report, 45), Some(Status::Passed), "{hash}");
    }
}

/// Names of the signature algorithm that the key cannot have, or that hash otherwise than was done.
fn wrong_names() -> [ObjectIdentifier; 3] {
    [
        oid::SHA_384_WITH_RSA,
        oid::ECDSA_SHA_256,
        oid::SHA_1_WITH_RSA,
    ]
}

#[test]
fn a_signature_under_a_wrong_name_is_right_and_its_name_is_not() {
    for name in wrong_names() {
        let mut token = WORLD.token(&tst_info());
        token.signature_algorithm = algorithm(&name, &[]);
        let token = token.signed(&WORLD.unit_key);
        let ends = [
            (Profile::Strict, Status::Failed, Verdict::Failed),
            (Profile::Default, Status::Failed, Verdict::Failed),
            (Profile::Archive, Status::Warning, Verdict::Passed),
        ];
        for (profile, named, verdict) in ends {
            let mut policy = WORLD.policy();
            policy.profile = profile;
            let report = judge_under(&token, &policy);
            let right = match profile {
                Profile::Strict => Status::Failed,
                _ => Status::Warning,
            };
            assert_eq!(status(&report, 45), Some(right), "{name} {profile:?}");
            assert_eq!(status(&report, 46), Some(named), "{name} {profile:?}");
            assert_eq!(report.models().gen_time, verdict, "{name} {profile:?}");
        }
    }
}

#[test]
fn a_wrong_signature_under_a_wrong_name_is_wrong_in_every_profile() {
    for name in wrong_names() {
        let mut token = WORLD.token(&tst_info());
        token.signature_algorithm = algorithm(&name, &[]);
        let token = token.with_signature(&WORLD.unit_key.sign(b"something else"));
        for profile in Profile::ALL {
            let mut policy = WORLD.policy();
            policy.profile = profile;
            let report = judge_under(&token, &policy);
            assert_eq!(status(&report, 45), Some(Status::Failed), "{name}");
            assert_eq!(report.models().gen_time, Verdict::Failed, "{name}");
        }
    }
}

#[test]
fn an_imprint_by_shake_is_checked() {
    for hash in [HashAlgorithm::Shake128, HashAlgorithm::Shake256] {
        let mut info = TstInfo::about(DATA, GEN_TIME);
        let name = algorithm(&hash.oid(), &[]);
        info.imprint = sequence(&[name.clone(), octets(&digest(hash, DATA))]);
        let report = judge(&WORLD.token(&info).signed(&WORLD.unit_key));
        assert_eq!(report.models().gen_time, Verdict::Passed, "{hash}");
        info.imprint = sequence(&[name, octets(&digest(hash, b"other"))]);
        let report = judge(&WORLD.token(&info).signed(&WORLD.unit_key));
        assert_eq!(status(&report, 30), Some(Status::Failed), "{hash}");
    }
}

fn dotted(arcs: &[u64]) -> ObjectIdentifier {
    let mut content = Vec::new();
    let first = arcs[0] * 40 + arcs[1];
    for arc in [&[first], &arcs[2..]].concat() {
        let groups = (1..10).take_while(|group| arc >> (7 * group) != 0).count();
        for group in (0..=groups).rev() {
            let more = if group > 0 { 0x80 } else { 0 };
            content.push(u8::try_from(arc >> (7 * group) & 0x7f).unwrap() | more);
        }
    }
    ObjectIdentifier::from_bytes(&content).unwrap()
}

/// Algorithms that are both a kind of key and a kind of signature: names, identifiers.
fn unsupported() -> Vec<(&'static str, ObjectIdentifier)> {
    let slh_dsa = |last| dotted(&[2, 16, 840, 1, 101, 3, 4, 3, last]);
    vec![
        ("Ed448", dotted(&[1, 3, 101, 113])),
        ("SLH-DSA-SHA2-128s", slh_dsa(20)),
        ("SLH-DSA-SHAKE-256f", slh_dsa(31)),
        (
            "a composite with ML-DSA",
            dotted(&[1, 3, 6, 1, 5, 5, 7, 6, 40]),
        ),
        ("1.2.3.4.5", dotted(&[1, 2, 3, 4, 5])),
    ]
}

/// A key of a kind that nobody here knows; its signatures are some octets.
fn strange(name: &ObjectIdentifier) -> Key {
    let name = algorithm(name, &[]);
    let spki = sequence(&[name.clone(), bits(&[7; 57])]);
    Key::new(spki, name, |_| vec![9; 114])
}

fn on_curve(curve: &ObjectIdentifier) -> Key {
    let kind = algorithm(&oid::EC_PUBLIC_KEY, &object(curve));
    let spki = sequence(&[kind, bits(&[&[4][..], &[5; 128]].concat())]);
    let numbers = sequence(&[element(&[2], &[1]), element(&[2], &[1])]);
    Key::new(spki, algorithm(&oid::ECDSA_SHA_512, &[]), move |_| {
        numbers.clone()
    })
}

/// The verdict is open, this check says why, and nothing failed.
#[track_caller]
fn is_open(report: &Report, id: &str, name: &str) {
    assert!(undecided(report).contains(&id.to_owned()), "{report:?}");
    let mut findings = report.findings().iter();
    let found = findings.find(|one| one.id.to_string() == id).unwrap();
    assert!(found.detail.contains("not supported"), "{}", found.detail);
    assert!(found.detail.contains(name), "{}", found.detail);
    assert_eq!(
        report.models().gen_time,
        Verdict::Indeterminate,
        "{report:?}"
    );
    assert!(report.verified().is_none());
}

#[test]
fn a_token_signed_by_an_unsupported_algorithm_is_left_open() {
    for (name, oid) in unsupported() {
        let key = strange(&oid);
        let report = judge(&over(&key, HashAlgorithm::Sha512).signed(&key));
        is_open(&report, "V046", name);
        is_open(&report, "V049", name);
        assert_eq!(status(&report, 45), Some(Status::NotRun), "{name}");
    }
    let curves = [
        ("brainpoolP512r1", dotted(&[1, 3, 36, 3, 3, 2, 8, 1, 1, 13])),
        ("secp256k1", dotted(&[1, 3, 132, 0, 10])),
    ];
    for (name, curve) in curves {
        let key = on_curve(&curve);
        let report = judge(&over(&key, HashAlgorithm::Sha512).signed(&key));
        is_open(&report, "V049", name);
        assert_eq!(status(&report, 45), Some(Status::NotRun), "{name}");
    }
}

#[test]
fn a_path_through_an_unsupported_algorithm_is_left_open() {
    let strangers = unsupported()
        .into_iter()
        .map(|(name, oid)| (name, strange(&oid)));
    let curve = dotted(&[1, 3, 36, 3, 3, 2, 8, 1, 1, 13]);
    for (name, key) in strangers.chain([("brainpoolP512r1", on_curve(&curve))]) {
        let ca = Certificate::ca(2, ROOT, CA, &key).signed(&WORLD.root_key);
        let unit = Certificate::unit(3, CA, UNIT, &WORLD.unit_key);
        let certificate = unit.signed(&key);
        let token = Token::new(&tst_info().der(), &certificate, sid(&unit), &WORLD.unit_key);
        let mut policy = WORLD.policy();
        policy.intermediates = vec![ca];
        let report = judge_under(&token.signed(&WORLD.unit_key), &policy);
        is_open(&report, "V080", name);
    }
}

#[test]
fn an_unsupported_digest_is_left_open_wherever_it_is() {
    let unknown = dotted(&[1, 2, 3, 4]);
    let mut info = tst_info();
    info.imprint = sequence(&[algorithm(&unknown, &[]), octets(&[1; 32])]);
    let report = judge(&WORLD.token(&info).signed(&WORLD.unit_key));
    is_open(&report, "V029", "1.2.3.4");
    let mut token = WORLD.token(&tst_info());
    token.digest = algorithm(&unknown, &[]);
    let report = judge(&token.signed(&WORLD.unit_key));
    is_open(&report, "V044", "1.2.3.4");
    assert_eq!(report.models().gen_time, Verdict::Indeterminate);
}
