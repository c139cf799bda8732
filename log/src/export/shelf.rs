//! A folder into which files are put whole.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use meridian_wire::tile::TilePath;

use super::{ExportError, TILES};

/// Where files are written before they are put in their place. No web server shows a name that
/// begins with a dot unless it is told to.
const WORKSHOP: &str = ".export";

/// Files that are made durable together: the first sync of them carries most of the others.
const STAGED: usize = 256;

/// Octets of them, which are kept in memory until then.
const STAGED_OCTETS: usize = 16 << 20;

/// A folder that one export works on.
pub(super) struct Shelf {
    out: PathBuf,
    /// Locked while this lives.
    _lock: File,
    staged: Vec<Staged>,
    staged_octets: usize,
    /// Folders with a new name in them.
    folders: BTreeSet<PathBuf>,
    written: u64,
    kept: u64,
}

/// A file that was written under another name, and is not in its place yet.
struct Staged {
    file: File,
    at: PathBuf,
    place: PathBuf,
    octets: Vec<u8>,
}

fn failed<E>(path: &Path) -> impl Fn(io::Error) -> ExportError<E> {
    move |source| ExportError::File {
        path: path.to_owned(),
        source,
    }
}

impl Shelf {
    /// Makes the folder if it is not there; the one above it must be.
    pub(super) fn open<E>(out: &Path) -> Result<Self, ExportError<E>> {
        let workshop = out.join(WORKSHOP);
        for folder in [out, &workshop] {
            match fs::create_dir(folder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(failed(folder)(error));
                }
                _ => {}
            }
        }
        let path = workshop.join("lock");
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed(&path))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => ExportError::Running {
                path: out.to_owned(),
            },
            TryLockError::Error(source) => failed(&path)(source),
        })?;
        Ok(Self {
            out: out.to_owned(),
            _lock: lock,
            staged: Vec::with_capacity(STAGED),
            staged_octets: 0,
            folders: BTreeSet::new(),
            written: 0,
            kept: 0,
        })
    }

    /// How many tiles were written, and how many were there.
    pub(super) const fn counts(&self) -> (u64, u64) {
        (self.written, self.kept)
    }

    /// Puts a tile in its place, soon.
    pub(super) fn put<E>(
        &mut self,
        path: &TilePath,
        octets: Vec<u8>,
    ) -> Result<(), ExportError<E>> {
        let place = self.out.join(TILES).join(path.to_string());
        // Of a run that was ended. Its folder may not be durable yet.
        if fs::read(&place).is_ok_and(|there| there == octets) {
            self.kept += 1;
            self.note_folders(&place);
            return Ok(());
        }
        self.stage(place, octets)?;
        self.written += 1;
        if self.staged.len() >= STAGED || self.staged_octets >= STAGED_OCTETS {
            self.put_staged()?;
        }
        Ok(())
    }

    /// Puts a file of the folder itself in its place, now.
    pub(super) fn replace<E>(&mut self, name: &str, octets: &[u8]) -> Result<(), ExportError<E>> {
        self.stage(self.out.join(name), octets.to_vec())?;
        self.settle()
    }

    /// Returns when everything that was put is durable and in its place.
    pub(super) fn settle<E>(&mut self) -> Result<(), ExportError<E>> {
        self.put_staged()?;
        for folder in std::mem::take(&mut self.folders) {
            let synced = File::open(&folder).and_then(|folder| folder.sync_all());
            synced.map_err(failed(&folder))?;
        }
        Ok(())
    }

    fn stage<E>(&mut self, place: PathBuf, octets: Vec<u8>) -> Result<(), ExportError<E>> {
        let at = self.out.join(WORKSHOP).join(self.staged.len().to_string());
        // What a run that was ended left there is written over.
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&at);
        let mut file = opened.map_err(failed(&at))?;
        file.write_all(&octets).map_err(failed(&at))?;
        self.staged_octets += octets.len();
        self.staged.push(Staged {
            file,
            at,
            place,
            octets,
        });
        Ok(())
    }

    fn put_staged<E>(&mut self) -> Result<(), ExportError<E>> {
        let staged = std::mem::take(&mut self.staged);
        self.staged_octets = 0;
        for file in &staged {
            file.file.sync_all().map_err(failed(&file.at))?;
        }
        for mut file in staged {
            file.check()?;
            if let Some(folder) = file.place.parent() {
                fs::create_dir_all(folder).map_err(failed(folder))?;
            }
            fs::rename(&file.at, &file.place).map_err(failed(&file.place))?;
            self.note_folders(&file.place);
        }
        Ok(())
    }

    /// The folder of a file, and those above it: each may be new.
    fn note_folders(&mut self, place: &Path) {
        for folder in place.ancestors().skip(1) {
            let is_new = self.folders.insert(folder.to_owned());
            if folder == self.out || !is_new {
                break;
            }
        }
    }
}

impl Staged {
    /// Reads the file again, which the system said to have written.
    fn check<E>(&mut self) -> Result<(), ExportError<E>> {
        let mut again = Vec::with_capacity(self.octets.len());
        let opened = File::open(&self.at).and_then(|mut file| file.read_to_end(&mut again));
        opened.map_err(failed(&self.at))?;
        if again != self.octets {
            return Err(ExportError::Spoiled {
                path: self.place.clone(),
            });
        }
        Ok(())
    }
}
