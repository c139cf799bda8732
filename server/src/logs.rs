//! The logs that the newest one succeeded: closed, and still read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use meridian_log::closed::ClosedLog;
use meridian_log::lock_record::LockError;
use meridian_log::lock_record::file::FileLockRecord;
use meridian_log::open::{Log, OpenError};
use meridian_log::private::PrivateRows;
use meridian_log::store::StoreError;
use meridian_log::store::rocks::RocksStore;
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::error::NoteError;
use meridian_wire::note::key::VerifierKey;

use crate::config::LogConfig;
use crate::succession::announcement::FinalEvent;

/// Why there is no verifier key.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum VerifierKeyError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is malformed.
    #[error("{}: {source}; the file holds one vkey line", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NoteError,
    },
}

/// Why an earlier log cannot be used. Each text says which one, and what to do.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum EarlierLogError {
    /// Its verifier key cannot be used.
    #[error(transparent)]
    VerifierKey(#[from] VerifierKeyError),
    /// The lock record cannot be opened.
    #[error("log {number}: lock record: {source}")]
    Lock {
        /// Which log.
        number: LogNumber,
        /// Why.
        source: LockError,
    },
    /// The database cannot be opened or read.
    #[error("log {number}: database: {source}")]
    Store {
        /// Which log.
        number: LogNumber,
        /// Why.
        source: StoreError,
    },
    /// The log is not what a closed log must be.
    #[error("log {number}: {source}")]
    Log {
        /// Which log.
        number: LogNumber,
        /// Why.
        source: OpenError,
    },
    /// The final event names another successor than the one that is there.
    #[error(
        "log {number} was closed for {}, and {found} is there; put back the files of the log that \
         it names", named.as_ref().map_or("a successor that cannot be read".to_owned(), |key| key.name().to_string())
    )]
    OtherSuccessor {
        /// Which log.
        number: LogNumber,
        /// The successor that its final event names, if that can be read.
        named: Option<Box<VerifierKey>>,
        /// The key of the log that follows.
        found: Box<VerifierKey>,
    },
}

/// A log that another one succeeded.
#[derive(Debug)]
pub struct EarlierLog {
    pub(crate) number: LogNumber,
    pub(crate) log: ClosedLog,
    /// The location tokens that it still keeps.
    pub(crate) private: Arc<dyn PrivateRows>,
}

impl EarlierLog {
    /// Opens the log `number` of an authority, and checks that the next one is the one that it was
    /// closed for.
    ///
    /// # Errors
    ///
    /// [`EarlierLogError`]; nothing was changed.
    pub(crate) fn open(log: &LogConfig, number: LogNumber) -> Result<Self, EarlierLogError> {
        let at = log.numbered(number);
        let key = verifier_key(&at.verifier_key)?;
        let locked = |source| EarlierLogError::Lock { number, source };
        let stored = |source| EarlierLogError::Store { number, source };
        let opened = |source| EarlierLogError::Log { number, source };
        let mut lock = FileLockRecord::open(&at.lock_record).map_err(locked)?;
        let look = RocksStore::open_read_only(&at.database).map_err(stored)?;
        Log::check(&look, &mut lock).map_err(opened)?;
        drop(look);
        // For writing: expired tokens are still swept out of it.
        let store = Arc::new(RocksStore::open(&at.database).map_err(stored)?);
        let private = Arc::<RocksStore>::clone(&store);
        let closed = ClosedLog::open(store, Box::new(lock), &key).map_err(opened)?;
        if let Some(next) = number.next() {
            let found = verifier_key(&log.numbered(next).verifier_key)?;
            let body = closed.final_event().map_err(stored)?;
            let named = body.as_deref().and_then(FinalEvent::successor);
            if named.as_ref() != Some(&found) {
                return Err(EarlierLogError::OtherSuccessor {
                    number,
                    named: named.map(Box::new),
                    found: Box::new(found),
                });
            }
        }
        Ok(Self {
            number,
            log: closed,
            private,
        })
    }

    /// Opens all logs before `newest`.
    ///
    /// # Errors
    ///
    /// [`EarlierLogError`] of the first that cannot be opened.
    pub(crate) fn open_all(
        log: &LogConfig,
        newest: LogNumber,
    ) -> Result<Vec<Self>, EarlierLogError> {
        let numbers = (0..newest.get()).map(LogNumber::new);
        numbers.map(|number| Self::open(log, number)).collect()
    }
}

/// Reads a file with one vkey line.
pub(crate) fn verifier_key(path: &Path) -> Result<VerifierKey, VerifierKeyError> {
    let text = std::fs::read_to_string(path).map_err(|source| VerifierKeyError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    VerifierKey::parse(text.trim_end()).map_err(|source| VerifierKeyError::Malformed {
        path: path.to_owned(),
        source,
    })
}
