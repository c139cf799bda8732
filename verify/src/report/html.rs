//! The report as a page: one file that needs nothing else, on a screen and on paper.

pub mod overview;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use super::place_text::write_place;
use super::printable::printable;
use super::text::{does_not_show, headline, shows};
use crate::checks::tst_info::show_micros;
use crate::explain::explain;
use crate::facts::TokenFacts;
use crate::finding::Finding;
use crate::verdict::{Model, Verdict};

const STYLE: &str = include_str!("page.css");

/// What a page may load and run: nothing. Names in it are chosen by strangers.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The page about one token.
#[must_use]
pub fn to_html(report: &Report, model: Model) -> String {
    let title = headline(report, model);
    page(
        title,
        &html! {
            h1 { "Time-stamp verification" }
            (section(report, model))
        },
    )
}

/// Everything around what a page says.
fn page(title: &str, body: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    let mut text = printable(&markup.into_string());
    text.push('\n');
    text
}

fn section(report: &Report, model: Model) -> Markup {
    let verdict = report.verdict(model);
    html! {
        p class=(format!("verdict {}", verdict.name())) { (headline(report, model)) }
        @let reasons = report.reasons(model);
        @if !reasons.is_empty() {
            ul { @for one in reasons { li { b { (one.id) } " " (one.detail) } } }
        }
        p {
            "Verified at " (report.at) ", profile " (report.profile.name()) ". Verdict at genTime: "
            (report.models().gen_time.name()) ". Verdict under EN 319 102-1: "
            (report.models().etsi.name()) ". Input: " (report.input) "."
        }
        @if let Some(token) = &report.token { (facts(token)) }
        h3 { "What this shows" }
        ul { @for sentence in shows(report, report.models().of(model)) { li { (sentence) } } }
        h3 { "What it does not show" }
        ul { @for sentence in does_not_show(report) { li { (sentence) } } }
        (place(report))
        h3 { "Why" }
        (findings(report))
    }
}

fn facts(token: &TokenFacts) -> Markup {
    let time = token
        .gen_time
        .map_or_else(|| token.gen_time_text.clone(), |time| time.to_string());
    let accuracy = token.accuracy_us.map(show_micros);
    let imprint = format!(
        "{}:{}",
        token.imprint_algorithm,
        hex::encode(&token.imprint)
    );
    let mut rows = vec![
        ("Time", time),
        (
            "Accuracy",
            accuracy.unwrap_or_else(|| "not stated".to_owned()),
        ),
        ("Serial number", token.serial.clone()),
        ("Policy", token.policy.clone()),
        ("Digest of the data", imprint),
    ];
    rows.extend(token.signer.clone().map(|signer| ("Signer", signer)));
    rows.extend(token.nonce.clone().map(|nonce| ("Nonce", nonce)));
    for (oid, critical) in &token.extensions {
        let critical = if *critical { " (critical)" } else { "" };
        rows.push(("Extension", format!("{oid}{critical}")));
    }
    html! {
        h3 { "What the token says" }
        table {
            tbody { @for (name, value) in rows { tr { th { (name) } td { (value) } } } }
        }
    }
}

/// The same words as in the text.
fn place(report: &Report) -> Markup {
    let mut text = String::new();
    if let Some(place) = &report.place {
        let time_holds = report.models().gen_time == Verdict::Passed;
        // Writing to a String does not fail.
        let _ = write_place(&mut text, place, time_holds);
    }
    html! { @if !text.is_empty() { pre { (text.trim()) } } }
}

fn findings(report: &Report) -> Markup {
    let of_place = report.place.iter().flat_map(|place| place.findings());
    html! {
        table {
            thead { tr { th { "Check" } th { "Status" } th { "Finding" } } }
            tbody { @for one in report.findings.iter().chain(of_place) { (row(one)) } }
        }
    }
}

fn row(finding: &Finding) -> Markup {
    let status = finding.status.name();
    html! {
        tr class=(status) {
            td.id { (finding.id) }
            td.status { (status.replace('_', " ")) }
            td {
                @if let Some(known) = explain(finding.id) {
                    (known.title) ". " (finding.detail) "." br;
                    small { (known.clause) }
                } @else {
                    (finding.detail)
                }
            }
        }
    }
}
