//! Events of an authority's life, checked against the leaf that its log has of them.

use std::process::{Command, Output};

use meridian_merkle::hash::{leaf_hash, node_hash};
use meridian_verify::event::{EventReport, EventStatement, LogTrust, verify_event};
use meridian_verify::finding::Status;
use meridian_verify::verdict::Verdict;
use meridian_wire::leaf::{EventName, Leaf, event_digest};
use serde_json::{Value, json};

use crate::forge::log::{Entry, log_key, policy};
use crate::forge::world::{GEN_TIME, NOW, WORLD};
use crate::support::instant;

const BODY: &str = r#"{"event":"start","software":"meridian"}"#;
const SALT: [u8; 32] = [5; 32];
const INDEX: u64 = 77;

/// An entry of the log with this leaf.
fn entry(leaf: Leaf) -> Entry {
    let mut entry = Entry::new(&WORLD.honest(), INDEX, instant(GEN_TIME));
    let siblings = entry.siblings.iter();
    entry.root = siblings.fold(leaf_hash(&leaf.encode()), |hash, left| {
        node_hash(left, &hash)
    });
    entry.leaf = leaf;
    entry
}

fn event_leaf() -> Leaf {
    let digest = event_digest(&SALT, BODY.as_bytes());
    Leaf::event(instant(GEN_TIME), digest, EventName::new("start").unwrap())
}

fn stated() -> Value {
    json!({
        "serial": INDEX.to_string(), "time": GEN_TIME, "name": "start",
        "salt": hex::encode(SALT), "body": BODY,
    })
}

/// What is stated with this member instead.
fn stating(member: &str, value: &str) -> Value {
    let mut stated = stated();
    stated[member] = value.into();
    stated
}

fn judge(stated: &Value, proof: &str) -> EventReport {
    let statement = EventStatement::parse(&stated.to_string()).unwrap();
    let trust = LogTrust::new(Some(log_key()), None, instant(NOW));
    verify_event(statement, proof, &trust)
}

fn failed(report: &EventReport) -> Vec<String> {
    let failed = report.findings().iter();
    let failed = failed.filter(|finding| finding.status == Status::Failed);
    failed.map(|finding| finding.id.to_string()).collect()
}

#[test]
fn an_event_that_is_in_the_log_passes() {
    let report = judge(&stated(), &entry(event_leaf()).proof());
    assert_eq!(report.verdict(), Verdict::Passed, "{report:?}");
    let text = report.to_text();
    assert!(
        text.starts_with("PASSED: ") && text.contains(BODY),
        "{text}"
    );
}

#[test]
fn the_genesis_is_an_event_by_its_kind() {
    let digest = event_digest(&SALT, BODY.as_bytes());
    let proof = entry(Leaf::genesis(instant(GEN_TIME), digest)).proof();
    let report = judge(&stating("name", "genesis"), &proof);
    assert_eq!(report.verdict(), Verdict::Passed);
    assert_eq!(failed(&judge(&stated(), &proof)), ["V092"]);
}

#[test]
fn every_member_counts() {
    let proof = entry(event_leaf()).proof();
    for (member, value) in [
        ("serial", "78"),
        // The same place in a log of another number.
        ("serial", &((1_u128 << 64) | 77).to_string()),
        ("time", "2026-06-15T12:00:00.000001Z"),
        ("name", "stop"),
        ("salt", &"06".repeat(32)),
        ("body", &BODY.replace("meridian", "Meridian")),
        ("body", &format!("{BODY} ")),
    ] {
        let report = judge(&stating(member, value), &proof);
        assert_eq!(failed(&report), ["V092"], "{member}");
        assert_eq!(report.verdict(), Verdict::Failed);
    }
}

#[test]
fn a_leaf_of_something_else_is_no_event() {
    let digest = event_digest(&SALT, BODY.as_bytes());
    let time = instant(GEN_TIME);
    for leaf in [
        Leaf::time_stamp(time, digest),
        Leaf::location_stamp(time, digest),
        Leaf::void(time),
    ] {
        let report = judge(&stated(), &entry(leaf).proof());
        assert_eq!(failed(&report), ["V092"]);
    }
}

#[test]
fn a_proof_of_another_log_or_tree_is_none() {
    let honest = entry(event_leaf());
    let mut moved = honest.clone();
    moved.size += 1;
    assert_eq!(failed(&judge(&stated(), &moved.proof())), ["V091"]);
    let cosigned = honest.clone().cosigned(1, 1_700_000_000);
    let unsigned = honest.proof_with(&cosigned.lines()[1..]);
    assert_eq!(failed(&judge(&stated(), &unsigned)), ["V090"]);
    let unread = judge(&stated(), "nonsense");
    assert_eq!(
        (failed(&unread), unread.verdict()),
        (vec!["V090".to_owned()], Verdict::Failed)
    );
    // Nobody is believed: then a proof is worth nothing.
    let statement = EventStatement::parse(&stated().to_string()).unwrap();
    let nobody = LogTrust::new(None, None, instant(NOW));
    let report = verify_event(statement, &honest.proof(), &nobody);
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[test]
fn witnesses_count_if_they_are_asked_for() {
    let seen = u64::try_from(instant(GEN_TIME).get() / 1_000_000).unwrap();
    let judge = |entry: &Entry| {
        let statement = EventStatement::parse(&stated().to_string()).unwrap();
        let wanted = policy(&["group g 2 w1 w2 w3", "quorum g"]);
        let trust = LogTrust::new(None, Some(wanted), instant(NOW));
        verify_event(statement, &entry.proof(), &trust)
    };
    let alone = entry(event_leaf()).cosigned(1, seen);
    assert_eq!(failed(&judge(&alone)), ["V093"]);
    assert_eq!(judge(&alone.cosigned(2, seen)).verdict(), Verdict::Passed);
}

#[test]
fn every_octet_of_the_proof_counts() {
    let text = entry(event_leaf()).proof().into_bytes();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut changed = text.clone();
            changed[at] ^= 1 << bit;
            let changed = String::from_utf8_lossy(&changed).into_owned();
            let report = judge(&stated(), &changed);
            assert_ne!(report.verdict(), Verdict::Passed, "{at}: {changed}");
        }
    }
}

#[test]
fn what_states_no_event_is_refused() {
    let mut more = stated();
    more["more"] = "x".into();
    let mut less = stated();
    less.as_object_mut().unwrap().remove("salt");
    for wrong in [
        "[]".to_owned(),
        "nonsense".to_owned(),
        more.to_string(),
        less.to_string(),
        stating("salt", "05").to_string(),
        stating("salt", &"0g".repeat(32)).to_string(),
        stating("serial", "-1").to_string(),
        stating("time", "now").to_string(),
        format!("{}{}", stated(), stated()),
    ] {
        assert!(EventStatement::parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_text_shows_a_body_without_obeying_it() {
    let body = "{\"a\":\"\u{1b}[2J\n\u{202e}\"}";
    let mut stated = stating("body", body);
    stated["name"] = "x\ny".into();
    let text = judge(&stated, "nonsense").to_text();
    assert!(
        !text.contains('\u{1b}') && !text.contains('\u{202e}'),
        "{text}"
    );
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("  name"))
            .count(),
        1
    );
    assert!(text.contains("x\\ny"), "{text}");
}

#[test]
fn the_program_says_so_with_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("e.json"), stated().to_string()).unwrap();
    std::fs::write(at("other.json"), stating("name", "stop").to_string()).unwrap();
    std::fs::write(at("bad.json"), "{}").unwrap();
    std::fs::write(at("e.tlog-proof"), entry(event_leaf()).proof()).unwrap();
    std::fs::write(at("log.vkey"), format!("{}\n", log_key())).unwrap();
    let run = |event: &str, trust: &[&str]| -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meridian-verify"));
        command.current_dir(folder.path());
        command.args(["event", event, "--proof", "e.tlog-proof"]);
        command.args(trust).output().unwrap()
    };
    let code = |event, trust: &[&str]| run(event, trust).status.code().unwrap();
    let key = ["--log-key", "log.vkey"];
    let output = run("e.json", &key);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stdout.starts_with(b"PASSED"));
    assert_eq!(code("other.json", &key), 1);
    assert_eq!(code("bad.json", &key), 3);
    assert_eq!(code("missing.json", &key), 3);
    assert_eq!(code("e.json", &[]), 3, "nobody to believe");
}
