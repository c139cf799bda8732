//! A page about many tokens: a line for each, and the whole report of those that did not pass.

use maud::{PreEscaped, html};

use super::{page, section};
use crate::report::Report;
use crate::verdict::{Model, Verdict};

/// What the page says about one token.
#[derive(Debug)]
pub struct Entry {
    name: String,
    verdict: &'static str,
    reason: String,
    /// The whole report and its anchor, if it did not pass.
    section: Option<(String, String)>,
}

impl Entry {
    /// A token that was judged. No other entry of the page has this number.
    #[must_use]
    pub fn judged(number: usize, name: &str, report: &Report, model: Model) -> Self {
        let verdict = report.verdict(model);
        let reasons = report.reasons(model);
        let reasons: Vec<_> = reasons
            .iter()
            .map(|one| format!("{} {}", one.id, one.detail))
            .collect();
        let section = (verdict != Verdict::Passed).then(|| {
            let anchor = format!("t{number}");
            let markup = html! {
                section.report id=(anchor) {
                    h2 { (name) }
                    (section(report, model))
                }
            };
            (anchor, markup.into_string())
        });
        Self {
            name: name.to_owned(),
            verdict: verdict.name(),
            reason: reasons.join("; "),
            section,
        }
    }

    /// A file that could not be judged.
    #[must_use]
    pub fn unjudged(name: &str, why: &str) -> Self {
        Self {
            name: name.to_owned(),
            verdict: "not judged",
            reason: why.to_owned(),
            section: None,
        }
    }
}

/// The page.
#[derive(Debug, Default)]
pub struct Overview(Vec<Entry>);

impl Overview {
    /// Adds an entry behind the others.
    pub fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// The page.
    #[must_use]
    pub fn finish(self) -> String {
        let count = |name| self.0.iter().filter(|row| row.verdict == name).count();
        let counts = ["passed", "failed", "indeterminate", "not judged"];
        let summary: Vec<_> = counts
            .iter()
            .map(|name| format!("{} {name}", count(*name)))
            .collect();
        page(
            "Time-stamp verification",
            &html! {
                h1 { "Time-stamp verification" }
                p { (summary.join(", ")) "." }
                table {
                    thead { tr { th { "File" } th { "Verdict" } th { "Why" } } }
                    tbody {
                        @for row in &self.0 {
                            tr class=(row.verdict.replace(' ', "_")) {
                                td {
                                    @match &row.section {
                                        Some((anchor, _)) => a href=(format!("#{anchor}")) { (row.name) },
                                        None => (row.name),
                                    }
                                }
                                td.status { (row.verdict) }
                                td { (row.reason) }
                            }
                        }
                    }
                }
                @for (_, section) in self.0.iter().filter_map(|row| row.section.as_ref()) {
                    (PreEscaped(section))
                }
            },
        )
    }
}
