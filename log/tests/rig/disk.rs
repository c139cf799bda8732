//! A log on a real disk, as the program opens one: database, and lock record beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use meridian_log::lock_record::file::FileLockRecord;
use meridian_log::open::{Log, LogParts, OpenError};
use meridian_log::store::rocks::RocksStore;
use meridian_signing::clock::sim::SimClock;
use meridian_signing::entropy::SeededEntropy;
use meridian_wire::time::UnixMicros;
use tempfile::TempDir;

use super::{FaultStamper, Rig, START, World, limits};

fn parts(store: &Arc<RocksStore>, lock: FileLockRecord) -> LogParts {
    let store = Arc::<RocksStore>::clone(store);
    let entropy = Arc::new(SeededEntropy::new(7));
    LogParts::new(store, Box::new(lock), World::identity(), entropy)
}

/// Where a log lies.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    pub(crate) database: PathBuf,
    pub(crate) lock: PathBuf,
}

impl Disk {
    pub(crate) fn at(folder: &Path) -> Self {
        Self {
            database: folder.join("log"),
            lock: folder.join("lock"),
        }
    }

    /// Makes a log.
    pub(crate) fn create(folder: &Path) -> Self {
        let disk = Self::at(folder);
        let store = Arc::new(RocksStore::create(&disk.database).unwrap());
        let lock = FileLockRecord::create(&disk.lock).unwrap();
        let time = UnixMicros::new(START.get() - 1);
        Log::create(parts(&store, lock), b"genesis", time).unwrap();
        disk
    }

    /// Looks first and opens second, as the program does.
    pub(crate) fn open(&self) -> Result<(Arc<RocksStore>, Log), OpenError> {
        let mut lock = FileLockRecord::open(&self.lock)?;
        Log::check(&RocksStore::open_read_only(&self.database)?, &mut lock)?;
        let store = Arc::new(RocksStore::open(&self.database)?);
        let log = Log::open(parts(&store, lock))?;
        Ok((store, log))
    }

    /// Opens the log and writes to it.
    pub(crate) fn start(&self) -> Result<(Arc<RocksStore>, Rig), OpenError> {
        self.start_log(|log| log)
    }

    /// The same with a log that `change` was told something.
    pub(crate) fn start_log(
        &self,
        change: impl FnOnce(Log) -> Log,
    ) -> Result<(Arc<RocksStore>, Rig), OpenError> {
        let (store, log) = self.open()?;
        let clock = Arc::new(SimClock::new(START, 1_000_000_000));
        let rig = Rig::over(change(log), &FaultStamper::sound(), &clock, limits());
        Ok((store, rig))
    }

    /// A copy of all files, into an empty or missing folder.
    pub(crate) fn copy(&self, folder: &Path) -> Self {
        let copy = Self::at(folder);
        fs::create_dir_all(&copy.database).unwrap();
        for entry in fs::read_dir(&self.database).unwrap().map(Result::unwrap) {
            fs::copy(entry.path(), copy.database.join(entry.file_name())).unwrap();
        }
        fs::copy(&self.lock, &copy.lock).unwrap();
        copy
    }
}

/// A folder for a test that is about what is in files and not about disks: in
/// memory where the system has a place for that, since a sync costs nothing there.
pub(crate) fn scratch() -> TempDir {
    let in_memory = tempfile::tempdir_in("/dev/shm");
    in_memory.unwrap_or_else(|_| tempfile::tempdir().unwrap())
}
