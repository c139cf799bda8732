//! The public rules, and authorities without them.

use std::sync::Arc;

use meridian_appraisal::AppraisalPolicy;
use meridian_log::store::Store;
use meridian_log::store::mem::MemStore;
use meridian_merkle::index::LeafIndex;
use meridian_signing::digest::sha256;
use meridian_wire::oid;
use meridian_wire::tsp::status::PkiFailureInfo;
use serde_json::{Value, json};

use crate::bad_input::assert_refused;
use crate::client::{JSON, QUERY, get, post};
use crate::der::Request;
use crate::harness::{Server, parts, parts_on, system_clock};
use crate::location::{policy, redeem};
use crate::stamping::granted;

#[test]
fn the_document_of_every_identifier_has_the_digest_that_claims_state() {
    let server = Server::usual();
    let list = get(server.address, "/v1/policies").json();
    let hash = list["policy_hash"].as_str().unwrap();
    let served = list["policies"].as_array().unwrap();
    assert_eq!(served.len(), 5);
    assert_eq!(list["default_policy"], oid::POLICY_LOCATION_0.to_string());
    let names = served.iter().map(|it| it["oid"].as_str().unwrap());
    for name in names.chain([hash]) {
        let response = get(server.address, &format!("/v1/policies/{name}"));
        assert_eq!((response.status, response.media_type()), (200, JSON));
        assert_eq!(hex::encode(sha256(&response.body)), hash, "{name}");
        AppraisalPolicy::parse(&response.body).unwrap();
        let caches = response.header("cache-control").unwrap();
        assert_eq!(caches.contains("immutable"), name == hash);
    }
}

/// The bodies of the events in a log that is in memory.
fn events(store: &MemStore) -> Vec<Value> {
    let bodies = (0..9).filter_map(|index| store.event(LeafIndex::new(index)).unwrap());
    let body = |row: Vec<u8>| serde_json::from_slice(&row[32..]).unwrap_or_default();
    bodies.map(body).collect()
}

#[test]
fn a_new_policy_is_an_event_and_the_old_one_stays_readable() {
    let store = Arc::new(MemStore::new());
    let mut first = parts_on(Arc::<MemStore>::clone(&store), system_clock());
    let private = Arc::clone(&first.private);
    let old = *first.location.as_ref().unwrap().policy.hash();
    let new = policy(|it| it.ticket_uses = 7);
    let new_hash = hex::encode(new.hash());
    first.location.as_mut().unwrap().policy = new;
    let server = Server::start(first);
    for hash in [hex::encode(old), new_hash.clone()] {
        let response = get(server.address, &format!("/v1/policies/{hash}"));
        assert_eq!(hex::encode(sha256(&response.body)), hash);
    }
    server.shutdown();
    let events = events(&store);
    let of = |name: &str| events.iter().find(|it| it["event"] == name).cloned();
    for name in ["policy", "start"] {
        assert_eq!(
            of(name).unwrap()["locationPolicySha256"],
            new_hash,
            "{name}"
        );
    }
    assert!(private.policy(&old).unwrap().is_some());
}

#[test]
fn an_authority_without_location_stamps_time_only() {
    let mut parts = parts();
    parts.location = None;
    parts.config.location = None;
    let server = Server::start(parts);
    let request = Request::sha256(1).der();
    granted(&post(server.address, "/tsa", QUERY, &request));
    for path in [
        "/v1/location/challenges",
        "/v1/location/evidence",
        "/v1/location/stamps",
    ] {
        post(server.address, path, JSON, b"{}").assert_problem(404, "not-found");
    }
    for path in ["/v1/policies", "/v1/subjects/me/keys"] {
        get(server.address, path).assert_problem(404, "not-found");
    }
    redeem(server.address, "/t/00000000000000000000000000000000").assert_problem(404, "not-found");
    let chain = get(server.address, "/v1/certificates").body;
    assert_eq!(
        meridian_wire::x509::pem::certificates(&chain)
            .unwrap()
            .len(),
        2
    );
    // A client that asks for a place gets no time stamp in its stead.
    let id = crate::der::tlv(6, &[oid::LOCATION_REQUEST.as_bytes()]);
    let extension = crate::der::tlv(0x30, &[&id, &crate::der::tlv(4, &[b"x"])]);
    let request = Request::sha256(1)
        .with(crate::der::tlv(0xa0, &[&extension]))
        .der();
    let response = post(server.address, "/tsa", QUERY, &request);
    assert_refused(&response, PkiFailureInfo::UnacceptedExtension);
}

/// A directory from before there were location stamps.
#[test]
fn an_older_directory_and_its_configuration_still_serve() {
    let authority = crate::harness::Authority::new(meridian_server::init::Algorithm::P256);
    let file = authority.directory.join("meridian.toml");
    std::fs::write(&file, "[clock]\nasserted_bound = \"300ms\"\n").unwrap();
    for gone in ["location-tsu.key", "location-tsu.pem", "pairwise.secret"] {
        std::fs::remove_file(authority.directory.join("pki").join(gone)).unwrap();
    }
    std::fs::remove_file(authority.directory.join("location-policy.json")).unwrap();
    let config = authority.config();
    assert!(config.location.is_none());
    let server = Server::start(meridian_server::parts::Parts::open(config).unwrap());
    granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    assert_eq!(get(server.address, "/v1/policies").status, 404);
}

#[test]
fn what_location_stamps_lack_is_named_at_the_start() {
    let authority = crate::harness::Authority::new(meridian_server::init::Algorithm::P256);
    let open = || {
        let parts = meridian_server::parts::Parts::open(authority.config());
        parts.map(drop).map_err(|error| error.to_string())
    };
    let path = |name: &str| authority.directory.join(name);
    let rows = [
        ("location-policy.json", "{}", "policy"),
        ("pki/pairwise.secret", "short", "64 hexadecimal digits"),
    ];
    for (name, content, reason) in rows {
        let good = std::fs::read(path(name)).unwrap();
        std::fs::write(path(name), content).unwrap();
        let error = open().unwrap_err();
        assert!(error.contains(name) && error.contains(reason), "{error}");
        std::fs::write(path(name), good).unwrap();
    }
    let policy = std::fs::read_to_string(path("location-policy.json")).unwrap();
    let mut other: Value = serde_json::from_str(&policy).unwrap();
    other["boundaries"]["sha256"] = json!("00".repeat(32));
    std::fs::write(path("location-policy.json"), other.to_string()).unwrap();
    assert!(open().unwrap_err().contains("location.boundaries"));
    std::fs::write(path("location-policy.json"), policy).unwrap();
    let configuration = std::fs::read_to_string(path("meridian.toml")).unwrap();
    let with = configuration.replace("[location]\n", "[location]\ncountry_database = \"lock\"\n");
    std::fs::write(path("meridian.toml"), with).unwrap();
    assert!(open().unwrap_err().contains("lock"));
    std::fs::write(path("meridian.toml"), configuration).unwrap();
    open().unwrap();
}
