//! The bulk run: many tokens through the offline verifier on every core, and beside it, in the same
//! seconds, the bare signatures of the same tokens by the same engine.
//!
//! ```text
//! cargo build --release && target/release/bulk
//! ```
#![expect(clippy::print_stdout, reason = "the table is the program's purpose")]

mod cpu;
mod raw;
mod stamps;

use std::error::Error;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use clap::Parser;
use meridian_signing::clock;
use meridian_verify::artifact::Artifact;
use meridian_verify::input;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::verdict::Verdict;
use meridian_verify::verifier::Verifier;
use meridian_wire::tsp::hash::HashAlgorithm;

use cpu::Cpu;
use stamps::Stamps;

/// The program's error: whatever stopped the run, said once.
type Failure = Box<dyn Error + Send + Sync>;

/// Judges many tokens and prints what that costs beside their bare signatures.
#[derive(Debug, Parser)]
struct Args {
    /// Tokens of each algorithm, all different.
    #[arg(long, default_value_t = 2_000)]
    tokens: usize,
    /// Rounds; each measures all three. The median of the ratios is printed.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Algorithms of the authority: p384, p256, rsa3072.
    #[arg(long, value_delimiter = ',', default_value = "p384,p256,rsa3072")]
    algorithms: Vec<String>,
    /// Threads; as many as there are processors if absent.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// The program `meridian-verify`; by default the one beside this program.
    #[arg(long)]
    program: Option<PathBuf>,
}

/// What one pass over all tokens took.
#[derive(Clone, Copy, Debug)]
struct Pass {
    wall: Duration,
    cpu: Duration,
}

impl Pass {
    /// Runs it.
    fn measure(run: impl FnOnce() -> Result<(), Failure>) -> Result<Self, Failure> {
        let (started, before) = (clock::monotonic(), Cpu::of_all()?);
        run()?;
        Ok(Self {
            wall: started.elapsed(),
            cpu: Cpu::of_all()?.since(before),
        })
    }
}

/// The same tokens in three ways.
#[derive(Clone, Copy, Debug)]
struct Round {
    raw: Pass,
    library: Pass,
    program: Pass,
}

fn main() -> Result<(), Failure> {
    let args = Args::parse();
    let programs = std::env::current_exe()?;
    let programs = programs.parent().unwrap_or(Path::new("."));
    let program = args.program.clone();
    let program = program.unwrap_or_else(|| programs.join("meridian-verify"));
    let jobs = args
        .jobs
        .map_or_else(thread::available_parallelism, Ok)?
        .get();
    println!(
        "{jobs} threads, {} tokens, {} rounds, medians",
        args.tokens, args.rounds
    );
    println!(
        "| key | raw/s | library/s | of raw | program/s | of raw | raw CPU µs | library | program |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for algorithm in &args.algorithms {
        let stamps = Stamps::make(algorithm, args.tokens, programs)?;
        let mut rounds = Vec::new();
        for _ in 0..args.rounds {
            rounds.push(Round {
                raw: Pass::measure(|| raw::verify_all(&stamps, jobs))?,
                library: Pass::measure(|| library(&stamps, jobs))?,
                program: Pass::measure(|| run(&program, &stamps, jobs))?,
            });
        }
        print_row(algorithm, args.tokens, &rounds);
    }
    Ok(())
}

/// Every token through one [`Verifier`] that all threads share.
fn library(stamps: &Stamps, jobs: usize) -> Result<(), Failure> {
    let anchors = TrustAnchors::new(vec![stamps.root.clone()])?;
    let policy = VerifyPolicy::new(anchors, stamps.at);
    let verifier = Verifier::new(&policy);
    each(stamps.tokens.len(), jobs, |place| {
        let token = stamps.tokens.get(place).ok_or("no such token")?;
        let input = input::recognise(token)?;
        let digest = stamps::digest_of(place);
        let artifact = Artifact::from_digest(HashAlgorithm::Sha256, digest)?;
        match verifier
            .verify(&input, Some(&artifact), None)
            .models()
            .gen_time
        {
            Verdict::Passed => Ok(()),
            other => Err(format!("token {place}: {}", other.name()).into()),
        }
    })
}

/// The program over the folder, its output to nowhere.
fn run(program: &Path, stamps: &Stamps, jobs: usize) -> Result<(), Failure> {
    let status = Command::new(program)
        .arg(stamps.folder.path().join("tokens"))
        .arg("--trust")
        .arg(stamps.folder.path().join("root.der"))
        .args(["--at", stamps::AT, "--jobs", &jobs.to_string()])
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("{}: {error}: build it first", program.display()))?;
    status
        .success()
        .then_some(())
        .ok_or_else(|| format!("{}: {status}", program.display()).into())
}

/// Does something for each place, on so many threads.
fn each(
    count: usize,
    jobs: usize,
    work: impl Fn(usize) -> Result<(), Failure> + Sync,
) -> Result<(), Failure> {
    let next = AtomicUsize::new(0);
    let one_thread = || -> Result<(), Failure> {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= count {
                return Ok(());
            }
            work(place)?;
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(one_thread)).collect();
        let mut joined = threads.into_iter().map(|one| one.join());
        joined.try_for_each(|ended| ended.unwrap_or_else(|_| Err("a thread panicked".into())))
    })
}

fn print_row(algorithm: &str, tokens: usize, rounds: &[Round]) {
    let tokens = u32::try_from(tokens).map_or(0.0, f64::from);
    let median = |of: &dyn Fn(&Round) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(0.0)
    };
    let rate = |pass: fn(&Round) -> Pass| median(&|one| tokens / pass(one).wall.as_secs_f64());
    let micros =
        |pass: fn(&Round) -> Pass| median(&|one| pass(one).cpu.as_secs_f64() * 1e6 / tokens);
    let of_raw = |pass: fn(&Round) -> Pass| {
        median(&|one| one.raw.wall.as_secs_f64() / pass(one).wall.as_secs_f64())
    };
    println!(
        "| {algorithm} | {:.0} | {:.0} | {:.2} | {:.0} | {:.2} | {:.0} | {:.0} | {:.0} |",
        rate(|one| one.raw),
        rate(|one| one.library),
        of_raw(|one| one.library),
        rate(|one| one.program),
        of_raw(|one| one.program),
        micros(|one| one.raw),
        micros(|one| one.library),
        micros(|one| one.program),
    );
}
