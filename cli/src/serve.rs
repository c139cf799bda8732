//! `meridian serve`: runs the authority until a signal ends it.

use std::io::{self, Write};
use std::path::Path;

use meridian_log::lock_record::LockError;
use meridian_log::open::OpenError;
use meridian_server::config::ConfigError;
use meridian_server::lifecycle::{StartError, TlsError};
use meridian_server::logs::{EarlierLogError, VerifierKeyError};
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
        // A line for whoever started us; everything else is in the log on standard error.
        let plain = running.http_address().map(|at| format!("http://{at}"));
        let secure = running.https_address().map(|at| format!("https://{at}"));
        for url in plain.into_iter().chain(secure) {
            let _written = writeln!(io::stdout(), "serving on {url}");
        }
    });
    let Err(error) = outcome else {
        return Ending::Done;
    };
    report(&chain(&error), &hint(&error, &args.dir));
    match error {
        RunError::Fatal(_) => Ending::Fault,
        _ => Ending::Refused,
    }
}

/// What to do.
fn hint(error: &RunError, dir: &Path) -> String {
    match error {
        RunError::Config(ConfigError::Unreadable { source, .. }) if is_missing(source) => {
            format!("make an authority with: meridian init {}", dir.display())
        }
        RunError::Config(ConfigError::Unreadable { .. }) => {
            "the configuration is a TOML file in UTF-8; `meridian config check FILE` reads it"
                .to_owned()
        }
        RunError::Config(_) => {
            "`meridian config check FILE` says when it is right; server/meridian.sample.toml in \
             the source tree documents every key"
                .to_owned()
        }
        RunError::Listen { .. } => {
            "write it as in --listen 127.0.0.1:3161; port 0 takes a free one".to_owned()
        }
        RunError::Parts(error) => parts_hint(error, dir),
        RunError::Start(error) => start_hint(error, dir),
        RunError::Fatal(_) => {
            "start it again: it then finds out what its last commit did".to_owned()
        }
        _ => "the system refused: raise the limits of this process, then start it again".to_owned(),
    }
}

fn start_hint(error: &StartError, dir: &Path) -> String {
    let text = match error {
        StartError::Log(error) => log_hint(error),
        StartError::Tls(error) => tls_hint(error),
        StartError::Bind { source, .. } => match source.kind() {
            io::ErrorKind::AddrInUse => {
                "something listens there already, perhaps this authority: end it, or name another \
                 address with --listen, or in meridian.toml (http.listen, tls.listen, \
                 private.listen)"
            }
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need CAP_NET_BIND_SERVICE; a socket needs a writable folder"
            }
            _ => {
                "name an address of this machine with --listen, or in meridian.toml (http.listen, \
                 tls.listen, private.listen or private.socket)"
            }
        },
        StartError::Sequencer(_) => "raise the limits of this process, then start it again",
        _ => return format!("change {}/meridian.toml accordingly", dir.display()),
    };
    text.to_owned()
}

/// What to do about a file that does not open, or does not fit.
pub(crate) fn parts_hint(error: &PartsError, dir: &Path) -> String {
    let dir = dir.display();
    let text = match error {
        PartsError::Lock(LockError::Held { .. }) => {
            return format!("{dir} is being served already, or read by meridian log");
        }
        PartsError::Lock(_) => NEWEST_LOCK,
        PartsError::Store(_) => {
            return format!(
                "end what else has it open, make room if the disk is full; otherwise copy {dir} \
                 before anything else, then restore a copy of the database made after the last stop"
            );
        }
        PartsError::Unreadable { .. }
        | PartsError::VerifierKey(VerifierKeyError::Unreadable { .. })
        | PartsError::Key(KeyFileError::Read { .. }) => {
            "restore it, or name its place in meridian.toml"
        }
        PartsError::Key(_) => "nobody but the owner may read a private key",
        PartsError::Certificates { .. } | PartsError::Identity { .. } => {
            "certificate, chain and key must be of one request; put back what was exchanged"
        }
        PartsError::Log(error)
        | PartsError::Earlier(EarlierLogError::Log { source: error, .. }) => log_hint(error),
        PartsError::Earlier(_) => {
            "every log that was succeeded must be there: put back its database, lock record and \
             verifier key"
        }
        PartsError::Tls(error) => tls_hint(error),
        PartsError::Location(_) => {
            "put it right, or take [location] out of meridian.toml: then time only is stamped"
        }
        PartsError::Clock(_) => "this system's clock cannot be read",
        _ => "put back the pair of log.key and log.verifier_key that `meridian init` made",
    };
    text.to_owned()
}

fn tls_hint(error: &TlsError) -> &'static str {
    match error {
        TlsError::Unreadable { .. } | TlsError::Key(KeyFileError::Read { .. }) => {
            "put it there, or name its place in meridian.toml ([tls]); without that table plain \
             HTTP is served"
        }
        _ => "docs/OPERATIONS.md, 'HTTPS', says what the files of [tls] hold",
    }
}

/// What to do about a lock record that is not there or not right.
pub(crate) const NEWEST_LOCK: &str = "put the lock record itself back, never an older copy or a new one: \
     nothing else remembers what was released";

fn log_hint(error: &OpenError) -> &'static str {
    match error {
        OpenError::DatabaseBehind { .. } => {
            "clients hold stamps that this database does not have: do not serve without them"
        }
        OpenError::LockBehind { .. } | OpenError::LockDamaged | OpenError::LockRecord(_) => {
            NEWEST_LOCK
        }
        OpenError::Closed { .. } => {
            "its succession was begun and not finished: `meridian log succeed DIR` goes on with it"
        }
        OpenError::NotCreated => "make an authority with `meridian init` in a new folder",
        OpenError::Forked { .. } | OpenError::Checkpoint(_) => {
            "database, lock record and key must be of one log: put back what was exchanged"
        }
        _ => {
            "keep a copy of the directory, then restore a copy of the database made after the last \
             stop"
        }
    }
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}
