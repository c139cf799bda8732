//! Subjects: enrolled with proof, known by their devices, revoked, listed, erased.

use meridian_log::private::PrivateFamily;
use meridian_log::store::Store;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::index::LeafIndex;
use meridian_server::init::Algorithm;
use meridian_server::parts::Parts;
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::subject::SubjectRef;
use serde_json::{Value, json};

use crate::client::{QUERY, Response, get, post};
use crate::der::Request;
use crate::harness::{Authority, Server, now, parts};
use crate::location::{
    Device, LONDON, LONDON_ADDRESS, ask, ask_with, assert_problem, device_evidence, item, made,
    nonce_of, parts_with_databases, path_of, position, redeem, rows_of, self_asserted,
};
use crate::location_tickets::claim;

/// What a trusted proxy says of a request that came over HTTPS.
const HTTPS: (&str, &str) = ("x-forwarded-proto", "https");

/// A server behind a proxy that ends HTTPS.
fn behind_a_proxy() -> Server {
    let mut parts = parts();
    parts.config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    Server::start(parts)
}

/// Enrols over HTTPS; the answer holds the bearer token.
fn enrol(server: &Server, device: &Device, sid: &str) -> Value {
    let challenge = device.challenge(server.address, &json!({}));
    let path = format!("/v1/subjects/{sid}/keys");
    let proof = device.proof(&challenge, sid);
    ask_with(server.address, ("POST", &path), &[HTTPS], &proof).json()
}

#[test]
fn a_key_is_enrolled_with_proof_of_possession() {
    let server = Server::usual();
    let device = Device::new(1);
    let response = device.enrol(server.address, "inspector-7");
    assert_eq!(response.status, 201, "{}", response.text());
    let enrolled = response.json();
    assert_eq!(enrolled["subject"], "inspector-7");
    assert_eq!(enrolled["status"], "active");
    assert_eq!(enrolled["key"], device.jwk());
    // Whoever listens on plain HTTP would have it, too.
    assert_eq!(enrolled["bearer"], Value::Null);
    let again = device.enrol(server.address, "inspector-7");
    assert_eq!(again.status, 200, "it is proven again, not made");
    assert_problem(&device.enrol(server.address, "somebody"), 409, "key-taken");
}

#[test]
fn a_proof_is_for_one_challenge_one_key_and_one_subject() {
    let server = Server::usual();
    let (device, other) = (Device::new(1), Device::new(2));
    let path = "/v1/subjects/me/keys";
    let challenge = || device.challenge(server.address, &json!({}));
    let refused = |body: &Value, status, code| {
        assert_problem(&ask(server.address, path, body), status, code);
    };
    let for_another_subject = device.proof(&challenge(), "you");
    refused(&for_another_subject, 422, "binding-mismatch");
    let mut others_key = device.proof(&challenge(), "me");
    others_key["key"] = other.jwk();
    refused(&others_key, 422, "binding-mismatch");
    let mut others_signature = device.proof(&challenge(), "me");
    let payload = json!({"nonce": "", "sub": "me"});
    others_signature["pop"] = json!(other.sign(&payload));
    refused(&others_signature, 422, "binding-mismatch");
    let open = challenge();
    let nonce = nonce_of(&open);
    let pop = other.sign(&json!({"nonce": nonce, "sub": "me"}));
    let stolen = json!({"challenge": open["id"], "key": device.jwk(), "pop": pop});
    refused(&stolen, 422, "evidence-signature");
    let spent = device.proof(&open, "me");
    refused(&spent, 409, "nonce-reused");
    // A challenge for anybody is for no key.
    let anybodys = made(server.address, "/v1/location/challenges", &json!({}));
    refused(&device.proof(&anybodys, "me"), 422, "binding-mismatch");
    let mut private = device.proof(&challenge(), "me");
    private["key"]["d"] = json!("AAAA");
    refused(&private, 400, "malformed");
    for sid in ["a%20b", "ü", &"a".repeat(65)] {
        let path = format!("/v1/subjects/{sid}/keys");
        let body = device.proof(&challenge(), "me");
        assert_problem(&ask(server.address, &path, &body), 400, "malformed");
    }
    assert_eq!(device.enrol(server.address, "me").status, 201);
}

#[test]
fn what_a_subject_may_do_nobody_else_may() {
    let server = behind_a_proxy();
    let (device, second) = (Device::new(1), Device::new(2));
    let enrolled = enrol(&server, &device, "me");
    let bearer = format!("Bearer {}", enrolled["bearer"].as_str().unwrap());
    let mine = [HTTPS, ("authorization", bearer.as_str())];
    let stolen = [HTTPS, ("authorization", "Bearer AAAA")];
    let plain = [("authorization", bearer.as_str())];
    let hash = enrolled["key_hash"].as_str().unwrap();
    let revoke = format!("/v1/subjects/me/keys/{hash}/revoke");
    let keys = "/v1/subjects/me/keys";
    let asks = [
        ("GET", keys),
        ("POST", revoke.as_str()),
        ("DELETE", "/v1/subjects/me"),
    ];
    let nobody = json!({});
    for what in asks {
        for fields in [&[HTTPS][..], &stolen, &plain] {
            let response = ask_with(server.address, what, fields, &nobody);
            assert_problem(&response, 401, "unauthenticated");
            assert_eq!(response.header("www-authenticate"), Some("Bearer"));
        }
        // Nor is a stranger told who is a subject.
        let theirs = what.1.replace("/me", "/nobody");
        let response = ask_with(server.address, (what.0, &theirs), &mine, &nobody);
        assert_problem(&response, 401, "unauthenticated");
    }
    // A second key comes from the subject only.
    let challenge = || second.challenge(server.address, &json!({}));
    let add = |fields: &[_]| {
        let proof = second.proof(&challenge(), "me");
        ask_with(server.address, ("POST", keys), fields, &proof)
    };
    assert_problem(&add(&[HTTPS]), 401, "unauthenticated");
    let added = add(&mine);
    assert_eq!(added.status, 201, "{}", added.text());
    assert_eq!(added.json()["bearer"], Value::Null, "it has one");
    let listed = ask_with(server.address, ("GET", keys), &mine, &nobody).json();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 2);
    // Whoever lost the token proves a key again; the old token is none any more.
    let fresh = enrol(&server, &device, "me");
    assert!(fresh["bearer"].is_string());
    let response = ask_with(server.address, ("GET", keys), &mine, &nobody);
    assert_problem(&response, 401, "unauthenticated");
}

#[test]
fn a_revoked_key_says_since_when() {
    let server = behind_a_proxy();
    let device = Device::new(1);
    let enrolled = enrol(&server, &device, "me");
    let bearer = format!("Bearer {}", enrolled["bearer"].as_str().unwrap());
    let mine = [HTTPS, ("authorization", bearer.as_str())];
    let hash = enrolled["key_hash"].as_str().unwrap();
    let path = format!("/v1/subjects/me/keys/{hash}/revoke");
    let revoke = |body: Value| ask_with(server.address, ("POST", &path), &mine, &body);
    assert_problem(
        &revoke(json!({"invalid_since": "yesterday"})),
        400,
        "malformed",
    );
    let revoked = revoke(json!({"invalid_since": "2026-01-02T03:04:05Z"})).json();
    assert_eq!(revoked["status"], "revoked");
    assert!(
        revoked["invalid_since"]
            .as_str()
            .unwrap()
            .starts_with("2026-01-02T03:04:05")
    );
    // Later is no later; earlier is.
    let again = revoke(json!({})).json();
    assert_eq!(again["invalid_since"], revoked["invalid_since"]);
    let earlier = revoke(json!({"invalid_since": "2025-01-02T03:04:05Z"})).json();
    assert!(
        earlier["invalid_since"]
            .as_str()
            .unwrap()
            .starts_with("2025")
    );
    let unknown = format!("/v1/subjects/me/keys/{}/revoke", "00".repeat(32));
    let response = ask_with(server.address, ("POST", &unknown), &mine, &json!({}));
    assert_problem(&response, 404, "key-not-found");
}

#[test]
fn where_enrolment_is_closed_the_private_port_enrols() {
    let mut parts = parts();
    let location = parts.config.location.as_mut().unwrap();
    location.enrolment = meridian_server::config::Enrolment::Closed;
    let server = Server::start(parts);
    let device = Device::new(1);
    assert_problem(&device.enrol(server.address, "me"), 403, "enrolment-closed");
    assert_eq!(device.enrol(server.private, "me").status, 201);
    let response = get(server.private, "/v1/subjects/nobody/keys");
    assert_problem(&response, 404, "subject-unknown");
}

#[test]
fn signed_evidence_of_an_enrolled_key_names_the_subject_and_the_document() {
    let server = Server::usual();
    let device = Device::new(1);
    assert_eq!(device.enrol(server.address, "me").status, 201);
    let imprint = json!({"hash": "sha256", "digest": "01".repeat(32)});
    let stamp = |more: Value| {
        let challenge = device.challenge(server.address, &more);
        let evidence = [device.token(&challenge, &position())];
        let body = json!({"challenge": challenge["id"], "evidence": evidence});
        made(server.address, "/v1/location/evidence", &body)
    };
    let bound = stamp(json!({"imprint": imprint}));
    // The document that `redeem` sends has this imprint.
    let bound = claim(&redeem(server.address, &path_of(&bound)));
    assert_eq!(bound.fields().binding, DocBinding::DeviceSigned);
    assert!(matches!(bound.fields().subject, SubjectRef::Pairwise(_)));
    let unbound = claim(&redeem(server.address, &path_of(&stamp(json!({})))));
    assert_eq!(unbound.fields().binding, DocBinding::Requester);
    assert_eq!(unbound.fields().subject, bound.fields().subject);
    let other = post(
        server.address,
        &path_of(&stamp(json!({"imprint": imprint}))),
        QUERY,
        &Request::sha256(2).der(),
    );
    assert_eq!(claim(&other).fields().binding, DocBinding::Requester);
}

#[test]
fn two_audiences_know_one_subject_by_two_names() {
    let server = Server::usual();
    let device = Device::new(1);
    device.enrol(server.address, "me");
    let name = |audience: &str| {
        let challenge = device.challenge(server.address, &json!({}));
        let body = json!({
            "challenge": challenge["id"],
            "evidence": [device.token(&challenge, &position())],
            "audience": audience,
        });
        let ticket = made(server.address, "/v1/location/evidence", &body);
        let claim = claim(&redeem(server.address, &path_of(&ticket)));
        claim.fields().subject.clone()
    };
    assert_eq!(name("insurer"), name("insurer"));
    assert_ne!(name("insurer"), name("court"));
}

#[test]
fn a_bearer_token_binds_by_session() {
    let server = behind_a_proxy();
    let device = Device::new(1);
    let enrolled = enrol(&server, &device, "me");
    let bearer = format!("Bearer {}", enrolled["bearer"].as_str().unwrap());
    let mine = [HTTPS, ("authorization", bearer.as_str())];
    // A challenge over an authenticated connection is for its subject's key.
    let path = ("POST", "/v1/location/challenges");
    let challenge = ask_with(server.address, path, &mine, &json!({})).json();
    let body = json!({
        "challenge": challenge["id"],
        "evidence": [self_asserted(&position())],
        "imprint": {"hash": "sha256", "digest": "01".repeat(32)},
    });
    let path = ("POST", "/v1/location/evidence");
    let ticket = ask_with(server.address, path, &mine, &body);
    assert_eq!(ticket.status, 201, "{}", ticket.text());
    let ticket = ticket.json();
    assert!(
        ticket["tsa_url"]
            .as_str()
            .unwrap()
            .starts_with("https://test/t/")
    );
    let claim = claim(&redeem(server.address, &path_of(&ticket)));
    assert_eq!(claim.fields().binding, DocBinding::Session);
    assert!(matches!(claim.fields().subject, SubjectRef::Pairwise(_)));
}

#[test]
fn an_erased_subject_leaves_proofs_and_nothing_else() {
    let Some(parts) = parts_with_databases(false, |_| {}) else {
        return;
    };
    let (rows, store) = (rows_of(&parts), std::sync::Arc::clone(&parts.store));
    let server = Server::start(parts);
    let device = Device::new(1);
    device.enrol(server.address, "me");
    let london = json!({"latitude": LONDON.0, "longitude": LONDON.1, "accuracy": 20});
    let response = device_evidence(server.address, &device, &london, LONDON_ADDRESS);
    let ticket = response.json();
    assert_eq!(ticket["level"], 1, "{ticket}");
    claim(&redeem(server.address, &path_of(&ticket)));
    let proof = |serial: u64| get(server.address, &format!("/v1/proofs/{serial}"));
    let before = proof(2);
    assert_eq!(before.status, 200);
    let count = |family| rows.scan(family, &[], now(), 99).unwrap().len();
    assert_eq!(
        (count(PrivateFamily::Subjects), count(PrivateFamily::Travel)),
        (2, 1)
    );
    let erase = || {
        ask_with(
            server.private,
            ("DELETE", "/v1/subjects/me"),
            &[],
            &json!({}),
        )
    };
    let erased = erase().json();
    assert_eq!((&erased["keys"], &erased["places"]), (&json!(1), &json!(1)));
    assert_eq!(
        (count(PrivateFamily::Subjects), count(PrivateFamily::Travel)),
        (0, 0)
    );
    // In this test log and rows are two stores; one database would have erased the token, too.
    assert!(store.leaf(LeafIndex::new(2)).unwrap().is_some());
    // The erasure is a leaf of its own: the tree has grown, and the leaf stands where it stood.
    let leaf = |proof: &Response| proof.text().lines().take(3).collect::<Vec<_>>().join(" ");
    assert_eq!(leaf(&proof(2)), leaf(&before));
    // What is left of the ticket gives nothing more.
    let response = redeem(server.address, &path_of(&ticket));
    let text = meridian_wire::tsp::resp::TimeStampResp::decode(&response.body).unwrap();
    assert!(text.token().is_none());
    assert_problem(&erase(), 404, "subject-unknown");
    // The same name is free again.
    assert_eq!(Device::new(3).enrol(server.address, "me").status, 201);
}

#[test]
fn erasing_a_subject_erases_its_tokens_and_nobody_elses() {
    let authority = Authority::new(Algorithm::P256);
    let server = Server::start(Parts::open(authority.config()).unwrap());
    for (seed, sid) in [(1, "me"), (2, "you")] {
        let device = Device::new(seed);
        device.enrol(server.address, sid);
        let challenge = device.challenge(server.address, &json!({}));
        let evidence = [device.token(&challenge, &position())];
        let body = json!({"challenge": challenge["id"], "evidence": evidence});
        let ticket = made(server.address, "/v1/location/evidence", &body);
        for _ in 0..2 {
            claim(&redeem(server.address, &path_of(&ticket)));
        }
    }
    let erase = ("DELETE", "/v1/subjects/me");
    let erased = ask_with(server.private, erase, &[], &json!({})).json();
    assert_eq!(erased["tokens"], 2);
    server.shutdown();
    let store = RocksStore::open_read_only(&authority.directory.join("log")).unwrap();
    let kept = |index| {
        store
            .location_token(LeafIndex::new(index))
            .unwrap()
            .is_some()
    };
    // 0 is the genesis, 1 the start.
    assert_eq!([2, 3, 4, 5].map(kept), [false, false, true, true]);
}

#[test]
fn evidence_of_a_stranger_is_level_0_whatever_it_says() {
    let server = Server::usual();
    let device = Device::new(9);
    let challenge = device.challenge(server.address, &json!({}));
    let token = device.token(&challenge, &position());
    let body = json!({"challenge": challenge["id"], "evidence": [token]});
    let ticket = made(server.address, "/v1/location/evidence", &body);
    assert_eq!(ticket["level"], 0);
    let missing = ticket["missing_for_next_level"].as_array().unwrap();
    assert!(!missing.is_empty());
    let claim = claim(&redeem(server.address, &path_of(&ticket)));
    assert_eq!(claim.fields().subject, SubjectRef::Anonymous);
    // An item that says what it is not.
    let lie = item("deviceSigned", "application/eat+jwt", b"a.b.c");
    let challenge = device.challenge(server.address, &json!({}));
    let body = json!({"challenge": challenge["id"], "evidence": [lie]});
    let response = ask(server.address, "/v1/location/evidence", &body);
    assert_eq!(response.status, 400, "{}", response.text());
}
