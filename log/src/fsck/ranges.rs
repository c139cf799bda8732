//! Many threads, one order.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

/// Leaves of a range: a multiple of a tile, and enough that handing out costs nothing.
const RANGE: u64 = 4_096;

/// Ranges that may be ahead of the first unfinished one, for each thread: what waits is bounded.
const AHEAD: u64 = 16;

/// Has ranges examined on `threads` threads, each with a worker of its own, and hands what they
/// find to `merge` in the order of leaves. The first error in that order ends it.
pub(super) fn in_order<R, E, W>(
    leaves: Range<u64>,
    threads: NonZero<usize>,
    worker: &(impl Fn() -> W + Sync),
    mut merge: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    R: Send,
    E: Send,
    W: FnMut(Range<u64>) -> Result<R, E>,
{
    let board = Board::new(leaves, threads);
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads.get() {
            let sender = sender.clone();
            let board = &board;
            scope.spawn(move || {
                let mut examine = worker();
                while let Some((at, range)) = board.take() {
                    // Whoever gave up on the results wants no more of them.
                    if sender.send((at, examine(range))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (at, result) in results {
            early.insert(at, result);
            while let Some(result) = early.remove(&next) {
                next += 1;
                let merged = result.and_then(&mut merge);
                board.merged(next, merged.is_err());
                merged?;
            }
        }
        Ok(())
    })
}

/// What is still to be examined, shared by the workers.
struct Board {
    leaves: Range<u64>,
    ahead: u64,
    /// Guards which range is next; the condition is told when one was merged.
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    taken: u64,
    merged: u64,
    stopped: bool,
}

impl Board {
    fn new(leaves: Range<u64>, threads: NonZero<usize>) -> Self {
        let threads = u64::try_from(threads.get()).unwrap_or(u64::MAX);
        Self {
            leaves,
            ahead: AHEAD.saturating_mul(threads),
            state: Mutex::default(),
            moved: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the next range, and the range: the first one ends where the others begin, at
    /// a multiple of their length.
    fn take(&self) -> Option<(u64, Range<u64>)> {
        let too_far =
            |state: &mut State| !state.stopped && state.taken - state.merged >= self.ahead;
        let state = self.moved.wait_while(self.state(), too_far);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        let first = self.leaves.start / RANGE;
        let aligned = first.checked_add(state.taken)?.checked_mul(RANGE)?;
        let start = aligned.max(self.leaves.start);
        if state.stopped || start >= self.leaves.end {
            return None;
        }
        let end = aligned.saturating_add(RANGE).min(self.leaves.end);
        let at = state.taken;
        state.taken += 1;
        Some((at, start..end))
    }

    fn merged(&self, count: u64, stopped: bool) {
        let mut state = self.state();
        state.merged = count;
        state.stopped |= stopped;
        drop(state);
        self.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(leaves: Range<u64>, threads: usize) -> Vec<Range<u64>> {
        let mut merged = Vec::new();
        let threads = NonZero::new(threads).unwrap();
        let outcome = in_order(leaves, threads, &|| Ok::<_, ()>, |range| {
            merged.push(range);
            Ok(())
        });
        assert_eq!(outcome, Ok(()));
        merged
    }

    #[test]
    fn every_leaf_is_in_one_range_and_they_come_in_order() {
        for leaves in [
            0..0,
            5..5,
            0..1,
            0..4_096,
            0..4_097,
            4_095..4_097,
            700..1_000_000,
        ] {
            for threads in [1, 3] {
                let ranges = covered(leaves.clone(), threads);
                let mut next = leaves.start;
                for range in ranges {
                    assert_eq!(range.start, next);
                    assert!(range.end > range.start);
                    assert!(range.end.is_multiple_of(RANGE) || range.end == leaves.end);
                    next = range.end;
                }
                assert_eq!(next, leaves.end);
            }
        }
    }

    #[test]
    fn the_first_error_in_the_order_of_leaves_is_told_whoever_is_faster() {
        let examine = |range: Range<u64>| match range.start / RANGE {
            2 => {
                thread::sleep(std::time::Duration::from_millis(50));
                Err("second")
            }
            3.. => Err("later"),
            _ => Ok(range),
        };
        let mut merged = 0;
        let threads = NonZero::new(4).unwrap();
        let outcome = in_order(0..RANGE * 1_000, threads, &|| examine, |_| {
            merged += 1;
            Ok(())
        });
        assert_eq!((outcome, merged), (Err("second"), 2));
    }

    #[test]
    fn nobody_gets_far_ahead_of_a_slow_range() {
        let (slow, gone_on) = (Mutex::new(true), Mutex::new(0));
        let examine = |range: Range<u64>| {
            if range.start == 0 {
                // Until the others have done all that they may.
                while *gone_on.lock().unwrap() < AHEAD * 2 - 1 {
                    thread::yield_now();
                }
                thread::sleep(std::time::Duration::from_millis(20));
                assert_eq!(*gone_on.lock().unwrap(), AHEAD * 2 - 1);
                *slow.lock().unwrap() = false;
            } else if *slow.lock().unwrap() {
                *gone_on.lock().unwrap() += 1;
            }
            Ok::<_, ()>(())
        };
        let threads = NonZero::new(2).unwrap();
        in_order(0..RANGE * 200, threads, &|| examine, Ok).unwrap();
    }

    #[test]
    fn an_error_of_the_merge_ends_it() {
        let threads = NonZero::new(2).unwrap();
        let outcome = in_order(0..u64::MAX >> 1, threads, &|| Ok, |_| Err("enough"));
        assert_eq!(outcome, Err("enough"));
    }
}
