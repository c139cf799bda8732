//! A place's whole life, as subject, readers and auditors see it: through HTTP and the programs.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "what a test calls may stop the test, and says what it skips"
)]

mod binding;
mod disclosure;
mod erasure;
mod events;
mod levels;
mod policy;
mod privacy;
mod site;
mod subject;
mod tls;
mod travel;
