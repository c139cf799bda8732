//! Everything that an authority is put together from, opened and proven.
//!
//! [`Parts::open`] takes what the configuration names. Tests fill the fields with their own
//! store, lock record, clock and signer: they are what a configuration cannot name.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use meridian_log::identity::{LogIdentity, NotALogKey, NotItsNumber};
use meridian_log::lock_record::file::FileLockRecord;
use meridian_log::lock_record::{LockError, LockRecord};
use meridian_log::open::{Log, LogParts, OpenError};
use meridian_log::private::PrivateRows;
use meridian_log::private::generations::Generations;
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
use meridian_wire::loc::Digest32;
use meridian_wire::log_number::LogNumber;
use meridian_wire::x509::certificate::CertificateView;
use meridian_wire::x509::pem::{self, PemError};

use crate::config::{Config, LocationConfig, LogConfig};
use crate::http::tls::{Tls, TlsError};
use crate::location::parts::{LocationParts, LocationPartsError};
use crate::logs::{EarlierLog, EarlierLogError, VerifierKeyError, verifier_key};

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
    /// The log's number, origin and key.
    pub log_identity: LogIdentity,
    /// The closed logs that this one succeeded.
    pub earlier: Vec<EarlierLog>,
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
    /// The verifier key of the log cannot be read.
    #[error(transparent)]
    VerifierKey(#[from] VerifierKeyError),
    /// A log that was succeeded by another cannot be read.
    #[error(transparent)]
    Earlier(#[from] EarlierLogError),
    /// The origin of the log does not fit its number.
    #[error(transparent)]
    Number(#[from] NotItsNumber),
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
        let number = config.log.newest();
        let earlier = EarlierLog::open_all(&config.log, number)?;
        let at = config.log.numbered(number);
        // The lock record first: it is what keeps a second process out.
        let mut lock = FileLockRecord::open(&at.lock_record)?;
        // Then a look that changes nothing: RocksDB, opened for writing, deletes a log file after
        // the part of it that it could read.
        Log::check(&RocksStore::open_read_only(&at.database)?, &mut lock)?;
        let store = Arc::new(RocksStore::open(&at.database)?);
        let newest = Arc::<RocksStore>::clone(&store);
        let older = earlier.iter().map(|log| Arc::clone(&log.private));
        let private = Arc::new(Generations::new(newest, older.collect()));
        let log_identity = open_log_identity(&config.log, number)?;
        let mut parts = Self::around(config, clock, store, private, Box::new(lock), log_identity)?;
        parts.earlier = earlier;
        parts.room = Some(Arc::new(DiskRoom::new(at.database)));
        Ok(parts)
    }

    /// The same with another place for the log, the first of its authority.
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
        let log_identity = open_log_identity(&config.log, LogNumber::FIRST)?;
        Self::around(config, clock, store, private, lock, log_identity)
    }

    fn around(
        config: Config,
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        private: Arc<dyn PrivateRows>,
        lock: Box<dyn LockRecord>,
        log_identity: LogIdentity,
    ) -> Result<Self, PartsError> {
        let Credentials { identity, location } = Credentials::open(&config)?;
        Ok(Self {
            identity,
            location,
            log_identity,
            earlier: Vec::new(),
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
    Credentials::open(config)?;
    open_log_identity(&config.log, config.log.newest())?;
    config.tls.as_ref().map(Tls::open).transpose()?;
    Ok(())
}

/// With what tokens are signed, proven to belong together.
pub(crate) struct Credentials {
    identity: AuthorityIdentity,
    location: Option<LocationParts>,
}

impl Credentials {
    /// Opens what `config` names.
    pub(crate) fn open(config: &Config) -> Result<Self, PartsError> {
        let authority = &config.authority;
        Ok(Self {
            identity: open_identity(&authority.certificates, &authority.key)?,
            location: config.location.as_ref().map(open_location).transpose()?,
        })
    }

    /// The certificate of the TSU.
    pub(crate) const fn time_unit(&self) -> &CertificateView {
        self.identity.certificate()
    }

    /// The certificate of the location TSU.
    pub(crate) fn location_unit(&self) -> Option<&CertificateView> {
        let location = self.location.as_ref()?;
        Some(location.identity.certificate())
    }

    /// The digest of the appraisal policy in force.
    pub(crate) fn location_policy(&self) -> Option<&Digest32> {
        let location = self.location.as_ref()?;
        Some(location.policy.hash())
    }
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

/// Opens the key of the log with this number.
pub(crate) fn open_log_identity(
    log: &LogConfig,
    number: LogNumber,
) -> Result<LogIdentity, PartsError> {
    let at = log.numbered(number);
    let (key, vkey) = (&at.key, &at.verifier_key);
    let verifier = verifier_key(vkey)?;
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
    Ok(identity.with_number(number)?)
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
