//! What refuses to start: each with a sentence that names the file and says what to do.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use meridian_log::open::OpenError;
use meridian_server::init::Algorithm;
use meridian_server::parts::{Parts, PartsError};

use crate::client::{QUERY, post};
use crate::der::Request;
use crate::harness::{Authority, Server};
use crate::stamping::granted;

fn authority() -> Authority {
    Authority::new(Algorithm::P256)
}

fn error(authority: &Authority) -> PartsError {
    Parts::open(authority.config()).unwrap_err()
}

fn copy(from: &Authority, to: &Authority, file: &str) {
    std::fs::copy(from.directory.join(file), to.directory.join(file)).unwrap();
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    for file in ["pki/tsu.key", "pki/log.key"] {
        let authority = authority();
        let path = authority.directory.join(file);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = error(&authority);
        assert!(matches!(error, PartsError::Key { .. }), "{error}");
        assert!(
            error.to_string().contains(file) && error.to_string().contains("chmod 600"),
            "{error}"
        );
    }
}

#[test]
fn a_missing_file_is_named() {
    for file in [
        "pki/tsu.key",
        "pki/tsu.pem",
        "pki/log.key",
        "pki/log.vkey",
        "lock",
    ] {
        let authority = authority();
        std::fs::remove_file(authority.directory.join(file)).unwrap();
        let error = error(&authority).to_string();
        assert!(error.contains(file), "{error}");
    }
}

#[test]
fn the_key_of_another_certificate_is_refused() {
    let (one, other) = (authority(), authority());
    copy(&other, &one, "pki/tsu.key");
    assert!(matches!(error(&one), PartsError::Identity { .. }));
}

/// S8: the root is no TSU certificate.
#[test]
fn a_certificate_for_another_purpose_is_refused() {
    let authority = authority();
    let pki = |name: &str| authority.directory.join("pki").join(name);
    std::fs::copy(pki("root.pem"), pki("tsu.pem")).unwrap();
    std::fs::copy(pki("root.key"), pki("tsu.key")).unwrap();
    let error = error(&authority);
    assert!(matches!(error, PartsError::Identity { .. }), "{error}");
}

#[test]
fn a_chain_in_the_wrong_order_is_refused() {
    let authority = authority();
    let path = authority.directory.join("pki/tsu.pem");
    let text = std::fs::read_to_string(&path).unwrap();
    let (tsu, root) = text.split_at(text.find("-----END").unwrap() + 26);
    std::fs::write(&path, [root, tsu].concat()).unwrap();
    assert!(matches!(error(&authority), PartsError::Identity { .. }));
}

#[test]
fn a_file_that_is_no_certificate_is_refused() {
    let authority = authority();
    std::fs::write(authority.directory.join("pki/tsu.pem"), "nothing").unwrap();
    let error = error(&authority);
    assert!(matches!(error, PartsError::Certificates { .. }), "{error}");
}

#[test]
fn the_log_key_of_another_log_is_refused() {
    let (one, other) = (authority(), authority());
    copy(&other, &one, "pki/log.key");
    assert!(matches!(error(&one), PartsError::LogKeyMismatch { .. }));
}

#[test]
fn a_log_key_of_another_kind_is_refused() {
    let authority = authority();
    let pki = |name: &str| authority.directory.join("pki").join(name);
    std::fs::copy(pki("root.key"), pki("log.key")).unwrap();
    assert!(matches!(error(&authority), PartsError::LogKey { .. }));
}

#[test]
fn a_malformed_verifier_key_is_refused() {
    let authority = authority();
    std::fs::write(authority.directory.join("pki/log.vkey"), "log+0+x\n").unwrap();
    assert!(matches!(error(&authority), PartsError::VerifierKey { .. }));
}

#[test]
fn a_second_process_is_kept_out() {
    let authority = authority();
    let first = Parts::open(authority.config()).unwrap();
    let error = error(&authority);
    assert!(matches!(error, PartsError::Lock(_)), "{error}");
    drop(first);
    assert!(Parts::open(authority.config()).is_ok());
}

#[test]
fn what_does_not_open_leaves_the_directory_as_it_was() {
    let authority = authority();
    let key = authority.directory.join("pki/tsu.key");
    let away = Path::new(&key).with_extension("away");
    std::fs::rename(&key, &away).unwrap();
    assert!(Parts::open(authority.config()).is_err());
    std::fs::rename(&away, &key).unwrap();
    assert!(Parts::open(authority.config()).is_ok());
}

/// RocksDB drops a log file after its first bad record. The refusal must come before that.
#[test]
fn a_damaged_database_is_refused_before_it_is_changed() {
    let authority = authority();
    let serve = || Server::start(Parts::open(authority.config()).unwrap());
    let stamp = |server: &Server| {
        let request = Request::sha256(1).der();
        granted(&post(server.address, "/tsa", QUERY, &request));
    };
    let server = serve();
    stamp(&server);
    server.shutdown();
    let files = std::fs::read_dir(authority.directory.join("log")).unwrap();
    let wal = files
        .map(|file| file.unwrap().path())
        .find(|path| {
            let length = std::fs::metadata(path).unwrap().len();
            path.extension().is_some_and(|kind| kind == "log") && length > 400
        })
        .unwrap();
    let whole = std::fs::read(&wal).unwrap();
    let mut flipped = whole.clone();
    flipped[300] ^= 1;
    std::fs::write(&wal, &flipped).unwrap();
    let error = error(&authority);
    assert!(
        matches!(error, PartsError::Log(OpenError::DatabaseBehind { .. })),
        "{error}"
    );
    assert_eq!(std::fs::read(&wal).unwrap(), flipped);
    std::fs::write(&wal, whole).unwrap();
    stamp(&serve());
}
