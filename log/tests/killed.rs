//! kill -9 of a process that spends nonces and stamps: what was spent for a
//! token that left the process stays spent.
#![cfg(test)]

mod rig;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use meridian_log::private::{Change, PrivateFamily, PrivateRows};
use meridian_log::released::Outcome;
use meridian_log::sequencer::Sequencer;
use meridian_log::store::Store;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::index::LeafIndex;
use rig::{FaultStamper, PLACE, START, World, limits, token};

/// Tells the test that it is the process to be killed, and where its database is.
const CHILD: &str = "MERIDIAN_TEST_DATABASE";

const KILLS: u64 = 6;

const THREADS: u64 = 4;

/// Gives out a nonce, spends it, and has a token made for it.
fn spend_and_stamp(log: &Sequencer<FaultStamper>, rows: &RocksStore, number: u64) -> LeafIndex {
    let (family, key) = (PrivateFamily::Challenges, number.to_be_bytes());
    rows.put(family, &key, b"unspent", None).unwrap();
    rows.update(family, &key, START, &mut |_| Change::Remove)
        .unwrap();
    let (sender, receiver) = mpsc::channel();
    let reply = move |outcome| drop(sender.send(outcome));
    log.submit(format!("{PLACE}{number}"), reply).unwrap();
    let Outcome::Stamped(released) = rig::wait(&receiver) else {
        panic!("not stamped")
    };
    released.index()
}

#[test]
fn the_process_that_is_killed() {
    let Some(database) = std::env::var_os(CHILD) else {
        return;
    };
    let store = Arc::new(RocksStore::create(Path::new(&database)).unwrap());
    let world = World::with_store(Arc::<RocksStore>::clone(&store));
    let rig = world.start(&FaultStamper::sound(), limits());
    let (log, next) = (&rig.sequencer, AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let index = spend_and_stamp(log, &store, number);
                    // One write, or two threads would share a line.
                    let line = format!("released {number} {index}\n");
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                }
            });
        }
    });
}

/// Kills the process after so many tokens; returns number and index of each
/// token that left it.
fn kill_after(database: &PathBuf, tokens: usize) -> Vec<(u64, LeafIndex)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["the_process_that_is_killed", "--exact", "--nocapture"])
        .env(CHILD, database)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut tokens_left = lines.map_while(Result::ok).filter_map(|line| read(&line));
    let mut released: Vec<_> = tokens_left.by_ref().take(tokens).collect();
    assert_eq!(released.len(), tokens, "it ended by itself");
    thread::sleep(Duration::from_micros(700));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it wrote before its end has left it, too; a line is one write.
    released.extend(tokens_left);
    released
}

/// Number and index of a token that was released.
fn read(line: &str) -> Option<(u64, LeafIndex)> {
    let (_, words) = line.split_once("released ")?;
    let (number, index) = words.split_once(' ')?;
    let index = LeafIndex::new(index.parse().ok()?);
    Some((number.parse().ok()?, index))
}

#[test]
fn what_was_spent_for_a_token_that_left_is_spent_after_a_kill() {
    for round in 0..KILLS {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        let released = kill_after(&path, usize::try_from(20 + 17 * round).unwrap());
        let store = RocksStore::open(&path).unwrap();
        for (number, index) in released {
            let row = store.get(PrivateFamily::Challenges, &number.to_be_bytes(), START);
            assert_eq!(row.unwrap(), None, "nonce {number} is unspent again");
            let kept = store.location_token(index).unwrap().unwrap();
            let expected = token(&format!("{PLACE}{number}"), index.get());
            assert_eq!(kept.token, expected);
        }
        // Nor is one unspent whose token is in the log and did not leave.
        let size = store.state().unwrap().unwrap().size.get();
        for index in 1..size {
            let kept = store
                .location_token(LeafIndex::new(index))
                .unwrap()
                .unwrap();
            let text = String::from_utf8(kept.token).unwrap();
            let number = text.strip_prefix(PLACE).unwrap().split(' ').next().unwrap();
            let number: u64 = number.parse().unwrap();
            let row = store.get(PrivateFamily::Challenges, &number.to_be_bytes(), START);
            assert_eq!(row.unwrap(), None, "nonce {number} of leaf {index}");
        }
    }
}
