//! What strangers name does not reach a terminal as it is.

use meridian_verify::input::recognise;
use meridian_verify::inspect::inspect;
use meridian_verify::report::html::to_html;
use meridian_verify::report::text::{to_line, to_text};
use meridian_verify::verdict::{Model, Verdict};
use meridian_wire::oid;

use crate::forge::certificate::Certificate;
use crate::forge::der::{extension, name, sequence, tagged};
use crate::forge::world::{CA, WORLD, judge, tst_info};
use crate::program::{Desk, code, said};
use crate::support::{AT, DATA, vector};

/// Clears the screen, and begins a line that looks like a verdict.
const NASTY: &str = "x\u{1b}[2J\u{9b}1m\nPASSED: the time-stamp holds.\r\u{7f}";

fn is_harmless(text: &str) {
    let acts = text.chars().find(|one| one.is_control() && *one != '\n');
    assert_eq!(acts, None, "{text:?}");
    let forged = text.lines().skip(1).find(|line| line.starts_with("PASSED"));
    assert_eq!(forged, None, "{text:?}");
}

/// The report on a token and what is in it, in every form for people.
fn is_told_without_harm(token: &[u8]) -> String {
    let report = judge(token);
    let text = to_text(&report, Model::GenTime);
    is_harmless(&text);
    is_harmless(&to_line(NASTY, &report, Model::GenTime));
    is_harmless(&inspect(&recognise(token).unwrap()).unwrap().to_text());
    let page = to_html(&report, Model::GenTime);
    assert!(!page.chars().any(|one| one.is_control() && one != '\n'));
    text
}

#[test]
fn the_name_of_a_subject() {
    let unit = Certificate::unit(3, CA, NASTY, &WORLD.unit_key);
    let token = WORLD.token_of(&unit, &WORLD.unit_key, &tst_info());
    let token = token.signed(&WORLD.unit_key);
    assert_eq!(judge(&token).models().gen_time, Verdict::Passed);
    let text = is_told_without_harm(&token);
    let shown = "CN=x\\u{1b}[2J\\u{9b}1m\\nPASSED: the time-stamp holds.\\u{d}\\u{7f}";
    assert!(text.contains(shown), "{text}");
}

#[test]
fn the_tsa_name_the_time_and_an_extension_of_the_token() {
    let value = NASTY.as_bytes();
    let named = tst_info().with(tagged(0, &tagged(4, &name(NASTY))));
    let extended = tst_info().with(tagged(1, &extension(&oid::QC_STATEMENTS, false, value)));
    let mut timed = tst_info();
    timed.gen_time = meridian_wire::reader::der_form::element(&[0x18], value);
    let mut policed = tst_info();
    policed.imprint = sequence(&[
        crate::forge::der::algorithm(&oid::SHA_256, &[]),
        crate::forge::der::octets(value),
    ]);
    for tst_info in [named, extended, timed, policed] {
        let token = WORLD.token(&tst_info).signed(&WORLD.unit_key);
        is_told_without_harm(&token);
    }
}

#[test]
fn the_name_of_a_file() {
    let desk = Desk::new();
    // A file name may have every octet but a slash and a zero.
    desk.put(NASTY, DATA);
    desk.put(&format!("{NASTY}.tsr"), &vector("p384.tsr"));
    desk.put(&format!("{NASTY}2.tsr"), b"no token");
    let all = desk.run(&[".", "--trust", "root", "--at", AT]);
    let told = String::from_utf8(all.stdout).unwrap();
    is_harmless(&told);
    assert!(
        told.contains("\\u{1b}[2J") && told.contains("1 passed"),
        "{told}"
    );
    let one = desk.run(&[NASTY, "--trust", "root", "--at", AT]);
    assert_eq!(code(&one), 0);
    is_harmless(&String::from_utf8(one.stdout).unwrap());
    for absent in [
        &["root", "--token", NASTY, "--trust", NASTY][..],
        &[NASTY, "--token", "\u{1b}absent\n", "--trust", "root"],
        &["--explain", NASTY],
    ] {
        let output = desk.run(absent);
        assert_eq!(code(&output), 3, "{absent:?}");
        is_harmless(&said(&output));
        assert!(said(&output).contains("\\u{1b}"), "{}", said(&output));
    }
    // What the reader of arguments says of them itself.
    is_harmless(&said(&desk.run(&["--\u{1b}[2J\u{9b}1m"])));
}
