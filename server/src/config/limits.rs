//! The range of every number that can be set, each with its reason.

use std::time::Duration;

use meridian_wire::limits::MAX_REQUEST_BYTES;

use super::error::{ConfigError, ValueProblem};
use super::origin::Sources;
use super::size::SizeText;

// Least, most, default.
pub(super) type Range = (usize, usize, usize);
/// The queue holds 4,096.
pub(super) const QUEUE: Range = (1, 1 << 20, 4_096);
/// One batch is one fsync; past some hundreds the fsync no longer dominates.
pub(super) const BATCH: Range = (1, 4_096, 512);
pub(super) const THREADS: Range = (1, 256, 2);
/// A connection costs up to 40 KiB, so the default stays under 50 MiB.
pub(super) const CONNECTIONS: Range = (1, 1 << 16, 1_024);
/// S58: the decoder takes no more either.
pub(super) const BODY_LIMIT: Range = (64, MAX_REQUEST_BYTES, MAX_REQUEST_BYTES);
pub(super) const JSON_LIMIT: Range = (64, 1 << 20, 64 << 10);
pub(super) const IMPRINTS: Range = (1, 4_096, 256);
/// Below 1 ms nothing is ever answered; above 10 minutes a slot is as good as held for ever.
pub(super) const DEADLINE: (Duration, Duration) =
    (Duration::from_millis(1), Duration::from_secs(600));
/// Above one second not even the compatible policy's promise could be kept.
pub(super) const ASSERTED_BOUND: (Duration, Duration) =
    (Duration::from_micros(1), Duration::from_secs(1));
/// Each piece of evidence is a leaf of about half a kilobyte and a synced write: 30 MB in a year at
/// every ten minutes.
pub(super) const EVIDENCE_INTERVAL: (Duration, Duration, Duration) = (
    Duration::from_secs(10),
    Duration::from_secs(86_400),
    Duration::from_secs(600),
);
/// The signing part of the accuracy: 100 ms unless said otherwise.
pub(super) const SIGNING_ALLOWANCE: (Duration, Duration, Duration) = (
    Duration::from_millis(1),
    Duration::from_secs(10),
    Duration::from_millis(100),
);

/// Below an hour a subject could not fetch what it lost; ten years is what an archive keeps.
pub(super) const TOKEN_RETENTION: (Duration, Duration, Duration) = (
    Duration::from_secs(3_600),
    Duration::from_secs(3_653 * 86_400),
    Duration::from_secs(30 * 86_400),
);
/// Requests a minute. None is the default: a limit is a decision about one's own clients.
pub(super) const RATE: (usize, usize) = (1, 1_000_000);

/// Below, one set of memtables on their way to the disk and the log file beside them may not fit
/// (`log/src/store/rocks/tuning.rs`); the default leaves room for compactions.
pub(super) const RESERVE: (u64, u64, u64) = (32 << 20, 1 << 50, 256 << 20);

/// Files are read again in full each time: not more often than every second, and at least once a
/// day, so that a renewed certificate is not missed.
pub(super) const RELOAD: (Duration, Duration, Duration) = (
    Duration::from_secs(1),
    Duration::from_secs(86_400),
    Duration::from_secs(60),
);
/// A handshake is two round trips and one signature.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(10);

/// Checks values against their ranges.
pub(super) struct Ranges<'a> {
    sources: &'a Sources<'a>,
}

impl<'a> Ranges<'a> {
    pub(super) fn new(sources: &'a Sources<'a>) -> Self {
        Self { sources }
    }

    pub(super) fn number(
        &self,
        key: &'static str,
        given: Option<usize>,
        (least, most, default): Range,
    ) -> Result<usize, ConfigError> {
        let value = given.unwrap_or(default);
        if (least..=most).contains(&value) {
            return Ok(value);
        }
        let wide = |number: usize| u128::try_from(number).unwrap_or(u128::MAX);
        Err(self.out_of_range(key, wide(value), wide(least), wide(most)))
    }

    pub(super) fn octets(
        &self,
        key: &'static str,
        given: Option<SizeText>,
        (least, most, default): (u64, u64, u64),
    ) -> Result<u64, ConfigError> {
        let octets = given.map_or(default, |size| size.0);
        if (least..=most).contains(&octets) {
            return Ok(octets);
        }
        Err(self.out_of_range(key, octets.into(), least.into(), most.into()))
    }

    pub(super) fn micros(
        &self,
        key: &'static str,
        value: Duration,
        (least, most): (Duration, Duration),
    ) -> Result<Duration, ConfigError> {
        if (least..=most).contains(&value) {
            return Ok(value);
        }
        let micros = Duration::as_micros;
        Err(self.out_of_range(key, micros(&value), micros(&least), micros(&most)))
    }

    fn out_of_range(&self, key: &'static str, value: u128, least: u128, most: u128) -> ConfigError {
        ConfigError::Value {
            origin: self.sources.of(key),
            key,
            problem: ValueProblem::OutOfRange { value, least, most },
        }
    }
}
