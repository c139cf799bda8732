//! [`PolicyError`]: why a document is not a policy.

/// The rule that a policy document breaks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Longer than any policy is.
    #[error("the policy has {actual} octets, {limit} at most")]
    TooLong {
        /// Octets.
        actual: usize,
        /// The limit.
        limit: usize,
    },
    /// Not JSON, a member that is unknown, missing, there twice, or of another type.
    #[error("the policy is not a policy document: {0}")]
    Json(#[from] serde_json::Error),
    /// Of another version.
    #[error("the policy has version {actual}, this program knows 1")]
    Version {
        /// What it says.
        actual: u8,
    },
    /// A number outside its range.
    #[error("{member} is {actual}, outside {min}..{max}")]
    OutOfRange {
        /// The member.
        member: &'static str,
        /// The least allowed.
        min: u32,
        /// The most allowed.
        max: u32,
        /// What it says.
        actual: u32,
    },
    /// A text that is empty, too long, or has control characters.
    #[error("{member} is no text of 1 to {max} characters without control characters")]
    Text {
        /// The member.
        member: &'static str,
        /// Characters, at most.
        max: usize,
    },
    /// Not an OID, or one that is too long.
    #[error("'{dotted}' in policies is no OBJECT IDENTIFIER")]
    Oid {
        /// What it says.
        dotted: String,
    },
    /// An OID with another level than its definition gives it.
    #[error("the policy {dotted} means level {meant} or more, not {stated}")]
    Level {
        /// The policy.
        dotted: String,
        /// By definition.
        meant: u8,
        /// In the document.
        stated: u8,
    },
    /// No policy at all.
    #[error("policies is empty")]
    NoPolicies,
    /// A default that is not among the policies.
    #[error("default_policy is not in policies")]
    DefaultNotServed,
    /// Slots that do not ascend, that there are not, or that are revealed and not allowed.
    #[error("{member} is no ascending list of slots 0 to 15, or not within reveal.allowed")]
    Slots {
        /// The member.
        member: &'static str,
    },
    /// Not the hexadecimal digits of a SHA-256.
    #[error("boundaries.sha256 is not 64 hexadecimal digits in lower case")]
    Digest,
}
