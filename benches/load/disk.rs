//! What the disk under the log can do, and what a token costs on it.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use meridian_signing::clock;

use crate::Failure;

/// Syncs measured of each kind; about a tenth of a second on a good disk.
const SYNCS: usize = 300;

/// About what one token adds to RocksDB's write-ahead log.
const APPEND: [u8; 2048] = [0x4d; 2048];

/// A slot of the lock record.
const SLOT: [u8; 4096] = [0x4c; 4096];

/// How long the two syncs took that a batch waits for, one by one.
#[derive(Clone, Debug, Default)]
pub(crate) struct SyncTimes {
    append: Vec<Duration>,
    in_place: Vec<Duration>,
}

impl SyncTimes {
    /// Measures both in `folder`, interleaved as a commit does them, and adds them to what was
    /// measured before.
    pub(crate) fn measure(&mut self, folder: &Path) -> Result<(), Failure> {
        let scratch = tempfile::Builder::new()
            .prefix("syncs-")
            .tempdir_in(folder)?;
        let mut wal = File::create(scratch.path().join("append"))?;
        let path = scratch.path().join("in-place");
        let mut slots = OpenOptions::new().write(true).create_new(true).open(path)?;
        slots.write_all(&[SLOT, SLOT].concat())?;
        slots.sync_all()?;
        for round in 0..SYNCS {
            let started = clock::monotonic();
            wal.write_all(&APPEND)?;
            wal.sync_data()?;
            self.append.push(started.elapsed());
            let started = clock::monotonic();
            let slot = if round % 2 == 0 { 0 } else { 4096 };
            slots.seek(SeekFrom::Start(slot))?;
            slots.write_all(&SLOT)?;
            slots.sync_data()?;
            self.in_place.push(started.elapsed());
        }
        Ok(())
    }

    /// Median of an append to a growing file with fdatasync: the write-ahead log.
    pub(crate) fn append(&self) -> Duration {
        median(&self.append)
    }

    /// Median of 4 KiB in place in a preallocated file with fdatasync: the lock record.
    pub(crate) fn in_place(&self) -> Duration {
        median(&self.in_place)
    }
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Bytes in the files below `folder`. Not what is allocated: the write-ahead log allocates
/// ahead.
pub(crate) fn bytes(folder: PathBuf) -> Result<u64, Failure> {
    let mut sum = 0;
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            // A file that RocksDB removed between the two calls takes nothing.
            match entry.metadata() {
                Ok(found) if found.is_dir() => open.push(entry.path()),
                Ok(found) => sum += found.len(),
                Err(_) => {}
            }
        }
    }
    Ok(sum)
}
