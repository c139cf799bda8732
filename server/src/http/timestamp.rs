//! `POST /tsa`: RFC 3161 over HTTP (section 3.4).

use bytes::Bytes;
use meridian_tsa::error::Rejection;
use meridian_wire::tsp::resp::TimeStampResp;
use warp::reply::Response;

use super::status;
use crate::pipeline::Pipeline;

/// Answers one DER request. Every RFC 3161 refusal is a TimeStampResp with HTTP 200.
pub(super) async fn answer(pipeline: &Pipeline, request: &Bytes) -> Response {
    match pipeline.timestamp(request).await {
        Ok(released) => status::time_stamp_reply(released.into_answer()),
        Err(rejection) => refuse(&rejection),
    }
}

fn refuse(rejection: &Rejection) -> Response {
    tracing::debug!(fail_info = rejection.fail_info().name(), "rejected");
    let body = TimeStampResp::rejection(rejection.fail_info(), &rejection.status_text());
    match rejection {
        Rejection::QueueFull | Rejection::Stopping => status::busy_reply(body),
        Rejection::SignerFailed => status::failed_reply(body),
        _ => status::time_stamp_reply(body),
    }
}
