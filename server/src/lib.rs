//! The authority as a server: configuration, life cycle, HTTP, and the pipeline that joins the
//! time-stamp authority to the log.
//!
//! No cryptography here, and no decision: those are in `signing` and `tsa`. Start reading at
//! [`lifecycle`], then `pipeline`.

pub mod config;
mod events;
mod genesis;
mod http;
pub mod init;
pub mod lifecycle;
pub mod location;
pub mod logging;
pub mod logs;
mod metrics;
pub mod parts;
mod pipeline;
pub mod run;
pub mod succession;
