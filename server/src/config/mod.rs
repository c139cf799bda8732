//! The checked configuration: one TOML file, overridden by the environment.
//!
//! [`Config::load`] reads `DIR/meridian.toml`. Unknown keys are refused; every refusal names the
//! file, the line and the key. Paths are relative to DIR. Secrets are files named here, never
//! values.

mod digest;
mod duration;
mod environment;
mod error;
mod http;
mod limits;
mod location;
mod log;
mod origin;
mod raw;
mod size;
mod tls;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::Serialized;

pub use environment::Environment;
pub use error::{ConfigError, Origin, ValueProblem};
pub use http::{HttpConfig, ProxyHeader};
use limits::Ranges;
pub use location::{Enrolment, LocationConfig};
pub use log::LogConfig;
use origin::Sources;
use raw::{RawAuthority, RawConfig, RawFormat, RawLevel, RawPrivate, RawProfile};
pub use tls::{ClientCertificates, TlsConfig};

/// Name of the file in the authority's directory.
pub const FILE_NAME: &str = "meridian.toml";

/// Everything that can be set, checked.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Config {
    /// The authority's directory; every relative path has been resolved against it.
    pub directory: PathBuf,
    /// Whose name is on the tokens.
    pub authority: AuthorityConfig,
    /// Location stamps; `None` means time only.
    pub location: Option<LocationConfig>,
    /// `[clock] asserted_bound`: the error bound to assert where the kernel measures none
    /// (docs/DECISIONS.md, 'Time'). `None` means that an unmeasured clock stamps nothing.
    pub asserted_bound: Option<Duration>,
    /// `[clock] evidence_interval`: between two leaves that say how the clock is.
    pub evidence_interval: Duration,
    /// SHA-256 of what bears on stamps, in a form that layout and comments do not change
    /// (`config/digest.rs`).
    pub digest: [u8; 32],
    /// Where the log lives.
    pub log: LogConfig,
    /// Limits between the queue and the disk.
    pub sequencer: SequencerConfig,
    /// The plain port, and the limits of all connections.
    pub http: HttpConfig,
    /// HTTPS; `None` means plain HTTP only.
    pub tls: Option<TlsConfig>,
    /// Where health and metrics are served.
    pub private: PrivateListen,
    /// Log lines.
    pub logging: LoggingConfig,
}

/// `[authority]`.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct AuthorityConfig {
    /// PEM, TSU first, then its chain.
    pub certificates: PathBuf,
    /// PKCS#8 private key of the TSU, mode 0600.
    pub key: PathBuf,
    /// Policies served.
    pub policies: Vec<Policy>,
    /// Policy of a request that names none.
    pub default_policy: Policy,
    /// Policies whose tokens carry their proof of the log, if the request does not say.
    pub proof_in_token: Vec<Policy>,
    /// Whether tokens claim `ordering`.
    pub ordering: bool,
    /// How long a signature may take; part of the accuracy (docs/DECISIONS.md, 'Time').
    pub signing_allowance: Duration,
}

/// What a token shows of the time (docs/DECISIONS.md, 'The token').
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Policy {
    /// Whole seconds.
    Compatible,
    /// Microseconds.
    Precise,
}

/// `[sequencer]`.
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub struct SequencerConfig {
    /// Requests that may wait.
    pub queue: usize,
    /// Requests in one batch at most.
    pub batch: usize,
    /// Signing threads.
    pub threads: usize,
}

/// `[private]`.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PrivateListen {
    /// A Unix socket, mode 0600.
    Socket(PathBuf),
    /// A TCP address.
    Tcp(SocketAddr),
}

impl fmt::Display for PrivateListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => write!(f, "http://{address}"),
        }
    }
}

/// `[logging]`.
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub struct LoggingConfig {
    /// JSON lines instead of text.
    pub json: bool,
    /// The least severe line that is written.
    pub level: tracing::level_filters::LevelFilter,
}

impl Config {
    /// Reads `directory/meridian.toml` and lets `environment` override it.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], naming file, line and key.
    pub fn load(directory: &Path, environment: &Environment) -> Result<Self, ConfigError> {
        let file = directory.join(FILE_NAME);
        Self::load_file(&file, directory, environment)
    }

    /// Reads `file`; relative paths in it are resolved against `directory`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], naming file, line and key.
    pub fn load_file(
        file: &Path,
        directory: &Path,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file).map_err(|source| ConfigError::Unreadable {
            file: file.to_owned(),
            source,
        })?;
        let sources = Sources::new(file, &text, environment);
        let raw = read(&text, environment, &sources)?;
        check(raw, directory, &sources)
    }

    /// Replaces `http.listen`.
    ///
    /// # Errors
    ///
    /// [`ValueProblem::NotAnAddress`] if it is not HOST:PORT.
    pub fn set_listen(&mut self, listen: &str) -> Result<(), ValueProblem> {
        if !is_address(listen) {
            return Err(ValueProblem::NotAnAddress);
        }
        self.http.listen = Some(listen.to_owned());
        Ok(())
    }
}

/// Two passes: the first sees only the file, so that its errors carry lines; what the second one
/// refuses can then only have come from the environment.
fn read(
    text: &str,
    environment: &Environment,
    sources: &Sources<'_>,
) -> Result<RawConfig, ConfigError> {
    let from_file: RawConfig = toml::from_str(text).map_err(|error| ConfigError::Syntax {
        origin: sources.at(error.span()),
        key: sources.key_at(error.span()),
        message: error.message().to_owned(),
    })?;
    if environment.is_empty() {
        return Ok(from_file);
    }
    let figment = environment.apply(Figment::from(Serialized::defaults(from_file)));
    figment.extract().map_err(|error: figment::Error| {
        let key = error.path.join(".");
        let name = environment
            .variable_for(&key)
            .or_else(|| environment.first_variable())
            .unwrap_or_default();
        ConfigError::Syntax {
            origin: Origin::Variable { name },
            key: Some(key).filter(|key| !key.is_empty()),
            message: error.kind.to_string(),
        }
    })
}

fn check(raw: RawConfig, directory: &Path, sources: &Sources<'_>) -> Result<Config, ConfigError> {
    let path = |given: Option<PathBuf>, default: &str| {
        directory.join(given.unwrap_or_else(|| PathBuf::from(default)))
    };
    let range = Ranges::new(sources);
    let digest = digest::of(&raw);
    Ok(Config {
        directory: directory.to_owned(),
        authority: check_authority(raw.authority, directory, sources)?,
        location: raw
            .location
            .map(|raw| location::check(raw, directory, sources))
            .transpose()?,
        asserted_bound: raw
            .clock
            .asserted_bound
            .map(|bound| range.micros("clock.asserted_bound", bound.0, limits::ASSERTED_BOUND))
            .transpose()?,
        evidence_interval: range.micros(
            "clock.evidence_interval",
            raw.clock
                .evidence_interval
                .map_or(limits::EVIDENCE_INTERVAL.2, |text| text.0),
            (limits::EVIDENCE_INTERVAL.0, limits::EVIDENCE_INTERVAL.1),
        )?,
        digest,
        log: LogConfig {
            database: path(raw.log.database, "log"),
            lock_record: path(raw.log.lock_record, "lock"),
            key: path(raw.log.key, "pki/log.key"),
            verifier_key: path(raw.log.verifier_key, "pki/log.vkey"),
            reserve: range.octets("log.reserve", raw.log.reserve, limits::RESERVE)?,
        },
        sequencer: SequencerConfig {
            queue: range.number("sequencer.queue", raw.sequencer.queue, limits::QUEUE)?,
            batch: range.number("sequencer.batch", raw.sequencer.batch, limits::BATCH)?,
            threads: range.number("sequencer.threads", raw.sequencer.threads, limits::THREADS)?,
        },
        http: http::check(raw.http, raw.tls.is_some(), sources)?,
        tls: raw
            .tls
            .map(|raw| tls::check(raw, directory, sources))
            .transpose()?,
        private: check_private(raw.private, directory, sources)?,
        logging: LoggingConfig {
            json: raw.logging.format == Some(RawFormat::Json),
            level: match raw.logging.level.unwrap_or(RawLevel::Info) {
                RawLevel::Error => tracing::level_filters::LevelFilter::ERROR,
                RawLevel::Warn => tracing::level_filters::LevelFilter::WARN,
                RawLevel::Info => tracing::level_filters::LevelFilter::INFO,
                RawLevel::Debug => tracing::level_filters::LevelFilter::DEBUG,
            },
        },
    })
}

fn check_authority(
    raw: RawAuthority,
    directory: &Path,
    sources: &Sources<'_>,
) -> Result<AuthorityConfig, ConfigError> {
    let refuse = |key: &'static str, problem: ValueProblem| ConfigError::Value {
        origin: sources.of(key),
        key,
        problem,
    };
    let policy = |raw: RawProfile| match raw {
        RawProfile::Compatible => Policy::Compatible,
        RawProfile::Precise => Policy::Precise,
    };
    let policies: Vec<Policy> = match raw.policies {
        Some(named) => named.into_iter().map(policy).collect(),
        None => vec![Policy::Compatible, Policy::Precise],
    };
    let Some(first) = policies.first().copied() else {
        return Err(refuse("authority.policies", ValueProblem::NoPolicy));
    };
    let default_policy = raw.default_policy.map_or(first, policy);
    if !policies.contains(&default_policy) {
        let key = "authority.default_policy";
        return Err(refuse(key, ValueProblem::DefaultNotServed));
    }
    let proof_in_token = raw.proof_in_token.unwrap_or_default();
    let proof_in_token: Vec<Policy> = proof_in_token.into_iter().map(policy).collect();
    if proof_in_token.iter().any(|one| !policies.contains(one)) {
        let key = "authority.proof_in_token";
        return Err(refuse(key, ValueProblem::ProofNotServed));
    }
    let ordering = raw.ordering.unwrap_or(false);
    if ordering && policies.contains(&Policy::Compatible) {
        let key = "authority.ordering";
        return Err(refuse(key, ValueProblem::OrderingNeedsPrecise));
    }
    let allowance = raw
        .signing_allowance
        .map_or(limits::SIGNING_ALLOWANCE.2, |d| d.0);
    let path = |given: Option<PathBuf>, default: &str| {
        directory.join(given.unwrap_or_else(|| PathBuf::from(default)))
    };
    Ok(AuthorityConfig {
        certificates: path(raw.certificates, "pki/tsu.pem"),
        key: path(raw.key, "pki/tsu.key"),
        policies,
        default_policy,
        proof_in_token,
        ordering,
        signing_allowance: Ranges::new(sources).micros(
            "authority.signing_allowance",
            allowance,
            (limits::SIGNING_ALLOWANCE.0, limits::SIGNING_ALLOWANCE.1),
        )?,
    })
}

fn check_private(
    raw: RawPrivate,
    directory: &Path,
    sources: &Sources<'_>,
) -> Result<PrivateListen, ConfigError> {
    match (raw.socket, raw.listen) {
        (Some(_), Some(_)) => Err(ConfigError::Value {
            origin: sources.of("private.listen"),
            key: "private.listen",
            problem: ValueProblem::TwoPrivateListeners,
        }),
        (None, Some(address)) => Ok(PrivateListen::Tcp(address)),
        (socket, None) => {
            let socket = socket.unwrap_or_else(|| PathBuf::from("private.sock"));
            Ok(PrivateListen::Socket(directory.join(socket)))
        }
    }
}

/// Whether `text` is HOST:PORT; the host is resolved only when the port is bound.
fn is_address(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests;
