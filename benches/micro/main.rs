//! criterion benches: what each part of a token's way costs on one core.

mod authority;
mod commit;
mod location;
mod merkle;
mod request;
mod signing;
mod verify;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    micro,
    merkle::bench,
    request::bench,
    signing::bench,
    commit::bench,
    verify::bench,
    location::bench
);
criterion_main!(micro);
