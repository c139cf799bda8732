//! Private rows in RocksDB.

use meridian_merkle::index::LeafIndex;
use meridian_wire::time::UnixMicros;
use rocksdb::{
    BottommostLevelCompaction, ColumnFamily, CompactOptions, DBRawIterator, FlushOptions,
    PrefixRange, ReadOptions, WriteBatch,
};

use super::place::{Place, expiry_key};
use super::{EXPIRIES, POLICIES, PRIVATE_FAMILIES, RocksStore, engine, known_families};
use crate::private::{Change, KeyValue, Neighbours, PrivateFamily, PrivateRows};
use crate::store::expiring::{Expiry, encode};
use crate::store::{Row, StoreError};

/// Errors of compactions, which report to nobody.
const BACKGROUND_ERRORS: &str = "rocksdb.background-errors";

/// What a private row was, and is to be.
struct Rewrite<'a> {
    place: Place,
    key: &'a [u8],
    old: Option<Expiry>,
    new: Option<(Expiry, &'a [u8])>,
}

impl RocksStore {
    /// A row, expired or not.
    fn private_row(
        &self,
        family: PrivateFamily,
        key: &[u8],
    ) -> Result<Option<(Expiry, Vec<u8>)>, StoreError> {
        let Some(row) = self.get_if_present(family.name(), key)? else {
            return Ok(None);
        };
        let malformed = StoreError::Malformed(Row::Private(family));
        let (expiry, value) = Expiry::split(&row).ok_or(malformed)?;
        Ok(Some((expiry, value.to_vec())))
    }

    /// When a row expires, if there is one.
    pub(super) fn expiry_of(&self, place: Place, key: &[u8]) -> Result<Option<Expiry>, StoreError> {
        let row = self.get_if_present(place.family(), key)?;
        row.map(|row| {
            Expiry::split(&row)
                .map(|(expiry, _)| expiry)
                .ok_or(place.malformed())
        })
        .transpose()
    }

    /// Adds to `rows` what replaces or removes a row, the entry in [`EXPIRIES`]
    /// included. The caller holds the lock of the key.
    fn add_rewrite(&self, rows: &mut WriteBatch, change: &Rewrite<'_>) -> Result<(), StoreError> {
        let Rewrite {
            place,
            key,
            old,
            new,
        } = change;
        let (family, expiries) = (self.family(place.family())?, self.family(EXPIRIES)?);
        let expires = new.map(|(expiry, _)| expiry);
        let listed = |expiry: &Expiry| *expiry != Expiry::NEVER;
        if let Some(old) = old.filter(|old| listed(old) && expires != Some(*old)) {
            rows.delete_cf(expiries, expiry_key(old, *place, key));
        }
        if let Some(expires) = expires.filter(|new| listed(new) && *old != Some(*new)) {
            rows.put_cf(expiries, expiry_key(expires, *place, key), b"");
        }
        match new {
            Some((expiry, value)) => rows.put_cf(family, key, encode(*expiry, value)),
            None => rows.delete_cf(family, key),
        }
        Ok(())
    }

    fn rewrite(&self, change: &Rewrite<'_>) -> Result<(), StoreError> {
        let mut rows = WriteBatch::default();
        self.add_rewrite(&mut rows, change)?;
        self.write_unsynced(rows)?;
        if let Some((expiry, _)) = change.new {
            self.swept.note(expiry);
        }
        Ok(())
    }

    /// Into the log file and to the operating system, not to the disk.
    pub(super) fn write_unsynced(&self, rows: WriteBatch) -> Result<(), StoreError> {
        self.db.write(rows).map_err(engine)
    }

    /// Goes over the rows whose keys begin with `prefix`.
    pub(super) fn within<'a>(
        &'a self,
        family: &'a ColumnFamily,
        prefix: &[u8],
    ) -> DBRawIterator<'a> {
        let mut how = ReadOptions::default();
        how.set_iterate_range(PrefixRange(prefix));
        self.db.raw_iterator_cf_opt(family, how)
    }
}

impl PrivateRows for RocksStore {
    fn get(
        &self,
        family: PrivateFamily,
        key: &[u8],
        now: UnixMicros,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.private_row(family, key)?;
        Ok(row
            .filter(|(expiry, _)| !expiry.is_over(now))
            .map(|(_, value)| value))
    }

    fn put(
        &self,
        family: PrivateFamily,
        key: &[u8],
        value: &[u8],
        expires: Option<UnixMicros>,
    ) -> Result<(), StoreError> {
        let place = Place::Private(family);
        let _locked = self.stripes.lock(place.code(), key);
        self.rewrite(&Rewrite {
            place,
            key,
            old: self.expiry_of(place, key)?,
            new: Some((Expiry::new(expires), value)),
        })
    }

    fn update(
        &self,
        family: PrivateFamily,
        key: &[u8],
        now: UnixMicros,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<(), StoreError> {
        let place = Place::Private(family);
        let _locked = self.stripes.lock(place.code(), key);
        let row = self.private_row(family, key)?;
        let old = row.as_ref().map(|(expiry, _)| *expiry);
        let live = row.as_ref().filter(|(expiry, _)| !expiry.is_over(now));
        match change(live.map(|(_, value)| value.as_slice())) {
            Change::Keep => Ok(()),
            Change::Put { value, expires } => {
                let new = Some((Expiry::new(expires), value.as_slice()));
                self.rewrite(&Rewrite {
                    place,
                    key,
                    old,
                    new,
                })
            }
            Change::Remove if old.is_none() => Ok(()),
            Change::Remove => self.rewrite(&Rewrite {
                place,
                key,
                old,
                new: None,
            }),
        }
    }

    fn remove(&self, family: PrivateFamily, key: &[u8]) -> Result<(), StoreError> {
        let place = Place::Private(family);
        let _locked = self.stripes.lock(place.code(), key);
        let old = self.expiry_of(place, key)?;
        if old.is_none() {
            return Ok(());
        }
        self.rewrite(&Rewrite {
            place,
            key,
            old,
            new: None,
        })
    }

    fn remove_prefix(&self, family: PrivateFamily, prefix: &[u8]) -> Result<usize, StoreError> {
        let place = Place::Private(family);
        let _locked = self.stripes.lock_all();
        let mut rows = WriteBatch::default();
        let mut removed = 0;
        let mut found = self.within(self.family(family.name())?, prefix);
        found.seek_to_first();
        while let Some((key, row)) = found.item() {
            let (old, _) = Expiry::split(row).ok_or(place.malformed())?;
            let change = Rewrite {
                place,
                key,
                old: Some(old),
                new: None,
            };
            self.add_rewrite(&mut rows, &change)?;
            removed += 1;
            found.next();
        }
        found.status().map_err(engine)?;
        self.write_unsynced(rows)?;
        Ok(removed)
    }

    fn scan(
        &self,
        family: PrivateFamily,
        prefix: &[u8],
        now: UnixMicros,
        at_most: usize,
    ) -> Result<Vec<KeyValue>, StoreError> {
        let mut rows = Vec::new();
        let Some(handle) = self.db.cf_handle(family.name()) else {
            return Ok(rows);
        };
        let mut found = self.within(handle, prefix);
        found.seek_to_first();
        while rows.len() < at_most {
            let next = live(&mut found, family, now, DBRawIterator::next)?;
            let Some(row) = next else { break };
            rows.push(row);
            found.next();
        }
        Ok(rows)
    }

    fn neighbours(
        &self,
        family: PrivateFamily,
        prefix: &[u8],
        key: &[u8],
        now: UnixMicros,
    ) -> Result<Neighbours, StoreError> {
        let Some(handle) = self.db.cf_handle(family.name()) else {
            return Ok(Neighbours::default());
        };
        let mut found = self.within(handle, prefix);
        found.seek(key);
        let after = live(&mut found, family, now, DBRawIterator::next)?;
        found.seek_for_prev(key);
        if found.key() == Some(key) {
            found.prev();
        }
        let before = live(&mut found, family, now, DBRawIterator::prev)?;
        Ok(Neighbours { before, after })
    }

    fn erase_location_token(&self, index: LeafIndex) -> Result<bool, StoreError> {
        Ok(self.erase(&[index])? > 0)
    }

    fn erase_location_tokens_of(&self, owner: &[u8; 32]) -> Result<usize, StoreError> {
        self.erase_owned(owner)
    }

    fn sweep(&self, now: UnixMicros, at_most: usize) -> Result<usize, StoreError> {
        self.sweep_expired(now, at_most)
    }

    fn compact_private(&self) -> Result<(), StoreError> {
        let errors = || {
            self.db
                .property_int_value(BACKGROUND_ERRORS)
                .map_err(engine)
        };
        let before = errors()?;
        // Everything, or the log file of a family that was not written lately
        // keeps what others deleted.
        let families = known_families().map(|name| self.family(name));
        let families = families.collect::<Result<Vec<_>, _>>()?;
        let flushed = self.db.flush_cfs_opt(
            &families.iter().collect::<Vec<_>>(),
            &FlushOptions::default(),
        );
        flushed.map_err(engine)?;
        let mut how = CompactOptions::default();
        how.set_exclusive_manual_compaction(false);
        how.set_bottommost_level_compaction(BottommostLevelCompaction::ForceOptimized);
        for name in PRIVATE_FAMILIES {
            self.db
                .compact_range_cf_opt(self.family(name)?, None::<&[u8]>, None::<&[u8]>, &how);
        }
        if errors()? > before {
            return Err(StoreError::NotCompacted);
        }
        Ok(())
    }

    fn put_policy(&self, digest: &[u8; 32], document: &[u8]) -> Result<(), StoreError> {
        let family = self.family(POLICIES)?;
        self.db.put_cf(family, digest, document).map_err(engine)
    }

    fn policy(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.get_if_present(POLICIES, digest)?;
        Ok(row.map(|row| row.to_vec()))
    }
}

/// The first live row from where the iterator is, in the direction of `step`.
/// The iterator is left there.
fn live<'db>(
    found: &mut DBRawIterator<'db>,
    family: PrivateFamily,
    now: UnixMicros,
    step: impl Fn(&mut DBRawIterator<'db>),
) -> Result<Option<KeyValue>, StoreError> {
    while let Some((key, row)) = found.item() {
        let malformed = StoreError::Malformed(Row::Private(family));
        let (expiry, value) = Expiry::split(row).ok_or(malformed)?;
        if !expiry.is_over(now) {
            return Ok(Some((key.to_vec(), value.to_vec())));
        }
        step(found);
    }
    found.status().map_err(engine)?;
    Ok(None)
}
