//! [`LocationRefusal`]: why a location request gets no answer of its own.

use std::borrow::Cow;

use meridian_appraisal::Refusal;
use meridian_locstamp::error::{NotStampable, Rejection as PlaceRejection};
use meridian_locstamp::level::Missing;
use meridian_log::reader::ReadError;
use meridian_log::store::StoreError;
use meridian_signing::clock::ClockError;
use meridian_signing::entropy::EntropyError;
use meridian_wire::tsp::status::PkiFailureInfo;

use super::problem::LocationProblem;
use crate::pipeline::Rejection;

/// Why a location request is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LocationRefusal {
    /// A rejecting row of the decision table.
    #[error(transparent)]
    Evidence(#[from] Refusal),
    /// A kind of evidence that has a name of the caller's making.
    #[error("there is no such kind of evidence")]
    UnknownKind,
    /// A request at a ticket's path that carries a place of its own.
    #[error("a request at a ticket carries no other place; leave the location request out")]
    TwoPlaces,
    /// Not JSON, or not the members that the path takes.
    #[error("the body is not the JSON that this path takes")]
    Json(#[source] serde_json::Error),
    /// A member is not what its name says.
    #[error("{member} must be {expected}")]
    Value {
        member: &'static str,
        expected: Cow<'static, str>,
    },
    /// Row 33.
    #[error("too many requests in a minute")]
    Rate,
    /// Row 31.
    #[error("the authority has no trustworthy time at the moment; try again later")]
    Clock(#[from] ClockError),
    /// The connection is not authenticated as the subject.
    #[error("only the subject may do this: over HTTPS, with its bearer token or its certificate")]
    Unauthenticated,
    /// This authority enrols nobody on this port.
    #[error("this authority does not enrol subjects here")]
    EnrolmentClosed,
    /// No such subject.
    #[error("there is no such subject")]
    SubjectUnknown,
    /// The subject has no such key.
    #[error("the subject has no such key")]
    NoSuchKey,
    /// No token of the subject is kept under this serial number.
    #[error("no token of the subject is kept under this serial number")]
    TokenNotFound,
    /// The key is enrolled for somebody else.
    #[error("the key is enrolled for another subject")]
    KeyTaken,
    /// The subject has as many keys as one may have.
    #[error("a subject has at most {limit} keys")]
    TooManyKeys { limit: usize },
    /// No policy document has this name.
    #[error("no policy has this identifier or digest")]
    PolicyNotFound,
    /// A rule of `locstamp`, before a stamp was asked for.
    #[error(transparent)]
    Place(PlaceRejection),
    /// What the pipeline answered, and counted.
    #[error("{}", .0.status_text())]
    Stamp(Rejection),
    /// The rows cannot be read or written.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// A row is there and is not one of ours.
    #[error("a private row is malformed")]
    MalformedRow,
    /// The log could not be read.
    #[error("the log cannot be read")]
    Unreadable(#[from] ReadError),
    /// There is no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// What the parts made does not fit together, which no input can cause.
    #[error("the authority could not put the answer together: {0}")]
    Internal(&'static str),
    /// The runtime is being torn down.
    #[error("the authority is stopping")]
    Stopping,
}

impl From<PlaceRejection> for LocationRefusal {
    fn from(rejection: PlaceRejection) -> Self {
        match rejection {
            PlaceRejection::Evidence(refusal) => Self::Evidence(refusal),
            other => Self::Place(other),
        }
    }
}

impl LocationRefusal {
    /// Which problem it is to the caller.
    pub(crate) fn problem(&self) -> LocationProblem {
        match self {
            Self::Evidence(refusal) => LocationProblem::of_evidence(refusal),
            Self::UnknownKind => LocationProblem::UnsupportedEvidence,
            Self::TwoPlaces => LocationProblem::RequestRefused,
            Self::Json(_) | Self::Value { .. } => LocationProblem::Malformed,
            Self::Rate => LocationProblem::Rate,
            Self::Clock(_) => LocationProblem::TimeUnavailable,
            Self::Unauthenticated => LocationProblem::Unauthenticated,
            Self::EnrolmentClosed => LocationProblem::EnrolmentClosed,
            Self::SubjectUnknown => LocationProblem::SubjectUnknown,
            Self::NoSuchKey => LocationProblem::KeyNotFound,
            Self::TokenNotFound => LocationProblem::TokenNotFound,
            Self::KeyTaken => LocationProblem::KeyTaken,
            Self::TooManyKeys { .. } => LocationProblem::TooManyKeys,
            Self::PolicyNotFound => LocationProblem::PolicyNotFound,
            Self::Place(rejection) => of_place(rejection),
            Self::Stamp(rejection) => of_stamp(rejection),
            Self::Stopping => LocationProblem::LogUnavailable,
            Self::Store(_)
            | Self::MalformedRow
            | Self::Unreadable(_)
            | Self::Entropy(_)
            | Self::Internal(_) => LocationProblem::Internal,
        }
    }

    /// Whether the operator should know: it is the authority's own fault.
    pub(crate) const fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Store(_)
                | Self::MalformedRow
                | Self::Unreadable(_)
                | Self::Entropy(_)
                | Self::Internal(_)
                | Self::Evidence(Refusal::BoundariesUnavailable)
        )
    }

    /// What would raise the level; only row 32 has any.
    pub(crate) fn missing(&self) -> &[Missing] {
        match self {
            Self::Place(PlaceRejection::LevelUnmet { missing, .. })
            | Self::Stamp(Rejection::Place(PlaceRejection::LevelUnmet { missing, .. })) => missing,
            _ => &[],
        }
    }

    /// The bit that the same request would get as DER.
    pub(crate) fn fail_info(&self) -> Option<PkiFailureInfo> {
        match self {
            Self::Evidence(refusal) => Some(PlaceRejection::Evidence(*refusal).fail_info()),
            Self::Place(rejection) => Some(rejection.fail_info()),
            Self::Stamp(rejection) => Some(rejection.fail_info()),
            Self::Clock(_) => Some(PkiFailureInfo::TimeNotAvailable),
            Self::Rate | Self::TwoPlaces => Some(PkiFailureInfo::BadRequest),
            Self::Json(_) | Self::Value { .. } | Self::UnknownKind => {
                Some(PkiFailureInfo::BadDataFormat)
            }
            _ => None,
        }
    }
}

fn of_stamp(rejection: &Rejection) -> LocationProblem {
    if rejection.is_full() || rejection.is_no_room() || rejection.is_stopping() {
        return LocationProblem::LogUnavailable;
    }
    if rejection.is_signer_failure() {
        return LocationProblem::SigningFailed;
    }
    match rejection {
        Rejection::Place(place) => of_place(place),
        Rejection::Time(time) => by_fail_info(time.fail_info()),
    }
}

fn of_place(rejection: &PlaceRejection) -> LocationProblem {
    match rejection {
        PlaceRejection::Evidence(refusal) => LocationProblem::of_evidence(refusal),
        PlaceRejection::LevelUnmet { .. } => LocationProblem::LevelUnmet,
        PlaceRejection::Contradicted => LocationProblem::Contradicted,
        PlaceRejection::RevealNotAllowed { .. } => LocationProblem::RevealNotAllowed,
        PlaceRejection::PolicyUnknown { .. } => LocationProblem::PolicyUnknown,
        PlaceRejection::NotStampable(NotStampable::TooLong { .. }) => {
            LocationProblem::RevealNotAllowed
        }
        other => by_fail_info(other.fail_info()),
    }
}

fn by_fail_info(fail_info: PkiFailureInfo) -> LocationProblem {
    match fail_info {
        PkiFailureInfo::TimeNotAvailable => LocationProblem::TimeUnavailable,
        PkiFailureInfo::SystemFailure => LocationProblem::Internal,
        _ => LocationProblem::RequestRefused,
    }
}
