//! Why a log was not succeeded by another.

use std::path::PathBuf;

use meridian_log::closed::CloseError;
use meridian_log::fault::Fault;
use meridian_log::identity::{NotALogKey, NotItsNumber};
use meridian_log::lock_record::LockError;
use meridian_log::open::{CreateError, OpenError};
use meridian_log::store::StoreError;
use meridian_signing::clock::{ClockError, ClockWentBack};
use meridian_signing::key_file::KeyFileError;
use meridian_signing::signer::SignError;
use meridian_wire::checkpoint::CheckpointError;
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::error::NoteError;
use meridian_wire::note::key::VerifierKey;

use crate::logs::VerifierKeyError;
use crate::parts::PartsError;

/// Why a log was not succeeded by another. What was done by then stays: calling it again goes on
/// from there.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum SuccessionError {
    /// There is no number left, which no authority lives to see.
    #[error("log {0} has the last number that there is")]
    NoNumberLeft(LogNumber),
    /// A certificate, key or policy of the authority cannot be used.
    #[error(transparent)]
    Parts(#[from] PartsError),
    /// A verifier key cannot be read.
    #[error(transparent)]
    VerifierKey(#[from] VerifierKeyError),
    /// The clock gave no reading.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The clock is behind the last leaf of the log.
    #[error(transparent)]
    ClockWentBack(#[from] ClockWentBack),
    /// The new origin is no key name.
    #[error("the origin of the new log: {0}")]
    Origin(#[from] NoteError),
    /// The new log's origin does not fit its number.
    #[error(transparent)]
    Number(#[from] NotItsNumber),
    /// A file or folder cannot be made, moved or removed.
    #[error("{}: {source}", path.display())]
    Write {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The new log's key could not be made.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The new log's key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The new log's key is of another kind.
    #[error("{}: {source}", path.display())]
    LogKey {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NotALogKey,
    },
    /// The new log's verifier key is there and is another.
    #[error("{} is not the verifier key of {}; remove it if no log has it", vkey.display(), key.display())]
    KeyMismatch {
        /// The private key file.
        key: PathBuf,
        /// The verifier key file.
        vkey: PathBuf,
    },
    /// A lock record cannot be used.
    #[error("lock record: {0}")]
    Lock(#[from] LockError),
    /// A database cannot be used.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// A leaf cannot be read.
    #[error("log: {0}")]
    Fault(#[from] Fault),
    /// The log to be succeeded, or the new one, cannot be opened.
    #[error("log: {0}")]
    Open(#[from] OpenError),
    /// The log to be succeeded could not be closed.
    #[error("log: {0}")]
    Close(#[from] CloseError),
    /// The last checkpoint cannot be read.
    #[error("the last checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The new log could not be made.
    #[error("the new log: {0}")]
    Create(#[from] CreateError),
    /// The log was closed for another successor than the key that is there.
    #[error(
        "the log was closed for another successor than {}; put back its key, {}", found.name(),
        path.display()
    )]
    OtherSuccessor {
        /// The key that is there.
        found: Box<VerifierKey>,
        /// Where the right one belongs.
        path: PathBuf,
    },
    /// The lock record of the new log is there, and its database is not.
    #[error(
        "{} remembers a log whose database is lost: restore {}", lock.display(), database.display()
    )]
    DatabaseLost {
        /// The lock record.
        lock: PathBuf,
        /// Where the database belongs.
        database: PathBuf,
    },
}
