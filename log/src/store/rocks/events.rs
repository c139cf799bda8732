//! Events in the order of their leaves.

use meridian_merkle::index::LeafIndex;
use rocksdb::{Direction, IteratorMode};

use super::{EVENTS, RocksStore, engine};
use crate::store::{Row, StoreError, StoredEvent};

impl RocksStore {
    /// The events at `first`, if there is one, and then in this direction.
    pub(super) fn stored_events(
        &self,
        first: LeafIndex,
        direction: Direction,
        most: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let family = self.family(EVENTS)?;
        let key = first.get().to_be_bytes();
        let rows = self
            .db
            .iterator_cf(family, IteratorMode::From(&key, direction));
        let mut events = Vec::new();
        for row in rows.take(most) {
            let (key, event) = row.map_err(engine)?;
            let index = <[u8; 8]>::try_from(&*key).map(u64::from_be_bytes);
            let index = index.map_err(|_| StoreError::Malformed(Row::Event(first)))?;
            events.push((LeafIndex::new(index), event.into_vec()));
        }
        Ok(events)
    }
}
