//! Several tokens, on all cores, told in the order of their names.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use meridian_verify::policy::VerifyPolicy;
use meridian_verify::report::Report;
use meridian_verify::report::html::Overview;
use meridian_verify::report::json::to_json_line;
use meridian_verify::report::text::{to_line, to_unjudged_line};
use meridian_verify::verdict::{Model, Verdict};
use meridian_verify::verify::verify_timestamp;

use crate::failure::{EXIT_INTERNAL, EXIT_NO_TOKEN, Failure};
use crate::files;
use crate::pairs::Pair;
use crate::run::print;

/// Tokens that are judged before their lines are written: what bounds the reports in memory.
const BATCH: usize = 512;

/// How the reports are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style<'s> {
    pub(crate) model: Model,
    pub(crate) json: bool,
    pub(crate) html: Option<&'s Path>,
}

/// How many ended how.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
    undecided: usize,
    unjudged: usize,
    internal: bool,
}

impl Tally {
    fn count(&mut self, judged: &Result<Report, Failure>, model: Model) {
        match judged.as_ref().map(|report| report.verdict(model)) {
            Ok(Verdict::Passed) => self.passed += 1,
            Ok(Verdict::Failed) => self.failed += 1,
            Ok(_) => self.undecided += 1,
            Err(failure) => {
                self.unjudged += 1;
                self.internal |= failure.exit_code() == EXIT_INTERNAL;
            }
        }
    }

    fn line(&self) -> String {
        format!(
            "\n{} tokens: {} passed, {} failed, {} indeterminate, {} not judged.\n",
            self.passed + self.failed + self.undecided + self.unjudged,
            self.passed,
            self.failed,
            self.undecided,
            self.unjudged
        )
    }

    /// The worst of all: what one of them being wrong means for the whole is for the caller.
    const fn exit_code(&self) -> u8 {
        match self {
            Self { internal: true, .. } => EXIT_INTERNAL,
            Self { failed: 1.., .. } => 1,
            Self { unjudged: 1.., .. } => EXIT_NO_TOKEN,
            Self { undecided: 1.., .. } => 2,
            _ => 0,
        }
    }
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
    // Each has a policy of its own, in which the proof of the log is the token's.
    let mut policies = vec![policy.clone(); jobs];
    let bar = progress(pairs.len());
    let mut tally = Tally::default();
    let mut overview = style.html.map(|_| Overview::default());
    for batch in pairs.chunks(BATCH) {
        let judged = judge_batch(batch, &mut policies, &bar);
        for (pair, judged) in batch.iter().zip(&judged) {
            tally.count(judged, style.model);
            tell(pair, judged, style, overview.as_mut(), &bar)?;
        }
    }
    bar.finish_and_clear();
    if !style.json {
        print(&tally.line())?;
    }
    if let (Some(path), Some(overview)) = (style.html, overview) {
        files::write(path, &overview.finish())?;
    }
    Ok(tally.exit_code())
}

/// On standard error, and only if that is a terminal.
fn progress(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
    let template = "{bar:40} {pos} of {len} tokens, {per_sec}, {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// In the order of the batch.
fn judge_batch(
    batch: &[Pair],
    policies: &mut [VerifyPolicy],
    bar: &ProgressBar,
) -> Vec<Result<Report, Failure>> {
    let next = AtomicUsize::new(0);
    let next = &next;
    let mut judged: Vec<(usize, Result<Report, Failure>)> = thread::scope(|scope| {
        let workers: Vec<_> = policies
            .iter_mut()
            .map(|policy| {
                scope.spawn(move || {
                    let mut own = Vec::new();
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let Some(pair) = batch.get(place) else { break };
                        own.push((place, judge(pair, policy)));
                        bar.inc(1);
                    }
                    own
                })
            })
            .collect();
        let joined = workers.into_iter().map(|worker| match worker.join() {
            Ok(own) => own,
            // A fault of ours, which `main` turns into its exit code.
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.flatten().collect()
    });
    judged.sort_by_key(|(place, _)| *place);
    judged.into_iter().map(|(_, judged)| judged).collect()
}

/// One token, with the data and the log proof beside it.
fn judge(pair: &Pair, policy: &mut VerifyPolicy) -> Result<Report, Failure> {
    let Some(token) = &pair.token else {
        return Err(Failure::NoTokenBeside(
            pair.data.clone().unwrap_or_default(),
        ));
    };
    let input = files::token(token)?;
    policy.proof = pair.proof.as_deref().map(files::text).transpose()?;
    let artifact = match &pair.data {
        Some(data) => files::artifact(data, &input)?,
        None => None,
    };
    Ok(verify_timestamp(&input, artifact.as_ref(), policy))
}

/// Writes what became of one.
fn tell(
    pair: &Pair,
    judged: &Result<Report, Failure>,
    style: Style<'_>,
    overview: Option<&mut Overview>,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let name = pair.name();
    let why = judged.as_ref().err().map(ToString::to_string);
    let why = why.unwrap_or_default();
    if let Some(overview) = overview {
        match judged {
            Ok(report) => overview.add(&name, report, style.model),
            Err(_) => overview.add_unjudged(&name, &why),
        }
    }
    let text = if style.json {
        let shown = |path: &Option<_>| {
            path.as_ref()
                .map(|path: &std::path::PathBuf| path.display().to_string())
        };
        let (file, token) = (shown(&pair.data), shown(&pair.token));
        let judged = judged.as_ref().map_err(|_| why.as_str());
        to_json_line(file.as_deref(), token.as_deref(), judged, style.model)
            .map_err(Failure::Json)?
    } else {
        match judged {
            Ok(report) => to_line(&name, report, style.model),
            Err(_) => to_unjudged_line(&name, &why),
        }
    };
    bar.suspend(|| print(&text))
}
