//! Private rows that move to the log that succeeds this one.

use rocksdb::{DBRawIterator, WriteBatch};

use super::place::{Place, expiry_key};
use super::{EXPIRIES, POLICIES, RocksStore, engine};
use crate::private::PrivateFamily;
use crate::store::StoreError;
use crate::store::expiring::Expiry;

/// Adds to a batch what is to become of a key and its row.
type Change<'a> = &'a mut dyn FnMut(&mut WriteBatch, &[u8], &[u8]) -> Result<(), StoreError>;

/// Rows of one write.
const ROWS: usize = 1_000;

impl RocksStore {
    /// Copies the rows of subjects, challenges and tickets, and the policies, to the database of
    /// the log that succeeds this one. They are durable there with its next commit. Tokens stay
    /// with their leaves.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; which rows were copied is then unknown, and copying again is right.
    pub fn copy_private_rows(&self, to: &Self) -> Result<(), StoreError> {
        for family in PrivateFamily::ALL {
            let place = Place::Private(family);
            let (target, expiries) = (to.family(family.name())?, to.family(EXPIRIES)?);
            self.each_private(family.name(), to, &mut |rows, key, row| {
                let (expiry, _) = Expiry::split(row).ok_or(place.malformed())?;
                rows.put_cf(target, key, row);
                if expiry != Expiry::NEVER {
                    rows.put_cf(expiries, expiry_key(expiry, place, key), b"");
                }
                Ok(())
            })?;
        }
        let policies = to.family(POLICIES)?;
        self.each_private(POLICIES, to, &mut |rows, key, row| {
            rows.put_cf(policies, key, row);
            Ok(())
        })
    }

    /// Removes the private rows that [`Self::copy_private_rows`] copied, of this database.
    /// [`compact_private`](crate::private::PrivateRows::compact_private) then takes them out of
    /// its files.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; which rows were removed is then unknown, and removing again is right.
    pub fn remove_private_rows(&self) -> Result<(), StoreError> {
        let _locked = self.stripes.lock_all();
        for family in PrivateFamily::ALL {
            let place = Place::Private(family);
            let (source, expiries) = (self.family(family.name())?, self.family(EXPIRIES)?);
            self.each_private(family.name(), self, &mut |rows, key, row| {
                let (expiry, _) = Expiry::split(row).ok_or(place.malformed())?;
                rows.delete_cf(source, key);
                if expiry != Expiry::NEVER {
                    rows.delete_cf(expiries, expiry_key(expiry, place, key));
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Calls `change` with each row of a family that need not be there; what it adds to a batch is
    /// written to `to`, some at a time.
    fn each_private(
        &self,
        family: &'static str,
        to: &Self,
        change: Change<'_>,
    ) -> Result<(), StoreError> {
        let Some(handle) = self.db.cf_handle(family) else {
            return Ok(());
        };
        let mut found: DBRawIterator<'_> = self.within(handle, &[]);
        found.seek_to_first();
        let mut rows = WriteBatch::default();
        let mut held = 0;
        while let Some((key, row)) = found.item() {
            change(&mut rows, key, row)?;
            held += 1;
            if held == ROWS {
                to.write_unsynced(std::mem::take(&mut rows))?;
                held = 0;
            }
            found.next();
        }
        found.status().map_err(engine)?;
        to.write_unsynced(rows)
    }
}

#[cfg(test)]
mod tests {
    use meridian_wire::time::UnixMicros;

    use super::*;
    use crate::private::PrivateRows;

    const NOW: UnixMicros = UnixMicros::new(1_000);

    fn count(store: &RocksStore, family: PrivateFamily) -> usize {
        store.scan(family, &[], NOW, 10_000).unwrap().len()
    }

    /// Rows of each family: more than one write, every second one expiring at 2,000.
    fn filled(store: &RocksStore) {
        for family in PrivateFamily::ALL {
            for number in 0..1_500_u32 {
                let expires = (number % 2 == 0).then_some(UnixMicros::new(2_000));
                store
                    .put(family, &number.to_be_bytes(), b"row", expires)
                    .unwrap();
            }
        }
        store.put_policy(&[7; 32], b"policy").unwrap();
    }

    #[test]
    fn rows_and_their_expiries_move_and_policies_are_in_both() {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [old, new] = dirs
            .each_ref()
            .map(|dir| RocksStore::create(dir.path()).unwrap());
        filled(&old);
        // Twice, as after a crash in between.
        for _ in 0..2 {
            old.copy_private_rows(&new).unwrap();
        }
        for _ in 0..2 {
            old.remove_private_rows().unwrap();
        }
        for family in PrivateFamily::ALL {
            assert_eq!((count(&old, family), count(&new, family)), (0, 1_500));
        }
        let later = UnixMicros::new(2_000);
        assert_eq!(old.sweep(later, 10_000).unwrap(), 0);
        assert_eq!(new.sweep(later, 10_000).unwrap(), 3_000);
        let policy = Some(b"policy".to_vec());
        assert_eq!(old.policy(&[7; 32]).unwrap(), policy);
        assert_eq!(new.policy(&[7; 32]).unwrap(), policy);
    }

    #[test]
    fn nothing_of_the_rows_is_left_in_the_files() {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [old, new] = dirs
            .each_ref()
            .map(|dir| RocksStore::create(dir.path()).unwrap());
        let secret = b"where somebody was on a Tuesday";
        old.put(PrivateFamily::Travel, b"key", secret, None)
            .unwrap();
        old.copy_private_rows(&new).unwrap();
        old.remove_private_rows().unwrap();
        old.compact_private().unwrap();
        drop(old);
        let files = std::fs::read_dir(dirs[0].path()).unwrap();
        let contents = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        let holds = |bytes: &Vec<u8>| bytes.windows(secret.len()).any(|it| it == secret);
        assert_eq!(contents.filter(holds).count(), 0);
    }
}
