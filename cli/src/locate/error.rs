//! [`LocateError`]: why a file has no stamp with a place.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::api::ApiError;
use super::claim::ClaimError;
use super::evidence::EvidenceError;
use super::secret::SecretError;
use crate::error::Ending;
use crate::stamp::answer::{AnswerError, QuestionError};
use crate::stamp::authority::{AuthorityUrl, CallError};
use crate::stamp::output::OutputError;
use crate::stamp::proof::ProofError;
use crate::stamp::retry::Transient;
use crate::stamp::source::SourceError;
use crate::stamp::token::TokenError;
use crate::stamp::trust::TrustError;

/// Why there is no stamp with a place.
#[derive(Debug, thiserror::Error)]
pub(super) enum LocateError {
    #[error("FILE and --url are needed")]
    Incomplete,
    #[error("standard input needs --out: it has no name of its own")]
    StdinWithoutOut,
    #[error("'nothing' and something to reveal exclude each other")]
    RevealBoth,
    #[error("--challenge is for --evidence: a position needs none")]
    ChallengeWithoutEvidence,
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error("{}", path.display())]
    Evidence {
        path: PathBuf,
        #[source]
        source: EvidenceError,
    },
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("cannot read {}", path.display())]
    ChallengeFile {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("no ticket from {url}")]
    Api {
        url: AuthorityUrl,
        #[source]
        source: ApiError,
    },
    #[error("what {url} delivered opens nothing")]
    Secret {
        url: AuthorityUrl,
        #[source]
        source: Box<SecretError>,
    },
    #[error(transparent)]
    Question(#[from] QuestionError),
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
    #[error("the place in the stamp from {url} does not hold")]
    Claim {
        url: AuthorityUrl,
        #[source]
        source: ClaimError,
    },
    #[error("the place in the stamp from {url} does not hold")]
    Judged {
        url: AuthorityUrl,
        #[source]
        source: TokenError,
    },
    #[error("it is stamped, but without a proof of the log")]
    Proof(#[from] ProofError),
}

impl Transient for LocateError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Api { source, .. } => source.is_transient(),
            Self::Call { source, .. } => source.is_transient(),
            Self::Answer { source, .. } => source.is_transient(),
            Self::Proof(source) => source.is_transient(),
            _ => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api { source, .. } => source.retry_after(),
            Self::Call { source, .. } => source.retry_after(),
            Self::Proof(source) => source.retry_after(),
            _ => None,
        }
    }
}

impl LocateError {
    pub(super) fn ending(&self) -> Ending {
        match self {
            Self::Incomplete
            | Self::StdinWithoutOut
            | Self::RevealBoth
            | Self::ChallengeWithoutEvidence => Ending::Usage,
            Self::Question(_) => Ending::Fault,
            error if error.is_transient() => Ending::NoAnswer,
            _ => Ending::Refused,
        }
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Incomplete
            | Self::StdinWithoutOut
            | Self::RevealBoth
            | Self::ChallengeWithoutEvidence => "see meridian locate --help",
            Self::Source(_) => "name a file that can be read, and a hash of --help's list",
            Self::Output(OutputError::Exists { .. }) => "--force overwrites it",
            Self::Output(_) => "the folder must exist and be writable; --out names another place",
            Self::Evidence { source, .. } => source.hint(),
            Self::Trust(source) => source.hint(),
            Self::ChallengeFile { .. } => "it is what `meridian locate challenge --out` writes",
            Self::Api { source, .. } => source.hint(),
            Self::Call { source, .. } => source.hint(),
            Self::Claim { .. }
            | Self::Judged { .. }
            | Self::Secret { .. }
            | Self::Answer { .. } => "nothing was written: tell whoever runs the authority",
            Self::Question(_) => "this machine gives no random numbers: try again",
            Self::Proof(_) => {
                "the stamp is there and holds; fetch the proof later from /v1/proofs/SERIAL"
            }
        }
    }
}
