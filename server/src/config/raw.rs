//! `meridian.toml` as written: every key optional, every unknown key refused.
//!
//! Nothing here is checked beyond its type; [`super::Config`] is the checked form.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::duration::DurationText;

/// The whole file.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawConfig {
    pub(crate) authority: RawAuthority,
    pub(crate) clock: RawClock,
    pub(crate) log: RawLog,
    pub(crate) sequencer: RawSequencer,
    pub(crate) http: RawHttp,
    pub(crate) private: RawPrivate,
    pub(crate) logging: RawLogging,
}

/// `[authority]`: whose name is on the tokens, and under which policies.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawAuthority {
    pub(crate) certificates: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) policies: Option<Vec<RawProfile>>,
    pub(crate) default_policy: Option<RawProfile>,
    pub(crate) ordering: Option<bool>,
    pub(crate) signing_allowance: Option<DurationText>,
}

/// The two profiles of the policy (docs/DECISIONS.md, 'The token').
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawProfile {
    Compatible,
    Precise,
}

/// `[clock]`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawClock {
    pub(crate) asserted_bound: Option<DurationText>,
}

/// `[log]`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawLog {
    pub(crate) database: Option<PathBuf>,
    pub(crate) lock_record: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) verifier_key: Option<PathBuf>,
}

/// `[sequencer]`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawSequencer {
    pub(crate) queue: Option<usize>,
    pub(crate) batch: Option<usize>,
    pub(crate) threads: Option<usize>,
}

/// `[http]`: the public port and its limits.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawHttp {
    pub(crate) listen: Option<String>,
    pub(crate) connections: Option<usize>,
    pub(crate) body_limit: Option<usize>,
    pub(crate) json_limit: Option<usize>,
    pub(crate) imprints: Option<usize>,
    pub(crate) header_deadline: Option<DurationText>,
    pub(crate) body_deadline: Option<DurationText>,
    pub(crate) write_deadline: Option<DurationText>,
    pub(crate) drain_deadline: Option<DurationText>,
}

/// `[private]`: health and metrics.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawPrivate {
    pub(crate) socket: Option<PathBuf>,
    pub(crate) listen: Option<SocketAddr>,
}

/// `[logging]`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawLogging {
    pub(crate) format: Option<RawFormat>,
    pub(crate) level: Option<RawLevel>,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawFormat {
    Text,
    Json,
}

/// The least severe line that is written.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawLevel {
    Error,
    Warn,
    Info,
    Debug,
}
