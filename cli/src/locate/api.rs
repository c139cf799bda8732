//! What is said to an authority about a place, and what it answers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::evidence::Item;
use super::problem::Problem;
use crate::stamp::authority::{AuthorityUrl, CallError, Caller, Json};
use crate::stamp::retry::Transient;

const CHALLENGES: &str = "/v1/location/challenges";
const EVIDENCE: &str = "/v1/location/evidence";

/// Why an authority did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("it refused: {problem}")]
    Refused {
        problem: Box<Problem>,
        status: u16,
        retry_after: Option<Duration>,
    },
    #[error("its answer is not in the form that is known")]
    Form(#[source] serde_json::Error),
    #[error("its answer has no usable ticket")]
    Ticket,
    #[error("its answer has a {0} that is not what it should be")]
    Member(&'static str),
}

impl ApiError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Refused { problem, .. } => problem.hint(),
            Self::Call(_) => "check the URL, and that the authority runs",
            Self::Form(_) | Self::Ticket | Self::Member(_) => {
                "the authority may be of another version, or the URL not an authority's"
            }
        }
    }
}

impl Transient for ApiError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Call(error) => error.is_transient(),
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500 | 503),
            Self::Form(_) | Self::Ticket | Self::Member(_) => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Call(error) => error.retry_after(),
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Form(_) | Self::Ticket | Self::Member(_) => None,
        }
    }
}

/// The digest of what is to be stamped.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Imprint {
    pub(crate) hash: &'static str,
    pub(crate) digest: String,
}

/// Asks for a challenge.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ChallengeRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) imprint: Option<Imprint>,
}

/// What is needed of a challenge; the whole of it is for the device.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Challenge {
    pub(crate) id: String,
}

/// Gives evidence, asks for a ticket.
#[derive(Debug, Serialize)]
pub(crate) struct EvidenceRequest<'a> {
    pub(crate) challenge: &'a str,
    pub(crate) evidence: &'a [Item],
    pub(crate) imprint: &'a Imprint,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reveal: Option<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_level: Option<u8>,
}

/// Evidence was taken.
#[derive(Debug, Deserialize)]
pub(crate) struct Taken {
    pub(crate) ticket: String,
    pub(crate) seed_b64: String,
    pub(crate) leaves: Vec<String>,
    pub(crate) bundle_b64: String,
    #[serde(default)]
    pub(crate) missing_for_next_level: Vec<String>,
}

/// The octets of a challenge as the authority wrote them.
pub(crate) fn challenge(
    caller: &Caller,
    url: &AuthorityUrl,
    request: &ChallengeRequest,
) -> Result<Vec<u8>, ApiError> {
    post(caller, url, CHALLENGES, request)
}

/// What is needed of a challenge.
pub(crate) fn read_challenge(octets: &[u8]) -> Result<Challenge, ApiError> {
    serde_json::from_slice(octets).map_err(ApiError::Form)
}

/// Gives evidence for a ticket. The challenge is spent, whatever comes back.
pub(crate) fn give(
    caller: &Caller,
    url: &AuthorityUrl,
    request: &EvidenceRequest<'_>,
) -> Result<Taken, ApiError> {
    let octets = post(caller, url, EVIDENCE, request)?;
    let taken: Taken = serde_json::from_slice(&octets).map_err(ApiError::Form)?;
    // It becomes part of a path.
    let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    if taken.ticket.is_empty() || !taken.ticket.bytes().all(plain) {
        return Err(ApiError::Ticket);
    }
    Ok(taken)
}

fn post(
    caller: &Caller,
    url: &AuthorityUrl,
    path: &str,
    request: &impl Serialize,
) -> Result<Vec<u8>, ApiError> {
    let request = serde_json::to_vec(request).map_err(ApiError::Form)?;
    let Json {
        status,
        retry_after,
        octets,
    } = caller.post_json(url, path, &request)?;
    if matches!(status, 200 | 201) {
        return Ok(octets);
    }
    let problem = Box::new(serde_json::from_slice(&octets).unwrap_or_default());
    Err(ApiError::Refused {
        problem,
        status,
        retry_after,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_may_have_more_members_than_are_needed() {
        let read = read_challenge(br#"{"id":"a","nonce_b64":"x","exp":1,"landmarks":[]}"#);
        assert_eq!(read.unwrap().id, "a");
        assert!(matches!(read_challenge(b"{}"), Err(ApiError::Form(_))));
    }

    #[test]
    fn what_is_not_asked_for_is_not_sent() {
        let request = serde_json::to_string(&ChallengeRequest::default()).unwrap();
        assert_eq!(request, "{}");
    }
}
