//! The thread that commits.

use std::sync::Arc;

use crate::commit::Committer;
use crate::fatal::Alarm;
use crate::handover::Handover;
use crate::owner::{Sealed, Waiter};
use crate::reader::Published;
use crate::released::{Outcome, Released};
use crate::sequencer::Counts;
use crate::stamper::Stamper;

/// Commits what is handed over and releases the answers.
pub(crate) struct Committing<S: Stamper> {
    pub(crate) committer: Committer,
    pub(crate) published: Arc<Published>,
    pub(crate) handover: Arc<Handover<Sealed<S>>>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) alarm: Alarm,
}

impl<S: Stamper> Committing<S> {
    /// Runs until nothing more is handed over, or a commit fails.
    pub(crate) fn run(mut self) {
        while let Some(group) = self.handover.take() {
            if !self.commit(group) {
                return;
            }
        }
    }

    /// Commits what was taken, and releases it. False when nothing more may be
    /// committed.
    pub(crate) fn commit(&mut self, group: Vec<Sealed<S>>) -> bool {
        let mut leaves = Vec::with_capacity(group.len());
        let mut waiters = Vec::with_capacity(group.len());
        for sealed in group {
            leaves.push(sealed.leaf);
            waiters.push((sealed.place, sealed.waiter));
        }
        let batch = match self.committer.commit(leaves, &self.published) {
            Ok(batch) => batch,
            Err(fatal) => {
                self.alarm.ring(fatal);
                // Nobody is told anything about this batch, not even by a reply
                // that is dropped. The process is about to end.
                std::mem::forget(waiters);
                return false;
            }
        };
        self.counts.add_commit(waiters.len());
        for (place, waiter) in waiters {
            let released = |answer| Released {
                place,
                answer,
                batch: Arc::clone(&batch),
            };
            match waiter {
                Waiter::Client { answer, reply } => reply(Outcome::Stamped(released(answer))),
                Waiter::Event(reply) => reply(Ok(released(Vec::new()))),
                Waiter::Nobody => {}
            }
        }
        true
    }
}

impl<S: Stamper> Drop for Committing<S> {
    /// Also after a panic: the owner thread must not wait for us.
    fn drop(&mut self) {
        let left = self.handover.leave_taking();
        left.into_iter().for_each(Sealed::stop);
    }
}
