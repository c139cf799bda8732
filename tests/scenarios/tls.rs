//! Over HTTPS a connection can be authenticated as the subject; then the place is bound to it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use meridian_tests::device::{Device, Fix, KeyKind};
use meridian_tests::locating::{octets, request, text};
use meridian_tests::programs::{client, run};
use serde_json::{Value, json};

use crate::site::{Site, now_s};
use crate::subject::{Format, Subject};

/// An authority with a port for HTTPS, and curl to speak with it.
struct Secure {
    site: Site,
    folder: tempfile::TempDir,
    base: String,
}

impl Secure {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("tls.pem"), folder.path().join("tls.key"));
        self_signed(&certificate, &key, None);
        // Bound and let go: the kernel gives the same port to nobody else for a while.
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let site = Site::start(|config, _| {
            let mut tls = toml::Table::new();
            let text = |path: &Path| toml::Value::from(path.to_str().unwrap());
            tls.insert("listen".to_owned(), address.clone().into());
            tls.insert("certificates".to_owned(), text(&certificate));
            tls.insert("key".to_owned(), text(&key));
            tls.insert("client_certificates".to_owned(), "request".into());
            config.insert("tls".to_owned(), tls.into());
        });
        Self {
            site,
            folder,
            base: format!("https://{address}"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What curl gets for JSON, with further options.
    fn ask(&self, path: &str, body: &Value, options: &[&str]) -> Value {
        let said = run(client("curl")
            .unwrap()
            .args(["-sS", "--fail-with-body", "--max-time", "20", "--cacert"])
            .arg(self.path("tls.pem"))
            .args(["-H", "Content-Type: application/json"])
            .args(["--data-binary", &body.to_string()])
            .args(options)
            .arg(format!("{}{path}", self.base)))
        .unwrap()
        .succeeded()
        .unwrap();
        serde_json::from_str(&said).unwrap()
    }

    /// Enrols a device; over HTTPS it is given a bearer token.
    fn enrol(&self, device: &Device, name: &str) -> Option<String> {
        let challenge = self.ask(
            "/v1/location/challenges",
            &json!({"key": device.jwk()}),
            &[],
        );
        let nonce = octets(&challenge, "evidence_nonce_b64").unwrap();
        let asked = json!({
            "challenge": challenge["id"], "key": device.jwk(),
            "pop": device.proof_of_possession(&nonce, name),
        });
        let enrolled = self.ask(&format!("/v1/subjects/{name}/keys"), &asked, &[]);
        text(&enrolled, "bearer").ok()
    }

    /// A ticket for a place that the device signed before it knew of a document.
    fn ticket(&self, subject: &Subject) -> String {
        let asked = json!({"key": subject.device.jwk()});
        let challenge = self.ask("/v1/location/challenges", &asked, &[]);
        let nonce = octets(&challenge, "evidence_nonce_b64").unwrap();
        let fix = Fix::gnss(48.85837, 2.29448, 6.5, Some(now_s()));
        let evidence = subject.signed(&nonce, &fix, Format::Cwt);
        let given = json!({"challenge": challenge["id"], "evidence": [evidence]});
        text(&self.ask("/v1/location/evidence", &given, &[]), "ticket").unwrap()
    }

    /// The binding of a token from a ticket; `base` and `options` say over which connection.
    fn assert_binding(&self, ticket: &str, base: &str, options: &[&str], binding: &str) {
        let (query, reply) = (self.path("query"), self.path("reply"));
        std::fs::write(&query, request(b"document").unwrap().encode()).unwrap();
        std::fs::write(self.path("document"), b"document").unwrap();
        run(client("curl")
            .unwrap()
            .args(["-sSf", "--max-time", "20", "--cacert"])
            .arg(self.path("tls.pem"))
            .args(["-H", "Content-Type: application/timestamp-query"])
            .arg("--data-binary")
            .arg(format!("@{}", query.display()))
            .arg("-o")
            .arg(&reply)
            .args(options)
            .arg(format!("{base}/t/{ticket}")))
        .unwrap()
        .succeeded()
        .unwrap();
        let required = format!("binding={binding}");
        let document = self.path("document");
        let judged = self
            .site
            .judge(&document, &reply, &["--require", &required]);
        judged.succeeded().unwrap();
    }
}

/// A self-signed certificate for 127.0.0.1; of a key that is there, or of a new one.
fn self_signed(certificate: &Path, key: &Path, given: Option<&str>) {
    let mut openssl = client("openssl").unwrap();
    openssl.args(["req", "-x509", "-days", "2", "-subj", "/CN=127.0.0.1"]);
    openssl.args(["-addext", "subjectAltName=IP:127.0.0.1", "-out"]);
    openssl.arg(certificate);
    match given {
        Some(pem) => {
            std::fs::write(key, pem).unwrap();
            openssl.arg("-key").arg(key);
        }
        None => {
            openssl.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
            openssl.args(["-nodes", "-keyout"]).arg(key);
        }
    }
    run(&mut openssl).unwrap().succeeded().unwrap();
    let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(key, owner_only).unwrap();
}

#[test]
fn a_bearer_token_binds_over_https_and_is_not_looked_at_over_http() {
    let secure = Secure::start();
    let device = Device::new(KeyKind::P256, 11).unwrap();
    let bearer = secure.enrol(&device, "bearer").unwrap();
    let subject = Subject::known(device, "bearer");
    let ticket = secure.ticket(&subject);
    let header = format!("Authorization: Bearer {bearer}");
    let with = ["-H", header.as_str()];
    secure.assert_binding(&ticket, &secure.base, &with, "session");
    secure.assert_binding(&ticket, &secure.base, &[], "requester");
    secure.assert_binding(&ticket, &secure.site.base(), &with, "requester");
}

#[test]
fn a_client_certificate_of_the_subjects_key_binds() {
    let secure = Secure::start();
    let device = Device::new(KeyKind::P256, 13).unwrap();
    secure.enrol(&device, "certified");
    let (certificate, key) = (secure.path("client.pem"), secure.path("client.key"));
    self_signed(&certificate, &key, Some(&device.pkcs8_pem().unwrap()));
    let subject = Subject::known(device, "certified");
    let ticket = secure.ticket(&subject);
    let of = |name: &str| secure.path(name).to_str().unwrap().to_owned();
    let (certificate, key) = (of("client.pem"), of("client.key"));
    let with = ["--cert", certificate.as_str(), "--key", key.as_str()];
    secure.assert_binding(&ticket, &secure.base, &with, "session");

    // Another key, certified just as well, is somebody else.
    let other = Device::new(KeyKind::P256, 15).unwrap();
    let (certificate, key) = (secure.path("other.pem"), secure.path("other.key"));
    self_signed(&certificate, &key, Some(&other.pkcs8_pem().unwrap()));
    let (certificate, key) = (of("other.pem"), of("other.key"));
    let with = ["--cert", certificate.as_str(), "--key", key.as_str()];
    secure.assert_binding(&ticket, &secure.base, &with, "requester");
}
