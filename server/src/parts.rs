//! Everything that an authority is put together from, opened and proven.
//!
//! [`Parts::open`] takes what the configuration names. Tests fill the fields with their own
//! store, lock record, clock and signer: they are what a configuration cannot name.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use meridian_log::identity::{LogIdentity, NotALogKey};
use meridian_log::lock_record::file::FileLockRecord;
use meridian_log::lock_record::{LockError, LockRecord};
use meridian_log::open::{Log, LogParts, OpenError};
use meridian_log::private::PrivateRows;
use meridian_log::room::Room;
use meridian_log::room::disk::DiskRoom;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{Store, StoreError};
use meridian_signing::clock::system::SystemClock;
use meridian_signing::clock::{Clock, ClockError};
use meridian_signing::entropy::{Entropy, OsEntropy};
use meridian_signing::identity::{AuthorityIdentity, IdentityError};
use meridian_signing::key_file::KeyFileError;
use meridian_signing::signer::Signer;
use meridian_signing::software::SoftwareSigner;
use meridian_wire::note::error::NoteError;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::x509::pem::{self, PemError};

use crate::config::{Config, LocationConfig};
use crate::http::tls::{Tls, TlsError};
use crate::location::parts::{LocationParts, LocationPartsError};

/// What [`crate::lifecycle::start`] needs.
#[non_exhaustive]
#[derive(Debug)]
pub struct Parts {
    /// The checked configuration.
    pub config: Config,
    /// Certificate, chain and key, proven to belong together.
    pub identity: AuthorityIdentity,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where the log keeps its rows.
    pub store: Arc<dyn Store>,
    /// Where private rows are: in the same database, for they must be durable with the log.
    pub private: Arc<dyn PrivateRows>,
    /// The disk of the database, as far as it can be full; `None` means that nobody counts.
    pub room: Option<Arc<dyn Room>>,
    /// What location stamps are made with; `None` means time only.
    pub location: Option<LocationParts>,
    /// The log's memory against rollback.
    pub lock: Box<dyn LockRecord>,
    /// The log's origin and key.
    pub log_identity: LogIdentity,
    /// Where salts come from.
    pub entropy: Arc<dyn Entropy>,
}

/// Why the parts could not be opened. Each text says what to do.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum PartsError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A private key cannot be used; the text names the file.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The certificate file is not PEM, or one of its certificates is malformed.
    #[error("{}: {source}; put the TSU's certificate first, then its chain, as PEM", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PemError,
    },
    /// Certificate, chain and key do not belong together (EN 319 421 TIS-7.6.4).
    #[error("{}: {source}", path.display())]
    Identity {
        /// The certificate file.
        path: PathBuf,
        /// Which rule is broken.
        source: IdentityError,
    },
    /// The verifier key of the log is malformed.
    #[error("{}: {source}; the file holds one vkey line", path.display())]
    VerifierKey {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NoteError,
    },
    /// The private key of the log is of another kind.
    #[error("{}: {source}", path.display())]
    LogKey {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NotALogKey,
    },
    /// The two files of the log's key are from different logs.
    #[error("{} is not the key that {} names; restore the pair", key.display(), vkey.display())]
    LogKeyMismatch {
        /// The private key file.
        key: PathBuf,
        /// The verifier key file.
        vkey: PathBuf,
    },
    /// Not even the undisciplined time can be read.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The lock record cannot be opened.
    #[error("lock record: {0}")]
    Lock(#[from] LockError),
    /// The database cannot be opened.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// Database and lock record contradict one another. Nothing was changed.
    #[error("log: {0}")]
    Log(#[from] OpenError),
    /// HTTPS cannot be served with its files.
    #[error("HTTPS: {0}")]
    Tls(#[from] TlsError),
    /// Location stamps cannot be made with what there is.
    #[error("location: {0}")]
    Location(#[from] LocationPartsError),
}

impl Parts {
    /// Opens what `config` names and proves that the TSU's certificate, chain and key belong
    /// together.
    ///
    /// The certificates' dates are judged by this machine's time even if nothing disciplines it.
    /// That alone stamps nothing: each token is judged again, by a clock with a bound.
    ///
    /// # Errors
    ///
    /// [`PartsError`], with a sentence that says what to do.
    pub fn open(config: Config) -> Result<Self, PartsError> {
        let clock = Arc::new(SystemClock::new(config.asserted_bound));
        Self::open_with_clock(config, clock)
    }

    /// The same with another clock for stamping.
    ///
    /// # Errors
    ///
    /// As [`Parts::open`].
    pub fn open_with_clock(config: Config, clock: Arc<dyn Clock>) -> Result<Self, PartsError> {
        // The lock record first: it is what keeps a second process out.
        let mut lock = FileLockRecord::open(&config.log.lock_record)?;
        // Then a look that changes nothing: RocksDB, opened for writing, deletes a log file after
        // the part of it that it could read.
        let database = &config.log.database;
        Log::check(&RocksStore::open_read_only(database)?, &mut lock)?;
        let store = Arc::new(RocksStore::open(database)?);
        let private = Arc::<RocksStore>::clone(&store);
        let room = Arc::new(DiskRoom::new(database.clone()));
        let mut parts = Self::with_log(config, clock, store, private, Box::new(lock))?;
        parts.room = Some(room);
        Ok(parts)
    }

    /// The same with another place for the log.
    ///
    /// # Errors
    ///
    /// As [`Parts::open`].
    pub fn with_log(
        config: Config,
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        private: Arc<dyn PrivateRows>,
        lock: Box<dyn LockRecord>,
    ) -> Result<Self, PartsError> {
        let authority = &config.authority;
        Ok(Self {
            identity: open_identity(&authority.certificates, &authority.key)?,
            location: config.location.as_ref().map(open_location).transpose()?,
            log_identity: open_log_identity(&config)?,
            config,
            clock,
            store,
            private,
            room: None,
            lock,
            entropy: Arc::new(OsEntropy),
        })
    }

    /// What the log is made of.
    #[must_use]
    pub fn into_log_parts(self) -> LogParts {
        LogParts::new(self.store, self.lock, self.log_identity, self.entropy)
    }
}

/// Opens every file that `config` names, but for database and lock record, which a running
/// authority has to itself, and proves that keys and certificates belong together.
///
/// # Errors
///
/// [`PartsError`], with a sentence that says what to do.
pub fn check_files(config: &Config) -> Result<(), PartsError> {
    let authority = &config.authority;
    open_identity(&authority.certificates, &authority.key)?;
    config.location.as_ref().map(open_location).transpose()?;
    open_log_identity(config)?;
    config.tls.as_ref().map(Tls::open).transpose()?;
    Ok(())
}

fn open_location(config: &LocationConfig) -> Result<LocationParts, PartsError> {
    let identity = open_identity(&config.certificates, &config.key)?;
    Ok(LocationParts::open(config, identity)?)
}

fn open_identity(path: &Path, key: &Path) -> Result<AuthorityIdentity, PartsError> {
    let malformed = |source| PartsError::Certificates {
        path: path.to_owned(),
        source,
    };
    let chain = pem::certificates(&read(path)?).map_err(malformed)?;
    let signer = signer(key)?;
    // Any bound will do where only dates of certificates are compared.
    let now = SystemClock::new(Some(Duration::from_secs(1))).read()?.time;
    AuthorityIdentity::prove(chain, signer, now).map_err(|source| PartsError::Identity {
        path: path.to_owned(),
        source,
    })
}

fn open_log_identity(config: &Config) -> Result<LogIdentity, PartsError> {
    let (key, vkey) = (&config.log.key, &config.log.verifier_key);
    let text = read(vkey)?;
    let text = String::from_utf8_lossy(&text);
    let verifier =
        VerifierKey::parse(text.trim_end()).map_err(|source| PartsError::VerifierKey {
            path: vkey.clone(),
            source,
        })?;
    let made = LogIdentity::new(verifier.name().clone(), signer(key)?);
    let identity = made.map_err(|source| PartsError::LogKey {
        path: key.clone(),
        source,
    })?;
    if *identity.verifier_key() != verifier {
        return Err(PartsError::LogKeyMismatch {
            key: key.clone(),
            vkey: vkey.clone(),
        });
    }
    Ok(identity)
}

fn signer(path: &Path) -> Result<Arc<dyn Signer>, PartsError> {
    Ok(Arc::new(SoftwareSigner::from_pkcs8_file(path)?))
}

fn read(path: &Path) -> Result<Vec<u8>, PartsError> {
    std::fs::read(path).map_err(|source| PartsError::Unreadable {
        path: path.to_owned(),
        source,
    })
}
