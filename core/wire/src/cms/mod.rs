//! Cryptographic Message Syntax, RFC 5652: writing the SignedData of a token.
//!
//! Reading is the reader's, checking the verifier's.

pub mod attrs;
pub mod ess;
pub mod signed_data;
pub mod tlog_proof;
pub mod unsigned;
