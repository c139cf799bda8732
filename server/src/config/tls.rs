//! `[tls]`: the port for HTTPS.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{ConfigError, ValueProblem};
use super::is_address;
use super::limits::{self, Ranges};
use super::origin::Sources;
use super::raw::{RawClientCertificates, RawTls};

/// What HTTPS needs.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct TlsConfig {
    /// HOST:PORT of the port for HTTPS.
    pub listen: String,
    /// PEM, the server's certificate first, then its chain.
    pub certificates: PathBuf,
    /// PEM, its private key, mode 0600.
    pub key: PathBuf,
    /// Whether clients are asked for a certificate.
    pub client_certificates: ClientCertificates,
    /// PEM: who may have issued it. `None` means anybody: it is then a key and nothing else.
    pub client_ca: Option<PathBuf>,
    /// How often the files are looked at.
    pub reload: Duration,
    /// From the start of a connection to the end of its handshake.
    pub handshake_deadline: Duration,
}

/// Whether clients are asked for a certificate.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClientCertificates {
    /// They are not.
    Off,
    /// They are, and need not have one.
    Request,
    /// They are, and who has none is refused.
    Require,
}

pub(super) fn check(
    raw: RawTls,
    directory: &Path,
    sources: &Sources<'_>,
) -> Result<TlsConfig, ConfigError> {
    let refuse = |key: &'static str, problem: ValueProblem| ConfigError::Value {
        origin: sources.of(key),
        key,
        problem,
    };
    let path = |given: Option<PathBuf>, default: &str| {
        directory.join(given.unwrap_or_else(|| PathBuf::from(default)))
    };
    let listen = raw.listen.unwrap_or_else(|| "127.0.0.1:3443".to_owned());
    if !is_address(&listen) {
        return Err(refuse("tls.listen", ValueProblem::NotAnAddress));
    }
    let client_certificates = match raw.client_certificates {
        None | Some(RawClientCertificates::Off) => ClientCertificates::Off,
        Some(RawClientCertificates::Request) => ClientCertificates::Request,
        Some(RawClientCertificates::Require) => ClientCertificates::Require,
    };
    if raw.client_ca.is_some() && client_certificates == ClientCertificates::Off {
        return Err(refuse("tls.client_ca", ValueProblem::ClientCaUnused));
    }
    let range = Ranges::new(sources);
    let (least, most, default) = limits::RELOAD;
    let reload = raw.reload.map_or(default, |text| text.0);
    let handshake = raw.handshake_deadline.map_or(limits::HANDSHAKE, |it| it.0);
    Ok(TlsConfig {
        listen,
        certificates: path(raw.certificates, "pki/https.pem"),
        key: path(raw.key, "pki/https.key"),
        client_certificates,
        client_ca: raw.client_ca.map(|given| directory.join(given)),
        reload: range.micros("tls.reload", reload, (least, most))?,
        handshake_deadline: range.micros("tls.handshake_deadline", handshake, limits::DEADLINE)?,
    })
}
