//! One flipped bit in every file of a small log: it is refused when the log is
//! opened, or found by `fsck`, or harmless; and no checkpoint is ever signed over
//! what it changed.
#![cfg(test)]
#![expect(clippy::print_stderr, reason = "the table is what a person reads")]

mod rig;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use meridian_log::fsck::fsck;
use meridian_log::lock_record::file::FileLockRecord;
use meridian_log::private::{PrivateFamily, PrivateRows};
use meridian_log::released::Outcome;
use meridian_log::store::Store;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::frontier::Frontier;
use meridian_merkle::hash::leaf_hash;
use meridian_merkle::index::LeafIndex;
use meridian_signing::digest::sha256;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::EventName;
use rig::disk::{Disk, scratch};
use rig::{PLACE, World};

/// Tells the test that it is the process which opens damaged logs, and where they are.
const CHILD: &str = "MERIDIAN_TEST_FLIPS";

/// `all` tries nearly every octet, which takes minutes; else some of each file are.
const FAULTS: &str = "MERIDIAN_FAULTS";

/// Octets of each file that are tried.
const SAMPLES: usize = 14;

/// The same of `all`: nearly every octet of a table, fewer of RocksDB's notes.
const ALL: usize = 2_000;

/// Within which a damaged log must be judged. RocksDB once read for ever.
const LIMIT: Duration = Duration::from_secs(60);

/// The genesis, and eleven leaves of each start.
const LEAVES: u64 = 34;

/// A log with rows of every kind: table files from earlier starts, a log file
/// from the last one.
fn build(folder: &Path) -> Disk {
    let disk = Disk::create(&folder.join("base"));
    for start in 0..3 {
        let (store, rig) = disk.start().unwrap();
        let name = EventName::new("start").unwrap();
        rig.sequencer.append_event(name, b"body").unwrap();
        store.put_policy(&[start; 32], b"{}").unwrap();
        for number in 0..10 {
            let (family, key) = (PrivateFamily::Challenges, [start, number]);
            store.put(family, &key, b"unspent", None).unwrap();
            let kind = if number % 3 == 0 { PLACE } else { "r" };
            let answer = rig.ask(&format!("{kind}{start} {number}"));
            assert!(matches!(answer, Outcome::Stamped(_)));
        }
    }
    disk
}

fn files(disk: &Disk) -> Vec<PathBuf> {
    let entries = fs::read_dir(&disk.database).unwrap().map(Result::unwrap);
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.push(disk.lock.clone());
    files.sort();
    files
}

fn name(file: &Path) -> &str {
    file.file_name().unwrap().to_str().unwrap()
}

fn leaves(store: &dyn Store, size: u64) -> Vec<Vec<u8>> {
    let leaf = |number| store.leaf(LeafIndex::new(number)).unwrap().unwrap();
    (0..size).map(leaf).collect()
}

/// What became of a log with a flipped bit.
fn judge(disk: &Disk, sound: &[Vec<u8>]) -> String {
    let peeked = FileLockRecord::peek(&disk.lock);
    let damaged = peeked.is_ok_and(|reading| reading.damaged);
    // As fsck of a folder does: while nobody has the database open.
    let blocks = RocksStore::check_blocks(&disk.database);
    let (store, rig) = match disk.start() {
        Ok(started) => started,
        Err(error) => return format!("refused {error:?}"),
    };
    let key = World::identity().verifier_key().clone();
    let token_digest = |token: &[u8]| Some(sha256(token));
    let examined = fsck(&*store, &key, Some(&token_digest), &mut |_, _| {});
    let found = match (examined, blocks) {
        (Err(fault), _) => Some(format!("found {fault:?}")),
        (_, Err(fault)) => Some(format!("found {fault:?}")),
        _ => None,
    };
    let size = u64::try_from(sound.len()).unwrap();
    if found.is_none() && leaves(&*store, size) != sound {
        return "MISSED".to_owned();
    }
    // Whatever the disk says of the past: what is signed now must be over the leaves that were
    // signed before.
    let Outcome::Stamped(released) = rig.ask("after") else {
        return "UNSTAMPED".to_owned();
    };
    let proof = released.proof().unwrap();
    let mut tree = Frontier::new();
    for leaf in sound.iter().map(Vec::as_slice).chain(proof.extra()) {
        tree.push(leaf_hash(leaf));
    }
    let signed = Checkpoint::parse(proof.checkpoint().text()).unwrap();
    if (signed.size(), *signed.root()) != (tree.size(), tree.root()) {
        return "SIGNED OVER".to_owned();
    }
    let intact = if damaged { "repaired" } else { "harmless" };
    found.unwrap_or_else(|| intact.to_owned())
}

fn say(line: &str) {
    // One write: the other process reads lines, also the last one of a process that dies.
    let line = format!("\n{}\n", line.replace('\n', " "));
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}

#[test]
fn the_process_that_opens() {
    let Some(folder) = std::env::var_os(CHILD).map(PathBuf::from) else {
        return;
    };
    let base = Disk::at(&folder.join("base"));
    let every = std::env::var_os(FAULTS).is_some_and(|faults| faults == "all");
    let sound = {
        let (store, log) = base.copy(&folder.join("sound")).open().unwrap();
        leaves(&*store, log.reader().size().get())
    };
    let work = folder.join("work");
    for file in files(&base) {
        let octets = fs::read(&file).unwrap();
        let samples = if every { ALL } else { SAMPLES };
        let samples = samples.min(octets.len());
        if samples == 0 {
            say(&format!("flip {} 0 empty", name(&file)));
        }
        for sample in 0..samples {
            let at = sample * octets.len() / samples;
            say(&format!("try {} {at}", name(&file)));
            let disk = base.copy(&work);
            let mut flipped = octets.clone();
            flipped[at] ^= 1 << (sample % 8);
            let file_in_copy = work.join(file.strip_prefix(folder.join("base")).unwrap());
            fs::write(file_in_copy, flipped).unwrap();
            say(&format!(
                "flip {} {at} {}",
                name(&file),
                judge(&disk, &sound)
            ));
            fs::remove_dir_all(&work).unwrap();
        }
    }
    say("end");
}

/// Starts that process; returns what it says as it says it.
fn start(folder: &Path) -> (Child, Receiver<String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["the_process_that_opens", "--exact", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            drop(sender.send(line));
        }
    });
    (child, receiver)
}

/// What may become of a bit that flips in such a file.
fn allowed(file: &str) -> &'static [&'static str] {
    match file {
        // A torn replacement looks the same: the batch is there, and the record is written anew.
        "lock" => &["refused", "repaired"],
        "CURRENT" => &["refused"],
        // RocksDB's own notes, which it does not need to read its files.
        "IDENTITY" | "LOG" => &["harmless"],
        "LOCK" => &["empty"],
        _ if file.starts_with("MANIFEST-") => &["refused"],
        _ if file.ends_with(".log") => &["refused"],
        _ if file.ends_with(".sst") => &["refused", "found"],
        _ if file.starts_with("OPTIONS-") => &["harmless"],
        _ if file.starts_with("LOG.old.") => &["harmless"],
        _ => panic!("no class for a file {file}"),
    }
}

/// How often what became of each file, for people.
#[derive(Default)]
struct Table(BTreeMap<String, BTreeMap<String, usize>>);

impl Table {
    fn add(&mut self, file: &str, class: &str) {
        let row = self.0.entry(file.to_owned()).or_default();
        *row.entry(class.to_owned()).or_default() += 1;
    }

    fn count(&self, class: &str) -> usize {
        self.0.values().filter_map(|row| row.get(class)).sum()
    }

    fn print(&self) {
        eprintln!("one flipped bit, by the file that it was in:");
        for (file, row) in &self.0 {
            let row: Vec<_> = row
                .iter()
                .map(|(class, n)| format!("{n} {class}"))
                .collect();
            eprintln!("  {file:<24} {}", row.join(", "));
        }
    }
}

#[test]
fn one_flipped_bit_is_refused_or_found_or_harmless_and_never_signed_over() {
    let folder = scratch();
    build(folder.path());
    let (mut child, lines) = start(folder.path());
    let (mut table, mut breaches) = (Table::default(), Vec::new());
    let mut last = String::new();
    loop {
        let Ok(line) = lines.recv_timeout(LIMIT) else {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("no end, or a crash, after: {last}");
        };
        if line == "end" {
            break;
        }
        if let Some(said) = line.strip_prefix("flip ") {
            let words: Vec<_> = said.splitn(4, ' ').collect();
            table.add(words[0], words[2]);
            if !allowed(words[0]).contains(&words[2]) {
                breaches.push(line.clone());
            }
        }
        last = line;
    }
    assert!(child.wait().unwrap().success());
    table.print();
    assert_eq!(breaches, Vec::<String>::new());
    for class in ["refused", "found", "repaired", "harmless"] {
        assert!(table.count(class) > 5, "hardly anything was {class}");
    }
}

#[test]
fn no_bit_that_flips_in_the_header_of_a_record_hides_a_part_of_the_list_of_files() {
    let folder = scratch();
    let disk = build(folder.path());
    let is_list = |file: &PathBuf| name(file).starts_with("MANIFEST-");
    let list = files(&disk).into_iter().find(is_list).unwrap();
    let sound = fs::read(&list).unwrap();
    let mut at = 0;
    let mut records = 0;
    // Checksum (4), length (2, little-endian), kind (1); all are in the first block.
    while at + 7 <= sound.len() {
        // Of the kind, over some of which RocksDB reads for ever; of the length, which then goes
        // beyond the end of the file.
        for (octet, bit) in [(6, 2), (6, 3), (6, 7), (5, 6), (5, 7)] {
            let mut flipped = sound.clone();
            flipped[at + octet] ^= 1 << bit;
            fs::write(&list, flipped).unwrap();
            let (sender, answer) = mpsc::channel();
            let disk = disk.clone();
            thread::spawn(move || sender.send(disk.open().is_err()));
            let refused = answer.recv_timeout(LIMIT);
            assert_eq!(refused, Ok(true), "bit {bit} of octet {}", at + octet);
        }
        records += 1;
        at += 7 + usize::from(u16::from_le_bytes([sound[at + 4], sound[at + 5]]));
    }
    assert!(records > 10, "{records} records");
    fs::write(&list, sound).unwrap();
    disk.open().unwrap();
}

#[test]
fn a_bit_that_is_flipped_back_leaves_the_log_as_it_was() {
    let folder = scratch();
    let disk = build(folder.path());
    let mut refused = 0;
    for (number, file) in files(&disk).into_iter().enumerate() {
        let copy = disk.copy(&folder.path().join(number.to_string()));
        let file = file.strip_prefix(folder.path().join("base")).unwrap();
        let file = folder.path().join(number.to_string()).join(file);
        let sound = fs::read(&file).unwrap();
        let mut flipped = sound.clone();
        let Some(octet) = flipped.get_mut(sound.len() / 3) else {
            continue;
        };
        *octet ^= 1;
        fs::write(&file, flipped).unwrap();
        if copy.open().is_ok() {
            continue;
        }
        // What is refused is left as it was: whoever mends the bit has the log again.
        refused += 1;
        fs::write(&file, sound).unwrap();
        let (_, log) = copy.open().unwrap();
        assert_eq!(log.reader().size().get(), LEAVES);
    }
    assert!(refused > 5, "{refused} files");
}
