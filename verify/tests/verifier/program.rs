//! The program: exit codes, forms of input, determinism.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::{AT, DATA, token_of, vector};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with the data, a token and the anchor.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self::empty();
        desk.put("data", DATA);
        desk.put("token", &vector("p384.tsr"));
        desk.put("root", &vector("root.cer"));
        desk
    }

    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    pub(crate) fn put(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, octets).unwrap();
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meridian-verify"));
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// With token, trust and time given.
    pub(crate) fn verify(&self, arguments: &[&str]) -> Output {
        let given = ["--token", "token", "--trust", "root", "--at", AT];
        self.run(&[&given, arguments].concat())
    }
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn passed_is_0_failed_1_indeterminate_2() {
    let desk = Desk::new();
    assert_eq!(code(&desk.verify(&["data"])), 0);
    desk.put("other", b"other");
    assert_eq!(code(&desk.verify(&["other"])), 1);
    assert_eq!(code(&desk.verify(&["data", "--revocation", "require"])), 2);
}

#[test]
fn usage_is_3_not_claps_2() {
    let desk = Desk::new();
    for arguments in [
        &[][..],
        &["data"],
        &["data", "--token", "token"],
        &["--no-such-option"],
        &["data", "--token", "token", "--trust", "absent"],
        &["data", "--token", "token", "--trust", "data"],
        &[
            "data",
            "--token",
            "token",
            "--trust",
            "root",
            "--at",
            "yesterday",
        ],
        &[
            "data",
            "--token",
            "token",
            "--trust",
            "root",
            "--require-log",
        ],
        &[
            "data",
            "--token",
            "token",
            "--trust",
            "root",
            "--log-key",
            "a+b+c",
        ],
        &[
            "data", "--token", "token", "--trust", "root", "--crl", "root",
        ],
        &[
            "--digest",
            "sha256:00",
            "--token",
            "token",
            "--trust",
            "root",
        ],
        &["absent", "--token", "token", "--trust", "root"],
    ] {
        let output = desk.run(arguments);
        assert_eq!(code(&output), 3, "{arguments:?}: {}", said(&output));
        assert!(
            said(&output).starts_with("meridian-verify: error: "),
            "{arguments:?}: {}",
            said(&output)
        );
        let hinted = said(&output).contains("meridian-verify: hint: ");
        assert!(hinted, "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_0() {
    let desk = Desk::new();
    for argument in ["--help", "--version"] {
        let output = desk.run(&[argument]);
        assert_eq!(code(&output), 0);
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn no_token_at_all_is_4() {
    let desk = Desk::new();
    let refusal = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02];
    for octets in [&b"hello"[..], b"", b"%PDF-1.7", &refusal] {
        desk.put("token", octets);
        let output = desk.verify(&["data"]);
        assert_eq!(code(&output), 4);
        assert!(said(&output).starts_with("meridian-verify: error: token: "));
        assert!(said(&output).contains("meridian-verify: hint: "));
        assert_eq!(code(&desk.run(&["inspect", "token"])), 4);
    }
}

#[test]
fn data_comes_from_a_file_from_standard_input_or_as_a_digest() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["-", "--token", "token", "--trust", "root", "--at", AT])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(DATA).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let digest = "sha256:e4a651c96376c62ec3196b2e92032eef662f02b1d27a784011f07d5ee65d9f5a";
    assert_eq!(code(&desk.verify(&["--digest", digest])), 0);
    let zeros = format!("sha256:{}", "00".repeat(32));
    assert_eq!(code(&desk.verify(&["--digest", &zeros])), 1);
    let other_kind = format!("sha512:{}", "00".repeat(64));
    assert_eq!(code(&desk.verify(&["--digest", &other_kind])), 2);
}

#[test]
fn trust_is_a_file_or_a_folder() {
    let desk = Desk::new();
    let folder = desk.folder.path().join("anchors");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("root.der"), vector("root.cer")).unwrap();
    fs::write(folder.join("notes.txt"), "nothing").unwrap();
    let given = ["data", "--token", "token", "--trust", "anchors", "--at", AT];
    assert_eq!(code(&desk.run(&given)), 0);
}

#[test]
fn json_is_the_same_octet_by_octet_and_says_the_exit_code() {
    let desk = Desk::new();
    let first = desk.verify(&["data", "--json"]);
    let second = desk.verify(&["data", "--json"]);
    assert_eq!(first.stdout, second.stdout);
    let json: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(json["verdict"], "passed");
    assert_eq!(json["token"]["serial"], "12289");
    assert_eq!(json["token"]["gen_time"], "2026-11-24T07:39:07.676Z");
    assert_eq!(json["token"]["accuracy"], "1.000000");
    assert_eq!(json["log"], Value::Null);
}

#[test]
fn the_chosen_model_decides() {
    let desk = Desk::new();
    let late = [
        "data",
        "--token",
        "token",
        "--trust",
        "root",
        "--at",
        "2150-01-01T00:00:00Z",
    ];
    assert_eq!(code(&desk.run(&late)), 0);
    let etsi = desk.run(&[&late[..], &["--model", "etsi", "--json"]].concat());
    assert_eq!(code(&etsi), 2);
    let json: Value = serde_json::from_slice(&etsi.stdout).unwrap();
    assert_eq!(json["verdict"], "indeterminate");
    assert_eq!(json["models"]["gentime"], "passed");
}

#[test]
fn the_text_says_what_is_shown_and_what_not() {
    let desk = Desk::new();
    let output = desk.verify(&["data"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "PASSED",
        "What this shows",
        "What it does not show",
        "Why",
        "V045",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn inspect_shows_a_token_without_a_verdict() {
    let desk = Desk::new();
    desk.put("bare", &token_of(&vector("p384.tsr")));
    for token in ["token", "bare"] {
        let output = desk.run(&["inspect", token]);
        assert_eq!(code(&output), 0);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("nothing was verified") && text.contains("12289"));
        let json = desk.run(&["inspect", token, "--json"]);
        let json: Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(json["certificates"].as_array().unwrap().len(), 2);
    }
}
