//! The sibling directory in which an authority is made.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use meridian_signing::entropy::{Entropy, OsEntropy};

use super::error::InitError;

/// A directory that becomes the authority's own when it is whole, and vanishes otherwise.
#[derive(Debug)]
pub(super) struct Workshop {
    path: PathBuf,
    destination: PathBuf,
    finished: bool,
}

impl Workshop {
    pub(super) fn open(destination: &Path) -> Result<Self, InitError> {
        // `symlink_metadata`: a dangling link is something that exists, too.
        if destination.symlink_metadata().is_ok() {
            return Err(InitError::Exists {
                directory: destination.to_owned(),
            });
        }
        let Some(name) = destination.file_name() else {
            return Err(InitError::NoName {
                directory: destination.to_owned(),
            });
        };
        let mut random = [0; 8];
        OsEntropy.fill(&mut random)?;
        let name = format!(".{}.init-{}", name.to_string_lossy(), hex::encode(random));
        let workshop = Self {
            path: destination.with_file_name(name),
            destination: destination.to_owned(),
            finished: false,
        };
        workshop.directory("", 0o755)?;
        Ok(workshop)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the authority will be.
    pub(super) fn destination(&self) -> &Path {
        &self.destination
    }

    /// The path of something in the workshop.
    pub(super) fn at(&self, relative: &str) -> PathBuf {
        self.path.join(relative)
    }

    pub(super) fn directory(&self, relative: &str, mode: u32) -> Result<(), InitError> {
        let path = self.at(relative);
        let made = std::fs::DirBuilder::new().mode(mode).create(&path);
        made.map_err(|source| InitError::Write { path, source })
    }

    /// A file that anybody may read.
    pub(super) fn public(&self, relative: &str, content: &[u8]) -> Result<(), InitError> {
        self.file(relative, content, 0o644)
    }

    /// A file that only its owner may read.
    pub(super) fn secret(&self, relative: &str, content: &[u8]) -> Result<(), InitError> {
        self.file(relative, content, 0o600)
    }

    fn file(&self, relative: &str, content: &[u8], mode: u32) -> Result<(), InitError> {
        let path = self.at(relative);
        let write = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(mode);
            let mut file = options.open(&path)?;
            file.set_permissions(Permissions::from_mode(mode))?;
            file.write_all(content)?;
            file.sync_all()
        };
        write().map_err(|source| InitError::Write { path, source })
    }

    /// Renames the whole to its place. A crash before leaves nothing there, one after leaves all.
    pub(super) fn finish(mut self) -> Result<(), InitError> {
        for relative in ["pki", "log", ""] {
            sync_directory(&self.at(relative))?;
        }
        // Refuses a destination with something in it, should one have appeared meanwhile.
        std::fs::rename(&self.path, &self.destination).map_err(|source| InitError::Write {
            path: self.destination.clone(),
            source,
        })?;
        self.finished = true;
        let parent = match self.destination.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        sync_directory(parent)
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed stays as an unfinished folder under a name that says so.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

fn sync_directory(path: &Path) -> Result<(), InitError> {
    let synced = File::open(path).and_then(|directory| directory.sync_all());
    synced.map_err(|source| InitError::Write {
        path: path.to_owned(),
        source,
    })
}
