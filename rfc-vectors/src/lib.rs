//! Published and independently made test vectors, and the loader for them.
//!
//! For tests only: it reads the folder it was compiled from.

pub mod body;
pub mod error;
pub mod header;
pub mod vector;
