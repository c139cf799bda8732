//! Signature checking over bytes, by the RustCrypto crates.

pub mod digest;
pub mod ecdsa;
pub mod evidence;
pub mod key;
pub mod rsa;
pub mod scheme;
mod shake;
mod unsupported;

pub(crate) mod memory;
pub(crate) mod ml_dsa;
