//! A process that opens a log, writes to it, and is traced while it does.

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

use crate::rig::disk::Disk;
use crate::rig::{Rig, START, World, token};

/// Tells the test that it is the process to be traced, and where its log is.
const CHILD: &str = "MERIDIAN_TEST_TRACED";

/// Where it says what was released. A socket, so that saying it is no `write`.
const REPORT: &str = "MERIDIAN_TEST_REPORT";

/// Requests of one start.
const REQUESTS: u64 = 6;

/// Seconds that a traced process, and its log afterwards, may take.
const LIMIT: u64 = 60;

/// How `timeout` ends when what it ran was killed.
const KILLED: i32 = 128 + 9;

pub(crate) fn can_trace() -> bool {
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

/// What was released, by a process that was traced.
#[derive(Debug, Default)]
pub(crate) struct Life {
    pub(crate) released: Vec<(String, u64)>,
    /// It came to its end: no fault ended it.
    pub(crate) whole: bool,
    /// It was killed, by strace or because it took too long.
    pub(crate) killed: bool,
    pub(crate) said: String,
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
pub(crate) fn live(folder: &Path, options: &[&str]) -> Life {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let said = folder.join("said");
    let mut child = Command::new("timeout")
        .args(["-s", "KILL", &LIMIT.to_string(), "strace", "-f", "-qq"])
        .args(options)
        .arg(std::env::current_exe().unwrap())
        .args(["life::the_process_that_is_traced", "--exact", "--nocapture"])
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
pub(crate) fn check(disk: &Disk, life: Life) -> Result<(), String> {
    let (sender, judged) = mpsc::channel();
    let disk = disk.clone();
    thread::spawn(move || {
        let judged = judge(&disk, &life);
        sender.send(judged.map_err(|fault| format!("{fault}; {life:?}")))
    });
    let judged = judged.recv_timeout(Duration::from_secs(LIMIT));
    judged.unwrap_or_else(|_| Err("no answer".to_owned()))
}
