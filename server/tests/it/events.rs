//! The authority's own life as leaves: starts and stops, keys, configuration, the operator's acts.

use std::path::Path;
use std::sync::Arc;

use meridian_log::lock_record::LockRecord;
use meridian_log::lock_record::file::FileLockRecord;
use meridian_log::logged_event::LoggedEvent;
use meridian_log::reader::LogReader;
use meridian_log::store::Store;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::hash::leaf_hash;
use meridian_merkle::inclusion::InclusionProof;
use meridian_merkle::index::LeafIndex;
use meridian_server::config::Config;
use meridian_server::init::Algorithm;
use meridian_server::parts::Parts;
use meridian_signing::certify::{random_serial, tsu_certificate};
use meridian_signing::digest::sha256;
use meridian_signing::entropy::OsEntropy;
use meridian_signing::signer::Signer;
use meridian_signing::software::SoftwareSigner;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::{Leaf, event_digest};
use meridian_wire::note::key::VerifierKey;
use meridian_wire::proof::TlogProof;
use meridian_wire::time::UnixMicros;
use meridian_wire::x509::certificate::CertificateView;
use meridian_wire::x509::name::DistinguishedName;
use meridian_wire::x509::pem;
use serde_json::{Value, json};

use crate::client::{QUERY, get, post};
use crate::der::Request;
use crate::harness::{Authority, Server, now};
use crate::location::{Device, ask_with};
use crate::stamping::granted;

/// Serves an authority from its folder.
fn serve(authority: &Authority, change: impl FnOnce(&mut Config)) -> Server {
    let mut config = authority.config();
    change(&mut config);
    Server::start(Parts::open(config).unwrap())
}

/// Serves it and stops it again.
fn once(authority: &Authority) {
    serve(authority, |_| {}).shutdown();
}

/// The events of a stopped authority.
fn events(authority: &Authority) -> Vec<LoggedEvent> {
    let folder = &authority.directory;
    let mut lock = FileLockRecord::open(&folder.join("lock")).unwrap();
    let released = lock.read().unwrap().newest.unwrap();
    let key = std::fs::read_to_string(folder.join("pki/log.vkey")).unwrap();
    let key = VerifierKey::parse(key.trim_end()).unwrap();
    let store: Arc<dyn Store> = Arc::new(RocksStore::open_read_only(&folder.join("log")).unwrap());
    let reader = LogReader::offline(store, &released, &key).unwrap();
    reader.events_from(LeafIndex::new(0), 1_000).unwrap()
}

fn names(events: &[LoggedEvent]) -> Vec<&str> {
    events.iter().map(LoggedEvent::name).collect()
}

fn body(event: &LoggedEvent) -> Value {
    let body: Value = serde_json::from_slice(&event.body).unwrap();
    assert_eq!(body["event"], event.name());
    body
}

/// The one event of a name.
fn only(events: &[LoggedEvent], name: &str) -> Value {
    let mut found = events.iter().filter(|event| event.name() == name);
    let event = found.next().unwrap();
    assert!(found.next().is_none(), "{name}");
    body(event)
}

fn copy(from: &Authority, to: &Authority, files: [(&str, &str); 2]) {
    for (source, target) in files {
        let (source, target) = (from.directory.join(source), to.directory.join(target));
        std::fs::copy(source, target).unwrap();
    }
}

fn certificates(path: &Path) -> Vec<CertificateView> {
    pem::certificates(&std::fs::read(path).unwrap()).unwrap()
}

fn digest(octets: &[u8]) -> String {
    hex::encode(sha256(octets))
}

#[test]
fn what_init_made_starts_and_stops_and_says_nothing_else() {
    let authority = Authority::new(Algorithm::P256);
    once(&authority);
    once(&authority);
    let events = events(&authority);
    assert_eq!(
        names(&events),
        ["genesis", "start", "stop", "start", "stop"]
    );
    let start = body(&events[1]);
    let unit = &certificates(&authority.directory.join("pki/tsu.pem"))[0];
    assert_eq!(start["units"][0]["unit"], "time");
    assert_eq!(start["units"][0]["spkiSha256"], digest(unit.spki()));
    assert_eq!(
        start["units"][0]["certificateSha256"],
        digest(unit.as_der())
    );
    assert_eq!(start["units"][1]["unit"], "location");
    assert_eq!(
        start["configSha256"],
        hex::encode(authority.config().digest)
    );
    assert_eq!(start["configSha256"], body(&events[0])["configSha256"]);
    assert!(start["locationPolicySha256"].is_string());
    assert!(start["clock"].is_string() && start["clockBoundUs"].is_u64());
}

#[test]
fn each_event_is_proven_by_its_salt_and_body() {
    let authority = Authority::new(Algorithm::P256);
    once(&authority);
    let server = serve(&authority, |_| {});
    let token = granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    assert!(!token.is_empty());
    let proofs: Vec<_> = (0..5)
        .map(|index| {
            get(server.address, &format!("/v1/proofs/{index}"))
                .text()
                .to_owned()
        })
        .collect();
    server.shutdown();
    let events = events(&authority);
    assert_eq!(
        names(&events),
        ["genesis", "start", "stop", "start", "stop"]
    );
    // The stamp is the fifth leaf, the last stop the sixth.
    for event in &events[..4] {
        let proof = TlogProof::parse(&proofs[usize::try_from(event.index.get()).unwrap()]).unwrap();
        let leaf = proof.extra().unwrap();
        let covered = Checkpoint::parse(proof.checkpoint().text()).unwrap();
        let path = InclusionProof::new(proof.index(), covered.size(), proof.hashes().to_vec());
        path.verify(&leaf_hash(leaf), covered.root()).unwrap();
        let leaf = Leaf::decode(leaf).unwrap();
        assert_eq!(*leaf.digest(), event_digest(&event.salt, &event.body));
        assert_eq!(
            leaf.name().map(|name| name.as_str()),
            event.name.as_ref().map(|name| name.as_str())
        );
        assert_eq!(leaf.time(), event.time);
    }
    assert_eq!(events[4].index.get(), 5);
}

#[test]
fn another_key_retires_the_old_one_and_is_activated_once() {
    let (authority, other) = (
        Authority::new(Algorithm::P256),
        Authority::new(Algorithm::P384),
    );
    once(&authority);
    let old = certificates(&authority.directory.join("pki/tsu.pem")).remove(0);
    let files = [
        ("pki/tsu.pem", "pki/tsu.pem"),
        ("pki/tsu.key", "pki/tsu.key"),
    ];
    copy(&other, &authority, files);
    once(&authority);
    once(&authority);
    let events = events(&authority);
    assert_eq!(
        names(&events[3..]),
        [
            "key.retire",
            "key.activate",
            "start",
            "stop",
            "start",
            "stop"
        ]
    );
    let retired = body(&events[3]);
    assert_eq!(
        (&retired["unit"], &retired["spkiSha256"]),
        (&json!("time"), &json!(digest(old.spki())))
    );
    let new = &certificates(&authority.directory.join("pki/tsu.pem"))[0];
    let activated = body(&events[4]);
    assert_eq!(activated["unit"], "time");
    assert_eq!(activated["spkiSha256"], digest(new.spki()));
    assert_eq!(activated["certificateSha256"], digest(new.as_der()));
    assert_eq!(activated["name"], new.subject_text());
    let base64 = pem::certificate_to_pem(new.as_der())
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect::<String>();
    assert_eq!(activated["certificate"], base64);
}

#[test]
fn a_new_certificate_of_the_same_key_is_no_new_key() {
    let authority = Authority::new(Algorithm::P256);
    once(&authority);
    let pki = authority.directory.join("pki");
    let [unit, root] = &certificates(&pki.join("tsu.pem"))[..] else {
        panic!("unit and root")
    };
    let root_key = SoftwareSigner::from_pkcs8_file(&pki.join("root.key")).unwrap();
    let key = SoftwareSigner::from_pkcs8_file(&pki.join("tsu.key")).unwrap();
    let name = DistinguishedName::new("Renewed unit").unwrap();
    let day = 86_400_000_000;
    let validity = (
        UnixMicros::new(now().get() - day),
        UnixMicros::new(now().get() + day),
    );
    let serial = random_serial(&OsEntropy).unwrap();
    let renewed = tsu_certificate(
        &name,
        key.public_key(),
        (root, &root_key),
        &serial,
        validity,
    );
    let renewed = renewed.unwrap();
    assert_eq!(renewed.spki(), unit.spki());
    let chain = [&renewed, root]
        .map(|one| pem::certificate_to_pem(one.as_der()))
        .concat();
    std::fs::write(pki.join("tsu.pem"), chain).unwrap();
    once(&authority);
    let events = events(&authority);
    assert_eq!(
        names(&events[3..]),
        ["certificate.activate", "start", "stop"]
    );
    let said = body(&events[3]);
    assert_eq!(said["certificateSha256"], digest(renewed.as_der()));
    assert_eq!(said["spkiSha256"], digest(unit.spki()));
}

#[test]
fn a_unit_that_no_longer_signs_is_retired_and_its_return_an_activation() {
    let authority = Authority::new(Algorithm::P256);
    once(&authority);
    let without = |config: &mut Config| config.location = None;
    let mut config = authority.config();
    without(&mut config);
    Server::start(Parts::open(config).unwrap()).shutdown();
    once(&authority);
    let events = events(&authority);
    assert_eq!(
        names(&events[3..]),
        [
            "key.retire",
            "start",
            "stop",
            "key.activate",
            "start",
            "stop"
        ]
    );
    assert_eq!(body(&events[3])["unit"], "location");
    assert_eq!(body(&events[6])["unit"], "location");
}

#[test]
fn another_configuration_is_told_and_the_same_in_other_words_is_not() {
    let authority = Authority::new(Algorithm::P256);
    once(&authority);
    let before = hex::encode(authority.config().digest);
    let file = authority.directory.join("meridian.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("# A comment.\n{text}\n")).unwrap();
    once(&authority);
    std::fs::write(&file, format!("{text}\n[sequencer]\nbatch = 256\n")).unwrap();
    once(&authority);
    let events = events(&authority);
    assert_eq!(
        names(&events[3..]),
        ["start", "stop", "config.change", "start", "stop"]
    );
    let change = only(&events, "config.change");
    assert_eq!(change["previousSha256"], before);
    assert_eq!(
        change["configSha256"],
        hex::encode(authority.config().digest)
    );
    assert_eq!(change["configSha256"], body(&events[6])["configSha256"]);
}

#[test]
fn a_log_that_says_nothing_of_its_keys_is_told_all_of_them() {
    // A start of an older program, after a genesis that says nothing either.
    let parts = crate::harness::parts_begun_with(b"something else");
    let store = Arc::clone(&parts.store);
    Server::start(parts).shutdown();
    let names: Vec<_> = (0..6)
        .map(|index| store.leaf(LeafIndex::new(index)).unwrap().unwrap())
        .map(|entry| Leaf::decode(&entry).unwrap())
        .map(|leaf| leaf.name().map_or(String::new(), ToString::to_string))
        .collect();
    assert_eq!(
        names,
        [
            "",
            "config.change",
            "key.activate",
            "key.activate",
            "start",
            "stop"
        ]
    );
}

/// What the operator does on the private port is told, without saying to whom.
#[test]
fn acts_of_the_operator_are_events_that_name_nobody() {
    let authority = Authority::new(Algorithm::P256);
    let server = serve(&authority, |_| {});
    let (device, other) = (Device::new(3), Device::new(4));
    // A subject's own business is not.
    assert_eq!(device.enrol(server.address, "nameless-one").status, 201);
    assert_eq!(other.enrol(server.private, "nameless-two").status, 201);
    let keys = get(server.private, "/v1/subjects/nameless-one/keys").json();
    let hash = keys["keys"][0]["key_hash"].as_str().unwrap().to_owned();
    let revoke = format!("/v1/subjects/nameless-one/keys/{hash}/revoke");
    let since = json!({"invalid_since": "2026-01-01T00:00:00Z"});
    let revoked = ask_with(server.private, ("POST", &revoke), &[], &since);
    assert_eq!(revoked.status, 200, "{revoked:?}");
    let erase = ("DELETE", "/v1/subjects/nameless-one");
    assert_eq!(ask_with(server.private, erase, &[], &json!({})).status, 200);
    // Who is not allowed to has done nothing.
    let stranger = ask_with(
        server.address,
        ("DELETE", "/v1/subjects/nameless-two"),
        &[],
        &json!({}),
    );
    assert_eq!(stranger.status, 401);
    server.shutdown();
    let events = events(&authority);
    assert_eq!(
        names(&events[2..]),
        [
            "operator.enrol",
            "operator.revoke",
            "operator.erase",
            "stop"
        ]
    );
    assert_eq!(body(&events[2])["isNew"], true);
    assert_eq!(body(&events[3])["invalidSince"], "2026-01-01T00:00:00Z");
    let erased = body(&events[4]);
    assert_eq!((&erased["keys"], &erased["tokens"]), (&json!(1), &json!(0)));
    for event in &events {
        let text = String::from_utf8(event.body.clone()).unwrap();
        assert!(
            !text.contains("nameless") && !text.contains(&hash),
            "{text}"
        );
    }
}
