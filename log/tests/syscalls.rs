//! The operating system refuses, or kills the process, at its nth write, sync,
//! rename or open: strace says so instead of it. Afterwards the log opens, `fsck`
//! finds nothing, and all that was released is there.
#![cfg(test)]
#![expect(clippy::print_stderr, reason = "what was tried is what a person reads")]

mod rig;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use meridian_log::fsck::fsck;
use meridian_log::private::{Change, PrivateFamily, PrivateRows};
use meridian_log::released::Outcome;
use meridian_log::store::Store;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::index::LeafIndex;
use meridian_signing::digest::sha256;
use rig::disk::{Disk, scratch};
use rig::{Rig, START, World, token};

/// Tells the test that it is the process to be traced, and where its log is.
const CHILD: &str = "MERIDIAN_TEST_TRACED";

/// Where it says what was released. A socket, so that saying it is no `write`.
const REPORT: &str = "MERIDIAN_TEST_REPORT";

/// `all` tries every call, which takes minutes; else some of each kind are.
const FAULTS: &str = "MERIDIAN_FAULTS";

/// Calls of each kind that meet each fault.
const SAMPLES: u32 = 3;

/// Requests of one start.
const REQUESTS: u64 = 6;

/// Seconds that a traced process, and its log afterwards, may take.
const LIMIT: u64 = 60;

/// How `timeout` ends when what it ran was killed.
const KILLED: i32 = 128 + 9;

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

/// What was released, by a process that was traced.
#[derive(Debug, Default)]
struct Life {
    released: Vec<(String, u64)>,
    /// It came to its end: no fault ended it.
    whole: bool,
    /// It was killed, by strace or because it took too long.
    killed: bool,
    said: String,
}

/// One life: starts, spends and stamps, has tables written, stops, and the same
/// again. What fails ends the process, as it does the program.
#[test]
fn the_process_that_is_traced() {
    let Some(folder) = std::env::var_os(CHILD).map(PathBuf::from) else {
        return;
    };
    let report = std::env::var_os(REPORT).unwrap().into_string().unwrap();
    let mut report = TcpStream::connect(report).unwrap();
    let disk = Disk::at(&folder);
    for start in 0..2 {
        let (store, rig) = disk.start().unwrap();
        for number in 0..REQUESTS {
            // In the log file of the first start are batches only.
            if start > 0 {
                spend(&store, number);
            }
            let name = format!("{start}.{number}");
            let index = stamp(&rig, &name);
            report
                .write_all(format!("{name} {index}\n").as_bytes())
                .unwrap();
        }
        store.compact_private().unwrap();
    }
    report.write_all(b"end\n").unwrap();
}

/// Writes a private row and removes it again, unsynced.
fn spend(store: &RocksStore, number: u64) {
    let (family, key) = (PrivateFamily::Challenges, number.to_be_bytes());
    store.put(family, &key, b"unspent", None).unwrap();
    let mut remove = |_: Option<&[u8]>| Change::Remove;
    store.update(family, &key, START, &mut remove).unwrap();
}

/// The index of a stamp. Ends the process when the log cannot go on.
fn stamp(rig: &Rig, name: &str) -> LeafIndex {
    let answer = rig.submit(name).unwrap();
    loop {
        match answer.recv_timeout(Duration::from_millis(5)) {
            Ok(Outcome::Stamped(released)) => return released.index(),
            Ok(other) => panic!("{other:?}"),
            Err(_) => {}
        }
        if let Ok(fatal) = rig.fatal.try_recv() {
            eprintln!("fatal: {fatal:?}");
            std::process::exit(70);
        }
    }
}

/// Lets the process live under strace.
fn live(folder: &Path, options: &[&str]) -> Life {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let said = folder.join("said");
    let mut child = Command::new("timeout")
        .args(["-s", "KILL", &LIMIT.to_string(), "strace", "-f", "-qq"])
        .args(options)
        .arg(std::env::current_exe().unwrap())
        .args(["the_process_that_is_traced", "--exact", "--nocapture"])
        .env(CHILD, folder)
        .env(REPORT, listener.local_addr().unwrap().to_string())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
    let mut life = Life::default();
    if let Some(report) = accept(&listener, &mut child) {
        for line in BufReader::new(report).lines().map_while(Result::ok) {
            match line.split_once(' ') {
                Some((name, index)) => {
                    life.released
                        .push((name.to_owned(), index.parse().unwrap()));
                }
                None => life.whole = line == "end",
            }
        }
    }
    life.killed = child.wait().unwrap().code() == Some(KILLED);
    life.said = fs::read_to_string(said).unwrap();
    life
}

/// Waits for the process to connect, or to end before it could.
fn accept(listener: &TcpListener, child: &mut Child) -> Option<TcpStream> {
    listener.set_nonblocking(true).unwrap();
    loop {
        let ended = child.try_wait().unwrap().is_some();
        if let Ok((report, _)) = listener.accept() {
            report.set_nonblocking(false).unwrap();
            return Some(report);
        }
        if ended {
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Opens the log as the program does and looks at all of it.
fn judge(disk: &Disk, life: &Life) -> Result<(), String> {
    RocksStore::check_blocks(&disk.database).map_err(|fault| format!("{fault:?}"))?;
    let (store, rig) = disk.start().map_err(|error| format!("{error:?}"))?;
    let key = World::identity().verifier_key().clone();
    let token_digest = |token: &[u8]| Some(sha256(token));
    let report = fsck(&*store, &key, Some(&token_digest), &mut |_, _| {});
    let report = report.map_err(|fault| format!("{fault:?}"))?;
    let mut last = 0;
    for (name, index) in &life.released {
        let kept = store.token(LeafIndex::new(*index)).unwrap();
        if *index <= last || kept != Some(token(name, *index)) {
            return Err(format!("released {name} at {index}, kept {kept:?}"));
        }
        last = *index;
    }
    let Outcome::Stamped(released) = rig.ask("after") else {
        return Err("it does not stamp".to_owned());
    };
    if released.index().get() != report.size.get() {
        return Err(format!("{} after {}", released.index(), report.size));
    }
    Ok(())
}

/// The same, within a time limit.
fn check(disk: &Disk, life: Life) -> Result<(), String> {
    let (sender, judged) = mpsc::channel();
    let disk = disk.clone();
    thread::spawn(move || {
        let judged = judge(&disk, &life);
        sender.send(judged.map_err(|fault| format!("{fault}; {life:?}")))
    });
    let judged = judged.recv_timeout(Duration::from_secs(LIMIT));
    judged.unwrap_or_else(|_| Err("no answer".to_owned()))
}

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

/// Which calls of `most` are tried: dense at the beginning, where all threads are.
fn tried(most: u64) -> Vec<u64> {
    if std::env::var_os(FAULTS).is_some_and(|faults| faults == "all") {
        return (1..=most).collect();
    }
    let step = f64::from(u32::try_from(most).unwrap()).powf(1.0 / f64::from(SAMPLES - 1));
    let mut tried: Vec<u64> = (0..SAMPLES)
        .map(|n| {
            format!("{:.0}", step.powi(n.try_into().unwrap()))
                .parse()
                .unwrap()
        })
        .collect();
    tried.dedup();
    tried
}

fn pairs<'a>(faults: &'a [&'a str], numbers: &'a [u64]) -> impl Iterator<Item = (&'a str, u64)> {
    let of = |fault: &'a str| numbers.iter().map(move |n| (fault, *n));
    faults.iter().copied().flat_map(of)
}

fn can_trace() -> bool {
    let probe = Command::new("strace")
        .args([
            "-qq",
            "-f",
            "-o",
            "/dev/null",
            "-e",
            "inject=fsync:error=EIO:when=1",
            "true",
        ])
        .status();
    probe.is_ok_and(|status| status.success())
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
        let numbers = tried(most);
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
