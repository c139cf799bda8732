//! `meridian log succeed`: one log ends, the next one begins.

use meridian_log::lock_record::LockError;
use meridian_log::open::OpenError;
use meridian_server::config::{Config, ConfigError, Environment};
use meridian_server::succession::{Succession, SuccessionError, succeed as close_and_open};
use meridian_signing::clock::system::SystemClock;

use crate::args::succeed::SucceedArgs;
use crate::error::{Ending, chain, report, say};
use crate::serve::{NEWEST_LOCK, parts_hint};

#[derive(Debug, thiserror::Error)]
enum SucceedError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Succession(#[from] Box<SuccessionError>),
}

/// Closes the newest log of the authority and opens the next.
pub(super) fn succeed(args: &SucceedArgs) -> Ending {
    match run(args) {
        Ok(succession) => {
            tell(args, &succession);
            Ending::Done
        }
        Err(error) => {
            report(&chain(&error), &hint(&error, args));
            match error {
                SucceedError::Config(_) => Ending::Refused,
                SucceedError::Succession(error) => ending(&error),
            }
        }
    }
}

fn run(args: &SucceedArgs) -> Result<Succession, SucceedError> {
    let config = Config::load(&args.dir, &Environment::of_process())?;
    let clock = SystemClock::new(config.asserted_bound);
    Ok(close_and_open(&config, &clock).map_err(Box::new)?)
}

fn tell(args: &SucceedArgs, succession: &Succession) {
    let number = succession.number;
    let dir = args.dir.display();
    let mut last = succession.predecessor.text().lines();
    let (origin, size) = (
        last.next().unwrap_or_default(),
        last.next().unwrap_or_default(),
    );
    if succession.was_done {
        say(&format!("log {number} has no stamp yet: nothing was done"));
    } else {
        say(&format!("closed log {origin} for ever, with {size} leaves"));
        say(&format!("opened log {number}, which names it"));
    }
    say(&format!("  {}", succession.verifier_key));
    say(&format!(
        "publish this key beside the old one; start with: meridian serve {dir}"
    ));
}

fn ending(error: &SuccessionError) -> Ending {
    match error {
        SuccessionError::Store(_)
        | SuccessionError::Fault(_)
        | SuccessionError::Open(_)
        | SuccessionError::Close(_)
        | SuccessionError::Create(_)
        | SuccessionError::DatabaseLost { .. }
        | SuccessionError::OtherSuccessor { .. } => Ending::Fault,
        SuccessionError::Lock(LockError::Held { .. }) => Ending::Refused,
        SuccessionError::Lock(_) => Ending::Fault,
        _ => Ending::Refused,
    }
}

fn hint(error: &SucceedError, args: &SucceedArgs) -> String {
    let dir = args.dir.display();
    let error = match error {
        SucceedError::Config(_) => {
            return "name the folder of an authority, which has a meridian.toml".to_owned();
        }
        SucceedError::Succession(error) => error,
    };
    let text = match &**error {
        SuccessionError::Parts(error) => return parts_hint(error, &args.dir),
        SuccessionError::Lock(LockError::Held { .. }) => {
            return format!("end the authority in {dir} first: one log is written by one process");
        }
        SuccessionError::Lock(_) => NEWEST_LOCK,
        SuccessionError::Open(OpenError::DatabaseBehind { .. } | OpenError::Forked { .. }) => {
            "a log that is not whole is not closed: restore the newest copy of its database first"
        }
        SuccessionError::Clock(_) | SuccessionError::ClockWentBack(_) => {
            "when the clock can be trusted again, call it again: it goes on where it was"
        }
        SuccessionError::OtherSuccessor { .. } | SuccessionError::DatabaseLost { .. } => {
            "nothing else can succeed that log: its last leaf names its successor"
        }
        _ => "call it again when that is put right: it goes on where it was",
    };
    text.to_owned()
}
