//! Where requests wait before they have a number.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use meridian_wire::leaf::EventName;

use crate::allowance::{Allowance, Take};
use crate::event::SaltedEvent;
use crate::released::{ClockFault, Outcome, Released};
use crate::sequencer::SubmitError;
use crate::stamper::Stamper;

/// Called once with what became of a request.
pub(crate) type Reply<S> = Box<dyn FnOnce(Outcome<<S as Stamper>::Refusal>) + Send>;

/// A request that waits for a stamp.
pub(crate) struct StampOrder<S: Stamper> {
    pub(crate) request: Arc<S::Request>,
    pub(crate) reply: Reply<S>,
    /// It had a number already, and no signature came.
    pub(crate) failed_before: bool,
}

/// An event that waits for its leaf.
pub(crate) struct EventOrder {
    pub(crate) name: EventName,
    pub(crate) event: SaltedEvent,
    pub(crate) reply: Box<dyn FnOnce(Result<Released, ClockFault>) + Send>,
}

/// What the owner thread takes from the queue.
pub(crate) struct Taken<S: Stamper> {
    pub(crate) events: Vec<EventOrder>,
    pub(crate) stamps: Vec<StampOrder<S>>,
    /// Those to be told that the signer fails.
    pub(crate) hopeless: Vec<StampOrder<S>>,
}

/// The bounded queue in front of the log.
pub(crate) struct Queue<S: Stamper> {
    state: Mutex<State<S>>,
    /// Told when the owner thread sleeps and there is something for it.
    filled: Condvar,
    limit: usize,
}

struct State<S: Stamper> {
    waiting: VecDeque<StampOrder<S>>,
    events: Vec<EventOrder>,
    closed: bool,
    owner_sleeps: bool,
}

impl<S: Stamper> Queue<S> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                events: Vec::new(),
                closed: false,
                owner_sleeps: false,
            }),
            filled: Condvar::new(),
            limit,
        }
    }

    /// Adds a request, unless the queue is full.
    pub(crate) fn submit(&self, order: StampOrder<S>) -> Result<(), SubmitError> {
        let mut state = self.state();
        if state.closed {
            return Err(SubmitError::Closed);
        }
        if state.waiting.len() >= self.limit {
            return Err(SubmitError::Full);
        }
        state.waiting.push_back(order);
        self.wake(state);
        Ok(())
    }

    /// Adds an event. Events are ours and few, so they are never too many.
    pub(crate) fn submit_event(&self, order: EventOrder) -> Result<(), SubmitError> {
        let mut state = self.state();
        if state.closed {
            return Err(SubmitError::Closed);
        }
        state.events.push(order);
        self.wake(state);
        Ok(())
    }

    /// Waits for something and takes as much as is allowed. `None` when the
    /// queue is closed and empty.
    pub(crate) fn take(
        &self,
        allowance: &Allowance,
        now: impl FnOnce() -> Instant,
    ) -> Option<Taken<S>> {
        let mut state = self.state();
        while state.waiting.is_empty() && state.events.is_empty() {
            if state.closed {
                return None;
            }
            state.owner_sleeps = true;
            let woken = self.filled.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
            state.owner_sleeps = false;
        }
        let (taken, hopeless) = match allowance.take(now()) {
            Take::UpTo(most) => (state.waiting.len().min(most), 0),
            Take::Nobody => (0, state.waiting.len()),
        };
        Some(Taken {
            events: std::mem::take(&mut state.events),
            stamps: state.waiting.drain(..taken).collect(),
            hopeless: state.waiting.drain(..hopeless).collect(),
        })
    }

    /// Puts requests back in front, in their order. They had their place, so
    /// neither the limit nor closing stops them.
    pub(crate) fn put_back(&self, orders: Vec<StampOrder<S>>) {
        if orders.is_empty() {
            return;
        }
        let mut state = self.state();
        for order in orders.into_iter().rev() {
            state.waiting.push_front(order);
        }
    }

    /// Takes nothing more; what waits is still served.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_one();
    }

    /// Takes nothing more and drops what waits, for the caller to answer.
    pub(crate) fn abandon(&self) -> VecDeque<StampOrder<S>> {
        let mut state = self.state();
        state.closed = true;
        state.events.clear();
        std::mem::take(&mut state.waiting)
    }

    /// Whether [`Queue::take`] would wait.
    pub(crate) fn is_idle(&self) -> bool {
        let state = self.state();
        state.waiting.is_empty() && state.events.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.state().waiting.len()
    }

    fn state(&self) -> MutexGuard<'_, State<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the owner thread if it sleeps: a busy one finds the order anyway,
    /// and a call into the kernel costs more than the rest of `submit`.
    fn wake(&self, state: MutexGuard<'_, State<S>>) {
        let sleeps = state.owner_sleeps;
        drop(state);
        if sleeps {
            self.filled.notify_one();
        }
    }
}
