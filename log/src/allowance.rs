//! How many requests may get a number at once.

use std::time::{Duration, Instant};

/// A number that misses its signature becomes a void leaf, so numbers are given
/// to no more requests than the signer can serve within the deadline, and
/// hardly any while it fails: void is never load.
///
/// - The allowance follows the signer: what it signs in half the deadline, at
///   most twice the last allowance, so that it starts small and grows.
/// - A batch of which nothing was signed is followed by one request, a probe.
/// - After a failed probe nobody gets a number for the length of one deadline;
///   who waits is told that the signer failed. Then comes the next probe.
#[derive(Debug)]
pub(crate) struct Allowance {
    most: usize,
    now: usize,
    deadline: Duration,
    mood: Mood,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mood {
    Sound,
    Probing,
    FailedUntil(Instant),
}

/// What to do with those that wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Take {
    /// Give numbers to up to so many.
    UpTo(usize),
    /// Tell them all that the signer failed.
    Nobody,
}

/// What became of a batch that was signed for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed {
    /// Signatures that were tried.
    pub(crate) tried: usize,
    /// Signatures that came in time.
    pub(crate) good: usize,
    /// How long all of it took.
    pub(crate) elapsed: Duration,
}

impl Allowance {
    /// Starts with `first` and never exceeds `most`.
    pub(crate) fn new(first: usize, most: usize, deadline: Duration) -> Self {
        let most = most.max(1);
        Self {
            most,
            now: first.clamp(1, most),
            deadline,
            mood: Mood::Sound,
        }
    }

    pub(crate) fn take(&self, now: Instant) -> Take {
        match self.mood {
            Mood::Sound => Take::UpTo(self.now),
            Mood::FailedUntil(until) if now < until => Take::Nobody,
            Mood::Probing | Mood::FailedUntil(_) => Take::UpTo(1),
        }
    }

    /// Learns from a batch that ended at `now`.
    pub(crate) fn learn(&mut self, signed: Signed, now: Instant) {
        if signed.good == 0 {
            self.now = 1;
            self.mood = match self.mood {
                Mood::Sound => Mood::Probing,
                Mood::Probing | Mood::FailedUntil(_) => Mood::FailedUntil(now + self.deadline),
            };
            return;
        }
        self.mood = Mood::Sound;
        let budget_us = self.deadline.as_micros() / 2;
        let good = u128::try_from(signed.good).unwrap_or(u128::MAX);
        let fits = good.saturating_mul(budget_us) / signed.elapsed.as_micros().max(1);
        let fits = usize::try_from(fits).unwrap_or(usize::MAX);
        // What the batch did not use says nothing about more than twice that.
        let grown = self.now.max(signed.tried).saturating_mul(2);
        self.now = fits.min(grown).clamp(1, self.most);
    }
}

#[cfg(test)]
mod tests {
    use meridian_signing::clock::monotonic;

    use super::*;

    const DEADLINE: Duration = Duration::from_millis(100);

    fn signed(tried: usize, good: usize, ms: u64) -> Signed {
        Signed {
            tried,
            good,
            elapsed: Duration::from_millis(ms),
        }
    }

    #[test]
    fn doubles_while_the_signer_is_fast() {
        let (mut allowance, now) = (Allowance::new(2, 20, DEADLINE), monotonic());
        let mut seen = vec![allowance.take(now)];
        for batch in [2, 4, 8, 16] {
            allowance.learn(signed(batch, batch, 1), now);
            seen.push(allowance.take(now));
        }
        assert_eq!(seen, [2, 4, 8, 16, 20].map(Take::UpTo));
    }

    #[test]
    fn never_exceeds_what_a_slow_signer_does_in_half_the_deadline() {
        let (mut allowance, now) = (Allowance::new(16, 100, DEADLINE), monotonic());
        allowance.learn(signed(16, 4, 100), now);
        assert_eq!(allowance.take(now), Take::UpTo(2));
        allowance.learn(signed(2, 1, 100), now);
        assert_eq!(allowance.take(now), Take::UpTo(1), "never less than one");
    }

    #[test]
    fn a_batch_without_a_signature_is_followed_by_a_probe() {
        let (mut allowance, now) = (Allowance::new(16, 100, DEADLINE), monotonic());
        allowance.learn(signed(16, 0, 100), now);
        assert_eq!(allowance.take(now), Take::UpTo(1));
        allowance.learn(signed(1, 1, 1), now);
        assert_eq!(
            allowance.take(now),
            Take::UpTo(2),
            "and grows again from one"
        );
    }

    #[test]
    fn after_a_failed_probe_nobody_gets_a_number_for_one_deadline() {
        let (mut allowance, now) = (Allowance::new(16, 100, DEADLINE), monotonic());
        allowance.learn(signed(16, 0, 100), now);
        allowance.learn(signed(1, 0, 0), now);
        assert_eq!(allowance.take(now), Take::Nobody);
        let later = now + DEADLINE;
        assert_eq!(allowance.take(later), Take::UpTo(1));
        allowance.learn(signed(1, 0, 0), later);
        assert_eq!(allowance.take(later), Take::Nobody);
    }
}
