//! Why no authority was made.

use std::path::PathBuf;

use meridian_appraisal::policy::PolicyError;
use meridian_log::identity::NotALogKey;
use meridian_log::lock_record::LockError;
use meridian_log::open::{CreateError, OpenError};
use meridian_log::store::StoreError;
use meridian_signing::certify::CertifyError;
use meridian_signing::clock::ClockError;
use meridian_signing::entropy::EntropyError;
use meridian_signing::signer::SignError;
use meridian_signing::software::KeyError;
use meridian_wire::note::error::NoteError;
use meridian_wire::x509::name::NameError;

use crate::config::ConfigError;
use crate::parts::PartsError;

/// Why no authority was made; the directory was not made either.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The directory is there already.
    #[error("{} exists already; nothing was changed", directory.display())]
    Exists {
        /// The directory.
        directory: PathBuf,
    },
    /// The path has no last component that a directory could have.
    #[error("{} cannot name a new directory", directory.display())]
    NoName {
        /// What was given.
        directory: PathBuf,
    },
    /// A file or directory cannot be made.
    #[error("{}: {source}", path.display())]
    Write {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The name does not fit into a certificate.
    #[error("the name: {0}")]
    Name(#[from] NameError),
    /// The origin is no key name.
    #[error("the origin of the log: {0}")]
    Origin(#[from] NoteError),
    /// A certificate could not be made.
    #[error("certificate: {0}")]
    Certify(#[from] CertifyError),
    /// The clock cannot be read.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The system gave no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A key could not be made or used.
    #[error("key: {0}")]
    Sign(#[from] SignError),
    /// A key that was just made cannot be read.
    #[error("key: {0}")]
    Key(#[from] KeyError),
    /// The log's key is of the wrong kind.
    #[error(transparent)]
    LogKey(#[from] NotALogKey),
    /// The appraisal policy contradicts itself.
    #[error("appraisal policy: {0}")]
    Policy(#[from] PolicyError),
    /// The database could not be made.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The lock record could not be made.
    #[error("lock record: {0}")]
    Lock(#[from] LockError),
    /// The log could not be made.
    #[error("log: {0}")]
    Log(#[from] CreateError),
    /// The log that was made cannot be opened.
    #[error("the log that was made cannot be opened: {0}")]
    Open(#[from] OpenError),
    /// What was made is refused by the configuration check.
    #[error("what was made does not stand the start-up check: {0}")]
    Config(#[from] ConfigError),
    /// What was made does not stand the start-up proof.
    #[error("what was made does not stand the start-up proof: {0}")]
    Proof(#[from] PartsError),
}
