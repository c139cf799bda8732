//! The private rows of an authority whose log succeeded others.

use std::sync::Arc;

use meridian_merkle::index::LeafIndex;
use meridian_wire::time::UnixMicros;

use super::{Change, KeyValue, Neighbours, PrivateFamily, PrivateRows};
use crate::store::StoreError;

/// The rows of the newest log, and the location tokens that earlier logs still keep.
///
/// Rows of subjects, challenges and tickets moved to the newest log with the succession; tokens
/// stayed with their leaves. What erases, sweeps and rewrites reaches all of them, everything else
/// the newest.
#[derive(Clone, Debug)]
pub struct Generations {
    newest: Arc<dyn PrivateRows>,
    earlier: Vec<Arc<dyn PrivateRows>>,
}

impl Generations {
    /// The rows of the newest log, then those of earlier ones in any order.
    #[must_use]
    pub const fn new(newest: Arc<dyn PrivateRows>, earlier: Vec<Arc<dyn PrivateRows>>) -> Self {
        Self { newest, earlier }
    }

    fn all(&self) -> impl Iterator<Item = &Arc<dyn PrivateRows>> {
        std::iter::once(&self.newest).chain(&self.earlier)
    }
}

impl PrivateRows for Generations {
    fn get(
        &self,
        family: PrivateFamily,
        key: &[u8],
        now: UnixMicros,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.newest.get(family, key, now)
    }

    fn put(
        &self,
        family: PrivateFamily,
        key: &[u8],
        value: &[u8],
        expires: Option<UnixMicros>,
    ) -> Result<(), StoreError> {
        self.newest.put(family, key, value, expires)
    }

    fn update(
        &self,
        family: PrivateFamily,
        key: &[u8],
        now: UnixMicros,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<(), StoreError> {
        self.newest.update(family, key, now, change)
    }

    fn remove(&self, family: PrivateFamily, key: &[u8]) -> Result<(), StoreError> {
        self.newest.remove(family, key)
    }

    fn remove_prefix(&self, family: PrivateFamily, prefix: &[u8]) -> Result<usize, StoreError> {
        self.newest.remove_prefix(family, prefix)
    }

    fn scan(
        &self,
        family: PrivateFamily,
        prefix: &[u8],
        now: UnixMicros,
        at_most: usize,
    ) -> Result<Vec<KeyValue>, StoreError> {
        self.newest.scan(family, prefix, now, at_most)
    }

    fn neighbours(
        &self,
        family: PrivateFamily,
        prefix: &[u8],
        key: &[u8],
        now: UnixMicros,
    ) -> Result<Neighbours, StoreError> {
        self.newest.neighbours(family, prefix, key, now)
    }

    /// Of the newest log.
    fn erase_location_token(&self, index: LeafIndex) -> Result<bool, StoreError> {
        self.newest.erase_location_token(index)
    }

    /// Of every log.
    fn erase_location_tokens_of(&self, owner: &[u8; 32]) -> Result<usize, StoreError> {
        self.all().try_fold(0, |erased: usize, rows| {
            Ok(erased.saturating_add(rows.erase_location_tokens_of(owner)?))
        })
    }

    /// Of every log.
    fn sweep(&self, now: UnixMicros, at_most: usize) -> Result<usize, StoreError> {
        self.all().try_fold(0, |swept: usize, rows| {
            let left = at_most.saturating_sub(swept);
            let more = if left == 0 { 0 } else { rows.sweep(now, left)? };
            Ok(swept.saturating_add(more))
        })
    }

    /// Of every log.
    fn compact_private(&self) -> Result<(), StoreError> {
        self.all().try_for_each(|rows| rows.compact_private())
    }

    fn put_policy(&self, digest: &[u8; 32], document: &[u8]) -> Result<(), StoreError> {
        self.newest.put_policy(digest, document)
    }

    fn policy(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.newest.policy(digest)
    }
}

#[cfg(test)]
mod tests {
    use meridian_merkle::hash::EMPTY_ROOT;
    use meridian_merkle::index::TreeSize;

    use super::*;
    use crate::state::StoredState;
    use crate::store::mem::MemStore;
    use crate::store::{CommitBatch, LocationToken, Store};

    /// A store with two location tokens of one owner, one of which expires at 1,000.
    fn store(owner: [u8; 32]) -> Arc<MemStore> {
        let store = MemStore::new();
        let state = StoredState::new(
            TreeSize::ZERO,
            EMPTY_ROOT,
            UnixMicros::new(0),
            String::new(),
            None,
        );
        let mut batch = CommitBatch::new(LeafIndex::new(0), vec![vec![0], vec![1]], state);
        for (index, expires) in [(0, 1_000), (1, i64::MAX)] {
            let mut token = LocationToken::new(vec![0], UnixMicros::new(expires));
            token.owner = Some(owner);
            batch.location_tokens.push((LeafIndex::new(index), token));
        }
        store.commit(&batch).unwrap();
        Arc::new(store)
    }

    fn generations(stores: &[Arc<MemStore>]) -> Generations {
        let rows =
            |store: &Arc<MemStore>| -> Arc<dyn PrivateRows> { Arc::<MemStore>::clone(store) };
        Generations::new(rows(&stores[0]), stores[1..].iter().map(rows).collect())
    }

    fn kept(stores: &[Arc<MemStore>]) -> Vec<[bool; 2]> {
        let has =
            |store: &MemStore, at| store.location_token(LeafIndex::new(at)).unwrap().is_some();
        stores
            .iter()
            .map(|store| [0, 1].map(|at| has(store, at)))
            .collect()
    }

    #[test]
    fn erasure_of_an_owner_reaches_the_tokens_of_every_log() {
        let stores = [store([1; 32]), store([2; 32]), store([1; 32])];
        let erased = generations(&stores).erase_location_tokens_of(&[1; 32]);
        assert_eq!(erased.unwrap(), 4);
        assert_eq!(kept(&stores), [[false; 2], [true; 2], [false; 2]]);
    }

    #[test]
    fn a_sweep_reaches_every_log_and_no_more_rows_than_it_may() {
        let stores = [store([1; 32]), store([1; 32]), store([1; 32])];
        let rows = generations(&stores);
        let now = UnixMicros::new(1_000);
        let swept: Vec<_> = (0..3).map(|_| rows.sweep(now, 2).unwrap()).collect();
        assert_eq!(swept, [2, 1, 0]);
        assert_eq!(kept(&stores), [[false, true]; 3]);
    }

    #[test]
    fn what_a_subject_does_is_in_the_newest_log_alone() {
        let stores = [store([1; 32]), store([1; 32])];
        let rows = generations(&stores);
        rows.put(PrivateFamily::Subjects, b"key", b"value", None)
            .unwrap();
        let has = |store: &MemStore| {
            let row = store.get(PrivateFamily::Subjects, b"key", UnixMicros::new(0));
            row.unwrap().is_some()
        };
        assert_eq!((has(&stores[0]), has(&stores[1])), (true, false));
    }
}
