//! Location evidence to results under a public policy: a pure function that issuer and verifier
//! share. No clock, no file, no network, no key.
//!
//! [`appraise()`] is the way in. The decision table is in docs/LOCATION.md; which of its rows are
//! looked at here, and which come later, is in [`rows::ROWS`].

pub mod appraisal;
pub mod appraise;
pub mod check_signature;
mod cwt;
#[cfg(test)]
mod device;
pub mod device_signed;
mod eat;
mod jws;
mod jwt;
pub mod key;
mod location;
pub mod means;
mod node;
pub mod note;
pub mod policy;
pub mod pop;
mod positioned;
pub mod refusal;
pub mod rows;
pub mod self_asserted;
mod signed;
mod standing;
mod when;

// Places, databases, travel.
mod cells;
pub mod confidence;
pub mod countries;
pub mod geodesic;
pub mod history;
pub mod ip;
pub mod ip_database;
pub mod judged;
pub mod place;
mod rounding;
pub mod travel;

pub use appraisal::{Appraisal, ItemResult};
pub use appraise::appraise;
pub use check_signature::CheckSignature;
pub use means::Means;
pub use note::ItemNote;
pub use policy::{AppraisalPolicy, PolicyDocument};
pub use refusal::Refusal;
