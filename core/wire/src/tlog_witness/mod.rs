//! What a log and its witness say to each other, as `c2sp.org/tlog-witness` v1.0.0 has it.
//!
//! `sign-subtree`, which the specification leaves to witnesses, is not here.

pub mod add_checkpoint;
pub mod answer;
