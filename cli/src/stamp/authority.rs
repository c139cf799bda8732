//! One authority, as its URL and the HTTP spoken with it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ureq::http::header::{CONTENT_TYPE, RETRY_AFTER};
use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

use super::retry::Transient;

/// A reply with all its certificates has a few kilobytes; the largest token known has 153 kB.
const MAX_REPLY_OCTETS: u64 = 1 << 20;
/// A proof for the largest tree has 63 hashes of 45 octets, a leaf and a note.
const MAX_PROOF_OCTETS: u64 = 1 << 16;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Nobody waits longer between two tries because a server says so.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";

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

impl fmt::Display for AuthorityUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
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
            Self::Transport(error) => !matches!(
                **error,
                ureq::Error::BadUri(_) | ureq::Error::Tls(_) | ureq::Error::Rustls(_)
            ),
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

/// Speaks HTTP with authorities; one for the whole run, so that connections are used again.
#[derive(Debug)]
pub(crate) struct Caller {
    agent: Agent,
}

impl Caller {
    pub(crate) fn new() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect would send the digest to someone the user did not name.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(CALL_TIMEOUT))
            .user_agent(concat!("meridian/", env!("CARGO_PKG_VERSION")))
            .build();
        Self {
            agent: config.into(),
        }
    }

    /// Sends a TimeStampReq (RFC 3161 section 3.4) and returns the body of the reply, unchecked.
    pub(crate) fn ask(&self, url: &AuthorityUrl, request: &[u8]) -> Result<Vec<u8>, CallError> {
        let sent = self.agent.post(&url.text).content_type(QUERY).send(request);
        let reply = sent.map_err(transport)?;
        body(reply, Some(REPLY), MAX_REPLY_OCTETS)
    }

    /// Fetches the log proof of a serial number, unchecked.
    pub(crate) fn proof(&self, url: &AuthorityUrl, serial: &str) -> Result<Vec<u8>, CallError> {
        let reply = self
            .agent
            .get(format!("{}/v1/proofs/{serial}", url.base))
            .call()
            .map_err(transport)?;
        body(reply, None, MAX_PROOF_OCTETS)
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
        let retry_after = reply
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let retry_after = retry_after
            .and_then(|text| text.trim().parse().ok())
            .map(Duration::from_secs);
        return Err(CallError::Status {
            status,
            retry_after: retry_after.map(|wait| wait.min(MAX_RETRY_AFTER)),
        });
    }
    if let Some(expected) = expected {
        let found = reply
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let found = found.split(';').next().unwrap_or_default().trim();
        if !found.eq_ignore_ascii_case(expected) {
            return Err(CallError::MediaType { expected });
        }
    }
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
    fn proofs_are_asked_of_the_host_not_below_the_path() {
        let url = AuthorityUrl::from_str("http://127.0.0.1:3161/tsa?x=1").unwrap();
        assert_eq!(url.base, "http://127.0.0.1:3161");
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
