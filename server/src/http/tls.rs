//! HTTPS: a certificate that can be exchanged while connections go on.
//!
//! The files are read in full at each look, and compared by content: that notices a renewed
//! certificate whatever tool put it there (a copy that keeps its date, a link that now points
//! elsewhere), and costs a few reads a minute. What cannot be used leaves the old one in place.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use meridian_signing::clock::system::SystemClock;
use meridian_signing::clock::{Clock, ClockError};
use meridian_wire::time::UnixMicros;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::connection::drained_for;
pub use super::tls_files::TlsError;
use super::tls_files::{Loaded, TlsFiles};
use crate::config::TlsConfig;

const DAY_US: i64 = 86_400_000_000;
/// Certificates of public CAs are renewed a month before they end, or more.
const WARN_DAYS: i64 = 14;

/// The state of HTTPS.
#[derive(Debug)]
pub(crate) struct Tls {
    config: TlsConfig,
    current: RwLock<Arc<Loaded>>,
    said: Mutex<Said>,
}

/// What was said last, so that nothing is said at every look.
#[derive(Debug, Default)]
struct Said {
    /// Why the files as they are now cannot be used.
    refused: Option<String>,
    /// Days left when a warning was given.
    days_left: Option<i64>,
}

/// What probes and metrics show.
#[derive(Clone, Debug)]
pub(crate) struct TlsState {
    /// Last second of the certificate's validity.
    pub(crate) not_after: UnixMicros,
    /// Why the files as they are now cannot be used; `None` if they are in use.
    pub(crate) refused: Option<String>,
}

impl Tls {
    /// Reads the files and proves that they fit together. A certificate that is not valid now is
    /// used all the same: refusing it would end the plain port, too.
    pub(crate) fn open(config: &TlsConfig) -> Result<Self, TlsError> {
        let loaded = TlsFiles::read(config)?.understand(config)?;
        let tls = Self {
            config: config.clone(),
            current: RwLock::new(Arc::new(loaded)),
            said: Mutex::default(),
        };
        tls.announce("HTTPS");
        tls.warn_of_the_end();
        Ok(tls)
    }

    /// For the next handshake.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current().server))
    }

    pub(super) fn handshake_deadline(&self) -> Duration {
        self.config.handshake_deadline
    }

    pub(crate) fn state(&self) -> TlsState {
        TlsState {
            not_after: self.current().leaf.not_after(),
            refused: self.said().refused.clone(),
        }
    }

    /// Reads the files again and uses them, if they changed and can be used. Connections that are
    /// open go on; sessions cannot be taken up again across a change.
    pub(crate) fn reload(&self) {
        let outcome = self.look();
        let refused = outcome.as_ref().err().map(ToString::to_string);
        let before = std::mem::replace(&mut self.said().refused, refused.clone());
        match outcome {
            Ok(true) => self.announce("HTTPS certificate exchanged"),
            Ok(false) if before.is_some() => self.announce("HTTPS certificate as before"),
            Ok(false) => {}
            Err(error) if before != refused => {
                tracing::error!(%error, "new HTTPS files refused; the old certificate goes on");
            }
            Err(_) => {}
        }
        self.warn_of_the_end();
    }

    /// Whether something new is in use.
    fn look(&self) -> Result<bool, TlsError> {
        let files = TlsFiles::read(&self.config)?;
        if files.digest() == self.current().digest {
            return Ok(false);
        }
        let new = files.understand(&self.config)?;
        let (not_before, not_after) = (new.leaf.not_before(), new.leaf.not_after());
        // Without a clock nothing is known against it.
        if now().is_ok_and(|now| now < not_before || now > not_after) {
            return Err(TlsError::NotNow {
                path: self.config.certificates.clone(),
                not_before,
                not_after,
            });
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(new);
        Ok(true)
    }

    fn announce(&self, what: &str) {
        let current = self.current();
        tracing::info!(
            certificate = current.leaf.subject_text(),
            not_after = %current.leaf.not_after(),
            "{what}"
        );
    }

    /// Once a day, from two weeks before the end.
    fn warn_of_the_end(&self) {
        let not_after = self.current().leaf.not_after();
        let Ok(now) = now() else { return };
        let left = not_after.get().saturating_sub(now.get()).div_euclid(DAY_US);
        let mut said = self.said();
        if left >= WARN_DAYS {
            said.days_left = None;
        } else if said.days_left.replace(left) != Some(left) {
            tracing::warn!(%not_after, days = left, "the HTTPS certificate ends soon, or has ended");
        }
    }

    fn current(&self) -> Arc<Loaded> {
        // Whoever panicked here had only cloned or replaced a pointer.
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Any bound will do where only dates of certificates are compared.
fn now() -> Result<UnixMicros, ClockError> {
    let reading = SystemClock::new(Some(Duration::from_secs(1))).read()?;
    Ok(reading.time)
}

/// Looks at the files at each interval, until the server drains.
pub(crate) async fn watch(tls: Arc<Tls>, drain: watch::Receiver<bool>) {
    let mut drained = std::pin::pin!(drained_for(drain, Duration::ZERO));
    let mut looks = tokio::time::interval(tls.config.reload);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The first tick is at once, and everything was just read.
    looks.tick().await;
    loop {
        tokio::select! {
            () = &mut drained => return,
            _ = looks.tick() => reload(&tls).await,
        }
    }
}

/// Reads the files again, not on a thread that serves others.
pub(crate) async fn reload(tls: &Arc<Tls>) {
    let tls = Arc::clone(tls);
    // It ends without a result only when the process is being torn down.
    let _ = tokio::task::spawn_blocking(move || tls.reload()).await;
}

#[cfg(test)]
mod tests;
