//! How much work one token may cause while its revocation data is looked at.

use std::cell::Cell;

/// Signatures on lists, responses and their signers. A path of five certificates with a list
/// each needs fewer than twenty.
const MAX_SIGNATURE_CHECKS: u32 = 512;

/// Signature checks that are left.
#[derive(Debug)]
pub(crate) struct Budget(Cell<u32>);

impl Budget {
    /// A full one.
    pub(crate) const fn new() -> Self {
        Self(Cell::new(MAX_SIGNATURE_CHECKS))
    }

    /// Takes one; false if none is left, and then what it was for stays unknown.
    pub(crate) fn take(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }
}
