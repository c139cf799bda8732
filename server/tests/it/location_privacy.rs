//! What an outsider finds of a place: nothing. Searched in the octets of the database's files and
//! of everything that the public ports tell.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_log::store::Store;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_server::init::Algorithm;
use meridian_server::parts::Parts;
use meridian_wire::loc::value::LeafValue;
use serde_json::{Value, json};

use crate::client::get;
use crate::harness::{Authority, Server};
use crate::location::{Device, challenge, evidence, item, made, path_of, redeem, self_asserted};
use crate::location_tickets::claim;

const LATITUDE: (f64, &str) = (47.376_912_3, "47.3769123");
const LONGITUDE: (f64, &str) = (8.541_745_6, "8.5417456");

fn zurich() -> Value {
    json!({"latitude": LATITUDE.0, "longitude": LONGITUDE.0, "accuracy": 12.5})
}

/// What betrays the place, by a name for the message.
fn needles(leaves: &Value) -> Vec<(String, Vec<u8>)> {
    let mut needles = Vec::new();
    let mut add = |name: &str, octets: &[u8]| needles.push((name.to_owned(), octets.to_vec()));
    for (degrees, text) in [LATITUDE, LONGITUDE] {
        let e7 = (degrees * 1e7).round().to_string().parse::<i32>().unwrap();
        add("E7, big endian", &e7.to_be_bytes());
        add("E7, little endian", &e7.to_le_bytes());
        add("E7, as text", e7.to_string().as_bytes());
        add("degrees, as text", text.as_bytes());
        add("degrees, as a double", &degrees.to_be_bytes());
        add(
            "degrees, as a double, little endian",
            &degrees.to_le_bytes(),
        );
    }
    for leaf in leaves.as_array().unwrap() {
        let der = STANDARD.decode(leaf.as_str().unwrap()).unwrap();
        let value = LeafValue::decode(&der).unwrap();
        match &value {
            LeafValue::Absent => continue,
            LeafValue::Cell(cell) => {
                let index = cell.h3();
                add("H3, big endian", &index.to_be_bytes());
                add("H3, little endian", &index.to_le_bytes());
                add("H3, as text", format!("{index:x}").as_bytes());
            }
            LeafValue::Subdivision(code) => add("subdivision", code.as_str().as_bytes()),
            _ => {}
        }
        add("a leaf", &der);
    }
    assert!(needles.len() > 40, "{}", needles.len());
    needles
}

fn contains(octets: &[u8], needle: &[u8]) -> bool {
    octets.windows(needle.len()).any(|window| window == needle)
}

fn search(place: &str, octets: &[u8], needles: &[(String, Vec<u8>)]) {
    for (name, needle) in needles {
        assert!(
            !contains(octets, needle),
            "{name} in {place}: {needle:02x?}"
        );
    }
}

fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

/// Stamps of every sort, of the same place, with these slots revealed; returns the leaves.
fn stamp_all(server: &Server, reveal: &Value) -> Value {
    let address = server.address;
    let item = self_asserted(&zurich());
    let ticket = evidence(address, &json!({"evidence": [item], "reveal": reveal})).json();
    for _ in 0..4 {
        claim(&redeem(address, &path_of(&ticket)));
    }
    let body = json!({
        "challenge": challenge(address),
        "evidence": [item],
        "reveal": reveal,
        "imprint": {"hash": "sha256", "digest": "07".repeat(32)},
    });
    made(address, "/v1/location/stamps", &body);
    let device = Device::new(1);
    device.enrol(address, "inspector");
    let challenge = device.challenge(address, &json!({}));
    let signed = device.token(&challenge, &zurich());
    let body = json!({"challenge": challenge["id"], "evidence": [signed], "reveal": reveal});
    let ticket = made(address, "/v1/location/evidence", &body);
    claim(&redeem(address, &path_of(&ticket)));
    // What is refused leaves no trace either.
    let refused = evidence(
        address,
        &json!({"evidence": [item, other_place()], "reveal": reveal}),
    );
    assert_eq!(refused.status, 422);
    ticket["leaves"].clone()
}

fn other_place() -> Value {
    let place = json!({"latitude": -33.86, "longitude": 151.21, "accuracy": 5});
    item(
        "selfAsserted",
        "application/json",
        place.to_string().as_bytes(),
    )
}

fn search_public(server: &Server, needles: &[(String, Vec<u8>)]) {
    let checkpoint = get(server.address, "/log/checkpoint");
    let size: u64 = checkpoint.text().lines().nth(1).unwrap().parse().unwrap();
    assert!(size > 7, "{size}");
    search("the checkpoint", &checkpoint.body, needles);
    for serial in 0..size {
        let proof = get(server.address, &format!("/v1/proofs/{serial}"));
        assert_eq!(proof.status, 200);
        search("a proof", &proof.body, needles);
        // `extra` holds the leaf in base64.
        for line in proof.text().lines() {
            let word = line.split(' ').next_back().unwrap_or_default();
            let octets = STANDARD.decode(word).unwrap_or_default();
            search("a proof, decoded", &octets, needles);
        }
    }
    for path in ["/v1/policies", "/v1/certificates"] {
        search(path, &get(server.address, path).body, needles);
    }
    search(
        "the metrics",
        &get(server.private, "/metrics").body,
        needles,
    );
}

/// Every row that is not in a private, expiring family.
fn search_rows(store: &RocksStore, needles: &[(String, Vec<u8>)]) {
    let size = store.state().unwrap().unwrap().size.get();
    let mut tokens = 0;
    for index in (0..size).map(LeafIndex::new) {
        let leaf = store.leaf(index).unwrap().unwrap();
        search("a leaf", &leaf, needles);
        for row in [store.token(index).unwrap(), store.event(index).unwrap()] {
            search("a token or an event", &row.unwrap_or_default(), needles);
        }
        let checkpoint = store.checkpoint(TreeSize::new(index.get())).unwrap();
        search(
            "a checkpoint",
            checkpoint.unwrap_or_default().as_bytes(),
            needles,
        );
        tokens += usize::from(store.location_token(index).unwrap().is_some());
    }
    assert!(
        tokens >= 6,
        "location tokens are where they may be: {tokens}"
    );
}

#[test]
fn a_place_that_is_not_revealed_is_in_no_file_and_in_no_answer() {
    let authority = Authority::new(Algorithm::P256);
    let server = Server::start(Parts::open(authority.config()).unwrap());
    let needles = needles(&stamp_all(&server, &json!([])));
    search_public(&server, &needles);
    // While it serves, the newest rows are in the write-ahead log, uncompressed.
    let mut found = Vec::new();
    files(&authority.directory, &mut found);
    assert!(found.len() > 10);
    for (path, octets) in &found {
        search(path, octets, &needles);
    }
    server.shutdown();
    found.clear();
    files(&authority.directory, &mut found);
    for (path, octets) in &found {
        search(path, octets, &needles);
    }
}

#[test]
fn a_place_that_is_revealed_is_in_private_families_only() {
    let authority = Authority::new(Algorithm::P256);
    let server = Server::start(Parts::open(authority.config()).unwrap());
    let all: Vec<u8> = (0..16).collect();
    let needles = needles(&stamp_all(&server, &json!(all)));
    search_public(&server, &needles);
    server.shutdown();
    let store = RocksStore::open_read_only(&authority.directory.join("log")).unwrap();
    search_rows(&store, &needles);
}
