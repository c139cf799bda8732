//! The only place that chooses status codes, and the one `recover` of all routes.

use std::borrow::Cow;
use std::convert::Infallible;

use bytes::Bytes;
use http::StatusCode;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use meridian_log::reader::ReadError;
use meridian_wire::tsp::status::PkiFailureInfo;
use serde::Serialize;
use warp::reply::{Reply, Response};

use super::object;
use super::problem::{self, Problem, ProblemKind};
use crate::metrics::Metrics;
use crate::pipeline::Rejection;

/// Seconds after which a refused client should come again: a full queue of 4,096 empties in less.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// Written by the listener to a connection above its limit; no request has been read yet.
pub(super) const TOO_MANY_CONNECTIONS: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    retry-after: 1\r\nconnection: close\r\ncontent-type: application/problem+json\r\n\
    content-length: 105\r\n\r\n\
    {\"type\":\"urn:meridian:problem:too-many-connections\",\
    \"title\":\"Too many connections are open\",\"status\":503}";

/// Why a request is refused before, or instead of, an RFC 3161 answer.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The path serves other methods only.
    Method {
        /// Value of `Allow`.
        allow: &'static str,
    },
    /// Neither Content-Length nor chunks.
    LengthRequired,
    /// Longer than this path takes.
    TooLarge {
        /// Octets allowed.
        limit: usize,
    },
    /// Another media type than this path takes.
    MediaType {
        /// The media types that it takes.
        accepts: &'static str,
    },
    /// The body was not there in time.
    BodyDeadline,
    /// The body broke off, or its chunks are malformed.
    BodyBroken,
    /// The JSON does not parse, or breaks the schema.
    Json(serde_json::Error),
    /// The JSON parses, but a value is not what its name says.
    JsonValue {
        /// Path of the member.
        member: &'static str,
        /// What it must be.
        expected: Cow<'static, str>,
        /// Which imprint.
        imprint: Option<usize>,
    },
    /// None, or more than the limit.
    ImprintCount {
        /// Imprints found.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A query parameter has another value than it may.
    Query {
        /// What it must be.
        expected: &'static str,
    },
    /// Not a decimal serial number.
    Serial,
    /// The log has no such entry yet.
    NotIssued,
    /// No tile has this path, or not all of it is released.
    NoTile,
    /// No token is kept under this serial number.
    NotKept,
    /// The log could not be read.
    Unreadable(ReadError),
    /// Not ready to serve; for probes.
    NotReady(&'static str),
    /// A request that was read, and then refused.
    Rejected {
        /// The rule.
        rejection: Rejection,
        /// Which imprint.
        imprint: Option<usize>,
    },
}

impl warp::reject::Reject for Refusal {}

impl Refusal {
    /// The process is being torn down.
    pub(super) fn stopping() -> Self {
        Self::Rejected {
            rejection: meridian_tsa::error::Rejection::Stopping.into(),
            imprint: None,
        }
    }

    pub(crate) fn kind(&self) -> ProblemKind {
        match self {
            Self::Method { .. } => ProblemKind::MethodNotAllowed,
            Self::LengthRequired => ProblemKind::LengthRequired,
            Self::TooLarge { .. } => ProblemKind::TooLarge,
            Self::MediaType { .. } => ProblemKind::UnsupportedMediaType,
            Self::BodyDeadline => ProblemKind::BodyDeadline,
            Self::BodyBroken => ProblemKind::BodyBroken,
            Self::Json(_) | Self::JsonValue { .. } => ProblemKind::MalformedJson,
            Self::ImprintCount { .. } => ProblemKind::TooManyImprints,
            Self::Query { .. } => ProblemKind::MalformedQuery,
            Self::Serial => ProblemKind::MalformedSerial,
            Self::NotIssued => ProblemKind::NotIssued,
            Self::NotKept => ProblemKind::NotKept,
            Self::NoTile => ProblemKind::NotFound,
            Self::Unreadable(_) => ProblemKind::Internal,
            Self::NotReady(_) => ProblemKind::NotReady,
            Self::Rejected { rejection, .. } => kind_of(rejection),
        }
    }

    fn detail(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Owned(match self {
            Self::TooLarge { limit } => format!("at most {limit} octets are read"),
            Self::MediaType { accepts } => format!("this path takes {accepts}"),
            Self::Method { allow } => format!("this path serves {allow}"),
            Self::Json(error) => object::describe(error),
            Self::JsonValue {
                member, expected, ..
            } => format!("{member} must be {expected}"),
            Self::ImprintCount { found, limit } => {
                format!("{found} imprints were sent, 1 to {limit} are taken")
            }
            Self::Query { expected } => return Some(Cow::Borrowed(expected)),
            Self::NotReady(reason) => return Some(Cow::Borrowed(reason)),
            Self::Rejected { rejection, .. } => rejection.status_text(),
            Self::LengthRequired
            | Self::BodyDeadline
            | Self::BodyBroken
            | Self::Serial
            | Self::NotIssued
            | Self::NotKept
            | Self::NoTile
            | Self::Unreadable(_) => return None,
        }))
    }

    /// The problem document, also as one entry of a JSON answer.
    pub(crate) fn problem(&self) -> Problem {
        let kind = self.kind();
        let (fail_info, imprint) = match self {
            Self::Rejected { rejection, imprint } => (Some(rejection.fail_info()), *imprint),
            Self::JsonValue { imprint, .. } => (None, *imprint),
            _ => (None, None),
        };
        Problem::new(kind, status_of(kind).as_u16())
            .with_detail(self.detail())
            .with_fail_info(fail_info)
            .with_imprint(imprint)
    }
}

fn kind_of(rejection: &Rejection) -> ProblemKind {
    if rejection.is_full() {
        return ProblemKind::QueueFull;
    }
    if rejection.is_no_room() {
        return ProblemKind::NoRoom;
    }
    if rejection.is_stopping() {
        return ProblemKind::Stopping;
    }
    if rejection.is_signer_failure() {
        return ProblemKind::SigningFailed;
    }
    match rejection.fail_info() {
        PkiFailureInfo::TimeNotAvailable => ProblemKind::TimeNotAvailable,
        PkiFailureInfo::SystemFailure => ProblemKind::CertificateNotValid,
        _ => ProblemKind::RequestRefused,
    }
}

/// The status code of every kind of problem. Exhaustive: a new kind chooses its code here.
fn status_of(kind: ProblemKind) -> StatusCode {
    match kind {
        ProblemKind::NotFound | ProblemKind::NotIssued | ProblemKind::NotKept => {
            StatusCode::NOT_FOUND
        }
        ProblemKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ProblemKind::LengthRequired => StatusCode::LENGTH_REQUIRED,
        ProblemKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemKind::HeaderTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        ProblemKind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ProblemKind::BodyDeadline => StatusCode::REQUEST_TIMEOUT,
        ProblemKind::BodyBroken
        | ProblemKind::BadHeader
        | ProblemKind::MalformedJson
        | ProblemKind::MalformedHttp
        | ProblemKind::HttpsOnly
        | ProblemKind::MalformedQuery
        | ProblemKind::MalformedSerial
        | ProblemKind::TooManyImprints => StatusCode::BAD_REQUEST,
        ProblemKind::RequestRefused => StatusCode::UNPROCESSABLE_ENTITY,
        ProblemKind::SigningFailed | ProblemKind::CertificateNotValid | ProblemKind::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        ProblemKind::TimeNotAvailable
        | ProblemKind::QueueFull
        | ProblemKind::NoRoom
        | ProblemKind::Stopping
        | ProblemKind::NotReady => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Turns whatever warp or a route rejected into a problem document, and counts it.
pub(super) fn recover(
    rejection: &warp::Rejection,
    metrics: &Metrics,
) -> Result<Response, Infallible> {
    if let Some(refusal) = rejection.find::<Refusal>() {
        metrics.problem(refusal.kind());
        tracing::debug!(kind = refusal.kind().slug(), "refused");
        if let Refusal::Unreadable(error) = refusal {
            tracing::error!(%error, "the log cannot be read");
        }
        return Ok(refuse(refusal));
    }
    // Content-Type is the only header field that routes read as text.
    let kind = if rejection.is_not_found() {
        ProblemKind::NotFound
    } else if rejection.find::<warp::reject::InvalidHeader>().is_some() {
        ProblemKind::BadHeader
    } else {
        ProblemKind::Internal
    };
    metrics.problem(kind);
    tracing::debug!(kind = kind.slug(), "refused");
    let status = status_of(kind);
    Ok(document(status, &Problem::new(kind, status.as_u16())))
}

fn refuse(refusal: &Refusal) -> Response {
    let kind = refusal.kind();
    let status = status_of(kind);
    let mut response = document(status, &refusal.problem());
    if let Refusal::Method { allow } = refusal {
        let allow = HeaderValue::from_static(allow);
        response.headers_mut().insert(ALLOW, allow);
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    }
    response
}

/// A problem document with its status code.
pub(super) fn document(status: StatusCode, problem: &impl Serialize) -> Response {
    // A struct of strings and numbers always serialises; an empty body would still be valid.
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = with_type(problem::MEDIA_TYPE, Bytes::from(body));
    *response.status_mut() = status;
    if status == StatusCode::NOT_FOUND {
        // Caches may keep a 404 unless told otherwise; what is not there may be there soon.
        set(&mut response, CACHE_CONTROL, "no-store");
    }
    response
}

/// A problem document for where no request was read that could be answered: its header fields, and
/// the document.
pub(super) fn spelled_out(kind: ProblemKind) -> (String, Vec<u8>) {
    let problem = Problem::new(kind, status_of(kind).as_u16());
    // A struct of strings and numbers always serialises; an empty body would still be valid.
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let fields = format!(
        "content-type: {}\r\ncontent-length: {}\r\n",
        problem::MEDIA_TYPE,
        body.len()
    );
    (fields, body)
}

/// A whole answer in octets, after which the connection closes.
pub(super) fn last_words(kind: ProblemKind) -> Vec<u8> {
    let status = status_of(kind);
    let (fields, body) = spelled_out(kind);
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{fields}\r\n");
    [head.into_bytes(), body].concat()
}

/// A TimeStampResp, granted or rejected alike: HTTP 200 (RFC 3161, 3.4), because many clients
/// take any other code for a transport failure and never show the reason.
pub(super) fn time_stamp_reply(body: Vec<u8>) -> Response {
    with_type("application/timestamp-reply", Bytes::from(body))
}

/// A TimeStampResp that no cache may keep.
pub(super) fn private_reply(body: Vec<u8>) -> Response {
    let mut response = time_stamp_reply(body);
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    response
}

/// A TimeStampResp after which the same request may do better: HTTP 200 all the same.
pub(super) fn failed_reply(body: Vec<u8>) -> Response {
    let mut response = time_stamp_reply(body);
    response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    response
}

/// A TimeStampResp that says systemFailure, from an authority that cannot take the request now.
pub(super) fn busy_reply(body: Vec<u8>) -> Response {
    let mut response = failed_reply(body);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// A good answer of the given media type.
pub(super) fn with_type(media_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = http::Response::new(body.into());
    set(&mut response, CONTENT_TYPE, media_type);
    response.into_response()
}

/// A good answer that caches may keep for a second: the checkpoint moves with every batch.
pub(super) fn short_lived(media_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = http::Response::new(body.into());
    set(&mut response, CONTENT_TYPE, media_type);
    set(&mut response, CACHE_CONTROL, "public, max-age=1");
    response.into_response()
}

/// A good answer that caches may keep for a year: what is under this path never changes.
pub(super) fn unchanging(media_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = http::Response::new(body.into());
    set(&mut response, CONTENT_TYPE, media_type);
    set(
        &mut response,
        CACHE_CONTROL,
        "public, max-age=31536000, immutable",
    );
    response.into_response()
}

/// JSON that anybody may read.
pub(super) fn json(value: &impl Serialize) -> serde_json::Result<Response> {
    Ok(short_lived("application/json", serde_json::to_vec(value)?))
}

/// JSON for one caller, which no cache may keep.
pub(super) fn private(value: &impl Serialize) -> serde_json::Result<Response> {
    let mut response = http::Response::new(Bytes::from(serde_json::to_vec(value)?));
    set(&mut response, CONTENT_TYPE, "application/json");
    set(&mut response, CACHE_CONTROL, "no-store");
    Ok(response.into_response())
}

/// The same about something that was made: 201.
pub(super) fn created(value: &impl Serialize) -> serde_json::Result<Response> {
    let mut response = private(value)?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

fn set<B>(response: &mut http::Response<B>, name: HeaderName, value: &'static str) {
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
}
