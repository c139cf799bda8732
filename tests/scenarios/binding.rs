//! What ties a document to a place, and that a challenge serves once.

use std::path::PathBuf;

use meridian_tests::device::{Fix, KeyKind};
use meridian_tests::locating::{imprint, octets, text};
use serde_json::json;

use crate::site::{Site, now_s};
use crate::subject::{Format, Subject};

fn fix() -> Fix {
    Fix::gnss(48.85837, 2.29448, 6.5, Some(now_s()))
}

fn written(folder: &std::path::Path, document: &[u8], token: &[u8]) -> (PathBuf, PathBuf) {
    let (data, reply) = (folder.join("data"), folder.join("token"));
    std::fs::write(&data, document).unwrap();
    std::fs::write(&reply, token).unwrap();
    (data, reply)
}

#[test]
fn a_key_that_signed_for_a_document_is_bound_to_it_and_to_no_other() {
    let site = Site::plain();
    let folder = tempfile::tempdir().unwrap();
    let mut client = site.client();
    let subject = Subject::enrol(&mut client, KeyKind::P384, "signer");
    let taken = subject.locate(&mut client, &fix(), Format::Jwt, Some(b"mine"));
    let ticket = text(&taken.expect(201).unwrap(), "ticket").unwrap();
    for (document, binding) in [(&b"mine"[..], "deviceSigned"), (b"another", "requester")] {
        let response = client.redeem(&ticket, document).unwrap();
        let (data, reply) = written(folder.path(), document, response.token().unwrap());
        let required = format!("binding={binding}");
        site.judge(&data, &reply, &["--require", &required])
            .succeeded()
            .unwrap();
    }
    let (data, reply) = (folder.path().join("data"), folder.path().join("token"));
    site.judge(&data, &reply, &["--require", "binding=deviceSigned"])
        .refused(1)
        .unwrap();
}

#[test]
fn one_call_gives_evidence_and_gets_the_token_with_its_proof() {
    let site = Site::plain();
    let folder = tempfile::tempdir().unwrap();
    let mut client = site.client();
    let subject = Subject::enrol(&mut client, KeyKind::Ed25519, "one-shot");
    let request = subject.evidence(&mut client, &fix(), Format::Cwt, Some(b"whole"));
    let stamped = client.ask("POST", "/v1/location/stamps", &request).unwrap();
    let stamped = stamped.expect(201).unwrap();
    assert_eq!(stamped["binding"], "deviceSigned", "{stamped}");
    assert!(stamped["serial"].is_string(), "a serial can pass 2^53");
    let token = octets(&stamped, "tst_b64").unwrap();
    let (data, reply) = written(folder.path(), b"whole", &token);
    site.judge(&data, &reply, &["--require", "binding=deviceSigned"])
        .succeeded()
        .unwrap();
}

#[test]
fn evidence_for_another_challenge_or_key_is_refused() {
    let site = Site::plain();
    let mut client = site.client();
    let subject = Subject::enrol(&mut client, KeyKind::P256, "honest");
    let asked = json!({"key": subject.device.jwk(), "imprint": imprint(b"a")});
    let first = client.challenge(&asked).unwrap();
    let second = client.challenge(&asked).unwrap();
    let nonce = octets(&first, "evidence_nonce_b64").unwrap();
    let request = json!({
        "challenge": second["id"], "imprint": imprint(b"a"),
        "evidence": [subject.signed(&nonce, &fix(), Format::Cwt)],
    });
    client
        .evidence(&request)
        .unwrap()
        .refused(422, "binding-mismatch")
        .unwrap();
}

#[test]
fn a_challenge_serves_once_also_when_many_come_at_once() {
    let site = Site::plain();
    let mut client = site.client();
    let subject = Subject::enrol(&mut client, KeyKind::P256, "racer");
    let request = subject.evidence(&mut client, &fix(), Format::Cwt, None);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..16)
            .map(|_| {
                let (request, mut client) = (&request, site.client());
                scope.spawn(move || client.evidence(request).unwrap().status)
            })
            .collect();
        racers.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let count = |status| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((count(201), count(409)), (1, 15), "{statuses:?}");
}
