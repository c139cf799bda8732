//! The sequencer's deterministic twin: the same owner and committer, moved by
//! hand instead of by threads.
//!
//! Whoever moves them chooses which of the two goes next, how long each signature
//! takes, and by its parts (store, lock record, clock, room) what fails; one
//! history follows from one list of choices. For simulations; no configuration
//! can name it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use meridian_signing::clock::{Clock, monotonic};
use meridian_wire::leaf::{EventName, FINAL_EVENT};

use crate::committing::Committing;
use crate::event::SaltedEvent;
use crate::fatal::Fatal;
use crate::open::Log;
use crate::owner::Owner;
use crate::queue::{EventOrder, StampOrder};
use crate::reader::LogReader;
use crate::released::{ClockFault, Outcome, Released};
use crate::sequencer::{EventError, SequencerLimits, SubmitError};
use crate::signing_batch::{Collected, Piece, Signers};
use crate::stamper::{Place, Stamper};
use crate::works::Works;

/// How long the signature at a place takes; a deadline or more is a signer that
/// hangs.
pub type Delay = Box<dyn FnMut(&Place) -> Duration + Send>;

/// A log open for writing, in which nothing happens by itself.
pub struct SteppedSequencer<S: Stamper> {
    works: Works<S>,
    passed: Arc<Mutex<Duration>>,
    fatal: Arc<Mutex<Option<Fatal>>>,
    /// From which on nothing may be committed.
    ended: bool,
    batch: usize,
}

impl<S: Stamper> SteppedSequencer<S> {
    /// Over an open log. `limits.threads` signers work side by side in simulated
    /// time.
    #[must_use]
    pub fn new(
        log: Log,
        stamper: Arc<S>,
        clock: Arc<dyn Clock>,
        limits: SequencerLimits,
        delay: Delay,
    ) -> Self {
        let passed = Arc::new(Mutex::new(Duration::ZERO));
        let fatal = Arc::new(Mutex::new(None));
        let signers = SimSigners {
            delay,
            threads: limits.threads.max(1),
            start: monotonic(),
            passed: Arc::clone(&passed),
        };
        let rung = Arc::clone(&fatal);
        let on_fatal = Box::new(move |fault| {
            *rung.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
        });
        Self {
            works: Works::over(log, stamper, clock, limits, Box::new(signers), on_fatal),
            passed,
            fatal,
            ended: false,
            batch: limits.batch,
        }
    }

    /// As [`Sequencer::submit`](crate::sequencer::Sequencer::submit).
    ///
    /// # Errors
    ///
    /// The same.
    pub fn submit(
        &self,
        request: S::Request,
        reply: impl FnOnce(Outcome<S::Refusal>) + Send + 'static,
    ) -> Result<(), SubmitError> {
        self.works.queue.submit(StampOrder {
            request: Arc::new(request),
            reply: Box::new(reply),
            failed_before: false,
        })
    }

    /// Hands in an event; as
    /// [`Sequencer::append_event`](crate::sequencer::Sequencer::append_event),
    /// which waits.
    ///
    /// # Errors
    ///
    /// The same, but for what the event meets later.
    pub fn submit_event(
        &self,
        name: EventName,
        body: &[u8],
        reply: impl FnOnce(Result<Released, ClockFault>) + Send + 'static,
    ) -> Result<(), EventError> {
        if name.as_str() == FINAL_EVENT {
            return Err(EventError::Final);
        }
        let event = SaltedEvent::new(body, &*self.works.entropy)?;
        let order = EventOrder {
            name,
            event,
            reply: Box::new(reply),
        };
        let submitted = self.works.queue.submit_event(order);
        submitted.map_err(|_| EventError::Closed)
    }

    /// One turn of the thread that gives numbers and has them signed. False, and
    /// nothing done, where it would wait: for a request, or for the committer.
    pub fn turn(&mut self) -> bool {
        let owner: &mut Owner<S> = &mut self.works.owner;
        if self.works.queue.is_idle() || owner.handover.len() >= self.batch {
            return false;
        }
        owner.take().is_some_and(|taken| owner.turn(taken))
    }

    /// One turn of the thread that commits. False, and nothing done, where it
    /// would wait.
    ///
    /// # Errors
    ///
    /// [`Fatal`]: the process has ended. The value is only good to be dropped,
    /// and commits nothing more.
    pub fn commit(&mut self) -> Result<bool, Fatal> {
        let committing: &mut Committing<S> = &mut self.works.committing;
        if self.ended || committing.handover.len() == 0 {
            return Ok(false);
        }
        let Some(group) = committing.handover.take() else {
            return Ok(false);
        };
        if committing.commit(group) {
            return Ok(true);
        }
        self.ended = true;
        let fatal = self
            .fatal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        Err(fatal.unwrap_or(Fatal::Panicked))
    }

    /// Lets time pass between turns: the monotonic clock's, for deadlines.
    pub fn pass(&self, time: Duration) {
        add(&self.passed, time);
    }

    /// Reads the log.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        self.works.reader.clone()
    }

    /// Requests that wait for a number.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.works.queue.len()
    }
}

impl<S: Stamper> std::fmt::Debug for SteppedSequencer<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SteppedSequencer")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

fn add(passed: &Mutex<Duration>, time: Duration) {
    let mut passed = passed.lock().unwrap_or_else(PoisonError::into_inner);
    *passed = passed.saturating_add(time);
}

/// Signers in simulated time. Each piece is really signed, by the thread that
/// asks, if it would have been ready in time.
struct SimSigners {
    delay: Delay,
    threads: usize,
    start: Instant,
    passed: Arc<Mutex<Duration>>,
}

impl<S: Stamper> Signers<S> for SimSigners {
    fn sign(&mut self, stamper: &Arc<S>, pieces: Vec<Piece<S>>, deadline: Duration) -> Collected {
        // When each signer is free again. One that hangs is not replaced before the deadline.
        let mut free = vec![Duration::ZERO; self.threads];
        let (mut tried, mut end) = (Vec::with_capacity(pieces.len()), Duration::ZERO);
        for (request, place) in pieces {
            let Some(next) = free.iter_mut().min().filter(|free| **free < deadline) else {
                // Nobody comes to this one, nor to those behind.
                break;
            };
            *next = next.saturating_add((self.delay)(&place));
            end = end.max(*next);
            tried.push((*next <= deadline).then(|| stamper.stamp(&request, &place)));
        }
        add(&self.passed, end.min(deadline));
        Collected { tried }
    }

    fn now(&self) -> Instant {
        let passed = *self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        self.start + passed
    }
}
