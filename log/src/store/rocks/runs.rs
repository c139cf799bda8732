//! Neighbours of one kind, read together.

use meridian_merkle::hash::Hash;
use meridian_merkle::index::{LeafIndex, NodeId};
use rocksdb::ReadOptions;

use super::{LEAVES, NODES, RocksStore, engine, node_hash, node_key};
use crate::store::{StoreError, run};

impl RocksStore {
    /// Leaves lie side by side: one seek, then block after block.
    pub(super) fn run_of_leaves(
        &self,
        first: LeafIndex,
        count: usize,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let indexes = run(first.get(), count);
        let mut how = ReadOptions::default();
        how.set_iterate_lower_bound(indexes.start.to_be_bytes());
        how.set_iterate_upper_bound(indexes.end.to_be_bytes());
        let mut found = self.db.raw_iterator_cf_opt(self.family(LEAVES)?, how);
        found.seek_to_first();
        let mut leaves = Vec::new();
        for index in indexes {
            match found.item() {
                Some((key, leaf)) if key == index.to_be_bytes() => leaves.push(leaf.to_vec()),
                _ => break,
            }
            found.next();
        }
        found.status().map_err(engine)?;
        Ok(leaves)
    }

    /// Between two neighbours of a level lie the nodes below the second one: 256 neighbours of
    /// level 8 are spread over 65,000 rows. So each is looked up, but all at once.
    pub(super) fn run_of_nodes(
        &self,
        first: NodeId,
        count: usize,
    ) -> Result<Vec<Hash>, StoreError> {
        let ids: Vec<NodeId> = run(first.index(), count)
            .map(|index| NodeId::new(first.level(), index))
            .collect();
        let keys: Vec<_> = ids.iter().map(|id| node_key(*id)).collect();
        let rows = self
            .db
            .batched_multi_get_cf(self.family(NODES)?, &keys, true);
        let mut hashes = Vec::with_capacity(ids.len());
        for (id, row) in ids.into_iter().zip(rows) {
            match row.map_err(engine)? {
                Some(row) => hashes.push(node_hash(id, &row)?),
                None => break,
            }
        }
        Ok(hashes)
    }
}
