//! `meridian log`: reads the log of an authority that is stopped.
//!
//! What was released is what the lock record says: a last batch that only the database has never
//! left the process.

mod bar;
mod events;
mod export;
mod fsck;
mod public;
mod state;
mod succeed;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use meridian_log::closed::is_closed;
use meridian_log::fault::Fault;
use meridian_log::identity::CheckpointFault;
use meridian_log::lock_record::file::FileLockRecord;
use meridian_log::lock_record::{LockError, LockRecord, LockState};
use meridian_log::reader::ReadError;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{Row, Store, StoreError};
use meridian_merkle::error::{ProofError, ProveError};
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::inclusion::prove_inclusion;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_server::config::{Config, ConfigError, Environment, LogConfig};
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::error::NoteError;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::proof::{TlogProof, TlogProofError};

use crate::args::{LogCommand, LogDirArgs};
use crate::config::addresses;
use crate::error::{Ending, chain, report};
use crate::serve::NEWEST_LOCK;

/// Why the log cannot be read.
#[derive(Debug, thiserror::Error)]
enum LogError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the authority is running and has its log to itself")]
    Running { base: String, path: String },
    #[error(transparent)]
    Lock(LockError),
    #[error("the lock record is empty: no batch was ever released")]
    Empty,
    #[error(
        "the database ends at {database} leaves, {released} were released: it is an old copy, or lost data"
    )]
    Behind {
        database: TreeSize,
        released: TreeSize,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("serial number {serial} is not given out, the log has {size} leaves")]
    NoLeaf { serial: u128, size: TreeSize },
    #[error("there is no log {number}, the newest is {newest}")]
    NoLog {
        number: LogNumber,
        newest: LogNumber,
    },
    #[error("the database has lost {0}")]
    Lost(Row),
    #[error("the tree in the database is not the one that was released")]
    Tree(#[from] ProofError),
    #[error("the released checkpoint is malformed")]
    Note(#[from] NoteError),
    #[error("the proof cannot be written")]
    Proof(#[from] TlogProofError),
    #[error("no proof can be made for serial number {serial}")]
    Unprovable { serial: u128 },
    #[error("no event has serial number {serial}")]
    NoEvent { serial: u128 },
    #[error("the events cannot be read")]
    Events(#[from] ReadError),
    #[error("the log has another key than its folder")]
    OtherKey(#[from] CheckpointFault),
    #[error("the log is not what its leaves make it")]
    Fault(#[from] Fault),
    #[error("cannot read the log's verifier key {}", path.display())]
    KeyFile {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the log's verifier key {} is malformed", path.display())]
    Key {
        path: PathBuf,
        #[source]
        source: NoteError,
    },
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
}

impl LogError {
    fn ending(&self) -> Ending {
        match self {
            Self::Config(_)
            | Self::Running { .. }
            | Self::NoLeaf { .. }
            | Self::NoLog { .. }
            | Self::NoEvent { .. }
            | Self::Output(_) => Ending::Refused,
            Self::Lock(_)
            | Self::Empty
            | Self::Behind { .. }
            | Self::Store(_)
            | Self::Lost(_)
            | Self::Tree(_)
            | Self::Note(_)
            | Self::Events(_)
            | Self::OtherKey(_)
            | Self::Unprovable { .. }
            | Self::KeyFile { .. }
            | Self::Key { .. }
            | Self::Proof(_)
            | Self::Fault(_) => Ending::Fault,
        }
    }

    fn hint(&self) -> String {
        let text = match self {
            Self::Running { base, path } => {
                return format!("by its configuration it answers at {base}{path}");
            }
            Self::NoLeaf { serial, size } => {
                let (_, asked) = LogNumber::of_serial(*serial);
                let newest =
                    serial - u128::from(asked.get()) + u128::from(size.get().saturating_sub(1));
                return format!("the newest serial number is {newest}");
            }
            Self::NoLog { .. } => "the number of the log is the serial number divided by 2^64",
            Self::Config(_) => {
                "name the folder of an authority, which has a meridian.toml; `meridian config \
                 check` reads that file"
            }
            Self::Lock(_) | Self::Empty => NEWEST_LOCK,
            Self::Behind { .. } | Self::Lost(_) | Self::Tree(_) => {
                "do not serve from this folder: restore a copy of the database made after the last \
                 stop"
            }
            Self::Store(_) => {
                "copy the folder before anything else; then free what holds the database, or \
                 restore a copy of it made after the last stop"
            }
            Self::NoEvent { .. } => {
                "`meridian log events DIR` lists those that are there; stamps are no events"
            }
            Self::Note(_)
            | Self::Proof(_)
            | Self::Fault(_)
            | Self::Events(_)
            | Self::Unprovable { .. } => "`meridian log fsck DIR` finds what is wrong with the log",
            Self::KeyFile { .. } | Self::Key { .. } | Self::OtherKey(_) => {
                "restore it: the file holds one vkey line, and log.verifier_key names it"
            }
            Self::Output(_) => "whoever reads this program's output went away, or has no room",
        };
        text.to_owned()
    }
}

/// Runs one of the `log` commands.
pub(crate) fn log(command: &LogCommand) -> Ending {
    let outcome = match command {
        LogCommand::Checkpoint(args) => checkpoint(args),
        LogCommand::Events(args) => events::list(args),
        LogCommand::Proof(args) => proof(&args.dir, args.serial),
        LogCommand::Info(args) => info(args),
        LogCommand::Export(args) => return export::export(args),
        LogCommand::Fsck(args) => return fsck::fsck(args),
        LogCommand::Succeed(args) => return succeed::succeed(args),
    };
    match outcome {
        Ok(()) => Ending::Done,
        Err(error) => {
            report(&chain(&error), &error.hint());
            error.ending()
        }
    }
}

/// The log of a stopped authority; nobody can start it while this lives.
#[derive(Debug)]
struct StoppedLog {
    /// Where it is.
    at: LogConfig,
    number: LogNumber,
    store: Arc<RocksStore>,
    released: LockState,
    _lock: FileLockRecord,
}

impl StoppedLog {
    /// The newest log, or the one with this number. `path` is what the running authority would be
    /// asked for.
    fn open(dir: &Path, number: Option<LogNumber>, path: &str) -> Result<Self, LogError> {
        let config = Config::load(dir, &Environment::of_process())?;
        let newest = config.log.newest();
        let number = number.unwrap_or(newest);
        if number > newest {
            return Err(LogError::NoLog { number, newest });
        }
        let at = config.log.numbered(number);
        let mut lock = FileLockRecord::open(&at.lock_record).map_err(|error| match error {
            LockError::Held { .. } => LogError::Running {
                base: addresses(&config).into_iter().next().unwrap_or_default(),
                path: path.to_owned(),
            },
            other => LogError::Lock(other),
        })?;
        let released = lock
            .read()
            .map_err(LogError::Lock)?
            .newest
            .ok_or(LogError::Empty)?;
        let store = RocksStore::open_read_only(&at.database)?;
        let database = store.state()?.map_or(TreeSize::ZERO, |state| state.size);
        if database < released.size {
            return Err(LogError::Behind {
                database,
                released: released.size,
            });
        }
        Ok(Self {
            at,
            number,
            store: Arc::new(store),
            released,
            _lock: lock,
        })
    }

    fn verifier_key(&self) -> Result<VerifierKey, LogError> {
        let path = self.at.verifier_key.clone();
        let text = fs::read_to_string(&path).map_err(|source| LogError::KeyFile {
            path: path.clone(),
            source,
        })?;
        VerifierKey::parse(text.trim_end()).map_err(|source| LogError::Key { path, source })
    }

    fn leaf(&self, index: LeafIndex) -> Result<Vec<u8>, LogError> {
        self.store
            .leaf(index)?
            .ok_or(LogError::Lost(Row::Leaf(index)))
    }

    fn node(&self, id: NodeId) -> Result<Hash, LogError> {
        if id.level() == 0 {
            return Ok(leaf_hash(&self.leaf(LeafIndex::new(id.index()))?));
        }
        self.store.node(id)?.ok_or(LogError::Lost(Row::Node(id)))
    }
}

/// The log that `args` names; running, it is asked for its checkpoint.
fn stopped(args: &LogDirArgs) -> Result<StoppedLog, LogError> {
    let number = args.number.map(LogNumber::new);
    StoppedLog::open(&args.dir, number, "/log/checkpoint")
}

fn checkpoint(args: &LogDirArgs) -> Result<(), LogError> {
    let log = stopped(args)?;
    io::stdout().write_all(log.released.checkpoint.as_bytes())?;
    Ok(())
}

fn proof(dir: &Path, serial: u128) -> Result<(), LogError> {
    let (number, index) = LogNumber::of_serial(serial);
    let log = StoppedLog::open(dir, Some(number), &format!("/v1/proofs/{serial}"))?;
    let size = log.released.size;
    if index.get() >= size.get() {
        return Err(LogError::NoLeaf { serial, size });
    }
    let leaf = log.leaf(index)?;
    let inclusion =
        prove_inclusion(index, size, |id| log.node(id)).map_err(|error| match error {
            ProveError::Question(error) => LogError::Tree(error),
            ProveError::Fetch(error) => error,
            _ => LogError::Unprovable { serial },
        })?;
    inclusion.verify(&leaf_hash(&leaf), &log.released.root)?;
    let note = SignedNote::parse(&log.released.checkpoint)?;
    let proof = TlogProof::new(Some(leaf), index, inclusion.hashes().to_vec(), note)?;
    io::stdout().write_all(proof.text().as_bytes())?;
    Ok(())
}

fn info(args: &LogDirArgs) -> Result<(), LogError> {
    let log = stopped(args)?;
    let released = &log.released;
    let mut out = io::stdout().lock();
    let note = SignedNote::parse(&released.checkpoint)?;
    let origin = note.text().lines().next().unwrap_or_default();
    writeln!(out, "origin:   {origin}")?;
    writeln!(out, "size:     {}", released.size)?;
    writeln!(out, "root:     {}", released.root)?;
    if let Some(state) = log.store.state()? {
        writeln!(out, "last:     {}", state.last_time)?;
    }
    writeln!(out, "released: {} times", released.counter)?;
    if is_closed(&*log.store)? {
        writeln!(out, "closed:   yes, another log succeeds it")?;
    }
    writeln!(out, "database: {}", log.at.database.display())?;
    writeln!(out, "key:      {}", log.at.verifier_key.display())?;
    Ok(())
}
