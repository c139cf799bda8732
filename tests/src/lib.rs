//! What crosses crates: scenarios, interop, crash, tidy.

pub mod authority;
pub mod device;
pub mod faults;
pub mod http;
pub mod load;
pub mod locating;
pub mod programs;
pub mod recovered;

/// A test's failure: whatever went wrong, said once.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
