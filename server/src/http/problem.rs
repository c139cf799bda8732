//! Problem documents (RFC 9457): what an HTTP-level refusal, and every refusal of a JSON request,
//! looks like.

use std::borrow::Cow;

use meridian_wire::tsp::status::PkiFailureInfo;
use serde::Serialize;

/// Media type of a problem document.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// Every kind of problem. The slug is part of the interface: it never changes its meaning.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum ProblemKind {
    NotFound,
    MethodNotAllowed,
    LengthRequired,
    TooLarge,
    UnsupportedMediaType,
    BodyDeadline,
    BodyBroken,
    BadHeader,
    MalformedHttp,
    HeaderTooLarge,
    HttpsOnly,
    MalformedJson,
    MalformedQuery,
    MalformedSerial,
    NotIssued,
    NotKept,
    TooManyImprints,
    RequestRefused,
    TimeNotAvailable,
    SigningFailed,
    CertificateNotValid,
    QueueFull,
    NoRoom,
    Stopping,
    NotReady,
    Internal,
}

impl ProblemKind {
    /// Every kind, for the metrics and for the test that the slugs differ.
    pub(crate) const ALL: [Self; 26] = [
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::LengthRequired,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::BodyDeadline,
        Self::BodyBroken,
        Self::BadHeader,
        Self::MalformedHttp,
        Self::HeaderTooLarge,
        Self::HttpsOnly,
        Self::MalformedJson,
        Self::MalformedQuery,
        Self::MalformedSerial,
        Self::NotIssued,
        Self::NotKept,
        Self::TooManyImprints,
        Self::RequestRefused,
        Self::TimeNotAvailable,
        Self::SigningFailed,
        Self::CertificateNotValid,
        Self::QueueFull,
        Self::NoRoom,
        Self::Stopping,
        Self::NotReady,
        Self::Internal,
    ];

    /// Last part of the `type`, and the metric label.
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::LengthRequired => "length-required",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::BodyDeadline => "body-deadline",
            Self::BodyBroken => "body-broken",
            Self::BadHeader => "bad-header",
            Self::MalformedHttp => "malformed-http",
            Self::HeaderTooLarge => "header-too-large",
            Self::HttpsOnly => "https-only",
            Self::MalformedJson => "malformed-json",
            Self::MalformedQuery => "malformed-query",
            Self::MalformedSerial => "malformed-serial",
            Self::NotIssued => "not-issued",
            Self::NotKept => "not-kept",
            Self::TooManyImprints => "too-many-imprints",
            Self::RequestRefused => "request-refused",
            Self::TimeNotAvailable => "time-not-available",
            Self::SigningFailed => "signing-failed",
            Self::CertificateNotValid => "certificate-not-valid",
            Self::QueueFull => "queue-full",
            Self::NoRoom => "no-room",
            Self::Stopping => "stopping",
            Self::NotReady => "not-ready",
            Self::Internal => "internal",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::NotFound => "There is nothing at this path",
            Self::MethodNotAllowed => "The path does not serve this method",
            Self::LengthRequired => "The body has neither a length nor chunks",
            Self::TooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The body has a media type that is not served here",
            Self::BodyDeadline => "The body did not arrive in time",
            Self::BodyBroken => "The body broke off",
            Self::BadHeader => "A header field cannot be read",
            Self::MalformedHttp => "The request cannot be read as HTTP/1.1",
            Self::HeaderTooLarge => "The header has more than 16 KiB or 64 fields",
            Self::HttpsOnly => "This port speaks HTTPS, and the request came in plain HTTP",
            Self::MalformedJson => "The body is not the JSON that this path takes",
            Self::MalformedQuery => {
                "A parameter after the path's question mark is not one of its values"
            }
            Self::MalformedSerial => "A serial number is a decimal number of at most 49 digits",
            Self::NotKept => "No token is kept under this serial number",
            Self::NotIssued => "No token has this serial number yet",
            Self::TooManyImprints => "The request has too many imprints, or none",
            Self::RequestRefused => "The request breaks a rule of RFC 3161",
            Self::TimeNotAvailable => "The time source cannot be trusted now",
            Self::SigningFailed => "The token could not be signed",
            Self::CertificateNotValid => {
                "The certificate of the authority does not cover this time"
            }
            Self::QueueFull => "The queue is full",
            Self::NoRoom => "The disk of the log is nearly full",
            Self::Stopping => "The authority is stopping",
            Self::NotReady => "The authority is not ready",
            Self::Internal => "The authority could not read its own log",
        }
    }
}

/// One problem document.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    type_uri: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'static, str>>,
    /// Name of the `PKIFailureInfo` bit that the same request would get as DER.
    #[serde(rename = "failInfo", skip_serializing_if = "Option::is_none")]
    fail_info: Option<&'static str>,
    /// Which of several imprints, counted from zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    imprint: Option<usize>,
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, status: u16) -> Self {
        Self {
            type_uri: format!("urn:meridian:problem:{}", kind.slug()),
            title: kind.title(),
            status,
            detail: None,
            fail_info: None,
            imprint: None,
        }
    }

    pub(super) fn with_detail(mut self, detail: Option<Cow<'static, str>>) -> Self {
        self.detail = detail;
        self
    }

    pub(super) fn with_fail_info(mut self, fail_info: Option<PkiFailureInfo>) -> Self {
        self.fail_info = fail_info.map(PkiFailureInfo::name);
        self
    }

    pub(super) fn with_imprint(mut self, imprint: Option<usize>) -> Self {
        self.imprint = imprint;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_share_a_slug() {
        let slugs: std::collections::BTreeSet<_> =
            ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
    }

    #[test]
    fn members_that_do_not_apply_are_absent() {
        let problem = Problem::new(ProblemKind::NotFound, 404);
        assert_eq!(
            serde_json::to_string(&problem).unwrap(),
            r#"{"type":"urn:meridian:problem:not-found","title":"There is nothing at this path","status":404}"#
        );
    }
}
