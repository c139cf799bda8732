//! The report for people.

use std::fmt::{self, Write};

use super::Report;
use super::place_text::write_place;
use super::printable::{one_line, printable};
use crate::checks::tst_info::show_micros;
use crate::facts::TokenFacts;
use crate::finding::Status;
use crate::verdict::{Model, Verdict};

/// Verdict, what this shows, what it does not show, why.
#[must_use]
pub fn to_text(report: &Report, model: Model) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = write_all(&mut text, report, model);
    printable(&text)
}

/// One line among several, and one for each reason if it did not pass.
#[must_use]
pub fn to_line(name: &str, report: &Report, model: Model) -> String {
    let name = one_line(name);
    let mut text = format!("{:13}  {name}\n", report.verdict(model).name());
    for finding in report.reasons(model) {
        // Writing to a String does not fail.
        let detail = one_line(&finding.detail);
        let _ = writeln!(text, "               {}  {detail}", finding.id);
    }
    printable(&text)
}

/// The line of a file about which nothing could be judged.
#[must_use]
pub fn to_unjudged_line(name: &str, why: &str) -> String {
    let (name, why) = (one_line(name), one_line(why));
    format!("{:13}  {name}\n               {why}\n", "not judged")
}

fn write_all(out: &mut String, report: &Report, model: Model) -> fmt::Result {
    let verdict = report.models().of(model);
    writeln!(out, "{}", headline(report, model))?;
    for finding in report.reasons(model) {
        writeln!(out, "  {}  {}", finding.id, one_line(&finding.detail))?;
    }
    if let Some(place) = &report.place
        && !place.asked()
        && place.verdict() == Verdict::Failed
        && verdict != Verdict::Failed
    {
        writeln!(
            out,
            "  What it says about place does not hold, see Place; nobody asked, so it does not count."
        )?;
    }
    writeln!(out, "\nInput: {}", report.input)?;
    if let Some(token) = &report.token {
        write_token(out, token)?;
    }
    writeln!(out, "\nWhat this shows")?;
    for sentence in shows(report, verdict) {
        writeln!(out, "  - {sentence}")?;
    }
    writeln!(out, "\nWhat it does not show")?;
    for sentence in does_not_show(report) {
        writeln!(out, "  - {sentence}")?;
    }
    if let Some(place) = &report.place {
        write_place(out, place, report.models().gen_time == Verdict::Passed)?;
    }
    writeln!(out, "\nWhy")?;
    let of_place = report.place.iter().flat_map(|place| place.findings());
    for finding in report.findings.iter().chain(of_place) {
        writeln!(
            out,
            "  {:13}  {}  {}",
            finding.status.name(),
            finding.id,
            one_line(&finding.detail)
        )?;
    }
    let models = report.models();
    writeln!(
        out,
        "\nVerdict at genTime: {}. Verdict under EN 319 102-1 at {}: {}. Profile: {}.",
        models.gen_time.name(),
        report.at,
        models.etsi.name(),
        report.profile.name()
    )
}

/// The verdict in a sentence; of place only if the caller asked about it.
pub(super) fn headline(report: &Report, model: Model) -> &'static str {
    let time = report.models().of(model);
    let asked = report.place.as_ref().is_some_and(|place| place.asked());
    match (time, report.verdict(model)) {
        (Verdict::Failed, _) => "FAILED: the time-stamp does not hold.",
        (Verdict::Passed, Verdict::Passed) if asked => {
            "PASSED: the time-stamp holds, and so does what it says about place."
        }
        (_, Verdict::Passed) => "PASSED: the time-stamp holds.",
        (_, Verdict::Failed) => {
            "FAILED: what the token says about place does not hold, or is not what was required."
        }
        (Verdict::Passed, Verdict::Indeterminate) => {
            "INDETERMINATE: the time-stamp holds; whether its place does cannot be told."
        }
        (Verdict::Indeterminate, Verdict::Indeterminate) => {
            "INDETERMINATE: whether the time-stamp holds cannot be told."
        }
    }
}

/// The token's fields, one a line.
pub(crate) fn write_token(out: &mut String, token: &TokenFacts) -> fmt::Result {
    let gen_time = token.gen_time.map(|gen_time| gen_time.to_string());
    writeln!(
        out,
        "  time      {}",
        gen_time.unwrap_or_else(|| one_line(&token.gen_time_text))
    )?;
    let accuracy = token.accuracy_us.map(show_micros);
    writeln!(
        out,
        "  accuracy  {}",
        accuracy.as_deref().unwrap_or("not stated")
    )?;
    writeln!(out, "  serial    {}", token.serial)?;
    writeln!(out, "  policy    {}", token.policy)?;
    writeln!(
        out,
        "  imprint   {}:{}",
        token.imprint_algorithm,
        hex::encode(&token.imprint)
    )?;
    if let Some(signer) = &token.signer {
        writeln!(out, "  signer    {}", one_line(signer))?;
    }
    if let Some(nonce) = &token.nonce {
        writeln!(out, "  nonce     {nonce}")?;
    }
    for (oid, critical) in &token.extensions {
        let critical = if *critical { " (critical)" } else { "" };
        writeln!(out, "  extension {oid}{critical}")?;
    }
    Ok(())
}

pub(super) fn shows(report: &Report, verdict: Verdict) -> Vec<String> {
    let Some(token) = report.token.as_ref().filter(|_| verdict == Verdict::Passed) else {
        return vec!["Nothing that may be relied on, see the lines above.".to_owned()];
    };
    let (Some(gen_time), signer) = (token.gen_time, token.signer.as_deref().unwrap_or("?")) else {
        return Vec::new();
    };
    let mut sentences = vec![match token.accuracy_us {
        Some(us) => {
            format!(
                "This data existed at {gen_time}, give or take {}.",
                show_micros(us)
            )
        }
        None => format!("This data existed at {gen_time}; how exactly, the token does not say."),
    }];
    sentences.push(format!(
        "{} says so, and someone whom you trust vouches for its key.",
        one_line(signer)
    ));
    if let Some(place) = &report.log {
        sentences.push(format!(
            "The token is entry {} of the log {}, in its tree of {} entries.",
            place.index, place.origin, place.size
        ));
        if let Some(since) = place.witnessed_since {
            sentences.push(format!(
                "Witnesses whom you trust had seen it there at {since}, whatever became of the \
                 authority's key later."
            ));
        }
    }
    let witnessed = report.log.as_ref().and_then(|place| place.witnessed_since);
    if let Some(since) = report
        .exists_since
        .filter(|_| report.exists_since != witnessed)
    {
        sentences.push(format!(
            "The token existed at {since}: a later token, which holds, was made over it."
        ));
    }
    sentences
}

pub(super) fn does_not_show(report: &Report) -> Vec<&'static str> {
    let mut sentences = vec![
        "Who made the data, who had it stamped, or whether what it says is true.",
        "That the data did not exist earlier.",
    ];
    let status = |number| {
        let id = crate::finding::CheckId::new(number);
        report
            .findings
            .iter()
            .find(|finding| finding.id == id)
            .map(|finding| finding.status)
    };
    if status(82) != Some(Status::Passed) {
        sentences.push("That no certificate was revoked: no usable list was at hand.");
    }
    match &report.log {
        None => sentences.push("That the authority wrote the token into a log."),
        Some(place) if place.witnessed_since.is_none() => {
            sentences.push("That everyone sees the same log: no witness was asked.");
        }
        Some(_) => {}
    }
    sentences
}
