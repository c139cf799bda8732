//! The location-stamp authority as a function: evidence that was appraised, a request, a time, a
//! serial and a policy in; what is signed, or the rule that forbids it, out.

pub mod appraised;
pub mod authority;
pub mod error;
pub mod ladder;
pub mod level;
pub mod policy;
pub mod request;
mod respond;
#[cfg(test)]
mod sample;
