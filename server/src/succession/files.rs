//! Files that are there as a whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::SuccessionError;

/// The path with `.making` behind it: what is there is not finished and may be removed.
pub(super) fn making(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".making");
    path.with_file_name(name)
}

/// Writes a file that a crash leaves whole or absent.
pub(super) fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), SuccessionError> {
    let making = making(path);
    let made = || -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(mode);
        let mut file = options.open(&making)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        file.write_all(content)?;
        file.sync_all()
    };
    made().map_err(|source| failed(&making, source))?;
    rename(&making, path)
}

/// Renames, and returns when it is on the disk.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), SuccessionError> {
    fs::rename(from, to).map_err(|source| failed(to, source))?;
    sync_folder(match to.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    })
}

/// Removes a file or folder, if there is one.
pub(super) fn remove(path: &Path) -> Result<(), SuccessionError> {
    let removed = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.map_err(|source| failed(path, source))
}

/// Makes a folder for its owner alone.
pub(super) fn make_folder(path: &Path) -> Result<(), SuccessionError> {
    use std::os::unix::fs::DirBuilderExt;

    let made = fs::DirBuilder::new().mode(0o700).create(path);
    made.map_err(|source| failed(path, source))
}

/// Whether something is there.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

pub(super) fn sync_folder(path: &Path) -> Result<(), SuccessionError> {
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    synced.map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: io::Error) -> SuccessionError {
    SuccessionError::Write {
        path: path.to_owned(),
        source,
    }
}
