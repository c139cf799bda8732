//! [`ProofWish`]: whether a token is to carry its proof; and the token that does.

use meridian_log::reader::ReadError;
use meridian_log::released::Released;
use meridian_tsa::policy::Profile;
use meridian_wire::cms::tlog_proof::with_tlog_proof;
use meridian_wire::error::DecodeError;
use meridian_wire::tsp::resp::TimeStampResp;

use super::issuer::StampRequest;

/// What a request says of the proof in its token.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum ProofWish {
    /// Nothing: the configuration decides.
    #[default]
    AsConfigured,
    /// The token is to carry it.
    Inside,
    /// The token is not to carry it.
    Outside,
}

impl From<Option<bool>> for ProofWish {
    fn from(member: Option<bool>) -> Self {
        match member {
            None => Self::AsConfigured,
            Some(true) => Self::Inside,
            Some(false) => Self::Outside,
        }
    }
}

/// Which tokens carry their proof without being asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProofDefaults {
    /// Time stamps under these profiles.
    pub(crate) profiles: Vec<Profile>,
    /// Location stamps.
    pub(crate) places: bool,
}

impl ProofDefaults {
    /// Whether the token of this request carries its proof.
    pub(super) fn decide(&self, wish: ProofWish, request: &StampRequest) -> bool {
        match (wish, request) {
            (ProofWish::Inside, _) => true,
            (ProofWish::Outside, _) => false,
            (ProofWish::AsConfigured, StampRequest::Time(request)) => {
                self.profiles.contains(&request.profile())
            }
            (ProofWish::AsConfigured, StampRequest::Place(_)) => self.places,
        }
    }
}

/// Why a proof is not in its token. No input can cause it.
#[derive(Debug, thiserror::Error)]
enum NotCarried {
    #[error(transparent)]
    Proof(#[from] ReadError),
    #[error(transparent)]
    Answer(#[from] DecodeError),
    #[error("the answer has no token")]
    NoToken,
}

/// The same stamp, its proof in the token. What the batch left in memory is enough for it.
pub(super) fn carrying_proof(released: Released) -> Released {
    match answer_with_proof(&released) {
        Ok(answer) => released.with_answer(answer),
        Err(error) => {
            // The stamp is made and durable: its holder gets it, and the proof from /v1/proofs.
            tracing::error!(%error, "a proof is not in its token");
            released
        }
    }
}

fn answer_with_proof(released: &Released) -> Result<Vec<u8>, NotCarried> {
    let answer = TimeStampResp::decode(released.answer())?;
    let token = answer.token().ok_or(NotCarried::NoToken)?;
    let token = with_tlog_proof(token, &released.proof()?)?;
    Ok(TimeStampResp::granted(&token))
}
