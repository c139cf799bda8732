//! Neighbours, read together.

use std::ops::Range;

use meridian_merkle::hash::Hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use rocksdb::ReadOptions;

use super::{
    CHECKPOINTS, EVENTS, LEAVES, LOCATION_TOKENS, NODES, RocksStore, TOKENS, engine, node_hash,
    node_key,
};
use crate::store::leaf_rows::LeafRows;
use crate::store::{LocationToken, Row, StoreError, run};

/// What is done with a key and its value.
type EachRow<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<(), StoreError>;

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

    /// All families are sorted by leaf, so that each is read from one place on.
    pub(super) fn rows_of_leaves(&self, leaves: Range<u64>) -> Result<LeafRows, StoreError> {
        let mut rows = LeafRows::default();
        self.each(LEAVES, &leaves, &mut |key, leaf| {
            let index = leaf_index(key, Row::Leaf)?;
            rows.leaves.push((index, leaf.to_vec()));
            Ok(())
        })?;
        self.each(NODES, &leaves, &mut |key, hash| {
            let id = node_id(key)?;
            rows.nodes.push((id, node_hash(id, hash)?));
            Ok(())
        })?;
        self.each(TOKENS, &leaves, &mut |key, token| {
            let index = leaf_index(key, Row::Token)?;
            rows.tokens.push((index, token.to_vec()));
            Ok(())
        })?;
        self.each(LOCATION_TOKENS, &leaves, &mut |key, token| {
            let index = leaf_index(key, Row::LocationToken)?;
            let malformed = StoreError::Malformed(Row::LocationToken(index));
            let token = LocationToken::decode(token).ok_or(malformed)?;
            rows.location_tokens.push((index, token));
            Ok(())
        })?;
        self.each(EVENTS, &leaves, &mut |key, event| {
            let index = leaf_index(key, Row::Event)?;
            rows.events.push((index, event.to_vec()));
            Ok(())
        })?;
        let next = |index: u64| index.saturating_add(1);
        let sizes = next(leaves.start)..next(leaves.end);
        self.each(CHECKPOINTS, &sizes, &mut |key, text| {
            let size = leaf_index(key, |index| Row::Checkpoint(TreeSize::new(index.get())))?;
            let size = TreeSize::new(size.get());
            let malformed = StoreError::Malformed(Row::Checkpoint(size));
            let text = str::from_utf8(text).map_err(|_| malformed)?;
            rows.checkpoints.push((size, text.to_owned()));
            Ok(())
        })?;
        Ok(rows)
    }

    /// Calls `row` with every row of a family whose key begins with a number of the range.
    fn each(
        &self,
        family: &'static str,
        numbers: &Range<u64>,
        row: EachRow<'_>,
    ) -> Result<(), StoreError> {
        let Some(handle) = self.db.cf_handle(family) else {
            // An older database has none of those for location stamps.
            return match family {
                LOCATION_TOKENS => Ok(()),
                _ => Err(StoreError::NoFamily(family)),
            };
        };
        let mut how = ReadOptions::default();
        how.set_iterate_lower_bound(numbers.start.to_be_bytes());
        how.set_iterate_upper_bound(numbers.end.to_be_bytes());
        // All rows once: they would only push out what is read again.
        how.fill_cache(false);
        let mut found = self.db.raw_iterator_cf_opt(handle, how);
        found.seek_to_first();
        while let Some((key, value)) = found.item() {
            row(key, value)?;
            found.next();
        }
        found.status().map_err(engine)
    }
}

/// The leaf that a key names; `row` names the row in an error.
fn leaf_index(key: &[u8], row: impl Fn(LeafIndex) -> Row) -> Result<LeafIndex, StoreError> {
    let (octets, rest) = key
        .split_first_chunk()
        .ok_or(StoreError::Malformed(row(LeafIndex::new(0))))?;
    let index = LeafIndex::new(u64::from_be_bytes(*octets));
    if !rest.is_empty() {
        return Err(StoreError::Malformed(row(index)));
    }
    Ok(index)
}

/// The node that a key names.
fn node_id(key: &[u8]) -> Result<NodeId, StoreError> {
    let (octets, rest) = key
        .split_first_chunk()
        .ok_or(StoreError::Malformed(Row::Node(NodeId::new(0, 0))))?;
    let last = u64::from_be_bytes(*octets);
    let [level] = *rest else {
        return Err(StoreError::Malformed(Row::Node(NodeId::new(0, last))));
    };
    let id = NodeId::new(level, last.checked_shr(level.into()).unwrap_or(0));
    // Leaves are not kept as nodes, and a node ends where its level has an end.
    if level == 0 || node_key(id) != key {
        return Err(StoreError::Malformed(Row::Node(id)));
    }
    Ok(id)
}
