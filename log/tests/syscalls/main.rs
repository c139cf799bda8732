//! What the log asks of the operating system, seen and changed through strace.
//!
//! A call is refused, or kills the process, at its nth write, sync, rename or open;
//! or the power fails between any two. Afterwards the log opens, `fsck` finds
//! nothing, and all that was released is there.
#![cfg(test)]
#![expect(clippy::print_stderr, reason = "what was tried is what a person reads")]

#[path = "../rig/mod.rs"]
mod rig;

mod life;
mod power_cut;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use life::{Life, can_trace, check, live};
use rig::disk::{Disk, scratch};

/// `all` tries every call, which takes minutes; else some of each kind are.
const FAULTS: &str = "MERIDIAN_FAULTS";

/// Where a call is that fails. Calls of each thread are counted apart, and those
/// that open the log come first: what commits is only met where nothing else counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Where {
    Anywhere,
    /// The log file of the first start.
    LogFile,
    LockRecord,
}

const ALL: &[&str] = &["error=EIO", "error=ENOSPC", "signal=KILL"];
const FAILS: &[&str] = &["error=EIO", "signal=KILL"];
const FULL: &[&str] = &["error=ENOSPC", "signal=KILL"];
const UNREADABLE: &[&str] = &["error=EIO"];

/// What can fail, where, and with what.
const CALLS: [(&str, Where, &[&str]); 16] = [
    ("write", Where::LogFile, ALL),
    ("fdatasync", Where::LogFile, ALL),
    ("pwrite64", Where::LockRecord, ALL),
    ("fdatasync", Where::LockRecord, ALL),
    ("openat", Where::Anywhere, ALL),
    ("write", Where::Anywhere, ALL),
    ("pwrite64", Where::Anywhere, FAILS),
    ("fdatasync", Where::Anywhere, FAILS),
    ("fsync", Where::Anywhere, FAILS),
    ("rename", Where::Anywhere, FAILS),
    ("unlink", Where::Anywhere, FAILS),
    ("ftruncate", Where::Anywhere, FAILS),
    ("fallocate", Where::Anywhere, FULL),
    ("mkdir", Where::Anywhere, FULL),
    ("pread64", Where::Anywhere, UNREADABLE),
    ("read", Where::Anywhere, UNREADABLE),
];

/// The calls that a whole life makes, by the thread that makes them.
struct Calls {
    /// Thread, name, and the file, if the call names one.
    made: Vec<[String; 3]>,
    log_file: String,
}

impl Calls {
    fn of_a_life(base: &Disk, folder: &Path) -> Self {
        let (work, out) = (folder.join("counted"), folder.join("calls"));
        base.copy(&work);
        let names = CALLS.map(|(call, _, _)| call).join(",");
        let trace = format!("trace={names}");
        let life = live(&work, &["-y", "-o", out.to_str().unwrap(), "-e", &trace]);
        assert!(life.whole, "{}", life.said);
        let text = fs::read_to_string(out).unwrap();
        let made: Vec<_> = text.lines().filter_map(begun).collect();
        let synced = |[_, call, file]: &&[String; 3]| call == "fdatasync" && file.ends_with(".log");
        let [_, _, log_file] = made.iter().find(synced).unwrap();
        let log_file = log_file.rsplit('/').next().unwrap().to_owned();
        Self { made, log_file }
    }

    /// The file that a call is counted at; `None` for all.
    fn file(&self, place: Where, disk: &Disk) -> Option<PathBuf> {
        match place {
            Where::Anywhere => None,
            Where::LogFile => Some(disk.database.join(&self.log_file)),
            Where::LockRecord => Some(disk.lock.clone()),
        }
    }

    /// How often one thread makes a call, at most.
    fn most(&self, name: &str, place: Where) -> u64 {
        let is_there = |file: &str| match place {
            Where::Anywhere => true,
            Where::LogFile => file.ends_with(&self.log_file),
            Where::LockRecord => file.ends_with("/lock"),
        };
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for [thread, call, file] in &self.made {
            if call == name && is_there(file) {
                *counts.entry(thread).or_default() += 1;
            }
        }
        counts.into_values().max().unwrap_or(0)
    }
}

/// Thread, call and file of a line: `PID NAME(FD</PATH>, …`. The second half of
/// a call that another thread's came into is none.
fn begun(line: &str) -> Option<[String; 3]> {
    let (thread, call) = line.split_once(' ')?;
    let (name, rest) = call.trim_start().split_once('(')?;
    let file = rest.split(['<', '>']).nth(1).unwrap_or_default();
    let is_half = name.starts_with('<');
    (!is_half).then(|| [thread, name, file].map(str::to_owned))
}

/// Which calls of `most` are tried. Early ones, where all threads are; not the
/// first, which is before the log is opened, but where only its own files count.
fn tried(most: u64, place: Where) -> Vec<u64> {
    if std::env::var_os(FAULTS).is_some_and(|faults| faults == "all") {
        return (1..=most).collect();
    }
    let mut tried = match place {
        Where::Anywhere => vec![most.isqrt(), most - most / 4],
        Where::LogFile | Where::LockRecord => vec![1, most / 2 + 1],
    };
    tried.dedup();
    tried
}

fn pairs<'a>(faults: &'a [&'a str], numbers: &'a [u64]) -> impl Iterator<Item = (&'a str, u64)> {
    let of = |fault: &'a str| numbers.iter().map(move |n| (fault, *n));
    faults.iter().copied().flat_map(of)
}

#[test]
fn whatever_call_fails_or_kills_nothing_released_is_lost() {
    if !can_trace() {
        eprintln!("skipped: strace cannot trace here");
        return;
    }
    let folder = scratch();
    let base = Disk::create(&folder.path().join("base"));
    let calls = Calls::of_a_life(&base, folder.path());
    let (mut runs, mut ended, mut breaches) = (0, 0, Vec::new());
    for (call, place, faults) in CALLS {
        let most = calls.most(call, place);
        assert!(most > 0, "{call} is never called: {place:?}");
        let numbers = tried(most, place);
        let mut stopped = 0;
        for (fault, n) in pairs(faults, &numbers) {
            let work = folder.path().join("work");
            let disk = base.copy(&work);
            // A disk that is full stays full.
            let when = if fault.ends_with("ENOSPC") { "+" } else { "" };
            let inject = format!("inject={call}:{fault}:when={n}{when}");
            let life = meet(&inject, calls.file(place, &disk), &work);
            runs += 1;
            stopped += usize::from(!life.whole);
            if life.killed && !fault.ends_with("KILL") {
                breaches.push(format!("{inject} {place:?}: it does not end"));
            }
            if let Err(breach) = check(&disk, life) {
                breaches.push(format!("{inject} {place:?}: {breach}"));
            }
            fs::remove_dir_all(&work).unwrap();
        }
        ended += stopped;
        eprintln!("  {call:<9} {place:?}, {numbers:?} of {most}, {faults:?}: {stopped} ended it");
        let met = place == Where::Anywhere || stopped == faults.len() * numbers.len();
        assert!(met, "{call} {place:?}: it went on over a failed commit");
    }
    eprintln!("{runs} faults, {ended} ended the process");
    assert_eq!(breaches, Vec::<String>::new());
    assert!(ended * 3 > runs, "{ended} of {runs} faults were met");
}

/// A life that meets one fault, at one file if it is named.
fn meet(inject: &str, file: Option<PathBuf>, work: &Path) -> Life {
    let call = inject.split(['=', ':']).nth(1).unwrap();
    let trace = format!("trace={call}");
    let mut options = vec!["-o", "/dev/null", "-e", &trace, "-e", inject];
    let file = file.map(|file| file.to_str().unwrap().to_owned());
    match &file {
        Some(file) => options.extend(["-P", file]),
        None => options.push("--seccomp-bpf"),
    }
    live(work, &options)
}

/// What a line of the trace says of a call that returned: its name and the file.
fn returned<'a>(line: &'a str, begun: &mut BTreeMap<&'a str, &'a str>) -> Option<[&'a str; 2]> {
    let (thread, call) = line.split_once(' ')?;
    let call = call.trim_start();
    if call.ends_with("<unfinished ...>") {
        begun.insert(thread, call);
        return None;
    }
    let call = if call.starts_with("<... ") {
        begun.remove(thread)?
    } else {
        call
    };
    let (name, rest) = call.split_once('(')?;
    let (_, file) = rest.split_once('<')?;
    Some([name, file.split('>').next()?])
}

#[test]
fn nothing_is_released_before_log_file_and_lock_record_are_synced() {
    if !can_trace() {
        eprintln!("skipped: strace cannot trace here");
        return;
    }
    let folder = scratch();
    Disk::create(&folder.path().join("log"));
    let out = folder.path().join("calls");
    let trace = "trace=write,pwrite64,fdatasync,fsync,sendto";
    let log = folder.path().join("log");
    let life = live(&log, &["-y", "-o", out.to_str().unwrap(), "-e", trace]);
    assert!(life.whole, "{}", life.said);
    let text = fs::read_to_string(out).unwrap();
    let (mut begun, mut since, mut releases) = (BTreeMap::new(), Vec::new(), 0);
    for [call, file] in text.lines().filter_map(|line| returned(line, &mut begun)) {
        let file = match file.rsplit('/').next().unwrap() {
            name if name.ends_with(".log") => "log file",
            name => name,
        };
        since.push((call, file));
        if call == "sendto" {
            // The last four before it; in between come other threads' writes of tables.
            let steps = [("write", "log file"), ("fdatasync", "log file")];
            let steps = [steps, [("pwrite64", "lock"), ("fdatasync", "lock")]].concat();
            let mut rest = since.iter();
            let in_order = steps.iter().all(|step| rest.any(|call| call == step));
            assert!(in_order || releases == life.released.len(), "{since:?}");
            releases += 1;
            since.clear();
        }
    }
    assert_eq!(releases, life.released.len() + 1, "and the end");
}
