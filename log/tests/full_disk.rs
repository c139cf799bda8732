//! A disk that fills up: stamping stops before it hurts and goes on by itself; and
//! where nothing was reserved, the log ends and nothing that was released is lost.
#![cfg(test)]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod rig;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use meridian_log::fatal::Fatal;
use meridian_log::fsck::fsck;
use meridian_log::open::Log;
use meridian_log::released::Outcome;
use meridian_log::room::disk::DiskRoom;
use meridian_log::room::sim::SimRoom;
use meridian_log::room::{NoRoom, Reserve};
use meridian_log::store::Store;
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_signing::digest::sha256;
use meridian_wire::leaf::EventName;
use rig::disk::Disk;
use rig::{FaultStamper, Rig, World, check_released, limits, token};
use tempfile::TempDir;

const MIB: u64 = 1 << 20;

/// RocksDB sets a log file aside at once, before anything is in it.
const SMALL: u64 = 96;

const RESERVE: u64 = 32 * MIB;

/// A tmpfs; unmounted when dropped.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// One of so many MiB; `None`, with words, where it may not be mounted.
    fn mount(mib: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={mib}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { folder });
        }
        eprintln!("skipped: no file system can be mounted here");
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all room but so many MiB.
    fn fill(&self, left_mib: u64) -> Filler {
        let free = rustix::fs::statvfs(self.path()).unwrap();
        let left = left_mib << 20;
        let taken = (free.f_bavail * free.f_frsize).saturating_sub(left);
        let path = self.path().join("filler");
        let octets = usize::try_from(taken).unwrap();
        // A file of a length has no blocks: they must be written.
        fs::write(&path, vec![1; octets]).unwrap();
        File::open(&path).unwrap().sync_all().unwrap();
        Filler { path }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whoever still has a file open there keeps it until the end of the process.
        let unmounted = Command::new("umount").arg("-l").arg(self.path()).status();
        drop(unmounted);
    }
}

/// What took the room; gives it back when dropped.
struct Filler {
    path: PathBuf,
}

impl Drop for Filler {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.path));
    }
}

#[test]
fn below_the_reserve_no_stamp_gets_a_number_and_events_do() {
    let world = World::new();
    let room = Arc::new(SimRoom::new(1_000));
    let reserve = Reserve::new(Arc::<SimRoom>::clone(&room), 800);
    let stamper = FaultStamper::sound();
    let rig = world.start_log(&stamper, limits(), |log: Log| log.with_reserve(reserve));
    assert!(matches!(rig.ask("before"), Outcome::Stamped(_)));

    room.set(799);
    let calls = stamper.calls();
    for number in 0..3 {
        let Outcome::NoRoom(NoRoom { free, reserve, .. }) = rig.ask(&number.to_string()) else {
            panic!()
        };
        assert_eq!((free, reserve), (799, 800));
    }
    assert_eq!(stamper.calls(), calls, "nothing was signed");
    assert!(rig.sequencer.room().unwrap().low);
    let name = EventName::new("stop").unwrap();
    let event = rig.sequencer.append_event(name, b"body").unwrap();
    assert_eq!(event.index(), LeafIndex::new(2));

    room.set(900);
    assert!(!rig.sequencer.room().unwrap().low);
    let Outcome::Stamped(released) = rig.ask("after") else {
        panic!()
    };
    assert_eq!(released.index(), LeafIndex::new(3));
    check_released("after", &released);
    rig.sequencer.shutdown();
    assert_eq!(world.fsck().size, TreeSize::new(4));
}

#[test]
fn a_disk_that_fills_up_stops_stamping_before_it_hurts_and_goes_on_when_there_is_room() {
    let Some(small) = SmallDisk::mount(SMALL) else {
        return;
    };
    let disk = Disk::create(small.path());
    let room = Arc::new(DiskRoom::new(disk.database.clone()));
    let reserve = Reserve::new(room, RESERVE);
    let (_store, rig) = disk.start_log(|log| log.with_reserve(reserve)).unwrap();
    assert!(matches!(rig.ask("before"), Outcome::Stamped(_)));
    for _ in 0..3 {
        let filler = small.fill(RESERVE / MIB - 1);
        assert!(matches!(rig.ask("full"), Outcome::NoRoom(_)));
        drop(filler);
        assert!(matches!(rig.ask("again"), Outcome::Stamped(_)));
    }
    assert!(rig.fatal.try_recv().is_err());
}

/// Stamps until the log cannot go on; returns what was released, and why.
fn stamp_until_it_ends(rig: &Rig) -> (Vec<(String, u64)>, Fatal) {
    let mut released = Vec::new();
    for number in 0.. {
        // 60 KiB each: a few hundred fill a log file.
        let name = format!("{number} {}", "x".repeat(60 << 10));
        let answer = rig.submit(&name).unwrap();
        loop {
            match answer.recv_timeout(Duration::from_millis(20)) {
                Ok(Outcome::Stamped(stamp)) => {
                    released.push((name, stamp.index().get()));
                    break;
                }
                Ok(other) => panic!("{other:?}"),
                Err(_) => {}
            }
            if let Ok(fatal) = rig.fatal.try_recv() {
                return (released, fatal);
            }
        }
    }
    unreachable!()
}

#[test]
fn a_disk_that_is_full_ends_the_log_and_loses_nothing_that_was_released() {
    let Some(small) = SmallDisk::mount(SMALL) else {
        return;
    };
    let disk = Disk::create(small.path());
    let (store, rig) = disk.start().unwrap();
    assert!(matches!(rig.ask("before"), Outcome::Stamped(_)));
    let filler = small.fill(4);
    let (released, fatal) = stamp_until_it_ends(&rig);
    assert!(matches!(fatal, Fatal::Store(_)), "{fatal:?}");
    drop((store, rig));

    // As the program, which its service manager starts again and again: refused, each time, and
    // nothing gets worse.
    let mut refused = 0;
    for _ in 0..3 {
        refused += usize::from(disk.open().is_err());
    }
    drop(filler);
    let (store, rig) = disk.start().unwrap();
    let key = World::identity().verifier_key().clone();
    let token_digest = |token: &[u8]| Some(sha256(token));
    fsck(&*store, &key, Some(&token_digest), &mut |_, _| {}).unwrap();
    for (name, index) in &released {
        let kept = store.token(LeafIndex::new(*index)).unwrap();
        assert!(kept == Some(token(name, *index)), "token {index}");
    }
    assert!(matches!(rig.ask("after"), Outcome::Stamped(_)));
    eprintln!(
        "{} released, then {fatal:?}; {refused} of 3 starts refused",
        released.len()
    );
}
