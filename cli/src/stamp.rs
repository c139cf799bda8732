//! `meridian stamp`: every file gets a stamp that was checked, or a reason why not.

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod authority;
pub(crate) mod output;
pub(crate) mod policy;
mod progress;
pub(crate) mod proof;
pub(crate) mod retry;
pub(crate) mod source;
pub(crate) mod token;
pub(crate) mod trust;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use meridian_signing::entropy::OsEntropy;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::args::StampArgs;
use crate::error::{Ending, chain, report};
use answer::{Answer, Question, QuestionError};
use ask::{Authorities, NoStamp};
use authority::AuthorityUrl;
use output::{Output, OutputError, beside};
use progress::Progress;
use proof::ProofError;
use retry::Transient;
use source::{Source, SourceError};

/// Why the command line makes no sense, though it has the right form.
#[derive(Debug, thiserror::Error)]
enum PlanError {
    #[error("--hash")]
    Hash(#[source] SourceError),
    #[error("--out takes one FILE")]
    OutForSeveral,
    #[error("standard input needs --out: it has no name of its own")]
    StdinWithoutOut,
    #[error("standard input can be read once only")]
    StdinTwice,
    #[error("--proof needs a file name, and --out is standard output")]
    ProofToStdout,
}

/// Why one source has no stamp, or no proof.
#[derive(Debug, thiserror::Error)]
enum StampError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Question(#[from] QuestionError),
    #[error(transparent)]
    NoStamp(#[from] NoStamp),
    #[error("it is stamped, but without a proof of the log")]
    Proof(#[from] ProofError),
    #[error("not asked for, since no authority answers")]
    GivenUp,
}

impl StampError {
    fn ending(&self) -> Ending {
        match self {
            Self::NoStamp(none) if none.is_unreachable() => Ending::NoAnswer,
            Self::Proof(error) if error.is_transient() => Ending::NoAnswer,
            Self::GivenUp => Ending::NoAnswer,
            Self::Question(_) => Ending::Fault,
            Self::Source(_) | Self::Output(_) | Self::NoStamp(_) | Self::Proof(_) => {
                Ending::Refused
            }
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::Source(_) => "name a file that can be read; the others were stamped",
            Self::Output(OutputError::Exists { .. }) => "--force overwrites it",
            Self::Output(OutputError::File { .. }) => {
                "the folder must exist and be writable; --out names another place"
            }
            Self::Output(OutputError::Stdout(_)) => {
                "whoever reads this program's output went away, or has no room"
            }
            Self::Question(_) => "this machine gives no random numbers: try again",
            Self::NoStamp(none) => none.hint(),
            Self::Proof(_) => {
                "the reply is there and holds; the proof can be fetched later from /v1/proofs/SERIAL"
            }
            Self::GivenUp => "the file before says why: stamp the rest when an authority answers",
        }
    }
}

/// One source and where its answers go.
#[derive(Debug)]
struct Job {
    source: Source,
    reply: Output,
    /// `None` if no proof is asked for.
    proof: Option<Output>,
}

/// What all jobs share.
#[derive(Debug)]
struct Run<'a> {
    args: &'a StampArgs,
    algorithm: HashAlgorithm,
    authorities: Authorities,
    progress: Progress,
    /// No authority could be reached: the jobs that are left would only wait for the same.
    given_up: AtomicBool,
}

/// Stamps everything; errors are reported as they come, the worst one is the ending.
pub(crate) fn stamp(args: StampArgs) -> Ending {
    let (algorithm, jobs) = match plan(&args) {
        Ok(planned) => planned,
        Err(error) => {
            report(&chain(&error), "see meridian stamp --help");
            return Ending::Usage;
        }
    };
    let authorities = match Authorities::new(urls(&args), &args.tls) {
        Ok(authorities) => authorities,
        Err(error) => {
            report(&chain(&error), error.hint());
            return Ending::Refused;
        }
    };
    let octets = jobs
        .iter()
        .map(|job| job.source.octets_hint())
        .fold(0, u64::saturating_add);
    let run = Run {
        args: &args,
        algorithm,
        authorities,
        progress: Progress::new(octets),
        given_up: AtomicBool::new(false),
    };
    let next = AtomicUsize::new(0);
    let worst = Mutex::new(Ending::Done);
    thread::scope(|scope| {
        for _ in 0..usize::from(args.jobs).min(jobs.len()) {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let ending = run.finish(job);
                    // Poisoned only if a worker panicked, and then the scope panics too.
                    if let Ok(mut worst) = worst.lock() {
                        *worst = (*worst).max(ending);
                    }
                }
            });
        }
    });
    run.progress.finish();
    worst.into_inner().unwrap_or(Ending::Fault)
}

/// Where to ask, and for what there.
fn urls(args: &StampArgs) -> Vec<AuthorityUrl> {
    if !args.proof_in_token {
        return args.urls.clone();
    }
    let urls = args.urls.iter();
    urls.map(AuthorityUrl::with_proof_in_token).collect()
}

fn plan(args: &StampArgs) -> Result<(HashAlgorithm, Vec<Job>), PlanError> {
    let algorithm = source::accepted(&args.hash).map_err(PlanError::Hash)?;
    let mut sources: Vec<Source> = args
        .files
        .iter()
        .map(|file| Source::from_argument(file))
        .collect();
    sources.extend(args.digest.iter().cloned().map(Source::Digest));
    if args.out.is_some() && sources.len() > 1 {
        return Err(PlanError::OutForSeveral);
    }
    if sources
        .iter()
        .filter(|source| matches!(source, Source::Stdin))
        .count()
        > 1
    {
        return Err(PlanError::StdinTwice);
    }
    let jobs = sources
        .into_iter()
        .map(|source| job(source, args))
        .collect::<Result<_, _>>()?;
    Ok((algorithm, jobs))
}

fn job(source: Source, args: &StampArgs) -> Result<Job, PlanError> {
    let (reply, proof) = match (&args.out, &source) {
        (Some(out), _) if out == Path::new("-") => (Output::Stdout, None),
        (Some(out), _) => {
            let stem = out
                .to_str()
                .and_then(|text| text.strip_suffix(".tsr"))
                .map_or(out.as_path(), Path::new);
            (Output::Path(out.clone()), Some(beside(stem, ".tlog-proof")))
        }
        (None, Source::File(path)) => (
            Output::Path(beside(path, ".tsr")),
            Some(beside(path, ".tlog-proof")),
        ),
        (None, Source::Stdin | Source::Digest(_)) => return Err(PlanError::StdinWithoutOut),
    };
    let proof = match (args.proof, proof) {
        (false, _) => None,
        (true, Some(path)) => Some(Output::Path(path)),
        (true, None) => return Err(PlanError::ProofToStdout),
    };
    Ok(Job {
        source,
        reply,
        proof,
    })
}

impl Run<'_> {
    /// Does one job and says how it went.
    fn finish(&self, job: &Job) -> Ending {
        match self.stamp(job) {
            Ok(answer) => {
                if let Output::Path(path) = &job.reply {
                    self.progress
                        .say(&format!("{}: {}", path.display(), summary(&answer)));
                }
                Ending::Done
            }
            Err(error) => {
                let ending = error.ending();
                if matches!(&error, StampError::NoStamp(none) if none.is_unreachable()) {
                    self.given_up.store(true, Ordering::Relaxed);
                }
                self.complain(job, &error);
                ending
            }
        }
    }

    fn stamp(&self, job: &Job) -> Result<Answer, StampError> {
        if self.given_up.load(Ordering::Relaxed) {
            return Err(StampError::GivenUp);
        }
        let force = self.args.force;
        job.reply.refuse_overwrite(force)?;
        if let Some(proof) = &job.proof {
            proof.refuse_overwrite(force)?;
        }
        let artifact = job
            .source
            .artifact(self.algorithm, |octets| self.progress.read(octets))?;
        let policy = self.args.policy.map(|policy| policy.0);
        let question = Question::new(artifact, policy, &OsEntropy)?;
        let given = self.authorities.ask(&question)?;
        for error in &given.passed_over {
            self.progress.complain(&format!(
                "meridian: warning: {}: {}",
                job.source,
                chain(error)
            ));
        }
        job.reply.write(&given.answer.reply, force)?;
        if self.args.proof_in_token {
            proof::carried(given.url, &given.answer)?;
        }
        if let Some(output) = &job.proof {
            let proof = proof::fetch(self.authorities.caller(), given.url, &given.answer)?;
            output.write(&proof, force)?;
        }
        Ok(given.answer)
    }

    fn complain(&self, job: &Job, error: &StampError) {
        let (source, line, hint) = (&job.source, chain(error), error.hint());
        let text = format!("meridian: error: {source}: {line}\nmeridian: hint: {hint}");
        self.progress.complain(&text);
    }
}

/// What the stamp says, on one line.
pub(crate) fn summary(answer: &Answer) -> String {
    let facts = &answer.facts;
    let accuracy = match facts.accuracy_us {
        Some(us) => format!("± {}.{:06} s", us / 1_000_000, us % 1_000_000),
        None => "accuracy not stated".to_owned(),
    };
    let time = facts
        .gen_time
        .map_or(facts.gen_time_text.clone(), |time| time.to_string());
    format!("{time} {accuracy}, serial {}", facts.serial)
}
