//! Private rows in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use meridian_merkle::index::LeafIndex;
use meridian_wire::time::UnixMicros;

use super::{MemStore, Rows};
use crate::private::{Change, KeyValue, Neighbours, PrivateFamily, PrivateRows};
use crate::store::StoreError;
use crate::store::expiring::Expiry;

/// Keys to expiry and value.
pub(super) type Family = BTreeMap<Vec<u8>, (Expiry, Vec<u8>)>;

impl Rows {
    fn family(&mut self, family: PrivateFamily) -> &mut Family {
        self.private.entry(family).or_default()
    }
}

fn live(row: (&Vec<u8>, &(Expiry, Vec<u8>)), now: UnixMicros) -> Option<KeyValue> {
    let (key, (expiry, value)) = row;
    (!expiry.is_over(now)).then(|| (key.clone(), value.clone()))
}

/// The rows whose keys begin with `prefix`.
fn within<'a>(
    family: &'a Family,
    prefix: &'a [u8],
) -> impl DoubleEndedIterator<Item = (&'a Vec<u8>, &'a (Expiry, Vec<u8>))> {
    let from = (Bound::Included(prefix), Bound::Unbounded);
    let from = family.range::<[u8], _>(from);
    from.take_while(move |(key, _)| key.starts_with(prefix))
        .collect::<Vec<_>>()
        .into_iter()
}

impl PrivateRows for MemStore {
    fn get(
        &self,
        family: PrivateFamily,
        key: &[u8],
        now: UnixMicros,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut rows = self.rows();
        let row = rows.family(family).get_key_value(key);
        Ok(row.and_then(|row| live(row, now)).map(|(_, value)| value))
    }

    fn put(
        &self,
        family: PrivateFamily,
        key: &[u8],
        value: &[u8],
        expires: Option<UnixMicros>,
    ) -> Result<(), StoreError> {
        let row = (Expiry::new(expires), value.to_vec());
        self.rows().family(family).insert(key.to_vec(), row);
        Ok(())
    }

    fn update(
        &self,
        family: PrivateFamily,
        key: &[u8],
        now: UnixMicros,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<(), StoreError> {
        let mut rows = self.rows();
        let family = rows.family(family);
        let live = family.get(key).filter(|(expiry, _)| !expiry.is_over(now));
        match change(live.map(|(_, value)| value.as_slice())) {
            Change::Keep => {}
            Change::Put { value, expires } => {
                family.insert(key.to_vec(), (Expiry::new(expires), value));
            }
            Change::Remove => drop(family.remove(key)),
        }
        Ok(())
    }

    fn remove(&self, family: PrivateFamily, key: &[u8]) -> Result<(), StoreError> {
        self.rows().family(family).remove(key);
        Ok(())
    }

    fn remove_prefix(&self, family: PrivateFamily, prefix: &[u8]) -> Result<usize, StoreError> {
        let mut rows = self.rows();
        let family = rows.family(family);
        let before = family.len();
        family.retain(|key, _| !key.starts_with(prefix));
        Ok(before - family.len())
    }

    fn scan(
        &self,
        family: PrivateFamily,
        prefix: &[u8],
        now: UnixMicros,
        at_most: usize,
    ) -> Result<Vec<KeyValue>, StoreError> {
        let mut rows = self.rows();
        let found = within(rows.family(family), prefix);
        Ok(found
            .filter_map(|row| live(row, now))
            .take(at_most)
            .collect())
    }

    fn neighbours(
        &self,
        family: PrivateFamily,
        prefix: &[u8],
        key: &[u8],
        now: UnixMicros,
    ) -> Result<Neighbours, StoreError> {
        let mut rows = self.rows();
        let found: Vec<_> = within(rows.family(family), prefix)
            .filter_map(|row| live(row, now))
            .collect();
        let (before, after): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|(found, _)| found.as_slice() < key);
        Ok(Neighbours {
            before: before.into_iter().next_back(),
            after: after.into_iter().next(),
        })
    }

    fn erase_location_token(&self, index: LeafIndex) -> Result<bool, StoreError> {
        Ok(self.rows().location_tokens.remove(&index).is_some())
    }

    fn erase_location_tokens_of(&self, owner: &[u8; 32]) -> Result<usize, StoreError> {
        let mut rows = self.rows();
        let before = rows.location_tokens.len();
        rows.location_tokens
            .retain(|_, token| token.owner.as_ref() != Some(owner));
        Ok(before - rows.location_tokens.len())
    }

    fn sweep(&self, now: UnixMicros, at_most: usize) -> Result<usize, StoreError> {
        let mut rows = self.rows();
        let mut due = Vec::new();
        for (family, found) in &rows.private {
            let over = found.iter().filter(|(_, (expiry, _))| expiry.is_over(now));
            due.extend(over.map(|(key, (expiry, _))| (*expiry, Some(*family), key.clone())));
        }
        let over = rows.location_tokens.iter();
        let over = over.filter(|(_, token)| token.expiry().is_over(now));
        due.extend(
            over.map(|(index, token)| (token.expiry(), None, index.get().to_be_bytes().to_vec())),
        );
        due.sort();
        due.truncate(at_most);
        for (_, family, key) in &due {
            match family {
                Some(family) => drop(rows.family(*family).remove(key)),
                None => rows
                    .location_tokens
                    .retain(|index, _| index.get().to_be_bytes() != **key),
            }
        }
        Ok(due.len())
    }

    /// Nothing is left behind in memory.
    fn compact_private(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn put_policy(&self, digest: &[u8; 32], document: &[u8]) -> Result<(), StoreError> {
        self.rows().policies.insert(*digest, document.to_vec());
        Ok(())
    }

    fn policy(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows().policies.get(digest).cloned())
    }
}
