//! The load run: the real server, as a process of its own, with its log on a real disk, driven
//! over loopback; beside it what the machine itself can do in the same minute.
//!
//! ```text
//! cargo run --release -p meridian-benches --bin load -- --seconds 5
//! ```
#![expect(clippy::print_stdout, reason = "the report is the program's purpose")]

mod authority;
mod client;
mod disk;
mod exchange;
mod metrics;
mod process;
mod raw_rates;
mod report;
mod tickets;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Parser;

use authority::Authority;
use client::Load;
use exchange::What;
use report::Cell;

/// The program's error: whatever stopped the run, said once.
type Failure = Box<dyn Error>;

/// Drives a real authority and prints what it reached.
#[derive(Debug, Parser)]
struct Args {
    /// Measured seconds of each cell.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Seconds before each measurement in which answers are checked, not counted.
    #[arg(long, default_value_t = 1)]
    warm_up: u64,
    /// Keep-alive connections, one row each.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256")]
    connections: Vec<usize>,
    /// Algorithms of `meridian init`.
    #[arg(long, value_delimiter = ',', default_value = "p384,p256")]
    algorithms: Vec<String>,
    /// Where the data folders are made; by default beside the built programs.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The program `meridian`; by default the one beside this program.
    #[arg(long)]
    meridian: Option<PathBuf>,
    /// Ask for the certificates in each token.
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set)]
    cert_req: bool,
    /// Tickets made for each row of tokens with a place; each is good for a hundred.
    #[arg(long, default_value_t = 2_000)]
    tickets: usize,
}

fn main() -> Result<(), Failure> {
    let args = Args::parse();
    let programs = std::env::current_exe()?;
    let programs = programs.parent().unwrap_or(Path::new("."));
    let meridian = args.meridian.clone();
    let meridian = meridian.unwrap_or_else(|| programs.join("meridian"));
    let folder = args.dir.clone().unwrap_or_else(|| programs.to_path_buf());

    let rates = raw_rates::measure();
    report::print_machine(&rates);
    report::print_header();
    let mut cells = Vec::new();
    for algorithm in &args.algorithms {
        for connections in &args.connections {
            for cell in measure(&args, &meridian, &folder, algorithm, *connections)? {
                report::print_cell(&cell);
                cells.push(cell);
            }
        }
    }
    report::print_goals(&cells, &rates);
    Ok(())
}

/// Two rows: a new authority, warmed up and measured with time alone, then with a place; ended.
fn measure(
    args: &Args,
    meridian: &Path,
    folder: &Path,
    algorithm: &str,
    connections: usize,
) -> Result<[Cell; 2], Failure> {
    let authority = Authority::start(meridian, folder, algorithm)?;
    let tickets = Arc::new(Mutex::new(tickets::fetch(authority.address, args.tickets)?));
    let row = |what| {
        let load = Load {
            address: authority.address,
            connections,
            cert_req: args.cert_req,
            what,
            tickets: Arc::clone(&tickets),
        };
        row(args, folder, algorithm, &authority, &load)
    };
    Ok([row(What::Time)?, row(What::Place)?])
}

/// One row, warmed up and measured.
fn row(
    args: &Args,
    folder: &Path,
    algorithm: &str,
    authority: &Authority,
    load: &Load,
) -> Result<Cell, Failure> {
    // Around each row: what a row is to be read beside is of the same seconds.
    let mut syncs = disk::SyncTimes::default();
    syncs.measure(folder)?;
    let warm_up = load.run(Duration::from_secs(args.warm_up))?;
    let disk_before = disk::bytes(authority.data())?;
    let metrics_before = authority.metrics()?;
    let cpu_before = process::cpu_time(authority.pid())?;
    let measured = load.run(Duration::from_secs(args.seconds))?;
    let cpu = process::cpu_time(authority.pid())?.saturating_sub(cpu_before);
    let metrics_after = authority.metrics()?;
    let disk_after = disk::bytes(authority.data())?;
    let resident = process::resident_kib(authority.pid())?;
    syncs.measure(folder)?;
    client::require_distinct_serials(&[&warm_up, &measured])?;
    Ok(Cell {
        algorithm: algorithm.to_owned(),
        what: load.what,
        connections: load.connections,
        latencies: measured.latencies(),
        elapsed: measured.elapsed,
        server_cpu: cpu,
        mean_batch: metrics::mean_batch(&metrics_before, &metrics_after),
        disk_bytes: disk_after.saturating_sub(disk_before),
        resident_kib: resident,
        syncs,
    })
}
