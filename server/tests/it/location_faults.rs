//! What a location request gets when the authority itself cannot go on, and row 2 of the table.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use meridian_wire::tsp::resp::TimeStampResp;
use meridian_wire::tsp::status::PkiFailureInfo;
use serde_json::{Value, json};

use crate::bad_input::assert_refused;
use crate::client::{Client, QUERY, REPLY, post, post_octets};
use crate::der::{Request, tlv};
use crate::harness::{FaultSigner, GateStore, Server, parts, parts_on, system_clock};
use crate::location::{
    Device, ask, ask_with, assert_problem, challenge, evidence, path_of, position, redeem,
    self_asserted,
};
use crate::stamping::granted;

const EVIDENCE: &str = "/v1/location/evidence";
const STAMPS: &str = "/v1/location/stamps";

fn one_shot(server: &Server) -> Value {
    json!({
        "challenge": challenge(server.address),
        "evidence": [self_asserted(&position())],
        "imprint": {"hash": "sha256", "digest": "07".repeat(32)},
    })
}

/// Row 2.
#[test]
fn row_2_another_request_extension_is_unaccepted_and_costs_no_use() {
    let server = Server::usual();
    let ticket = evidence(server.address, &json!({"uses": 1})).json();
    // 1.2.3, which is nobody's, not critical.
    let extension = tlv(0x30, &[&tlv(6, &[&[0x2a, 3]]), &tlv(4, &[b"x"])]);
    let request = Request::sha256(1).with(tlv(0xa0, &[&extension])).der();
    for path in [path_of(&ticket), "/tsa".to_owned()] {
        let response = post(server.address, &path, QUERY, &request);
        assert_refused(&response, PkiFailureInfo::UnacceptedExtension);
    }
    granted(&redeem(server.address, &path_of(&ticket)));
}

/// Row 34.
#[test]
fn row_34_what_the_log_does_not_take_is_503_and_costs_no_use() {
    let store = Arc::new(GateStore::default());
    let mut parts = parts_on(Arc::<GateStore>::clone(&store), system_clock());
    parts.config.sequencer.queue = 1;
    parts.config.sequencer.batch = 1;
    parts.config.sequencer.threads = 1;
    let server = Server::start(parts);
    let ticket = evidence(server.address, &json!({"uses": 1})).json();
    let body = one_shot(&server);
    store.shut();
    let mut waiting = Vec::new();
    loop {
        let mut client = Client::connect(server.address);
        client.write(&post_octets("/tsa", QUERY, &Request::sha256(1).der()));
        match client.answer_within(Duration::from_millis(300)) {
            Some(refused) => break assert_eq!(refused.status, 503),
            None => waiting.push(client),
        }
        assert!(waiting.len() < 20, "the queue does not fill");
    }
    let response = ask(server.address, STAMPS, &body);
    let problem = assert_problem(&response, 503, "log-unavailable");
    assert_eq!(problem["failInfo"], "systemFailure");
    assert_eq!(response.header("retry-after"), Some("1"));
    let response = redeem(server.address, &path_of(&ticket));
    assert_eq!((response.status, response.media_type()), (503, REPLY));
    let decoded = TimeStampResp::decode(&response.body).unwrap();
    assert_eq!(decoded.fail_info(), Some(PkiFailureInfo::SystemFailure));
    store.open();
    for mut client in waiting {
        granted(&client.answer().unwrap());
    }
    granted(&redeem(server.address, &path_of(&ticket)));
}

/// Row 36, which is ours. A start refuses such parts; here they are made by hand.
#[test]
fn row_36_without_the_boundaries_of_the_policy_evidence_is_503_and_costs_nothing() {
    let mut parts = parts();
    parts.location.as_mut().unwrap().boundaries = None;
    let server = Server::start(parts);
    let body = one_shot(&server);
    // The second time it is not 'spent'.
    for _ in 0..2 {
        let response = ask(server.address, STAMPS, &body);
        let problem = assert_problem(&response, 503, "boundaries-unavailable");
        assert_eq!(problem["failInfo"], "systemFailure");
    }
}

#[test]
fn a_signer_that_is_down_is_a_problem_of_its_own() {
    let mut parts = parts();
    let signer = FaultSigner::install_for_places(&mut parts);
    let server = Server::start(parts);
    signer.fail_every.store(1, Ordering::SeqCst);
    let response = ask(server.address, STAMPS, &one_shot(&server));
    let problem = assert_problem(&response, 500, "signing-failed");
    assert_eq!(problem["failInfo"], "systemFailure");
}

#[test]
fn a_subject_has_sixteen_keys_at_most() {
    let mut parts = parts();
    parts.config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let server = Server::start(parts);
    let https = ("x-forwarded-proto", "https");
    let path = ("POST", "/v1/subjects/me/keys");
    let mut bearer = String::new();
    for number in 1..=17_u8 {
        let device = Device::new(number);
        let challenge = device.challenge(server.address, &json!({}));
        let proof = device.proof(&challenge, "me");
        let fields = [https, ("authorization", bearer.as_str())];
        let known = if bearer.is_empty() {
            &fields[..1]
        } else {
            &fields
        };
        let response = ask_with(server.address, path, known, &proof);
        if number == 17 {
            assert_problem(&response, 409, "too-many-keys");
            continue;
        }
        assert_eq!(response.status, 201, "{number}: {}", response.text());
        if let Some(token) = response.json()["bearer"].as_str() {
            bearer = format!("Bearer {token}");
        }
    }
}

/// A policy for archives changes nothing for evidence that agrees.
#[test]
fn what_contradicts_itself_is_level_0_where_the_policy_stamps_it() {
    let mut parts = parts();
    let location = parts.location.as_mut().unwrap();
    location.policy = crate::location::policy(|it| it.issue_contradicted = true);
    let server = Server::start(parts);
    let elsewhere = json!({"latitude": -33.86, "longitude": 151.21, "accuracy": 5});
    let body = json!({
        "challenge": challenge(server.address),
        "evidence": [self_asserted(&position()), self_asserted(&elsewhere)],
    });
    let taken = ask(server.address, EVIDENCE, &body);
    assert_eq!(taken.status, 201, "{}", taken.text());
    let taken = taken.json();
    assert_eq!(taken["level"], 0);
    let results = taken["results"].as_array().unwrap();
    let against = results.iter().filter(|one| one["tier"] == 96);
    assert_eq!(against.count(), 1, "{taken}");
}
