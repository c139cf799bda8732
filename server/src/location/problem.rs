//! [`LocationProblem`]: what a location request can meet, under a name that stays.

use meridian_appraisal::Refusal;

/// Declares the problems: each has the last part of `urn:ls:problem:<code>`, which never changes
/// its meaning, and a title.
macro_rules! problems {
    ($($variant:ident = $code:literal, $title:literal;)+) => {
        /// What a location request can meet.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub(crate) enum LocationProblem {
            $($variant,)+
        }

        impl LocationProblem {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The last part of the `type`, and the metric label.
            pub(crate) const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            pub(crate) const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)+
                }
            }
        }
    };
}

problems! {
    Malformed = "malformed", "The body or its evidence is malformed";
    UnsupportedEvidence = "unsupported-evidence", "Evidence of this kind or format is not taken";
    OutOfRange = "out-of-range", "A number is not finite or outside its range";
    PolicyUnknown = "policy-unknown", "The policy is not served";
    NonceUnknown = "nonce-unknown", "There is no such challenge";
    NonceExpired = "nonce-expired", "The challenge is over";
    NonceReused = "nonce-reused", "The challenge was spent before";
    BindingMismatch = "binding-mismatch", "The evidence is for another challenge, key, policy or document";
    EvidenceSignature = "evidence-signature", "The signature of the evidence is not taken";
    KeyUnknown = "key-unknown", "No enrolled key stands behind the evidence";
    KeyRevoked = "key-revoked", "The key is revoked or suspended";
    MockLocation = "mock-location", "The platform says that the position is simulated";
    EvidenceStale = "evidence-stale", "The evidence is too old";
    EvidenceFuture = "evidence-future", "The evidence is of the future";
    ManualEntry = "manual-entry", "The position was typed in";
    AnonymousNetwork = "anonymous-network", "The address belongs to an anonymising network";
    ContradictedTravel = "contradicted-travel", "The subject cannot have come from its other stamps to here";
    ContradictedPositions = "contradicted-positions", "Two positions of one request contradict each other";
    Contradicted = "contradicted", "The evidence contradicts the place";
    BoundariesUnavailable = "boundaries-unavailable", "The boundaries of countries are not at hand";
    LevelUnmet = "level-unmet", "The evidence does not reach the level asked for";
    RevealNotAllowed = "reveal-not-allowed", "So much may not be revealed in a token";
    Rate = "rate", "Too many requests in a minute";
    TimeUnavailable = "time-unavailable", "The time source cannot be trusted now";
    Unauthenticated = "unauthenticated", "The connection is not authenticated as the subject";
    EnrolmentClosed = "enrolment-closed", "Subjects are not enrolled here";
    SubjectUnknown = "subject-unknown", "There is no such subject";
    KeyNotFound = "key-not-found", "The subject has no such key";
    TokenNotFound = "token-not-found", "The subject has no token that is kept under this serial number";
    KeyTaken = "key-taken", "The key is enrolled for another subject";
    TooManyKeys = "too-many-keys", "The subject has as many keys as one may have";
    PolicyNotFound = "policy-not-found", "No policy has this identifier or digest";
    RequestRefused = "request-refused", "The request breaks a rule of RFC 3161";
    SigningFailed = "signing-failed", "The token could not be signed";
    LogUnavailable = "log-unavailable", "The log does not take the request now";
    Internal = "internal", "The authority could not put the answer together";
}

impl LocationProblem {
    /// The problem of a rejecting row: both have the same code.
    pub(crate) fn of_evidence(refusal: &Refusal) -> Self {
        let mut all = Self::ALL.iter().copied();
        all.find(|problem| problem.code() == refusal.code())
            .unwrap_or(Self::Internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_problems_share_a_code() {
        let codes: std::collections::BTreeSet<_> =
            LocationProblem::ALL.iter().map(|it| it.code()).collect();
        assert_eq!(codes.len(), LocationProblem::ALL.len());
    }

    #[test]
    fn every_code_of_the_appraisal_is_a_problem() {
        for code in Refusal::CODES {
            let mut all = LocationProblem::ALL.iter();
            assert!(all.any(|problem| problem.code() == code), "{code}");
        }
    }
}
