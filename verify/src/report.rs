//! The outcome of a verification.

pub mod json;
pub mod text;

use meridian_wire::time::UnixMicros;

use crate::checks::log::LogPlace;
use crate::facts::TokenFacts;
use crate::finding::Finding;
use crate::verdict::Models;
use crate::verified::VerifiedTimestamp;

/// Verdicts, every finding, and what the token says. The same token, data and policy give
/// the same report, octet by octet.
#[derive(Debug)]
pub struct Report {
    pub(crate) models: Models,
    pub(crate) input: String,
    pub(crate) at: UnixMicros,
    pub(crate) findings: Vec<Finding>,
    pub(crate) token: Option<TokenFacts>,
    pub(crate) log: Option<LogPlace>,
    pub(crate) verified: Option<VerifiedTimestamp>,
}

impl Report {
    /// The verdict of each model.
    #[must_use]
    pub const fn models(&self) -> &Models {
        &self.models
    }

    /// Every finding, by id.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What the token says, if it could be read.
    #[must_use]
    pub const fn token(&self) -> Option<&TokenFacts> {
        self.token.as_ref()
    }

    /// The proofs, if no check stands in the way.
    #[must_use]
    pub const fn verified(&self) -> Option<&VerifiedTimestamp> {
        self.verified.as_ref()
    }
}
