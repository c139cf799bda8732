//! `meridian log fsck`: everything in a log computed again, from its leaves.

use std::io::{self, Write};
use std::num::NonZero;
use std::thread;

use meridian_log::fault::Fault;
use meridian_log::fsck::tiles::{TilesFault, fsck_tiles};
use meridian_log::fsck::{Checked, Report, fsck_from};
use meridian_log::identity::{CheckpointFault, verify_checkpoint};
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{Store, StoreError};
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::tile::walk::WalkError;
use serde::Serialize;

use super::StoppedLog;
use super::bar::bar;
use super::public::{FetchError, PublicLog, SourceError};
use super::state::{StateError, StateFile};
use crate::args::fsck::FsckArgs;
use crate::error::{Ending, chain, report, say};
use crate::stamp::token::token_digest;

/// Leaves between two writes of the state file: some tenths of a second.
const WRITE_EVERY: u64 = 65_536;

/// Why a log was not found right.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Source(Box<SourceError>),
    #[error("--state")]
    State(#[from] StateError),
    #[error("the checkpoint is not one of this log")]
    Checkpoint(#[source] CheckpointFault),
    #[error("the log is not what its leaves make it")]
    Database(#[source] Box<Fault>),
    #[error("the log is not what its checkpoint says")]
    Tiles(#[source] Box<TilesFault<FetchError>>),
    #[error("the database is damaged")]
    Blocks(#[from] StoreError),
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
}

impl From<SourceError> for CommandError {
    fn from(error: SourceError) -> Self {
        Self::Source(Box::new(error))
    }
}

impl From<Fault> for CommandError {
    fn from(fault: Fault) -> Self {
        Self::Database(Box::new(fault))
    }
}

impl From<TilesFault<FetchError>> for CommandError {
    fn from(fault: TilesFault<FetchError>) -> Self {
        Self::Tiles(Box::new(fault))
    }
}

impl CommandError {
    fn ending(&self) -> Ending {
        match self {
            Self::Source(error) => error.ending(),
            Self::State(_) | Self::Output(_) => Ending::Refused,
            Self::Tiles(fault) => match &**fault {
                TilesFault::Tiles(WalkError::Fetch { source, .. }) => source.ending(),
                _ => Ending::Fault,
            },
            Self::Checkpoint(_) | Self::Database(_) | Self::Blocks(_) => Ending::Fault,
        }
    }

    fn hint(&self) -> String {
        let text = match self {
            Self::Source(error) => return error.hint(),
            Self::State(StateError::Write(_)) => "its folder must be there, with room in it",
            Self::State(_) => "without --resume it begins anew, and writes over --state",
            Self::Checkpoint(_) => "--log-key must be the key of this log",
            Self::Database(_) | Self::Blocks(_) => {
                "do not serve from this folder: restore a copy of the database made after the last \
                 stop"
            }
            Self::Tiles(fault) => match &**fault {
                TilesFault::Tiles(WalkError::Fetch { source, .. }) => source.hint(),
                _ => {
                    "keep the checkpoint and the tile that is named: together they prove the fault"
                }
            },
            Self::Output(_) => "whoever reads this program's output went away, or has no room",
        };
        text.to_owned()
    }
}

/// The answer in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    ok: bool,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<Found>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

/// What a log without faults is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    origin: String,
    size: u64,
    root: String,
    /// Leaves that an earlier run had looked at.
    resumed_at: u64,
    /// Tokens, events and all checkpoints, too: only the authority has them.
    database: bool,
    stamps: u64,
    location_stamps: u64,
    events: u64,
    voids: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoints: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_tokens_gone: Option<u64>,
}

/// Examines, and says what was found.
pub(super) fn fsck(args: &FsckArgs) -> Ending {
    let source = args.log.source.to_string_lossy();
    let outcome = run(args).and_then(|found| {
        if args.json {
            let found = Some(found);
            print(&Answer {
                ok: true,
                source: &source,
                found,
                fault: None,
            })?;
        } else {
            found.say();
        }
        Ok(())
    });
    let Err(error) = outcome else {
        return Ending::Done;
    };
    if args.json {
        let fault = Some(chain(&error));
        // If standard output is gone, the exit code still tells.
        let _printed = print(&Answer {
            ok: false,
            source: &source,
            found: None,
            fault,
        });
    }
    report(&chain(&error), &error.hint());
    error.ending()
}

fn print(answer: &Answer<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, answer)?;
    writeln!(out)
}

fn run(args: &FsckArgs) -> Result<Found, CommandError> {
    let log = PublicLog::open(&args.log)?;
    let checkpoint = verify_checkpoint(&log.checkpoint, &log.key);
    let checkpoint = checkpoint.map_err(CommandError::Checkpoint)?;
    let origin = checkpoint.origin().as_str();
    let database = log.stopped.is_some();
    let file = args.state.as_ref();
    let file = file.map(|path| StateFile::new(path, origin, database));
    let start = match &file {
        Some(file) if args.resume => file.read()?,
        Some(file) => {
            // What cannot be written is said before the work, not after it.
            file.write(&Checked::nothing())?;
            Checked::nothing()
        }
        None => Checked::nothing(),
    };
    let threads = args.jobs.or_else(|| thread::available_parallelism().ok());
    let job = Job {
        threads: threads.unwrap_or(NonZero::<usize>::MIN),
        file,
        resumed_at: start.report.size.get(),
    };
    match &log.stopped {
        Some(stopped) => job.database(&log, stopped, start),
        None => job.tiles(&log, &checkpoint, start),
    }
}

/// How a log is examined.
struct Job {
    threads: NonZero<usize>,
    file: Option<StateFile>,
    resumed_at: u64,
}

impl Job {
    fn database(
        &self,
        log: &PublicLog,
        stopped: &StoppedLog,
        start: Checked,
    ) -> Result<Found, CommandError> {
        let bar = bar(0, "leaves");
        let mut diary = Diary::new(self, &start);
        let digest: &(dyn Fn(&[u8]) -> Option<[u8; 32]> + Sync) = &token_digest;
        let mut tell = |checked: &Checked, of: meridian_merkle::index::TreeSize| {
            bar.set_length(of.get());
            bar.set_position(checked.report.size.get());
            diary.note(checked);
        };
        let (store, threads) = (&*stopped.store, self.threads);
        let checked = fsck_from(store, &log.key, Some(digest), start, threads, &mut tell);
        bar.finish_and_clear();
        let checked = diary.close(checked)?;
        RocksStore::check_blocks(&stopped.at.database)?;
        let root = stopped.store.state()?.map(|state| state.root.to_string());
        let report = &checked.report;
        Ok(Found {
            checkpoints: Some(report.checkpoints),
            erased: Some(report.erased),
            location_tokens_gone: Some(report.location_tokens_gone),
            root: root.unwrap_or_default(),
            ..self.found(log.key.name().as_str(), report)
        })
    }

    fn tiles(
        &self,
        log: &PublicLog,
        checkpoint: &Checkpoint,
        start: Checked,
    ) -> Result<Found, CommandError> {
        let bar = bar(checkpoint.size().get(), "leaves");
        bar.set_position(start.report.size.get());
        let mut diary = Diary::new(self, &start);
        let mut tell = |checked: &Checked| {
            bar.set_position(checked.report.size.get());
            diary.note(checked);
        };
        let fetch = |path: &_| log.tile(path);
        let checked = fsck_tiles(checkpoint, &fetch, start, self.threads, &mut tell);
        bar.finish_and_clear();
        let checked = diary.close(checked)?;
        Ok(Found {
            database: false,
            root: checkpoint.root().to_string(),
            ..self.found(checkpoint.origin().as_str(), &checked.report)
        })
    }

    fn found(&self, origin: &str, report: &Report) -> Found {
        Found {
            origin: origin.to_owned(),
            size: report.size.get(),
            root: String::new(),
            resumed_at: self.resumed_at,
            database: true,
            stamps: report.stamps,
            location_stamps: report.location_stamps,
            events: report.events,
            voids: report.voids,
            checkpoints: None,
            erased: None,
            location_tokens_gone: None,
        }
    }
}

/// Writes down how far it is, now and then, and at the end.
struct Diary<'a> {
    file: Option<&'a StateFile>,
    written: u64,
    failed: Option<StateError>,
}

impl<'a> Diary<'a> {
    fn new(job: &'a Job, start: &Checked) -> Self {
        Self {
            file: job.file.as_ref(),
            written: start.report.size.get(),
            failed: None,
        }
    }

    fn note(&mut self, checked: &Checked) {
        let size = checked.report.size.get();
        if size.saturating_sub(self.written) >= WRITE_EVERY {
            self.written = size;
            self.write(checked);
        }
    }

    fn write(&mut self, checked: &Checked) {
        if let Some(Err(error)) = self.file.map(|file| file.write(checked)) {
            // The examination goes on: its result counts more.
            self.failed = Some(error);
        }
    }

    fn close<E: Into<CommandError>>(
        mut self,
        outcome: Result<Checked, E>,
    ) -> Result<Checked, CommandError> {
        let checked = outcome.map_err(Into::into)?;
        self.failed = None;
        self.write(&checked);
        match self.failed {
            Some(error) => Err(error.into()),
            None => Ok(checked),
        }
    }
}

impl Found {
    fn say(&self) {
        let resumed = match self.resumed_at {
            0 => String::new(),
            at => format!(" ({at} of them by an earlier run)"),
        };
        match self.checkpoints {
            Some(checkpoints) => say(&format!(
                "no fault in {} leaves{resumed} and {checkpoints} checkpoints",
                self.size
            )),
            None => say(&format!(
                "no fault in {} leaves{resumed}: {} has root {}",
                self.size, self.origin, self.root
            )),
        }
        let erased = self.erased.map(|erased| format!(", erased {erased}"));
        say(&format!(
            "stamps {}, events {}, void {}{}",
            self.stamps,
            self.events,
            self.voids,
            erased.unwrap_or_default()
        ));
        if let Some(gone) = self
            .location_tokens_gone
            .filter(|_| self.location_stamps > 0)
        {
            say(&format!(
                "location stamps {}, of which {gone} without their token: expired, erased or not \
                 kept",
                self.location_stamps
            ));
        }
    }
}
