//! The thread that gives out numbers.

use std::sync::Arc;
use std::time::Duration;

use meridian_signing::clock::{Clock, ClockReading};
use meridian_wire::leaf::Leaf;
use tracing::warn;

use crate::allowance::{Allowance, Signed};
use crate::batch::{Formed, Tip, TurnedAway, form};
use crate::commit::{Body, Kept, NewLeaf};
use crate::fatal::Alarm;
use crate::handover::Handover;
use crate::queue::{EventOrder, Queue, Reply, StampOrder, Taken};
use crate::released::{ClockFault, Outcome, Released};
use crate::room::Reserve;
use crate::sequencer::Counts;
use crate::signing_batch::Signers;
use crate::stamper::{Place, Stamp, StampError, Stamper};

/// A leaf that is ready to be committed, and who waits for it.
pub(crate) struct Sealed<S: Stamper> {
    pub(crate) place: Place,
    pub(crate) leaf: NewLeaf,
    pub(crate) waiter: Waiter<S>,
}

impl<S: Stamper> Sealed<S> {
    /// Tells the client that the leaf will never be.
    pub(crate) fn stop(self) {
        if let Waiter::Client { reply, .. } = self.waiter {
            reply(Outcome::Stopped);
        }
    }
}

/// Who waits for a leaf.
pub(crate) enum Waiter<S: Stamper> {
    Client { answer: Vec<u8>, reply: Reply<S> },
    Event(Box<dyn FnOnce(Result<Released, ClockFault>) + Send>),
    Nobody,
}

/// Forms batches and has them signed. It alone knows the next number, and a
/// number is used up only by a leaf that it hands over.
pub(crate) struct Owner<S: Stamper> {
    pub(crate) queue: Arc<Queue<S>>,
    pub(crate) handover: Arc<Handover<Sealed<S>>>,
    pub(crate) stamper: Arc<S>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) signers: Box<dyn Signers<S>>,
    pub(crate) allowance: Allowance,
    pub(crate) tip: Tip,
    pub(crate) deadline: Duration,
    pub(crate) reserve: Option<Arc<Reserve>>,
    pub(crate) counts: Arc<Counts>,
    /// Rings if the thread panics.
    pub(crate) _alarm: Alarm,
}

impl<S: Stamper> Owner<S> {
    /// Runs until the queue is closed and empty, or the committer is gone.
    pub(crate) fn run(mut self) {
        while let Some(taken) = self.take() {
            if !self.turn(taken) {
                return;
            }
        }
    }

    /// Waits for something in the queue.
    pub(crate) fn take(&self) -> Option<Taken<S>> {
        self.queue.take(&self.allowance, || self.signers.now())
    }

    /// One turn: has what was taken signed, and hands it over. False when nobody
    /// commits any more.
    pub(crate) fn turn(&mut self, taken: Taken<S>) -> bool {
        for order in taken.hopeless {
            (order.reply)(Outcome::SignerFailed);
        }
        let sealed = self.seal_all(taken.events, taken.stamps);
        let put = self.handover.put(sealed);
        let goes_on = put.is_ok();
        let stopped = put.err().into_iter().flatten();
        stopped.for_each(Sealed::stop);
        goes_on
    }

    /// Steps 2 and 3 of the life of a leaf: number and time, then a signature.
    fn seal_all(&mut self, events: Vec<EventOrder>, stamps: Vec<StampOrder<S>>) -> Vec<Sealed<S>> {
        let reading = match self.clock.read() {
            Ok(reading) => reading,
            Err(error) => {
                let fault = ClockFault::NoReading(error);
                events
                    .into_iter()
                    .for_each(|order| (order.reply)(Err(fault)));
                for order in stamps {
                    (order.reply)(Outcome::ClockUnavailable(fault));
                }
                return Vec::new();
            }
        };
        let stamps = self.with_room(stamps);
        // Events first: what is cut off a batch is always at its end.
        let mut sealed = self.place_events(events, reading);
        let admit = |order: &StampOrder<S>, time: &_| self.stamper.admit(&order.request, time);
        let Formed {
            placed,
            turned_away,
        } = form(stamps, reading, self.tip, admit);
        for (order, why) in turned_away {
            (order.reply)(match why {
                TurnedAway::Refused(refusal) => Outcome::Refused(refusal),
                TurnedAway::ClockWentBack(back) => Outcome::ClockUnavailable(back.into()),
            });
        }
        self.sign(placed, &mut sealed);
        sealed
    }

    /// Those that may get a number, which is all or nobody.
    fn with_room(&self, stamps: Vec<StampOrder<S>>) -> Vec<StampOrder<S>> {
        let checked = self.reserve.as_ref().map(|reserve| reserve.check());
        let Some(Err(no_room)) = checked else {
            return stamps;
        };
        for order in stamps {
            (order.reply)(Outcome::NoRoom(no_room));
        }
        Vec::new()
    }

    fn place_events(&mut self, events: Vec<EventOrder>, reading: ClockReading) -> Vec<Sealed<S>> {
        let formed = form(events, reading, self.tip, |_, _| Ok::<_, ClockFault>(()));
        for (order, why) in formed.turned_away {
            (order.reply)(Err(match why {
                TurnedAway::Refused(fault) => fault,
                TurnedAway::ClockWentBack(back) => back.into(),
            }));
        }
        let mut sealed = Vec::with_capacity(formed.placed.len());
        for (order, place) in formed.placed {
            let leaf = Leaf::event(place.time().time, order.event.digest, order.name);
            let body = Body::Event(order.event.stored);
            self.seal(
                &mut sealed,
                place,
                &leaf,
                body.into(),
                Waiter::Event(order.reply),
            );
        }
        sealed
    }

    fn sign(&mut self, placed: Vec<(StampOrder<S>, Place)>, sealed: &mut Vec<Sealed<S>>) {
        if placed.is_empty() {
            return;
        }
        let piece = |(order, place): &(StampOrder<S>, Place)| (Arc::clone(&order.request), *place);
        let pieces = placed.iter().map(piece).collect();
        let start = self.signers.now();
        let collected = self.signers.sign(&self.stamper, pieces, self.deadline);
        let end = self.signers.now();
        let good = collected
            .tried
            .iter()
            .filter(|result| matches!(result, Some(Ok(_))));
        let signed = Signed {
            tried: collected.tried.len(),
            good: good.count(),
            elapsed: end.saturating_duration_since(start),
        };
        self.allowance.learn(signed, end);

        let mut again = Vec::new();
        let mut tried = collected.tried.into_iter();
        for (order, place) in placed {
            match tried.next() {
                Some(Some(Ok(stamp))) => self.seal_stamp(sealed, place, stamp, order.reply),
                Some(failed) => {
                    let error = failed.and_then(Result::err);
                    again.extend(self.void(sealed, place, order, error));
                }
                // No thread came to it: no signature can exist, the number is free.
                None => again.push(order),
            }
        }
        self.queue.put_back(again);
    }

    fn seal_stamp(
        &mut self,
        sealed: &mut Vec<Sealed<S>>,
        place: Place,
        stamp: Stamp,
        reply: Reply<S>,
    ) {
        let (leaf, kept, answer) = stamp.into_parts(place.time().time);
        let waiter = Waiter::Client { answer, reply };
        self.seal(sealed, place, &leaf, kept, waiter);
    }

    /// Leaves the place void. The request is returned to be stamped anew, once.
    fn void(
        &mut self,
        sealed: &mut Vec<Sealed<S>>,
        place: Place,
        mut order: StampOrder<S>,
        error: Option<StampError>,
    ) -> Option<StampOrder<S>> {
        let cause = error.as_ref().map(tracing::field::display);
        warn!(index = %place.index(), cause, "void leaf: no signature within the deadline");
        self.counts.add_void();
        let leaf = Leaf::void(place.time().time);
        self.seal(sealed, place, &leaf, Body::Nothing.into(), Waiter::Nobody);
        if order.failed_before {
            (order.reply)(Outcome::SignerFailed);
            return None;
        }
        order.failed_before = true;
        Some(order)
    }

    fn seal(
        &mut self,
        sealed: &mut Vec<Sealed<S>>,
        place: Place,
        leaf: &Leaf,
        kept: Kept,
        waiter: Waiter<S>,
    ) {
        let leaf = NewLeaf {
            entry: leaf.encode(),
            time: leaf.time(),
            kept,
        };
        self.tip = Tip::after(&place);
        sealed.push(Sealed {
            place,
            leaf,
            waiter,
        });
    }
}

impl<S: Stamper> Drop for Owner<S> {
    /// Also after a panic: nobody is left waiting for a number.
    fn drop(&mut self) {
        self.handover.leave_giving();
        for order in self.queue.abandon() {
            (order.reply)(Outcome::Stopped);
        }
    }
}
