//! Location tokens, with whose they are and when they expire.

use meridian_merkle::index::LeafIndex;
use rocksdb::WriteBatch;

use super::place::{Place, expiry_key};
use super::{EXPIRIES, LOCATION_TOKENS, OWNERS, RocksStore, engine};
use crate::store::{LocationToken, Store, StoreError};

/// Location tokens erased at once.
const ERASED_AT_ONCE: usize = 256;

impl RocksStore {
    /// Adds the tokens of new location stamps to a batch.
    pub(super) fn add_location_tokens(
        &self,
        rows: &mut WriteBatch,
        tokens: &[(LeafIndex, LocationToken)],
    ) -> Result<(), StoreError> {
        if tokens.is_empty() {
            return Ok(());
        }
        let (family, owners) = (self.family(LOCATION_TOKENS)?, self.family(OWNERS)?);
        let expiries = self.family(EXPIRIES)?;
        for (index, token) in tokens {
            let key = index.get().to_be_bytes();
            rows.put_cf(family, key, token.encode());
            rows.put_cf(
                expiries,
                expiry_key(token.expiry(), Place::LocationTokens, &key),
                b"",
            );
            if let Some(owner) = &token.owner {
                rows.put_cf(owners, owner_key(owner, *index), b"");
            }
        }
        Ok(())
    }

    /// Adds to `rows` what erases a location token, if it is there. The caller
    /// holds the lock of its key.
    pub(super) fn add_erasure(
        &self,
        rows: &mut WriteBatch,
        index: LeafIndex,
    ) -> Result<bool, StoreError> {
        let Some(token) = self.location_token(index)? else {
            return Ok(false);
        };
        let key = index.get().to_be_bytes();
        rows.delete_cf(self.family(LOCATION_TOKENS)?, key);
        let expiry = expiry_key(token.expiry(), Place::LocationTokens, &key);
        rows.delete_cf(self.family(EXPIRIES)?, expiry);
        if let Some(owner) = &token.owner {
            rows.delete_cf(self.family(OWNERS)?, owner_key(owner, index));
        }
        Ok(true)
    }

    /// Erases location tokens in one write.
    pub(super) fn erase(&self, indexes: &[LeafIndex]) -> Result<usize, StoreError> {
        let keys: Vec<_> = indexes
            .iter()
            .map(|index| index.get().to_be_bytes())
            .collect();
        let place = Place::LocationTokens.code();
        let _locked = self
            .stripes
            .lock_many(keys.iter().map(|key| (place, key.as_slice())));
        let mut rows = WriteBatch::default();
        let mut erased = 0;
        for index in indexes {
            erased += usize::from(self.add_erasure(&mut rows, *index)?);
        }
        self.write_unsynced(rows)?;
        Ok(erased)
    }

    /// Erases all tokens of an owner.
    pub(super) fn erase_owned(&self, owner: &[u8; 32]) -> Result<usize, StoreError> {
        let mut found = self.within(self.family(OWNERS)?, owner);
        let mut indexes = Vec::new();
        found.seek_to_first();
        while let Some(key) = found.key() {
            let index = key.last_chunk().ok_or(Place::LocationTokens.malformed())?;
            indexes.push(LeafIndex::new(u64::from_be_bytes(*index)));
            found.next();
        }
        found.status().map_err(engine)?;
        let erased = indexes.chunks(ERASED_AT_ONCE).map(|some| self.erase(some));
        erased.sum()
    }
}

/// `owner ‖ leaf index`.
fn owner_key(owner: &[u8; 32], index: LeafIndex) -> Vec<u8> {
    [owner.as_slice(), &index.get().to_be_bytes()].concat()
}
