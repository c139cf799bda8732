//! The store on RocksDB: six column families, one synced `WriteBatch` per commit.

use std::path::Path;

use meridian_merkle::hash::{HASH_LEN, Hash};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBPinnableSlice,
    DBRecoveryMode, LogLevel, Options, WriteBatch, WriteOptions,
};

use crate::state::StoredState;
use crate::store::{CommitBatch, Row, Store, StoreError};

/// Leaf index (8 octets) to the leaf's exact octets.
const LEAVES: &str = "leaves";
/// Last leaf below the node (8 octets), level (1) to the node's hash.
const NODES: &str = "nodes";
/// Leaf index to token. Private.
const TOKENS: &str = "tokens";
/// Leaf index to salt and body of an event. Private.
const EVENTS: &str = "events";
/// Tree size to signed checkpoint.
const CHECKPOINTS: &str = "checkpoints";
/// [`STATE_KEY`] to the state.
const META: &str = "meta";
const STATE_KEY: &[u8] = b"state";

const FAMILIES: [&str; 6] = [LEAVES, NODES, TOKENS, EVENTS, CHECKPOINTS, META];

const MIB: usize = 1 << 20;

/// Blocks of tables, their indexes and filters. The server has to stay under
/// 100 MiB; the log's own reads are of its right edge, so this serves old
/// proofs and tokens only.
const BLOCK_CACHE_BYTES: usize = 16 * MIB;

/// Memtables of all families together; full ones are flushed while the next
/// fill, so about twice this is resident at worst.
const WRITE_BUFFER_BYTES: usize = 12 * MIB;

/// Open table files. Each costs its reader's few KiB beside the cache.
const MAX_OPEN_FILES: i32 = 128;

/// RocksDB's own text log, per file and in files.
const INFO_LOG_BYTES: usize = MIB;
const INFO_LOG_FILES: usize = 2;

/// A RocksDB database with the rows of one log.
///
/// What the options are for:
///
/// - **Recovery is point-in-time.** A power cut can leave the last, unreturned
///   append torn in any shape. `kAbsoluteConsistency` would then refuse to open
///   after an ordinary crash, and `kTolerateCorruptedTailRecords` after one that
///   tore the middle of a large append. Point-in-time drops everything from the
///   first bad record on, silently even if that record had been synced: this is
///   what the lock record is for, which then finds the database behind and
///   refuses. Log files that go missing as a whole are refused by RocksDB
///   itself (`track_and_verify_wals_in_manifest`).
/// - **Families are flushed together** (`atomic_flush`), so that after a torn
///   log no family can be ahead of another and every recovered state is one
///   between two batches.
/// - **Log files are not recycled.** It would save the update of the file's
///   length at each sync, but old records behind the new tail have made
///   recovery skip records before (RocksDB pull request 7252).
/// - **Keys ascend in every family**, nodes too (the last leaf that they cover
///   comes first), so that compaction moves files without rewriting them.
#[derive(Debug)]
pub struct RocksStore {
    db: DB,
}

impl RocksStore {
    /// Makes an empty database in `path`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Engine`], also if there is a database already.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let mut options = options();
        options.create_if_missing(true);
        options.set_error_if_exists(true);
        options.create_missing_column_families(true);
        Self::open_with(&options, path)
    }

    /// Opens the database in `path`. Never makes one: a log that has lost its
    /// database must not start again from nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Engine`] if there is none, another process has it open, or
    /// RocksDB finds it damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(&options(), path)
    }

    /// Opens the database in `path` for reading, also while a server has it
    /// open: what the server commits later is not seen.
    ///
    /// # Errors
    ///
    /// As [`RocksStore::open`]. A commit to it fails.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let options = options();
        let families = families();
        let db = DB::open_cf_descriptors_read_only(&options, path, families, false);
        db.map(|db| Self { db }).map_err(engine)
    }

    fn open_with(options: &Options, path: &Path) -> Result<Self, StoreError> {
        let db = DB::open_cf_descriptors(options, path, families()).map_err(engine)?;
        Ok(Self { db })
    }

    fn family(&self, name: &'static str) -> Result<&ColumnFamily, StoreError> {
        self.db.cf_handle(name).ok_or(StoreError::NoFamily(name))
    }

    fn get(
        &self,
        family: &'static str,
        key: &[u8],
    ) -> Result<Option<DBPinnableSlice<'_>>, StoreError> {
        let family = self.family(family)?;
        self.db.get_pinned_cf(family, key).map_err(engine)
    }

    fn bytes(&self, family: &'static str, key: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.get(family, &key.to_be_bytes())?;
        Ok(row.map(|row| row.to_vec()))
    }
}

impl Store for RocksStore {
    fn commit(&self, batch: &CommitBatch) -> Result<(), StoreError> {
        let mut rows = WriteBatch::default();
        let leaves = self.family(LEAVES)?;
        for (index, leaf) in (batch.first.get()..).zip(&batch.leaves) {
            rows.put_cf(leaves, index.to_be_bytes(), leaf);
        }
        let nodes = self.family(NODES)?;
        for (id, hash) in &batch.nodes {
            rows.put_cf(nodes, node_key(*id), hash.as_bytes());
        }
        let tokens = self.family(TOKENS)?;
        for (index, token) in &batch.tokens {
            rows.put_cf(tokens, index.get().to_be_bytes(), token);
        }
        let events = self.family(EVENTS)?;
        for (index, event) in &batch.events {
            rows.put_cf(events, index.get().to_be_bytes(), event);
        }
        let size = batch.state.size.get().to_be_bytes();
        rows.put_cf(self.family(CHECKPOINTS)?, size, &batch.state.checkpoint);
        rows.put_cf(self.family(META)?, STATE_KEY, batch.state.encode());

        let mut how = WriteOptions::default();
        how.set_sync(true);
        self.db.write_opt(rows, &how).map_err(engine)
    }

    fn state(&self) -> Result<Option<StoredState>, StoreError> {
        let row = self.get(META, STATE_KEY)?;
        row.map(|row| StoredState::decode(&row).ok_or(StoreError::Malformed(Row::State)))
            .transpose()
    }

    fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(LEAVES, index.get())
    }

    fn node(&self, id: NodeId) -> Result<Option<Hash>, StoreError> {
        let row = self.get(NODES, &node_key(id))?;
        row.map(|row| {
            <[u8; HASH_LEN]>::try_from(&*row)
                .map(Hash::from_bytes)
                .map_err(|_| StoreError::Malformed(Row::Node(id)))
        })
        .transpose()
    }

    fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(TOKENS, index.get())
    }

    fn event(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(EVENTS, index.get())
    }

    fn checkpoint(&self, size: TreeSize) -> Result<Option<String>, StoreError> {
        let malformed = StoreError::Malformed(Row::Checkpoint(size));
        let row = self.bytes(CHECKPOINTS, size.get())?;
        row.map(|row| String::from_utf8(row).map_err(|_| malformed))
            .transpose()
    }
}

/// The last leaf below the node, then its level: in the order of completion.
fn node_key(id: NodeId) -> [u8; 9] {
    let end = id.index().wrapping_add(1).checked_shl(id.level().into());
    let last = end.unwrap_or(0).wrapping_sub(1);
    let mut key = [id.level(); 9];
    for (to, from) in key.iter_mut().zip(last.to_be_bytes()) {
        *to = from;
    }
    key
}

fn options() -> Options {
    let mut options = Options::default();
    options.set_paranoid_checks(true);
    options.set_wal_recovery_mode(DBRecoveryMode::PointInTime);
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_atomic_flush(true);
    // One writer: nobody to share a memtable with.
    options.set_allow_concurrent_memtable_write(false);
    options.set_db_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_max_open_files(MAX_OPEN_FILES);
    options.set_max_background_jobs(2);
    // Deleting a large old file must not hold up a read or a commit.
    options.set_avoid_unnecessary_blocking_io(true);
    // Spreads the writing of new tables, so that a commit's sync does not wait
    // behind megabytes of them.
    options.set_bytes_per_sync(MIB.try_into().unwrap_or(u64::MAX));
    options.set_log_level(LogLevel::Warn);
    options.set_max_log_file_size(INFO_LOG_BYTES);
    options.set_keep_log_file_num(INFO_LOG_FILES);
    options.set_stats_dump_period_sec(0);
    options.set_stats_persist_period_sec(0);
    options
}

fn families() -> Vec<ColumnFamilyDescriptor> {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(&Cache::new_lru_cache(BLOCK_CACHE_BYTES));
    // Otherwise indexes of open files are resident beside the cache.
    table.set_cache_index_and_filter_blocks(true);
    table.set_pin_l0_filter_and_index_blocks_in_cache(true);
    let mut options = Options::default();
    options.set_block_based_table_factory(&table);
    options.set_write_buffer_size(WRITE_BUFFER_BYTES);
    FAMILIES
        .iter()
        .map(|name| ColumnFamilyDescriptor::new(*name, options.clone()))
        .collect()
}

fn engine(error: rocksdb::Error) -> StoreError {
    StoreError::Engine(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_keys_ascend_in_the_order_of_completion() {
        let completed = [(0, 0), (0, 1), (1, 0), (0, 2), (0, 3), (1, 1), (2, 0)];
        let keys = completed.map(|(level, index)| node_key(NodeId::new(level, index)));
        assert!(keys.is_sorted());
        assert_eq!(keys[6], [0, 0, 0, 0, 0, 0, 0, 3, 2]);
    }

    #[test]
    fn refuses_to_open_what_was_never_created() {
        let dir = tempfile::tempdir().unwrap();
        let missing = RocksStore::open(&dir.path().join("db"));
        assert!(matches!(missing, Err(StoreError::Engine(_))));
    }

    #[test]
    fn refuses_to_create_over_a_database() {
        let dir = tempfile::tempdir().unwrap();
        drop(RocksStore::create(dir.path()).unwrap());
        let again = RocksStore::create(dir.path());
        assert!(matches!(again, Err(StoreError::Engine(_))));
    }
}
