//! The RFC 3161 time-stamp authority as a function: no clock, no key, no I/O.

pub mod authority;
pub mod error;
pub mod policy;
pub mod request;
mod respond;
