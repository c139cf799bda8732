//! Problem documents of location requests: `urn:ls:problem:<code>`, and their status codes.

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;
use warp::reply::Response;

use super::super::object;
use super::super::status;
use crate::location::problem::LocationProblem;
use crate::location::refusal::LocationRefusal;
use crate::metrics::Metrics;

#[derive(Debug, Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    type_uri: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    /// What would raise the level, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<&'static str>,
    /// Name of the `PKIFailureInfo` bit that the same request would get as DER.
    #[serde(rename = "failInfo", skip_serializing_if = "Option::is_none")]
    fail_info: Option<&'static str>,
}

/// Answers with the problem, and counts it.
pub(in super::super) fn answer(refusal: &LocationRefusal, metrics: &Metrics) -> Response {
    let problem = refusal.problem();
    metrics.location_refusal(problem);
    if refusal.is_ours() {
        tracing::error!(error = %refusal, source = ?std::error::Error::source(refusal), "location");
    } else {
        tracing::debug!(code = problem.code(), "refused");
    }
    let status = status_of(problem);
    let detail = match refusal {
        LocationRefusal::Json(error) => object::describe(error),
        other => other.to_string(),
    };
    let document = Document {
        type_uri: format!("urn:ls:problem:{}", problem.code()),
        title: problem.title(),
        status: status.as_u16(),
        detail: &detail,
        missing: refusal.missing().iter().map(|one| one.words()).collect(),
        fail_info: refusal.fail_info().map(|bit| bit.name()),
    };
    let mut response = status::document(status, &document);
    let headers = response.headers_mut();
    match status {
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        // A minute is what the limit counts.
        StatusCode::TOO_MANY_REQUESTS => {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("60"));
        }
        StatusCode::UNAUTHORIZED => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

/// The status code of every problem. Exhaustive: a new one chooses its code here.
const fn status_of(problem: LocationProblem) -> StatusCode {
    match problem {
        LocationProblem::Malformed | LocationProblem::OutOfRange => StatusCode::BAD_REQUEST,
        LocationProblem::Unauthenticated => StatusCode::UNAUTHORIZED,
        LocationProblem::KeyUnknown
        | LocationProblem::KeyRevoked
        | LocationProblem::AnonymousNetwork
        | LocationProblem::EnrolmentClosed => StatusCode::FORBIDDEN,
        LocationProblem::SubjectUnknown
        | LocationProblem::KeyNotFound
        | LocationProblem::TokenNotFound
        | LocationProblem::PolicyNotFound => StatusCode::NOT_FOUND,
        LocationProblem::NonceUnknown
        | LocationProblem::NonceReused
        | LocationProblem::KeyTaken
        | LocationProblem::TooManyKeys => StatusCode::CONFLICT,
        LocationProblem::NonceExpired => StatusCode::GONE,
        LocationProblem::UnsupportedEvidence
        | LocationProblem::PolicyUnknown
        | LocationProblem::BindingMismatch
        | LocationProblem::EvidenceSignature
        | LocationProblem::MockLocation
        | LocationProblem::EvidenceStale
        | LocationProblem::EvidenceFuture
        | LocationProblem::ManualEntry
        | LocationProblem::ContradictedTravel
        | LocationProblem::ContradictedPositions
        | LocationProblem::Contradicted
        | LocationProblem::LevelUnmet
        | LocationProblem::RevealNotAllowed
        | LocationProblem::RequestRefused => StatusCode::UNPROCESSABLE_ENTITY,
        LocationProblem::Rate => StatusCode::TOO_MANY_REQUESTS,
        LocationProblem::SigningFailed | LocationProblem::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        LocationProblem::TimeUnavailable
        | LocationProblem::LogUnavailable
        | LocationProblem::BoundariesUnavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}
