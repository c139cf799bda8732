//! The exported log: what it holds, what it grows by, and what a run that ends in the middle
//! leaves.
#![cfg(test)]

mod rig;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use meridian_log::export::{ExportError, Exported, export};
use meridian_log::fsck::Checked;
use meridian_log::fsck::tiles::fsck_tiles;
use meridian_log::identity::verify_checkpoint;
use meridian_log::lock_record::LockRecord;
use meridian_log::reader::LogReader;
use meridian_merkle::index::TreeSize;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::tile::TilePath;
use meridian_wire::tile::of_tree::tiles_since;
use rig::{FaultStamper, World, limits, wait};
use tempfile::TempDir;

fn key() -> VerifierKey {
    World::identity().verifier_key().clone()
}

/// A log as it is now, and later versions of it.
struct Grown {
    world: World,
    size: u64,
}

impl Grown {
    fn to(size: u64) -> Self {
        let mut grown = Self {
            world: World::new(),
            size: 1,
        };
        grown.grow(size);
        grown
    }

    fn grow(&mut self, size: u64) {
        let rig = self.world.start(&FaultStamper::sound(), limits());
        let numbers: Vec<u64> = (self.size..size).collect();
        for some in numbers.chunks(400) {
            let stamp = |number: &u64| rig.submit(&format!("r{number}")).unwrap();
            let answers: Vec<_> = some.iter().map(stamp).collect();
            answers.iter().for_each(|answer| drop(wait(answer)));
        }
        self.size = size;
    }

    fn reader(&mut self) -> LogReader {
        let newest = self.world.lock.read().unwrap().newest.unwrap();
        LogReader::offline(Arc::clone(&self.world.store), &newest, &key()).unwrap()
    }
}

#[derive(Debug, Eq, PartialEq)]
struct Gone;

fn run(reader: &LogReader, out: &Path) -> Result<Exported, ExportError<Gone>> {
    let fetch = |path: &TilePath| reader.tile(path).unwrap().ok_or(Gone);
    export(&reader.checkpoint(), &key(), out, fetch, &mut |_, _| {})
}

/// Every file, by its path.
fn files(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut open = vec![out.to_owned()];
    let mut files = BTreeMap::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if !path.components().any(|part| part.as_os_str() == ".export") {
                files.insert(path.clone(), fs::read(path).unwrap());
            }
        }
    }
    files
}

/// Whether the folder is a whole log, and how large.
fn whole(out: &Path) -> u64 {
    let Ok(note) = fs::read_to_string(out.join("checkpoint")) else {
        return 0;
    };
    let checkpoint = verify_checkpoint(&note, &key()).unwrap();
    let fetch = |path: &TilePath| fs::read(out.join("tile").join(path.to_string()));
    let threads = NonZero::new(1).unwrap();
    let checked = fsck_tiles(
        &checkpoint,
        &fetch,
        Checked::nothing(),
        threads,
        &mut |_| {},
    );
    assert_eq!(checked.unwrap().report.size, checkpoint.size());
    checkpoint.size().get()
}

fn out() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    (dir, out)
}

#[test]
fn holds_exactly_the_tiles_of_its_tree_as_the_log_serves_them() {
    let (_dir, out) = out();
    let reader = Grown::to(1_400).reader();
    let exported = run(&reader, &out).unwrap();
    assert_eq!(
        (exported.before, exported.size),
        (TreeSize::ZERO, TreeSize::new(1_400))
    );
    let mut expected: BTreeMap<PathBuf, Vec<u8>> =
        tiles_since(TreeSize::ZERO, TreeSize::new(1_400))
            .map(|path| {
                let octets = reader.tile(&path).unwrap().unwrap();
                (out.join("tile").join(path.to_string()), octets)
            })
            .collect();
    assert_eq!(exported.written, u64::try_from(expected.len()).unwrap());
    expected.insert(out.join("checkpoint"), reader.checkpoint().into_bytes());
    assert_eq!(files(&out), expected);
    assert_eq!(whole(&out), 1_400);
}

#[test]
fn writes_what_is_new_and_removes_partial_tiles_that_became_full() {
    let (_dir, out) = out();
    let mut grown = Grown::to(300);
    run(&grown.reader(), &out).unwrap();
    let before = files(&out);
    assert!(before.contains_key(&out.join("tile/0/001.p/44")));

    let again = run(&grown.reader(), &out).unwrap();
    assert_eq!((again.written, again.kept), (0, 0), "nothing is new");

    grown.grow(400);
    let more = run(&grown.reader(), &out).unwrap();
    assert_eq!((more.before.get(), more.written), (300, 2));
    // The older checkpoint may still be in use.
    assert!(out.join("tile/0/001.p/44").exists() && out.join("tile/0/001.p/144").exists());

    grown.grow(700);
    let full = run(&grown.reader(), &out).unwrap();
    assert_eq!(full.written, 5);
    assert!(!out.join("tile/0/001.p").exists() && !out.join("tile/entries/001.p").exists());
    assert!(out.join("tile/0/001").exists() && out.join("tile/1/000.p/1").exists());
    assert_eq!(whole(&out), 700);
    for (path, octets) in before {
        if !path.to_string_lossy().contains(".p/") && !path.ends_with("checkpoint") {
            assert_eq!(fs::read(path).unwrap(), octets);
        }
    }
}

#[test]
fn a_run_that_ends_at_any_tile_leaves_the_older_tree_and_the_next_one_goes_on() {
    let mut grown = Grown::to(300);
    let older = grown.reader();
    grown.grow(1_600);
    let newer = grown.reader();
    let calls = Cell::new(0_u64);
    for fails_at in 1.. {
        let (_dir, out) = out();
        run(&older, &out).unwrap();
        calls.set(0);
        let fetch = |path: &TilePath| {
            calls.set(calls.get() + 1);
            if calls.get() >= fails_at {
                return Err(Gone);
            }
            newer.tile(path).unwrap().ok_or(Gone)
        };
        match export(&newer.checkpoint(), &key(), &out, fetch, &mut |_, _| {}) {
            Ok(_) => {
                assert!(fails_at > 10, "{fails_at}");
                return;
            }
            Err(ExportError::Tiles(_)) => assert_eq!(whole(&out), 300, "{fails_at}"),
            Err(other) => panic!("{other}"),
        }
        run(&newer, &out).unwrap();
        assert_eq!(whole(&out), 1_600);
    }
}

#[test]
fn tiles_that_an_ended_run_left_are_kept_if_they_are_right_and_replaced_if_not() {
    let (_dir, out) = out();
    let mut grown = Grown::to(700);
    let reader = grown.reader();
    let place = out.join("tile/entries/000");
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    let path = TilePath::parse("entries/000").unwrap();
    let right = reader.tile(&path).unwrap().unwrap();
    fs::write(&place, &right).unwrap();
    fs::write(out.join("tile/entries/001"), b"torn").unwrap();
    let exported = run(&reader, &out).unwrap();
    assert_eq!(exported.kept, 1);
    assert_eq!(whole(&out), 700);
}

#[test]
fn does_not_write_over_a_longer_a_forked_or_another_log() {
    let (_dir, out) = out();
    let mut grown = Grown::to(300);
    let older = grown.reader();
    grown.grow(600);
    run(&grown.reader(), &out).unwrap();
    let before = files(&out);
    let behind = run(&older, &out).unwrap_err();
    assert!(matches!(behind, ExportError::Behind { .. }), "{behind}");

    // The same key, another history.
    let mut forked = Grown {
        world: World::new(),
        size: 1,
    };
    let rig = forked.world.start(&FaultStamper::sound(), limits());
    for number in 0..700 {
        drop(wait(&rig.submit(&format!("other{number}")).unwrap()));
    }
    drop(rig);
    let fork = run(&forked.reader(), &out).unwrap_err();
    assert!(matches!(fork, ExportError::Forked { .. }), "{fork}");

    fs::write(out.join("checkpoint"), "something else").unwrap();
    let other = run(&grown.reader(), &out).unwrap_err();
    assert!(matches!(other, ExportError::OtherLog { .. }), "{other}");
    fs::write(out.join("checkpoint"), &before[&out.join("checkpoint")]).unwrap();
    assert_eq!(files(&out), before);
}

#[test]
fn a_tile_that_is_not_the_logs_is_never_put_in_place() {
    let mut grown = Grown::to(700);
    let reader = grown.reader();
    for bent in [
        "entries/001",
        "0/001",
        "0/002.p/188",
        "1/000.p/2",
        "entries/002.p/188",
    ] {
        let (_dir, out) = out();
        let fetch = |path: &TilePath| {
            let mut octets = reader.tile(path).unwrap().ok_or(Gone)?;
            if path.to_string() == bent {
                octets[40] ^= 1;
            }
            Ok::<_, Gone>(octets)
        };
        let refused = export(&reader.checkpoint(), &key(), &out, fetch, &mut |_, _| {});
        assert!(matches!(refused, Err(ExportError::Tiles(_))));
        assert!(!out.join("checkpoint").exists());
        assert!(!out.join("tile").join(bent).exists(), "{bent}");
    }
}

#[test]
fn tells_how_far_it_is_and_two_at_once_are_refused() {
    let (_dir, out) = out();
    let reader = Grown::to(700).reader();
    let mut told = Vec::new();
    let fetch = |path: &TilePath| {
        let second = run(&reader, &out).unwrap_err();
        assert!(matches!(second, ExportError::Running { .. }), "{second}");
        reader.tile(path).unwrap().ok_or(Gone)
    };
    let note = reader.checkpoint();
    let mut tell = |done, of| told.push((done, of));
    export(&note, &key(), &out, fetch, &mut tell).unwrap();
    assert_eq!(told, (1..=7).map(|done| (done, 7)).collect::<Vec<_>>());
}
