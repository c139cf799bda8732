//! `[log]`: where the log lives, and where those that succeed it do.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use meridian_wire::log_number::LogNumber;

/// `[log]`.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// Folder of the database.
    pub database: PathBuf,
    /// File of the lock record; better on another disk.
    pub lock_record: PathBuf,
    /// PKCS#8 private key of the log, mode 0600.
    pub key: PathBuf,
    /// Its verifier key, one vkey line; its name is the log's origin.
    pub verifier_key: PathBuf,
    /// Octets that stay free on the database's disk: below, nothing is stamped.
    pub reserve: u64,
}

impl LogConfig {
    /// The same for a log that succeeded the configured one: `-` and its number stand behind each
    /// name, before the extension (`log-1`, `pki/log-1.key`).
    #[must_use]
    pub fn numbered(&self, number: LogNumber) -> Self {
        let numbered = |path: &Path| match number {
            LogNumber::FIRST => path.to_owned(),
            _ => with_number(path, number),
        };
        Self {
            database: numbered(&self.database),
            lock_record: numbered(&self.lock_record),
            key: numbered(&self.key),
            verifier_key: numbered(&self.verifier_key),
            reserve: self.reserve,
        }
    }

    /// The number of the newest log: the last one in the row of those whose database is there.
    #[must_use]
    pub fn newest(&self) -> LogNumber {
        let mut newest = LogNumber::FIRST;
        while let Some(next) = newest.next() {
            if self.numbered(next).database.symlink_metadata().is_err() {
                break;
            }
            newest = next;
        }
        newest
    }
}

fn with_number(path: &Path, number: LogNumber) -> PathBuf {
    let mut name = OsString::from(path.file_stem().unwrap_or_default());
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(folder: &Path) -> LogConfig {
        LogConfig {
            database: folder.join("log"),
            lock_record: folder.join("lock"),
            key: folder.join("pki/log.key"),
            verifier_key: folder.join("pki/log.vkey"),
            reserve: 0,
        }
    }

    #[test]
    fn the_number_stands_before_the_extension() {
        let later = config(Path::new("/a")).numbered(LogNumber::new(12));
        assert_eq!(later.database, Path::new("/a/log-12"));
        assert_eq!(later.lock_record, Path::new("/a/lock-12"));
        assert_eq!(later.key, Path::new("/a/pki/log-12.key"));
        assert_eq!(later.verifier_key, Path::new("/a/pki/log-12.vkey"));
        let first = config(Path::new("/a")).numbered(LogNumber::FIRST);
        assert_eq!(first.database, Path::new("/a/log"));
    }

    #[test]
    fn the_newest_log_is_the_last_in_an_unbroken_row() {
        let dir = tempfile::tempdir().unwrap();
        let config = config(dir.path());
        assert_eq!(config.newest(), LogNumber::FIRST);
        for number in [1, 2, 4] {
            let database = config.numbered(LogNumber::new(number)).database;
            std::fs::create_dir(database).unwrap();
        }
        assert_eq!(config.newest(), LogNumber::new(2));
    }
}
