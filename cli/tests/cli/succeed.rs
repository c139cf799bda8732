//! `meridian log succeed`, ended from outside at the system calls that make its steps.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::authority::{meridian, run};

/// Files that a succession reads or makes, in any folder.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let (path, to) = {
            let file = file.unwrap();
            (file.path(), to.join(file.file_name()))
        };
        if path.is_dir() {
            copy(&path, &to);
        } else {
            // The mode goes with it: nobody else may read a key.
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// Kills the program at the n-th such call. Says whether it came to its end before.
fn killed_at(call: &str, nth: usize, dir: &Path) -> bool {
    let status = Command::new("strace")
        .args(["-f", "-q", "-o", "/dev/null", "-e"])
        .arg(format!("trace={call}"))
        .arg("-e")
        .arg(format!("inject={call}:signal=KILL:when={nth}"))
        .arg(env!("CARGO_BIN_EXE_meridian"))
        .args(["log", "succeed"])
        .arg(dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.unwrap().success()
}

fn assert_whole(dir: &Path, after: &str) {
    let (code, _, stderr) = run(meridian(&["log", "succeed"]).arg(dir));
    assert_eq!(code, 0, "{after}: {stderr}");
    for number in ["0", "1"] {
        let (code, stdout, stderr) = run(meridian(&["log", "fsck", "--log", number]).arg(dir));
        assert_eq!(code, 0, "{after}: {stderr}");
        assert!(stdout.starts_with("no fault in "), "{after}: {stdout}");
    }
    let (_, stdout, _) = run(meridian(&["log", "info", "--log", "0"]).arg(dir));
    assert!(stdout.contains("closed:   yes"), "{after}: {stdout}");
    assert!(!dir.join("log-1.making").exists(), "{after}");
}

/// Renames are what names each step; syncs are what makes it durable. Every rename, and every
/// third sync.
#[test]
fn a_succession_that_is_killed_anywhere_goes_on() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("skipped: not found: strace");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("fresh");
    let (code, _, stderr) = run(meridian(&["init"]).arg(&fresh));
    assert_eq!(code, 0, "{stderr}");
    for (call, step) in [("rename", 1), ("fsync", 3), ("fdatasync", 3)] {
        let mut killed = 0;
        for nth in (1..200).step_by(step) {
            let dir = folder.path().join(format!("{call}-{nth}"));
            copy(&fresh, &dir);
            let ended = killed_at(call, nth, &dir);
            assert_whole(&dir, &format!("killed at {call} {nth}"));
            if ended {
                break;
            }
            killed += 1;
        }
        assert!(killed > 3, "{call}: killed {killed} times");
    }
}

#[test]
fn it_says_what_it_did_and_what_to_publish() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("authority");
    run(meridian(&["init"]).arg(&dir));
    let (code, stdout, _) = run(meridian(&["log", "succeed"]).arg(&dir));
    assert_eq!(code, 0);
    let vkey = fs::read_to_string(dir.join("pki/log-1.vkey")).unwrap();
    assert!(stdout.contains(vkey.trim()), "{stdout}");
    assert!(stdout.contains("for ever, with 2 leaves"), "{stdout}");
    let (code, stdout, _) = run(meridian(&["log", "succeed"]).arg(&dir));
    assert_eq!(code, 0);
    assert!(stdout.contains("nothing was done"), "{stdout}");
    let (code, _, stderr) = run(meridian(&["log", "info", "--log", "2"]).arg(&dir));
    assert_eq!(code, 1);
    assert!(
        stderr.contains("there is no log 2, the newest is 1"),
        "{stderr}"
    );
    // The genesis of log 1 is proven by its serial number.
    let serial = (1_u128 << 64).to_string();
    let (code, stdout, _) = run(meridian(&["log", "proof", &serial]).arg(&dir));
    assert_eq!(code, 0);
    assert!(stdout.contains("\nindex 0\n"), "{stdout}");
}

#[test]
fn serving_an_unfinished_succession_says_how_to_finish_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("authority");
    run(meridian(&["init"]).arg(&dir));
    run(meridian(&["log", "succeed"]).arg(&dir));
    fs::rename(dir.join("log-1"), dir.join("log-1.making")).unwrap();
    let (code, _, stderr) = run(meridian(&["serve"]).arg(&dir));
    assert_eq!(code, 1);
    assert!(
        stderr.contains("`meridian log succeed DIR` goes on"),
        "{stderr}"
    );
}
