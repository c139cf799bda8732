//! Why a request is refused, and what the client is told.
#![warn(clippy::wildcard_enum_match_arm)]

use meridian_appraisal::Refusal;
use meridian_signing::clock::{ClockError, ClockWentBack};
use meridian_signing::shown::NotShown;
use meridian_wire::error::DecodeError;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::slot::Slot;
use meridian_wire::oid::ObjectIdentifier;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::req::ReqError;
use meridian_wire::tsp::status::PkiFailureInfo;

use crate::level::Missing;

/// Why a request got no token. Each variant is one rule; its text is the
/// `statusString` that the client reads, so it says nothing of our inside:
/// that is in the source error, for the log.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The bytes are not a request that we serve.
    #[error(transparent)]
    Request(#[from] ReqError),
    /// RFC 3161 2.4.1: the hash algorithm is weak or not ours.
    #[error("hash algorithm {algorithm} is not accepted")]
    HashNotAccepted {
        /// The algorithm of the imprint.
        algorithm: HashAlgorithm,
    },
    /// RFC 3161 2.4.1 reqPolicy: the token SHOULD be provided under that policy, or not at all.
    #[error("policy {policy} is not served")]
    PolicyUnknown {
        /// The policy asked for, or the ticket's.
        policy: ObjectIdentifier,
    },
    /// The location request in the request is not one.
    #[error("the location request is malformed: {0}")]
    LocationRequest(#[source] DecodeError),
    /// A slot that the policy keeps out of tokens.
    #[error("slot {slot} may not be revealed in a token; disclose it to those who need it")]
    RevealNotAllowed {
        /// The first such slot.
        slot: Slot,
    },
    /// What a ticket's tokens reveal was settled when it was issued.
    #[error("what a ticket reveals was chosen with its evidence; leave 'reveal' out")]
    RevealSettled,
    /// A rejecting row of the decision table.
    #[error(transparent)]
    Evidence(#[from] Refusal),
    /// Evidence that no claim can be made of.
    #[error(transparent)]
    NotStampable(#[from] NotStampable),
    /// There is no such ticket, or it was forgotten.
    #[error("there is no such ticket; hand in evidence for a new one")]
    TicketUnknown,
    /// The ticket was used as often as it may be.
    #[error("the ticket is used up; hand in evidence for a new one")]
    TicketSpent,
    /// The ticket, or the policy that it was issued under, is over.
    #[error("the ticket has expired; hand in evidence for a new one")]
    TicketExpired,
    /// An item contradicts the place.
    #[error("the evidence contradicts the place, and the policy does not stamp that")]
    Contradicted,
    /// The evidence does not show the place as well as is asked for.
    #[error(
        "the evidence reaches level {}, level {} is asked for; missing: {}",
        .reached.code(), .asked.code(), list(.missing)
    )]
    LevelUnmet {
        /// What it reaches at the time of this stamp.
        reached: AssuranceLevel,
        /// What the request, its policy or the ticket asks for.
        asked: AssuranceLevel,
        /// What would help.
        missing: Vec<Missing>,
    },
    /// RFC 3161 2.1 item 1: no trustworthy time.
    #[error("the authority has no trustworthy time at the moment; try again later")]
    Clock(#[from] ClockError),
    /// The clock was set back behind tokens that are already issued.
    #[error(
        "the authority's clock has not yet reached the time of its last token; try again later"
    )]
    ClockWentBack(#[from] ClockWentBack),
    /// RFC 3161 2.4.2: the time cannot be shown honestly.
    #[error(transparent)]
    NotShown(#[from] NotShown),
    /// The key did not sign, or not in time, also at the second try.
    #[error("the authority's key did not sign in time; try again")]
    SignerFailed,
    /// The queue before the log is full.
    #[error("the authority is at its limit; try again in a moment")]
    QueueFull,
    /// The authority is shutting down, or its log has stopped.
    #[error("the authority is stopping")]
    Stopping,
}

/// Why no claim can be made of appraised evidence.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotStampable {
    /// A claim holds 1,024 octets. A leaf that was asked for is not left out silently.
    #[error(
        "the claim would have up to {octets} octets, 1,024 fit into a token; reveal fewer slots"
    )]
    TooLong {
        /// Octets of the claim at its longest.
        octets: usize,
    },
    /// A subject is named that the appraisal did not find behind the evidence.
    #[error("the subject of the claim does not stand behind the evidence")]
    SubjectNotShown,
    /// A value that a claim cannot hold.
    #[error("the claim cannot be written: {0}")]
    Claim(#[source] LocError),
}

impl From<LocError> for NotStampable {
    fn from(error: LocError) -> Self {
        if let LocError::ClaimTooLong { actual } = error {
            return Self::TooLong { octets: actual };
        }
        Self::Claim(error)
    }
}

impl Rejection {
    /// The sentence for `statusString`.
    #[must_use]
    pub fn status_text(&self) -> String {
        self.to_string()
    }

    /// The bit for `failInfo`.
    #[must_use]
    pub fn fail_info(&self) -> PkiFailureInfo {
        PkiFailureInfo::from(self)
    }
}

impl From<&Rejection> for PkiFailureInfo {
    // Exhaustive on purpose: a new rule must choose its wire code here.
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::Request(rule) => rule.fail_info(),
            Rejection::LocationRequest(_) => Self::BadDataFormat,
            Rejection::HashNotAccepted { .. } => Self::BadAlg,
            Rejection::PolicyUnknown { .. } => Self::UnacceptedPolicy,
            Rejection::Evidence(refusal) => evidence(refusal),
            Rejection::NotStampable(NotStampable::SubjectNotShown) => Self::SystemFailure,
            Rejection::RevealNotAllowed { .. }
            | Rejection::RevealSettled
            | Rejection::NotStampable(NotStampable::TooLong { .. } | NotStampable::Claim(_))
            | Rejection::TicketUnknown
            | Rejection::TicketSpent
            | Rejection::TicketExpired => Self::BadRequest,
            Rejection::Contradicted | Rejection::LevelUnmet { .. } => Self::AddInfoNotAvailable,
            Rejection::Clock(_) | Rejection::ClockWentBack(_) => Self::TimeNotAvailable,
            Rejection::NotShown(reason) => reason.fail_info(),
            Rejection::SignerFailed | Rejection::QueueFull | Rejection::Stopping => {
                Self::SystemFailure
            }
        }
    }
}

/// The rows of the decision table, by number. Where the table leaves the bit open, the evidence
/// was understood and is not good enough.
const fn evidence(refusal: &Refusal) -> PkiFailureInfo {
    if let Refusal::UnsupportedEvidence { .. } = refusal {
        return PkiFailureInfo::AddInfoNotAvailable;
    }
    match refusal.row() {
        1 | 3 => PkiFailureInfo::BadDataFormat,
        2 => PkiFailureInfo::UnacceptedExtension,
        4 => PkiFailureInfo::UnacceptedPolicy,
        5..=7 => PkiFailureInfo::BadRequest,
        36 => PkiFailureInfo::SystemFailure,
        _ => PkiFailureInfo::AddInfoNotAvailable,
    }
}

/// Semicolons between them.
fn list(missing: &[Missing]) -> String {
    let words: Vec<&str> = missing.iter().map(|one| one.words()).collect();
    words.join("; ")
}

#[cfg(test)]
mod tests;
