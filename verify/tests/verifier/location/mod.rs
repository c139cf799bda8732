//! Claims about place: what agrees passes, everything else fails, and the time is its own matter.

mod attacks;
mod disclosures;
mod issuer;
mod program;
mod reappraisal;
mod report;
mod requirements;
