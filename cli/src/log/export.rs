//! `meridian log export`: the public log as files.

use meridian_log::export::{ExportError, Exported, export as write};
use meridian_wire::tile::walk::WalkError;

use super::bar::bar;
use super::public::{FetchError, PublicLog, SourceError};
use crate::args::export::ExportArgs;
use crate::error::{Ending, chain, report, say};

/// Why nothing, or not everything, was exported.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Source(Box<SourceError>),
    #[error(transparent)]
    Export(Box<ExportError<FetchError>>),
}

impl From<SourceError> for CommandError {
    fn from(error: SourceError) -> Self {
        Self::Source(Box::new(error))
    }
}

impl From<ExportError<FetchError>> for CommandError {
    fn from(error: ExportError<FetchError>) -> Self {
        Self::Export(Box::new(error))
    }
}

impl CommandError {
    fn ending(&self) -> Ending {
        match self {
            Self::Source(error) => error.ending(),
            Self::Export(error) => match &**error {
                ExportError::Tiles(WalkError::Fetch { source, .. }) => source.ending(),
                ExportError::Tiles(_)
                | ExportError::Checkpoint(_)
                | ExportError::Behind { .. }
                | ExportError::Forked { .. } => Ending::Fault,
                _ => Ending::Refused,
            },
        }
    }

    fn hint(&self) -> String {
        let text = match self {
            Self::Source(error) => return error.hint(),
            Self::Export(error) => match &**error {
                ExportError::Tiles(WalkError::Fetch { source, .. }) => source.hint(),
                ExportError::Tiles(_) => {
                    "the log does not hold what it signed: `meridian log fsck` says more"
                }
                ExportError::Checkpoint(_) => "--log-key must be the key of this log",
                ExportError::OtherLog { .. } => "name another folder, or the key of the log in it",
                ExportError::Behind { .. } | ExportError::Forked { .. } => {
                    "keep both: the two signed checkpoints prove what happened"
                }
                ExportError::Running { .. } => "wait until it has ended",
                ExportError::File { .. } => {
                    "the folder above OUT must be there, with room in it; then run it again"
                }
                _ => "the disk does not hold what is written to it: name a folder on another one",
            },
        };
        text.to_owned()
    }
}

/// Exports, and says what was written.
pub(super) fn export(args: &ExportArgs) -> Ending {
    match run(args) {
        Ok(exported) => {
            say(&format!(
                "{}: {} leaves, {} of them new; tiles written {}, already there {}",
                args.out.display(),
                exported.size,
                exported.size.get() - exported.before.get(),
                exported.written,
                exported.kept
            ));
            Ending::Done
        }
        Err(error) => {
            report(&chain(&error), &error.hint());
            error.ending()
        }
    }
}

fn run(args: &ExportArgs) -> Result<Exported, CommandError> {
    let log = PublicLog::open(&args.log)?;
    let bar = bar(0, "tiles");
    let mut tell = |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    };
    let fetch = |path: &_| log.tile(path);
    let exported = write(&log.checkpoint, &log.key, &args.out, fetch, &mut tell);
    bar.finish_and_clear();
    Ok(exported?)
}
