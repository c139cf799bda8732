//! `GET /v1/tokens/{serial}`: a token again, as it is kept: without certificates.
//!
//! | port | who | which |
//! |---|---|---|
//! | private | the operator | every token that is kept |
//! | public | a subject, over HTTPS, by its certificate or bearer token | its own location tokens |
//!
//! Nobody else gets one. A time stamp has no owner: whoever asked for it was nobody in
//! particular, and to give it to whoever knows digest and serial number would tell a stranger
//! with a copy of a document when it was stamped.

use std::sync::Arc;

use meridian_wire::tsp::resp::TimeStampResp;
use warp::reply::Response;

use super::decimal;
use super::status::{self, Refusal};
use crate::pipeline::Pipeline;

/// Any token, for the operator.
pub(super) async fn any(pipeline: Arc<Pipeline>, serial: &str) -> Result<Response, Refusal> {
    let Some(serial) = decimal::serial(serial).ok_or(Refusal::Serial)? else {
        return Err(Refusal::NotKept);
    };
    // It ends without an answer only when the process is being torn down.
    match tokio::task::spawn_blocking(move || pipeline.kept_token(serial)).await {
        Ok(Ok(Some(token))) => Ok(again(&token)),
        Ok(Ok(None)) => Err(Refusal::NotKept),
        Ok(Err(error)) => Err(Refusal::Unreadable(error)),
        Err(_) => Err(Refusal::stopping()),
    }
}

/// The answer with a token, as `/tsa` gave it, for nobody else to keep.
pub(super) fn again(token: &[u8]) -> Response {
    status::private_reply(TimeStampResp::granted(token))
}
