//! Several tokens, on all cores, told in the order of their names.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use meridian_verify::policy::VerifyPolicy;
use meridian_verify::report::Report;
use meridian_verify::report::html::overview::Entry;
use meridian_verify::report::json::to_json_line;
use meridian_verify::report::text::{to_line, to_unjudged_line};
use meridian_verify::verdict::Model;
use meridian_verify::verifier::Verifier;

use crate::failure::{EXIT_INTERNAL, Failure};
use crate::files;
use crate::ledger::{Ledger, Told};
use crate::pairs::Pair;
use crate::run::print;
use crate::tally::Outcome;

/// How the reports are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style<'s> {
    pub(crate) model: Model,
    pub(crate) json: bool,
    pub(crate) html: Option<&'s Path>,
}

/// What every thread works with.
struct Work<'w> {
    pairs: &'w [Pair],
    verifier: Verifier<'w>,
    style: Style<'w>,
    next: AtomicUsize,
    ledger: Ledger,
}

/// Judges all of them.
pub(crate) fn run(
    pairs: &[Pair],
    policy: &VerifyPolicy,
    jobs: Option<NonZeroUsize>,
    style: Style<'_>,
) -> Result<u8, Failure> {
    let jobs = jobs.or_else(|| thread::available_parallelism().ok());
    let jobs = jobs.map_or(1, NonZeroUsize::get).min(pairs.len());
    let work = Work {
        pairs,
        verifier: Verifier::new(policy),
        style,
        next: AtomicUsize::new(0),
        ledger: Ledger::new(pairs.len()),
    };
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| work.each());
        }
    });
    let (tally, overview) = work.ledger.close()?;
    if !style.json {
        print(&tally.line())?;
    }
    if let Some(path) = style.html {
        files::write(path, &overview.finish())?;
    }
    Ok(tally.exit_code())
}

impl Work<'_> {
    /// One thread: the next that nobody has begun, until there is none.
    fn each(&self) {
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(pair) = self.pairs.get(place) else {
                return;
            };
            if !self.ledger.may_begin(place) {
                return;
            }
            self.ledger.enter(place, self.tell(place, pair));
        }
    }

    /// A fault of ours in one of a million is told of that one.
    fn tell(&self, place: usize, pair: &Pair) -> Told {
        let told = catch_unwind(AssertUnwindSafe(|| {
            self.render(place, pair, judge(pair, &self.verifier))
        }));
        told.unwrap_or_else(|_| self.render(place, pair, Err(Failure::Fault)))
    }

    /// Turns what became of one into text.
    fn render(&self, place: usize, pair: &Pair, judged: Result<Report, Failure>) -> Told {
        let Style { model, json, html } = self.style;
        let name = pair.name();
        let why = judged.as_ref().err().map(ToString::to_string);
        let why = why.unwrap_or_default();
        let entry = html.map(|_| match &judged {
            Ok(report) => Entry::judged(place + 1, &name, report, model),
            Err(_) => Entry::unjudged(&name, &why),
        });
        let outcome = match &judged {
            Ok(report) => Outcome::Judged(report.verdict(model)),
            Err(failure) => Outcome::Unjudged {
                code: failure.exit_code(),
            },
        };
        let text = match &judged {
            _ if json => {
                let shown = |path: &Option<PathBuf>| Some(path.as_ref()?.display().to_string());
                let (file, token) = (shown(&pair.data), shown(&pair.token));
                let judged = judged.as_ref().map_err(|_| why.as_str());
                to_json_line(file.as_deref(), token.as_deref(), judged, model)
            }
            Ok(report) => Ok(to_line(&name, report, model)),
            Err(_) => Ok(to_unjudged_line(&name, &why)),
        };
        match text {
            Ok(text) => Told {
                outcome,
                text,
                entry,
            },
            Err(error) => Told {
                outcome: Outcome::Unjudged {
                    code: EXIT_INTERNAL,
                },
                text: to_unjudged_line(&name, &error.to_string()),
                entry,
            },
        }
    }
}

/// One token, with the data and the log proof beside it.
fn judge(pair: &Pair, verifier: &Verifier<'_>) -> Result<Report, Failure> {
    let Some(token) = &pair.token else {
        return Err(Failure::NoTokenBeside(
            pair.data.clone().unwrap_or_default(),
        ));
    };
    let input = files::token(token)?;
    let proof = pair.proof.as_deref().map(files::text).transpose()?;
    let artifact = match &pair.data {
        Some(data) => files::artifact(data, &input)?,
        None => None,
    };
    Ok(verifier.verify(&input, artifact.as_ref(), proof.as_deref()))
}
