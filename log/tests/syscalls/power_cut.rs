//! The power fails: of what was written, only what was synced is sure to be there.
//!
//! The trace of a whole life is replayed up to each sync. What the disks then hold
//! is written to a folder, in ways that file systems are known to leave it, and the
//! log is opened there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::life::{Life, can_trace, check, live};
use crate::rig::disk::{Disk, scratch};

/// What becomes of what was not synced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Loss {
    /// New names, and names that are gone, are as they were last; contents are lost. Files whose
    /// contents were never synced are there and empty.
    Contents,
    /// The same, and names are as they were when their folder was last synced.
    ContentsAndNames,
    /// Some of the writes reached the disk, in any order, and of each a part.
    SomeContents,
}

const LOSSES: [Loss; 3] = [Loss::Contents, Loss::ContentsAndNames, Loss::SomeContents];

/// Disks write so much at once.
const SECTOR: usize = 512;

/// One file, whatever its name.
#[derive(Clone, Debug, Default)]
struct Content {
    synced: Vec<u8>,
    now: Vec<u8>,
    /// Since the last sync: where, and what.
    writes: Vec<(usize, Vec<u8>)>,
    /// Where the next `write` goes.
    end: usize,
}

impl Content {
    fn write(&mut self, at: usize, octets: &[u8]) {
        put(&mut self.now, at, octets);
        self.writes.push((at, octets.to_vec()));
    }

    fn sync(&mut self) {
        self.synced.clone_from(&self.now);
        self.writes.clear();
    }

    fn after(&self, loss: Loss, dice: &mut u64) -> Vec<u8> {
        let mut left = self.synced.clone();
        if loss != Loss::SomeContents {
            return left;
        }
        for (at, octets) in &self.writes {
            for (sector, part) in octets.chunks(SECTOR).enumerate() {
                *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                if *dice >> 63 == 0 {
                    put(&mut left, at + sector * SECTOR, part);
                }
            }
        }
        left
    }
}

fn put(into: &mut Vec<u8>, at: usize, octets: &[u8]) {
    let end = at + octets.len();
    into.resize(into.len().max(end), 0);
    into[at..end].copy_from_slice(octets);
}

/// The folder of a log and the folder in it, by path below the first.
#[derive(Clone, Debug, Default)]
struct Disks {
    files: Vec<Content>,
    names: BTreeMap<String, usize>,
    synced_names: BTreeMap<String, usize>,
}

impl Disks {
    fn of(folder: &Path) -> Self {
        let mut disks = Self::default();
        for path in files_below(folder) {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
            let octets = fs::read(&path).unwrap();
            disks.names.insert(name.to_owned(), disks.files.len());
            disks.files.push(Content {
                synced: octets.clone(),
                now: octets,
                ..Content::default()
            });
        }
        disks.synced_names = disks.names.clone();
        disks
    }

    fn file(&mut self, name: &str) -> Option<&mut Content> {
        self.names.get(name).map(|file| &mut self.files[*file])
    }

    /// Does what a call did.
    fn apply(&mut self, call: &Call) {
        match call {
            Call::Create(name) => {
                self.names.insert(name.clone(), self.files.len());
                self.files.push(Content::default());
            }
            Call::Write(name, octets) => {
                if let Some(file) = self.file(name) {
                    file.write(file.end, octets);
                    file.end += octets.len();
                }
            }
            Call::WriteAt(name, at, octets) => {
                if let Some(file) = self.file(name) {
                    file.write(*at, octets);
                }
            }
            Call::Cut(name, length) => {
                if let Some(file) = self.file(name) {
                    file.now.resize(*length, 0);
                }
            }
            Call::Rename(from, to) => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.clone(), file);
                }
            }
            Call::Unlink(name) => drop(self.names.remove(name)),
            Call::Sync(name) => match self.file(name) {
                Some(file) => file.sync(),
                None => self.sync_folder(name),
            },
            Call::Release => {}
        }
    }

    fn sync_folder(&mut self, folder: &str) {
        let is_in = |name: &str| name.rsplit_once('/').map_or("", |(in_it, _)| in_it) == folder;
        self.synced_names.retain(|name, _| !is_in(name));
        let now = self.names.iter().filter(|(name, _)| is_in(name));
        let now: Vec<_> = now.map(|(name, file)| (name.clone(), *file)).collect();
        self.synced_names.extend(now);
    }

    /// Writes what is left after a power cut.
    fn write(&self, folder: &Path, loss: Loss, dice: &mut u64) {
        let names = match loss {
            Loss::ContentsAndNames => &self.synced_names,
            _ => &self.names,
        };
        for (name, file) in names {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, self.files[*file].after(loss, dice)).unwrap();
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let of = |path: PathBuf| match path.is_dir() {
        true => files_below(&path),
        false => vec![path],
    };
    entries.flat_map(|entry| of(entry.path())).collect()
}

/// What a line of the trace did to the folder; names are below it.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Call {
    Create(String),
    Write(String, Vec<u8>),
    WriteAt(String, usize, Vec<u8>),
    Cut(String, usize),
    Rename(String, String),
    Unlink(String),
    Sync(String),
    Release,
}

/// The octets that `strace -xx` writes as `\x41\x42`.
fn octets(text: &str) -> Vec<u8> {
    let digits = text.split("\\x").filter(|digits| !digits.is_empty());
    digits
        .map(|digits| u8::from_str_radix(digits, 16).unwrap())
        .collect()
}

/// A call that returned well, if it is one of ours and about this folder.
fn call(line: &str, folder: &str) -> Option<Call> {
    let (done, result) = line.rsplit_once(" = ")?;
    if result.starts_with('-') {
        return None;
    }
    let (name, arguments) = done.split_once('(')?;
    let path = |text: &str| {
        let path = String::from_utf8(octets(text)).unwrap();
        let below = path.strip_prefix(folder)?;
        Some(below.trim_start_matches('/').to_owned())
    };
    let in_quotes: Vec<&str> = arguments.split('"').skip(1).step_by(2).collect();
    let of_descriptor = arguments.split(['<', '>']).nth(1).unwrap_or_default();
    let last = arguments
        .trim_end()
        .trim_end_matches(')')
        .rsplit(", ")
        .next();
    let number = || last.and_then(|last| last.parse::<usize>().ok()).unwrap();
    Some(match name {
        "openat" if arguments.contains("O_CREAT") && arguments.contains("O_TRUNC") => {
            Call::Create(path(in_quotes[0])?)
        }
        "write" => Call::Write(path(of_descriptor)?, octets(in_quotes.first()?)),
        "pwrite64" => Call::WriteAt(path(of_descriptor)?, number(), octets(in_quotes[0])),
        "ftruncate" => Call::Cut(path(of_descriptor)?, number()),
        "rename" => Call::Rename(path(in_quotes[0])?, path(in_quotes[1])?),
        "unlink" => Call::Unlink(path(in_quotes[0])?),
        "fsync" | "fdatasync" => Call::Sync(path(of_descriptor)?),
        "sendto" => Call::Release,
        _ => return None,
    })
}

/// The calls of a trace, each when it returned.
fn calls(text: &str, folder: &str) -> Vec<Call> {
    let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        if let Some(first) = rest.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, first);
            continue;
        }
        let whole = match rest
            .strip_prefix("<... ")
            .and_then(|rest| rest.split_once(" resumed>"))
        {
            Some((_, second)) => format!("{}{second}", begun.remove(thread).unwrap_or_default()),
            None => rest.to_owned(),
        };
        calls.extend(call(&whole, folder));
    }
    calls
}

#[test]
fn wherever_the_power_fails_nothing_released_is_lost() {
    if !can_trace() {
        eprintln!("skipped: strace cannot trace here");
        return;
    }
    let folder = scratch();
    let base = folder.path().join("base");
    Disk::create(&base);
    let mut disks = Disks::of(&base);
    let out = folder.path().join("calls");
    let trace = "trace=openat,write,pwrite64,ftruncate,rename,unlink,fsync,fdatasync,sendto";
    let options = [
        "-y",
        "-xx",
        "-s",
        "9999999",
        "-o",
        out.to_str().unwrap(),
        "-e",
        trace,
    ];
    let life = live(&base, &options);
    assert!(life.whole, "{}", life.said);

    let text = fs::read_to_string(out).unwrap();
    let calls = calls(&text, base.to_str().unwrap());
    let (mut released, mut cuts, mut dice) = (0, 0, 1);
    let mut breaches = BTreeSet::new();
    for (number, call) in calls.iter().enumerate() {
        // Before each sync, and when something has left: in between a cut loses nothing else.
        if matches!(call, Call::Sync(_)) || number > 0 && calls[number - 1] == Call::Release {
            for loss in LOSSES {
                let cut = folder.path().join("cut");
                disks.write(&cut, loss, &mut dice);
                let said = life.released.iter().take(released).cloned().collect();
                let before = Life {
                    released: said,
                    ..Life::default()
                };
                if let Err(breach) = check(&Disk::at(&cut), before) {
                    breaches.insert(format!("{loss:?} before call {number}: {breach}"));
                }
                cuts += 1;
                fs::remove_dir_all(&cut).unwrap();
            }
        }
        disks.apply(call);
        released += usize::from(*call == Call::Release);
    }
    eprintln!(
        "{cuts} power cuts in {} calls, {released} releases",
        calls.len()
    );
    assert_eq!(breaches, BTreeSet::new());
    assert_eq!(released, life.released.len() + 1, "and the end");
    assert!(cuts > 100, "{cuts} cuts");
}
