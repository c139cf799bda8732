//! The room of a file system.

use std::io;
use std::path::PathBuf;

use rustix::fs::statvfs;

use crate::room::Room;

/// What the file system that a folder is in has left for this process: blocks
/// set aside for the administrator are not counted.
#[derive(Debug)]
pub struct DiskRoom {
    folder: PathBuf,
}

impl DiskRoom {
    /// The room where `folder` is.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl Room for DiskRoom {
    fn free(&self) -> io::Result<u64> {
        let found = statvfs(&self.folder)?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room_and_one_that_is_not_there_has_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let room = DiskRoom::new(folder.path().to_owned());
        assert!(room.free().unwrap() > 0);
        folder.close().unwrap();
        assert_eq!(room.free().unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
