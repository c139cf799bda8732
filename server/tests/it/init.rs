//! What `init` makes, and what it refuses.

use std::path::Path;

use meridian_log::store::Store;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::index::LeafIndex;
use meridian_server::config::{Config, Environment};
use meridian_server::init::{Algorithm, InitError, InitOptions, init};
use meridian_wire::x509::pem;

use crate::harness::{mode_of, now};

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn everything_is_there_and_secrets_are_secret() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("authority");
    let made = init(&directory, &InitOptions::new(Algorithm::P384)).unwrap();
    assert_eq!(
        names(&directory),
        [
            "location-policy.json",
            "lock",
            "log",
            "meridian.toml",
            "pki"
        ]
    );
    let pki = [
        "location-tsu.key",
        "location-tsu.pem",
        "log.key",
        "log.vkey",
        "pairwise.secret",
        "root.key",
        "root.pem",
        "tsu.key",
        "tsu.pem",
    ];
    assert_eq!(names(&directory.join("pki")), pki);
    for file in pki {
        let mode = mode_of(&directory.join("pki").join(file));
        let is_secret = file.ends_with(".key") || file.ends_with(".secret");
        assert_eq!(mode, if is_secret { 0o600 } else { 0o644 }, "{file}");
    }
    assert_eq!(mode_of(&directory.join("log")), 0o700);
    let vkey = std::fs::read_to_string(directory.join("pki/log.vkey")).unwrap();
    assert_eq!(vkey, format!("{}\n", made.verifier_key));
    assert_eq!(names(folder.path()), ["authority"], "no workshop is left");
}

/// docs/DECISIONS.md, 'Time'.
#[test]
fn the_configuration_asserts_a_bound_and_says_what_that_means() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("authority");
    init(&directory, &InitOptions::new(Algorithm::P256)).unwrap();
    let text = std::fs::read_to_string(directory.join("meridian.toml")).unwrap();
    assert!(text.contains("asserted_bound = \"300ms\""));
    assert!(text.contains("asserted,") && text.contains("not measured"));
    let config = Config::load(&directory, &Environment::default()).unwrap();
    assert_eq!(config.asserted_bound.unwrap().as_millis(), 300);
}

#[test]
fn the_genesis_event_says_whether_the_bound_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("authority");
    let made = init(&directory, &InitOptions::new(Algorithm::P256)).unwrap();
    let store = RocksStore::open_read_only(&directory.join("log")).unwrap();
    let event = store.event(LeafIndex::new(0)).unwrap().unwrap();
    let says = match made.clock_asserted {
        true => "clock bound asserted, not measured",
        false => "clock bound measured",
    };
    let event = String::from_utf8_lossy(&event);
    assert!(event.contains(says), "{event}");
}

#[test]
fn certificates_are_dated_from_one_hour_before_and_carry_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("authority");
    let options = InitOptions::new(Algorithm::P256).with_name("Example & Söhne");
    init(&directory, &options).unwrap();
    let chain = std::fs::read(directory.join("pki/tsu.pem")).unwrap();
    let chain = pem::certificates(&chain).unwrap();
    assert_eq!(chain.len(), 2);
    for certificate in chain {
        let age_us = now().get() - certificate.not_before().get();
        assert!((3_600_000_000..3_700_000_000).contains(&age_us), "{age_us}");
        assert!(certificate.subject_text().contains("Example & Söhne"));
    }
}

#[test]
fn an_existing_directory_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("authority");
    std::fs::create_dir(&directory).unwrap();
    let error = init(&directory, &InitOptions::new(Algorithm::P256)).unwrap_err();
    assert!(matches!(error, InitError::Exists { .. }), "{error}");
    assert_eq!(names(folder.path()), ["authority"]);
    assert!(names(&directory).is_empty());
}

#[test]
fn a_name_that_no_certificate_can_carry_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("authority");
    for name in [String::new(), "x".repeat(65)] {
        let options = InitOptions::new(Algorithm::P256).with_name(&name);
        let error = init(&directory, &options).unwrap_err();
        assert!(matches!(error, InitError::Name(_)), "{error}");
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_parent_that_does_not_exist_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("nowhere/authority");
    let error = init(&directory, &InitOptions::new(Algorithm::P256)).unwrap_err();
    assert!(matches!(error, InitError::Write { .. }), "{error}");
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[test]
fn two_authorities_have_two_logs() {
    let folder = tempfile::tempdir().unwrap();
    let options = InitOptions::new(Algorithm::P256);
    let one = init(&folder.path().join("one"), &options).unwrap();
    let two = init(&folder.path().join("two"), &options).unwrap();
    assert_ne!(one.verifier_key.name(), two.verifier_key.name());
}

#[test]
fn algorithms_have_their_names() {
    assert_eq!("p384".parse(), Ok(Algorithm::P384));
    assert_eq!("p256".parse(), Ok(Algorithm::P256));
    assert_eq!("rsa3072".parse(), Ok(Algorithm::Rsa3072));
    assert!("P384".parse::<Algorithm>().is_err());
}
