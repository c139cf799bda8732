//! [`Conclusion`]: how a check of place ends where nothing is wrong.

use std::fmt::Display;

use crate::finding::Checked;

/// Why a check of place does not pass.
pub(crate) trait PlaceFault: Display {
    /// Whether it says something about the claim, rather than about what is at hand here.
    fn convicts(&self) -> bool;
}

/// A check of place that does not stand in the way.
pub(crate) enum Conclusion {
    /// The rule holds.
    Holds(String),
    /// It holds where it counts.
    Departs(String),
    /// There was nothing to check, and nobody asked.
    Nothing(String),
}

/// The finding of check `ID`.
pub(crate) fn conclude<const ID: u16>(outcome: Result<Conclusion, impl PlaceFault>) -> Checked<ID> {
    match outcome {
        Ok(Conclusion::Holds(detail)) => Checked::passed(detail),
        Ok(Conclusion::Departs(detail)) => Checked::warning(detail),
        Ok(Conclusion::Nothing(detail)) => Checked::not_checked(detail),
        Err(fault) if fault.convicts() => Checked::failed(fault.to_string()),
        Err(fault) => Checked::indeterminate(fault.to_string()),
    }
}
