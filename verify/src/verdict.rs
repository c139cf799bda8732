//! Passed, failed or indeterminate, under two models of time.

use crate::finding::{Finding, Status};
use crate::verified::VerifiedTimestamp;

/// EN 319 102-1 section 5.1.3: one of three, never a bool.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Every check passed.
    Passed,
    /// At least one rule is broken.
    Failed,
    /// No rule is known to be broken, but not all could be shown to hold.
    Indeterminate,
}

impl Verdict {
    /// Its name in `--json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Indeterminate => "indeterminate",
        }
    }

    /// This and that: failed if one failed, passed only if both passed.
    pub(crate) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (Self::Passed, Self::Passed) => Self::Passed,
            _ => Self::Indeterminate,
        }
    }

    /// Passed only with the complete set of proofs; failed if anything failed.
    pub(crate) fn of(findings: &[Finding], verified: Option<&VerifiedTimestamp>) -> Self {
        let any = |status| findings.iter().any(|finding| finding.status == status);
        match verified {
            _ if any(Status::Failed) => Self::Failed,
            Some(_) if !any(Status::Indeterminate) && !any(Status::NotRun) => Self::Passed,
            _ => Self::Indeterminate,
        }
    }
}

/// Which model of time decides the verdict.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Model {
    /// Path, revocation and algorithms are judged at genTime (RFC 3161).
    #[default]
    GenTime,
    /// EN 319 102-1 section 5.4: judged at the time of verification, and without a
    /// proof of existence an expired certificate leaves it indeterminate.
    Etsi,
}

impl Model {
    /// Its name on the command line and in `--json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GenTime => "gentime",
            Self::Etsi => "etsi",
        }
    }
}

/// The verdict of each model.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Models {
    /// [`Model::GenTime`].
    pub gen_time: Verdict,
    /// [`Model::Etsi`].
    pub etsi: Verdict,
}

impl Models {
    pub(crate) const fn new(gen_time: Verdict, etsi: Verdict) -> Self {
        Self { gen_time, etsi }
    }

    /// The verdict of one of them.
    #[must_use]
    pub const fn of(&self, model: Model) -> Verdict {
        match model {
            Model::GenTime => self.gen_time,
            Model::Etsi => self.etsi,
        }
    }
}
