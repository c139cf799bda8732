//! What every store must keep of the contract in `private.rs`, on each store.
#![cfg(test)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use meridian_log::private::{Change, PrivateFamily, PrivateRows};
use meridian_log::store::mem::MemStore;
use meridian_log::store::rocks::RocksStore;
use meridian_wire::time::UnixMicros;

const NOW: UnixMicros = UnixMicros::new(1_700_000_000_000_000);

const THREADS: usize = 16;

/// Closes a store and opens it again.
type Reopen<'a> = &'a dyn Fn(Arc<dyn PrivateRows>) -> Arc<dyn PrivateRows>;

fn on_each_store(check: impl Fn(Arc<dyn PrivateRows>, Reopen<'_>)) {
    check(Arc::new(MemStore::new()), &|store| store);

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let store = RocksStore::create(&path).unwrap();
    check(Arc::new(store), &|store| {
        drop(store);
        Arc::new(RocksStore::open(&path).unwrap())
    });
}

fn after(micros: i64) -> UnixMicros {
    UnixMicros::new(NOW.get() + micros)
}

/// Takes one use of what has several; says whether it got one.
fn spend(rows: &dyn PrivateRows, family: PrivateFamily, key: &[u8], now: UnixMicros) -> bool {
    let mut got = false;
    let mut change = |uses: Option<&[u8]>| {
        got = uses.is_some();
        match uses {
            Some(&[left @ 2..=255]) => Change::Put {
                value: vec![left - 1],
                expires: Some(after(100)),
            },
            Some(_) => Change::Remove,
            None => Change::Keep,
        }
    };
    rows.update(family, key, now, &mut change).unwrap();
    got
}

/// Has all threads spend the same key at once; returns how many got a use.
fn spend_together(rows: &Arc<dyn PrivateRows>, family: PrivateFamily, key: &'static [u8]) -> usize {
    let (start, got) = (
        Arc::new(Barrier::new(THREADS)),
        Arc::new(AtomicUsize::new(0)),
    );
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (rows, start, got) = (Arc::clone(rows), Arc::clone(&start), Arc::clone(&got));
            thread::spawn(move || {
                start.wait();
                let mine = usize::from(spend(&*rows, family, key, NOW));
                got.fetch_add(mine, Ordering::SeqCst);
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    got.load(Ordering::SeqCst)
}

#[test]
fn rows_are_read_back_at_once_and_after_reopening() {
    on_each_store(|rows, reopen| {
        for family in PrivateFamily::ALL {
            let value = family.name().as_bytes();
            assert_eq!(rows.get(family, b"key", NOW).unwrap(), None);
            rows.put(family, b"key", b"before", Some(after(5))).unwrap();
            rows.put(family, b"key", value, Some(after(9))).unwrap();
        }
        let rows = reopen(rows);
        for family in PrivateFamily::ALL {
            let value = rows.get(family, b"key", after(8)).unwrap();
            assert_eq!(value.as_deref(), Some(family.name().as_bytes()));
            rows.remove(family, b"key").unwrap();
            rows.remove(family, b"never there").unwrap();
        }
        let rows = reopen(rows);
        for family in PrivateFamily::ALL {
            assert_eq!(rows.get(family, b"key", NOW).unwrap(), None);
        }
    });
}

#[test]
fn a_nonce_is_spent_once_whoever_asks_and_however_often() {
    on_each_store(|mut rows, reopen| {
        let family = PrivateFamily::Challenges;
        for round in 0..50 {
            rows.put(family, b"nonce", &[1], Some(after(100))).unwrap();
            assert_eq!(spend_together(&rows, family, b"nonce"), 1, "round {round}");
            assert!(!spend(&*rows, family, b"nonce", NOW));
        }
        rows.put(family, b"nonce", &[1], Some(after(100))).unwrap();
        rows = reopen(rows);
        assert_eq!(spend_together(&rows, family, b"nonce"), 1);
        rows = reopen(rows);
        assert_eq!(spend_together(&rows, family, b"nonce"), 0);
    });
}

#[test]
fn a_ticket_of_four_uses_is_used_four_times() {
    on_each_store(|rows, reopen| {
        let family = PrivateFamily::Tickets;
        rows.put(family, b"ticket", &[4], Some(after(100))).unwrap();
        assert_eq!(spend_together(&rows, family, b"ticket"), 4);
        rows.put(family, b"ticket", &[4], Some(after(100))).unwrap();
        assert!(spend(&*rows, family, b"ticket", NOW));
        let rows = reopen(rows);
        assert_eq!(spend_together(&rows, family, b"ticket"), 3);
    });
}

#[test]
fn counts_that_many_threads_add_to_many_rows_are_all_there() {
    on_each_store(|rows, _| {
        let family = PrivateFamily::Subjects;
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let rows = Arc::clone(&rows);
                thread::spawn(move || {
                    for turn in 0..200_u8 {
                        let mut add = |value: Option<&[u8]>| Change::Put {
                            value: vec![value.map_or(0, |value| value[0]).wrapping_add(1)],
                            expires: None,
                        };
                        rows.update(family, &[turn % 8], NOW, &mut add).unwrap();
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        let expected = u8::try_from(THREADS * 25 % 256).unwrap();
        let sums = (0..8).map(|key| rows.get(family, &[key], NOW).unwrap().unwrap()[0]);
        assert!(sums.into_iter().all(|sum| sum == expected));
    });
}

#[test]
fn a_row_is_not_there_from_the_moment_it_expires() {
    on_each_store(|rows, reopen| {
        let family = PrivateFamily::Tickets;
        rows.put(family, b"ticket", &[4], Some(after(7))).unwrap();
        assert!(rows.get(family, b"ticket", after(6)).unwrap().is_some());
        let check = |rows: &dyn PrivateRows| {
            assert_eq!(rows.get(family, b"ticket", after(7)).unwrap(), None);
            assert!(!spend(rows, family, b"ticket", after(7)));
            assert!(rows.scan(family, b"", after(7), 9).unwrap().is_empty());
            let beside = rows.neighbours(family, b"", b"u", after(7)).unwrap();
            assert_eq!((beside.before, beside.after), (None, None));
        };
        check(&*rows);
        check(&*reopen(rows));
    });
}

#[test]
fn an_update_that_keeps_writes_nothing_and_one_that_puts_extends() {
    on_each_store(|rows, _| {
        let family = PrivateFamily::Subjects;
        rows.put(family, b"key", b"value", Some(after(5))).unwrap();
        let mut seen = None;
        let mut keep = |value: Option<&[u8]>| {
            seen = value.map(<[u8]>::to_vec);
            Change::Keep
        };
        rows.update(family, b"key", NOW, &mut keep).unwrap();
        assert_eq!(seen.as_deref(), Some(b"value".as_slice()));
        let mut extend = |_: Option<&[u8]>| Change::Put {
            value: b"longer".to_vec(),
            expires: None,
        };
        rows.update(family, b"key", NOW, &mut extend).unwrap();
        assert_eq!(rows.sweep(after(1_000), 9).unwrap(), 0);
        let value = rows.get(family, b"key", after(i64::MAX / 2)).unwrap();
        assert_eq!(value.as_deref(), Some(b"longer".as_slice()));
    });
}

#[test]
fn a_sweep_deletes_what_expired_first_and_as_much_as_it_may() {
    on_each_store(|rows, reopen| {
        let key = |number: u16| number.to_be_bytes();
        for number in 0..700_u16 {
            let family = PrivateFamily::ALL[usize::from(number) % 4];
            // Against the order of keys.
            let expires = after(1_000 - i64::from(number));
            rows.put(family, &key(number), b"value", Some(expires))
                .unwrap();
        }
        let rows = reopen(rows);
        assert_eq!(rows.sweep(after(300), 9_999).unwrap(), 0);
        assert_eq!(rows.sweep(after(301), 9_999).unwrap(), 1);
        assert_eq!(rows.sweep(after(2_000), 400).unwrap(), 400);
        // What is left is found at its own time, which the first sweeps were not past.
        let left = |rows: &dyn PrivateRows| {
            let scan = |family| rows.scan(family, b"", NOW, 9_999).unwrap();
            let found = PrivateFamily::ALL.into_iter().flat_map(scan);
            let mut keys: Vec<_> = found.map(|(key, _)| key).collect();
            keys.sort();
            keys
        };
        let expected: Vec<_> = (0..299).map(|number| key(number).to_vec()).collect();
        assert_eq!(left(&*rows), expected);
        assert_eq!(rows.sweep(after(2_000), 9_999).unwrap(), 299);
        assert_eq!(rows.sweep(after(2_000), 9_999).unwrap(), 0);
        assert!(left(&*reopen(rows)).is_empty());
    });
}

#[test]
fn what_is_written_behind_a_sweep_is_swept_by_the_next() {
    on_each_store(|rows, _| {
        let family = PrivateFamily::Tickets;
        assert_eq!(rows.sweep(after(1_000), 9).unwrap(), 0);
        rows.put(family, b"late", b"value", Some(after(10)))
            .unwrap();
        assert_eq!(rows.sweep(after(1_000), 9).unwrap(), 1);
    });
}

#[test]
fn a_row_that_got_more_time_is_not_swept_at_its_first() {
    on_each_store(|rows, _| {
        let family = PrivateFamily::Travel;
        rows.put(family, b"key", b"value", Some(after(5))).unwrap();
        rows.put(family, b"key", b"value", Some(after(50))).unwrap();
        assert_eq!(rows.sweep(after(20), 9).unwrap(), 0);
        assert!(rows.get(family, b"key", after(20)).unwrap().is_some());
        rows.put(family, b"key", b"value", Some(after(30))).unwrap();
        assert_eq!(rows.sweep(after(30), 9).unwrap(), 1);
        assert_eq!(rows.sweep(after(60), 9).unwrap(), 0);
    });
}

#[test]
fn a_prefix_is_removed_and_nothing_beside_it() {
    on_each_store(|rows, reopen| {
        let family = PrivateFamily::Travel;
        let keys: [&[u8]; 6] = [b"a", b"ab", b"ab\0", b"ab\xff\xff", b"ac", b"\xff\xff"];
        for key in keys {
            rows.put(family, key, b"value", Some(after(50))).unwrap();
            rows.put(PrivateFamily::Subjects, key, b"value", None)
                .unwrap();
        }
        rows.put(family, b"abandoned", b"value", Some(NOW)).unwrap();
        assert_eq!(rows.remove_prefix(family, b"ab").unwrap(), 4, "expired too");
        assert_eq!(rows.remove_prefix(family, b"ab").unwrap(), 0);
        let rows = reopen(rows);
        let keys_of = |family| {
            let found = rows.scan(family, b"", NOW, 99).unwrap();
            found.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        };
        assert_eq!(keys_of(family), [&b"a"[..], b"ac", b"\xff\xff"]);
        assert_eq!(keys_of(PrivateFamily::Subjects), keys);
        assert_eq!(rows.remove_prefix(family, b"\xff").unwrap(), 1);
        assert_eq!(
            rows.sweep(after(50), 99).unwrap(),
            2,
            "no expiry of a removed row is left"
        );
    });
}

#[test]
fn a_scan_keeps_to_its_prefix_and_number_in_the_order_of_keys() {
    on_each_store(|rows, _| {
        let family = PrivateFamily::Subjects;
        for key in [&b"s2 k1"[..], b"s1 k3", b"s1 k1", b"s1 k2"] {
            rows.put(family, key, key, None).unwrap();
        }
        let row = |key: &[u8]| (key.to_vec(), key.to_vec());
        let all = rows.scan(family, b"s1", NOW, 99).unwrap();
        assert_eq!(all, [row(b"s1 k1"), row(b"s1 k2"), row(b"s1 k3")]);
        assert_eq!(rows.scan(family, b"s1", NOW, 2).unwrap(), all[..2]);
        assert!(rows.scan(family, b"s1", NOW, 0).unwrap().is_empty());
    });
}

#[test]
fn neighbours_are_of_the_same_subject_and_on_both_sides_of_a_time() {
    on_each_store(|rows, _| {
        let family = PrivateFamily::Travel;
        for key in ["a9", "b2", "b4", "b6", "c1"] {
            rows.put(family, key.as_bytes(), key.as_bytes(), Some(after(50)))
                .unwrap();
        }
        let check = |key: &str, before: Option<&str>, at_or_after: Option<&str>| {
            let found = rows.neighbours(family, b"b", key.as_bytes(), NOW).unwrap();
            let keys = [found.before, found.after]
                .map(|row| row.map(|(key, _)| String::from_utf8(key).unwrap()));
            assert_eq!(
                keys,
                [before, at_or_after].map(|key| key.map(str::to_owned)),
                "{key}"
            );
        };
        check("b0", None, Some("b2"));
        check("b3", Some("b2"), Some("b4"));
        check("b4", Some("b2"), Some("b4"));
        check("b9", Some("b6"), None);
        rows.put(family, b"b4", b"", Some(NOW)).unwrap();
        check("b3", Some("b2"), Some("b6"));
        check("b5", Some("b2"), Some("b6"));
        rows.remove_prefix(family, b"b").unwrap();
        check("b5", None, None);
    });
}

#[test]
fn a_policy_stays_whatever_expires() {
    on_each_store(|rows, reopen| {
        rows.put_policy(&[1; 32], b"{}").unwrap();
        rows.sweep(UnixMicros::new(i64::MAX), 99).unwrap();
        rows.compact_private().unwrap();
        let rows = reopen(rows);
        assert_eq!(rows.policy(&[1; 32]).unwrap().as_deref(), Some(&b"{}"[..]));
        assert_eq!(rows.policy(&[2; 32]).unwrap(), None);
    });
}
