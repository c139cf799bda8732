//! Where an answer goes: a file that appears whole or not at all, or standard output.

use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Readable by all but for what the umask takes: a stamp is no secret.
const MODE: u32 = 0o666;

/// What tells a place is its owner's alone.
const SECRET_MODE: u32 = 0o600;

/// Where the reply of one artifact goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Output {
    /// A file.
    Path(PathBuf),
    /// A file that only its owner may read.
    Secret(PathBuf),
    /// Standard output.
    Stdout,
}

/// Why an answer was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    #[error("{} is there already", path.display())]
    Exists { path: PathBuf },
    #[error("cannot write {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot write to standard output")]
    Stdout(#[source] io::Error),
}

/// FILE with an ending added: never replaced, so that a.txt and a.pdf do not meet.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OsStr::new(ending));
    PathBuf::from(name)
}

impl Output {
    /// Fails early if the answer could not be written later; the write itself checks again.
    pub(crate) fn refuse_overwrite(&self, force: bool) -> Result<(), OutputError> {
        match self {
            Self::Path(path) | Self::Secret(path) => {
                if !force && path.symlink_metadata().is_ok() {
                    return Err(OutputError::Exists { path: path.clone() });
                }
                // A stamp that could not be kept would be one too many in the log.
                draft(path, SECRET_MODE).map(drop)
            }
            Self::Stdout => Ok(()),
        }
    }

    /// Writes everything or nothing; a file is durable when this returns.
    pub(crate) fn write(&self, octets: &[u8], force: bool) -> Result<(), OutputError> {
        match self {
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout
                    .write_all(octets)
                    .and_then(|()| stdout.flush())
                    .map_err(OutputError::Stdout)
            }
            Self::Path(path) => write_file(path, octets, MODE, force),
            Self::Secret(path) => write_file(path, octets, SECRET_MODE, force),
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    }
}

/// A file of another name beside `path`, which goes when it is dropped.
fn draft(path: &Path, mode: u32) -> Result<NamedTempFile, OutputError> {
    Builder::new()
        .prefix(".meridian-")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder_of(path))
        .map_err(|error| OutputError::File {
            path: path.to_owned(),
            // Without the name of the draft, which means nothing to the user.
            source: error.kind().into(),
        })
}

fn write_file(path: &Path, octets: &[u8], mode: u32, force: bool) -> Result<(), OutputError> {
    let failed = |source| OutputError::File {
        path: path.to_owned(),
        source,
    };
    let folder = folder_of(path);
    let mut file = draft(path, mode)?;
    file.write_all(octets).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let kept = if force {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    kept.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => OutputError::Exists {
            path: path.to_owned(),
        },
        _ => failed(error.error),
    })?;
    // The name is durable when its folder is.
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_overwrites_without_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsr");
        std::fs::write(&path, b"old").unwrap();
        let output = Output::Path(path.clone());
        assert!(matches!(
            output.refuse_overwrite(false),
            Err(OutputError::Exists { .. })
        ));
        assert!(matches!(
            output.write(b"new", false),
            Err(OutputError::Exists { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        output.write(b"new", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_secret_is_its_owners_alone_also_in_place_of_a_file_that_was_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lsk");
        std::fs::write(&path, b"old").unwrap();
        Output::Secret(path.clone()).write(b"new", true).unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn leaves_nothing_else_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        Output::Path(folder.path().join("a.tsr"))
            .write(b"x", false)
            .unwrap();
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn the_ending_is_added_never_replaced() {
        assert_eq!(
            beside(Path::new("d/a.txt"), ".tsr"),
            Path::new("d/a.txt.tsr")
        );
    }
}
