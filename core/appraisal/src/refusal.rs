//! [`Refusal`]: why evidence is not taken. One variant for each rejecting row of the table.

use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::oid::ObjectIdentifier;

/// Why evidence is not taken: the rejecting rows of the decision table in docs/LOCATION.md that
/// can be reached. Rows above 34 are ours and not in the table's order.
///
/// Rows 5 and 7 are found by whoever keeps the challenges; they stand here so that every row has
/// its code in one place. The HTTP status is the server's.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Row 1: not the form that its format asks for.
    #[error("the evidence is malformed: {what}")]
    Malformed {
        /// The rule that is broken.
        what: &'static str,
    },
    /// Row 1: a kind, or a format of it, that this authority does not take from this source.
    #[error("evidence of the kind {} in this format is not taken", .kind.number())]
    UnsupportedEvidence {
        /// The kind.
        kind: EvidenceKind,
    },
    /// Row 3: a number that is not finite or outside its range.
    #[error("{field} is not a finite number in its range")]
    OutOfRange {
        /// The member.
        field: &'static str,
    },
    /// Row 4: not one of the policies that the document lists.
    #[error("the policy {policy} is not served")]
    PolicyUnknown {
        /// What was asked for.
        policy: ObjectIdentifier,
    },
    /// Row 5: no such challenge.
    #[error("there is no such challenge")]
    NonceUnknown,
    /// Row 6: the challenge is over.
    #[error("the challenge is {age_ms} ms old, {limit_ms} ms at most")]
    NonceExpired {
        /// From issue to acceptance.
        age_ms: i64,
        /// What the policy allows.
        limit_ms: i64,
    },
    /// Row 7: the challenge was spent before.
    #[error("the challenge was spent before")]
    NonceReused,
    /// Row 8: the evidence quotes another challenge, key or policy.
    #[error("the evidence nonce is not that of this challenge, key and policy")]
    BindingMismatch,
    /// Row 9: no good signature of an algorithm that is taken.
    #[error("the signature of the evidence is not taken: {what}")]
    EvidenceSignature {
        /// The rule that is broken.
        what: &'static str,
    },
    /// Row 10: the policy asks for an enrolled key, and none was shown to be there.
    #[error("no enrolled key stands behind the evidence")]
    KeyUnknown,
    /// Row 10: the key was revoked.
    #[error("the key is revoked")]
    KeyRevoked {
        /// Since when, in milliseconds of Unix time; `None`: always.
        invalid_since_ms: Option<i64>,
    },
    /// Row 10: the key is suspended.
    #[error("the key is suspended")]
    KeySuspended,
    /// Row 15: the platform says that the position is simulated.
    #[error("the platform says that the position is simulated")]
    MockLocation,
    /// Row 16: the fix, or the token around it, is too old.
    #[error("the evidence is {age_ms} ms old, {limit_ms} ms at most")]
    EvidenceStale {
        /// From then to acceptance.
        age_ms: i64,
        /// What the policy allows.
        limit_ms: i64,
    },
    /// Row 16: the fix, or the token around it, is of the future.
    #[error("the evidence is {ahead_ms} ms ahead, {limit_ms} ms at most")]
    EvidenceFuture {
        /// From acceptance to then.
        ahead_ms: i64,
        /// What the policy allows.
        limit_ms: i64,
    },
    /// Row 17: the position was typed in, and the policy does not take that.
    #[error("the position was typed in")]
    ManualEntry,
    /// Row 20: the address belongs to an anonymising network, and the policy does not take that.
    #[error("the address belongs to a VPN, Tor, a proxy or a data centre")]
    AnonymousNetwork,
    /// Row 30: the subject cannot have come from its other stamps to this place.
    #[error("the subject's other stamps would need a speed of {speed_mm_s} mm/s")]
    ContradictedTravel {
        /// The least speed that would explain both; the largest number if none would.
        speed_mm_s: u32,
    },
    /// Row 35: two positions of one request contradict each other.
    #[error("two positions lie {apart_m} m apart, {limit_m} m at most")]
    ContradictedPositions {
        /// Between the two points.
        apart_m: u32,
        /// The sum of both radii at 95 %.
        limit_m: u32,
    },
    /// Row 36: the policy names boundaries of countries that are not at hand.
    #[error("the boundaries of countries that the policy names are not at hand")]
    BoundariesUnavailable,
}

impl Refusal {
    /// Every code, once.
    pub const CODES: [&str; 19] = [
        "malformed",
        "unsupported-evidence",
        "out-of-range",
        "policy-unknown",
        "nonce-unknown",
        "nonce-expired",
        "nonce-reused",
        "binding-mismatch",
        "evidence-signature",
        "key-unknown",
        "key-revoked",
        "mock-location",
        "evidence-stale",
        "evidence-future",
        "manual-entry",
        "anonymous-network",
        "contradicted-travel",
        "contradicted-positions",
        "boundaries-unavailable",
    ];

    /// The stable name of the rule, as in `urn:ls:problem:<code>`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::UnsupportedEvidence { .. } => "unsupported-evidence",
            Self::OutOfRange { .. } => "out-of-range",
            Self::PolicyUnknown { .. } => "policy-unknown",
            Self::NonceUnknown => "nonce-unknown",
            Self::NonceExpired { .. } => "nonce-expired",
            Self::NonceReused => "nonce-reused",
            Self::BindingMismatch => "binding-mismatch",
            Self::EvidenceSignature { .. } => "evidence-signature",
            Self::KeyUnknown => "key-unknown",
            Self::KeyRevoked { .. } | Self::KeySuspended => "key-revoked",
            Self::MockLocation => "mock-location",
            Self::EvidenceStale { .. } => "evidence-stale",
            Self::EvidenceFuture { .. } => "evidence-future",
            Self::ManualEntry => "manual-entry",
            Self::AnonymousNetwork => "anonymous-network",
            Self::ContradictedTravel { .. } => "contradicted-travel",
            Self::ContradictedPositions { .. } => "contradicted-positions",
            Self::BoundariesUnavailable => "boundaries-unavailable",
        }
    }

    /// Its row of the decision table.
    #[must_use]
    pub const fn row(&self) -> u8 {
        match self {
            Self::Malformed { .. } | Self::UnsupportedEvidence { .. } => 1,
            Self::OutOfRange { .. } => 3,
            Self::PolicyUnknown { .. } => 4,
            Self::NonceUnknown => 5,
            Self::NonceExpired { .. } => 6,
            Self::NonceReused => 7,
            Self::BindingMismatch => 8,
            Self::EvidenceSignature { .. } => 9,
            Self::KeyUnknown | Self::KeyRevoked { .. } | Self::KeySuspended => 10,
            Self::MockLocation => 15,
            Self::EvidenceStale { .. } | Self::EvidenceFuture { .. } => 16,
            Self::ManualEntry => 17,
            Self::AnonymousNetwork => 20,
            Self::ContradictedTravel { .. } => 30,
            Self::ContradictedPositions { .. } => 35,
            Self::BoundariesUnavailable => 36,
        }
    }
}
