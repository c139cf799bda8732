//! Each limit meets a client that runs into it: an answer or a close, never a held slot.

use std::sync::Arc;
use std::time::Duration;

use meridian_server::parts::Parts;
use meridian_wire::tsp::resp::TimeStampResp;
use meridian_wire::tsp::status::PkiFailureInfo;

use crate::client::{Client, JSON, QUERY, REPLY, exchange, post, post_head, post_octets};
use crate::der::Request;
use crate::harness::{GateStore, Server, eventually, parts_on, system_clock};
use crate::stamping::granted;

const SHORT: Duration = Duration::from_millis(150);

fn request() -> Vec<u8> {
    post_octets("/tsa", QUERY, &Request::sha256(1).der())
}

#[test]
fn a_half_sent_header_is_closed_at_the_deadline() {
    let server = Server::with(|config| config.http.header_deadline = SHORT);
    for beginning in ["", "P", "POST /tsa HTTP/1.1\r\nhost: te"] {
        let mut client = Client::connect(server.address);
        client.write(beginning.as_bytes());
        let since = meridian_signing::clock::monotonic();
        client.wait_for_close();
        assert!(since.elapsed() < Duration::from_secs(3), "{beginning:?}");
    }
}

#[test]
fn a_header_that_trickles_is_closed_at_the_deadline() {
    let server = Server::with(|config| config.http.header_deadline = SHORT);
    let mut client = Client::connect(server.address);
    let since = meridian_signing::clock::monotonic();
    for octet in "POST /tsa HTTP/1.1\r\nhost: testtesttest".bytes() {
        if !client.try_write(&[octet]) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    client.wait_for_close();
    assert!(since.elapsed() < Duration::from_secs(3));
}

#[test]
fn an_idle_connection_is_closed_at_the_deadline() {
    let server = Server::with(|config| config.http.header_deadline = SHORT);
    let mut client = Client::connect(server.address);
    client.write(&request());
    granted(&client.answer().unwrap());
    client.wait_for_close();
}

#[test]
fn a_body_that_does_not_come_is_408_at_the_deadline() {
    let server = Server::with(|config| config.http.body_deadline = SHORT);
    let mut client = Client::connect(server.address);
    client.write(post_head("/tsa", QUERY, 69).as_bytes());
    client.write(b"0");
    client
        .answer()
        .unwrap()
        .assert_problem(408, "body-deadline");
    client.wait_for_close();
}

/// Requests upon requests, and not one answer taken: hyper alone would hold the slot for ever.
#[test]
fn a_client_that_takes_no_answers_is_closed_at_the_deadline() {
    let server = Server::with(|config| config.http.write_deadline = SHORT);
    // The longest answer there is, so that the socket's buffers fill soon.
    let mut client = Client::connect(server.private);
    let request = b"GET /metrics HTTP/1.1\r\nhost: test\r\n\r\n".repeat(100);
    let since = meridian_signing::clock::monotonic();
    while client.try_write(&request) {}
    // A write that is stuck gives up after 20 seconds: then the slot is held.
    assert!(
        since.elapsed() < Duration::from_secs(15),
        "it is not closed"
    );
}

#[test]
fn a_body_that_breaks_off_is_an_answer_or_a_close() {
    let server = Server::usual();
    let mut client = Client::connect(server.address);
    client.write(post_head("/tsa", QUERY, 69).as_bytes());
    client.write(b"0");
    client.close_writing();
    client.wait_for_close();
}

#[test]
fn one_connection_too_many_is_503_and_a_close() {
    let server = Server::with(|config| config.http.connections = 2);
    let mut held = [
        Client::connect(server.address),
        Client::connect(server.address),
    ];
    for client in &mut held {
        client.write(&request());
        granted(&client.answer().unwrap());
    }
    let mut refused = Client::connect(server.address);
    let answer = refused.answer().unwrap();
    answer.assert_problem(503, "too-many-connections");
    assert_eq!(answer.header("retry-after"), Some("1"));
    refused.wait_for_close();
    // Those inside are not disturbed, and a slot that is free again is used again.
    let [first, mut second] = held;
    second.write(&request());
    granted(&second.answer().unwrap());
    drop(first);
    eventually("a slot is free again", || {
        let mut client = Client::connect(server.address);
        client.try_write(&request()) && client.answer().is_some_and(|answer| answer.status == 200)
    });
}

#[test]
fn nonsense_holds_no_slot() {
    let server = Server::with(|config| {
        config.http.connections = 4;
        config.http.header_deadline = SHORT;
        config.http.body_deadline = SHORT;
    });
    let client_hello = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[0x55; 506]].concat();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    let nonsense: [Vec<u8>; 7] = [
        client_hello,
        preface,
        b"\0\0\0\0".to_vec(),
        b"POST /tsa HTTP/9.9\r\n\r\n".to_vec(),
        b"POST /tsa".to_vec(),
        post_head("/tsa", QUERY, 4_000_000_000).into_bytes(),
        b"GET / HTTP/1.1\nhost: \x01\r\n\r\n".to_vec(),
    ];
    for octets in nonsense.iter().cycle().take(70) {
        let mut client = Client::connect(server.address);
        client.try_write(octets);
        client.wait_for_close();
    }
    granted(&exchange(server.address, &request()));
}

/// The first octets of a TLS handshake on the plain port.
#[test]
fn tls_bytes_are_an_answer_or_a_close() {
    let server = Server::usual();
    let mut client = Client::connect(server.address);
    client.write(&[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]);
    if let Some(answer) = client.answer() {
        answer.assert_problem(400, "malformed-http");
    }
    client.wait_for_close();
}

#[test]
fn a_header_above_16_kib_is_431() {
    let server = Server::usual();
    let head = format!(
        "GET /tsa HTTP/1.1\r\nhost: test\r\nx: {}\r\n\r\n",
        "y".repeat(20 << 10)
    );
    exchange(server.address, head.as_bytes()).assert_problem(431, "header-too-large");
}

#[test]
fn more_than_64_header_fields_are_431() {
    let server = Server::usual();
    let fields = "x: y\r\n".repeat(65);
    let head = format!("GET /tsa HTTP/1.1\r\nhost: test\r\n{fields}\r\n");
    exchange(server.address, head.as_bytes()).assert_problem(431, "header-too-large");
}

#[test]
fn the_limit_of_a_der_body_is_configured() {
    let server = Server::with(|config| config.http.body_limit = 64);
    post(server.address, "/tsa", QUERY, &[0; 65]).assert_problem(413, "too-large");
}

#[test]
fn the_limit_of_a_json_body_is_configured() {
    let server = Server::with(|config| config.http.json_limit = 64);
    post(server.address, "/v1/timestamps", JSON, &[b' '; 65]).assert_problem(413, "too-large");
}

#[test]
fn large_json_bodies_share_8_mib_and_one_more_is_503() {
    // Longer than the test: on a busy machine the first must be held when the last comes.
    let server = Server::with(|config| config.http.body_deadline = Duration::from_secs(300));
    let begin = || {
        let mut client = Client::connect(server.address);
        client.write(post_head("/v1/timestamps", JSON, 64 << 10).as_bytes());
        client
    };
    // 128 fill the room; the others are refused.
    let mut held: Vec<Client> = (0..160).map(|_| begin()).collect();
    eventually("one more is refused", || {
        let mut client = begin();
        let Some(answer) = client.answer_within(Duration::from_secs(1)) else {
            // It found room, and keeps it.
            held.push(client);
            return false;
        };
        answer.assert_problem(503, "queue-full");
        answer.header("retry-after") == Some("1")
    });
    granted(&exchange(server.address, &request()));
    drop(held);
    eventually("there is room again", || {
        post(server.address, "/v1/timestamps", JSON, &[b' '; 5_000]).status == 400
    });
}

#[test]
fn a_sigstore_request_has_at_most_1_kib() {
    let server = Server::usual();
    post(server.address, "/api/v1/timestamp", JSON, &[b' '; 1_025])
        .assert_problem(413, "too-large");
}

/// A server whose log waits behind a gate, with places for few requests.
fn gated(queue: usize) -> (Arc<GateStore>, Server) {
    let store = Arc::new(GateStore::default());
    let mut parts: Parts = parts_on(Arc::<GateStore>::clone(&store), system_clock());
    parts.config.sequencer.queue = queue;
    parts.config.sequencer.batch = 1;
    parts.config.sequencer.threads = 1;
    (store, Server::start(parts))
}

#[test]
fn a_full_queue_is_503_with_retry_after_and_a_time_stamp_resp() {
    let (store, server) = gated(1);
    store.shut();
    // Enough to fill the batch that commits, the one that is signed, and the queue.
    let mut waiting = Vec::new();
    let refused = loop {
        let mut client = Client::connect(server.address);
        client.write(&request());
        match client.answer_within(Duration::from_millis(300)) {
            Some(answer) => break answer,
            None => waiting.push(client),
        }
        assert!(waiting.len() < 20, "the queue does not fill");
    };
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.media_type(), REPLY);
    let decoded = TimeStampResp::decode(&refused.body).unwrap();
    assert_eq!(decoded.fail_info(), Some(PkiFailureInfo::SystemFailure));
    let imprint = format!(
        r#"{{"imprints":[{{"hash":"sha256","digest":"{}"}}]}}"#,
        "00".repeat(32)
    );
    let as_json = post(server.address, "/v1/timestamps", JSON, imprint.as_bytes());
    as_json.assert_problem(503, "queue-full");
    assert_eq!(as_json.header("retry-after"), Some("1"));
    // Who has a place is answered.
    store.open();
    for mut client in waiting {
        granted(&client.answer().unwrap());
    }
}

#[test]
fn what_was_accepted_is_answered_before_the_end() {
    let (store, server) = gated(8);
    store.shut();
    let mut client = Client::connect(server.address);
    client.write(&request());
    assert!(client.answer_within(Duration::from_millis(200)).is_none());
    let address = server.address;
    let ended = server.shutdown_later();
    eventually("the public port is closed", || {
        std::net::TcpStream::connect(address).is_err()
    });
    store.open();
    granted(&client.answer().unwrap());
    ended.join().unwrap();
}

#[test]
fn a_connection_still_open_at_the_drain_deadline_is_cut() {
    let server = Server::with(|config| config.http.drain_deadline = SHORT);
    let mut client = Client::connect(server.address);
    client.write(post_head("/tsa", QUERY, 69).as_bytes());
    std::thread::sleep(Duration::from_millis(50));
    let since = meridian_signing::clock::monotonic();
    server.shutdown();
    assert!(since.elapsed() < Duration::from_secs(5));
    client.wait_for_close();
}

#[test]
fn an_idle_connection_does_not_delay_the_end() {
    let server = Server::usual();
    let mut client = Client::connect(server.address);
    client.write(&request());
    granted(&client.answer().unwrap());
    let since = meridian_signing::clock::monotonic();
    server.shutdown();
    assert!(since.elapsed() < Duration::from_secs(5));
    client.wait_for_close();
}

/// Half a header would otherwise be waited for until `header_deadline`.
#[test]
fn a_connection_without_a_whole_header_does_not_delay_the_end() {
    let server = Server::usual();
    let mut clients: Vec<Client> = [&b""[..], b"POST /tsa HTTP/1.1\r\nhost: te"]
        .map(|octets| {
            let mut client = Client::connect(server.address);
            client.write(octets);
            client
        })
        .into();
    let mut answered = Client::connect(server.address);
    answered.write(&request());
    granted(&answered.answer().unwrap());
    answered.write(b"POST /tsa");
    clients.push(answered);
    std::thread::sleep(Duration::from_millis(50));
    let since = meridian_signing::clock::monotonic();
    server.shutdown();
    assert!(since.elapsed() < Duration::from_secs(4));
    for mut client in clients {
        client.wait_for_close();
    }
}

/// What was sent before the drain began is answered, even if nobody had read it yet.
#[test]
fn a_header_that_is_still_coming_when_the_drain_begins_is_answered() {
    let server = Server::usual();
    let mut client = Client::connect(server.address);
    let request = request();
    let (first, rest) = request.split_at(20);
    client.write(first);
    std::thread::sleep(Duration::from_millis(50));
    let address = server.address;
    let ended = server.shutdown_later();
    eventually("the public port is closed", || {
        std::net::TcpStream::connect(address).is_err()
    });
    client.write(rest);
    let answer = client.answer().unwrap();
    assert!(matches!(answer.status, 200 | 503), "{answer:?}");
    ended.join().unwrap();
}
