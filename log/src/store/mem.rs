//! The store's deterministic twin.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use meridian_merkle::hash::Hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};

use crate::private::PrivateFamily;
use crate::state::StoredState;
use crate::store::{CommitBatch, LocationToken, Store, StoreError, StoredEvent};

mod private;

/// Rows in memory, gone with the value. For tests and simulations; no
/// configuration can name it.
#[derive(Debug, Default)]
pub struct MemStore {
    /// The lock makes a batch atomic for readers.
    rows: Mutex<Rows>,
}

#[derive(Clone, Debug, Default)]
struct Rows {
    leaves: BTreeMap<LeafIndex, Vec<u8>>,
    nodes: BTreeMap<NodeId, Hash>,
    tokens: BTreeMap<LeafIndex, Vec<u8>>,
    location_tokens: BTreeMap<LeafIndex, LocationToken>,
    events: BTreeMap<LeafIndex, Vec<u8>>,
    checkpoints: BTreeMap<TreeSize, String>,
    state: Option<StoredState>,
    private: BTreeMap<PrivateFamily, private::Family>,
    policies: BTreeMap<[u8; 32], Vec<u8>>,
}

impl MemStore {
    /// A store without rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An independent copy of all rows: a backup, or a rollback in the making.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self {
            rows: Mutex::new(self.rows().clone()),
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemStore {
    fn commit(&self, batch: &CommitBatch) -> Result<(), StoreError> {
        let mut rows = self.rows();
        let indexes = (batch.first.get()..).map(LeafIndex::new);
        rows.leaves
            .extend(indexes.zip(batch.leaves.iter().cloned()));
        rows.nodes.extend(batch.nodes.iter().copied());
        rows.tokens.extend(batch.tokens.iter().cloned());
        rows.location_tokens
            .extend(batch.location_tokens.iter().cloned());
        rows.events.extend(batch.events.iter().cloned());
        for row in &batch.private {
            rows.replace(row);
        }
        rows.checkpoints
            .insert(batch.state.size, batch.state.checkpoint.clone());
        rows.state = Some(batch.state.clone());
        Ok(())
    }

    fn state(&self) -> Result<Option<StoredState>, StoreError> {
        Ok(self.rows().state.clone())
    }

    fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows().leaves.get(&index).cloned())
    }

    fn node(&self, id: NodeId) -> Result<Option<Hash>, StoreError> {
        Ok(self.rows().nodes.get(&id).copied())
    }

    fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows().tokens.get(&index).cloned())
    }

    fn location_token(&self, index: LeafIndex) -> Result<Option<LocationToken>, StoreError> {
        Ok(self.rows().location_tokens.get(&index).cloned())
    }

    fn event(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows().events.get(&index).cloned())
    }

    fn events_from(&self, from: LeafIndex, most: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let rows = self.rows();
        let found = rows.events.range(from..).take(most);
        Ok(found
            .map(|(index, event)| (*index, event.clone()))
            .collect())
    }

    fn events_before(
        &self,
        before: LeafIndex,
        most: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows = self.rows();
        let found = rows.events.range(..before).rev().take(most);
        Ok(found
            .map(|(index, event)| (*index, event.clone()))
            .collect())
    }

    fn checkpoint(&self, size: TreeSize) -> Result<Option<String>, StoreError> {
        Ok(self.rows().checkpoints.get(&size).cloned())
    }
}
