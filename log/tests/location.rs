//! Location stamps: in the tree like all others, their tokens kept apart, and
//! gone without a trace in any proof.
#![cfg(test)]

mod rig;

use std::sync::Arc;

use meridian_log::lock_record::mem::MemLockRecord;
use meridian_log::open::{Log, LogParts};
use meridian_log::private::PrivateRows;
use meridian_log::released::{Outcome, Released};
use meridian_log::store::Store;
use meridian_log::store::mem::MemStore;
use meridian_log::store::rocks::RocksStore;
use meridian_merkle::index::LeafIndex;
use meridian_signing::digest::sha256;
use meridian_signing::entropy::SeededEntropy;
use meridian_wire::leaf::LeafKind;
use meridian_wire::time::UnixMicros;
use rig::{
    FaultStamper, KEEP_UNTIL, NOT_KEPT, PLACE, Rig, START, World, check_proof, check_released,
    limits,
};

fn on_each_store(check: impl Fn(World, Arc<dyn PrivateRows>)) {
    let mem = Arc::new(MemStore::new());
    check(World::with_store(Arc::<MemStore>::clone(&mem)), mem);

    let dir = tempfile::tempdir().unwrap();
    let rocks = Arc::new(RocksStore::create(dir.path()).unwrap());
    check(World::with_store(Arc::<RocksStore>::clone(&rocks)), rocks);
}

/// Asks for a location stamp.
fn place(rig: &Rig, who: &str) -> Released {
    let name = format!("{PLACE}{who}");
    let Outcome::Stamped(released) = rig.ask(&name) else {
        panic!("not stamped")
    };
    check_released(&name, &released);
    released
}

/// Every leaf is proven, and fsck finds no fault; returns how many location
/// tokens are not there.
fn check_whole(world: &World, rig: &Rig) -> u64 {
    let reader = rig.sequencer.reader();
    for number in 0..reader.size().get() {
        let proof = reader.proof(LeafIndex::new(number)).unwrap().unwrap();
        check_proof(&proof, number);
    }
    let report = world.fsck();
    assert_eq!(report.erased, 0);
    report.location_tokens_gone
}

#[test]
fn a_location_stamp_has_a_leaf_of_its_kind_and_a_token_beside_the_others() {
    on_each_store(|world, _| {
        let rig = world.start(&FaultStamper::sound(), limits());
        assert!(matches!(rig.ask("a time"), Outcome::Stamped(_)));
        let released = place(&rig, "alice");
        let (index, reader) = (released.index(), rig.sequencer.reader());
        let leaf = check_proof(&released.proof().unwrap(), index.get());
        assert_eq!(leaf.kind(), LeafKind::LocationStamp);
        assert_eq!(reader.token(index).unwrap(), None);
        let kept = reader.location_token(index, START).unwrap().unwrap();
        assert_eq!(kept.token, released.answer());
        assert_eq!(kept.owner, Some(sha256(b"alice")));
        assert_eq!(kept.keep_until, KEEP_UNTIL);
        let of_time = reader.location_token(LeafIndex::new(1), START);
        assert_eq!(of_time.unwrap(), None);
        let report = world.fsck();
        assert_eq!((report.stamps, report.location_stamps), (2, 1));
    });
}

#[test]
fn a_token_is_shown_until_it_expires_and_never_before_its_release() {
    on_each_store(|world, _| {
        let rig = world.start(&FaultStamper::sound(), limits());
        let reader = rig.sequencer.reader();
        let index = LeafIndex::new(1);
        assert_eq!(reader.location_token(index, START).unwrap(), None);
        place(&rig, "alice");
        let last = UnixMicros::new(KEEP_UNTIL.get() - 1);
        assert!(reader.location_token(index, last).unwrap().is_some());
        assert_eq!(reader.location_token(index, KEEP_UNTIL).unwrap(), None);
    });
}

#[test]
fn a_token_that_is_not_to_be_kept_is_never_written() {
    on_each_store(|world, rows| {
        let rig = world.start(&FaultStamper::sound(), limits());
        let released = place(&rig, NOT_KEPT);
        let stored = world.store.location_token(released.index());
        assert_eq!(stored.unwrap(), None);
        assert_eq!(rows.sweep(KEEP_UNTIL, 9).unwrap(), 0);
        assert_eq!(check_whole(&world, &rig), 1);
    });
}

#[test]
fn erasing_an_owner_leaves_every_proof_and_the_tokens_of_others() {
    on_each_store(|world, rows| {
        let rig = world.start(&FaultStamper::sound(), limits());
        let owners = ["alice", "bob", "alice", "carol", "alice"];
        let stamps = owners.map(|who| (who, place(&rig, who)));
        let size = rig.sequencer.reader().size();
        let erase = |who: &str| {
            rows.erase_location_tokens_of(&sha256(who.as_bytes()))
                .unwrap()
        };
        assert_eq!((erase("alice"), erase("alice"), erase("dave")), (3, 0, 0));
        let there = |index| world.store.location_token(index).unwrap().is_some();
        for (who, released) in &stamps {
            assert_eq!(there(released.index()), *who != "alice", "{who}");
            check_released(&format!("{PLACE}{who}"), released);
        }
        assert_eq!(check_whole(&world, &rig), 3);
        let bob = stamps[1].1.index();
        assert!(rows.erase_location_token(bob).unwrap());
        assert!(!rows.erase_location_token(bob).unwrap());
        assert_eq!(erase("bob"), 0, "an erased token has no owner");
        assert_eq!(check_whole(&world, &rig), 4);
        assert_eq!(rig.sequencer.reader().size(), size, "erasure is no event");
    });
}

#[test]
fn sweeping_location_tokens_leaves_every_proof_and_the_tokens_of_time_stamps() {
    on_each_store(|world, rows| {
        let rig = world.start(&FaultStamper::sound(), limits());
        for number in 0..10 {
            place(&rig, &format!("subject {number}"));
            assert!(matches!(rig.ask("a time"), Outcome::Stamped(_)));
        }
        let before = UnixMicros::new(KEEP_UNTIL.get() - 1);
        assert_eq!(rows.sweep(before, 99).unwrap(), 0);
        assert_eq!(rows.sweep(KEEP_UNTIL, 4).unwrap(), 4);
        assert_eq!(check_whole(&world, &rig), 4);
        assert_eq!(rows.sweep(KEEP_UNTIL, 99).unwrap(), 6);
        rows.compact_private().unwrap();
        assert_eq!(check_whole(&world, &rig), 10);
    });
}

#[test]
fn a_token_that_expires_behind_a_sweep_is_swept_by_the_next() {
    on_each_store(|world, rows| {
        let rig = world.start(&FaultStamper::sound(), limits());
        let ahead = UnixMicros::new(KEEP_UNTIL.get() + 1_000);
        assert_eq!(rows.sweep(ahead, 9).unwrap(), 0);
        place(&rig, "alice");
        assert_eq!(rows.sweep(ahead, 9).unwrap(), 1);
    });
}

/// Opens the log over its store and this lock record.
fn open(world: &World, lock: &MemLockRecord) -> Log {
    let store: Arc<dyn Store> = Arc::clone(&world.store);
    let (identity, entropy) = (World::identity(), Arc::new(SeededEntropy::new(1)));
    Log::open(LogParts::new(
        store,
        Box::new(lock.clone()),
        identity,
        entropy,
    ))
    .unwrap()
}

#[test]
fn a_log_opens_over_location_tokens_that_are_gone_also_in_a_batch_ahead() {
    on_each_store(|world, rows| {
        let rig = world.start(&FaultStamper::sound(), limits());
        place(&rig, "alice");
        let one_behind = MemLockRecord::holding(world.lock.reading());
        let released = place(&rig, "alice");
        rig.sequencer.shutdown();
        assert!(rows.erase_location_token(released.index()).unwrap());
        let equal = MemLockRecord::holding(world.lock.reading());
        for lock in [equal, one_behind] {
            let log = open(&world, &lock);
            let proof = log.reader().proof(released.index()).unwrap().unwrap();
            check_proof(&proof, released.index().get());
        }
    });
}
