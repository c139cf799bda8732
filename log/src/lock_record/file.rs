//! The lock record in a file: two slots, written in turn.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::lock_record::slot::{SLOT_LEN, Slot, encode};
use crate::lock_record::{LockError, LockReading, LockRecord, LockState, check_counter};

const FILE_LEN: usize = 2 * SLOT_LEN;

/// A preallocated file of two 4 KiB slots. The state with an even counter goes
/// to the first, the odd to the second: a replacement overwrites the older of
/// the two in place, and one `fdatasync` makes it durable without touching any
/// metadata. The file is locked with `flock` while the value lives.
#[derive(Debug)]
pub struct FileLockRecord {
    file: File,
    path: PathBuf,
    /// The counter that the next replacement must have. Nobody else can move
    /// it while we hold the lock.
    next_counter: u64,
}

impl FileLockRecord {
    /// Makes a record that holds nothing.
    ///
    /// # Errors
    ///
    /// [`LockError::Io`], also if the file exists.
    pub fn create(path: &Path) -> Result<Self, LockError> {
        let io = |source| io_error(path, source);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(io)?;
        lock(&file, path)?;
        file.write_all_at(&[0; FILE_LEN], 0).map_err(io)?;
        file.sync_all().map_err(io)?;
        // The file is only there after a crash if its folder is on disk, too.
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new("."))).map_err(io)?;
        folder.sync_all().map_err(io)?;
        Ok(Self {
            file,
            path: path.to_owned(),
            next_counter: 1,
        })
    }

    /// Opens a record. Never makes one: a log that has lost its lock record
    /// must not start again from nothing.
    ///
    /// # Errors
    ///
    /// [`LockError::Held`] if another process has it, [`LockError::Length`] if
    /// the file is no lock record, [`LockError::Io`] otherwise.
    pub fn open(path: &Path) -> Result<Self, LockError> {
        let io = |source| io_error(path, source);
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(io)?;
        lock(&file, path)?;
        let next_counter = read(&file, path)?.next_counter();
        Ok(Self {
            file,
            path: path.to_owned(),
            next_counter,
        })
    }

    /// Reads a record that a server may be using, without the lock. A
    /// replacement that is under way can show as [`LockReading::damaged`].
    ///
    /// # Errors
    ///
    /// As [`FileLockRecord::open`], without [`LockError::Held`].
    pub fn peek(path: &Path) -> Result<LockReading, LockError> {
        let file = File::open(path).map_err(|source| io_error(path, source))?;
        read(&file, path)
    }
}

impl LockRecord for FileLockRecord {
    fn read(&mut self) -> Result<LockReading, LockError> {
        read(&self.file, &self.path)
    }

    fn replace(&mut self, next: &LockState) -> Result<(), LockError> {
        check_counter(self.next_counter, next)?;
        let slot = encode(next)?;
        let offset = if next.counter.is_multiple_of(2) {
            0
        } else {
            SLOT_LEN
        };
        let offset = u64::try_from(offset).unwrap_or(u64::MAX);
        let io = |source| io_error(&self.path, source);
        // Crash here: this slot is torn, the other one is whole.
        self.file.write_all_at(&slot, offset).map_err(io)?;
        // Crash here: either of the two states is read back.
        self.file.sync_data().map_err(io)?;
        self.next_counter = next.counter.saturating_add(1);
        Ok(())
    }
}

fn lock(file: &File, path: &Path) -> Result<(), LockError> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => LockError::Held {
            path: path.to_owned(),
        },
        TryLockError::Error(source) => io_error(path, source),
    })
}

fn read(file: &File, path: &Path) -> Result<LockReading, LockError> {
    let io = |source| io_error(path, source);
    let actual = file.metadata().map_err(io)?.len();
    let expected = u64::try_from(FILE_LEN).unwrap_or(u64::MAX);
    if actual != expected {
        return Err(LockError::Length {
            path: path.to_owned(),
            expected,
            actual,
        });
    }
    let mut bytes = [0; FILE_LEN];
    file.read_exact_at(&mut bytes, 0).map_err(io)?;
    let (even, odd) = bytes.split_at(SLOT_LEN);
    Ok(newest_of(Slot::decode(even), Slot::decode(odd)))
}

/// The newer of the two states. One that sits in the wrong slot, two that do not
/// follow each other, and an empty slot beside any but the first state are the
/// doing of no write of ours.
fn newest_of(even: Slot, odd: Slot) -> LockReading {
    let (even, even_damaged) = state_with_parity(even, 0);
    let (odd, odd_damaged) = state_with_parity(odd, 1);
    let apart = match (&even, &odd) {
        (Some(even), Some(odd)) => even.counter.abs_diff(odd.counter) != 1,
        (Some(only), None) | (None, Some(only)) => only.counter != 1,
        (None, None) => false,
    };
    let newest = even
        .into_iter()
        .chain(odd)
        .max_by_key(|state| state.counter);
    LockReading::new(newest, even_damaged || odd_damaged || apart)
}

fn state_with_parity(slot: Slot, parity: u64) -> (Option<LockState>, bool) {
    match slot {
        Slot::Empty => (None, false),
        Slot::Whole(state) if state.counter % 2 == parity => (Some(state), false),
        Slot::Whole(_) | Slot::Damaged => (None, true),
    }
}

fn io_error(path: &Path, source: io::Error) -> LockError {
    LockError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use meridian_merkle::hash::leaf_hash;
    use meridian_merkle::index::TreeSize;

    use super::*;

    fn state(counter: u64) -> LockState {
        let root = leaf_hash(&counter.to_be_bytes());
        let checkpoint = format!("origin\n{counter}\n");
        LockState::new(counter, TreeSize::new(counter * 3), root, checkpoint)
    }

    /// A record that was replaced `count` times and closed.
    fn written(count: u64) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let mut record = FileLockRecord::create(&path).unwrap();
        for counter in 1..=count {
            record.replace(&state(counter)).unwrap();
        }
        (dir, path)
    }

    fn reading(newest: Option<u64>, damaged: bool) -> LockReading {
        LockReading::new(newest.map(state), damaged)
    }

    fn overwrite(path: &Path, offset: usize, bytes: &[u8]) {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.write_all_at(bytes, offset.try_into().unwrap())
            .unwrap();
    }

    #[test]
    fn reads_the_newest_of_two_states_after_reopening() {
        for count in 0..5 {
            let (_dir, path) = written(count);
            let mut record = FileLockRecord::open(&path).unwrap();
            let newest = (count > 0).then_some(count);
            assert_eq!(record.read().unwrap(), reading(newest, false));
            record.replace(&state(count + 1)).unwrap();
        }
    }

    #[test]
    fn a_torn_newer_slot_leaves_the_older_state() {
        let (_dir, path) = written(4);
        overwrite(&path, 100, b"torn");
        assert_eq!(FileLockRecord::peek(&path).unwrap(), reading(Some(3), true));

        let mut record = FileLockRecord::open(&path).unwrap();
        record.replace(&state(4)).unwrap();
        assert_eq!(record.read().unwrap(), reading(Some(4), false));
    }

    #[test]
    fn a_zeroed_newer_slot_leaves_the_older_state() {
        let (_dir, path) = written(4);
        overwrite(&path, 0, &[0; SLOT_LEN]);
        assert_eq!(FileLockRecord::peek(&path).unwrap(), reading(Some(3), true));
    }

    #[test]
    fn two_damaged_slots_are_no_empty_record() {
        let (_dir, path) = written(4);
        overwrite(&path, 9, &[0xff]);
        overwrite(&path, SLOT_LEN + 9, &[0xff]);
        assert_eq!(FileLockRecord::peek(&path).unwrap(), reading(None, true));
    }

    #[test]
    fn a_state_in_the_wrong_slot_is_damage() {
        let (_dir, path) = written(3);
        let odd = encode(&state(3)).unwrap();
        overwrite(&path, 0, &odd);
        assert_eq!(FileLockRecord::peek(&path).unwrap(), reading(Some(3), true));
    }

    #[test]
    fn two_states_that_do_not_follow_each_other_are_damage() {
        let (_dir, path) = written(3);
        overwrite(&path, 0, &encode(&state(8)).unwrap());
        assert_eq!(FileLockRecord::peek(&path).unwrap(), reading(Some(8), true));
    }

    #[test]
    fn refuses_a_counter_that_does_not_follow() {
        let (_dir, path) = written(2);
        let mut record = FileLockRecord::open(&path).unwrap();
        for wrong in [0, 2, 4] {
            let refused = record.replace(&state(wrong));
            assert!(matches!(
                refused,
                Err(LockError::Counter { expected: 3, .. })
            ));
        }
        assert_eq!(record.read().unwrap(), reading(Some(2), false));
    }

    #[test]
    fn refuses_a_second_holder() {
        let (_dir, path) = written(1);
        let held = FileLockRecord::open(&path).unwrap();
        let second = FileLockRecord::open(&path);
        assert!(matches!(second, Err(LockError::Held { .. })));
        drop(held);
        FileLockRecord::open(&path).unwrap();
    }

    #[test]
    fn refuses_a_file_of_another_length() {
        let (_dir, path) = written(1);
        OpenOptions::new()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(4_096)
            .unwrap();
        let cut = FileLockRecord::open(&path);
        assert!(matches!(cut, Err(LockError::Length { actual: 4_096, .. })));
    }

    #[test]
    fn never_makes_a_record_while_opening() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let missing = FileLockRecord::open(&path);
        assert!(matches!(missing, Err(LockError::Io { .. })));
        assert!(!path.exists());
    }
}
