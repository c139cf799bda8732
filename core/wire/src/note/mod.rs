//! Signed notes, as `c2sp.org/signed-note` v1.0.0 has them.
//!
//! Nothing here checks a signature: that is the verifier's work.

pub mod cosignature;
pub mod error;
pub mod key;
pub mod name;
pub mod signed_note;
pub mod witness_key;
