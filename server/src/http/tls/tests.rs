//! HTTPS as clients meet it: a listener with one route, which says who it thinks is calling.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, HandshakeKind, SupportedProtocolVersion};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use warp::Filter;

use super::*;
use crate::config::{ClientCertificates, Config, Environment};
use crate::http::caller::{Edge, caller};
use crate::http::listener::{self, Limits, Socket};
use crate::metrics::Metrics;

#[path = "../../../tests/it/pki.rs"]
mod pki;
#[path = "../../../tests/it/tls_client.rs"]
mod tls_client;

use pki::{Issued, Purpose, replace};
use tls_client::{TlsClient, TlsConversation};

const GET: &[u8] = b"GET /who HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// A listener, its files and who issued them.
struct Site {
    runtime: Runtime,
    address: SocketAddr,
    tls: Arc<Tls>,
    metrics: Arc<Metrics>,
    drain: watch::Sender<bool>,
    root: Issued,
    config: TlsConfig,
    _folder: tempfile::TempDir,
}

/// Files of a server that `root` vouches for, and a configuration that names them.
fn files(root: &Issued) -> (tempfile::TempDir, TlsConfig) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("meridian.toml"), "[tls]\n").unwrap();
    let config = Config::load(folder.path(), &Environment::default()).unwrap();
    let mut config = config.tls.unwrap();
    (config.certificates, config.key) = (path("https.pem"), path("https.key"));
    let server = Issued::by(root, "server", Purpose::Server);
    server.write(&config.certificates, &config.key);
    (folder, config)
}

impl Site {
    fn with(change: impl FnOnce(&mut TlsConfig)) -> Self {
        let root = Issued::alone("root", Purpose::Ca);
        let (folder, mut config) = files(&root);
        change(&mut config);
        let runtime = Runtime::new().unwrap();
        let tls = Arc::new(Tls::open(&config).unwrap());
        let (drain, drained) = watch::channel(false);
        let metrics = Arc::new(Metrics::new());
        let http = Config::load(folder.path(), &Environment::default()).unwrap();
        let edge = Arc::new(Edge::of(&http.http));
        let routes = warp::path!("who")
            .and(caller(&edge))
            .map(|caller| warp::reply::Reply::into_response(format!("{caller:?}")))
            .boxed();
        let limits = Limits {
            slots: Arc::new(Semaphore::new(64)),
            header_deadline: Duration::from_secs(10),
            write_deadline: Duration::from_secs(10),
            drain_deadline: Duration::from_secs(10),
        };
        let address = runtime.block_on(async {
            let socket = Socket::tcp("127.0.0.1:0").await.unwrap();
            let address = socket.tcp_address().unwrap();
            let (tls, metrics) = (Some(Arc::clone(&tls)), Arc::clone(&metrics));
            tokio::spawn(listener::serve(
                socket, tls, routes, limits, metrics, drained,
            ));
            address
        });
        Self {
            runtime,
            address,
            tls,
            metrics,
            drain,
            root,
            config,
            _folder: folder,
        }
    }

    fn asking(client_certificates: ClientCertificates) -> Self {
        Self::with(|config| config.client_certificates = client_certificates)
    }

    /// With this CA for clients.
    fn asking_for(ca: &Issued, folder: &tempfile::TempDir) -> Self {
        let path = folder.path().join("clients.pem");
        let pem = meridian_wire::x509::pem::certificate_to_pem(&ca.certificate);
        std::fs::write(&path, pem).unwrap();
        Self::with(|config| {
            config.client_certificates = ClientCertificates::Require;
            config.client_ca = Some(path);
        })
    }

    fn client(&self, own: Option<&Issued>) -> TlsClient {
        TlsClient::new(&self.root, own)
    }

    fn who(&self, own: Option<&Issued>) -> String {
        self.client(own).ask(self.address, GET).unwrap()
    }

    fn refuses(&self, client: &TlsClient) {
        let error = client.ask(self.address, GET).unwrap_err();
        assert!(error.to_string().contains("alert"), "{error}");
    }

    /// Waits until that many handshakes ended so: the peer may know it before the counter does.
    fn counts(&self, outcome: &str, times: usize) {
        let line = format!("meridian_tls_handshakes_total{{outcome=\"{outcome}\"}} {times}\n");
        for _ in 0..500 {
            if self.metrics.text().contains(&line) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{line} is not in\n{}", self.metrics.text());
    }
}

impl TlsClient {
    /// Shows `shown`'s certificate and signs with whatever key.
    pub(crate) fn unchecked(
        root: &Issued,
        shown: &Issued,
        pkcs8: &[u8],
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let mut client = Self::with_versions(root, None, versions);
        let chain = vec![CertificateDer::from(shown.certificate.clone())];
        client.show(chain, pkcs8);
        client
    }

    pub(crate) fn with_chain(root: &Issued, chain: Vec<Vec<u8>>, pkcs8: &[u8]) -> Self {
        let mut client = Self::new(root, None);
        client.show(chain.into_iter().map(CertificateDer::from).collect(), pkcs8);
        client
    }

    fn show(&mut self, chain: Vec<CertificateDer<'static>>, pkcs8: &[u8]) {
        let key = PrivateKeyDer::try_from(pkcs8.to_vec()).unwrap();
        let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
        let shown = SingleCertAndKey::from(CertifiedKey::new(chain, key));
        let mut config = ClientConfig::clone(&self.config);
        config.client_auth_cert_resolver = Arc::new(shown);
        self.config = Arc::new(config);
    }

    pub(crate) fn with_alpn(&self, protocol: &str) -> Self {
        let mut config = ClientConfig::clone(&self.config);
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Self {
            config: Arc::new(config),
        }
    }
}

fn is_resumed(conversation: &TlsConversation) -> bool {
    conversation.stream.conn.handshake_kind() == Some(HandshakeKind::Resumed)
}

fn session_of(issued: &Issued) -> String {
    let digest = meridian_signing::digest::sha256(&issued.spki());
    format!("session: Some(\"{}\")", hex::encode(digest))
}

#[test]
fn a_pipe_instead_of_a_certificate_holds_nothing_up() {
    let site = Site::with(|_| ());
    let path = &site.config.certificates;
    std::fs::remove_file(path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
    site.tls.reload();
    let refused = site.tls.state().refused.unwrap();
    assert!(refused.ends_with("not a file"), "{refused}");
}

#[test]
fn a_client_is_told_apart_by_its_key_and_nothing_else_is_believed() {
    let site = Site::asking(ClientCertificates::Request);
    // Issued by itself, for no purpose that fits, and long over.
    let validity = ("200101000000Z", "200102000000Z");
    let client = Issued::new("nobody", Purpose::Server, None, validity);
    let answer = site.who(Some(&client));
    assert!(answer.contains(&session_of(&client)), "{answer}");
    assert!(answer.contains("secure: true"), "{answer}");
    let answer = site.who(None);
    assert!(answer.contains("session: None"), "{answer}");
}

#[test]
fn a_certificate_that_is_required_must_come() {
    let site = Site::asking(ClientCertificates::Require);
    site.refuses(&site.client(None));
    let client = Issued::alone("client", Purpose::Client);
    let answer = site.who(Some(&client));
    assert!(answer.contains(&session_of(&client)), "{answer}");
}

#[test]
fn a_certificate_that_nobody_asked_for_is_not_shown() {
    let site = Site::asking(ClientCertificates::Off);
    let client = Issued::alone("client", Purpose::Client);
    assert!(site.who(Some(&client)).contains("session: None"));
}

#[test]
fn with_a_ca_the_path_and_the_purpose_are_checked() {
    let ca = Issued::alone("clients", Purpose::Ca);
    let folder = tempfile::tempdir().unwrap();
    let site = Site::asking_for(&ca, &folder);
    let client = Issued::by(&ca, "client", Purpose::Client);
    assert!(site.who(Some(&client)).contains(&session_of(&client)));
    for stranger in [
        Issued::alone("client", Purpose::Client),
        Issued::by(
            &Issued::alone("clients", Purpose::Ca),
            "client",
            Purpose::Client,
        ),
        Issued::by(&ca, "client", Purpose::Server),
        Issued::new(
            "client",
            Purpose::Client,
            Some(&ca),
            ("200101000000Z", "200102000000Z"),
        ),
    ] {
        site.refuses(&site.client(Some(&stranger)));
    }
}

/// A client that shows somebody's certificate and signs with a key of its own.
#[test]
fn a_certificate_without_its_key_is_refused() {
    let site = Site::asking(ClientCertificates::Request);
    let somebody = Issued::alone("somebody", Purpose::Client);
    let thief = Issued::alone("thief", Purpose::Client);
    for versions in [&[&rustls::version::TLS13], &[&rustls::version::TLS12]] {
        let client = TlsClient::unchecked(&site.root, &somebody, &thief.pkcs8, versions);
        site.refuses(&client);
    }
    site.counts("failed", 2);
}

#[test]
fn a_chain_that_is_longer_than_any_is_refused() {
    let site = Site::asking(ClientCertificates::Request);
    let client = Issued::alone("client", Purpose::Client);
    let chain = vec![client.certificate.clone(); 60];
    site.refuses(&TlsClient::with_chain(&site.root, chain, &client.pkcs8));
}

#[test]
fn a_session_that_is_taken_up_again_has_the_same_key() {
    for versions in [&[&rustls::version::TLS13], &[&rustls::version::TLS12]] {
        let site = Site::asking(ClientCertificates::Require);
        let own = Issued::alone("client", Purpose::Client);
        let client = TlsClient::with_versions(&site.root, Some(&own), versions);
        client.ask(site.address, GET).unwrap();
        let mut again = client.connect(site.address);
        let answer = again.ask(GET).unwrap();
        assert!(is_resumed(&again), "{versions:?}");
        assert!(answer.contains(&session_of(&own)), "{answer}");
        site.counts("full", 1);
        site.counts("resumed", 1);
        // Across an exchange nothing is taken up: what the old files accepted is asked again.
        let server = Issued::by(&site.root, "other", Purpose::Server);
        server.write(&site.config.certificates, &site.config.key);
        site.tls.reload();
        let mut again = client.connect(site.address);
        again.ask(GET).unwrap();
        assert!(!is_resumed(&again), "{versions:?}");
    }
}

#[test]
fn http_1_1_is_the_only_protocol() {
    let site = Site::asking(ClientCertificates::Off);
    let client = site.client(None);
    assert!(client.with_alpn("http/1.1").ask(site.address, GET).is_ok());
    site.refuses(&client.with_alpn("h2"));
}

#[test]
fn plain_http_is_told_that_this_is_https() {
    let site = Site::asking(ClientCertificates::Off);
    let mut stream = TcpStream::connect(site.address).unwrap();
    let body = [b'x'; 32 << 10];
    let head = format!(
        "POST /tsa HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream
        .write_all(&[head.as_bytes(), &body].concat())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(
        answer.contains("urn:meridian:problem:https-only"),
        "{answer}"
    );
    site.counts("plain_http", 1);
}

#[test]
fn a_handshake_that_does_not_end_is_cut_at_its_deadline() {
    let site = Site::with(|config| config.handshake_deadline = Duration::from_millis(200));
    for octets in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01"] {
        let mut stream = TcpStream::connect(site.address).unwrap();
        stream.write_all(octets).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let closed = stream.read(&mut [0; 16]);
        assert!(
            matches!(closed, Ok(0))
                || closed.is_err_and(|e| e.kind() != std::io::ErrorKind::WouldBlock)
        );
    }
    site.counts("late", 3);
    assert!(site.metrics.text().contains("connections_open 0\n"));
}

#[test]
fn nonsense_is_an_alert_or_a_close() {
    let site = Site::asking(ClientCertificates::Off);
    for octets in [
        &b"\x16\x03\x01\0\x02hi"[..],
        b"\0\0\0\0\0\0",
        b"\x80\x2e\x01\0\x02",
        b"SSH-2.0-x\r\n",
    ] {
        let mut stream = TcpStream::connect(site.address).unwrap();
        stream.write_all(octets).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(15)))
            .unwrap();
        // An octet of its answer, the end, or a reset; not silence.
        let answer = stream.read(&mut [0; 64]);
        assert!(
            !answer.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock),
            "{octets:?}"
        );
    }
    assert!(site.who(None).starts_with("HTTP/1.1 200"));
}

#[test]
fn a_handshake_does_not_delay_the_end() {
    let site = Site::asking(ClientCertificates::Off);
    let mut stream = TcpStream::connect(site.address).unwrap();
    stream.write_all(b"\x16\x03\x01\x02\x00\x01").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    site.drain.send_replace(true);
    stream
        .set_read_timeout(Some(Duration::from_secs(3)))
        .unwrap();
    let closed = stream.read(&mut [0; 16]);
    assert!(!closed.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock));
}

#[test]
fn new_files_are_used_and_what_is_open_goes_on() {
    let site = Site::asking(ClientCertificates::Off);
    let mut open = site.client(None).connect(site.address);
    open.ask(GET).unwrap();
    let before = open.server();
    let new = Issued::by(&site.root, "new", Purpose::Server);
    new.write(&site.config.certificates, &site.config.key);
    site.tls.reload();
    let mut fresh = site.client(None).connect(site.address);
    fresh.ask(GET).unwrap();
    assert_eq!(fresh.server(), new.certificate);
    open.ask(GET).unwrap();
    assert_eq!(open.server(), before);
}

#[test]
fn files_that_cannot_be_used_leave_the_old_ones_in_use_and_are_told() {
    let site = Site::asking(ClientCertificates::Off);
    let (certificates, key) = (&site.config.certificates, &site.config.key);
    let old = std::fs::read(certificates).unwrap();
    let new = Issued::by(&site.root, "new", Purpose::Server);
    let over = ("200101000000Z", "200102000000Z");
    let over = Issued::new("over", Purpose::Server, Some(&site.root), over);
    let elsewhere = tempfile::tempdir().unwrap();
    let broken: [(&str, &dyn Fn()); 5] = [
        ("is not the key of the first certificate", &|| {
            new.write(certificates, &elsewhere.path().join("key"));
        }),
        ("no certificate found", &|| {
            replace(certificates, b"", 0o644)
        }),
        ("No such file", &|| {
            std::fs::remove_file(certificates).unwrap()
        }),
        ("not now", &|| over.write(certificates, key)),
        ("chmod 600", &|| {
            new.write(certificates, key);
            replace(key, &std::fs::read(key).unwrap(), 0o644);
        }),
    ];
    for (words, spoil) in broken {
        spoil();
        site.tls.reload();
        let state = site.tls.state();
        let refused = state.refused.unwrap_or_default();
        assert!(refused.contains(words), "{words}: {refused}");
        assert!(site.who(None).starts_with("HTTP/1.1 200"));
        let mut client = site.client(None).connect(site.address);
        client.ask(GET).unwrap();
        let pem = meridian_wire::x509::pem::certificate_to_pem(&client.server());
        assert_eq!(pem.as_bytes(), old, "{words}");
    }
    new.write(certificates, key);
    site.tls.reload();
    assert!(site.tls.state().refused.is_none());
    let mut client = site.client(None).connect(site.address);
    client.ask(GET).unwrap();
    assert_eq!(client.server(), new.certificate);
}

#[test]
fn the_files_are_looked_at_without_a_signal() {
    let site = Site::with(|config| config.reload = Duration::from_millis(20));
    let drained = site.drain.subscribe();
    site.runtime.spawn(watch(Arc::clone(&site.tls), drained));
    let new = Issued::by(&site.root, "new", Purpose::Server);
    new.write(&site.config.certificates, &site.config.key);
    for _ in 0..500 {
        let mut client = site.client(None).connect(site.address);
        client.ask(GET).unwrap();
        if client.server() == new.certificate {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not looked at within five seconds");
}

fn refusal(change: impl FnOnce(&mut TlsConfig)) -> String {
    let root = Issued::alone("root", Purpose::Ca);
    let (_folder, mut config) = files(&root);
    change(&mut config);
    Tls::open(&config).unwrap_err().to_string()
}

#[test]
fn what_does_not_fit_together_is_refused_at_the_start() {
    let other = Issued::alone("other", Purpose::Server);
    let text = refusal(|config| {
        let elsewhere = config.certificates.with_extension("other");
        other.write(&elsewhere, &config.key);
    });
    assert!(
        text.contains("https.key is not the key of the first certificate in"),
        "{text}"
    );
    let text = refusal(|config| config.key = PathBuf::from("/nowhere/key"));
    assert!(text.contains("/nowhere/key"), "{text}");
    let text = refusal(|config| replace(&config.key, b"hello", 0o600));
    assert!(text.contains("no private key in it"), "{text}");
    let text = refusal(|config| replace(&config.key, &[0x30; 64], 0o600));
    assert!(text.contains("https.key: "), "{text}");
    let text = refusal(|config| replace(&config.key, b"x", 0o640));
    assert!(text.contains("chmod 600"), "{text}");
    let text = refusal(|config| replace(&config.certificates, &vec![b' '; 2 << 20], 0o644));
    assert!(text.contains("larger than 1 MiB"), "{text}");
    let text = refusal(|config| {
        config.client_certificates = ClientCertificates::Request;
        config.client_ca = Some(config.key.clone());
    });
    assert!(text.contains("https.key"), "{text}");
}

/// An authority whose certificate has ended still stamps: refusing to start would end the plain
/// port, too.
#[test]
fn a_certificate_that_has_ended_does_not_prevent_the_start() {
    let root = Issued::alone("root", Purpose::Ca);
    let (_folder, config) = files(&root);
    let over = ("200101000000Z", "200102000000Z");
    let over = Issued::new("over", Purpose::Server, Some(&root), over);
    over.write(&config.certificates, &config.key);
    assert!(Tls::open(&config).unwrap().state().not_after < now().unwrap());
}
