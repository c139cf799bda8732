//! The private listener.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use meridian_log::store::mem::MemStore;
use meridian_server::config::PrivateListen;
use meridian_signing::clock::sim::SimClock;
use meridian_signing::clock::{BoundSource, ClockError, ClockReading};

use crate::client::{Client, QUERY, get, post};
use crate::der::Request;
use crate::harness::{Server, eventually, mode_of, now, parts, parts_on, sim_clock};
use crate::stamping::granted;

#[test]
fn health_and_readiness_are_served_and_nothing_of_it_in_public() {
    let server = Server::usual();
    assert_eq!(get(server.private, "/healthz").status, 200);
    assert_eq!(get(server.private, "/readyz").status, 200);
    for path in ["/healthz", "/readyz", "/metrics"] {
        get(server.address, path).assert_problem(404, "not-found");
    }
    post(server.private, "/tsa", QUERY, b"").assert_problem(404, "not-found");
}

#[test]
fn readiness_says_whether_the_bound_is_measured() {
    let clock = sim_clock(reading(BoundSource::Asserted));
    let server = Server::start(parts_on(
        Arc::new(MemStore::new()),
        Arc::<SimClock>::clone(&clock),
    ));
    let says = || get(server.private, "/readyz").json()["clock"].clone();
    assert_eq!(says(), "asserted, not measured");
    clock.set(reading(BoundSource::Measured));
    assert_eq!(says(), "measured");
    clock.fail(ClockError::Unsynchronised);
    get(server.private, "/readyz").assert_problem(503, "not-ready");
    assert_eq!(get(server.private, "/healthz").status, 200);
}

fn reading(source: BoundSource) -> ClockReading {
    ClockReading::new(now(), 1_000, source)
}

#[test]
fn metrics_count_what_was_answered() {
    let server = Server::usual();
    granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    post(server.address, "/tsa", QUERY, b"garbage");
    get(server.address, "/nowhere");
    let text = String::from_utf8(get(server.private, "/metrics").body).unwrap();
    for line in [
        "meridian_answers_total{outcome=\"granted\"} 1",
        "meridian_answers_total{outcome=\"bad_data_format\"} 1",
        "meridian_problems_total{kind=\"not-found\"} 1",
        "meridian_answer_seconds_count 1",
        "meridian_log_size 3",
        "meridian_log_voids 0",
        "meridian_clock_measured ",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

/// S60, and an attack on a peer: no label comes from a caller.
#[test]
fn the_number_of_series_does_not_depend_on_callers() {
    let server = Server::usual();
    let series = || get(server.private, "/metrics").text().lines().count();
    let before = series();
    for number in 0..20 {
        get(server.address, &format!("/path-{number}"));
        post(server.address, "/tsa", &format!("type/{number}"), b"");
    }
    assert_eq!(series(), before);
}

#[test]
fn the_socket_is_its_owner_s_and_goes_with_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("private.sock");
    // What a killed process leaves behind.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let mut parts = parts();
    parts.config.private = PrivateListen::Socket(path.clone());
    let server = Server::start(parts);
    assert_eq!(mode_of(&path), 0o600);
    let mut stream = UnixStream::connect(&path).unwrap();
    let request = b"GET /readyz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    stream.write_all(request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    server.shutdown();
    assert!(!path.exists());
}

#[test]
fn the_private_port_has_16_places() {
    let server = Server::usual();
    let ask = |client: &mut Client| {
        client.try_write(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n");
        client.answer().map(|answer| answer.status)
    };
    let mut held: Vec<Client> = (0..16)
        .map(|_| {
            let mut client = Client::connect(server.private);
            assert_eq!(ask(&mut client), Some(200));
            client
        })
        .collect();
    let mut one_more = Client::connect(server.private);
    let refused = one_more.answer().unwrap();
    refused.assert_problem(503, "too-many-connections");
    one_more.wait_for_close();
    // Whoever comes to the public port has other places.
    assert_eq!(get(server.address, "/v1/certificates").status, 200);
    assert_eq!(ask(&mut held[0]), Some(200));
    drop(held);
    eventually("a place is free again", || {
        ask(&mut Client::connect(server.private)) == Some(200)
    });
}
