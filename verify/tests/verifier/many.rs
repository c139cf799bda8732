//! One verifier for many tokens: what came before changes nothing.

use std::thread;

use meridian_verify::artifact::Artifact;
use meridian_verify::input::recognise;
use meridian_verify::policy::VerifyPolicy;
use meridian_verify::report::json::to_json;
use meridian_verify::verdict::{Model, Verdict};
use meridian_verify::verifier::Verifier;
use meridian_verify::verify::verify_timestamp;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::forge::certificate::Certificate;
use crate::forge::key::Key;
use crate::forge::revocation::List;
use crate::forge::token::{Token, TstInfo};
use crate::forge::world::{CA, DATA, GEN_TIME, ROOT, WORLD, sid, tst_info, unit};
use crate::support::vector;

/// An honest token, one whose unit nobody certified under the same names, one whose unit is certified
/// with the same octets but for the signature, one with another signature, and strangers.
fn tokens() -> Vec<Vec<u8>> {
    let honest = WORLD.honest();
    let stranger = Key::p384(99);
    let of = |certificate: &Certificate, key: &Key| {
        let der = certificate.signed(&stranger);
        let token = Token::new(&tst_info().der(), &der, sid(certificate), key);
        token.signed(key)
    };
    let impostor = of(&unit(&stranger), &stranger);
    let wrongly_certified = of(&unit(&WORLD.unit_key), &WORLD.unit_key);
    let mut bent = honest.clone();
    *bent.last_mut().unwrap() ^= 1;
    vec![
        honest,
        impostor,
        wrongly_certified,
        bent,
        vector("p384.tsr"),
        vector("p384.tsr")[..300].to_vec(),
    ]
}

/// With lists, in which the unit's certificate is said to have been replaced later.
fn policy() -> VerifyPolicy {
    let list = |issuer| List::new(issuer, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
    let superseded = list(CA).revoking(&[2, 1, 3], "2026-10-01T00:00:00Z", Some(4), None);
    let mut policy = WORLD.policy();
    policy.crls = vec![
        superseded.signed(&WORLD.ca_key),
        list(ROOT).signed(&WORLD.root_key),
    ];
    policy
}

fn artifact() -> Artifact {
    Artifact::from_reader(HashAlgorithm::Sha256, DATA).unwrap()
}

fn alone(token: &[u8], policy: &VerifyPolicy) -> String {
    let report = verify_timestamp(&recognise(token).unwrap(), Some(&artifact()), policy);
    to_json(&report, Model::GenTime).unwrap()
}

fn with(verifier: &Verifier<'_>, token: &[u8]) -> String {
    let report = verifier.verify(&recognise(token).unwrap(), Some(&artifact()), None);
    to_json(&report, Model::GenTime).unwrap()
}

#[test]
fn a_report_does_not_depend_on_what_came_before_or_beside() {
    let (policy, tokens) = (policy(), tokens());
    let alone: Vec<_> = tokens.iter().map(|token| alone(token, &policy)).collect();
    assert!(alone[0].contains(r#""verdict": "passed""#), "{}", alone[0]);
    for other in &alone[1..] {
        assert!(!other.contains(r#""verdict": "passed""#), "{other}");
    }
    let places = 0..tokens.len();
    for order in [
        places.clone().collect(),
        places.clone().rev().collect::<Vec<_>>(),
    ] {
        let verifier = Verifier::new(&policy);
        for place in order.iter().chain(&order) {
            assert_eq!(with(&verifier, &tokens[*place]), alone[*place], "{place}");
        }
    }
    let verifier = Verifier::new(&policy);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (token, alone) in tokens.iter().zip(&alone) {
                    assert_eq!(with(&verifier, token), *alone);
                }
            });
        }
    });
}

#[test]
fn the_proof_is_each_tokens_own() {
    let mut policy = WORLD.policy();
    policy.proof = Some("not a proof".to_owned());
    let token = recognise(
        &WORLD
            .token(&TstInfo::about(DATA, GEN_TIME))
            .signed(&WORLD.unit_key),
    );
    let token = token.unwrap();
    let with_proof = verify_timestamp(&token, Some(&artifact()), &policy);
    assert_ne!(with_proof.models().gen_time, Verdict::Passed);
    let without = Verifier::new(&policy).verify(&token, Some(&artifact()), None);
    assert_eq!(without.models().gen_time, Verdict::Passed);
}
