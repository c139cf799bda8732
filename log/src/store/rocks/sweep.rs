//! Deletes what has expired.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use meridian_merkle::index::LeafIndex;
use meridian_wire::time::UnixMicros;
use rocksdb::WriteBatch;

use super::place::Place;
use super::{EXPIRIES, RocksStore, engine};
use crate::store::expiring::Expiry;
use crate::store::{Row, StoreError};

/// Rows deleted in one write, their keys locked together.
const AT_ONCE: usize = 256;

/// How far the sweep has come, so that it need not go over what it deleted
/// before, which stays in RocksDB as a mark until it is compacted.
#[derive(Debug)]
pub(super) struct Swept {
    /// Nothing older is listed, but for what [`Self::earliest`] says. One sweep
    /// at a time.
    until: Mutex<Expiry>,
    /// The earliest expiry of a row written since the last sweep.
    earliest: AtomicU64,
}

impl Default for Swept {
    fn default() -> Self {
        Self {
            until: Mutex::new(Expiry::FIRST),
            earliest: AtomicU64::new(Expiry::NEVER.number()),
        }
    }
}

impl Swept {
    /// To be called after a row was written.
    pub(super) fn note(&self, expiry: Expiry) {
        self.earliest.fetch_min(expiry.number(), Ordering::AcqRel);
    }

    fn lock(&self) -> MutexGuard<'_, Expiry> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry of [`EXPIRIES`].
struct Entry {
    /// Its own key.
    listed: Vec<u8>,
    expiry: Expiry,
    place: Place,
    /// That of the row.
    key: Vec<u8>,
}

impl Entry {
    fn read(listed: &[u8]) -> Result<Self, StoreError> {
        let malformed = || StoreError::Malformed(Row::Expiry);
        let (expiry, rest) = Expiry::split(listed).ok_or_else(malformed)?;
        let (code, key) = rest.split_first().ok_or_else(malformed)?;
        Ok(Self {
            listed: listed.to_vec(),
            expiry,
            place: Place::from_code(*code).ok_or_else(malformed)?,
            key: key.to_vec(),
        })
    }
}

impl RocksStore {
    pub(super) fn sweep_expired(
        &self,
        now: UnixMicros,
        at_most: usize,
    ) -> Result<usize, StoreError> {
        let mut until = self.swept.lock();
        let noted = self
            .swept
            .earliest
            .swap(Expiry::NEVER.number(), Ordering::AcqRel);
        // Also what the rest says if this sweep fails.
        *until = (*until).min(Expiry::from_number(noted));
        let mut deleted = 0;
        while deleted < at_most {
            let most = AT_ONCE.min(at_most - deleted);
            let due = self.due(*until, now, most)?;
            deleted += self.delete(&due)?;
            match due.last() {
                Some(last) if due.len() == most => *until = last.expiry,
                _ => {
                    *until = Expiry::at(now);
                    break;
                }
            }
        }
        Ok(deleted)
    }

    /// The first entries that are due.
    fn due(&self, from: Expiry, now: UnixMicros, at_most: usize) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        let mut found = self.within(self.family(EXPIRIES)?, b"");
        found.seek(from.octets());
        while let Some(listed) = found.key() {
            let entry = Entry::read(listed)?;
            if entries.len() == at_most || !entry.expiry.is_over(now) {
                break;
            }
            entries.push(entry);
            found.next();
        }
        found.status().map_err(engine)?;
        Ok(entries)
    }

    /// Deletes the rows of these entries that are still what the entry says, and
    /// the entries.
    fn delete(&self, entries: &[Entry]) -> Result<usize, StoreError> {
        let keys = entries
            .iter()
            .map(|entry| (entry.place.code(), entry.key.as_slice()));
        let _locked = self.stripes.lock_many(keys);
        let mut rows = WriteBatch::default();
        let mut deleted = 0;
        for entry in entries {
            rows.delete_cf(self.family(EXPIRIES)?, &entry.listed);
            if self.expiry_of(entry.place, &entry.key)? != Some(entry.expiry) {
                continue;
            }
            deleted += 1;
            match entry.place {
                Place::Private(family) => rows.delete_cf(self.family(family.name())?, &entry.key),
                Place::LocationTokens => {
                    let index = entry.key.as_slice().try_into();
                    let index = index.map_err(|_| StoreError::Malformed(Row::Expiry))?;
                    self.add_erasure(&mut rows, LeafIndex::new(u64::from_be_bytes(index)))?;
                }
            }
        }
        self.write_unsynced(rows)?;
        Ok(deleted)
    }
}
