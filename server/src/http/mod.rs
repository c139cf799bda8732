//! HTTP: listener, routes, and one file per endpoint. `status.rs` alone chooses status codes.

mod activity;
mod body;
mod caller;
mod certificates;
mod client_keys;
mod client_stream;
mod connection;
mod decimal;
mod forwarded;
mod handshake;
mod health;
mod http_stream;
mod imprint;
mod json;
pub(crate) mod listener;
mod location;
mod log;
mod media;
mod object;
pub(crate) mod problem;
pub(crate) mod routes;
pub(crate) mod serving;
mod sigstore;
mod status;
mod timestamp;
pub(crate) mod tls;
mod tls_files;
