//! Requests that are granted.

use meridian_server::init::Algorithm;
use meridian_server::parts::Parts;
use meridian_wire::tsp::resp::TimeStampResp;

use crate::client::{Client, QUERY, REPLY, Response, get, post, post_octets};
use crate::der::{Request, tlv};
use crate::harness::{Authority, Server};

/// The token of a granted answer.
pub(crate) fn granted(response: &Response) -> Vec<u8> {
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(response.media_type(), REPLY);
    let decoded = TimeStampResp::decode(&response.body).unwrap();
    decoded
        .token()
        .unwrap_or_else(|| panic!("{decoded:?}"))
        .to_vec()
}

fn contains(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

#[test]
fn every_path_for_der_grants() {
    let server = Server::usual();
    for path in ["/tsa", "/", "/api/v1/timestamp", "/tsa?x=y"] {
        let token = granted(&post(
            server.address,
            path,
            QUERY,
            &Request::sha256(1).der(),
        ));
        assert!(contains(&token, &[1; 32]), "{path}");
    }
}

/// RFC 9110, 8.3.1.
#[test]
fn the_media_type_is_compared_without_case_and_parameters() {
    let server = Server::usual();
    for media_type in [
        "Application/Timestamp-Query",
        "application/timestamp-query; charset=utf-8",
    ] {
        granted(&post(
            server.address,
            "/tsa",
            media_type,
            &Request::sha256(1).der(),
        ));
    }
}

/// S11.
#[test]
fn the_nonce_comes_back_as_it_was_sent() {
    let server = Server::usual();
    for nonce in [&[0][..], &[0xff], &[1], &[0x7f; 20], &[0x55; 1_024]] {
        let nonce = tlv(2, &[nonce]);
        let request = Request::sha256(1).with(nonce.clone());
        let token = granted(&post(server.address, "/tsa", QUERY, &request.der()));
        assert!(contains(&token, &nonce));
    }
}

/// S12, S13.
#[test]
fn certificates_are_there_if_and_only_if_asked_for() {
    let server = Server::usual();
    let without = granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    let asked = Request::sha256(1).with(vec![1, 1, 0xff]);
    let with = granted(&post(server.address, "/tsa", QUERY, &asked.der()));
    let unit = b"Evaluation time-stamping unit";
    assert!(contains(&with, unit) && !contains(&without, unit));
}

/// S61.
#[test]
fn the_same_request_twice_gives_two_tokens() {
    let server = Server::usual();
    let request = Request::sha256(1).der();
    let first = granted(&post(server.address, "/tsa", QUERY, &request));
    let second = granted(&post(server.address, "/tsa", QUERY, &request));
    assert_ne!(first, second);
}

#[test]
fn a_connection_serves_many_requests_without_delayed_acknowledgements() {
    let server = Server::usual();
    let mut client = Client::connect(server.address);
    let request = post_octets("/tsa", QUERY, &Request::sha256(1).der());
    let since = meridian_signing::clock::monotonic();
    for _ in 0..50 {
        client.write(&request);
        granted(&client.answer().unwrap());
    }
    // Header and body in two writes would cost 44 ms each time.
    assert!(
        since.elapsed().as_millis() < 50 * 40,
        "{:?}",
        since.elapsed()
    );
}

#[test]
fn header_and_body_leave_in_one_write() {
    let server = Server::usual();
    let mut client = Client::connect(server.address);
    client.write(&post_octets("/tsa", QUERY, &Request::sha256(1).der()));
    let first_read = client.more();
    let answer = client.answer().unwrap();
    assert!(
        first_read > answer.body.len(),
        "{first_read} octets came first"
    );
}

#[test]
fn requests_in_one_segment_are_answered_in_order() {
    let server = Server::usual();
    let mut client = Client::connect(server.address);
    let request = |fill| post_octets("/tsa", QUERY, &Request::sha256(fill).der());
    client.write(&[request(1), request(2), request(3)].concat());
    for fill in 1..=3 {
        let token = granted(&client.answer().unwrap());
        assert!(contains(&token, &[fill; 32]));
    }
}

#[test]
fn a_client_that_closed_its_sending_side_gets_its_answer() {
    let server = Server::usual();
    for _ in 0..20 {
        let mut client = Client::connect(server.address);
        client.write(&post_octets("/tsa", QUERY, &Request::sha256(1).der()));
        client.close_writing();
        granted(&client.answer().unwrap());
        client.wait_for_close();
    }
}

#[test]
fn a_chunked_request_is_granted() {
    let server = Server::usual();
    let body = Request::sha256(1).der();
    let (one, two) = body.split_at(10);
    let mut request = format!(
        "POST /tsa HTTP/1.1\r\nhost: test\r\ncontent-type: {QUERY}\r\n\
         transfer-encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for chunk in [one, two] {
        request.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        request.extend(chunk);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    granted(&crate::client::exchange(server.address, &request));
}

#[test]
fn a_client_that_expects_100_continue_is_served() {
    let server = Server::usual();
    let body = Request::sha256(1).der();
    let head = format!(
        "POST /tsa HTTP/1.1\r\nhost: test\r\ncontent-type: {QUERY}\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        body.len()
    );
    let mut client = Client::connect(server.address);
    client.write(head.as_bytes());
    client.more();
    assert!(client.take_text().starts_with("HTTP/1.1 100 "));
    client.write(&body);
    granted(&client.answer().unwrap());
}

#[test]
fn each_algorithm_serves_from_its_own_database() {
    for algorithm in [Algorithm::P384, Algorithm::P256, Algorithm::Rsa3072] {
        let authority = Authority::new(algorithm);
        let server = Server::start(Parts::open(authority.config()).unwrap());
        granted(&post(
            server.address,
            "/tsa",
            QUERY,
            &Request::sha256(1).der(),
        ));
    }
}

#[test]
fn the_chain_is_served_with_the_tsu_first() {
    let server = Server::usual();
    for (path, count) in [("/v1/certificates", 3), ("/api/v1/timestamp/certchain", 2)] {
        let response = get(server.address, path);
        assert_eq!(response.status, 200);
        assert_eq!(response.media_type(), "application/pem-certificate-chain");
        let chain = meridian_wire::x509::pem::certificates(&response.body).unwrap();
        let names: Vec<String> = chain.iter().map(|it| it.subject_text()).collect();
        assert_eq!(names.len(), count);
        assert!(
            names[0].contains("time-stamping unit") && names[1].contains("root"),
            "{names:?}"
        );
        // Whoever checks a place needs the other unit's, too.
        let rest = names.get(2);
        assert!(rest.is_none_or(|it| it.contains("location-stamping unit")));
    }
}
