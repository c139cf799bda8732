//! Asking until an answer holds: the same authority again after a pause, then the next one.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::answer::{Answer, AnswerError, Question};
use super::authority::{AuthorityUrl, CallError, Caller};
use super::retry::{Transient, patiently};
use crate::error::chain;

/// Why one authority gave no stamp.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("no stamp from {url}")]
    Call {
        url: AuthorityUrl,
        #[source]
        source: CallError,
    },
    #[error("no stamp from {url}")]
    Answer {
        url: AuthorityUrl,
        #[source]
        source: AnswerError,
    },
}

impl Transient for AskError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Call { source, .. } => source.is_transient(),
            Self::Answer { source, .. } => source.is_transient(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Call { source, .. } => source.retry_after(),
            Self::Answer { .. } => None,
        }
    }
}

/// No authority gave a stamp that holds; each says why.
#[derive(Debug)]
pub(crate) struct NoStamp(Vec<AskError>);

impl NoStamp {
    /// Not one of them could be spoken with: nothing was refused.
    pub(crate) fn is_unreachable(&self) -> bool {
        self.0
            .iter()
            .all(|error| matches!(error, AskError::Call { .. }) && error.is_transient())
    }
}

impl fmt::Display for NoStamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons: Vec<String> = self.0.iter().map(|error| chain(error)).collect();
        f.write_str(&reasons.join("; "))
    }
}

impl Error for NoStamp {}

/// The authorities of this run, in the order given.
#[derive(Debug)]
pub(crate) struct Authorities {
    caller: Caller,
    urls: Vec<AuthorityUrl>,
    /// Index of the one that answered last: a dead first URL costs its pauses once, not per file.
    preferred: AtomicUsize,
}

/// A stamp that holds.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    pub(crate) answer: Answer,
    /// Who gave it.
    pub(crate) url: &'a AuthorityUrl,
    /// Who was asked before and did not.
    pub(crate) passed_over: Vec<AskError>,
}

impl Authorities {
    pub(crate) fn new(urls: Vec<AuthorityUrl>) -> Self {
        Self {
            caller: Caller::new(),
            urls,
            preferred: AtomicUsize::new(0),
        }
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Asks each authority in turn, until one gives a stamp that holds.
    pub(crate) fn ask(&self, question: &Question) -> Result<Given<'_>, NoStamp> {
        let first = self.preferred.load(Ordering::Relaxed);
        let mut passed_over = Vec::new();
        for (place, url) in self
            .urls
            .iter()
            .enumerate()
            .cycle()
            .skip(first)
            .take(self.urls.len())
        {
            match patiently(|| self.ask_once(url, question)) {
                Ok(answer) => {
                    self.preferred.store(place, Ordering::Relaxed);
                    return Ok(Given {
                        answer,
                        url,
                        passed_over,
                    });
                }
                Err(error) => passed_over.push(error),
            }
        }
        Err(NoStamp(passed_over))
    }

    fn ask_once(&self, url: &AuthorityUrl, question: &Question) -> Result<Answer, AskError> {
        let reply = self
            .caller
            .ask(url, question.octets())
            .map_err(|source| AskError::Call {
                url: url.clone(),
                source,
            })?;
        question.check(reply).map_err(|source| AskError::Answer {
            url: url.clone(),
            source,
        })
    }
}
