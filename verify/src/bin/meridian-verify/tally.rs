//! How many tokens ended how, and the exit code of the whole.

use meridian_verify::verdict::Verdict;

use crate::failure::{EXIT_INTERNAL, EXIT_NO_TOKEN};

/// How one ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    Judged(Verdict),
    /// There is no report.
    Unjudged {
        /// Exit code of the reason.
        code: u8,
    },
}

/// How many ended how.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    undecided: usize,
    unjudged: usize,
    internal: bool,
}

impl Tally {
    /// One more.
    pub(crate) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Judged(Verdict::Passed) => self.passed += 1,
            Outcome::Judged(Verdict::Failed) => self.failed += 1,
            Outcome::Judged(_) => self.undecided += 1,
            Outcome::Unjudged { code } => {
                self.unjudged += 1;
                self.internal |= code == EXIT_INTERNAL;
            }
        }
    }

    /// The last line of the report.
    pub(crate) fn line(&self) -> String {
        format!(
            "\n{} tokens: {} passed, {} failed, {} indeterminate, {} not judged.\n",
            self.passed + self.failed + self.undecided + self.unjudged,
            self.passed,
            self.failed,
            self.undecided,
            self.unjudged
        )
    }

    /// The worst of all: what one of them being wrong means for the whole is for the caller.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self { internal: true, .. } => EXIT_INTERNAL,
            Self { failed: 1.., .. } => 1,
            Self { unjudged: 1.., .. } => EXIT_NO_TOKEN,
            Self { undecided: 1.., .. } => 2,
            _ => 0,
        }
    }
}
