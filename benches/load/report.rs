//! The table and the goals. Medians and percentiles, never means of times.

use std::time::Duration;

use crate::disk::SyncTimes;
use crate::exchange::What;
use crate::raw_rates::RawRates;

/// What a single client may add to the two syncs of its batch.
const LATENCY_ALLOWANCE: Duration = Duration::from_micros(400);

/// The goal at P-384, in signatures a second of one core of OpenSSL.
const OPENSSL_FACTOR: f64 = 3.5;

/// The goal for a token with a place, in CPU of one without.
const PLACE_FACTOR: f64 = 1.3;

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Cell {
    /// As `meridian init` names it.
    pub(crate) algorithm: String,
    /// Time alone, or with a place.
    pub(crate) what: What,
    /// Keep-alive connections.
    pub(crate) connections: usize,
    /// Microseconds, shortest first.
    pub(crate) latencies: Vec<u32>,
    /// Length of the measurement.
    pub(crate) elapsed: Duration,
    /// The server's CPU time in it.
    pub(crate) server_cpu: Duration,
    /// Leaves a batch, by the server's metrics.
    pub(crate) mean_batch: Option<f64>,
    /// Bytes that the data folder grew by.
    pub(crate) disk_bytes: u64,
    /// Resident memory afterwards.
    pub(crate) resident_kib: u64,
    /// Syncs of the same disk, right before and right after.
    pub(crate) syncs: SyncTimes,
}

impl Cell {
    fn tokens(&self) -> u64 {
        u64::try_from(self.latencies.len()).unwrap_or(u64::MAX)
    }

    fn rate(&self) -> f64 {
        per_second(self.tokens(), self.elapsed)
    }

    /// The latency that `percent` of the answers stay below.
    fn percentile(&self, percent: usize) -> Duration {
        let at = self.latencies.len() * percent / 100;
        let at = at.min(self.latencies.len().saturating_sub(1));
        let micros = self.latencies.get(at).copied().unwrap_or(0);
        Duration::from_micros(u64::from(micros))
    }

    fn cpu_per_token(&self) -> Duration {
        let tokens = u32::try_from(self.tokens().max(1)).unwrap_or(u32::MAX);
        self.server_cpu / tokens
    }
}

/// Events a second.
pub(crate) fn per_second(count: u64, elapsed: Duration) -> f64 {
    // Exact: a run has fewer than 2^32 events.
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / elapsed.as_secs_f64().max(1e-9)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The machine's own rates.
pub(crate) fn print_machine(rates: &RawRates) {
    let or_none = |rate: Option<f64>| rate.map_or("none".to_owned(), |rate| format!("{rate:.0}"));
    println!("one core, signatures/s:");
    println!(
        "  P-384  OpenSSL {}  p384 {:.0}  aws-lc-rs {:.0}",
        or_none(rates.openssl_p384),
        rates.rust_p384,
        rates.aws_lc_p384
    );
    println!(
        "  P-256  OpenSSL {}  aws-lc-rs {:.0}",
        or_none(rates.openssl_p256),
        rates.aws_lc_p256
    );
    println!();
}

/// The table's head.
pub(crate) fn print_header() {
    println!(
        "| key  | what  | conn | tokens/s | p50 ms | p99 ms | server CPU µs/token | batch | disk B/token | RSS MiB | syncs ms |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
}

/// One row.
pub(crate) fn print_cell(cell: &Cell) {
    let batch = cell
        .mean_batch
        .map_or("?".to_owned(), |mean| format!("{mean:.1}"));
    println!(
        "| {} | {:5} | {:>4} | {:>8.0} | {:>6.2} | {:>6.2} | {:>19.0} | {:>5} | {:>12} | {:>7} | {:.2} + {:.2} |",
        cell.algorithm,
        cell.what.name(),
        cell.connections,
        cell.rate(),
        millis(cell.percentile(50)),
        millis(cell.percentile(99)),
        cell.cpu_per_token().as_secs_f64() * 1e6,
        batch,
        cell.disk_bytes / cell.tokens().max(1),
        cell.resident_kib / 1024,
        millis(cell.syncs.append()),
        millis(cell.syncs.in_place())
    );
}

/// The goals that a release is held to.
pub(crate) fn print_goals(cells: &[Cell], rates: &RawRates) {
    println!();
    let of_time = || cells.iter().filter(|cell| cell.what == What::Time);
    for cell in of_time().filter(|cell| cell.connections == 1) {
        let (append, in_place) = (cell.syncs.append(), cell.syncs.in_place());
        let limit = append + in_place + LATENCY_ALLOWANCE;
        let p50 = cell.percentile(50);
        println!(
            "latency, {} one client: p50 {:.3} ms, goal {:.3} ms = append + fdatasync {:.3} + 4 KiB \
             in place + fdatasync {:.3} + 0.4: {}",
            cell.algorithm,
            millis(p50),
            millis(limit),
            millis(append),
            millis(in_place),
            met(p50 <= limit)
        );
    }
    let p384 = of_time().filter(|cell| cell.algorithm == "p384");
    let best = p384.map(Cell::rate).fold(0.0, f64::max);
    if let Some(openssl) = rates.openssl_p384.filter(|_| best > 0.0) {
        println!(
            "throughput, p384: best {best:.0}/s, goal {:.0}/s (3.5 × OpenSSL's {openssl:.0}): {}",
            OPENSSL_FACTOR * openssl,
            met(best >= OPENSSL_FACTOR * openssl)
        );
    }
    for time in of_time() {
        let same = |cell: &&Cell| {
            cell.what == What::Place
                && (&cell.algorithm, cell.connections) == (&time.algorithm, time.connections)
        };
        if let Some(place) = cells.iter().find(same) {
            let (with, without) = (place.cpu_per_token(), time.cpu_per_token());
            let factor = with.as_secs_f64() / without.as_secs_f64().max(1e-9);
            println!(
                "CPU of a place, {} at {} connections: {factor:.2} times a time's, goal {PLACE_FACTOR}: {}",
                time.algorithm,
                time.connections,
                met(factor <= PLACE_FACTOR)
            );
        }
    }
}

fn met(reached: bool) -> &'static str {
    if reached { "met" } else { "not met" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_latency_that_was_seen() {
        let cell = Cell {
            algorithm: "p384".to_owned(),
            what: What::Time,
            connections: 1,
            latencies: (1..=100).collect(),
            elapsed: Duration::from_secs(1),
            server_cpu: Duration::from_millis(10),
            mean_batch: None,
            disk_bytes: 0,
            resident_kib: 0,
            syncs: SyncTimes::default(),
        };
        assert_eq!(cell.percentile(50), Duration::from_micros(51));
        assert_eq!(cell.percentile(99), Duration::from_micros(100));
        assert_eq!(cell.cpu_per_token(), Duration::from_micros(100));
    }
}
