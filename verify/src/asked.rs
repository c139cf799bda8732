//! What was asked of the authority.

use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::request::RequestView;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;

/// A request that can be read, kept to compare the answer with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AskedFor {
    request: Vec<u8>,
}

/// Which part of an answer is not what was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum AnswerFault {
    #[error("it is about another digest than the request")]
    Imprint,
    #[error("the request has a nonce and the token has none")]
    NoNonce,
    #[error("its nonce is not the request's")]
    Nonce,
}

impl AskedFor {
    /// Takes a TimeStampReq (`.tsq`), BER or DER.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if it is none.
    pub fn new(request: Vec<u8>) -> Result<Self, ReadError> {
        RequestView::read(&request, &mut Walk::default())?;
        Ok(Self { request })
    }

    fn view(&self) -> Option<RequestView<'_>> {
        // Read before, so it can be read again.
        RequestView::read(&self.request, &mut Walk::default()).ok()
    }

    /// The policy asked for, dotted; none if any was welcome.
    pub(crate) fn policy(&self) -> Option<String> {
        Some(self.view()?.policy?.to_string())
    }

    /// RFC 3161 section 2.4.2: imprint and nonce are the request's. Nonces are numbers: how many
    /// zeros lead does not matter. One that was not asked for is nobody's harm.
    pub(crate) fn compare(&self, tst_info: &TstInfoView<'_>) -> Result<(), AnswerFault> {
        let request = self.view().ok_or(AnswerFault::Imprint)?;
        let same_digest = request.imprint_algorithm.oid == tst_info.imprint_algorithm.oid
            && request.imprint == tst_info.imprint;
        if !same_digest {
            return Err(AnswerFault::Imprint);
        }
        match (&request.nonce, &tst_info.nonce) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(AnswerFault::NoNonce),
            (Some(asked), Some(told)) if asked.minimal() == told.minimal() => Ok(()),
            (Some(_), Some(_)) => Err(AnswerFault::Nonce),
        }
    }
}
