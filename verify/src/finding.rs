//! What one check found, and the proof that it passed.

use std::fmt;
use std::str::FromStr;

use crate::profile::{Level, Profile};
use crate::sub_indication::SubIndication;

/// Number of a check: `V045`. The ids are stable; reports and `--json` carry them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct CheckId(u16);

impl CheckId {
    /// Check number `number`.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number)
    }
}

/// A text that is no id of a check.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an id such as V051 is expected")]
#[non_exhaustive]
pub struct NotAnId;

impl FromStr for CheckId {
    type Err = NotAnId;

    /// `V051`, in either case, with or without the letter and the zeros.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits = text.strip_prefix(['V', 'v']).unwrap_or(text);
        let all_digits = !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| all_digits);
        number.map(Self).ok_or(NotAnId)
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "V{:03}", self.0)
    }
}

/// How a check ended.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// The rule holds.
    Passed,
    /// The rule holds where it counts; a departure is reported.
    Warning,
    /// There was nothing to check, and the caller did not ask for more.
    NotChecked,
    /// Whether the rule holds cannot be told.
    Indeterminate,
    /// The rule is broken.
    Failed,
    /// Could not run, because an earlier check gave it nothing to work on.
    NotRun,
}

impl Status {
    /// Its name in `--json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::NotChecked => "not_checked",
            Self::Indeterminate => "indeterminate",
            Self::Failed => "failed",
            Self::NotRun => "not_run",
        }
    }

    const fn allows_proof(self) -> bool {
        matches!(self, Self::Passed | Self::Warning | Self::NotChecked)
    }
}

/// One line of a report.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Which check.
    pub id: CheckId,
    /// How it ended.
    pub status: Status,
    /// A sentence for a person.
    pub detail: String,
    /// What EN 319 102-1 calls the reason; none if nothing is wrong, and of place.
    pub sub_indication: Option<SubIndication>,
}

/// Evidence that check `ID` did not stand in the way. Made only where its finding is
/// recorded; each check has a type of its own, so that a missing one
/// does not compile.
#[derive(Debug)]
pub struct Proof<const ID: u16>(());

/// What the function of check `ID` returns.
#[must_use = "a finding that is not recorded is lost"]
#[derive(Debug)]
pub(crate) struct Checked<const ID: u16> {
    status: Status,
    detail: String,
    reason: Option<SubIndication>,
}

impl<const ID: u16> Checked<ID> {
    fn new(status: Status, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            reason: None,
        }
    }

    pub(crate) fn passed(detail: impl Into<String>) -> Self {
        Self::new(Status::Passed, detail)
    }

    pub(crate) fn warning(detail: impl Into<String>) -> Self {
        Self::new(Status::Warning, detail)
    }

    pub(crate) fn not_checked(detail: impl Into<String>) -> Self {
        Self::new(Status::NotChecked, detail)
    }

    pub(crate) fn indeterminate(detail: impl Into<String>) -> Self {
        Self::new(Status::Indeterminate, detail)
    }

    pub(crate) fn failed(detail: impl Into<String>) -> Self {
        Self::new(Status::Failed, detail)
    }

    /// The reason, where it is not the usual one of this check. A warning has one only so.
    pub(crate) const fn because(mut self, reason: SubIndication) -> Self {
        self.reason = Some(reason);
        self
    }

    /// A departure, as much as it counts in this profile.
    pub(crate) fn departs(profile: Profile, detail: impl Into<String>) -> Self {
        match profile.level(ID) {
            Level::Failed => Self::failed(detail),
            Level::Undecided => Self::indeterminate(detail),
            Level::Warning => Self::warning(detail),
            Level::Off => Self::not_checked(detail),
        }
    }

    pub(crate) fn not_run(detail: impl Into<String>) -> Self {
        Self::new(Status::NotRun, detail)
    }

    /// Adds the finding to the list; the proof value if nothing stands in the way.
    pub(crate) fn record(self, findings: &mut Vec<Finding>) -> Option<Proof<ID>> {
        let proof = self.status.allows_proof().then_some(Proof(()));
        let usual = || SubIndication::of_check(ID);
        let sub_indication = match self.status {
            Status::Failed | Status::Indeterminate => self.reason.or_else(usual),
            Status::Warning => self.reason,
            Status::Passed | Status::NotChecked | Status::NotRun => None,
        };
        findings.push(Finding {
            id: CheckId(ID),
            status: self.status,
            detail: self.detail,
            sub_indication,
        });
        proof
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_every_form_that_people_write() {
        for text in ["V051", "v51", "51", "051"] {
            assert_eq!(text.parse(), Ok(CheckId::new(51)));
        }
        for text in ["", "V", "W051", "V-1", "V+1", "V5.1", "70000"] {
            assert_eq!(text.parse::<CheckId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn only_what_does_not_stand_in_the_way_gives_a_proof() {
        let mut findings = Vec::new();
        assert!(Checked::<1>::passed("").record(&mut findings).is_some());
        assert!(Checked::<1>::warning("").record(&mut findings).is_some());
        assert!(
            Checked::<1>::not_checked("")
                .record(&mut findings)
                .is_some()
        );
        assert!(
            Checked::<1>::indeterminate("")
                .record(&mut findings)
                .is_none()
        );
        assert!(Checked::<1>::failed("").record(&mut findings).is_none());
        assert!(Checked::<1>::not_run("").record(&mut findings).is_none());
        assert_eq!(findings.len(), 6);
        assert_eq!(findings[0].id.to_string(), "V001");
    }
}
