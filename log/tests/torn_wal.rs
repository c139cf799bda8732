//! What RocksDB's write-ahead log leaves after a power cut, and that the lock
//! record notices when it left too little.
#![cfg(test)]

mod rig;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use meridian_log::lock_record::mem::MemLockRecord;
use meridian_log::open::{Log, LogParts, OpenError};
use meridian_log::private::{Change, PrivateFamily, PrivateRows};
use meridian_log::released::Outcome;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{Store, StoreError};
use meridian_merkle::index::TreeSize;
use meridian_signing::entropy::SeededEntropy;
use rig::disk::scratch;
use rig::{FaultStamper, START, World, limits};

/// Leaves of the log: a genesis and one batch for each other leaf.
const LEAVES: u64 = 12;

/// Nonces that are spent after the last leaf.
const TRAILING: u64 = 5;

/// A row that is written twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Nonce {
    Unspent,
    Spent,
}

/// Gives out a nonce and spends it, as a request does before it is submitted.
fn spend(store: &RocksStore, number: u64) {
    let (family, key) = (PrivateFamily::Challenges, number.to_be_bytes());
    store.put(family, &key, b"unspent", None).unwrap();
    let mut spend = |nonce: Option<&[u8]>| {
        assert_eq!(nonce, Some(&b"unspent"[..]));
        Change::Put {
            value: b"spent".to_vec(),
            expires: None,
        }
    };
    store.update(family, &key, START, &mut spend).unwrap();
}

fn nonce(store: &RocksStore, number: u64) -> Option<Nonce> {
    let row = store.get(PrivateFamily::Challenges, &number.to_be_bytes(), START);
    row.unwrap().map(|row| match row.as_slice() {
        b"spent" => Nonce::Spent,
        _ => Nonce::Unspent,
    })
}

/// The nonces are those of a moment: spent before every leaf that is there, and
/// none that is older than one that is lost.
fn check_nonces(store: &RocksStore, leaves: u64) {
    for number in 1..leaves {
        assert_eq!(
            nonce(store, number),
            Some(Nonce::Spent),
            "{number} of {leaves}"
        );
    }
    let mut before = Some(Nonce::Spent);
    for number in leaves.max(1)..LEAVES + TRAILING {
        let now = nonce(store, number);
        assert!(
            before == Some(Nonce::Spent) || now.is_none(),
            "{number} of {leaves}"
        );
        before = now;
    }
}

/// A database as a power cut leaves it: copied while it is open. Also the lock
/// record of that moment. The last rows, `trailing` nonces, were never synced.
fn cut(dir: &Path, trailing: u64) -> (PathBuf, MemLockRecord) {
    let (live, copy) = (dir.join("live"), dir.join("copy"));
    let store = Arc::new(RocksStore::create(&live).unwrap());
    let world = World::with_store(Arc::<RocksStore>::clone(&store));
    let rig = world.start(&FaultStamper::sound(), limits());
    for number in 1..LEAVES {
        spend(&store, number);
        assert!(matches!(rig.ask("request"), Outcome::Stamped(_)));
    }
    (LEAVES..LEAVES + trailing).for_each(|number| spend(&store, number));
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(&live).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    (copy, MemLockRecord::holding(world.lock.reading()))
}

fn wal(copy: &Path) -> PathBuf {
    let files = fs::read_dir(copy)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut logs: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|kind| kind == "log"))
        .collect();
    assert_eq!(logs.len(), 1);
    logs.remove(0)
}

fn open(copy: &Path, lock: &MemLockRecord) -> Result<Log, OpenError> {
    let store = Arc::new(RocksStore::open(copy)?);
    let (identity, entropy) = (World::identity(), Arc::new(SeededEntropy::new(1)));
    Log::open(LogParts::new(
        store,
        Box::new(lock.clone()),
        identity,
        entropy,
    ))
}

/// Opens the log over the first `length` octets of its write-ahead log.
/// Returns the number of leaves that the database then has, and what the open
/// rule says.
fn open_over(whole: &[u8], length: usize, copy: &Path, lock: &MemLockRecord) -> (u64, bool) {
    let dir = scratch();
    for entry in fs::read_dir(copy).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
    }
    fs::write(wal(dir.path()), &whole[..length]).unwrap();
    // One batch is one record: what is recovered ends between two batches, in
    // all column families, or the re-derived edge would not fit.
    let store = match RocksStore::open(dir.path()) {
        Err(StoreError::LogFile { .. }) => return (0, false),
        opened => opened.unwrap(),
    };
    let size = store.state().unwrap().map_or(0, |state| state.size.get());
    assert_eq!(
        store
            .leaf(meridian_merkle::index::LeafIndex::new(size))
            .unwrap(),
        None
    );
    check_nonces(&store, size);
    drop(store);
    match open(dir.path(), lock) {
        Ok(log) => assert_eq!(log.reader().size(), TreeSize::new(size)),
        Err(OpenError::DatabaseBehind { database, lock }) => {
            assert_eq!((database.get(), lock.get()), (size, LEAVES));
            return (size, false);
        }
        Err(other) => panic!("{other:?}"),
    }
    (size, true)
}

#[test]
fn nothing_that_was_committed_is_lost_with_the_process() {
    let dir = scratch();
    let (copy, lock) = cut(dir.path(), 0);
    let log = open(&copy, &lock).unwrap();
    assert_eq!(log.reader().size(), TreeSize::new(LEAVES));
}

#[test]
fn a_log_cut_anywhere_ends_between_two_batches_and_is_refused() {
    let dir = scratch();
    let (copy, lock) = cut(dir.path(), 0);
    let whole = fs::read(wal(&copy)).unwrap();
    let end = whole.iter().rposition(|octet| *octet != 0).unwrap() + 1;
    let mut before = 0;
    for length in (0..end).step_by(101) {
        let (size, opened) = open_over(&whole, length, &copy, &lock);
        assert!(size >= before && size < LEAVES, "{length}: {size}");
        assert!(!opened, "{length}: a released batch is missing");
        before = size;
    }
    assert_eq!(open_over(&whole, end, &copy, &lock), (LEAVES, true));
}

#[test]
fn a_log_that_reads_as_zeros_from_anywhere_on_ends_between_two_batches() {
    let dir = scratch();
    let (copy, lock) = cut(dir.path(), 0);
    let whole = fs::read(wal(&copy)).unwrap();
    let end = whole.iter().rposition(|octet| *octet != 0).unwrap() + 1;
    let mut before = 0;
    for from in (0..end).step_by(211) {
        let mut zeroed = whole.clone();
        zeroed[from..].fill(0);
        let (size, opened) = open_over(&zeroed, zeroed.len(), &copy, &lock);
        assert!(size >= before && size < LEAVES, "{from}: {size}");
        assert!(!opened, "{from}: a released batch is missing");
        before = size;
    }
}

#[test]
fn a_sector_that_never_reached_the_disk_is_never_skipped() {
    let dir = scratch();
    let (copy, lock) = cut(dir.path(), 0);
    let whole = fs::read(wal(&copy)).unwrap();
    let end = whole.iter().rposition(|octet| *octet != 0).unwrap() + 1;
    let mut lost = whole.clone();
    for sector in (0..end).step_by(512) {
        let range = sector..whole.len().min(sector + 512);
        lost[range.clone()].fill(0);
        // What lies behind it is whole, and must not be taken for its continuation.
        let (size, opened) = open_over(&lost, lost.len(), &copy, &lock);
        assert!(size < LEAVES && !opened, "sector at {sector}: {size}");
        lost[range.clone()].copy_from_slice(&whole[range]);
    }
}

#[test]
fn unsynced_rows_behind_the_last_batch_may_be_lost_the_newest_first() {
    let dir = scratch();
    let (copy, lock) = cut(dir.path(), TRAILING);
    let whole = fs::read(wal(&copy)).unwrap();
    let end = whole.iter().rposition(|octet| *octet != 0).unwrap() + 1;
    let mut opened = 0;
    for length in (0..=end).rev().step_by(19) {
        let (size, opens) = open_over(&whole, length, &copy, &lock);
        if size < LEAVES {
            break;
        }
        assert!(opens, "{length}: no batch is missing");
        opened += 1;
    }
    assert!(opened > 15, "{opened} lengths behind the last batch");
}

#[test]
fn a_bit_that_flips_in_the_log_is_never_taken_for_data() {
    let dir = scratch();
    let (copy, lock) = cut(dir.path(), 0);
    let whole = fs::read(wal(&copy)).unwrap();
    let end = whole.iter().rposition(|octet| *octet != 0).unwrap() + 1;
    for at in (0..end).step_by(307) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x04;
        let (size, opened) = open_over(&flipped, flipped.len(), &copy, &lock);
        assert!(size < LEAVES && !opened, "octet {at}");
    }
}

/// Where the records of a log file begin. All are in its first block.
fn records(whole: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    while whole[at + 6] != 0 {
        starts.push(at);
        at += 7 + usize::from(u16::from_le_bytes([whole[at + 4], whole[at + 5]]));
    }
    starts
}

#[test]
fn no_bit_that_flips_in_the_kind_of_a_record_keeps_a_database_from_answering() {
    let dir = scratch();
    let (copy, lock) = cut(dir.path(), 0);
    let mut whole = fs::read(wal(&copy)).unwrap();
    whole.resize(whole.len() + 7, 0);
    let records = records(&whole);
    for (number, at) in records.iter().enumerate() {
        let mut flipped = whole.clone();
        flipped[at + 6] ^= 1 << (number % 8);
        let (size, opened) = open_over(&flipped, flipped.len(), &copy, &lock);
        assert!(size < LEAVES && !opened, "octet {at}");
    }
    let mut recycled = whole.clone();
    recycled[records[5] + 6] ^= 0x04;
    fs::write(wal(&copy), recycled).unwrap();
    let damaged_at = |opened: Result<RocksStore, StoreError>| match opened {
        Err(StoreError::LogFile { at, .. }) => usize::try_from(at).ok(),
        _ => None,
    };
    let fifth = Some(records[5]);
    assert_eq!(damaged_at(RocksStore::open(&copy)), fifth);
    assert_eq!(damaged_at(RocksStore::open_read_only(&copy)), fifth);
}

#[test]
fn a_look_before_opening_refuses_and_keeps_the_log_file() {
    let dir = scratch();
    let (copy, mut lock) = cut(dir.path(), 0);
    let path = wal(&copy);
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[300] ^= 0x04;
    fs::write(&path, &flipped).unwrap();
    let look = |lock: &mut MemLockRecord| {
        let store = RocksStore::open_read_only(&copy).unwrap();
        Log::check(&store, lock)
    };
    assert!(matches!(
        look(&mut lock),
        Err(OpenError::DatabaseBehind { .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), flipped);
    // The disk reads well again, or somebody repairs it: nothing was lost.
    fs::write(&path, whole).unwrap();
    look(&mut lock).unwrap();
    let log = open(&copy, &lock).unwrap();
    assert_eq!(log.reader().size(), TreeSize::new(LEAVES));
}
