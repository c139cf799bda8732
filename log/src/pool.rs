//! The threads that sign.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use tracing::{error, warn};

/// Threads that hang in the signer and were replaced. Beyond this number they
/// are not, and the log signs with what is left: a device that never returns
/// must not eat the machine. 64 stacks are a few MiB.
const MAX_LOST: usize = 64;

/// Work for all threads of the pool together.
pub(crate) trait Task: Send + Sync {
    /// Does pieces of the work until none is left, or until the seat of the
    /// thread is given up. Runs on several threads at once.
    fn work(&self, seat: &Arc<Seat>);
}

/// The place of one thread in the pool.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    given_up: AtomicBool,
}

impl Seat {
    /// Whether the pool has given up on the thread: it must end.
    pub(crate) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Acquire)
    }
}

/// A fixed number of threads. One that hangs is given up and replaced; it ends
/// when it comes back.
#[derive(Debug)]
pub(crate) struct Pool {
    desk: Arc<Desk>,
    threads: usize,
    /// Threads that were not given up. Only the owner of the pool counts here.
    live: usize,
}

/// What the threads share with the owner of the pool.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    called: Condvar,
    /// Threads that were given up and have not come back.
    lost: AtomicUsize,
}

#[derive(Default)]
struct State {
    task: Option<Arc<dyn Task>>,
    /// Counts the tasks, so that a thread takes each one only once.
    round: u64,
    closed: bool,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Pool {
    pub(crate) fn new(threads: usize) -> Self {
        let mut pool = Self {
            desk: Arc::default(),
            threads: threads.max(1),
            live: 0,
        };
        pool.refill();
        pool
    }

    /// Gives the threads a task of `pieces` pieces. The task says itself when
    /// it is done.
    pub(crate) fn start(&mut self, task: Arc<dyn Task>, pieces: usize) {
        self.refill();
        let mut state = self.desk.state();
        state.task = Some(task);
        state.round += 1;
        drop(state);
        for _ in 0..pieces.min(self.live) {
            self.desk.called.notify_one();
        }
    }

    /// Takes the task away again.
    pub(crate) fn finish(&self) {
        self.desk.state().task = None;
    }

    /// Whether any thread is left to do a task.
    pub(crate) fn has_threads(&self) -> bool {
        self.live > 0
    }

    /// Gives up on the thread in `seat`, which hangs.
    pub(crate) fn give_up(&mut self, seat: &Seat) {
        if !seat.given_up.swap(true, Ordering::AcqRel) {
            self.live = self.live.saturating_sub(1);
            let lost = self.desk.lost.fetch_add(1, Ordering::AcqRel) + 1;
            warn!(lost, "a signing thread does not come back and is replaced");
        }
    }

    /// Starts threads for those that were given up.
    pub(crate) fn refill(&mut self) {
        while self.live < self.threads && self.desk.lost.load(Ordering::Acquire) < MAX_LOST {
            let desk = Arc::clone(&self.desk);
            let thread = thread::Builder::new().name("sign".to_owned());
            if let Err(source) = thread.spawn(move || desk.serve()) {
                error!(%source, "no signing thread could be started");
                return;
            }
            self.live += 1;
        }
    }
}

impl Drop for Pool {
    /// Lets the threads end. Those that hang are not waited for.
    fn drop(&mut self) {
        self.desk.state().closed = true;
        self.desk.called.notify_all();
    }
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let seat = Arc::new(Seat::default());
        let mut seen = 0;
        while let Some(task) = self.next_task(&mut seen) {
            // The task catches what the signer throws; this is for its own faults,
            // which then show as a missed deadline.
            let worked = catch_unwind(AssertUnwindSafe(|| task.work(&seat)));
            if worked.is_err() {
                error!("a signing thread panicked");
            }
            if seat.is_given_up() {
                self.lost.fetch_sub(1, Ordering::AcqRel);
                return;
            }
        }
    }

    fn next_task(&self, seen: &mut u64) -> Option<Arc<dyn Task>> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if state.round != *seen {
                *seen = state.round;
                if let Some(task) = &state.task {
                    return Some(Arc::clone(task));
                }
            }
            let woken = self.called.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}
