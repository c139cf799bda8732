//! Tokens that carry their proof.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_merkle::hash::leaf_hash;
use meridian_merkle::inclusion::InclusionProof;
use meridian_server::config::Policy;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::{Leaf, LeafKind, token_digest};
use meridian_wire::oid;
use meridian_wire::proof::TlogProof;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::der_form::element;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::tsp::resp::TimeStampResp;
use serde_json::{Value, json};

use crate::client::{JSON, QUERY, get, post};
use crate::der::{Request, tlv};
use crate::harness::Server;
use crate::location::{challenge, made, path_of, position, self_asserted, ticket};
use crate::stamping::granted;

/// What a token shows to whoever looks for a proof in it.
struct Shown {
    serial: u64,
    /// The only identity of the token.
    digest: [u8; 32],
    /// Values of unsigned attributes of our name.
    proofs: Vec<String>,
    /// All unsigned attributes.
    attributes: usize,
}

fn shown(token: &[u8]) -> Shown {
    let mut walk = Walk::default();
    let content = ContentInfoView::read(&Tlv::only(token, &mut walk).unwrap(), &mut walk).unwrap();
    let signed = SignedDataView::read(&content.content, &mut walk).unwrap();
    let info = signed.encapsulated.octets.unwrap();
    let info = TstInfoView::read(&Tlv::only(&info, &mut walk).unwrap(), &mut walk).unwrap();
    let [signer] = signed.signers.as_slice() else {
        panic!("one signer")
    };
    let set = element(&[0x31], signer.signed_attrs_element.unwrap().content());
    let ours = signer.unsigned_attrs.iter();
    let values = ours
        .filter(|attribute| attribute.oid.is(&oid::TLOG_PROOF))
        .flat_map(|attribute| &attribute.values);
    // DER throughout: nothing departs from it.
    assert_eq!(walk.departures().len(), 0, "{:?}", walk.departures());
    Shown {
        serial: info.serial.low_u64(),
        digest: token_digest(&set, &signer.signature),
        proofs: values
            .map(|value| String::from_utf8(value.content().to_vec()).unwrap())
            .collect(),
        attributes: signer.unsigned_attrs.len(),
    }
}

/// Checks that the one proof in the token is the token's.
fn check(token: &[u8], kind: LeafKind) -> String {
    let shown = shown(token);
    let [text] = shown.proofs.as_slice() else {
        panic!("{} proofs", shown.proofs.len())
    };
    let proof = TlogProof::parse(text).unwrap();
    let entry = proof.extra().unwrap();
    let covered = Checkpoint::parse(proof.checkpoint().text()).unwrap();
    let path = InclusionProof::new(proof.index(), covered.size(), proof.hashes().to_vec());
    path.verify(&leaf_hash(entry), covered.root()).unwrap();
    let leaf = Leaf::decode(entry).unwrap();
    assert_eq!((leaf.kind(), *leaf.digest()), (kind, shown.digest));
    assert_eq!(proof.index().get(), shown.serial);
    text.clone()
}

fn stamp(server: &Server, path: &str) -> Vec<u8> {
    let request = Request::sha256(1).with(vec![1, 1, 0xff]).der();
    granted(&post(server.address, path, QUERY, &request))
}

fn proofs_at(server: &Server, path: &str) -> usize {
    shown(&stamp(server, path)).proofs.len()
}

#[test]
fn a_token_carries_its_proof_if_asked_and_only_then() {
    let server = Server::usual();
    for path in ["/tsa", "/", "/api/v1/timestamp"] {
        let asked = stamp(&server, &format!("{path}?proof=1"));
        check(&asked, LeafKind::TimeStamp);
        assert_eq!(shown(&asked).attributes, 1);
        for query in ["", "?proof=0", "?x=1", "?"] {
            assert_eq!(proofs_at(&server, &format!("{path}{query}")), 0, "{query}");
        }
    }
}

/// What is in the token is what `/v1/proofs` says of the same moment.
#[test]
fn the_proof_in_a_token_is_the_one_that_is_served() {
    let server = Server::usual();
    let token = stamp(&server, "/tsa?proof=1");
    let serial = shown(&token).serial;
    let served = get(server.address, &format!("/v1/proofs/{serial}"));
    assert_eq!(served.text(), check(&token, LeafKind::TimeStamp));
}

#[test]
fn many_at_once_carry_each_its_own() {
    let server = Server::usual();
    let address = server.address;
    let tokens: Vec<_> = std::thread::scope(|scope| {
        let one = |fill| {
            let request = Request::sha256(fill).der();
            granted(&post(address, "/tsa?proof=1", QUERY, &request))
        };
        let threads: Vec<_> = (0..40).map(|fill| scope.spawn(move || one(fill))).collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.collect()
    });
    for token in tokens {
        check(&token, LeafKind::TimeStamp);
    }
}

#[test]
fn another_value_of_the_parameter_is_told_so_and_stamps_nothing() {
    let server = Server::usual();
    let size = || {
        get(server.address, "/log/checkpoint")
            .text()
            .lines()
            .nth(1)
            .unwrap()
            .to_owned()
    };
    let before = size();
    for query in [
        "proof",
        "proof=",
        "proof=yes",
        "proof=1&proof=0",
        "a&proof=2",
    ] {
        for path in ["/tsa", "/api/v1/timestamp", "/t/x"] {
            let request = Request::sha256(1).der();
            let answer = post(server.address, &format!("{path}?{query}"), QUERY, &request);
            answer.assert_problem(400, "malformed-query");
        }
    }
    assert_eq!(size(), before);
}

#[test]
fn a_request_that_is_refused_has_no_proof_and_the_usual_reason() {
    let server = Server::usual();
    let answer = post(
        server.address,
        "/tsa?proof=1",
        QUERY,
        &Request::sha256(1).der()[1..],
    );
    let decoded = TimeStampResp::decode(&answer.body).unwrap();
    assert!(decoded.token().is_none());
    assert!(decoded.fail_info().is_some());
}

#[test]
fn the_configuration_decides_for_a_policy_and_the_request_has_the_last_word() {
    let server = Server::with(|config| config.authority.proof_in_token = vec![Policy::Precise]);
    let precise = tlv(6, &[oid::POLICY_PRECISE.as_bytes()]);
    let ask = |path: &str, policy: Option<&Vec<u8>>| {
        let mut request = Request::sha256(1);
        request.rest.extend(policy.cloned());
        let token = granted(&post(server.address, path, QUERY, &request.der()));
        shown(&token).proofs.len()
    };
    assert_eq!(ask("/tsa", Some(&precise)), 1);
    assert_eq!(ask("/tsa?proof=0", Some(&precise)), 0);
    assert_eq!(ask("/tsa", None), 0);
    assert_eq!(ask("/tsa?proof=1", None), 1);
}

fn token_of(entry: &Value) -> Vec<u8> {
    let answer = STANDARD.decode(entry["timeStampResp"].as_str().unwrap());
    let answer = TimeStampResp::decode(&answer.unwrap()).unwrap();
    answer.token().unwrap().to_vec()
}

#[test]
fn json_has_a_member_for_it() {
    let server = Server::usual();
    let imprint = |fill: &str| json!({"hash": "sha256", "digest": fill.repeat(32)});
    let ask = |more: Value| {
        let mut body = json!({"imprints": [imprint("ab"), imprint("cd")]});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let body = body.to_string();
        post(server.address, "/v1/timestamps", JSON, body.as_bytes())
    };
    let answer = ask(json!({"proofInToken": true, "proof": true})).json();
    for entry in answer["timestamps"].as_array().unwrap() {
        let inside = check(&token_of(entry), LeafKind::TimeStamp);
        assert_eq!(entry["proof"], inside);
    }
    let answer = ask(json!({"proof": true})).json();
    assert!(shown(&token_of(&answer["timestamps"][0])).proofs.is_empty());
    ask(json!({"proofInToken": 1})).assert_problem(400, "malformed-json");
}

#[test]
fn sigstore_has_the_query() {
    let server = Server::usual();
    let digest = STANDARD.encode([7; 32]);
    let body = json!({"artifactHash": digest, "hashAlgorithm": "sha256"}).to_string();
    let ask = |path| granted(&post(server.address, path, JSON, body.as_bytes()));
    check(&ask("/api/v1/timestamp?proof=1"), LeafKind::TimeStamp);
    assert!(shown(&ask("/api/v1/timestamp")).proofs.is_empty());
}

#[test]
fn location_tokens_carry_it_too_at_a_ticket() {
    let server = Server::usual();
    let path = path_of(&ticket(server.address));
    let with = stamp(&server, &format!("{path}?proof=1"));
    check(&with, LeafKind::LocationStamp);
    assert_eq!(proofs_at(&server, &path), 0);
    let server = Server::with(|config| config.location.as_mut().unwrap().proof_in_token = true);
    let path = path_of(&ticket(server.address));
    check(&stamp(&server, &path), LeafKind::LocationStamp);
    assert_eq!(proofs_at(&server, &format!("{path}?proof=0")), 0);
    assert_eq!(proofs_at(&server, "/tsa"), 0, "time has its own default");
}

/// Disclosures and proof stand side by side, each under its name.
#[test]
fn one_call_for_all_has_a_member_for_it() {
    let server = Server::usual();
    let ask = |more: Value| {
        let mut body = json!({
            "challenge": challenge(server.address),
            "evidence": [self_asserted(&position())],
            "imprint": {"hash": "sha256", "digest": "07".repeat(32)},
        });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let answer = made(server.address, "/v1/location/stamps", &body);
        let token = STANDARD
            .decode(answer["tst_b64"].as_str().unwrap())
            .unwrap();
        (token, answer["log"]["proof"].as_str().unwrap().to_owned())
    };
    let (token, proof) = ask(json!({"proof_in_token": true, "carry_disclosures": [0, 2]}));
    assert_eq!(check(&token, LeafKind::LocationStamp), proof);
    assert_eq!(shown(&token).attributes, 2);
    let (token, _) = ask(json!({"proof_in_token": false}));
    assert_eq!(shown(&token).attributes, 0);
}
