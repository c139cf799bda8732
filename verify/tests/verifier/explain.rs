//! `--explain`: every check has one, and nothing else has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use meridian_verify::explain::{all, explain};
use meridian_verify::finding::CheckId;

use crate::program::{Desk, code, said};

/// Numbers of the checks in the sources: what stands between `Checked<` and `>`.
fn checks(folder: &Path, found: &mut BTreeSet<u16>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            checks(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            // What tests of the type itself make up is no check.
            let text = text.split("#[cfg(test)]").next().unwrap();
            for mark in ["Checked<", "Proof<"] {
                let numbers = text.split(mark).skip(1);
                found
                    .extend(numbers.filter_map(|rest| rest.split('>').next()?.parse::<u16>().ok()));
            }
        }
    }
}

#[test]
fn every_check_of_the_sources_is_explained_and_no_other() {
    let mut found = BTreeSet::new();
    checks(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    let explained: Vec<CheckId> = all().map(|one| one.id).collect();
    let found: Vec<CheckId> = found.into_iter().map(CheckId::new).collect();
    assert_eq!(explained, found);
    assert!(found.len() > 50);
}

#[test]
fn explain_says_what_and_who_asks_for_it() {
    let desk = Desk::empty();
    for id in ["V051", "v51", "51"] {
        let output = desk.run(&["--explain", id]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        let known = explain(CheckId::new(51)).unwrap();
        assert!(text.starts_with(&format!("V051  {}\n", known.title)));
        assert!(
            text.contains("Asked for by: RFC 5816 section 2.2.1"),
            "{text}"
        );
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(80), "{text}");
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert!(
            words(&text)
                .join(" ")
                .contains(&words(known.text).join(" "))
        );
    }
    let text = String::from_utf8(desk.run(&["--explain", "V004"]).stdout).unwrap();
    assert!(text.contains("strict: fails; default: fails; archive: is a warning"));
}

#[test]
fn explain_all_has_every_check() {
    let output = Desk::empty().run(&["--explain", "all"]);
    assert_eq!(code(&output), 0);
    let text = String::from_utf8(output.stdout).unwrap();
    for one in all() {
        assert!(text.contains(&format!("{}  {}\n", one.id, one.title)));
    }
}

#[test]
fn explain_stands_alone_and_knows_its_ids() {
    let desk = Desk::empty();
    for arguments in [
        &["--explain", "V999"][..],
        &["--explain", "signature"],
        &["--explain", ""],
        &["--explain"],
        &["--explain", "V051", "data"],
        &["--explain", "V051", "--json"],
    ] {
        let output = desk.run(arguments);
        assert_eq!(code(&output), 3, "{arguments:?}");
        assert!(said(&output).contains("hint: "), "{arguments:?}");
    }
}
