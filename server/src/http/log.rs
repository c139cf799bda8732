//! The public log: its newest released checkpoint and the proof of each leaf.

use std::sync::Arc;

use meridian_tsa::error::Rejection;
use warp::reply::Response;

use super::decimal;
use super::status::{self, Refusal};
use crate::pipeline::Pipeline;

/// C2SP tlog-tiles and tlog-proof serve text.
const TEXT: &str = "text/plain; charset=utf-8";

/// `GET /log/{number}/checkpoint`: of the newest log, or of one that was succeeded.
pub(super) fn checkpoint_of(pipeline: &Pipeline, number: &str) -> Option<Response> {
    let log = pipeline.log(decimal::log_number(number)?)?;
    Some(status::short_lived(TEXT, log.checkpoint()))
}

/// `GET /log/checkpoint`: of the newest log.
pub(super) fn checkpoint(pipeline: &Pipeline) -> Response {
    status::short_lived(TEXT, pipeline.checkpoint())
}

/// `GET /v1/proofs/{serial}`: nothing that is not in the public tree.
pub(super) async fn proof(pipeline: Arc<Pipeline>, serial: &str) -> Result<Response, Refusal> {
    let Some(serial) = decimal::serial(serial).ok_or(Refusal::Serial)? else {
        return Err(Refusal::NotIssued);
    };
    // Up to 60 reads from the database: not on a thread that serves others. It ends without an
    // answer only when the process is being torn down.
    match tokio::task::spawn_blocking(move || pipeline.proof(serial)).await {
        Ok(Ok(Some(proof))) => Ok(status::with_type(TEXT, proof.text())),
        Ok(Ok(None)) => Err(Refusal::NotIssued),
        Ok(Err(error)) => Err(Refusal::Unreadable(error)),
        Err(_) => Err(Refusal::Rejected {
            rejection: Rejection::Stopping.into(),
            imprint: None,
        }),
    }
}
