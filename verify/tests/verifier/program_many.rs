//! The program with several files and folders.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::forge::log::{Entry, log_key};
use crate::forge::token::TstInfo;
use crate::forge::world::{DATA, GEN_TIME, NOW, WORLD};
use crate::program::{Desk, code, said};
use crate::schema::validate;
use crate::support::instant;
use meridian_verify::report::json::{LINE_SCHEMA, REPORT_SCHEMA};

const GIVEN: [&str; 6] = ["--trust", "root", "--intermediate", "ca", "--at", NOW];

/// A folder of folders: two that pass, one that fails, one without its data, and other files.
fn archive() -> Desk {
    let desk = Desk::empty();
    desk.put("root", &WORLD.root);
    desk.put("ca", &WORLD.ca);
    let folder = desk.folder.path().join("archive/deeper");
    fs::create_dir_all(&folder).unwrap();
    let put = |name: &str, octets: &[u8]| {
        fs::write(desk.folder.path().join("archive").join(name), octets).unwrap();
    };
    put("a.txt", DATA);
    put("a.txt.tsr", &WORLD.honest());
    put("b.txt", b"changed since");
    put("b.txt.tst", &WORLD.honest());
    put("deeper/c.txt", b"c");
    let c = WORLD.token(&TstInfo::about(b"c", GEN_TIME));
    put("deeper/c.txt.p7s", &c.signed(&WORLD.unit_key));
    put("lonely.tsr", &WORLD.honest());
    put("notes.txt", b"nobody stamped this");
    desk
}

fn run(desk: &Desk, arguments: &[&str]) -> std::process::Output {
    desk.run(&[arguments, &GIVEN].concat())
}

fn text(output: &std::process::Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_token_of_a_file_lies_beside_it() {
    let desk = archive();
    assert_eq!(code(&run(&desk, &["archive/a.txt"])), 0);
    assert_eq!(code(&run(&desk, &["archive/a.txt.tsr"])), 0);
    assert_eq!(code(&run(&desk, &["archive/b.txt"])), 1);
    // Without its data a token is undecided, without a token there is nothing to judge.
    assert_eq!(code(&run(&desk, &["archive/lonely.tsr"])), 2);
    let output = run(&desk, &["archive/notes.txt"]);
    assert_eq!(code(&output), 4);
    assert!(
        said(&output).contains("no token beside"),
        "{}",
        said(&output)
    );
    assert_eq!(code(&run(&desk, &["archive/absent.txt"])), 3);
    // One file has a whole report.
    assert!(text(&run(&desk, &["archive/a.txt"])).contains("What this shows"));
}

#[test]
fn a_folder_stands_for_every_token_in_it() {
    let desk = archive();
    let output = run(&desk, &["archive"]);
    assert_eq!(code(&output), 1);
    let text = text(&output);
    let verdicts: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with(' ') && line.contains("archive"))
        .collect();
    assert_eq!(
        verdicts,
        [
            "passed         archive/a.txt.tsr",
            "failed         archive/b.txt.tst",
            "passed         archive/deeper/c.txt.p7s",
            "indeterminate  archive/lonely.tsr",
        ]
    );
    assert!(text.contains("               V030  "), "{text}");
    assert!(text.ends_with("\n4 tokens: 2 passed, 1 failed, 1 indeterminate, 0 not judged.\n"));
}

#[test]
fn the_exit_code_is_that_of_the_worst() {
    let desk = archive();
    let code_of = |files: &[&str]| code(&run(&desk, files));
    assert_eq!(code_of(&["archive/a.txt", "archive/deeper/c.txt"]), 0);
    assert_eq!(code_of(&["archive/a.txt", "archive/lonely.tsr"]), 2);
    assert_eq!(
        code_of(&["archive/a.txt", "archive/lonely.tsr", "archive/notes.txt"]),
        4
    );
    assert_eq!(
        code_of(&["archive/a.txt", "archive/notes.txt", "archive/b.txt"]),
        1
    );
    assert_eq!(code_of(&["archive", "archive/a.txt"]), 1);
    fs::create_dir(desk.folder.path().join("empty")).unwrap();
    assert_eq!(code_of(&["empty"]), 4);
    assert_eq!(code_of(&["empty", "empty"]), 4);
    assert_eq!(code_of(&["empty", "archive/a.txt"]), 0);
}

#[test]
fn json_is_a_line_for_each_in_the_order_of_their_names_whatever_the_jobs() {
    let desk = archive();
    let outputs = ["1", "2", "7"].map(|jobs| run(&desk, &["archive", "--json", "--jobs", jobs]));
    assert_eq!(outputs[0].stdout, outputs[1].stdout);
    assert_eq!(outputs[0].stdout, outputs[2].stdout);
    let (line, report): (Value, Value) = (
        serde_json::from_str(LINE_SCHEMA).unwrap(),
        serde_json::from_str(REPORT_SCHEMA).unwrap(),
    );
    let text = text(&outputs[0]);
    assert_eq!(text.lines().count(), 4);
    for one in text.lines() {
        let value: Value = serde_json::from_str(one).unwrap();
        validate(&line, &value, "line");
        validate(&report, &value["report"], "report");
        assert_eq!(value["error"], Value::Null);
    }
    let lonely: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(lonely["file"], Value::Null);
    assert_eq!(lonely["token"], "archive/lonely.tsr");
    let output = run(&desk, &["archive/a.txt", "archive/notes.txt", "--json"]);
    let output = String::from_utf8(output.stdout).unwrap();
    let none: Value = serde_json::from_str(output.lines().last().unwrap()).unwrap();
    validate(&line, &none, "line");
    assert_eq!(none["report"], Value::Null);
    assert_eq!(none["error"], "no token beside archive/notes.txt");
}

#[test]
fn more_tokens_than_a_batch_keep_their_order() {
    let desk = archive();
    let folder = desk.folder.path().join("many");
    fs::create_dir(&folder).unwrap();
    let garbage = [0x30, 0x03, 0x02, 0x01, 0x01];
    for number in 0..1100 {
        fs::write(folder.join(format!("{number:04}.tsr")), garbage).unwrap();
    }
    let output = run(&desk, &["many", "--jobs", "3"]);
    assert_eq!(code(&output), 4);
    let text = text(&output);
    let names: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("not judged     "))
        .collect();
    assert_eq!(names.len(), 1100);
    assert!(names.is_sorted());
    assert!(text.contains("time-stamp request"), "{text}");
}

#[test]
fn the_proof_of_the_log_lies_beside_the_token() {
    let desk = archive();
    let key = log_key().to_string();
    let proof = Entry::new(&WORLD.honest(), 77, instant(GEN_TIME)).proof();
    let asked = ["--log-key", &key, "--require-log"];
    let one = |desk: &Desk| run(desk, &[&["archive/a.txt"][..], &asked].concat());
    assert_eq!(code(&one(&desk)), 1);
    fs::write(desk.folder.path().join("archive/a.txt.tlog-proof"), &proof).unwrap();
    assert_eq!(code(&one(&desk)), 0);
    // Of several, only the one that has a proof beside it is in the log.
    let two = ["archive/a.txt", "archive/deeper/c.txt"];
    let output = run(&desk, &[&two[..], &asked].concat());
    assert_eq!(code(&output), 1);
    let text = text(&output);
    assert!(text.contains("passed         archive/a.txt.tsr"), "{text}");
    assert!(
        text.contains("failed         archive/deeper/c.txt.p7s"),
        "{text}"
    );
}

#[test]
fn what_is_about_one_token_is_not_for_many() {
    let desk = archive();
    desk.put("proof", b"x");
    desk.put("token", &WORLD.honest());
    for option in ["--proof", "--disclose", "--evidence"] {
        let output = run(&desk, &["archive", option, "proof"]);
        assert_eq!(code(&output), 3, "{option}");
        assert!(said(&output).contains(option), "{}", said(&output));
    }
    for files in [&["archive"][..], &["archive/a.txt", "archive/b.txt"]] {
        let output = run(&desk, &[files, &["--token", "token"]].concat());
        assert_eq!(code(&output), 3);
        assert!(said(&output).contains("--token is about one token"));
    }
    assert_eq!(code(&run(&desk, &["-"])), 4);
    assert_eq!(code(&run(&desk, &["archive", "--jobs", "0"])), 3);
    assert_eq!(code(&run(&desk, &["--digest", "sha256:00"])), 3);
}

#[test]
fn html_of_several_is_one_page_with_those_that_did_not_pass_in_full() {
    let desk = archive();
    let output = run(
        &desk,
        &["archive", "archive/notes.txt", "--html", "page.html"],
    );
    assert_eq!(code(&output), 1);
    let html = fs::read_to_string(desk.folder.path().join("page.html")).unwrap();
    for name in [
        "a.txt.tsr",
        "b.txt.tst",
        "c.txt.p7s",
        "lonely.tsr",
        "notes.txt",
    ] {
        assert!(html.contains(name), "{name}");
    }
    assert!(html.contains("2 passed, 1 failed, 1 indeterminate, 1 not judged."));
    assert_eq!(html.matches("<section class=\"report\"").count(), 2);
    assert!(html.contains("href=\"#t2\"") && html.contains("id=\"t2\""));
}

#[test]
fn progress_is_for_terminals_only() {
    let desk = archive();
    let output = run(&desk, &["archive"]);
    assert!(output.stderr.is_empty(), "{}", said(&output));
}

#[test]
#[cfg(unix)]
fn a_link_to_a_folder_is_not_followed() {
    let desk = archive();
    let folder = desk.folder.path().join("archive");
    std::os::unix::fs::symlink(&folder, folder.join("deeper/around")).unwrap();
    let output = run(&desk, &["archive"]);
    assert_eq!(text(&output).matches("archive").count(), 4);
    assert!(Path::new(&folder).is_dir());
}
