//! The same call again, after a pause.

use std::thread;
use std::time::Duration;

/// Tries of one call: with the pauses below, a restart of three seconds goes unnoticed.
const TRIES: u32 = 4;
/// The first pause; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// An error that may pass by itself.
pub(crate) trait Transient {
    /// The same call may succeed in a while.
    fn is_transient(&self) -> bool;

    /// How long the other side asks to wait; bounded by who reads it.
    fn retry_after(&self) -> Option<Duration>;
}

/// The pauses between tries.
#[derive(Debug)]
pub(crate) struct Patience {
    pauses: u32,
    next: Duration,
}

impl Patience {
    pub(crate) const fn new() -> Self {
        Self {
            pauses: TRIES - 1,
            next: FIRST_PAUSE,
        }
    }

    /// Waits for the next try, at least as long as `asked`; `false` if it was tried often enough.
    pub(crate) fn wait(&mut self, asked: Option<Duration>) -> bool {
        if self.pauses == 0 {
            return false;
        }
        thread::sleep(asked.unwrap_or(self.next).max(self.next));
        self.pauses -= 1;
        self.next = self.next.saturating_mul(2);
        true
    }
}

/// Calls until it succeeds, fails for good, or was tried often enough.
pub(crate) fn patiently<T, E: Transient>(mut call: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    let mut patience = Patience::new();
    loop {
        match call() {
            Err(error) if error.is_transient() && patience.wait(error.retry_after()) => {}
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fault {
        transient: bool,
    }

    impl Transient for Fault {
        fn is_transient(&self) -> bool {
            self.transient
        }

        fn retry_after(&self) -> Option<Duration> {
            None
        }
    }

    #[test]
    fn calls_again_after_a_passing_fault() {
        let mut calls = 0;
        let outcome = patiently(|| {
            calls += 1;
            if calls == 1 {
                Err(Fault { transient: true })
            } else {
                Ok(calls)
            }
        });
        assert_eq!(outcome.unwrap(), 2);
    }

    #[test]
    fn calls_once_if_the_fault_will_not_pass() {
        let mut calls = 0;
        let outcome: Result<(), Fault> = patiently(|| {
            calls += 1;
            Err(Fault { transient: false })
        });
        assert!(outcome.is_err());
        assert_eq!(calls, 1);
    }
}
