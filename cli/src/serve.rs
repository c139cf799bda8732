//! `meridian serve`: runs the authority until a signal ends it.

use std::io::{self, Write};

use meridian_log::lock_record::LockError;
use meridian_log::open::OpenError;
use meridian_server::config::ConfigError;
use meridian_server::lifecycle::StartError;
use meridian_server::parts::PartsError;
use meridian_server::run::{Overrides, RunError, run_blocking};
use meridian_signing::key_file::KeyFileError;

use crate::args::ServeArgs;
use crate::error::{Ending, chain, report};

/// Serves; returns when the server has drained, or could not start.
pub(crate) fn serve(args: &ServeArgs) -> Ending {
    let overrides = match &args.listen {
        Some(address) => Overrides::none().with_listen(address.clone()),
        None => Overrides::none(),
    };
    let outcome = run_blocking(&args.dir, &overrides, |running| {
        // One line for whoever started us; everything else is in the log on standard error.
        let _written = writeln!(
            io::stdout(),
            "serving on http://{}",
            running.public_address()
        );
    });
    let Err(error) = outcome else {
        return Ending::Done;
    };
    report(&chain(&error), hint(&error, args).as_deref());
    match error {
        RunError::Fatal(_) => Ending::Fault,
        _ => Ending::Refused,
    }
}

/// What to do, where the error does not say it itself.
fn hint(error: &RunError, args: &ServeArgs) -> Option<String> {
    let dir = args.dir.display();
    match error {
        RunError::Config(ConfigError::Unreadable { source, .. }) if is_missing(source) => {
            Some(format!("make an authority with: meridian init {dir}"))
        }
        RunError::Config(ConfigError::Unreadable { .. }) => Some(
            "the configuration is a TOML file in UTF-8; `meridian config check FILE` reads it"
                .to_owned(),
        ),
        RunError::Parts(PartsError::Lock(LockError::Held { .. })) => Some(format!(
            "{dir} is being served already, or read by meridian log"
        )),
        RunError::Parts(PartsError::Lock(LockError::Io { .. } | LockError::Length { .. })) => {
            Some(NEWEST_LOCK.to_owned())
        }
        RunError::Parts(PartsError::Store(_)) => Some(format!(
            "end what else has it open, make room if the disk is full; otherwise copy {dir} before \
             anything else, then restore a copy of the database made after the last stop"
        )),
        RunError::Parts(
            PartsError::Unreadable { .. } | PartsError::Key(KeyFileError::Read { .. }),
        ) => Some("restore it, or name its place in meridian.toml".to_owned()),
        RunError::Parts(PartsError::Log(error)) | RunError::Start(StartError::Log(error)) => {
            log_hint(error).map(str::to_owned)
        }
        _ => None,
    }
}

const NEWEST_LOCK: &str = "put the lock record itself back, never an older copy or a new one: \
                           nothing else remembers what was released";

fn log_hint(error: &OpenError) -> Option<&'static str> {
    match error {
        // It says itself what to restore.
        OpenError::DatabaseBehind { .. } => None,
        OpenError::LockBehind { .. } | OpenError::LockDamaged | OpenError::LockRecord(_) => {
            Some(NEWEST_LOCK)
        }
        OpenError::NotCreated => Some("make an authority with `meridian init` in a new folder"),
        OpenError::Forked { .. } | OpenError::Checkpoint(_) => {
            Some("database, lock record and key must be of one log: put back what was exchanged")
        }
        _ => Some(
            "keep a copy of the directory, then restore a copy of the database made after the last stop",
        ),
    }
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}
