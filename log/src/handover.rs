//! Between the thread that forms batches and the one that commits them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// One place for what waits to be committed. What comes while the committer is
/// busy is added to it, so one commit serves all that was signed during the
/// commit before it: the pipeline has depth one, and no one waits for a batch
/// to fill.
#[derive(Debug)]
pub(crate) struct Handover<T> {
    state: Mutex<State<T>>,
    /// Told when something was put down, taken away, or one side left.
    changed: Condvar,
    /// The giver waits while so much lies there. One put can exceed it.
    limit: usize,
}

#[derive(Debug)]
struct State<T> {
    waiting: Vec<T>,
    giver_left: bool,
    taker_left: bool,
}

impl<T> Handover<T> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: Vec::new(),
                giver_left: false,
                taker_left: false,
            }),
            changed: Condvar::new(),
            limit,
        }
    }

    /// Puts things down, behind those that lie there. Gives them back if nobody
    /// will take them.
    pub(crate) fn put(&self, things: Vec<T>) -> Result<(), Vec<T>> {
        if things.is_empty() {
            return Ok(());
        }
        let full = |state: &mut State<T>| state.waiting.len() >= self.limit && !state.taker_left;
        let waited = self.changed.wait_while(self.state(), full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.taker_left {
            return Err(things);
        }
        if state.waiting.is_empty() {
            state.waiting = things;
        } else {
            state.waiting.extend(things);
        }
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for something and takes all of it. `None` when nothing more comes.
    pub(crate) fn take(&self) -> Option<Vec<T>> {
        let idle = |state: &mut State<T>| state.waiting.is_empty() && !state.giver_left;
        let waited = self.changed.wait_while(self.state(), idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let things = std::mem::take(&mut state.waiting);
        drop(state);
        // The giver waits only where the place was full.
        if things.len() >= self.limit {
            self.changed.notify_one();
        }
        Some(things).filter(|things| !things.is_empty())
    }

    /// How much lies there.
    pub(crate) fn len(&self) -> usize {
        self.state().waiting.len()
    }

    /// The giver leaves: what lies there is still taken.
    pub(crate) fn leave_giving(&self) {
        self.state().giver_left = true;
        self.changed.notify_all();
    }

    /// The taker leaves: nothing is put down any more, and what lies there is
    /// given back.
    pub(crate) fn leave_taking(&self) -> Vec<T> {
        let mut state = self.state();
        state.taker_left = true;
        let left = std::mem::take(&mut state.waiting);
        drop(state);
        self.changed.notify_all();
        left
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[test]
    fn what_is_put_down_twice_is_taken_at_once_and_in_order() {
        let handover = Handover::new(10);
        handover.put(vec![1, 2]).unwrap();
        handover.put(vec![3]).unwrap();
        assert_eq!(handover.take(), Some(vec![1, 2, 3]));
    }

    #[test]
    fn the_giver_waits_while_the_place_is_full() {
        let handover = Arc::new(Handover::new(2));
        handover.put(vec![1, 2]).unwrap();
        let giver = Arc::clone(&handover);
        let giver = thread::spawn(move || giver.put(vec![3]));
        assert_eq!(handover.take(), Some(vec![1, 2]));
        giver.join().unwrap().unwrap();
        assert_eq!(handover.take(), Some(vec![3]));
    }

    #[test]
    fn the_last_things_are_taken_after_the_giver_left() {
        let handover = Handover::new(2);
        handover.put(vec![1]).unwrap();
        handover.leave_giving();
        assert_eq!(handover.take(), Some(vec![1]));
        assert_eq!(handover.take(), None);
    }

    #[test]
    fn nothing_is_put_down_after_the_taker_left() {
        let handover = Handover::new(2);
        handover.put(vec![1]).unwrap();
        assert_eq!(handover.leave_taking(), vec![1]);
        assert_eq!(handover.put(vec![2]), Err(vec![2]));
    }
}
