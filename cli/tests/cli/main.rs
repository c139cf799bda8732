//! The program as a person types it, against the real server.
#![expect(
    clippy::unwrap_used,
    reason = "a test's helper functions may stop the test"
)]

mod authority;
mod commands;
mod middle;
mod stamp;
