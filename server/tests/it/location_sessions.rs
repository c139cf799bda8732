//! A connection that is authenticated by a certificate binds a place to a document.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meridian_appraisal::key::PublicKey;
use meridian_server::config::{ClientCertificates, Config, Environment};
use meridian_signing::signer::Signer;
use meridian_signing::software::SoftwareSigner;
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::subject::SubjectRef;
use serde_json::{Value, json};

use crate::client::{JSON, QUERY, Response, post_octets};
use crate::der::Request;
use crate::harness::Server;
use crate::location::{ask, made, nonce_of, path_of, position, redeem, self_asserted};
use crate::location_tickets::{claim, claim_of};
use crate::pki::{Issued, Purpose};
use crate::tls_client::TlsClient;

/// The certificate of a subject, whose key is enrolled, too.
struct Subject {
    certificate: Issued,
    key: SoftwareSigner,
}

impl Subject {
    fn new() -> Self {
        let certificate = Issued::alone("subject", Purpose::Client);
        let key = SoftwareSigner::from_pkcs8_der(&certificate.pkcs8).unwrap();
        Self { certificate, key }
    }

    fn jwk(&self) -> Value {
        let key = PublicKey::from_spki(&self.certificate.spki()).unwrap();
        serde_json::from_str(&key.to_jwk()).unwrap()
    }

    /// A compact JWS: JOSE has r and s side by side, where X.509 has DER.
    fn sign(&self, payload: &Value) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#);
        let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
        let message = format!("{header}.{payload}");
        let der = self.key.sign(message.as_bytes()).unwrap();
        let (r, rest) = integer(&der[2..]);
        let signature = [r, integer(rest).0].concat();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn enrol(&self, server: &Server) -> Response {
        let challenge = json!({"key": self.jwk()});
        let challenge = made(server.address, "/v1/location/challenges", &challenge);
        let pop = self.sign(&json!({"nonce": nonce_of(&challenge), "sub": "me"}));
        let body = json!({"challenge": challenge["id"], "key": self.jwk(), "pop": pop});
        ask(server.address, "/v1/subjects/me/keys", &body)
    }
}

/// The 32 octets of a DER INTEGER, and what follows it.
fn integer(der: &[u8]) -> (Vec<u8>, &[u8]) {
    let (content, rest) = der[2..].split_at(usize::from(der[1]));
    let start = content.iter().position(|octet| *octet != 0).unwrap();
    let mut octets = vec![0; 32 - content[start..].len()];
    octets.extend_from_slice(&content[start..]);
    (octets, rest)
}

fn https(root: &Issued, folder: &std::path::Path) -> Server {
    std::fs::write(folder.join("meridian.toml"), "[tls]\n").unwrap();
    std::fs::create_dir(folder.join("pki")).unwrap();
    let mut tls = Config::load(folder, &Environment::default())
        .unwrap()
        .tls
        .unwrap();
    tls.listen = "127.0.0.1:0".to_owned();
    tls.client_certificates = ClientCertificates::Request;
    Issued::by(root, "server", Purpose::Server).write(&tls.certificates, &tls.key);
    Server::with(|config| config.tls = Some(tls))
}

fn over(client: &TlsClient, server: &Server, path: &str, body: &Value) -> Value {
    let request = post_octets(path, JSON, body.to_string().as_bytes());
    let (head, body) = {
        let mut conversation = client.connect(server.https);
        std::io::Write::write_all(&mut conversation.stream, &request).unwrap();
        conversation.answer().unwrap()
    };
    assert!(
        head.starts_with("HTTP/1.1 201"),
        "{head}{}",
        String::from_utf8_lossy(&body)
    );
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn a_client_certificate_binds_by_session_and_names_the_subject() {
    let folder = tempfile::tempdir().unwrap();
    let root = Issued::alone("root", Purpose::Ca);
    let server = https(&root, folder.path());
    let subject = Subject::new();
    let enrolled = subject.enrol(&server);
    assert_eq!(enrolled.status, 201, "{}", enrolled.text());
    let client = TlsClient::new(&root, Some(&subject.certificate));
    let ticket = |client: &TlsClient| {
        let challenge = over(client, &server, "/v1/location/challenges", &json!({}));
        let body = json!({
            "challenge": challenge["id"],
            "evidence": [self_asserted(&position())],
        });
        over(client, &server, "/v1/location/evidence", &body)
    };
    let mine = ticket(&client);
    assert!(mine["tsa_url"].as_str().unwrap().starts_with("https://"));
    // Used over the same kind of connection, the subject presented the document.
    let query = post_octets(&path_of(&mine), QUERY, &Request::sha256(1).der());
    let mut conversation = client.connect(server.https);
    std::io::Write::write_all(&mut conversation.stream, &query).unwrap();
    let (_, reply) = conversation.answer().unwrap();
    let in_session = claim_of(&reply);
    assert_eq!(in_session.fields().binding, DocBinding::Session);
    assert!(matches!(
        in_session.fields().subject,
        SubjectRef::Pairwise(_)
    ));
    // Whoever else holds the ticket did.
    let elsewhere = claim(&redeem(server.address, &path_of(&mine)));
    assert_eq!(elsewhere.fields().binding, DocBinding::Requester);
    assert_eq!(elsewhere.fields().subject, in_session.fields().subject);
    // Without a certificate nobody is the subject.
    let anybody = ticket(&TlsClient::new(&root, None));
    let anybody = claim(&redeem(server.address, &path_of(&anybody)));
    assert_eq!(anybody.fields().subject, SubjectRef::Anonymous);
    // Nor with a certificate that nobody enrolled.
    let stranger = Issued::alone("stranger", Purpose::Client);
    let stranger = ticket(&TlsClient::new(&root, Some(&stranger)));
    let stranger = claim(&redeem(server.address, &path_of(&stranger)));
    assert_eq!(stranger.fields().subject, SubjectRef::Anonymous);
}
