//! [`Means`]: what an appraisal needs besides evidence and policy.

use std::fmt;

use crate::check_signature::CheckSignature;
use crate::countries::Boundaries;

/// What an appraisal needs besides evidence and policy: no key, no clock, no file.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Means<'a> {
    /// Who checks signatures.
    pub signatures: &'a dyn CheckSignature,
    /// The boundaries that the policy names by their digest; not needed for one that names none.
    pub boundaries: Option<&'a Boundaries>,
}

impl<'a> Means<'a> {
    /// These means.
    #[must_use]
    pub const fn new(
        signatures: &'a dyn CheckSignature,
        boundaries: Option<&'a Boundaries>,
    ) -> Self {
        Self {
            signatures,
            boundaries,
        }
    }
}

impl fmt::Debug for Means<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means")
            .field("boundaries", &self.boundaries.is_some())
            .finish_non_exhaustive()
    }
}
