//! `GET /v1/tokens/{serial}`: a token again, to who may have it.

use std::sync::Arc;
use std::time::Duration;

use meridian_log::store::mem::MemStore;
use meridian_server::parts::Parts;
use meridian_signing::clock::ClockError;
use meridian_signing::clock::sim::SimClock;
use serde_json::json;

use crate::client::{QUERY, REPLY, Response, get, post};
use crate::der::Request;
use crate::harness::{Server, parts, parts_on};
use crate::location::{
    Device, ask_with, assert_problem, made, path_of, position, redeem, still_clock, ticket,
};
use crate::stamping::granted;

const HTTPS: (&str, &str) = ("x-forwarded-proto", "https");

/// The first leaf after the genesis and the start.
const FIRST: u64 = 2;

fn behind_a_proxy(mut parts: Parts) -> Server {
    parts.config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    Server::start(parts)
}

fn path(serial: u64) -> String {
    format!("/v1/tokens/{serial}")
}

/// A subject with its bearer token, and one location token of its own, of which it says the serial.
fn subject(server: &Server, seed: u8, sid: &str) -> (String, Response) {
    let device = Device::new(seed);
    let challenge = device.challenge(server.address, &json!({}));
    let proof = device.proof(&challenge, sid);
    let keys = format!("/v1/subjects/{sid}/keys");
    let enrolled = ask_with(server.address, ("POST", &keys), &[HTTPS], &proof).json();
    let challenge = device.challenge(server.address, &json!({}));
    let evidence = [device.token(&challenge, &position())];
    let body = json!({"challenge": challenge["id"], "evidence": evidence});
    let ticket = made(server.address, "/v1/location/evidence", &body);
    let stamped = redeem(server.address, &path_of(&ticket));
    (
        format!("Bearer {}", enrolled["bearer"].as_str().unwrap()),
        stamped,
    )
}

fn again(server: &Server, serial: u64, bearer: &str) -> Response {
    let fields = [HTTPS, ("authorization", bearer)];
    ask_with(server.address, ("GET", &path(serial)), &fields, &json!({}))
}

#[test]
fn the_operator_gets_every_token_that_is_kept() {
    let server = Server::usual();
    // Without certReq, which is how tokens are kept.
    let time = granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    let place = granted(&redeem(server.address, &path_of(&ticket(server.address))));
    for (serial, token) in [(FIRST, time), (FIRST + 1, place)] {
        let answer = get(server.private, &path(serial));
        assert_eq!(answer.media_type(), REPLY);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(granted(&answer), token);
    }
    // The genesis, the start, nothing yet, and beyond any.
    for serial in ["0", "1", "9", "18446744073709551616"] {
        get(server.private, &format!("/v1/tokens/{serial}")).assert_problem(404, "not-kept");
    }
    get(server.private, "/v1/tokens/x").assert_problem(400, "malformed-serial");
}

#[test]
fn a_stranger_gets_none_and_learns_nothing() {
    let server = Server::usual();
    granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    granted(&redeem(server.address, &path_of(&ticket(server.address))));
    for serial in [0, FIRST, FIRST + 1, 99] {
        assert_problem(&get(server.address, &path(serial)), 401, "unauthenticated");
    }
    let without = Server::with(|config| config.location = None);
    get(without.address, &path(1)).assert_problem(404, "not-found");
}

#[test]
fn a_subject_gets_its_own_location_tokens_and_nobody_elses() {
    let server = behind_a_proxy(parts());
    let (mine, my_token) = subject(&server, 1, "me");
    let (yours, _) = subject(&server, 2, "you");
    let time = granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    assert!(!time.is_empty());
    let (mine_at, yours_at, time_at) = (FIRST, FIRST + 1, FIRST + 2);
    assert_eq!(granted(&again(&server, mine_at, &mine)), granted(&my_token));
    assert_eq!(again(&server, yours_at, &yours).status, 200);
    for serial in [yours_at, time_at, 0, 99] {
        assert_problem(&again(&server, serial, &mine), 404, "token-not-found");
    }
    assert_problem(
        &again(&server, mine_at, "Bearer nonsense"),
        401,
        "unauthenticated",
    );
    // Over plain HTTP whoever listens would have it, too.
    let plain = [("authorization", mine.as_str())];
    let plain = ask_with(server.address, ("GET", &path(mine_at)), &plain, &json!({}));
    assert_problem(&plain, 401, "unauthenticated");
    let malformed = ask_with(
        server.address,
        ("GET", "/v1/tokens/x"),
        &[HTTPS],
        &json!({}),
    );
    assert_problem(&malformed, 400, "malformed");
}

#[test]
fn a_token_that_has_expired_is_gone_for_everybody() {
    let clock = still_clock();
    let mut parts = parts_on(Arc::new(MemStore::new()), Arc::<SimClock>::clone(&clock));
    parts.config.location.as_mut().unwrap().token_retention = Duration::from_secs(3_600);
    let server = behind_a_proxy(parts);
    let (mine, _) = subject(&server, 1, "me");
    assert_eq!(again(&server, FIRST, &mine).status, 200);
    clock.advance(Duration::from_secs(3_601));
    assert_problem(&again(&server, FIRST, &mine), 404, "token-not-found");
    get(server.private, &path(FIRST)).assert_problem(404, "not-kept");
    // Without time nobody can say whether it has.
    clock.fail(ClockError::Unsynchronised);
    get(server.private, &path(FIRST)).assert_problem(404, "not-kept");
}
