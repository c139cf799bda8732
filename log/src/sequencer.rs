//! The one writer of the log, in front of which requests wait.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use meridian_signing::clock::Clock;
use meridian_signing::entropy::{Entropy, EntropyError};
use meridian_wire::leaf::{EventName, FINAL_EVENT};

use crate::event::SaltedEvent;
use crate::fatal::OnFatal;
use crate::open::Log;
use crate::pool::Pool;
use crate::queue::{EventOrder, Queue, StampOrder};
use crate::reader::LogReader;
use crate::released::{ClockFault, Outcome, Released};
use crate::room::{Reserve, RoomReading};
use crate::stamper::Stamper;
use crate::works::Works;

/// How much the sequencer takes on.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SequencerLimits {
    /// Requests that may wait for a number. 4,096 are half a second of work;
    /// who would wait longer is better told at once.
    pub queue: usize,
    /// Requests that get numbers at once. Signing 512 takes 16 ms on two
    /// cores, far below the deadline.
    pub batch: usize,
    /// Within which a token must be signed: the signing allowance of the policy.
    pub deadline: Duration,
    /// Threads that sign.
    pub threads: usize,
}

impl SequencerLimits {
    /// Limits.
    #[must_use]
    pub const fn new(queue: usize, batch: usize, deadline: Duration, threads: usize) -> Self {
        Self {
            queue,
            batch,
            deadline,
            threads,
        }
    }
}

impl Default for SequencerLimits {
    fn default() -> Self {
        Self {
            queue: 4_096,
            batch: 512,
            deadline: Duration::from_millis(100),
            threads: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// The log, open for writing.
///
/// Requests wait in a bounded queue without a number. One thread gives numbers
/// and times to those that wait and has them signed on a pool of threads;
/// another commits what is signed and releases the answers, while the next are
/// signed. Requests that fail to be signed leave a void leaf.
pub struct Sequencer<S: Stamper> {
    queue: Arc<Queue<S>>,
    reader: LogReader,
    entropy: Arc<dyn Entropy>,
    reserve: Option<Arc<Reserve>>,
    counts: Arc<Counts>,
    /// Emptied by whoever shuts down first.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What the sequencer has done since it started.
#[derive(Debug, Default)]
pub struct Counts {
    commits: AtomicU64,
    leaves: AtomicU64,
    voids: AtomicU64,
}

impl Counts {
    /// Batches committed.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Leaves committed, void ones included.
    #[must_use]
    pub fn leaves(&self) -> u64 {
        self.leaves.load(Ordering::Relaxed)
    }

    /// Void leaves.
    #[must_use]
    pub fn voids(&self) -> u64 {
        self.voids.load(Ordering::Relaxed)
    }

    pub(crate) fn add_commit(&self, leaves: usize) {
        let leaves = u64::try_from(leaves).unwrap_or(u64::MAX);
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.leaves.fetch_add(leaves, Ordering::Relaxed);
    }

    pub(crate) fn add_void(&self) {
        self.voids.fetch_add(1, Ordering::Relaxed);
    }
}

/// Why the sequencer did not start.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum SequencerError {
    /// A thread could not be started.
    #[error("a thread of the log could not be started")]
    NoThread(#[source] io::Error),
}

/// Why a request was not taken.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SubmitError {
    /// As many requests wait as may.
    #[error("the queue is full")]
    Full,
    /// The log is closing.
    #[error("the log is closing")]
    Closed,
}

/// Why an event was not appended.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EventError {
    /// The event is the one that closes a log, which
    /// [`Log::close`](crate::open::Log::close) alone may append.
    #[error("the event {FINAL_EVENT} closes the log and is not for a running one")]
    Final,
    /// There was no salt.
    #[error("there is no salt for the event")]
    Entropy(#[from] EntropyError),
    /// There was no trustworthy time.
    #[error("there is no time for the event")]
    Clock(#[from] ClockFault),
    /// The log is closing, or stopped before the event was committed.
    #[error("the log is closing")]
    Closed,
}

impl<S: Stamper> Sequencer<S> {
    /// Starts to write to an open log. `on_fatal` is called at most once, from
    /// a thread of the log, when it cannot go on; it should end the process.
    ///
    /// # Errors
    ///
    /// [`SequencerError::NoThread`] if the operating system refuses a thread.
    pub fn start(
        log: Log,
        stamper: Arc<S>,
        clock: Arc<dyn Clock>,
        limits: SequencerLimits,
        on_fatal: OnFatal,
    ) -> Result<Self, SequencerError> {
        let signers = Box::new(Pool::new(limits.threads));
        let Works {
            owner,
            committing,
            queue,
            reader,
            entropy,
            reserve,
            counts,
        } = Works::over(log, stamper, clock, limits, signers, on_fatal);
        let threads = vec![
            spawn("log-commit", move || committing.run())?,
            spawn("log-owner", move || owner.run())?,
        ];
        Ok(Self {
            queue,
            reader,
            entropy,
            reserve,
            counts,
            threads: Mutex::new(threads),
        })
    }

    /// Hands in a request. `reply` is called once, from a thread of the log,
    /// and must not block. If the log cannot go on, the reply of a request whose
    /// leaf may be on disk is neither called nor dropped: nobody is told
    /// anything about it.
    ///
    /// # Errors
    ///
    /// [`SubmitError`]: the request has no number and `reply` is not called.
    pub fn submit(
        &self,
        request: S::Request,
        reply: impl FnOnce(Outcome<S::Refusal>) + Send + 'static,
    ) -> Result<(), SubmitError> {
        self.queue.submit(StampOrder {
            request: Arc::new(request),
            reply: Box::new(reply),
            failed_before: false,
        })
    }

    /// Appends an event of the authority's life, and waits until it is released.
    ///
    /// # Errors
    ///
    /// [`EventError`]. After [`EventError::Closed`] it may be in the log or not.
    pub fn append_event(&self, name: EventName, body: &[u8]) -> Result<Released, EventError> {
        if name.as_str() == FINAL_EVENT {
            return Err(EventError::Final);
        }
        let event = SaltedEvent::new(body, &*self.entropy)?;
        let (sender, receiver) = mpsc::sync_channel(1);
        let order = EventOrder {
            name,
            event,
            // Nobody waits any more only if this thread is gone.
            reply: Box::new(move |released| drop(sender.send(released))),
        };
        let submitted = self.queue.submit_event(order);
        submitted.map_err(|_| EventError::Closed)?;
        let released = receiver.recv().map_err(|_| EventError::Closed)?;
        Ok(released?)
    }

    /// Reads the log.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// What was done since the start.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// How much room there is where the log lies; `None` for a log without a
    /// reserve.
    #[must_use]
    pub fn room(&self) -> Option<RoomReading> {
        self.reserve.as_ref().map(|reserve| reserve.look())
    }

    /// Requests that wait for a number.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Takes no more requests, answers those that were taken, and waits until
    /// all that is done. Threads that hang in the signer are left behind.
    pub fn shutdown(&self) {
        self.queue.close();
        let threads = self.threads.lock();
        let threads = std::mem::take(&mut *threads.unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A thread that panicked has rung the alarm itself.
            drop(thread.join());
        }
    }
}

fn spawn(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, SequencerError> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(run).map_err(SequencerError::NoThread)
}

impl<S: Stamper> Drop for Sequencer<S> {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl<S: Stamper> std::fmt::Debug for Sequencer<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sequencer")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}
