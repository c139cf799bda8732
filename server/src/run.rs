//! From a directory to a stopped process: what `meridian serve` does.

use std::path::Path;
use std::sync::Arc;

use meridian_log::fatal::Fatal;
use meridian_signing::clock::system::SystemClock;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::{Config, ConfigError, Environment, ValueProblem};
use crate::lifecycle::{self, Running, StartError};
use crate::logging;
use crate::parts::{Parts, PartsError};

/// What the command line says on top of file and environment.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    listen: Option<String>,
}

impl Overrides {
    /// Nothing.
    #[must_use]
    pub const fn none() -> Self {
        Self { listen: None }
    }

    /// HOST:PORT of the public port.
    #[must_use]
    pub fn with_listen(mut self, listen: String) -> Self {
        self.listen = Some(listen);
        self
    }
}

/// Why serving ended with an error. The program prints it and exits with 1.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// `--listen` is not HOST:PORT.
    #[error("--listen {given}: {problem}")]
    Listen {
        /// What was given.
        given: String,
        /// The rule.
        problem: ValueProblem,
    },
    /// A part is missing or does not fit.
    #[error(transparent)]
    Parts(#[from] PartsError),
    /// The authority did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The runtime's threads cannot be started.
    #[error("threads cannot be started: {0}")]
    Runtime(#[source] std::io::Error),
    /// Signals cannot be awaited.
    #[error("signals cannot be awaited: {0}")]
    Signals(#[source] std::io::Error),
    /// The log stopped for good.
    #[error("the log stopped (start again: it finds out what its last commit did): {0}")]
    Fatal(#[source] Fatal),
}

/// Serves the authority in `directory` until SIGTERM or SIGINT, then drains.
///
/// SIGHUP reads `[clock] asserted_bound` again, so that an authority can go from an asserted
/// bound to a measured one, or back, and the files of `[tls]`, without a pause. `on_ready` is
/// called once, when the ports are bound.
///
/// # Errors
///
/// [`RunError`]. A fatal fault of the log is one: nothing is drained then.
pub async fn run(
    directory: &Path,
    overrides: &Overrides,
    on_ready: impl FnOnce(&Running),
) -> Result<(), RunError> {
    let environment = Environment::of_process();
    let mut config = Config::load(directory, &environment)?;
    if let Some(listen) = &overrides.listen {
        config
            .set_listen(listen)
            .map_err(|problem| RunError::Listen {
                given: listen.clone(),
                problem,
            })?;
    }
    logging::start(&config.logging);
    let clock = Arc::new(SystemClock::new(config.asserted_bound));
    let mut signals = Signals::catch().map_err(RunError::Signals)?;
    // Two owners: the pipeline reads it, SIGHUP sets it.
    let parts = Parts::open_with_clock(config, Arc::<SystemClock>::clone(&clock))?;
    let mut running = lifecycle::start(parts).await?;
    on_ready(&running);
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => break,
            _ = signals.interrupt.recv() => break,
            _ = signals.hang_up.recv() => {
                if let Some(config) = reread(directory, &environment) {
                    clock.set_asserted_bound(config.asserted_bound);
                    running.record_reload(config.asserted_bound).await;
                }
                running.reload_certificates().await;
            }
            fault = running.fatal() => return Err(RunError::Fatal(fault)),
        }
    }
    running.shutdown().await;
    Ok(())
}

/// The same for a program without a runtime of its own: makes one with a thread per core.
///
/// # Errors
///
/// [`RunError`], as [`run`], and [`RunError::Runtime`].
pub fn run_blocking(
    directory: &Path,
    overrides: &Overrides,
    on_ready: impl FnOnce(&Running),
) -> Result<(), RunError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(RunError::Runtime)?;
    runtime.block_on(run(directory, overrides, on_ready))
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn catch() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }
}

fn reread(directory: &Path, environment: &Environment) -> Option<Config> {
    match Config::load(directory, environment) {
        Ok(config) => {
            let asserted = config.asserted_bound.is_some();
            tracing::info!(asserted, "clock read again");
            Some(config)
        }
        Err(error) => {
            tracing::error!(%error, "configuration refused; the old one goes on");
            None
        }
    }
}
