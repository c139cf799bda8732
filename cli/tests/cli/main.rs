//! The program as a person types it, against the real server.
#![expect(clippy::unwrap_used, reason = "what a test calls may stop the test")]
#![expect(
    clippy::print_stderr,
    reason = "what was skipped is what a person reads"
)]

mod authority;
mod commands;
mod locate;
mod memory;
mod middle;
mod public_log;
mod stamp;
mod succeed;
