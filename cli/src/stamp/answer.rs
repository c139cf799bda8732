//! The question put to an authority, and whether an answer answers it.

use meridian_signing::entropy::{Entropy, EntropyError};
use meridian_verify::artifact::Artifact;
use meridian_verify::facts::TokenFacts;
use meridian_verify::location::inputs::PlaceInputs;
use meridian_wire::error::DecodeError;
use meridian_wire::oid::ObjectIdentifier;
use meridian_wire::tsp::imprint::{DigestLength, MessageImprint};
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::req::TimeStampReq;
use meridian_wire::tsp::resp::TimeStampResp;
use meridian_wire::tsp::status::{PkiFailureInfo, PkiStatus};

use super::token::{Judged, TokenError};

/// Text of a stranger is shown up to here.
const MAX_SHOWN_CHARS: usize = 200;

/// One TimeStampReq (RFC 3161 section 2.4.1): always with a nonce, always with certReq.
#[derive(Debug)]
pub(crate) struct Question {
    artifact: Artifact,
    policy: Option<ObjectIdentifier>,
    nonce: u64,
    octets: Vec<u8>,
}

/// Why there is no question to put.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuestionError {
    #[error("no random number for the nonce")]
    Entropy(#[from] EntropyError),
    #[error("the digest does not fit its algorithm")]
    Digest(#[from] DigestLength),
}

/// Why a reply is not the stamp that was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("the reply is no TimeStampResp")]
    Malformed(#[source] DecodeError),
    #[error("it refused ({}): {text}", failure.map_or(status.name(), PkiFailureInfo::name))]
    Refused {
        status: PkiStatus,
        failure: Option<PkiFailureInfo>,
        text: String,
    },
    #[error("the token does not hold")]
    Token(#[from] TokenError),
    #[error("the token is about another digest: it may belong to another request")]
    Imprint,
    #[error("the token has another nonce: it may belong to another request")]
    Nonce,
    #[error("the token is under policy {actual}, asked was {asked}")]
    Policy {
        asked: ObjectIdentifier,
        actual: String,
    },
}

impl AnswerError {
    /// The same question may get an answer in a while.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Refused { failure, .. } => {
                matches!(
                    failure,
                    Some(PkiFailureInfo::TimeNotAvailable | PkiFailureInfo::SystemFailure)
                )
            }
            Self::Malformed(_)
            | Self::Token(_)
            | Self::Imprint
            | Self::Nonce
            | Self::Policy { .. } => false,
        }
    }
}

/// A reply that answers the question, and what its token says.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The TimeStampResp as received.
    pub(crate) reply: Vec<u8>,
    /// Its token as received.
    pub(crate) token: Vec<u8>,
    artifact: Artifact,
    pub(crate) facts: TokenFacts,
}

impl Answer {
    /// Checks the text of a log proof against the token: the leaf is the token's, and the tree of
    /// the checkpoint has it. Not checked, for want of the log's key: who signed the checkpoint.
    pub(crate) fn check_proof(&self, proof: &str) -> Result<(), TokenError> {
        Judged::new(
            &self.reply,
            &self.token,
            &self.artifact,
            Some(proof.to_owned()),
            PlaceInputs::NONE,
        )?
        .passed()
    }

    /// What the verifier says of the place, with what is at hand about it.
    pub(crate) fn judge_place(&self, place: PlaceInputs) -> Result<Judged, TokenError> {
        Judged::new(&self.reply, &self.token, &self.artifact, None, place)
    }
}

impl Question {
    pub(crate) fn new(
        artifact: Artifact,
        policy: Option<ObjectIdentifier>,
        entropy: &dyn Entropy,
    ) -> Result<Self, QuestionError> {
        let mut random = [0; 8];
        entropy.fill(&mut random)?;
        let nonce = u64::from_be_bytes(random);
        let imprint = MessageImprint::new(artifact.algorithm(), artifact.digest())?;
        let mut request = TimeStampReq::new(imprint)
            .with_nonce(Nonce::from_u64(nonce))
            .with_cert_req(true);
        if let Some(policy) = policy {
            request = request.with_policy(policy);
        }
        Ok(Self {
            artifact,
            policy,
            nonce,
            octets: request.encode(),
        })
    }

    /// The DER TimeStampReq.
    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Checks a reply as RFC 3161 section 2.2 asks of the requester: status, digest, nonce and
    /// policy, and the signature by the certificate in the token. Not checked here: whether that
    /// certificate is anybody's to trust; meridian-verify does that.
    pub(crate) fn check(&self, reply: Vec<u8>) -> Result<Answer, AnswerError> {
        let response = TimeStampResp::decode(&reply).map_err(AnswerError::Malformed)?;
        let Some(octets) = response.token() else {
            return Err(AnswerError::Refused {
                status: response.status(),
                failure: response.fail_info(),
                text: shown(response.status_string()),
            });
        };
        let judged = Judged::new(&reply, octets, &self.artifact, None, PlaceInputs::NONE)?;
        let facts = judged.facts()?.clone();
        let algorithm = self.artifact.algorithm().name();
        if facts.imprint_algorithm != algorithm || facts.imprint != self.artifact.digest() {
            return Err(AnswerError::Imprint);
        }
        if facts.nonce != Some(self.nonce.to_string()) {
            return Err(AnswerError::Nonce);
        }
        if let Some(asked) = self
            .policy
            .filter(|asked| facts.policy != asked.to_string())
        {
            return Err(AnswerError::Policy {
                asked,
                actual: facts.policy,
            });
        }
        judged.passed()?;
        let token = octets.to_vec();
        Ok(Answer {
            reply,
            token,
            artifact: self.artifact.clone(),
            facts,
        })
    }
}

/// The status text on one line.
fn shown(texts: &[String]) -> String {
    let text = texts.join(" ");
    if text.is_empty() {
        return "it gave no reason".to_owned();
    }
    harmless(&text)
}

/// A stranger's text, without what a terminal would obey.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .take(MAX_SHOWN_CHARS)
        .flat_map(char::escape_debug)
        .collect()
}
