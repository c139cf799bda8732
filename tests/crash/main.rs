//! Nothing unlogged, nothing lost: the server is killed, ended at each step of the commit
//! order, and given signers that fail or hang; then the log is opened again and every token
//! that a client held must be in it.
#![expect(
    clippy::panic_in_result_fn,
    clippy::print_stderr,
    reason = "a test prints what it saw, and stops at what it did not expect"
)]

mod full_disk;
mod kill;
mod moments;
mod restored;
mod signer;
mod windows;
