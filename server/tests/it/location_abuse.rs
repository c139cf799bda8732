//! What a stranger or a thief tries with other people's subjects, keys and places.

use std::num::NonZeroU32;

use meridian_wire::tsp::resp::TimeStampResp;
use serde_json::{Value, json};

use crate::harness::{Server, now, parts};
use crate::location::{
    Device, LONDON, LONDON_ADDRESS, ask, ask_with, assert_problem, device_evidence, made,
    parts_with_databases, path_of, position, redeem, self_asserted,
};

const EVIDENCE: &str = "/v1/location/evidence";

fn enrolled_with_a_bearer(server: &Server, device: &Device, sid: &str) -> Value {
    let challenge = device.challenge(server.address, &json!({}));
    let path = format!("/v1/subjects/{sid}/keys");
    let proof = device.proof(&challenge, sid);
    let https = [("x-forwarded-proto", "https")];
    ask_with(server.address, ("POST", &path), &https, &proof).json()
}

#[test]
fn a_revoked_key_leaves_no_bearer_token_to_whoever_had_it() {
    let mut parts = parts();
    parts.config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let server = Server::start(parts);
    let enrolled = enrolled_with_a_bearer(&server, &Device::new(1), "me");
    let bearer = format!("Bearer {}", enrolled["bearer"].as_str().unwrap());
    let thief = [
        ("x-forwarded-proto", "https"),
        ("authorization", bearer.as_str()),
    ];
    let list = || {
        let keys = ("GET", "/v1/subjects/me/keys");
        ask_with(server.address, keys, &thief, &json!({}))
    };
    assert_eq!(list().status, 200);
    let hash = enrolled["key_hash"].as_str().unwrap();
    let path = format!("/v1/subjects/me/keys/{hash}/revoke");
    made_by_the_operator(&server, ("POST", &path));
    assert_problem(&list(), 401, "unauthenticated");
}

fn made_by_the_operator(server: &Server, what: (&str, &str)) {
    let response = ask_with(server.private, what, &[], &json!({}));
    assert_eq!(response.status, 200, "{}", response.text());
}

#[test]
fn a_ticket_does_not_outlive_its_subject_under_another_ones_name() {
    let server = Server::usual();
    let device = Device::new(1);
    assert_eq!(device.enrol(server.address, "me").status, 201);
    let challenge = device.challenge(server.address, &json!({}));
    let evidence = [device.token(&challenge, &position())];
    let body = json!({"challenge": challenge["id"], "evidence": evidence});
    let ticket = made(server.address, EVIDENCE, &body);
    made_by_the_operator(&server, ("DELETE", "/v1/subjects/me"));
    assert_eq!(Device::new(2).enrol(server.address, "me").status, 201);
    let response = redeem(server.address, &path_of(&ticket));
    let reply = TimeStampResp::decode(&response.body).unwrap();
    assert!(reply.token().is_none());
}

#[test]
fn who_only_names_a_key_uses_up_nothing_of_its_rate() {
    let mut parts = parts();
    parts.config.location.as_mut().unwrap().rate_per_key = NonZeroU32::new(2);
    let server = Server::start(parts);
    let device = Device::new(1);
    assert_eq!(device.enrol(server.address, "me").status, 201);
    for _ in 0..3 {
        let challenge = device.challenge(server.address, &json!({}));
        let evidence = [self_asserted(&position())];
        made(
            server.address,
            EVIDENCE,
            &json!({"challenge": challenge["id"], "evidence": evidence}),
        );
        let challenge = device.challenge(server.address, &json!({}));
        let mut proof = device.proof(&challenge, "me");
        proof["pop"] = json!(Device::new(2).sign(&json!({"nonce": "", "sub": "me"})));
        let response = ask(server.address, "/v1/subjects/me/keys", &proof);
        assert_problem(&response, 422, "binding-mismatch");
    }
    let own = || {
        let challenge = device.challenge(server.address, &json!({}));
        let evidence = [device.token(&challenge, &position())];
        let body = json!({"challenge": challenge["id"], "evidence": evidence});
        ask(server.address, EVIDENCE, &body)
    };
    assert_eq!(own().status, 201);
    assert_problem(&own(), 429, "rate");
}

#[test]
fn a_vague_place_does_not_hide_the_one_before_it() {
    let Some(parts) = parts_with_databases(false, |_| {}) else {
        return;
    };
    let server = Server::start(parts);
    let device = Device::new(1);
    device.enrol(server.address, "me");
    let at = now().get() / 1_000_000 - 5;
    let give = |(latitude, longitude): (f64, f64), accuracy: f64, address: &str| {
        let place = json!({
            "latitude": latitude, "longitude": longitude, "accuracy": accuracy, "timestamp": at,
        });
        device_evidence(server.address, &device, &place, address)
    };
    assert_eq!(give(LONDON, 20.0, LONDON_ADDRESS).json()["level"], 1);
    // At the same time: somewhere in half of Europe.
    let vague = give(LONDON, 2_000_000.0, LONDON_ADDRESS);
    assert_eq!(vague.json()["level"], 1);
    let sweden = give((58.4167, 15.6167), 20.0, "89.160.20.128");
    assert_problem(&sweden, 422, "contradicted-travel");
}
