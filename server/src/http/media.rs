//! The three header fields that decide how a body is read.

use std::convert::Infallible;
use std::str::FromStr;

/// The media type of a request body. Parameters are tolerated, case is ignored (RFC 9110, 8.3.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum MediaType {
    /// `application/timestamp-query` (RFC 3161, 3.4).
    TimeStampQuery,
    /// `application/json`.
    Json,
    /// Anything else.
    Other,
}

impl FromStr for MediaType {
    type Err = Infallible;

    fn from_str(value: &str) -> Result<Self, Infallible> {
        let essence = value.split(';').next().unwrap_or_default().trim();
        Ok(
            if essence.eq_ignore_ascii_case("application/timestamp-query") {
                Self::TimeStampQuery
            } else if essence.eq_ignore_ascii_case("application/json") {
                Self::Json
            } else {
                Self::Other
            },
        )
    }
}

/// How long the body says it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BodyLength {
    /// `Content-Length`.
    Known(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// Neither: nobody knows where the body ends.
    Missing,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(text: &str) -> MediaType {
        text.parse().unwrap()
    }

    #[test]
    fn case_and_parameters_do_not_matter() {
        for text in [
            "application/timestamp-query",
            "Application/TimeStamp-Query",
            "application/timestamp-query; charset=utf-8",
            " application/timestamp-query ;x=y",
        ] {
            assert_eq!(media(text), MediaType::TimeStampQuery, "{text}");
        }
        assert_eq!(media("application/JSON;charset=utf-8"), MediaType::Json);
    }

    #[test]
    fn a_longer_name_is_another_type() {
        assert_eq!(media("application/timestamp-query2"), MediaType::Other);
        assert_eq!(media("application/timestamp-reply"), MediaType::Other);
        assert_eq!(media(""), MediaType::Other);
    }
}
