//! Reads the parts of table files that no row of the log leads to.

use std::path::Path;

use rocksdb::statistics::{StatsLevel, Ticker};
use rocksdb::{DB, IteratorMode, ReadOptions};

use super::tuning::options;
use super::{
    CHECKPOINTS, EVENTS, LEAVES, NODES, RocksStore, TOKENS, descriptors, engine, look_at_log_files,
    present_families,
};
use crate::store::StoreError;

/// Families of which re-deriving a log reads every row.
const DERIVED: [&str; 5] = [LEAVES, NODES, TOKENS, EVENTS, CHECKPOINTS];

impl RocksStore {
    /// Looks for damage in what re-deriving a log ([`fsck`](crate::fsck::fsck))
    /// does not read: rows of private families and policies, states that newer
    /// ones have replaced, and the filters of table files. Opens the database for reading only, for itself.
    ///
    /// RocksDB checks a block when it reads it. It does without a filter that is
    /// damaged and tells nobody; it counts, though, and the count is looked at.
    /// What is not looked at: files that RocksDB does not need to read rows
    /// (`IDENTITY`, `OPTIONS-*`, `LOG*`).
    ///
    /// # Errors
    ///
    /// [`StoreError::Engine`] naming the block, [`StoreError::Blocks`] where it
    /// can only be counted; else as [`RocksStore::open_read_only`].
    pub fn check_blocks(path: &Path) -> Result<(), StoreError> {
        look_at_log_files(path)?;
        let present = present_families(path)?;
        let mut counting = options();
        counting.enable_statistics();
        counting.set_statistics_level(StatsLevel::ExceptHistogramOrTimers);
        let families = descriptors(&present);
        let db = DB::open_cf_descriptors_read_only(&counting, path, families, false);
        let db = db.map_err(engine)?;
        for name in present.iter().filter(|name| !DERIVED.contains(name)) {
            read_rows(&db, name)?;
        }
        read_filters(&db)?;
        match counting.get_ticker_count(Ticker::BlockChecksumMismatchCount) {
            0 => Ok(()),
            count => Err(StoreError::Blocks { count }),
        }
    }
}

fn read_rows(db: &DB, name: &'static str) -> Result<(), StoreError> {
    let family = db.cf_handle(name).ok_or(StoreError::NoFamily(name))?;
    let mut how = ReadOptions::default();
    // All rows once: they would only push out what is read again.
    how.fill_cache(false);
    for row in db.iterator_cf_opt(family, how, IteratorMode::Start) {
        row.map_err(engine)?;
    }
    Ok(())
}

/// A filter is read when a key between the first and the last of its file is
/// asked for. Asked for are the first, and one that is not there: no newer file
/// answers for that one.
fn read_filters(db: &DB) -> Result<(), StoreError> {
    for file in db.live_files().map_err(engine)? {
        let Some(family) = db.cf_handle(&file.column_family_name) else {
            continue;
        };
        let Some(first) = file.start_key else {
            continue;
        };
        let behind = [first.as_slice(), &[0]].concat();
        for key in [first, behind] {
            db.get_pinned_cf(family, key).map_err(engine)?;
        }
    }
    Ok(())
}
