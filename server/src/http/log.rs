//! The public log: its newest released checkpoint and the proof of each leaf.

use std::sync::Arc;

use meridian_log::reader::LogReader;
use meridian_wire::log_number::LogNumber;
use warp::reply::Response;

use super::decimal;
use super::status::{self, Refusal};
use crate::pipeline::Pipeline;

/// C2SP tlog-tiles and tlog-proof serve text.
const TEXT: &str = "text/plain; charset=utf-8";

/// The log below `/log/` or `/log/{number}/`. Log 0 stays at `/log/` for ever: its tiles are cached
/// as what never changes, and its successors have origins, so paths, of their own.
pub(super) fn named(pipeline: &Pipeline, number: Option<&str>) -> Option<LogReader> {
    let number = match number {
        None => LogNumber::FIRST,
        Some(number) => decimal::log_number(number)?,
    };
    pipeline.log(number)
}

/// `GET /log/checkpoint`: the newest released one.
pub(super) fn checkpoint(log: &LogReader) -> Response {
    status::short_lived(TEXT, log.checkpoint())
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
        Err(_) => Err(Refusal::stopping()),
    }
}
