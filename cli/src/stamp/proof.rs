//! The proof that a stamp is in the log: fetched beside the stamp, checked before it is kept.

use std::time::Duration;

use super::answer::Answer;
use super::authority::{AuthorityUrl, CallError, Caller};
use super::retry::{Transient, patiently};
use super::token::{TokenError, carries_proof};

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProofError {
    #[error("no proof from {url}")]
    Call {
        url: AuthorityUrl,
        #[source]
        source: CallError,
    },
    #[error("the proof is not text")]
    NotText(#[source] std::string::FromUtf8Error),
    #[error("the proof does not hold")]
    Wrong(#[source] TokenError),
    #[error("{0} gives tokens without their proof")]
    NotInside(AuthorityUrl),
}

impl Transient for ProofError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Call { source, .. } => source.is_transient(),
            Self::NotText(_) | Self::Wrong(_) | Self::NotInside(_) => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Call { source, .. } => source.retry_after(),
            Self::NotText(_) | Self::Wrong(_) | Self::NotInside(_) => None,
        }
    }
}

/// That the token of a stamp brings its proof. Whether it holds was judged with the answer.
pub(crate) fn carried(url: &AuthorityUrl, answer: &Answer) -> Result<(), ProofError> {
    match carries_proof(&answer.token) {
        Ok(true) => Ok(()),
        Ok(false) => Err(ProofError::NotInside(url.clone())),
        Err(error) => Err(ProofError::Wrong(error.into())),
    }
}

/// Fetches the `.tlog-proof` of a stamp and checks it.
pub(crate) fn fetch(
    caller: &Caller,
    url: &AuthorityUrl,
    answer: &Answer,
) -> Result<Vec<u8>, ProofError> {
    let octets = patiently(|| {
        let fetched = caller.proof(url, &answer.facts.serial);
        fetched.map_err(|source| ProofError::Call {
            url: url.clone(),
            source,
        })
    })?;
    let text = String::from_utf8(octets).map_err(ProofError::NotText)?;
    answer.check_proof(&text).map_err(ProofError::Wrong)?;
    Ok(text.into_bytes())
}
