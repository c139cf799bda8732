//! One log ends, the next one begins: whole, and interrupted after every step.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use meridian_log::lock_record::LockError;
use meridian_log::open::{Log, OpenError};
use meridian_log::private::{PrivateFamily, PrivateRows};
use meridian_log::store::Store;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_server::init::Algorithm;
use meridian_server::logs::EarlierLogError;
use meridian_server::parts::{Parts, PartsError};
use meridian_server::succession::{Succession, SuccessionError, succeed};
use meridian_signing::clock::{Clock, ClockError, ClockReading};
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::Leaf;
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::proof::TlogProof;
use serde_json::{Value, json};

use crate::client::{JSON, get, post};
use crate::harness::{Authority, Server, now, system_clock};

/// The row of a subject that every authority here has.
const SUBJECT: &[u8] = b"whose keys these are";

/// A clock that fails after some readings: where a succession reads it, it ends.
#[derive(Debug)]
struct EndingClock(AtomicUsize);

impl EndingClock {
    const fn after(readings: usize) -> Self {
        Self(AtomicUsize::new(readings))
    }
}

impl Clock for EndingClock {
    fn read(&self) -> Result<ClockReading, ClockError> {
        let less = |left: usize| left.checked_sub(1);
        let taken = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        taken.map_err(|_| ClockError::Unsynchronised)?;
        system_clock().read()
    }
}

fn authority() -> Authority {
    let authority = Authority::new(Algorithm::P256);
    let rows = RocksStore::open(&at(&authority, "log")).unwrap();
    rows.put(PrivateFamily::Subjects, SUBJECT, b"keys", None)
        .unwrap();
    authority
}

fn whole(authority: &Authority) -> Succession {
    succeed(&authority.config(), &*system_clock()).unwrap()
}

fn error(authority: &Authority) -> SuccessionError {
    succeed(&authority.config(), &*system_clock()).unwrap_err()
}

/// Ends where the clock is read the next time.
fn interrupted(authority: &Authority, readings: usize) {
    let ended = succeed(&authority.config(), &EndingClock::after(readings));
    assert!(ended.is_err());
}

fn serve(authority: &Authority) -> Server {
    Server::start(Parts::open(authority.config()).unwrap())
}

/// What serving says of the log; it is not changed.
fn opened(authority: &Authority) -> Result<(), OpenError> {
    let parts = Parts::open(authority.config()).unwrap();
    Log::open(parts.into_log_parts()).map(drop)
}

fn refused(authority: &Authority) -> PartsError {
    Parts::open(authority.config()).unwrap_err()
}

/// Stamps something and returns the serial number and the proof that came with it.
fn stamp(server: &Server) -> (u128, TlogProof) {
    let imprint = json!({"hash": "sha256", "digest": "ab".repeat(32)});
    let body = json!({"imprints": [imprint], "proof": true}).to_string();
    let answer = post(server.address, "/v1/timestamps", JSON, body.as_bytes()).json();
    let entry = &answer["timestamps"][0];
    let text = |member: &str| entry[member].as_str().unwrap().to_owned();
    let proof = TlogProof::parse(&text("proof")).unwrap();
    (text("serial").parse().unwrap(), proof)
}

fn proof(server: &Server, serial: u128) -> TlogProof {
    let answer = get(server.address, &format!("/v1/proofs/{serial}"));
    assert_eq!(answer.status, 200);
    TlogProof::parse(answer.text()).unwrap()
}

fn checkpoint(note: &str) -> Checkpoint {
    Checkpoint::parse(SignedNote::parse(note).unwrap().text()).unwrap()
}

fn event(authority: &Authority, database: &str, index: u64) -> Value {
    let store = RocksStore::open_read_only(&at(authority, database)).unwrap();
    let stored = store.event(LeafIndex::new(index)).unwrap().unwrap();
    serde_json::from_slice(&stored[32..]).unwrap()
}

fn has_subject(authority: &Authority, database: &str) -> bool {
    let rows = RocksStore::open_read_only(&at(authority, database)).unwrap();
    let row = rows.get(PrivateFamily::Subjects, SUBJECT, now());
    row.unwrap().is_some()
}

fn at(authority: &Authority, name: &str) -> PathBuf {
    authority.directory.join(name)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// After everything: log 0 is closed, log 1 is served and goes on from it.
fn assert_succeeded(authority: &Authority) {
    assert!(opened(authority).is_ok());
    assert!(!has_subject(authority, "log"));
    assert!(has_subject(authority, "log-1"));
    assert!(!at(authority, "log-1.making").exists());
    assert!(!at(authority, "lock-1.making").exists());
    let server = serve(authority);
    let (serial, _) = stamp(&server);
    assert_eq!(LogNumber::of_serial(serial).0, LogNumber::new(1));
}

#[test]
fn stamps_go_to_the_new_log_and_the_old_one_is_still_read() {
    let authority = authority();
    let server = serve(&authority);
    let (old, _) = stamp(&server);
    server.shutdown();
    let done = whole(&authority);
    let server = serve(&authority);
    let (new, with_it) = stamp(&server);

    let (number, index) = LogNumber::of_serial(new);
    assert_eq!(
        (number, done.number),
        (LogNumber::new(1), LogNumber::new(1))
    );
    // Behind the genesis and the start.
    assert_eq!((index.get(), with_it.index()), (2, index));
    let name = done.verifier_key.name().as_str();
    for (serial, origin) in [(old, name.strip_suffix("/1").unwrap()), (new, name)] {
        let proof = proof(&server, serial);
        assert_eq!(proof.index(), LogNumber::of_serial(serial).1);
        let covered = checkpoint(proof.checkpoint().as_str());
        assert_eq!(covered.origin().as_str(), origin);
    }
    let note = |path: &str| get(server.address, path).text().to_owned();
    assert_eq!(note("/log/checkpoint"), note("/log/0/checkpoint"));
    assert_eq!(note("/log/0/checkpoint"), done.predecessor.as_str());
    let tile = |path: &str| get(server.address, path).body;
    assert_eq!(tile("/log/1/tile/0/000.p/3").len(), 3 * 32);
    assert_eq!(tile("/log/0/tile/0/000.p/1"), tile("/log/tile/0/000.p/1"));
    assert_ne!(tile("/log/1/tile/0/000.p/1"), tile("/log/tile/0/000.p/1"));
    for nobodys in ["2", "00", "x", "18446744073709551616"] {
        let answer = get(server.address, &format!("/log/{nobodys}/checkpoint"));
        assert_eq!(answer.status, 404);
    }
    let beyond = (2_u128 << 64) + 1;
    let answer = get(server.address, &format!("/v1/proofs/{beyond}"));
    answer.assert_problem(404, "not-issued");
}

#[test]
fn the_last_event_and_the_first_name_each_other() {
    let authority = authority();
    let done = whole(&authority);
    let last = checkpoint(done.predecessor.as_str());
    let closing = event(&authority, "log", last.size().get() - 1);
    assert_eq!(closing["successor"]["number"], "1");
    let key = done.verifier_key.to_string();
    assert_eq!(closing["successor"]["log"], key);
    assert_eq!(
        closing["successor"]["origin"],
        done.verifier_key.name().as_str()
    );
    let genesis = event(&authority, "log-1", 0);
    assert_eq!(genesis["log"], key);
    let named = &genesis["predecessor"];
    assert_eq!(named["number"], "0");
    assert_eq!(named["origin"], last.origin().as_str());
    assert_eq!(named["size"], last.size().to_string());
    assert_eq!(named["root"], last.root().to_string());

    // The final leaf can be proven like any other, and the new log is later than all of it.
    let server = serve(&authority);
    let leaf = |serial| Leaf::decode(proof(&server, serial).extra().unwrap()).unwrap();
    let final_leaf = leaf(u128::from(last.size().get()) - 1);
    assert!(final_leaf.is_final());
    assert!(leaf(1 << 64).time() > final_leaf.time());
}

#[test]
fn a_log_that_succeeded_is_succeeded_in_turn_once_it_holds_something() {
    let authority = authority();
    whole(&authority);
    let again = whole(&authority);
    assert!(again.was_done);
    assert_eq!(again.number, LogNumber::new(1));
    assert!(!at(&authority, "log-2").exists());
    let server = serve(&authority);
    stamp(&server);
    server.shutdown();
    let done = whole(&authority);
    assert_eq!(done.number, LogNumber::new(2));
    assert!(done.verifier_key.name().as_str().ends_with("/2"));
    assert!(!done.verifier_key.name().as_str().contains("/1/"));
    let server = serve(&authority);
    for number in 0..3 {
        let answer = get(server.address, &format!("/log/{number}/checkpoint"));
        assert_eq!(answer.status, 200);
    }
    assert_eq!(LogNumber::of_serial(stamp(&server).0).0, LogNumber::new(2));
}

#[test]
fn interrupted_before_the_final_event_the_old_log_serves_on() {
    let authority = authority();
    interrupted(&authority, 0);
    assert!(at(&authority, "pki/log-1.key").exists());
    let server = serve(&authority);
    assert_eq!(LogNumber::of_serial(stamp(&server).0).0, LogNumber::FIRST);
    server.shutdown();
    let key = fs::read(at(&authority, "pki/log-1.key")).unwrap();
    whole(&authority);
    assert_eq!(fs::read(at(&authority, "pki/log-1.key")).unwrap(), key);
    assert_succeeded(&authority);
}

#[test]
fn interrupted_while_the_key_is_made_it_is_made_anew() {
    let authority = authority();
    fs::write(at(&authority, "pki/log-1.key.making"), "half a k").unwrap();
    whole(&authority);
    assert_succeeded(&authority);
}

#[test]
fn interrupted_after_the_final_event_nobody_serves_until_it_is_finished() {
    let authority = authority();
    interrupted(&authority, 1);
    assert!(matches!(opened(&authority), Err(OpenError::Closed { .. })));
    // What is left of a new log in the making counts for nothing.
    let making = at(&authority, "log-1.making");
    copy(&at(&authority, "log"), &making);
    fs::write(making.join("CURRENT"), "nonsense").unwrap();
    fs::write(at(&authority, "lock-1.making"), "nonsense").unwrap();
    assert!(matches!(opened(&authority), Err(OpenError::Closed { .. })));
    assert!(!whole(&authority).was_done);
    assert_succeeded(&authority);
}

#[test]
fn interrupted_once_the_new_lock_record_is_there_the_new_log_is_kept() {
    let authority = authority();
    interrupted(&authority, 1);
    copy(&at(&authority, "log"), &at(&authority, "closed"));
    whole(&authority);
    let genesis = event(&authority, "log-1", 0);
    // As before the last step; then as before the one before, with the rows still in the old log.
    for rows_are_in_both in [false, true] {
        fs::rename(at(&authority, "log-1"), at(&authority, "log-1.making")).unwrap();
        if rows_are_in_both {
            fs::remove_dir_all(at(&authority, "log")).unwrap();
            copy(&at(&authority, "closed"), &at(&authority, "log"));
            assert!(has_subject(&authority, "log"));
        }
        assert!(matches!(opened(&authority), Err(OpenError::Closed { .. })));
        // No time is needed any more: nothing is made.
        let done = succeed(&authority.config(), &EndingClock::after(0)).unwrap();
        assert!(!done.was_done);
        assert_eq!(event(&authority, "log-1", 0), genesis);
    }
    assert_succeeded(&authority);
}

#[test]
fn a_new_log_that_lost_its_database_is_not_made_anew() {
    let authority = authority();
    whole(&authority);
    fs::remove_dir_all(at(&authority, "log-1")).unwrap();
    assert!(matches!(
        error(&authority),
        SuccessionError::DatabaseLost { .. }
    ));
    assert!(matches!(opened(&authority), Err(OpenError::Closed { .. })));
    // Nor from another database under the name of an unfinished one.
    copy(&at(&authority, "log"), &at(&authority, "log-1.making"));
    assert!(matches!(
        error(&authority),
        SuccessionError::DatabaseLost { .. }
    ));
}

#[test]
fn a_log_is_closed_for_one_successor() {
    let authority = authority();
    interrupted(&authority, 1);
    for file in ["pki/log-1.key", "pki/log-1.vkey"] {
        fs::remove_file(at(&authority, file)).unwrap();
    }
    assert!(matches!(
        error(&authority),
        SuccessionError::OtherSuccessor { .. }
    ));
}

#[test]
fn a_successor_that_the_old_log_does_not_name_is_not_served() {
    let (one, other) = (authority(), authority());
    whole(&one);
    whole(&other);
    fs::copy(at(&other, "pki/log-1.vkey"), at(&one, "pki/log-1.vkey")).unwrap();
    let error = refused(&one);
    assert!(
        matches!(
            error,
            PartsError::Earlier(EarlierLogError::OtherSuccessor { .. })
        ),
        "{error}"
    );
}

#[test]
fn an_old_log_from_before_its_end_is_not_served_beside_its_successor() {
    let authority = authority();
    copy(&at(&authority, "log"), &at(&authority, "copy"));
    fs::copy(at(&authority, "lock"), at(&authority, "lock-copy")).unwrap();
    whole(&authority);
    fs::remove_dir_all(at(&authority, "log")).unwrap();
    fs::rename(at(&authority, "copy"), at(&authority, "log")).unwrap();
    let behind = OpenError::DatabaseBehind {
        database: TreeSize::new(1),
        lock: TreeSize::new(2),
    };
    let error = refused(&authority).to_string();
    assert!(error.contains(&behind.to_string()), "{error}");
    fs::rename(at(&authority, "lock-copy"), at(&authority, "lock")).unwrap();
    let error = refused(&authority);
    assert!(
        matches!(
            error,
            PartsError::Earlier(EarlierLogError::Log {
                source: OpenError::NotClosed { .. },
                ..
            })
        ),
        "{error}"
    );
}

#[test]
fn a_running_authority_is_not_succeeded() {
    let authority = authority();
    let server = serve(&authority);
    let error = error(&authority);
    assert!(
        matches!(error, SuccessionError::Lock(LockError::Held { .. })),
        "{error}"
    );
    assert!(!at(&authority, "pki/log-1.key").exists());
    stamp(&server);
}

#[test]
fn an_authority_whose_certificate_cannot_be_read_is_not_closed() {
    let authority = authority();
    fs::write(at(&authority, "pki/tsu.pem"), "nothing").unwrap();
    assert!(matches!(error(&authority), SuccessionError::Parts(_)));
    assert!(!at(&authority, "pki/log-1.key").exists());
}

#[test]
fn the_old_log_is_served_without_its_private_key() {
    let authority = authority();
    let server = serve(&authority);
    let (old, _) = stamp(&server);
    server.shutdown();
    whole(&authority);
    fs::remove_file(at(&authority, "pki/log.key")).unwrap();
    let server = serve(&authority);
    assert_eq!(
        proof(&server, old).index().get(),
        u64::try_from(old).unwrap()
    );
}
