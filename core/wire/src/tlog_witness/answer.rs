//! [`WitnessAnswer`]: what a witness says to a checkpoint.

use meridian_merkle::index::TreeSize;

use crate::checkpoint::parse_number;
use crate::limits::MAX_WITNESS_ANSWER_BYTES;
use crate::note::error::NoteError;
use crate::note::signed_note::NoteSignature;

/// The media type of a tree size.
pub const TREE_SIZE_TYPE: &str = "text/x.tlog.size";

/// The media type of everything else that a witness says.
const TEXT_TYPE: &str = "text/plain; charset=utf-8";

/// The answer to `add-checkpoint`, by status.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum WitnessAnswer {
    /// 200: lines to put below the checkpoint. None of them is verified.
    Cosigned(Vec<NoteSignature>),
    /// 400: the request is malformed, or its old size is beyond its checkpoint.
    Malformed,
    /// 403: no key that the witness trusts signed the checkpoint, or a signature by one is wrong.
    NotSigned,
    /// 404: the witness does not know the log.
    UnknownLog,
    /// 409: the old size is not that of the checkpoint which the witness cosigned last, this is.
    Conflict(TreeSize),
    /// 422: the tree is not known to have grown out of the one that the witness saw.
    Inconsistent,
}

/// Why an answer says nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessAnswerError {
    /// A status that the protocol does not have; 429 and 5xx among them.
    #[error("status {status} is none of the protocol's")]
    Status {
        /// The status.
        status: u16,
    },
    /// The body has more octets than [`MAX_WITNESS_ANSWER_BYTES`].
    #[error("the answer has {bytes} octets")]
    TooLong {
        /// Octets of the body.
        bytes: usize,
    },
    /// The lines of a 200 are no signature lines.
    #[error("malformed cosignature: {0}")]
    Cosignature(#[from] NoteError),
    /// A 409 whose media type is not [`TREE_SIZE_TYPE`].
    #[error("a conflict that is not of the type {TREE_SIZE_TYPE}")]
    NotASize,
    /// A 409 that is not one decimal number and a newline.
    #[error("a conflict with a malformed tree size")]
    Size,
}

impl WitnessAnswer {
    /// Reads an answer; `media_type` is its Content-Type.
    ///
    /// # Errors
    ///
    /// [`WitnessAnswerError`] if it is none of the protocol's.
    pub fn parse(
        status: u16,
        media_type: Option<&str>,
        body: &str,
    ) -> Result<Self, WitnessAnswerError> {
        if body.len() > MAX_WITNESS_ANSWER_BYTES {
            let bytes = body.len();
            return Err(WitnessAnswerError::TooLong { bytes });
        }
        match status {
            200 => Ok(Self::Cosigned(NoteSignature::parse_lines(body)?)),
            400 => Ok(Self::Malformed),
            403 => Ok(Self::NotSigned),
            404 => Ok(Self::UnknownLog),
            409 if !media_type.is_some_and(is_tree_size) => Err(WitnessAnswerError::NotASize),
            409 => {
                let size = body.strip_suffix('\n').and_then(parse_number);
                let size = size.ok_or(WitnessAnswerError::Size)?;
                Ok(Self::Conflict(TreeSize::new(size)))
            }
            422 => Ok(Self::Inconsistent),
            status => Err(WitnessAnswerError::Status { status }),
        }
    }

    /// Its status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Cosigned(_) => 200,
            Self::Malformed => 400,
            Self::NotSigned => 403,
            Self::UnknownLog => 404,
            Self::Conflict(_) => 409,
            Self::Inconsistent => 422,
        }
    }

    /// Its Content-Type.
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        match self {
            Self::Conflict(_) => TREE_SIZE_TYPE,
            _ => TEXT_TYPE,
        }
    }

    /// Its body. Where the protocol asks for none, a word for people.
    #[must_use]
    pub fn body(&self) -> String {
        match self {
            Self::Cosigned(lines) => lines.iter().map(NoteSignature::line).collect(),
            Self::Conflict(size) => format!("{size}\n"),
            Self::Malformed => "malformed request, or an old size beyond the checkpoint\n".into(),
            Self::NotSigned => "not signed by a key that is trusted for this origin\n".into(),
            Self::UnknownLog => "unknown origin\n".into(),
            Self::Inconsistent => "not consistent with the checkpoint seen before\n".into(),
        }
    }
}

/// Whether a Content-Type is [`TREE_SIZE_TYPE`]; parameters are passed over.
fn is_tree_size(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(TREE_SIZE_TYPE)
}

#[cfg(test)]
mod tests;
