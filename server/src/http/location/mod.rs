//! Location stamps over HTTP: one file per endpoint.

mod challenges;
mod evidence;
mod member;
mod policies;
pub(super) mod problem;
pub(super) mod routes;
mod shown;
mod stamps;
mod subjects;
pub(super) mod tickets;
mod tokens;
