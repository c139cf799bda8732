//! HTTPS of a whole authority: beside plain HTTP, alone, under load, at its limits.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use meridian_server::config::{Config, Environment, TlsConfig};
use meridian_server::lifecycle::{self, StartError};
use meridian_wire::tsp::resp::TimeStampResp;

use crate::client::{Client, QUERY, get, post, post_octets};
use crate::der::Request;
use crate::harness::{Server, eventually, parts};
use crate::pki::{Issued, Purpose};
use crate::stamping::granted;
use crate::tls_client::TlsClient;

const GET: &[u8] = b"GET /log/checkpoint HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Files for HTTPS, and the root that clients trust.
struct Files {
    root: Issued,
    config: TlsConfig,
    _folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("meridian.toml"), "[tls]\n").unwrap();
        std::fs::create_dir(folder.path().join("pki")).unwrap();
        let config = Config::load(folder.path(), &Environment::default()).unwrap();
        let mut config = config.tls.unwrap();
        config.listen = "127.0.0.1:0".to_owned();
        let root = Issued::alone("root", Purpose::Ca);
        let server = Issued::by(&root, "server", Purpose::Server);
        server.write(&config.certificates, &config.key);
        Self {
            root,
            config,
            _folder: folder,
        }
    }

    fn server(&self, change: impl FnOnce(&mut Config)) -> Server {
        Server::with(|config| {
            config.tls = Some(self.config.clone());
            change(config);
        })
    }

    fn client(&self) -> TlsClient {
        TlsClient::new(&self.root, None)
    }
}

fn query() -> Vec<u8> {
    post_octets("/tsa", QUERY, &Request::sha256(1).der())
}

#[test]
fn a_stamp_is_issued_over_https_and_over_http_by_one_authority() {
    let files = Files::new();
    let server = files.server(|_| {});
    let mut conversation = files.client().connect(server.https);
    for _ in 0..3 {
        conversation.stream.write_all(&query()).unwrap();
        let body = conversation.answer().unwrap().1;
        assert!(TimeStampResp::decode(&body).unwrap().token().is_some());
    }
    granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(2).der(),
    ));
    let checkpoint = files.client().ask(server.https, GET).unwrap();
    assert!(
        checkpoint.contains("\n6\n"),
        "genesis, start, four stamps: {checkpoint}"
    );
}

#[test]
fn with_https_alone_there_is_no_plain_port() {
    let files = Files::new();
    let server = files.server(|config| config.http.listen = None);
    assert_eq!(server.address.port(), 0);
    assert!(files.client().ask(server.https, GET).is_ok());
    let told = get(server.https, "/log/checkpoint");
    told.assert_problem(400, "https-only");
}

#[test]
fn both_ports_share_the_places_and_a_handshake_has_one() {
    let files = Files::new();
    let server = files.server(|config| config.http.connections = 2);
    // One that never begins its handshake, and one over plain HTTP.
    let silent = TcpStream::connect(server.https).unwrap();
    let mut plain = Client::connect(server.address);
    plain.write(&query());
    granted(&plain.answer().unwrap());
    let refused = Client::connect(server.address).answer().unwrap();
    refused.assert_problem(503, "too-many-connections");
    let mut refused = TcpStream::connect(server.https).unwrap();
    refused
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let mut told = Vec::new();
    refused.read_to_end(&mut told).unwrap();
    assert_eq!(told, [0x15, 3, 3, 0, 2, 2, 80], "a fatal alert");
    drop(silent);
    eventually("the place is free again", || {
        files.client().ask(server.https, GET).is_ok()
    });
}

#[test]
fn an_exchange_of_certificates_costs_no_request() {
    let files = Files::new();
    let server = files.server(|_| {});
    let (stop, asked) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let askers: Vec<_> = (0..4)
        .map(|number| {
            let (client, address) = (files.client(), server.https);
            let (stop, asked) = (Arc::clone(&stop), Arc::clone(&asked));
            std::thread::spawn(move || {
                let mut kept = client.connect(address);
                while !stop.load(Ordering::SeqCst) {
                    // Half of them make a handshake each time.
                    if number % 2 == 0 {
                        kept = client.connect(address);
                    }
                    let answer = kept.ask(GET).unwrap();
                    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
                    asked.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for number in 0..20 {
        let new = Issued::by(&files.root, &format!("server {number}"), Purpose::Server);
        new.write(&files.config.certificates, &files.config.key);
        server.reload_certificates();
        let before = asked.load(Ordering::SeqCst);
        eventually("they go on", || asked.load(Ordering::SeqCst) > before + 8);
        let mut client = files.client().connect(server.https);
        client.ask(GET).unwrap();
        assert_eq!(client.server(), new.certificate);
    }
    stop.store(true, Ordering::SeqCst);
    for asker in askers {
        asker.join().unwrap();
    }
}

#[test]
fn probes_and_metrics_tell_about_the_certificate() {
    let files = Files::new();
    let server = files.server(|_| {});
    assert!(
        get(server.private, "/metrics")
            .text()
            .contains("meridian_tls_files_refused 0\n")
    );
    std::fs::remove_file(&files.config.key).unwrap();
    server.reload_certificates();
    let ready = get(server.private, "/readyz").json();
    assert_eq!(ready["ready"], true);
    assert_eq!(
        ready["https"]["certificateNotAfter"],
        "2049-12-31T23:59:59Z"
    );
    let refused = ready["https"]["filesRefused"].as_str().unwrap();
    assert!(refused.contains("https.key"), "{refused}");
    let metrics = get(server.private, "/metrics");
    for line in [
        "meridian_tls_files_refused 1\n",
        "meridian_tls_certificate_not_after_seconds 2524607999\n",
        "meridian_tls_handshakes_total{outcome=\"full\"} 0\n",
    ] {
        assert!(
            metrics.text().contains(line),
            "{line} is not in\n{}",
            metrics.text()
        );
    }
}

#[test]
fn an_authority_whose_files_do_not_fit_does_not_start() {
    let files = Files::new();
    let other = Issued::by(&files.root, "other", Purpose::Server);
    other.write(
        &files.config.certificates.with_extension("other"),
        &files.config.key,
    );
    let mut parts = parts();
    parts.config.tls = Some(files.config.clone());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(lifecycle::start(parts)).unwrap_err();
    assert!(matches!(error, StartError::Tls(_)), "{error}");
    assert!(
        error
            .to_string()
            .contains("is not the key of the first certificate"),
        "{error}"
    );
}

/// The write deadline lies below TLS, whose buffer would hide a client that takes nothing.
#[test]
fn an_answer_that_a_tls_client_does_not_take_is_given_up() {
    let files = Files::new();
    let server = files.server(|config| {
        config.http.connections = 1;
        config.http.write_deadline = Duration::from_millis(300);
    });
    let mut greedy = files.client().connect(server.https);
    let many = GET.repeat(64);
    greedy
        .stream
        .sock
        .set_write_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    // Until nothing more goes in: the server is stuck in a write, and reads no more.
    while greedy.stream.write_all(&many).is_ok() {}
    eventually("its place is free", || {
        files.client().ask(server.https, GET).is_ok()
    });
}

/// Whoever closes the connection without the alert of TLS has still sent a whole request.
#[test]
fn a_request_before_an_end_without_close_notify_is_answered() {
    let files = Files::new();
    let server = files.server(|_| {});
    let mut client = files.client().connect(server.https);
    client.stream.write_all(&query()).unwrap();
    client
        .stream
        .sock
        .shutdown(std::net::Shutdown::Write)
        .unwrap();
    assert!(
        TimeStampResp::decode(&client.answer().unwrap().1)
            .unwrap()
            .token()
            .is_some()
    );
}
