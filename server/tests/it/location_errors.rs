//! Every refusal of a location request, through HTTP: status, type, members.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meridian_log::store::mem::MemStore;
use meridian_signing::clock::ClockError;
use meridian_signing::clock::sim::SimClock;
use serde_json::{Value, json};

use crate::client::{JSON, Response, get, post};
use crate::harness::{Server, parts, parts_on};
use crate::location::{
    Device, LONDON, LONDON_ADDRESS, ask, assert_problem, challenge, device_evidence, evidence,
    item, made, nonce_of, parts_with_databases, policy, position, self_asserted, still_clock,
};

const EVIDENCE: &str = "/v1/location/evidence";
const CHALLENGES: &str = "/v1/location/challenges";
const STAMPS: &str = "/v1/location/stamps";

/// Self-asserted evidence whose location object is this text.
fn said(server: &Server, location: &str) -> Response {
    let content = item("selfAsserted", "application/json", location.as_bytes());
    evidence(server.address, &json!({"evidence": [content]}))
}

/// The usual location object with one member changed.
fn with(member: &str, value: &Value) -> String {
    let mut object = position();
    object[member] = value.clone();
    object.to_string()
}

/// Row 1.
#[test]
fn row_1_what_is_malformed_is_400_and_does_not_cost_the_challenge() {
    let server = Server::usual();
    let deep = format!(
        r#"{{"latitude": {}1{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let locations = [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"latitude": 48.85837, "longitude": 2.29448}"#,
        r#"{"latitude": NaN, "longitude": 2.29448, "accuracy": 6.5}"#,
        r#"{"latitude": Infinity, "longitude": 2.29448, "accuracy": 6.5}"#,
        r#"{"latitude": "48", "longitude": 2.29448, "accuracy": 6.5}"#,
        r#"{"latitude": 48, "latitude": 49, "longitude": 2.29448, "accuracy": 6.5}"#,
        &with("colour", &json!("blue")),
        &with("mock", &json!("false")),
        &with("method", &json!("dowsing")),
        &position().to_string().replace("48.85837", "1e999"),
        &deep,
    ];
    let id = challenge(server.address);
    for location in locations {
        let content = item("selfAsserted", "application/json", location.as_bytes());
        // An item without content is malformed, too.
        let body = json!({"challenge": id, "evidence": [content]});
        let problem = assert_problem(&ask(server.address, EVIDENCE, &body), 400, "malformed");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.len() < 400, "{detail}");
    }
    let good = json!({"challenge": id, "evidence": [self_asserted(&position())]});
    made(server.address, EVIDENCE, &good);
}

/// Row 1: the body around the evidence.
#[test]
fn row_1_the_body_is_read_strictly() {
    let server = Server::usual();
    let item = self_asserted(&position());
    let id = "00".repeat(16);
    let long_name = "n".repeat(60_000);
    let deep = "[".repeat(60_000);
    let many = vec![item.clone(); 9];
    let bodies = [
        json!(null),
        json!([]),
        json!([id, [item]]),
        json!({}),
        json!({"challenge": id}),
        json!({"evidence": [item]}),
        json!({"challenge": 7, "evidence": [item]}),
        json!({"challenge": "abc", "evidence": [item]}),
        json!({"challenge": "zz".repeat(16), "evidence": [item]}),
        json!({"challenge": id, "evidence": {}}),
        json!({"challenge": id, "evidence": []}),
        json!({"challenge": id, "evidence": many}),
        json!({"challenge": id, "evidence": [["selfAsserted", "application/json", "e30="]]}),
        json!({"challenge": id, "evidence": [{"kind": "selfAsserted"}]}),
        json!({"challenge": id, "evidence": [item], "reveal": [16]}),
        json!({"challenge": id, "evidence": [item], "reveal": [256]}),
        json!({"challenge": id, "evidence": [item], "reveal": [-1]}),
        json!({"challenge": id, "evidence": [item], "reveal": 0}),
        json!({"challenge": id, "evidence": [item], "uses": 0}),
        json!({"challenge": id, "evidence": [item], "uses": 5}),
        json!({"challenge": id, "evidence": [item], "uses": 1e300}),
        json!({"challenge": id, "evidence": [item], "min_level": 5}),
        json!({"challenge": id, "evidence": [item], "audience": "a".repeat(257)}),
        json!({"challenge": id, "evidence": [item], "imprint": {"hash": "sha256", "digest": "00"}}),
        json!({"challenge": id, "evidence": [item], "imprint": ["sha256", "00"]}),
        json!({"challenge": id, "evidence": [item], (long_name): 1}),
    ];
    for body in bodies {
        let response = ask(server.address, EVIDENCE, &body);
        let problem = assert_problem(&response, 400, "malformed");
        assert!(problem["detail"].as_str().unwrap().len() < 400, "{problem}");
    }
    for text in [
        "",
        "{",
        "nothing",
        &deep,
        r#"{"challenge": "a", "challenge": "b"}"#,
    ] {
        let response = post(server.address, EVIDENCE, JSON, text.as_bytes());
        assert_problem(&response, 400, "malformed");
    }
}

/// Row 1: base64 and sizes.
#[test]
fn row_1_content_is_base64_of_64_kib_at_most() {
    let server = Server::usual();
    let item = |content: &str| json!({"kind": "selfAsserted", "format": "application/json", "content_b64": content});
    for content in ["!", "e30", "e3 0=", "_-==", ""] {
        let response = evidence(server.address, &json!({"evidence": [item(content)]}));
        assert_problem(&response, 400, "malformed");
    }
    // 64 KiB and one octet, over two items.
    let half = "AAAA".repeat(32_768 / 3 + 1);
    let response = evidence(
        server.address,
        &json!({"evidence": [item(&half), item(&half)]}),
    );
    assert_problem(&response, 400, "malformed");
    // The body itself has a limit, as everywhere.
    let whole = "AAAA".repeat(40_000);
    let response = evidence(server.address, &json!({"evidence": [item(&whole)]}));
    response.assert_problem(413, "too-large");
}

#[test]
fn the_transport_is_judged_as_everywhere() {
    let server = Server::usual();
    for path in [CHALLENGES, EVIDENCE, STAMPS, "/v1/subjects/a/keys"] {
        post(server.address, path, "text/plain", b"{}")
            .assert_problem(415, "unsupported-media-type");
    }
    get(server.address, CHALLENGES).assert_problem(405, "method-not-allowed");
    get(server.address, "/v1/subjects/a").assert_problem(405, "method-not-allowed");
    get(server.address, "/v1/location").assert_problem(404, "not-found");
}

/// Row 1: what is not taken from a caller.
#[test]
fn row_1_kinds_and_formats_that_are_not_taken_are_422() {
    let server = Server::usual();
    let items = [
        item("platformAttestation", "application/octet-stream", b"x"),
        item("rttLandmark", "application/octet-stream", b"x"),
        item("osnma", "application/octet-stream", b"x"),
        item("operatorNetwork", "application/json", b"{}"),
        item("psychic", "application/json", b"{}"),
        // What the authority adds is nobody else's to send.
        item("ipGeolocation", "application/json", b"{}"),
        item("history", "application/json", b"{}"),
        item(
            "selfAsserted",
            "text/plain",
            position().to_string().as_bytes(),
        ),
        item(
            "deviceSigned",
            "application/json",
            position().to_string().as_bytes(),
        ),
    ];
    for item in items {
        let response = evidence(server.address, &json!({"evidence": [item]}));
        assert_problem(&response, 422, "unsupported-evidence");
    }
}

/// Row 3.
#[test]
fn row_3_what_is_out_of_range_is_400() {
    let server = Server::usual();
    let locations = [
        with("latitude", &json!(90.1)),
        with("latitude", &json!(-90.000_000_2)),
        with("latitude", &json!(1e300)),
        with("longitude", &json!(180.1)),
        with("longitude", &json!(-1e18)),
        with("accuracy", &json!(0)),
        with("accuracy", &json!(-1)),
        with("accuracy", &json!(1e12)),
        with("confidence", &json!(1.5)),
        with("confidence", &json!(0)),
        with("speed", &json!(-1)),
        with("timestamp", &json!(1e15)),
        with("timestamp", &json!(-1)),
    ];
    for location in locations {
        let response = said(&server, &location);
        assert_problem(&response, 400, "out-of-range");
    }
}

/// Row 4.
#[test]
fn row_4_a_policy_that_is_not_served_is_422() {
    let server = Server::usual();
    let response = ask(server.address, CHALLENGES, &json!({"policy": "1.2.3.4"}));
    assert_problem(&response, 422, "policy-unknown");
    let response = ask(server.address, CHALLENGES, &json!({"policy": "1.2.x"}));
    assert_problem(&response, 400, "malformed");
    for path in ["1.2.3.4", "x", &"00".repeat(32)] {
        let response = get(server.address, &format!("/v1/policies/{path}"));
        assert_problem(&response, 404, "policy-not-found");
    }
}

/// Rows 5, 6 and 7.
#[test]
fn rows_5_to_7_a_challenge_is_known_in_time_and_unspent() {
    let clock = still_clock();
    let server = Server::start(parts_on(
        Arc::new(MemStore::new()),
        Arc::<SimClock>::clone(&clock),
    ));
    let answer = |id: &str| {
        let body = json!({"challenge": id, "evidence": [self_asserted(&position())]});
        ask(server.address, EVIDENCE, &body)
    };
    assert_problem(&answer(&"00".repeat(16)), 409, "nonce-unknown");
    let spent = challenge(server.address);
    assert_eq!(answer(&spent).status, 201);
    assert_problem(&answer(&spent), 409, "nonce-reused");
    let late = challenge(server.address);
    clock.advance(Duration::from_millis(120_001));
    assert_problem(&answer(&late), 410, "nonce-expired");
    clock.advance(Duration::from_secs(180));
    assert_problem(&answer(&late), 409, "nonce-unknown");
}

/// Row 7, with everybody at once.
#[test]
fn row_7_of_many_answers_to_one_challenge_one_is_taken() {
    let server = Server::usual();
    let body = json!({
        "challenge": challenge(server.address),
        "evidence": [self_asserted(&position())],
    });
    let (barrier, address) = (Barrier::new(16), server.address);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let ask = || {
            barrier.wait();
            let response = ask(address, EVIDENCE, &body);
            if response.status != 201 {
                assert_problem(&response, 409, "nonce-reused");
            }
            response.status
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
}

/// Row 8.
#[test]
fn row_8_evidence_for_something_else_is_422() {
    let server = Server::usual();
    let device = Device::new(1);
    let (one, other) = (
        device.challenge(server.address, &json!({})),
        device.challenge(server.address, &json!({})),
    );
    let token = device.token(&other, &position());
    let body = json!({"challenge": one["id"], "evidence": [token]});
    assert_problem(
        &ask(server.address, EVIDENCE, &body),
        422,
        "binding-mismatch",
    );
    let imprint = |digit: &str| json!({"hash": "sha256", "digest": digit.repeat(64)});
    let bound = made(
        server.address,
        CHALLENGES,
        &json!({"imprint": imprint("1")}),
    );
    let body = json!({
        "challenge": bound["id"],
        "evidence": [self_asserted(&position())],
        "imprint": imprint("2"),
    });
    assert_problem(
        &ask(server.address, EVIDENCE, &body),
        422,
        "binding-mismatch",
    );
}

/// Row 9.
#[test]
fn row_9_a_signature_that_is_none_is_422_and_costs_the_challenge() {
    let server = Server::usual();
    let device = Device::new(1);
    let refused = |bend: &dyn Fn(&str) -> String| {
        let challenge = device.challenge(server.address, &json!({}));
        let claims = json!({"eat_nonce": nonce_of(&challenge), "location": position()});
        let token = bend(&device.sign(&claims));
        let item = item("deviceSigned", "application/eat+jwt", token.as_bytes());
        let body = json!({"challenge": challenge["id"], "evidence": [item]});
        let response = ask(server.address, EVIDENCE, &body);
        let problem = assert_problem(&response, 422, "evidence-signature");
        assert_eq!(problem["failInfo"], "addInfoNotAvailable");
        assert_problem(&ask(server.address, EVIDENCE, &body), 409, "nonce-reused");
    };
    let header = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let parts = |token: &str| -> [String; 3] {
        let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        parts.try_into().unwrap()
    };
    refused(&|token| {
        let [head, claims, _] = parts(token);
        format!("{head}.{claims}.{}", URL_SAFE_NO_PAD.encode([0; 64]))
    });
    for algorithm in ["none", "HS256", "RS256"] {
        refused(&|token| {
            let [_, claims, signature] = parts(token);
            let head = header(&format!(r#"{{"alg":"{algorithm}"}}"#));
            format!("{head}.{claims}.{signature}")
        });
    }
    // Another device's signature.
    let stranger = Device::new(2);
    refused(&|token| {
        let [_, claims, _] = parts(token);
        let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
        stranger.sign(&serde_json::from_slice(&claims).unwrap())
    });
}

/// Row 10.
#[test]
fn row_10_unknown_and_revoked_keys_are_403() {
    let mut strict = parts();
    strict.location.as_mut().unwrap().policy = policy(|it| it.allow_unenrolled = false);
    let server = Server::start(strict);
    assert_problem(&evidence(server.address, &json!({})), 403, "key-unknown");
    let device = Device::new(1);
    let signed = |server: &Server| {
        let challenge = device.challenge(server.address, &json!({}));
        let evidence = [device.token(&challenge, &position())];
        let body = json!({"challenge": challenge["id"], "evidence": evidence});
        ask(server.address, EVIDENCE, &body)
    };
    assert_problem(&signed(&server), 403, "key-unknown");
    let enrolled = device.enrol(server.address, "me").json();
    assert_eq!(signed(&server).status, 201);
    let hash = enrolled["key_hash"].as_str().unwrap();
    let path = format!("/v1/subjects/me/keys/{hash}/revoke");
    // The private port is the operator's.
    assert_eq!(ask(server.private, &path, &json!({})).status, 200);
    assert_problem(&signed(&server), 403, "key-revoked");
    assert_problem(&device.enrol(server.address, "me"), 403, "key-revoked");
}

/// Rows 15, 16 and 17.
#[test]
fn rows_15_to_17_simulated_old_future_and_typed_positions_are_422() {
    let mut parts = parts();
    parts.location.as_mut().unwrap().policy = policy(|it| it.allow_manual = false);
    let server = Server::start(parts);
    let seconds = |ago: i64| json!(crate::harness::now().get() / 1_000_000 - ago);
    let rows = [
        ("mock-location", with("mock", &json!(true))),
        ("evidence-stale", with("timestamp", &seconds(610))),
        ("evidence-future", with("timestamp", &seconds(-20))),
        ("manual-entry", with("method", &json!("manual"))),
    ];
    for (code, location) in rows {
        assert_problem(&said(&server, &location), 422, code);
    }
    // Stale is a warning up to ten times the age.
    let response = said(&server, &with("timestamp", &seconds(120)));
    assert_eq!(response.status, 201, "{}", response.text());
    assert!(
        response.json()["flags"]
            .as_array()
            .unwrap()
            .contains(&json!("staleFix"))
    );
}

/// Row 20.
#[test]
fn row_20_an_anonymous_network_is_403_where_the_policy_says_so() {
    let Some(parts) = parts_with_databases(true, |it| it.deny_anonymous = true) else {
        return;
    };
    let server = Server::start(parts);
    let london = json!({"latitude": LONDON.0, "longitude": LONDON.1, "accuracy": 20});
    let device = Device::new(1);
    // Tor, according to the test database.
    let response = device_evidence(server.address, &device, &london, "65.1.1.1");
    assert_problem(&response, 403, "anonymous-network");
}

/// Row 30.
#[test]
fn row_30_an_impossible_journey_is_422() {
    let Some(parts) = parts_with_databases(false, |_| {}) else {
        return;
    };
    let server = Server::start(parts);
    let device = Device::new(1);
    assert_eq!(device.enrol(server.address, "me").status, 201);
    let at = |position: (f64, f64), from| {
        let position =
            json!({"latitude": position.0, "longitude": position.1, "accuracy": 20, "mock": false});
        device_evidence(server.address, &device, &position, from)
    };
    let first = at(LONDON, LONDON_ADDRESS);
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(first.json()["level"], 1, "{}", first.text());
    // Sweden, a moment later.
    let sweden = at((58.4167, 15.6167), "89.160.20.128");
    assert_problem(&sweden, 422, "contradicted-travel");
    // Another subject was not in London.
    let other = Device::new(2);
    assert_eq!(other.enrol(server.address, "other").status, 201);
    let position = json!({"latitude": 58.4167, "longitude": 15.6167, "accuracy": 20});
    let there = device_evidence(server.address, &other, &position, "89.160.20.128");
    assert_eq!(there.json()["level"], 1, "{}", there.text());
    // And what both radii explain is no journey.
    let near = at((51.5144, -0.0931), LONDON_ADDRESS);
    assert_eq!(near.status, 201, "{}", near.text());
}

/// Row 35, which is ours.
#[test]
fn row_35_two_places_at_once_are_422() {
    let server = Server::usual();
    let elsewhere = json!({"latitude": -33.86, "longitude": 151.21, "accuracy": 5});
    let items = [self_asserted(&position()), self_asserted(&elsewhere)];
    let response = evidence(server.address, &json!({"evidence": items}));
    assert_problem(&response, 422, "contradicted-positions");
}

/// Row 31.
#[test]
fn row_31_without_a_clock_everything_is_503() {
    let clock = still_clock();
    let server = Server::start(parts_on(
        Arc::new(MemStore::new()),
        Arc::<SimClock>::clone(&clock),
    ));
    clock.fail(ClockError::Unsynchronised);
    for (path, body) in [
        (CHALLENGES, json!({})),
        (
            EVIDENCE,
            json!({"challenge": "00".repeat(16), "evidence": [self_asserted(&position())]}),
        ),
    ] {
        let response = ask(server.address, path, &body);
        let problem = assert_problem(&response, 503, "time-unavailable");
        assert_eq!(response.header("retry-after"), Some("1"));
        assert_eq!(problem["failInfo"], "timeNotAvailable");
    }
}

/// Row 32.
#[test]
fn row_32_a_level_that_is_not_reached_is_422_with_what_is_missing() {
    let server = Server::usual();
    let response = evidence(server.address, &json!({"min_level": 2}));
    let problem = assert_problem(&response, 422, "level-unmet");
    let missing = problem["missing"].as_array().unwrap();
    assert!(
        missing.len() > 1 && missing.iter().all(Value::is_string),
        "{problem}"
    );
    // The policy of level 1 says the same of every stamp under it.
    let policy = meridian_wire::oid::POLICY_LOCATION_1.to_string();
    let id = made(server.address, CHALLENGES, &json!({"policy": policy}))["id"].clone();
    let response = evidence(server.address, &json!({"challenge": id}));
    assert_problem(&response, 422, "level-unmet");
}

/// Row 33.
#[test]
fn row_33_above_a_rate_is_429() {
    let mut parts = parts();
    parts.config.location.as_mut().unwrap().rate_per_address = std::num::NonZeroU32::new(2);
    let server = Server::start(parts);
    challenge(server.address);
    challenge(server.address);
    let response = ask(server.address, CHALLENGES, &json!({}));
    assert_problem(&response, 429, "rate");
    assert_eq!(response.header("retry-after"), Some("60"));
}

#[test]
fn a_slot_that_the_policy_keeps_may_not_be_revealed() {
    let mut parts = parts();
    parts.location.as_mut().unwrap().policy = policy(|it| it.reveal.allowed = vec![0, 1]);
    let server = Server::start(parts);
    let response = evidence(server.address, &json!({"reveal": [0, 10]}));
    assert_problem(&response, 422, "reveal-not-allowed");
    assert_eq!(
        evidence(server.address, &json!({"reveal": [0, 1]})).status,
        201
    );
}

#[test]
fn a_stamp_that_rfc_3161_refuses_does_not_cost_the_challenge() {
    let server = Server::usual();
    let id = challenge(server.address);
    let body = |hash: &str, octets: usize| {
        json!({
            "challenge": id,
            "evidence": [self_asserted(&position())],
            "imprint": {"hash": hash, "digest": "07".repeat(octets)},
        })
    };
    let response = ask(server.address, STAMPS, &body("sha1", 20));
    let problem = assert_problem(&response, 422, "request-refused");
    assert_eq!(problem["failInfo"], "badAlg");
    let mut with_nonce = body("sha256", 32);
    with_nonce["nonce"] = json!("-1");
    assert_problem(&ask(server.address, STAMPS, &with_nonce), 400, "malformed");
    made(server.address, STAMPS, &body("sha256", 32));
}

#[test]
fn refusals_are_counted_by_their_codes() {
    let server = Server::usual();
    said(&server, "{}");
    evidence(server.address, &json!({"min_level": 4}));
    let text = String::from_utf8(get(server.private, "/metrics").body).unwrap();
    for line in [
        "meridian_location_challenges_total 2",
        "meridian_location_refusals_total{code=\"malformed\"} 1",
        "meridian_location_refusals_total{code=\"level-unmet\"} 1",
        "meridian_location_refusals_total{code=\"rate\"} 0",
        "meridian_location_accepted_total{level=\"l0Asserted\"} 0",
        "meridian_location_tickets_total{event=\"made\"} 0",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
