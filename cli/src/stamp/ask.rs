//! Asking until an answer holds: each authority once, then again after a pause.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::answer::{Answer, AnswerError, Question};
use super::authority::{AuthorityUrl, CallError, Caller};
use super::retry::{Patience, Transient};
use super::trust::TrustError;
use crate::args::tls::TlsArgs;
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
    /// What to do about the first of them.
    pub(crate) fn hint(&self) -> &'static str {
        match self.0.first() {
            Some(AskError::Call { source, .. }) => source.hint(),
            _ => "nothing was written",
        }
    }

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
    /// Index of the one that answered last: a dead first URL is waited for once, not per file.
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
    pub(crate) fn new(urls: Vec<AuthorityUrl>, tls: &TlsArgs) -> Result<Self, TrustError> {
        Ok(Self {
            caller: Caller::new(tls, &urls)?,
            urls,
            preferred: AtomicUsize::new(0),
        })
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Asks each authority in turn, and in further rounds those that may answer in a while, until
    /// one gives a stamp that holds. A dead one costs no pause as long as another is there.
    pub(crate) fn ask(&self, question: &Question) -> Result<Given<'_>, NoStamp> {
        let first = self.preferred.load(Ordering::Relaxed);
        let order = self.urls.iter().enumerate().cycle().skip(first);
        let mut asked: Vec<Asked<'_>> = order
            .take(self.urls.len())
            .map(|(place, url)| Asked {
                place,
                url,
                error: None,
            })
            .collect();
        let mut patience = Patience::new();
        loop {
            let left = asked.iter_mut().filter(|asked| asked.may_answer());
            for asked_now in left {
                match self.ask_once(asked_now.url, question) {
                    Ok(answer) => {
                        self.preferred.store(asked_now.place, Ordering::Relaxed);
                        let url = asked_now.url;
                        asked_now.error = None;
                        return Ok(Given {
                            answer,
                            url,
                            passed_over: asked.into_iter().filter_map(|it| it.error).collect(),
                        });
                    }
                    Err(error) => asked_now.error = Some(error),
                }
            }
            let left = asked.iter().filter(|asked| asked.may_answer());
            let waits: Vec<Option<Duration>> = left.map(Asked::retry_after).collect();
            let soonest = waits.iter().min().copied();
            if soonest.is_none_or(|wait| !patience.wait(wait)) {
                let errors = asked.into_iter().filter_map(|it| it.error);
                return Err(NoStamp(errors.collect()));
            }
        }
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

/// One authority, and why it gave no stamp when it was asked last.
struct Asked<'a> {
    place: usize,
    url: &'a AuthorityUrl,
    error: Option<AskError>,
}

impl Asked<'_> {
    fn may_answer(&self) -> bool {
        self.error.as_ref().is_none_or(Transient::is_transient)
    }

    fn retry_after(&self) -> Option<Duration> {
        self.error.as_ref().and_then(Transient::retry_after)
    }
}
