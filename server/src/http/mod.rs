//! HTTP: listener, routes, and one file per endpoint. `status.rs` alone chooses status codes.

mod body;
mod certificates;
mod client_stream;
mod decimal;
mod health;
mod json;
pub(crate) mod listener;
mod log;
mod media;
pub(crate) mod problem;
pub(crate) mod routes;
mod sigstore;
mod status;
mod timestamp;
