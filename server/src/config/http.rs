//! `[http]`: the plain port, the limits of all connections, and what proxies may say.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::error::{ConfigError, ValueProblem};
use super::limits::{self, Ranges};
use super::origin::Sources;
use super::raw::{RawHttp, RawProxyHeader};
use super::{duration, is_address};

/// The plain port, and what holds for both ports.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// HOST:PORT of the plain port; `None` means HTTPS only.
    pub listen: Option<String>,
    /// Connections open at the same time, on both ports together.
    pub connections: usize,
    /// Octets of a DER request.
    pub body_limit: usize,
    /// Octets of a JSON request to `/v1/timestamps`.
    pub json_limit: usize,
    /// Imprints in one JSON request.
    pub imprints: usize,
    /// From the start of a connection, or the answer before, to a whole header.
    pub header_deadline: Duration,
    /// From the header to the end of the body.
    pub body_deadline: Duration,
    /// From a stuck answer to the whole of it.
    pub write_deadline: Duration,
    /// From SIGTERM to the end of the last connection.
    pub drain_deadline: Duration,
    /// Networks whose word on the caller's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// The one header field that they say it in.
    pub proxy_header: ProxyHeader,
    /// Where clients reach this authority, without a slash at the end.
    pub public_url: Option<String>,
}

/// How a proxy names the client that it speaks for.
///
/// One of the two: a proxy that writes the one passes the other through as the client sent it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, with `X-Forwarded-Proto`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// `with_tls` says whether there is a port for HTTPS: then the plain one must be asked for.
pub(super) fn check(
    raw: RawHttp,
    with_tls: bool,
    sources: &Sources<'_>,
) -> Result<HttpConfig, ConfigError> {
    let range = Ranges::new(sources);
    let refuse = |key: &'static str, problem: ValueProblem| ConfigError::Value {
        origin: sources.of(key),
        key,
        problem,
    };
    let deadline = |key, given: Option<duration::DurationText>| {
        let given = given.map_or(Duration::from_secs(10), |text| text.0);
        range.micros(key, given, limits::DEADLINE)
    };
    let default = (!with_tls).then(|| "127.0.0.1:3161".to_owned());
    let listen = raw.listen.or(default);
    if listen.as_deref().is_some_and(|listen| !is_address(listen)) {
        return Err(refuse("http.listen", ValueProblem::NotAnAddress));
    }
    let proxies: Option<Vec<IpNet>> = raw
        .trusted_proxies
        .unwrap_or_default()
        .iter()
        .map(|text| network(text))
        .collect();
    let public_url = raw.public_url.map(|url| public_url(&url)).transpose();
    Ok(HttpConfig {
        listen,
        connections: range.number("http.connections", raw.connections, limits::CONNECTIONS)?,
        body_limit: range.number("http.body_limit", raw.body_limit, limits::BODY_LIMIT)?,
        json_limit: range.number("http.json_limit", raw.json_limit, limits::JSON_LIMIT)?,
        imprints: range.number("http.imprints", raw.imprints, limits::IMPRINTS)?,
        header_deadline: deadline("http.header_deadline", raw.header_deadline)?,
        body_deadline: deadline("http.body_deadline", raw.body_deadline)?,
        write_deadline: deadline("http.write_deadline", raw.write_deadline)?,
        drain_deadline: deadline("http.drain_deadline", raw.drain_deadline)?,
        trusted_proxies: proxies
            .ok_or_else(|| refuse("http.trusted_proxies", ValueProblem::NotANetwork))?,
        proxy_header: match raw.proxy_header {
            None | Some(RawProxyHeader::XForwardedFor) => ProxyHeader::XForwardedFor,
            Some(RawProxyHeader::Forwarded) => ProxyHeader::Forwarded,
        },
        public_url: public_url.map_err(|problem| refuse("http.public_url", problem))?,
    })
}

/// A network in CIDR form, or one address.
fn network(text: &str) -> Option<IpNet> {
    match text.parse::<IpNet>() {
        Ok(network) => Some(network.trunc()),
        Err(_) => text.parse::<IpAddr>().ok().map(IpNet::from),
    }
}

fn public_url(text: &str) -> Result<String, ValueProblem> {
    let url: http::Uri = text.parse().map_err(|_| ValueProblem::NotAPublicUrl)?;
    let web = matches!(url.scheme_str(), Some("http" | "https"));
    let host = url
        .authority()
        .is_some_and(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'));
    if !web || !host || url.query().is_some() || text.contains('#') {
        return Err(ValueProblem::NotAPublicUrl);
    }
    Ok(text.trim_end_matches('/').to_owned())
}
