//! What was removed or has expired is in no file of the database any more.
#![cfg(test)]

mod rig;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use meridian_log::private::{Change, PrivateFamily, PrivateRows};
use meridian_log::released::Outcome;
use meridian_log::store::rocks::RocksStore;
use meridian_signing::digest::sha256;
use meridian_wire::time::UnixMicros;
use rig::{FaultStamper, KEEP_UNTIL, PLACE, START, World, limits};

const SOON: Option<UnixMicros> = Some(UnixMicros::new(START.get() + 1));
const LATER: UnixMicros = UnixMicros::new(START.get() + 1_000);

/// The files of `folder` in which these octets are.
fn files_with(folder: &Path, octets: &[u8]) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let has = |path: &Path| {
        // A file that is deleted meanwhile has nothing.
        let content = fs::read(path).unwrap_or_default();
        content.windows(octets.len()).any(|window| window == octets)
    };
    let found = files.filter(|file| has(&file.path()));
    found
        .map(|file| file.file_name().into_string().unwrap())
        .collect()
}

/// RocksDB deletes files in the background, a moment after they are not needed.
fn eventually_in_no_file(folder: &Path, octets: &[u8], what: &str) {
    let mut found = Vec::new();
    for _ in 0..200 {
        found = files_with(folder, octets);
        if found.is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("{what} is still in {found:?}");
}

/// What becomes of a row.
const FATES: [&str; 5] = [
    "expires",
    "is removed",
    "is removed by its prefix",
    "is replaced",
    "is spent",
];

fn key(family: PrivateFamily, fate: &str) -> Vec<u8> {
    format!("{fate}: key in {}", family.name()).into_bytes()
}

fn value(family: PrivateFamily, fate: &str) -> Vec<u8> {
    format!("the secret in {} that {fate}", family.name()).into_bytes()
}

/// Writes rows of one family, and lets happen to them what is to happen.
fn live(store: &RocksStore, family: PrivateFamily) {
    for fate in FATES.into_iter().chain(["stays"]) {
        let expires = if fate == "stays" { None } else { SOON };
        store
            .put(family, &key(family, fate), &value(family, fate), expires)
            .unwrap();
    }
    // What follows is in the log file, what was before it in a table.
    if family == PrivateFamily::Tickets {
        store.compact_private().unwrap();
    }
    store.remove(family, &key(family, "is removed")).unwrap();
    let prefix = b"is removed by its prefix";
    assert_eq!(store.remove_prefix(family, prefix).unwrap(), 1);
    store
        .put(family, &key(family, "is replaced"), b"by another", None)
        .unwrap();
    store
        .update(family, &key(family, "is spent"), START, &mut |_| {
            Change::Remove
        })
        .unwrap();
}

#[test]
fn rows_that_expired_were_removed_or_replaced_are_in_no_file_after_a_compaction() {
    let dir = tempfile::tempdir().unwrap();
    let store = RocksStore::create(dir.path()).unwrap();
    PrivateFamily::ALL
        .iter()
        .for_each(|family| live(&store, *family));
    let each = || {
        PrivateFamily::ALL
            .into_iter()
            .flat_map(|family| FATES.map(|fate| (family, fate)))
    };
    let found =
        each().filter(|(family, fate)| !files_with(dir.path(), &value(*family, fate)).is_empty());
    assert_eq!(
        found.count(),
        20 - 4,
        "only what was replaced before a compaction is gone by itself"
    );
    assert_eq!(store.sweep(LATER, 99).unwrap(), 4);
    store.compact_private().unwrap();
    for (family, fate) in each() {
        eventually_in_no_file(dir.path(), &value(family, fate), fate);
    }
    // Keys stand in the list of files too, until that is written anew.
    drop(store);
    let _reopened = RocksStore::open(dir.path()).unwrap();
    for (family, fate) in each().filter(|(_, fate)| *fate != "is replaced") {
        eventually_in_no_file(dir.path(), &key(family, fate), fate);
    }
    for family in PrivateFamily::ALL {
        assert!(!files_with(dir.path(), &value(family, "stays")).is_empty());
    }
}

#[test]
fn location_tokens_that_expired_or_were_erased_are_in_no_file_and_the_rest_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(RocksStore::create(dir.path()).unwrap());
    let world = World::with_store(Arc::<RocksStore>::clone(&store));
    let rig = world.start(&FaultStamper::sound(), limits());
    let ask = |name: &str| assert!(matches!(rig.ask(name), Outcome::Stamped(_)));
    let alice = format!("{PLACE}alice who wants to be forgotten");
    let bob = format!("{PLACE}bob who waits until it expires");
    for _ in 0..5 {
        ask(&alice);
        ask(&bob);
        ask("carol with a time stamp");
    }
    let owner = sha256(&alice.as_bytes()[PLACE.len()..]);
    assert_eq!(files_with(dir.path(), alice.as_bytes()).len(), 1);
    assert_eq!(store.erase_location_tokens_of(&owner).unwrap(), 5);
    store.compact_private().unwrap();
    eventually_in_no_file(dir.path(), alice.as_bytes(), "alice");
    assert!(!files_with(dir.path(), bob.as_bytes()).is_empty());
    assert_eq!(store.sweep(KEEP_UNTIL, 99).unwrap(), 5);
    store.compact_private().unwrap();
    eventually_in_no_file(dir.path(), bob.as_bytes(), "bob");
    assert!(!files_with(dir.path(), b"carol with a time stamp").is_empty());
    assert_eq!(world.fsck().location_tokens_gone, 10);
    // Keys stand in the list of files too, until that is written anew.
    drop((rig, world, store));
    let _reopened = RocksStore::open(dir.path()).unwrap();
    eventually_in_no_file(dir.path(), &owner, "the owner");
}
