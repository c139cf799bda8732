//! `POST /tsa`: RFC 3161 over HTTP (section 3.4).

use bytes::Bytes;
use meridian_wire::tsp::resp::TimeStampResp;
use warp::reply::Response;

use super::caller::Caller;
use super::location::routes::Shared;
use super::status;
use crate::pipeline::{Pipeline, ProofWish, Rejection, StampRequest};

/// Answers one DER request. Every RFC 3161 refusal is a TimeStampResp with HTTP 200.
pub(super) async fn answer(
    pipeline: &Pipeline,
    location: Option<&Shared>,
    caller: Caller,
    wish: ProofWish,
    request: &Bytes,
) -> Response {
    let refused = match pipeline.try_read(request) {
        Ok(request) => {
            return match pipeline.stamp(StampRequest::Time(request), wish).await {
                Ok(released) => status::time_stamp_reply(released.into_answer()),
                Err(rejection) => refuse(&rejection),
            };
        }
        Err(refused) => refused,
    };
    // What the time authority does not serve may be a request for a place.
    if let Some(location) = location {
        let counter = location.counter(wish);
        let session = || location.session(caller);
        if let Some(answer) = counter.second_look(&refused, session, request).await {
            return answer;
        }
    }
    refuse(&pipeline.refused(refused.into()))
}

/// A refusal as a TimeStampResp.
pub(super) fn refuse(rejection: &Rejection) -> Response {
    tracing::debug!(fail_info = rejection.fail_info().name(), "rejected");
    let body = TimeStampResp::rejection(rejection.fail_info(), &rejection.status_text());
    if rejection.is_full() || rejection.is_no_room() || rejection.is_stopping() {
        status::busy_reply(body)
    } else if rejection.is_signer_failure() {
        status::failed_reply(body)
    } else {
        status::time_stamp_reply(body)
    }
}
