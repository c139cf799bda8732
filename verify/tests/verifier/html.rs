//! The page: whole, self-contained, and deaf to what strangers write into tokens.

use meridian_verify::report::Report;
use meridian_verify::report::html::to_html;
use meridian_verify::report::text::to_text;
use meridian_verify::verdict::{Model, Verdict};
use meridian_wire::oid;

use crate::forge::certificate::{Certificate, purposes};
use crate::forge::world::{CA, WORLD, judge, tst_info};
use crate::mint;
use crate::program::{Desk, code, said};
use crate::support::{DATA, judge_about, policy, vector};

fn page(report: &Report) -> String {
    to_html(report, Model::GenTime)
}

/// Elements are closed in the order in which they are opened.
fn assert_well_formed(html: &str) {
    let mut open: Vec<String> = Vec::new();
    let without_style = {
        let (before, rest) = html.split_once("<style>").unwrap();
        let (_, after) = rest.split_once("</style>").unwrap();
        format!("{before}{after}")
    };
    for tag in without_style.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .collect();
        if tag.starts_with('!') || ["meta", "br"].contains(&name.as_str()) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_page_needs_nothing_but_itself() {
    for report in [
        judge_about(&vector("p384.tsr"), DATA, &policy()),
        judge_about(&vector("p384.tsr"), b"other", &policy()),
        judge(&vector("p384.tsr")[..200]),
    ] {
        let html = page(&report);
        assert_well_formed(&html);
        assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>\n"));
        assert!(html.contains("default-src 'none'"));
        for part in [
            "<script", "<link", "<img", "<iframe", "src=", "url(", "@import", "http://", "https://",
        ] {
            assert!(!html.contains(part), "{part}");
        }
        assert!(html.contains("@media print") && html.contains("@page"));
        assert_eq!(page(&report), html);
    }
}

#[test]
fn a_page_says_what_the_text_says() {
    let report = judge_about(&vector("p384.tsr"), DATA, &policy());
    let html = page(&report);
    for part in [
        "PASSED",
        "What this shows",
        "What it does not show",
        "Why",
        "12289",
    ] {
        assert!(html.contains(part), "{part}");
    }
    for finding in report.findings() {
        assert!(html.contains(&finding.id.to_string()));
        let known = meridian_verify::explain::explain(finding.id).unwrap();
        assert!(html.contains(known.clause), "{}", finding.id);
    }
    let failed = judge_about(&vector("p384.tsr"), b"other", &policy());
    assert!(page(&failed).contains("class=\"verdict failed\""));
}

#[test]
fn a_page_has_the_place() {
    let claim = include_str!("../../../rfc-vectors/location/claim-country.txt");
    let (_, body) = claim.split_once("\n\n").unwrap();
    use base64::Engine;
    let der = base64::engine::general_purpose::STANDARD
        .decode(body.split_whitespace().collect::<String>())
        .unwrap();
    let extension = mint::extension(&oid::LOCATION_CLAIM, false, &der);
    let token = mint::token(&mint::tst_info(oid::POLICY_LOCATION_0, &[extension]));
    let report = mint::judge(&token, meridian_verify::location::inputs::PlaceInputs::NONE);
    assert!(report.place().is_some());
    assert!(page(&report).contains("What the place does not show"));
}

/// A token by a unit with this name.
fn by(subject: &str) -> Report {
    let unit =
        Certificate::new(3, CA, subject, &WORLD.unit_key).with(purposes(&[oid::KP_TIME_STAMPING]));
    let token = WORLD.token_of(&unit, &WORLD.unit_key, &tst_info());
    judge(&token.signed(&WORLD.unit_key))
}

#[test]
fn names_that_are_markup_or_act_on_a_reader_are_shown_as_they_are() {
    let report = by("<script>alert(1)</script>\" onload='x' &amp;");
    assert_eq!(report.models().gen_time, Verdict::Passed);
    let html = page(&report);
    assert_well_formed(&html);
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
    let report = by("A\u{1b}[2J\u{202e}B\u{7}\nFAILED: C");
    for text in [page(&report), to_text(&report, Model::GenTime)] {
        let acting = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(acting), "{text}");
        assert!(text.contains("A\\u{1b}[2J\\u{202e}B\\u{7}"), "{text}");
    }
}

#[test]
fn html_writes_a_page_beside_the_report() {
    let desk = Desk::new();
    let plain = desk.verify(&["data"]);
    let output = desk.verify(&["data", "--html", "page.html"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_eq!(output.stdout, plain.stdout);
    let html = std::fs::read_to_string(desk.folder.path().join("page.html")).unwrap();
    assert_well_formed(&html);
    let output = desk.verify(&["data", "--html", "absent/page.html"]);
    assert_eq!(code(&output), 5);
}
