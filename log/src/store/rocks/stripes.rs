//! Locks for read-modify-write, one for each share of the keys.

use std::array;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A write waits for a sync under its lock, so there are many more locks than
/// threads: two keys seldom meet.
const STRIPES: usize = 256;

/// Every change of a row happens under the lock of its key.
#[derive(Debug)]
pub(super) struct Stripes {
    locks: [Mutex<()>; STRIPES],
}

impl Default for Stripes {
    fn default() -> Self {
        Self {
            locks: array::from_fn(|_| Mutex::new(())),
        }
    }
}

/// Held as long as the changes take.
pub(super) type Guards<'a> = Vec<MutexGuard<'a, ()>>;

impl Stripes {
    /// Locks a key.
    pub(super) fn lock(&self, place: u8, key: &[u8]) -> Guards<'_> {
        self.lock_many([(place, key)])
    }

    /// Locks several keys. Locks are taken in one order, by everybody.
    pub(super) fn lock_many<'k>(
        &self,
        keys: impl IntoIterator<Item = (u8, &'k [u8])>,
    ) -> Guards<'_> {
        let numbers: BTreeSet<_> = keys
            .into_iter()
            .map(|(place, key)| number(place, key))
            .collect();
        let locks = numbers
            .into_iter()
            .filter_map(|number| self.locks.get(number));
        locks.map(take).collect()
    }

    /// Locks everything.
    pub(super) fn lock_all(&self) -> Guards<'_> {
        self.locks.iter().map(take).collect()
    }
}

fn number(place: u8, key: &[u8]) -> usize {
    let mut hasher = DefaultHasher::new();
    (place, key).hash(&mut hasher);
    let stripes = u64::try_from(STRIPES).unwrap_or(u64::MAX);
    usize::try_from(hasher.finish() % stripes).unwrap_or(0)
}

/// The lock guards no value of its own that a panic could leave half changed.
fn take(lock: &Mutex<()>) -> MutexGuard<'_, ()> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_has_the_same_lock_and_keys_are_spread() {
        let numbers = |place| (0_u32..2_000).map(move |key| number(place, &key.to_be_bytes()));
        assert!(numbers(1).eq(numbers(1)));
        let used: BTreeSet<_> = numbers(1).collect();
        assert!(used.len() > STRIPES * 9 / 10, "{} used", used.len());
    }

    #[test]
    fn a_key_that_is_named_twice_is_locked_once() {
        let stripes = Stripes::default();
        let key = b"key".as_slice();
        assert_eq!(stripes.lock_many([(1, key), (1, key)]).len(), 1);
    }
}
