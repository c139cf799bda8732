//! What became of many tokens, written in their order, whichever was ready first.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use meridian_verify::report::html::overview::{Entry, Overview};

use crate::failure::Failure;
use crate::run::print;
use crate::tally::{Outcome, Tally};

/// Tokens that may be judged before their lines can be written: what bounds the reports in memory,
/// and lets the others go on while the data of one is read for minutes.
const AHEAD: usize = 4_096;

/// What is written about one token.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) outcome: Outcome,
    pub(crate) text: String,
    pub(crate) entry: Option<Entry>,
}

/// Shared by the threads that judge. Whoever has the next line writes it, and all that were early;
/// nobody else is woken for it.
#[derive(Debug)]
pub(crate) struct Ledger {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug)]
struct State {
    written: usize,
    early: BTreeMap<usize, Told>,
    tally: Tally,
    overview: Overview,
    bar: ProgressBar,
    /// Threads that are too far ahead.
    waiting: usize,
    failure: Option<Failure>,
}

impl Ledger {
    /// An empty one for so many tokens.
    pub(crate) fn new(count: usize) -> Self {
        Self {
            state: Mutex::new(State {
                written: 0,
                early: BTreeMap::new(),
                tally: Tally::default(),
                overview: Overview::default(),
                bar: progress(count),
                waiting: 0,
                failure: None,
            }),
            moved: Condvar::new(),
        }
    }

    /// Waits until the work on a place may begin; false if nothing can be written any more. The next
    /// place to be written never waits.
    pub(crate) fn may_begin(&self, place: usize) -> bool {
        let mut state = self.lock();
        while state.failure.is_none() && place >= state.written + AHEAD {
            state.waiting += 1;
            let woken = self.moved.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        state.failure.is_none()
    }

    /// Takes what became of a place.
    pub(crate) fn enter(&self, place: usize, told: Told) {
        let mut state = self.lock();
        state.bar.inc(1);
        state.early.insert(place, told);
        if let Err(failure) = state.write() {
            state.failure = Some(failure);
        }
        if state.waiting > 0 {
            self.moved.notify_all();
        }
    }

    /// The end: how many ended how, and the page.
    pub(crate) fn close(self) -> Result<(Tally, Overview), Failure> {
        let state = self.state.into_inner();
        let state = state.unwrap_or_else(PoisonError::into_inner);
        state.bar.finish_and_clear();
        match state.failure {
            Some(failure) => Err(failure),
            None => Ok((state.tally, state.overview)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes whatever is next.
    fn write(&mut self) -> Result<(), Failure> {
        let mut text = String::new();
        while let Some(told) = self.early.remove(&self.written) {
            self.written += 1;
            self.tally.count(told.outcome);
            text.push_str(&told.text);
            if let Some(entry) = told.entry {
                self.overview.push(entry);
            }
        }
        if text.is_empty() {
            return Ok(());
        }
        self.bar.suspend(|| print(&text))
    }
}

/// On standard error, and only if that is a terminal.
fn progress(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
    let template = "{bar:40} {pos} of {len} tokens, {per_sec}, {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_verify::verdict::Verdict;
    use std::thread;

    /// Without text: nothing is printed.
    fn told() -> Told {
        Told {
            outcome: Outcome::Judged(Verdict::Passed),
            text: String::new(),
            entry: None,
        }
    }

    #[test]
    fn work_far_ahead_waits_until_the_lines_before_are_written() {
        let ledger = Ledger::new(2 * AHEAD);
        assert!(ledger.may_begin(0) && ledger.may_begin(AHEAD - 1));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| ledger.may_begin(AHEAD));
            ledger.enter(0, told());
            assert!(waiting.join().unwrap());
        });
        assert_eq!(ledger.lock().written, 1);
    }

    #[test]
    fn what_is_early_waits_for_what_comes_before_it() {
        let ledger = Ledger::new(3);
        ledger.enter(2, told());
        ledger.enter(1, told());
        assert_eq!(ledger.lock().written, 0);
        ledger.enter(0, told());
        assert_eq!(ledger.lock().written, 3);
        assert_eq!(ledger.close().unwrap().0.exit_code(), 0);
    }

    #[test]
    fn nobody_waits_for_lines_that_cannot_be_written() {
        let ledger = Ledger::new(2 * AHEAD);
        ledger.lock().failure = Some(Failure::Fault);
        assert!(!ledger.may_begin(0) && !ledger.may_begin(2 * AHEAD));
        assert!(ledger.close().is_err());
    }
}
