//! Random lives of private rows: the database and the store in memory must
//! agree after every step.
#![cfg(test)]

use meridian_log::private::{Change, KeyValue, Neighbours, PrivateFamily, PrivateRows};
use meridian_log::state::StoredState;
use meridian_log::store::mem::MemStore;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{CommitBatch, LocationToken, Store};
use meridian_merkle::hash::EMPTY_ROOT;
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_wire::time::UnixMicros;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Put(u8, Vec<u8>, Option<i64>),
    /// Takes one from the value, which goes when nothing is left.
    Spend(u8, Vec<u8>),
    Remove(u8, Vec<u8>),
    RemovePrefix(u8, Vec<u8>),
    Stamp(u64, i64, Option<u8>),
    Erase(u64),
    EraseOf(u8),
    Sweep(usize),
    Advance(i64),
    Reopen,
}

/// Few keys of few octets, so that they meet.
fn key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![Just(0), Just(1), Just(0xff_u8)], 0..3)
}

fn step() -> impl Strategy<Value = Step> {
    let family = 0_u8..4;
    prop_oneof![
        6 => (family.clone(), key(), prop::option::of(0_i64..20)).prop_map(|(f, k, e)| Step::Put(f, k, e)),
        4 => (family.clone(), key()).prop_map(|(f, k)| Step::Spend(f, k)),
        2 => (family.clone(), key()).prop_map(|(f, k)| Step::Remove(f, k)),
        1 => (family, key()).prop_map(|(f, k)| Step::RemovePrefix(f, k)),
        4 => (0_u64..12, 0_i64..20, prop::option::of(0_u8..2)).prop_map(|(i, e, o)| Step::Stamp(i, e, o)),
        1 => (0_u64..12).prop_map(Step::Erase),
        1 => (0_u8..2).prop_map(Step::EraseOf),
        3 => (0_usize..6).prop_map(Step::Sweep),
        3 => (0_i64..6).prop_map(Step::Advance),
        1 => Just(Step::Reopen),
    ]
}

/// Something to compare of what a step returned.
fn apply<S: Store + PrivateRows>(store: &S, step: &Step, now: i64) -> usize {
    let family = |number: u8| PrivateFamily::ALL[usize::from(number)];
    let after = |micros: i64| UnixMicros::new(now + micros);
    match step {
        Step::Put(f, key, expires) => {
            store
                .put(family(*f), key, &[3], expires.map(after))
                .unwrap();
            0
        }
        Step::Spend(f, key) => {
            let mut seen = 0;
            let mut spend = |value: Option<&[u8]>| {
                seen = value.map_or(0, |value| usize::from(value[0]));
                match value {
                    None => Change::Keep,
                    Some([0..=1]) => Change::Remove,
                    Some(value) => Change::Put {
                        value: vec![value[0] - 1],
                        expires: Some(after(5)),
                    },
                }
            };
            store.update(family(*f), key, after(0), &mut spend).unwrap();
            seen
        }
        Step::Remove(f, key) => {
            store.remove(family(*f), key).unwrap();
            0
        }
        Step::RemovePrefix(f, key) => store.remove_prefix(family(*f), key).unwrap(),
        Step::Stamp(index, expires, owner) => {
            // The log writes a row once.
            if store.leaf(LeafIndex::new(*index)).unwrap().is_some() {
                return 0;
            }
            let mut token = LocationToken::new(b"token".to_vec(), after(*expires));
            token.owner = owner.map(|owner| [owner; 32]);
            let state = StoredState::new(TreeSize::ZERO, EMPTY_ROOT, after(0), String::new(), None);
            let index = LeafIndex::new(*index);
            let mut batch = CommitBatch::new(index, vec![b"leaf".to_vec()], state);
            batch.location_tokens = vec![(index, token)];
            store.commit(&batch).unwrap();
            0
        }
        Step::Erase(index) => {
            usize::from(store.erase_location_token(LeafIndex::new(*index)).unwrap())
        }
        Step::EraseOf(owner) => store.erase_location_tokens_of(&[*owner; 32]).unwrap(),
        Step::Sweep(at_most) => store.sweep(after(0), *at_most).unwrap(),
        Step::Advance(_) | Step::Reopen => 0,
    }
}

/// All that can be seen.
type Sight = (
    Vec<Vec<KeyValue>>,
    Vec<Neighbours>,
    Vec<Option<LocationToken>>,
);

fn look<S: Store + PrivateRows>(store: &S, now: i64) -> Sight {
    let now = UnixMicros::new(now);
    let rows = PrivateFamily::ALL.map(|family| store.scan(family, b"", now, 999).unwrap());
    let beside =
        PrivateFamily::ALL.map(|family| store.neighbours(family, &[1], &[1, 1], now).unwrap());
    let tokens = (0..12).map(|index| store.location_token(LeafIndex::new(index)).unwrap());
    (rows.into(), beside.into(), tokens.collect())
}

fn live(steps: &[Step]) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let mem = MemStore::new();
    let mut rocks = RocksStore::create(&path).unwrap();
    let mut now = 1_000;
    for step in steps {
        if let Step::Advance(micros) = step {
            now += micros;
        }
        if matches!(step, Step::Reopen) {
            drop(rocks);
            rocks = RocksStore::open(&path).unwrap();
        }
        assert_eq!(apply(&rocks, step, now), apply(&mem, step, now), "{step:?}");
        assert_eq!(look(&rocks, now), look(&mem, now), "{step:?}");
    }
    // No row and no expiry is left behind, also none that the first sweep did not see.
    let end = UnixMicros::new(now + 1_000);
    assert_eq!(rocks.sweep(end, 999).unwrap(), mem.sweep(end, 999).unwrap());
    assert_eq!(rocks.sweep(end, 999).unwrap(), 0);
    assert_eq!(look(&rocks, now), look(&mem, now));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn both_stores_agree_after_every_step(steps in prop::collection::vec(step(), 1..60)) {
        live(&steps);
    }
}
