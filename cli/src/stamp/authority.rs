//! One authority, as its URL and the HTTP spoken with it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ureq::http::header::{CONTENT_TYPE, RETRY_AFTER};
use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

use super::retry::Transient;
use super::trust::{TrustError, tls_config};
use crate::args::tls::TlsArgs;

/// A reply with all its certificates has a few kilobytes; the largest token known has 153 kB.
const MAX_REPLY_OCTETS: u64 = 1 << 20;
/// An answer about a place carries the evidence bundle: 128 KiB, as base64, and a little more.
const MAX_JSON_OCTETS: u64 = 1 << 20;
/// A proof for the largest tree has 63 hashes of 45 octets, a leaf and a note.
const MAX_PROOF_OCTETS: u64 = 1 << 16;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Nobody waits longer between two tries because a server says so.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// The URL of an authority: http or https, with a host.
#[derive(Clone, Debug)]
pub(crate) struct AuthorityUrl {
    text: String,
    /// Scheme, host and port, without a slash at the end.
    base: String,
}

/// Why a text is not the URL of an authority.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UrlError {
    #[error("not a URL")]
    Malformed(#[source] ureq::http::uri::InvalidUri),
    #[error("a URL of an authority starts with http:// or https://")]
    Scheme,
    #[error("credentials do not belong on a command line")]
    Credentials,
}

impl FromStr for AuthorityUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let uri = Uri::from_str(text).map_err(UrlError::Malformed)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(UrlError::Scheme);
        };
        if !matches!(scheme, "http" | "https") {
            return Err(UrlError::Scheme);
        }
        if authority.as_str().contains('@') {
            return Err(UrlError::Credentials);
        }
        Ok(Self {
            text: text.to_owned(),
            base: format!("{scheme}://{authority}"),
        })
    }
}

impl AuthorityUrl {
    /// The same, where tokens carry their proof.
    pub(crate) fn with_proof_in_token(&self) -> Self {
        Self {
            text: asking_for_proof(&self.text),
            base: self.base.clone(),
        }
    }

    /// Below which checkpoint and tiles are: of an authority at `/log`; a URL with a path names the
    /// place itself.
    pub(crate) fn log_prefix(&self) -> String {
        let path = self.text.get(self.base.len()..).unwrap_or_default();
        match path.trim_end_matches('/') {
            "" => format!("{}/log", self.base),
            path => format!("{}{path}", self.base),
        }
    }

    fn is_https(&self) -> bool {
        self.base.starts_with("https:")
    }
}

impl fmt::Display for AuthorityUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A path of an authority of ours, where a query asks for the proof; others pass it over.
fn asking_for_proof(path: &str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}proof=1")
}

/// Why a URL gave no reply. Whether to try it again is [`CallError::is_transient`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("the call did not go through")]
    Transport(#[source] Box<ureq::Error>),
    #[error("it answered with HTTP status {status}")]
    Status {
        status: u16,
        retry_after: Option<Duration>,
    },
    #[error("it answered with another media type than {expected}")]
    MediaType { expected: &'static str },
    #[error("the reply is larger than {limit} octets")]
    TooLarge { limit: u64 },
}

impl Transient for CallError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Transport(error) => {
                !matches!(**error, ureq::Error::BadUri(_)) && tls_failure(error).is_none()
            }
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            Self::MediaType { .. } | Self::TooLarge { .. } => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Transport(_) | Self::MediaType { .. } | Self::TooLarge { .. } => None,
        }
    }
}

impl CallError {
    /// Somebody answered, and not with 'come again'.
    pub(crate) fn is_answer(&self) -> bool {
        !matches!(self, Self::Transport(_)) && !self.is_transient()
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        use rustls::Error as Tls;

        match self {
            Self::Transport(error) => match tls_failure(error) {
                Some(TlsFailure::Rustls(Tls::AlertReceived(_))) => {
                    "the authority ended the TLS handshake: it may want a certificate (--tls-cert \
                     and --tls-key), or another one"
                }
                Some(TlsFailure::Rustls(Tls::InvalidMessage(_))) => {
                    "what answers there speaks no TLS: if it is plain HTTP, write http://"
                }
                Some(TlsFailure::Rustls(Tls::InvalidCertificate(error))) => certificate_hint(error),
                Some(_) => "TLS did not come about with what answers there: check the URL",
                None => {
                    "check the URL, and that the authority runs; another --url is asked when one \
                     cannot answer"
                }
            },
            Self::Status { status: 400, .. } => {
                "if the port speaks HTTPS, write https://; nothing was written"
            }
            Self::Status { status: 404, .. } => {
                "check the path of the URL: an authority of ours answers at /tsa"
            }
            Self::Status { .. } if self.is_transient() => {
                "the authority is busy or stopping: try again later"
            }
            Self::Status { .. } | Self::MediaType { .. } | Self::TooLarge { .. } => {
                "check the URL: this is no answer of a time-stamping authority; nothing was written"
            }
        }
    }
}

fn certificate_hint(error: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError as Why;

    match error {
        Why::UnknownIssuer => {
            "nobody in the list of trusted CAs vouches for it: --tls-ca FILE names the CA to trust"
        }
        Why::NotValidForName | Why::NotValidForNameContext { .. } => {
            "its certificate has other names: use one of them in the URL"
        }
        Why::Expired | Why::ExpiredContext { .. } => {
            "its certificate has ended: tell whoever runs the authority, or set this clock right"
        }
        _ => "its certificate does not hold: tell whoever runs the authority",
    }
}

/// A fault of TLS, which will be the same the next time.
#[derive(Debug)]
enum TlsFailure<'a> {
    Rustls(&'a rustls::Error),
    Other,
}

/// What of TLS failed; the handshake's faults come wrapped in I/O errors.
fn tls_failure(error: &ureq::Error) -> Option<TlsFailure<'_>> {
    match error {
        ureq::Error::Rustls(error) => Some(TlsFailure::Rustls(error)),
        ureq::Error::Tls(_) => Some(TlsFailure::Other),
        ureq::Error::Io(error) => {
            let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
            Some(TlsFailure::Rustls(inner))
        }
        _ => None,
    }
}

/// An answer in JSON: what was asked for, or a problem document.
#[derive(Debug)]
pub(crate) struct Json {
    pub(crate) status: u16,
    /// How long the authority asks to wait.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) octets: Vec<u8>,
}

/// Speaks HTTP with authorities; one for the whole run, so that connections are used again.
#[derive(Debug)]
pub(crate) struct Caller {
    agent: Agent,
}

impl Caller {
    /// For these URLs. The files for https are read only if one of them needs them.
    pub(crate) fn new<'a>(
        tls: &TlsArgs,
        urls: impl IntoIterator<Item = &'a AuthorityUrl>,
    ) -> Result<Self, TrustError> {
        let mut config = Agent::config_builder();
        if urls.into_iter().any(AuthorityUrl::is_https) {
            config = config.tls_config(tls_config(tls)?);
        }
        let config = config
            .http_status_as_error(false)
            // A redirect would send the digest to someone the user did not name.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(CALL_TIMEOUT))
            .user_agent(concat!("meridian/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self {
            agent: config.into(),
        })
    }

    /// Sends a TimeStampReq (RFC 3161 section 3.4) and returns the body of the reply, unchecked.
    pub(crate) fn ask(&self, url: &AuthorityUrl, request: &[u8]) -> Result<Vec<u8>, CallError> {
        let sent = self.agent.post(&url.text).content_type(QUERY).send(request);
        let reply = sent.map_err(transport)?;
        body(reply, Some(REPLY), MAX_REPLY_OCTETS)
    }

    /// The same at `/t/{ticket}` of the authority: the ticket is a secret and stays out of errors.
    pub(crate) fn redeem(
        &self,
        url: &AuthorityUrl,
        ticket: &str,
        with_proof: bool,
        request: &[u8],
    ) -> Result<Vec<u8>, CallError> {
        let mut target = format!("{}/t/{ticket}", url.base);
        if with_proof {
            target = asking_for_proof(&target);
        }
        let sent = self.agent.post(&target).content_type(QUERY).send(request);
        let reply = sent.map_err(transport)?;
        body(reply, Some(REPLY), MAX_REPLY_OCTETS)
    }

    /// Sends JSON to a path of the authority and returns the body of its answer, whatever the
    /// status; unless that says to try again.
    pub(crate) fn post_json(
        &self,
        url: &AuthorityUrl,
        path: &str,
        request: &[u8],
    ) -> Result<Json, CallError> {
        let target = format!("{}{path}", url.base);
        let sent = self.agent.post(&target).content_type(JSON).send(request);
        let mut reply = sent.map_err(transport)?;
        let status = reply.status().as_u16();
        let found = media_type(&reply);
        if !(found.eq_ignore_ascii_case(JSON) || found.eq_ignore_ascii_case(PROBLEM)) {
            // Something in between spoke, or no authority of ours.
            let retry_after = retry_after(&reply);
            return Err(CallError::Status {
                status,
                retry_after,
            });
        }
        let octets = read(&mut reply, MAX_JSON_OCTETS)?;
        Ok(Json {
            status,
            retry_after: retry_after(&reply),
            octets,
        })
    }

    /// Fetches the log proof of a serial number, unchecked.
    pub(crate) fn proof(&self, url: &AuthorityUrl, serial: &str) -> Result<Vec<u8>, CallError> {
        self.get(url, &format!("/v1/proofs/{serial}"), MAX_PROOF_OCTETS)
    }

    /// Fetches the appraisal policy with this digest, unchecked.
    pub(crate) fn policy(&self, url: &AuthorityUrl, hash: &[u8]) -> Result<Vec<u8>, CallError> {
        let path = format!("/v1/policies/{}", hex::encode(hash));
        self.get(url, &path, MAX_JSON_OCTETS)
    }

    /// Fetches what is at a URL, unchecked.
    pub(crate) fn fetch(&self, target: &str, limit: u64) -> Result<Vec<u8>, CallError> {
        let reply = self.agent.get(target).call().map_err(transport)?;
        body(reply, None, limit)
    }

    fn get(&self, url: &AuthorityUrl, path: &str, limit: u64) -> Result<Vec<u8>, CallError> {
        self.fetch(&format!("{}{path}", url.base), limit)
    }
}

fn transport(error: ureq::Error) -> CallError {
    CallError::Transport(Box::new(error))
}

fn body(
    mut reply: Response<Body>,
    expected: Option<&'static str>,
    limit: u64,
) -> Result<Vec<u8>, CallError> {
    let status = reply.status().as_u16();
    if status != 200 {
        return Err(CallError::Status {
            status,
            retry_after: retry_after(&reply),
        });
    }
    if let Some(expected) = expected
        && !media_type(&reply).eq_ignore_ascii_case(expected)
    {
        return Err(CallError::MediaType { expected });
    }
    read(&mut reply, limit)
}

fn retry_after(reply: &Response<Body>) -> Option<Duration> {
    let text = reply.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let wait = text.trim().parse().map(Duration::from_secs).ok()?;
    Some(wait.min(MAX_RETRY_AFTER))
}

/// The media type without its parameters.
fn media_type(reply: &Response<Body>) -> &str {
    let found = reply.headers().get(CONTENT_TYPE);
    let found = found.and_then(|value| value.to_str().ok());
    let found = found.and_then(|text| text.split(';').next());
    found.unwrap_or_default().trim()
}

fn read(reply: &mut Response<Body>, limit: u64) -> Result<Vec<u8>, CallError> {
    match reply.body_mut().with_config().limit(limit).read_to_vec() {
        Ok(octets) => Ok(octets),
        Err(ureq::Error::BodyExceedsLimit(limit)) => Err(CallError::TooLarge { limit }),
        Err(error) => Err(transport(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_a_url_that_is_not_http() {
        assert!(matches!(
            AuthorityUrl::from_str("ftp://host/tsa"),
            Err(UrlError::Scheme)
        ));
        assert!(matches!(
            AuthorityUrl::from_str("/tsa"),
            Err(UrlError::Scheme)
        ));
    }

    #[test]
    fn rejects_credentials_in_a_url() {
        assert!(matches!(
            AuthorityUrl::from_str("http://me:secret@host/"),
            Err(UrlError::Credentials)
        ));
    }

    #[test]
    fn a_log_is_below_log_or_where_the_url_says() {
        for (url, prefix) in [
            ("http://h:1", "http://h:1/log"),
            ("http://h:1/", "http://h:1/log"),
            ("https://h/log", "https://h/log"),
            ("https://h/a/b/", "https://h/a/b"),
        ] {
            assert_eq!(AuthorityUrl::from_str(url).unwrap().log_prefix(), prefix);
        }
    }

    #[test]
    fn proofs_are_asked_of_the_host_not_below_the_path() {
        let url = AuthorityUrl::from_str("http://127.0.0.1:3161/tsa?x=1").unwrap();
        assert_eq!(url.base, "http://127.0.0.1:3161");
    }

    #[test]
    fn a_query_that_is_there_stays() {
        let asking = |text| {
            let url = AuthorityUrl::from_str(text).unwrap();
            url.with_proof_in_token().text
        };
        assert_eq!(asking("http://h/tsa"), "http://h/tsa?proof=1");
        assert_eq!(asking("http://h/tsa?x=1"), "http://h/tsa?x=1&proof=1");
        assert_eq!(asking("http://h"), "http://h?proof=1");
    }

    #[test]
    fn a_busy_server_is_asked_again_and_a_missing_page_is_not() {
        let answered = |status| CallError::Status {
            status,
            retry_after: None,
        };
        assert!(answered(503).is_transient());
        assert!(!answered(404).is_transient());
    }
}
