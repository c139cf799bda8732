//! The offline verifier: a token, the data, what the caller trusts, in; a report out.
//!
//! No network, no database, no clock: the time of verification is an argument. Every check
//! has an id, runs whatever the others found, and yields a finding; a
//! [`verified::VerifiedTimestamp`] exists only where all of them left their proof.

pub mod algorithms;
pub mod artifact;
pub mod asked;
pub mod crypto;
pub mod event;
pub mod explain;
pub mod facts;
pub mod finding;
pub mod grounds;
pub mod input;
pub mod inspect;
pub mod later;
pub mod location;
pub mod note;
pub mod pem;
pub mod policy;
pub mod profile;
pub mod report;
pub mod sub_indication;
pub mod trust_list;
pub mod verdict;
pub mod verified;
pub mod verifier;
pub mod verify;
pub mod window;
pub mod witnesses;

mod certificate;
mod checks;

mod instant;
mod issuer;
mod log_proof;
mod name;
mod path;
mod pool;
mod revocation;
mod unsigned;
