//! `meridian.toml` as written: every key optional, every unknown key refused.
//!
//! Nothing here is checked beyond its type; [`super::Config`] is the checked form.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::duration::DurationText;
use super::size::SizeText;

/// The whole file.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawConfig {
    pub(crate) authority: RawAuthority,
    pub(crate) location: Option<RawLocation>,
    pub(crate) clock: RawClock,
    pub(crate) log: RawLog,
    pub(crate) sequencer: RawSequencer,
    pub(crate) http: RawHttp,
    pub(crate) tls: Option<RawTls>,
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
    pub(crate) proof_in_token: Option<Vec<RawProfile>>,
    pub(crate) ordering: Option<bool>,
    pub(crate) signing_allowance: Option<DurationText>,
}

/// `[location]`: location stamps. Without the table the authority stamps time only.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawLocation {
    pub(crate) policy: Option<PathBuf>,
    pub(crate) certificates: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) pairwise_secret: Option<PathBuf>,
    pub(crate) profile: Option<RawProfile>,
    pub(crate) proof_in_token: Option<bool>,
    pub(crate) enrolment: Option<RawEnrolment>,
    pub(crate) token_retention: Option<DurationText>,
    pub(crate) country_database: Option<PathBuf>,
    pub(crate) anonymous_database: Option<PathBuf>,
    pub(crate) boundaries: Option<PathBuf>,
    pub(crate) rate_per_key: Option<usize>,
    pub(crate) rate_per_address: Option<usize>,
}

/// Who may become a subject.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawEnrolment {
    Open,
    Closed,
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
    pub(crate) evidence_interval: Option<DurationText>,
}

/// `[log]`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawLog {
    pub(crate) database: Option<PathBuf>,
    pub(crate) lock_record: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) verifier_key: Option<PathBuf>,
    pub(crate) reserve: Option<SizeText>,
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
    pub(crate) trusted_proxies: Option<Vec<String>>,
    pub(crate) proxy_header: Option<RawProxyHeader>,
    pub(crate) public_url: Option<String>,
}

/// The header field in which proxies name their client.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawProxyHeader {
    XForwardedFor,
    Forwarded,
}

/// `[tls]`: the port for HTTPS. Without the table there is none.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawTls {
    pub(crate) listen: Option<String>,
    pub(crate) certificates: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) client_certificates: Option<RawClientCertificates>,
    pub(crate) client_ca: Option<PathBuf>,
    pub(crate) reload: Option<DurationText>,
    pub(crate) handshake_deadline: Option<DurationText>,
}

/// Whether clients are asked for a certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawClientCertificates {
    Off,
    Request,
    Require,
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
