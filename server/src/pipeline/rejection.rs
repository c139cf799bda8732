//! [`Rejection`]: why either authority gives no token.

use meridian_locstamp::error::Rejection as PlaceRejection;
use meridian_tsa::error::Rejection as TimeRejection;
use meridian_wire::tsp::status::PkiFailureInfo;

use crate::metrics::Outcome;

/// Why a request got no token. Faults of the log and the clock are the time authority's, of
/// whatever kind the request was: they have one text and one bit.
#[derive(Clone, Debug)]
pub(crate) enum Rejection {
    /// The time-stamp authority's.
    Time(TimeRejection),
    /// The location-stamp authority's.
    Place(PlaceRejection),
}

impl From<TimeRejection> for Rejection {
    fn from(rejection: TimeRejection) -> Self {
        Self::Time(rejection)
    }
}

impl From<PlaceRejection> for Rejection {
    fn from(rejection: PlaceRejection) -> Self {
        Self::Place(rejection)
    }
}

impl Rejection {
    /// The bit for `failInfo`.
    pub(crate) fn fail_info(&self) -> PkiFailureInfo {
        match self {
            Self::Time(rejection) => rejection.fail_info(),
            Self::Place(rejection) => rejection.fail_info(),
        }
    }

    /// The sentence for `statusString`.
    pub(crate) fn status_text(&self) -> String {
        match self {
            Self::Time(rejection) => rejection.status_text(),
            Self::Place(rejection) => rejection.status_text(),
        }
    }

    /// The queue is full: the same request may do better in a moment.
    pub(crate) const fn is_full(&self) -> bool {
        matches!(self, Self::Time(TimeRejection::QueueFull))
    }

    /// The disk is nearly full.
    pub(crate) const fn is_no_room(&self) -> bool {
        matches!(self, Self::Time(TimeRejection::NoRoom))
    }

    /// The authority is on its way out.
    pub(crate) const fn is_stopping(&self) -> bool {
        matches!(self, Self::Time(TimeRejection::Stopping))
    }

    /// The key did not sign.
    pub(crate) const fn is_signer_failure(&self) -> bool {
        matches!(self, Self::Time(TimeRejection::SignerFailed))
    }

    /// The label under which it is counted.
    pub(super) fn outcome(&self) -> Outcome {
        if self.is_full() {
            return Outcome::QueueFull;
        }
        if self.is_no_room() {
            return Outcome::NoRoom;
        }
        if self.is_stopping() {
            return Outcome::Stopping;
        }
        Outcome::of(self.fail_info())
    }
}
