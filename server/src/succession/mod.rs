//! One log ends, the next one begins.
//!
//! | # | step | a crash after it leaves |
//! |---|---|---|
//! | 1 | the key of log n+1 is made | a key that no log has |
//! | 2 | log n gets its final event, which names log n+1, under its last checkpoint | a closed log: serving refuses |
//! | 3 | log n+1 is made as `….making`: private rows copied, then its genesis, which names the last checkpoint | the same; what is unfinished is made anew |
//! | 4 | the lock record of log n+1 gets its name | the same; from here on log n+1 is kept, never made anew |
//! | 5 | the private rows leave log n, and its files | the same; they are in log n+1 |
//! | 6 | the database of log n+1 gets its name | the succession, done |
//!
//! Calling [`succeed`] again goes on after the last step that is on disk. Nothing of log n+1 is
//! served before step 6.

pub(crate) mod announcement;
mod error;
mod files;

use std::sync::Arc;

use meridian_log::closed::{ClosedLog, is_closed};
use meridian_log::identity::LogIdentity;
use meridian_log::lock_record::LockRecord;
use meridian_log::lock_record::file::FileLockRecord;
use meridian_log::open::{CreateError, Log, LogParts};
use meridian_log::private::PrivateRows;
use meridian_log::store::Store;
use meridian_log::store::rocks::RocksStore;
use meridian_signing::clock::{Clock, StampTime};
use meridian_signing::entropy::OsEntropy;
use meridian_signing::signer::Signer;
use meridian_signing::software::{KeyKind, SoftwareSigner, generate};
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::x509::pem;

use self::announcement::{FinalEvent, Predecessor};
pub use self::error::SuccessionError;
use crate::config::{Config, LogConfig};
use crate::genesis::Genesis;
use crate::logs::verifier_key;
use crate::parts::{Credentials, open_log_identity};

/// What came of it.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Succession {
    /// The number of the newest log.
    pub number: LogNumber,
    /// Its verifier key.
    pub verifier_key: VerifierKey,
    /// The last checkpoint of the log before.
    pub predecessor: SignedNote,
    /// The newest log had only its genesis: there was nothing to do.
    pub was_done: bool,
}

/// Closes the newest log of a stopped authority and opens the one that succeeds it; goes on with a
/// succession that was interrupted. A log that succeeded another and holds nothing but its genesis
/// is left as it is.
///
/// # Errors
///
/// [`SuccessionError`]; calling it again goes on from there.
pub fn succeed(config: &Config, clock: &dyn Clock) -> Result<Succession, SuccessionError> {
    // What the new log's genesis will name must be right before anything is closed.
    let credentials = Credentials::open(config)?;
    let number = config.log.newest();
    let old = Old::open(config, number)?;
    if let Some(done) = old.just_begun(config)? {
        return Ok(done);
    }
    let next = number.next();
    let next = next.ok_or(SuccessionError::NoNumberLeft(number))?;
    let at = config.log.numbered(next);
    let identity = successor(config, next, &at)?;
    let key = identity.verifier_key().clone();
    let (store, old_key) = (Arc::clone(&old.store), old.key.clone());
    let closed = old.close(config, next, &key, clock)?;
    let last = closed.final_checkpoint();
    if !files::is_there(&at.lock_record) {
        let predecessor = Predecessor::new(number, &old_key, &Checkpoint::parse(last.text())?);
        let reading = clock.read()?;
        let time = StampTime::next(reading, Some(closed.final_time()))?.time;
        let genesis = Genesis {
            log: &key,
            time_unit: credentials.time_unit(),
            location_unit: credentials.location_unit(),
            location_policy: credentials.location_policy(),
            config: &config.digest,
            reading,
            predecessor: Some(&predecessor),
        };
        let entropy = Arc::new(OsEntropy);
        make(&at, &store, |new, lock| {
            let parts = LogParts::new(new, Box::new(lock), identity, entropy);
            Log::create(parts, &genesis.body(), time).map(drop)
        })?;
    }
    finish(&at, &store)?;
    Ok(Succession {
        number: next,
        verifier_key: key,
        predecessor: last,
        was_done: false,
    })
}

/// The log that is to be succeeded, closed or not.
struct Old {
    number: LogNumber,
    key: VerifierKey,
    store: Arc<RocksStore>,
    lock: FileLockRecord,
}

impl Old {
    fn open(config: &Config, number: LogNumber) -> Result<Self, SuccessionError> {
        let at = config.log.numbered(number);
        let key = verifier_key(&at.verifier_key)?;
        // In the order of serving: who else has it, a look that changes nothing, then for writing.
        let mut lock = FileLockRecord::open(&at.lock_record)?;
        Log::check(&RocksStore::open_read_only(&at.database)?, &mut lock)?;
        let store = Arc::new(RocksStore::open(&at.database)?);
        Ok(Self {
            number,
            key,
            store,
            lock,
        })
    }

    /// A log that succeeded another and has nothing but its genesis needs no successor: that is
    /// what an interrupted call finds when all was done.
    fn just_begun(&self, config: &Config) -> Result<Option<Succession>, SuccessionError> {
        let Some(before) = self.number.previous() else {
            return Ok(None);
        };
        if self.store.state()?.is_none_or(|state| state.size.get() > 1) {
            return Ok(None);
        }
        let at = config.log.numbered(before);
        let mut lock = FileLockRecord::open(&at.lock_record)?;
        let newest = lock.read()?.newest;
        let checkpoint = newest.map_or(String::new(), |newest| newest.checkpoint);
        Ok(Some(Succession {
            number: self.number,
            verifier_key: self.key.clone(),
            predecessor: SignedNote::parse(&checkpoint)?,
            was_done: true,
        }))
    }

    /// Step 2. A log that is closed already must have been closed for this successor.
    fn close(
        self,
        config: &Config,
        next: LogNumber,
        successor: &VerifierKey,
        clock: &dyn Clock,
    ) -> Result<ClosedLog, SuccessionError> {
        let store: Arc<dyn Store> = Arc::<RocksStore>::clone(&self.store);
        if is_closed(&*store)? {
            let closed = ClosedLog::open(store, Box::new(self.lock), &self.key)?;
            let named = closed.final_event()?;
            if named.as_deref().and_then(FinalEvent::successor).as_ref() != Some(successor) {
                return Err(SuccessionError::OtherSuccessor {
                    found: Box::new(successor.clone()),
                    path: config.log.numbered(next).key,
                });
            }
            return Ok(closed);
        }
        let identity = open_log_identity(&config.log, self.number)?;
        let entropy = Arc::new(OsEntropy);
        let log = Log::open(LogParts::new(store, Box::new(self.lock), identity, entropy))?;
        Ok(log.close(&FinalEvent::body(next, successor), clock.read()?)?)
    }
}

/// Step 1: the key of the new log, made if it is not there.
fn successor(
    config: &Config,
    number: LogNumber,
    at: &LogConfig,
) -> Result<LogIdentity, SuccessionError> {
    let first = verifier_key(&config.log.verifier_key)?;
    let origin = number.origin(first.name())?;
    if !files::is_there(&at.key) {
        let pkcs8 = generate(KeyKind::Ed25519)?;
        let text = pem::private_key_to_pem(&pkcs8);
        files::write(&at.key, text.as_bytes(), 0o600)?;
    }
    let signer: Arc<dyn Signer> = Arc::new(SoftwareSigner::from_pkcs8_file(&at.key)?);
    let made = LogIdentity::new(origin, signer);
    let identity = made.map_err(|source| SuccessionError::LogKey {
        path: at.key.clone(),
        source,
    })?;
    if !files::is_there(&at.verifier_key) {
        let vkey = format!("{}\n", identity.verifier_key());
        files::write(&at.verifier_key, vkey.as_bytes(), 0o644)?;
    }
    if verifier_key(&at.verifier_key)? != *identity.verifier_key() {
        return Err(SuccessionError::KeyMismatch {
            key: at.key.clone(),
            vkey: at.verifier_key.clone(),
        });
    }
    Ok(identity.with_number(number)?)
}

/// Steps 3 and 4: database and lock record of the new log, with its genesis.
fn make(
    at: &LogConfig,
    old: &RocksStore,
    create: impl FnOnce(Arc<dyn Store>, FileLockRecord) -> Result<(), CreateError>,
) -> Result<(), SuccessionError> {
    let (database, lock_record) = (files::making(&at.database), files::making(&at.lock_record));
    files::remove(&database)?;
    files::remove(&lock_record)?;
    files::make_folder(&database)?;
    let store = Arc::new(RocksStore::create(&database)?);
    // Made durable by the commit of the genesis, which stands behind them.
    old.copy_private_rows(&store)?;
    create(store, FileLockRecord::create(&lock_record)?)?;
    files::sync_folder(&database)?;
    files::rename(&lock_record, &at.lock_record)
}

/// Steps 5 and 6.
fn finish(at: &LogConfig, old: &RocksStore) -> Result<(), SuccessionError> {
    let making = files::making(&at.database);
    let lost = || SuccessionError::DatabaseLost {
        lock: at.lock_record.clone(),
        database: at.database.clone(),
    };
    if !files::is_there(&making) {
        return Err(lost());
    }
    let state = RocksStore::open_read_only(&making)?.state()?;
    let newest = FileLockRecord::open(&at.lock_record)?.read()?.newest;
    let released = newest.map(|newest| newest.checkpoint);
    if released.is_none() || state.map(|state| state.checkpoint) != released {
        return Err(lost());
    }
    old.remove_private_rows()?;
    old.compact_private()?;
    files::rename(&making, &at.database)
}
