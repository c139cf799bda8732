//! The store on RocksDB: one column family for each kind of row, one synced
//! `WriteBatch` per commit.

use std::ops::Range;
use std::path::Path;

use meridian_merkle::hash::{HASH_LEN, Hash};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use rocksdb::{
    ColumnFamily, ColumnFamilyDescriptor, DB, DBPinnableSlice, Direction, Options, WriteBatch,
    WriteOptions,
};

use crate::private::PrivateFamily;
use crate::state::StoredState;
use crate::store::leaf_rows::{LeafRows, last_leaf};
use crate::store::{CommitBatch, LocationToken, Row, Store, StoreError, StoredEvent};

mod blocks;
mod events;
mod location_tokens;
mod log_files;
mod moving;
mod place;
mod private;
mod runs;
mod stripes;
mod sweep;
mod tuning;

use log_files::look_at_log_files;
use stripes::Stripes;
use sweep::Swept;
use tuning::{options, private_family_options, public_family_options};

/// Leaf index (8 octets) to the leaf's exact octets.
const LEAVES: &str = "leaves";
/// Last leaf below the node (8 octets), level (1) to the node's hash.
const NODES: &str = "nodes";
/// Leaf index to token of a time stamp. Private.
const TOKENS: &str = "tokens";
/// Leaf index to salt and body of an event. Private.
const EVENTS: &str = "events";
/// Tree size to signed checkpoint.
const CHECKPOINTS: &str = "checkpoints";
/// [`STATE_KEY`] to the state.
const META: &str = "meta";
const STATE_KEY: &[u8] = b"state";

/// Leaf index to expiry, owner and token of a location stamp. Private, expiring.
const LOCATION_TOKENS: &str = "loc_tokens";
/// Owner (32), leaf index (8) to nothing: which location tokens are whose.
const OWNERS: &str = "loc_owners";
/// Expiry (8), where the row is (1), its key to nothing: what expires when.
const EXPIRIES: &str = "loc_expiries";
/// Digest to policy document. Public.
const POLICIES: &str = "policies";

/// Without these a database is none of ours.
const LOG_FAMILIES: [&str; 6] = [LEAVES, NODES, TOKENS, EVENTS, CHECKPOINTS, META];

/// Those beside the log that hold private rows. A database from before there
/// were location stamps gets them when it is opened for writing.
const PRIVATE_FAMILIES: [&str; 7] = [
    PrivateFamily::Challenges.name(),
    PrivateFamily::Tickets.name(),
    PrivateFamily::Subjects.name(),
    PrivateFamily::Travel.name(),
    LOCATION_TOKENS,
    OWNERS,
    EXPIRIES,
];

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
/// - **Keys ascend in every family of the log**, nodes too (the last leaf that they cover
///   comes first), so that compaction moves files without rewriting them.
#[derive(Debug)]
pub struct RocksStore {
    db: DB,
    stripes: Stripes,
    swept: Swept,
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
        Self::open_for_writing(options, path)
    }

    /// Opens the database in `path`. Never makes one: a log that has lost its
    /// database must not start again from nothing. Families for location stamps
    /// are made where a database has none yet; an older program does not open it
    /// from then on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Engine`] if there is none, another process has it open, or
    /// RocksDB finds it damaged; [`StoreError::LogFile`] where it would not come
    /// to an end; [`StoreError::NoFamily`] if it is none of ours.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        look_at_log_files(path)?;
        present_families(path)?;
        Self::open_for_writing(options(), path)
    }

    /// Opens the database in `path` for reading, also while a server has it
    /// open: what the server commits later is not seen. Families for location
    /// stamps may be absent: then nothing is in them.
    ///
    /// # Errors
    ///
    /// As [`RocksStore::open`]. Whatever writes to it fails.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        look_at_log_files(path)?;
        let families = descriptors(&present_families(path)?);
        let db = DB::open_cf_descriptors_read_only(&options(), path, families, false);
        db.map(Self::over).map_err(engine)
    }

    fn open_for_writing(mut options: Options, path: &Path) -> Result<Self, StoreError> {
        options.create_missing_column_families(true);
        let families = descriptors(&known_families().collect::<Vec<_>>());
        let db = DB::open_cf_descriptors(&options, path, families);
        db.map(Self::over).map_err(engine)
    }

    fn over(db: DB) -> Self {
        Self {
            db,
            stripes: Stripes::default(),
            swept: Swept::default(),
        }
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

    /// The same of a family that need not be there.
    fn get_if_present(
        &self,
        family: &'static str,
        key: &[u8],
    ) -> Result<Option<DBPinnableSlice<'_>>, StoreError> {
        let Some(family) = self.db.cf_handle(family) else {
            return Ok(None);
        };
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
        self.add_location_tokens(&mut rows, &batch.location_tokens)?;
        let events = self.family(EVENTS)?;
        for (index, event) in &batch.events {
            rows.put_cf(events, index.get().to_be_bytes(), event);
        }
        let size = batch.state.size.get().to_be_bytes();
        rows.put_cf(self.family(CHECKPOINTS)?, size, &batch.state.checkpoint);
        rows.put_cf(self.family(META)?, STATE_KEY, batch.state.encode());

        let _locked = self.add_private_rows(&mut rows, &batch.private)?;

        let mut how = WriteOptions::default();
        how.set_sync(true);
        self.db.write_opt(rows, &how).map_err(engine)?;
        for (_, token) in &batch.location_tokens {
            self.swept.note(token.expiry());
        }
        Ok(())
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
        row.map(|row| node_hash(id, &row)).transpose()
    }

    fn leaves(&self, first: LeafIndex, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.run_of_leaves(first, count)
    }

    fn nodes(&self, first: NodeId, count: usize) -> Result<Vec<Hash>, StoreError> {
        self.run_of_nodes(first, count)
    }

    fn rows(&self, leaves: Range<u64>) -> Result<LeafRows, StoreError> {
        self.rows_of_leaves(leaves)
    }

    fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(TOKENS, index.get())
    }

    fn location_token(&self, index: LeafIndex) -> Result<Option<LocationToken>, StoreError> {
        let malformed = StoreError::Malformed(Row::LocationToken(index));
        let row = self.get_if_present(LOCATION_TOKENS, &index.get().to_be_bytes())?;
        row.map(|row| LocationToken::decode(&row).ok_or(malformed))
            .transpose()
    }

    fn event(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(EVENTS, index.get())
    }

    fn events_from(&self, from: LeafIndex, most: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.stored_events(from, Direction::Forward, most)
    }

    fn events_before(
        &self,
        before: LeafIndex,
        most: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        match before.get().checked_sub(1) {
            Some(last) => self.stored_events(LeafIndex::new(last), Direction::Reverse, most),
            None => Ok(Vec::new()),
        }
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
    let mut key = [id.level(); 9];
    for (to, from) in key.iter_mut().zip(last_leaf(id).to_be_bytes()) {
        *to = from;
    }
    key
}

fn node_hash(id: NodeId, row: &[u8]) -> Result<Hash, StoreError> {
    <[u8; HASH_LEN]>::try_from(row)
        .map(Hash::from_bytes)
        .map_err(|_| StoreError::Malformed(Row::Node(id)))
}

/// Every family that a database of ours can have.
fn known_families() -> impl Iterator<Item = &'static str> {
    let log = LOG_FAMILIES.into_iter();
    log.chain(PRIVATE_FAMILIES).chain([POLICIES])
}

/// Those of them that the database in `path` has; all of the log's are among them.
fn present_families(path: &Path) -> Result<Vec<&'static str>, StoreError> {
    let present = DB::list_cf(&options(), path).map_err(engine)?;
    let has = |name: &&str| present.iter().any(|present| present == name);
    if let Some(lost) = LOG_FAMILIES.into_iter().find(|name| !has(name)) {
        return Err(StoreError::NoFamily(lost));
    }
    Ok(known_families().filter(has).collect())
}

fn descriptors(names: &[&'static str]) -> Vec<ColumnFamilyDescriptor> {
    let cache = tuning::block_cache();
    let public = public_family_options(&cache);
    let private = private_family_options(&cache);
    let descriptor = |name: &&'static str| {
        let is_private = PRIVATE_FAMILIES.contains(name);
        let options = if is_private { &private } else { &public };
        ColumnFamilyDescriptor::new(*name, options.clone())
    };
    names.iter().map(descriptor).collect()
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
