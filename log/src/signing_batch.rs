//! A batch on its way through the signing threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use meridian_signing::clock::monotonic;

use crate::pool::{Pool, Seat, Task};
use crate::stamper::{Place, Stamp, StampError, Stamper};

/// A thread that holds a piece for a whole quarter of the deadline is taken to
/// hang, so that one that does costs the batch a quarter and not all.
const LOOKS_PER_DEADLINE: u32 = 4;

/// A request at its place.
pub(crate) type Piece<S> = (Arc<<S as Stamper>::Request>, Place);

/// One batch, shared by the signing threads. The slots for its results are
/// moved out when the time is up: what comes later finds no slot, and no
/// signature of one batch can get into another.
pub(crate) struct SigningBatch<S: Stamper> {
    stamper: Arc<S>,
    pieces: Vec<Piece<S>>,
    slots: Mutex<Option<Slots>>,
    done: Condvar,
}

struct Slots {
    /// The first piece that no thread has taken; they are taken in order.
    next: usize,
    results: Vec<Option<Result<Stamp, StampError>>>,
    finished: usize,
    held: Vec<Held>,
    /// How often the owner has looked for threads that hang.
    looks: u32,
}

/// A piece that a thread has taken and not brought back.
struct Held {
    piece: usize,
    since_look: u32,
    seat: Arc<Seat>,
}

/// Who has a batch signed, and by which clock its deadline is kept.
pub(crate) trait Signers<S: Stamper>: Send {
    /// Signs `pieces`, but for no longer than `deadline`.
    fn sign(&mut self, stamper: &Arc<S>, pieces: Vec<Piece<S>>, deadline: Duration) -> Collected;

    fn now(&self) -> Instant;
}

impl<S: Stamper> Signers<S> for Pool {
    fn sign(&mut self, stamper: &Arc<S>, pieces: Vec<Piece<S>>, deadline: Duration) -> Collected {
        sign(self, stamper, pieces, deadline)
    }

    fn now(&self) -> Instant {
        monotonic()
    }
}

/// What the threads made of a batch.
pub(crate) struct Collected {
    /// One for each piece that was tried; `None` where nothing came in time.
    /// The pieces behind were never tried: no signature for their numbers can
    /// exist, so the numbers are free.
    pub(crate) tried: Vec<Option<Result<Stamp, StampError>>>,
}

/// Signs `pieces` on the threads of `pool` and waits until all are done, but no
/// longer than `deadline`.
fn sign<S: Stamper>(
    pool: &mut Pool,
    stamper: &Arc<S>,
    pieces: Vec<Piece<S>>,
    deadline: Duration,
) -> Collected {
    let count = pieces.len();
    let slots = Slots {
        next: 0,
        results: std::iter::repeat_with(|| None).take(count).collect(),
        finished: 0,
        held: Vec::new(),
        looks: 0,
    };
    let batch = Arc::new(SigningBatch {
        stamper: Arc::clone(stamper),
        pieces,
        slots: Mutex::new(Some(slots)),
        done: Condvar::new(),
    });
    let start = monotonic();
    let task: Arc<dyn Task> = Arc::<SigningBatch<S>>::clone(&batch);
    pool.start(task, count);
    let collected = batch.collect(pool, start, deadline);
    pool.finish();
    collected
}

impl<S: Stamper> SigningBatch<S> {
    fn slots(&self) -> MutexGuard<'_, Option<Slots>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn collect(&self, pool: &mut Pool, start: Instant, deadline: Duration) -> Collected {
        let look = deadline / LOOKS_PER_DEADLINE;
        let mut guard = self.slots();
        while let Some(slots) = guard.as_mut().filter(|slots| !slots.is_full()) {
            let elapsed = monotonic().saturating_duration_since(start);
            if elapsed >= deadline || !pool.has_threads() {
                break;
            }
            let next_look = look * (slots.looks + 1);
            if elapsed >= next_look {
                slots.give_up_on_hanging(pool);
                continue;
            }
            let wait = next_look.min(deadline) - elapsed;
            let woken = self.done.wait_timeout(guard, wait);
            guard = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        // From here on what comes is late.
        let slots = guard.take();
        drop(guard);
        slots.map_or(Collected { tried: Vec::new() }, |slots| slots.close(pool))
    }

    /// Takes back a finished piece and hands out the next one.
    fn exchange(
        &self,
        seat: &Arc<Seat>,
        finished: Option<(usize, Result<Stamp, StampError>)>,
    ) -> Option<(usize, &Piece<S>)> {
        let mut guard = self.slots();
        let slots = guard.as_mut()?;
        if let Some((piece, result)) = finished {
            slots.finish(piece, result);
            if slots.is_full() {
                self.done.notify_one();
            }
        }
        if seat.is_given_up() {
            return None;
        }
        let piece = slots.next;
        let taken = self.pieces.get(piece)?;
        slots.next += 1;
        slots.held.push(Held {
            piece,
            since_look: slots.looks,
            seat: Arc::clone(seat),
        });
        Some((piece, taken))
    }
}

impl<S: Stamper> Task for SigningBatch<S> {
    fn work(&self, seat: &Arc<Seat>) {
        let mut finished = None;
        while let Some((piece, (request, place))) = self.exchange(seat, finished.take()) {
            let stamp = catch_unwind(AssertUnwindSafe(|| self.stamper.stamp(request, place)));
            finished = Some((piece, stamp.unwrap_or(Err(StampError::Panicked))));
        }
    }
}

impl Slots {
    const fn is_full(&self) -> bool {
        self.finished == self.results.len()
    }

    fn finish(&mut self, piece: usize, result: Result<Stamp, StampError>) {
        if let Some(slot) = self.results.get_mut(piece) {
            *slot = Some(result);
            self.finished += 1;
        }
        self.held.retain(|held| held.piece != piece);
    }

    fn give_up_on_hanging(&mut self, pool: &mut Pool) {
        for held in &self.held {
            if held.since_look < self.looks {
                pool.give_up(&held.seat);
            }
        }
        self.looks += 1;
        // The new threads go to the pieces that are left.
        pool.refill();
    }

    fn close(mut self, pool: &mut Pool) -> Collected {
        for held in &self.held {
            pool.give_up(&held.seat);
        }
        self.results.truncate(self.next);
        Collected {
            tried: self.results,
        }
    }
}

#[cfg(test)]
mod tests;
