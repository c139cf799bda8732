//! What the tests of location stamps have in common: a subject, its device, a position.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use meridian_appraisal::AppraisalPolicy;
use meridian_appraisal::ip_database::IpDatabase;
use meridian_appraisal::policy::{DatabaseRule, IpRule, PolicyDocument};
use meridian_log::private::PrivateRows;
use meridian_server::parts::Parts;
use meridian_signing::clock::sim::SimClock;
use meridian_signing::clock::{BoundSource, ClockReading};
use serde_json::{Value, json};

use crate::client::{JSON, QUERY, Response, exchange, post};
use crate::der::Request;
use crate::harness::{now, parts, sim_clock};

/// Somewhere under a tower.
pub(crate) fn position() -> Value {
    json!({"latitude": 48.85837, "longitude": 2.29448, "accuracy": 6.5, "method": "gnss"})
}

/// Where the test database says that 81.2.69.142 is.
pub(crate) const LONDON: (f64, f64) = (51.5142, -0.0931);
pub(crate) const LONDON_ADDRESS: &str = "81.2.69.142";

/// Self-asserted evidence around a location object.
pub(crate) fn self_asserted(position: &Value) -> Value {
    item(
        "selfAsserted",
        "application/json",
        position.to_string().as_bytes(),
    )
}

pub(crate) fn item(kind: &str, format: &str, content: &[u8]) -> Value {
    json!({"kind": kind, "format": format, "content_b64": STANDARD.encode(content)})
}

pub(crate) fn ask(address: SocketAddr, path: &str, body: &Value) -> Response {
    post(address, path, JSON, body.to_string().as_bytes())
}

/// The same with header fields of one's own.
pub(crate) fn ask_with(
    address: SocketAddr,
    (method, path): (&str, &str),
    fields: &[(&str, &str)],
    body: &Value,
) -> Response {
    let body = body.to_string();
    let fields: String = fields
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-type: {JSON}\r\n{fields}\
         content-length: {}\r\n\r\n",
        body.len()
    );
    exchange(
        address,
        [head.as_bytes(), body.as_bytes()].concat().as_slice(),
    )
}

/// Asks for something that is made.
pub(crate) fn made(address: SocketAddr, path: &str, body: &Value) -> Value {
    let response = ask(address, path, body);
    assert_eq!(response.status, 201, "{}", response.text());
    assert_eq!(response.header("cache-control"), Some("no-store"));
    response.json()
}

/// A challenge for anybody.
pub(crate) fn challenge(address: SocketAddr) -> String {
    let challenge = made(address, "/v1/location/challenges", &json!({}));
    challenge["id"].as_str().unwrap().to_owned()
}

/// What becomes of self-asserted evidence, with more members or other ones.
pub(crate) fn evidence(address: SocketAddr, more: &Value) -> Response {
    let mut body = json!({
        "challenge": challenge(address),
        "evidence": [self_asserted(&position())],
    });
    for (member, value) in more.as_object().unwrap() {
        body[member] = value.clone();
    }
    ask(address, "/v1/location/evidence", &body)
}

/// A ticket for self-asserted evidence.
pub(crate) fn ticket(address: SocketAddr) -> Value {
    let response = evidence(address, &json!({}));
    assert_eq!(response.status, 201, "{}", response.text());
    response.json()
}

/// The path of a ticket.
pub(crate) fn path_of(ticket: &Value) -> String {
    format!("/t/{}", ticket["ticket"].as_str().unwrap())
}

/// One use of a ticket.
pub(crate) fn redeem(address: SocketAddr, path: &str) -> Response {
    post(address, path, QUERY, &Request::sha256(1).der())
}

/// Checks that this is a problem document of a location request; returns it.
pub(crate) fn assert_problem(response: &Response, status: u16, code: &str) -> Value {
    assert_eq!(response.status, status, "{code}: {}", response.text());
    assert_eq!(response.media_type(), "application/problem+json", "{code}");
    let problem = response.json();
    assert_eq!(problem["type"], format!("urn:ls:problem:{code}"));
    assert_eq!(problem["status"], status);
    assert!(problem["title"].is_string() && problem["detail"].is_string());
    for member in problem.as_object().unwrap().keys() {
        let known = ["type", "title", "status", "detail", "missing", "failInfo"];
        assert!(known.contains(&member.as_str()), "{member}");
    }
    problem
}

/// A device with a key of its own.
pub(crate) struct Device(SigningKey);

impl Device {
    pub(crate) fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    pub(crate) fn jwk(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.0.verifying_key().as_bytes());
        json!({"kty": "OKP", "crv": "Ed25519", "x": x})
    }

    /// A compact JWS over `payload`.
    pub(crate) fn sign(&self, payload: &Value) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA"}"#);
        let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
        let message = format!("{header}.{payload}");
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(message.as_bytes()).to_bytes());
        format!("{message}.{signature}")
    }

    /// A challenge for its key, with more members.
    pub(crate) fn challenge(&self, address: SocketAddr, more: &Value) -> Value {
        let mut body = json!({"key": self.jwk()});
        for (member, value) in more.as_object().unwrap() {
            body[member] = value.clone();
        }
        made(address, "/v1/location/challenges", &body)
    }

    /// What enrols its key for a subject.
    pub(crate) fn proof(&self, challenge: &Value, sid: &str) -> Value {
        let pop = self.sign(&json!({"nonce": nonce_of(challenge), "sub": sid}));
        json!({"challenge": challenge["id"], "key": self.jwk(), "pop": pop})
    }

    pub(crate) fn enrol(&self, address: SocketAddr, sid: &str) -> Response {
        let challenge = self.challenge(address, &json!({}));
        let path = format!("/v1/subjects/{sid}/keys");
        ask(address, &path, &self.proof(&challenge, sid))
    }

    /// Its word about where it is, in answer to a challenge.
    pub(crate) fn token(&self, challenge: &Value, position: &Value) -> Value {
        let claims = json!({"eat_nonce": nonce_of(challenge), "location": position});
        let token = self.sign(&claims);
        item("deviceSigned", "application/eat+jwt", token.as_bytes())
    }
}

/// The evidence nonce of a challenge, as a JWT has it.
pub(crate) fn nonce_of(challenge: &Value) -> String {
    let nonce = challenge["evidence_nonce_b64"].as_str().unwrap();
    URL_SAFE_NO_PAD.encode(STANDARD.decode(nonce).unwrap())
}

/// The folder of MaxMind's test databases, where it is.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn databases() -> Option<PathBuf> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/vectors/maxmind/test-data"
    );
    let found = PathBuf::from(folder);
    if !found.is_dir() {
        println!("skipped: not found");
        return None;
    }
    Some(found)
}

/// The usual policy after a change.
pub(crate) fn policy(change: impl FnOnce(&mut PolicyDocument)) -> AppraisalPolicy {
    let mut document = PolicyDocument::evaluation();
    change(&mut document);
    AppraisalPolicy::new(document).unwrap()
}

/// Parts with databases of addresses, behind a proxy that says which address it is; `None` where
/// the databases are not there. The anonymous one knows London's address as a VPN's.
pub(crate) fn parts_with_databases(
    anonymous: bool,
    change: impl FnOnce(&mut PolicyDocument),
) -> Option<Parts> {
    let folder = databases()?;
    let read = |name: &str| IpDatabase::new(std::fs::read(folder.join(name)).unwrap()).unwrap();
    let mut parts = parts();
    parts.config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let location = parts.location.as_mut().unwrap();
    location.country_database = Some(read("GeoLite2-Country-Test.mmdb"));
    location.anonymous_database = anonymous.then(|| read("GeoIP2-Anonymous-IP-Test.mmdb"));
    location.policy = policy(|document| {
        let any_age = DatabaseRule::new(3_660);
        document.ip = IpRule::new(Some(any_age), anonymous.then_some(any_age));
        change(document);
    });
    Some(parts)
}

/// Sends a device's evidence from an address.
pub(crate) fn device_evidence(
    server: SocketAddr,
    device: &Device,
    position: &Value,
    from: &str,
) -> Response {
    let challenge = device.challenge(server, &json!({}));
    let body = json!({
        "challenge": challenge["id"],
        "evidence": [device.token(&challenge, position)],
    });
    let path = ("POST", "/v1/location/evidence");
    ask_with(server, path, &[("x-forwarded-for", from)], &body)
}

/// A clock that stands still until it is moved, and shows the time of now.
pub(crate) fn still_clock() -> Arc<SimClock> {
    sim_clock(ClockReading::new(now(), 1_000, BoundSource::Measured))
}

/// The private rows of parts, to be looked at later.
pub(crate) fn rows_of(parts: &Parts) -> Arc<dyn PrivateRows> {
    Arc::clone(&parts.private)
}
