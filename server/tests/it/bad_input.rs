//! The bad-input matrix, one test per row: what the client really gets, to the bit.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use meridian_log::store::mem::MemStore;
use meridian_signing::clock::sim::SimClock;
use meridian_signing::clock::{BoundSource, ClockError, ClockReading};
use meridian_wire::tsp::resp::TimeStampResp;
use meridian_wire::tsp::status::{PkiFailureInfo, PkiStatus};

use crate::client::{Client, JSON, QUERY, REPLY, Response, exchange, get, post, post_head};
use crate::der::{self, Request, extensions, fail_info, foreign_oid, tlv};
use crate::harness::{FaultSigner, Server, eventually, now, parts, parts_on, sim_clock};
use crate::stamping::granted;

/// HTTP 200, a well-formed TimeStampResp, status rejection, no token, and exactly one bit.
pub(crate) fn assert_refused(response: &Response, expected: PkiFailureInfo) {
    assert_eq!(response.status, 200, "{response:?}");
    assert_rejection(response, expected);
}

fn assert_rejection(response: &Response, expected: PkiFailureInfo) {
    assert_eq!(response.media_type(), REPLY);
    let decoded = TimeStampResp::decode(&response.body).unwrap();
    assert_eq!(decoded.status(), PkiStatus::Rejection);
    assert_eq!(decoded.fail_info(), Some(expected), "{decoded:?}");
    assert!(decoded.token().is_none());
    assert!(!decoded.status_string().is_empty(), "it says why");
    // The same bit, without a reader of ours: the BIT STRING ends the answer.
    assert!(
        response.body.ends_with(&fail_info(expected.bit())),
        "{:x?}",
        response.body
    );
}

fn refused(request: &[u8], expected: PkiFailureInfo) {
    let server = Server::usual();
    assert_refused(&post(server.address, "/tsa", QUERY, request), expected);
    // And the server still stands.
    granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
}

#[test]
fn garbage_der_is_bad_data_format() {
    refused(b"this is not DER", PkiFailureInfo::BadDataFormat);
}

#[test]
fn an_empty_body_is_bad_data_format() {
    refused(b"", PkiFailureInfo::BadDataFormat);
}

#[test]
fn a_request_cut_anywhere_is_bad_data_format() {
    let server = Server::usual();
    let request = Request::sha256(1).der();
    for length in 0..request.len() {
        let answer = post(server.address, "/tsa", QUERY, &request[..length]);
        assert_refused(&answer, PkiFailureInfo::BadDataFormat);
    }
}

#[test]
fn trailing_bytes_are_bad_data_format() {
    let request = [Request::sha256(1).der(), b"trailing".to_vec()].concat();
    refused(&request, PkiFailureInfo::BadDataFormat);
}

#[test]
fn ber_with_a_long_length_is_bad_data_format() {
    let mut request = Request::sha256(1).der();
    let length = request[1];
    request.splice(1..2, [0x81, length]);
    refused(&request, PkiFailureInfo::BadDataFormat);
}

#[test]
fn ber_with_an_indefinite_length_is_bad_data_format() {
    let mut request = Request::sha256(1).der();
    request[1] = 0x80;
    request.extend([0, 0]);
    refused(&request, PkiFailureInfo::BadDataFormat);
}

#[test]
fn version_2_is_bad_request() {
    let request = Request {
        version: 2,
        ..Request::sha256(1)
    };
    refused(&request.der(), PkiFailureInfo::BadRequest);
}

fn with_hash(hash: &[u8], length: usize) -> Vec<u8> {
    let request = Request {
        hash: hash.to_vec(),
        digest: vec![7; length],
        ..Request::sha256(1)
    };
    request.der()
}

#[test]
fn sha1_is_bad_alg() {
    refused(&with_hash(der::SHA1, 20), PkiFailureInfo::BadAlg);
}

#[test]
fn md5_is_bad_alg() {
    refused(&with_hash(der::MD5, 16), PkiFailureInfo::BadAlg);
}

#[test]
fn an_unknown_hash_is_bad_alg() {
    refused(&with_hash(&[0x2a, 3, 4], 32), PkiFailureInfo::BadAlg);
}

/// S60: bounded before it is turned into text.
#[test]
fn an_oid_of_128_arcs_is_refused_and_harmless() {
    let server = Server::usual();
    let answer = post(server.address, "/tsa", QUERY, &with_hash(&[1; 128], 32));
    let decoded = TimeStampResp::decode(&answer.body).unwrap();
    assert_eq!(
        (answer.status, decoded.status()),
        (200, PkiStatus::Rejection)
    );
}

#[test]
fn a_digest_of_the_wrong_length_is_bad_data_format() {
    for length in [0, 20, 31, 33, 64] {
        refused(
            &with_hash(der::SHA256, length),
            PkiFailureInfo::BadDataFormat,
        );
    }
}

#[test]
fn hash_parameters_other_than_null_are_bad_data_format() {
    let request = Request {
        parameters: vec![2, 1, 0],
        ..Request::sha256(1)
    };
    refused(&request.der(), PkiFailureInfo::BadDataFormat);
}

#[test]
fn an_unknown_policy_is_unaccepted_policy() {
    let request = Request::sha256(1).with(foreign_oid()).der();
    refused(&request, PkiFailureInfo::UnacceptedPolicy);
}

#[test]
fn a_critical_extension_is_unaccepted_extension() {
    let request = Request::sha256(1).with(extensions(true)).der();
    refused(&request, PkiFailureInfo::UnacceptedExtension);
}

/// RFC 3161, 2.4.1: critical or not.
#[test]
fn a_non_critical_extension_is_unaccepted_extension() {
    let request = Request::sha256(1).with(extensions(false)).der();
    refused(&request, PkiFailureInfo::UnacceptedExtension);
}

/// S11.
#[test]
fn a_nonce_above_1024_octets_is_bad_data_format() {
    let request = Request::sha256(1).with(tlv(2, &[&[1; 1_025]])).der();
    refused(&request, PkiFailureInfo::BadDataFormat);
}

#[test]
fn a_clock_without_a_bound_is_time_not_available() {
    let clock = sim_clock(reading(0));
    let server = Server::start(parts_on(
        Arc::new(MemStore::new()),
        Arc::<SimClock>::clone(&clock),
    ));
    clock.fail(ClockError::Unsynchronised);
    let request = Request::sha256(1).der();
    let answer = post(server.address, "/tsa", QUERY, &request);
    assert_refused(&answer, PkiFailureInfo::TimeNotAvailable);
    clock.set(reading(0));
    granted(&post(server.address, "/tsa", QUERY, &request));
}

/// docs/DECISIONS.md, 'Time': the process goes on, and stamps again when real time has caught up.
#[test]
fn a_clock_that_went_back_is_time_not_available() {
    let clock = sim_clock(reading(0));
    let server = Server::start(parts_on(
        Arc::new(MemStore::new()),
        Arc::<SimClock>::clone(&clock),
    ));
    let request = Request::sha256(1).der();
    granted(&post(server.address, "/tsa", QUERY, &request));
    clock.set(reading(-2_000_000));
    let answer = post(server.address, "/tsa", QUERY, &request);
    assert_refused(&answer, PkiFailureInfo::TimeNotAvailable);
    clock.advance(Duration::from_secs(3));
    granted(&post(server.address, "/tsa", QUERY, &request));
}

/// docs/DECISIONS.md, 'The token': above 400 ms a whole second would not be honest.
#[test]
fn a_bound_above_400_ms_is_time_not_available_for_compatible_tokens() {
    let clock = sim_clock(reading(0));
    let server = Server::start(parts_on(
        Arc::new(MemStore::new()),
        Arc::<SimClock>::clone(&clock),
    ));
    clock.set(ClockReading::new(now(), 400_001, BoundSource::Measured));
    let answer = post(server.address, "/tsa", QUERY, &Request::sha256(1).der());
    assert_refused(&answer, PkiFailureInfo::TimeNotAvailable);
}

fn reading(offset_us: i64) -> ClockReading {
    let time = meridian_wire::time::UnixMicros::new(now().get() + offset_us);
    ClockReading::new(time, 1_000, BoundSource::Measured)
}

#[test]
fn a_signer_that_is_down_is_system_failure_with_retry_after() {
    let mut parts = parts();
    let signer = FaultSigner::install(&mut parts);
    let server = Server::start(parts);
    signer.fail_every.store(1, Ordering::SeqCst);
    let request = Request::sha256(1).der();
    let answer = post(server.address, "/tsa", QUERY, &request);
    assert_refused(&answer, PkiFailureInfo::SystemFailure);
    assert!(answer.header("retry-after").is_some());
    // As JSON it is a problem document.
    let imprint = format!(
        r#"{{"imprints":[{{"hash":"sha256","digest":"{}"}}]}}"#,
        "00".repeat(32)
    );
    post(server.address, "/v1/timestamps", JSON, imprint.as_bytes())
        .assert_problem(500, "signing-failed");
    signer.fail_every.store(0, Ordering::SeqCst);
    eventually("the key signs again, so tokens are granted", || {
        let answer = post(server.address, "/tsa", QUERY, &request);
        TimeStampResp::decode(&answer.body)
            .unwrap()
            .token()
            .is_some()
    });
}

#[test]
fn a_body_above_the_limit_is_413() {
    let server = Server::usual();
    post(server.address, "/tsa", QUERY, &[0; 4_097]).assert_problem(413, "too-large");
    let at_the_limit = post(server.address, "/tsa", QUERY, &[0; 4_096]);
    assert_refused(&at_the_limit, PkiFailureInfo::BadDataFormat);
}

/// The client has written all of it before it reads, and still finds the answer.
#[test]
fn a_body_of_60_kib_is_413_and_the_client_sees_it() {
    let server = Server::usual();
    for _ in 0..20 {
        post(server.address, "/tsa", QUERY, &[0; 60 << 10]).assert_problem(413, "too-large");
    }
}

/// The answer is there long before the body is; a reset would break the client's next write.
#[test]
fn a_client_that_is_still_sending_can_finish_and_sees_its_413() {
    let server = Server::usual();
    let mut client = Client::connect(server.address);
    client.write(post_head("/tsa", QUERY, 60 << 10).as_bytes());
    for _ in 0..30 {
        client.write(&[0; 2 << 10]);
        std::thread::sleep(Duration::from_millis(10));
    }
    client.answer().unwrap().assert_problem(413, "too-large");
    client.wait_for_close();
}

#[test]
fn a_chunked_body_above_the_limit_is_413() {
    let server = Server::usual();
    let head = "POST /tsa HTTP/1.1\r\nhost: test\r\ncontent-type: application/timestamp-query\r\n\
                transfer-encoding: chunked\r\n\r\n1001\r\n";
    let request = [head.as_bytes(), &[0; 0x1001], b"\r\n0\r\n\r\n"].concat();
    exchange(server.address, &request).assert_problem(413, "too-large");
}

#[test]
fn a_wrong_content_type_is_415() {
    let server = Server::usual();
    let body = Request::sha256(1).der();
    for media_type in [
        "text/plain",
        "application/timestamp-reply",
        "",
        "application/json",
    ] {
        post(server.address, "/tsa", media_type, &body)
            .assert_problem(415, "unsupported-media-type");
    }
    let request = format!(
        "POST /tsa HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    exchange(server.address, &[request.as_bytes(), &body].concat())
        .assert_problem(415, "unsupported-media-type");
}

#[test]
fn a_content_type_that_is_no_text_is_400() {
    let server = Server::usual();
    let request = b"POST /tsa HTTP/1.1\r\nhost: test\r\ncontent-type: \xff\r\n\
                    content-length: 0\r\n\r\n";
    exchange(server.address, request).assert_problem(400, "bad-header");
}

#[test]
fn no_content_length_is_411() {
    let server = Server::usual();
    let request = b"POST /tsa HTTP/1.1\r\nhost: test\r\n\
                    content-type: application/timestamp-query\r\n\r\n";
    exchange(server.address, request).assert_problem(411, "length-required");
}

/// What crashed a peer with one packet.
#[test]
fn a_get_with_the_type_is_405() {
    let server = Server::usual();
    let request = b"GET /tsa HTTP/1.1\r\nhost: test\r\n\
                    content-type: application/timestamp-query\r\n\r\n";
    let answer = exchange(server.address, request);
    answer.assert_problem(405, "method-not-allowed");
    assert_eq!(answer.header("allow"), Some("POST"));
    for path in ["/", "/api/v1/timestamp", "/v1/timestamps"] {
        get(server.address, path).assert_problem(405, "method-not-allowed");
    }
}

#[test]
fn a_post_to_what_is_only_read_is_405() {
    let server = Server::usual();
    for path in ["/log/checkpoint", "/v1/certificates", "/v1/proofs/0"] {
        let answer = post(server.address, path, QUERY, b"");
        answer.assert_problem(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), Some("GET, HEAD"));
    }
}

#[test]
fn an_unknown_path_is_404() {
    let server = Server::usual();
    for path in ["/ts", "/tsa/x", "/v1/proofs", "/%00"] {
        get(server.address, path).assert_problem(404, "not-found");
        post(server.address, path, QUERY, b"").assert_problem(404, "not-found");
    }
}

#[test]
fn malformed_lengths_are_400() {
    let server = Server::usual();
    for length in [
        "-1",
        "1x",
        "99999999999999999999999",
        "1\r\ncontent-length: 2",
    ] {
        let request = format!(
            "POST /tsa HTTP/1.1\r\nhost: test\r\ncontent-type: {QUERY}\r\n\
             content-length: {length}\r\n\r\n"
        );
        assert_eq!(
            exchange(server.address, request.as_bytes()).status,
            400,
            "{length}"
        );
    }
}

/// What held a peer's slot for seconds.
#[test]
fn a_length_of_4_gb_is_413_at_once() {
    let server = Server::usual();
    let since = meridian_signing::clock::monotonic();
    let mut client = Client::connect(server.address);
    client.write(post_head("/tsa", QUERY, 4_000_000_000).as_bytes());
    client.write(b"abc");
    client.answer().unwrap().assert_problem(413, "too-large");
    client.wait_for_close();
    assert!(since.elapsed() < Duration::from_secs(3));
}

#[test]
fn broken_chunks_are_an_answer_or_a_close() {
    let server = Server::usual();
    let mut client = Client::connect(server.address);
    client.write(
        b"POST /tsa HTTP/1.1\r\nhost: test\r\ncontent-type: application/timestamp-query\r\n\
          transfer-encoding: chunked\r\n\r\nzz\r\n",
    );
    if let Some(answer) = client.answer() {
        answer.assert_problem(400, "body-broken");
    }
    client.wait_for_close();
}

#[test]
fn a_client_that_is_gone_is_still_logged() {
    let server = Server::usual();
    let size = |server: &Server| {
        let checkpoint = get(server.address, "/log/checkpoint");
        checkpoint
            .text()
            .lines()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    let before = size(&server);
    for _ in 0..20 {
        let mut client = Client::connect(server.address);
        let body = Request::sha256(1).der();
        client.write(post_head("/tsa", QUERY, body.len()).as_bytes());
        // The server waits for the body, which comes together with the end.
        std::thread::sleep(Duration::from_millis(10));
        client.write(&body);
        drop(client);
    }
    eventually("the requests are in the log", || {
        size(&server) == before + 20
    });
}
