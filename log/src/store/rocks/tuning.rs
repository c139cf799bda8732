//! How RocksDB is told to behave.

use rocksdb::{BlockBasedOptions, Cache, DBRecoveryMode, LogLevel, Options};

const MIB: usize = 1 << 20;

/// Blocks of tables, their indexes and filters. The server has to stay under
/// 100 MiB; the log's own reads are of its right edge, so this serves old
/// proofs and tokens only.
const BLOCK_CACHE_BYTES: usize = 16 * MIB;

/// Memtables of all families together; full ones are flushed while the next
/// fill, so about twice this is resident at worst.
const WRITE_BUFFER_BYTES: usize = 12 * MIB;

/// A memtable grows by this much. What it has reserved counts against
/// [`WRITE_BUFFER_BYTES`], used or not, for each family that was written to: at
/// RocksDB's 1 MiB a dozen families would fill it with nothing.
const ARENA_BYTES: usize = MIB / 4;
const PRIVATE_ARENA_BYTES: usize = MIB / 16;

/// One lookup in a hundred reads a file for nothing.
const BLOOM_BITS_PER_KEY: f64 = 10.0;

/// After a day what was deleted moves down to what it deletes, and so out of
/// the files within a few days, without anybody asking.
const SECONDS_TO_COMPACTION: u64 = 86_400;

/// Open table files. Each costs its reader's few KiB beside the cache.
const MAX_OPEN_FILES: i32 = 128;

/// RocksDB's list of files names their first and last keys, also of files that
/// are gone; it is written anew at this size and whenever the database opens.
const FILE_LIST_BYTES: usize = MIB / 16;

/// RocksDB's own text log, per file and in files.
const INFO_LOG_BYTES: usize = MIB;
const INFO_LOG_FILES: usize = 2;

/// For the database as a whole.
pub(super) fn options() -> Options {
    let mut options = Options::default();
    options.set_paranoid_checks(true);
    options.set_wal_recovery_mode(DBRecoveryMode::PointInTime);
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_atomic_flush(true);
    // One writer of batches, and small writes between them: not worth the locks.
    options.set_allow_concurrent_memtable_write(false);
    options.set_db_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_max_open_files(MAX_OPEN_FILES);
    options.set_max_background_jobs(2);
    options.set_max_manifest_file_size(FILE_LIST_BYTES);
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

/// The cache of all families together.
pub(super) fn block_cache() -> Cache {
    Cache::new_lru_cache(BLOCK_CACHE_BYTES)
}

/// For what stays as it was written.
pub(super) fn public_family_options(cache: &Cache) -> Options {
    let mut options = Options::default();
    options.set_block_based_table_factory(&table(cache));
    options.set_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_arena_block_size(ARENA_BYTES);
    options
}

/// For what expires: many rows live and die in memory, and those that do not
/// must leave the files.
pub(super) fn private_family_options(cache: &Cache) -> Options {
    let mut table = table(cache);
    // Most lookups are of keys that are not there.
    table.set_bloom_filter(BLOOM_BITS_PER_KEY, false);
    let mut options = Options::default();
    options.set_block_based_table_factory(&table);
    options.set_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_arena_block_size(PRIVATE_ARENA_BYTES);
    options.set_ttl(SECONDS_TO_COMPACTION);
    options
}

fn table(cache: &Cache) -> BlockBasedOptions {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    // Otherwise indexes of open files are resident beside the cache.
    table.set_cache_index_and_filter_blocks(true);
    table.set_pin_l0_filter_and_index_blocks_in_cache(true);
    table
}
