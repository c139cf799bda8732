//! [`TimeStampResp`]: what an authority answers.

use super::status::{PkiFailureInfo, PkiStatus};
use crate::der_walk::{Tlv, Walk, tag};
use crate::der_write::{push, push_header, tlv, tlv_len};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::{MAX_STATUS_STRINGS, MAX_STATUS_TEXT_BYTES, MAX_TOKEN_BYTES};

/// An answer as a client reads it; the associated functions write ours.
///
/// ```text
/// TimeStampResp ::= SEQUENCE {
///     status          PKIStatusInfo,
///     timeStampToken  ContentInfo  OPTIONAL }
/// PKIStatusInfo ::= SEQUENCE {
///     status        INTEGER,
///     statusString  SEQUENCE OF UTF8String  OPTIONAL,
///     failInfo      BIT STRING              OPTIONAL }
/// ```
///
/// RFC 3161 2.4.2. The token is not looked into: it may be BER and is the reader's to walk.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeStampResp {
    status: PkiStatus,
    fail_info: Option<PkiFailureInfo>,
    status_string: Vec<String>,
    token: Option<Vec<u8>>,
}

impl TimeStampResp {
    /// The answer with a token, status granted.
    #[must_use]
    pub fn granted(token: &[u8]) -> Vec<u8> {
        const STATUS: [u8; 5] = [tag::SEQUENCE, 3, tag::INTEGER, 1, 0];
        let content = STATUS.len() + token.len();
        let mut out = Vec::with_capacity(tlv_len(content));
        push_header(&mut out, tag::SEQUENCE, content);
        out.extend_from_slice(&STATUS);
        out.extend_from_slice(token);
        out
    }

    /// The answer without a token, status rejection. Exactly one bit says why; the text is for
    /// people.
    #[must_use]
    pub fn rejection(fail_info: PkiFailureInfo, text: &str) -> Vec<u8> {
        let mut info = vec![tag::INTEGER, 1, PkiStatus::Rejection.code()];
        let text = tlv(tag::UTF8_STRING, &[text.as_bytes()]);
        push(&mut info, tag::SEQUENCE, &text);
        push(&mut info, tag::BIT_STRING, &fail_info.bit_string_content());
        let info = tlv(tag::SEQUENCE, &[&info]);
        tlv(tag::SEQUENCE, &[&info])
    }

    /// Reads an answer and holds it to RFC 3161 2.4.2: a known status; a token if and only if
    /// the status says so; of the failure bits exactly one, known, as a named-bit BIT STRING,
    /// and none beside a token.
    ///
    /// The token itself may be BER; everything around it must be DER.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]; [`DecodeErrorKind::UnknownValue`], [`DecodeErrorKind::Missing`] and
    /// [`DecodeErrorKind::Forbidden`] name the field that breaks these rules.
    pub fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        if input.len() > MAX_TOKEN_BYTES {
            return Err(DecodeErrorKind::LimitExceeded {
                what: "response",
                limit: MAX_TOKEN_BYTES,
                actual: input.len(),
            }
            .into());
        }
        let mut walk = Tlv::only(input, tag::SEQUENCE)?.walk();
        let info = walk.expect(tag::SEQUENCE)?;
        let token = token(&walk)?;
        let mut fields = info.walk();
        let code = fields.expect(tag::INTEGER)?;
        let status = code
            .small_integer()?
            .and_then(PkiStatus::from_code)
            .ok_or(code.error(DecodeErrorKind::UnknownValue { field: "status" }))?;
        let status_string = match fields.optional(tag::SEQUENCE)? {
            Some(list) => free_text(&list)?,
            None => Vec::new(),
        };
        let bits = fields.optional(tag::BIT_STRING)?;
        fields.finish()?;
        let fail_info = bits.map(|bits| fail_info(&bits)).transpose()?;
        match (status.has_token(), token, fail_info) {
            (true, None, _) => Err(walk.error(DecodeErrorKind::Missing {
                field: "timeStampToken",
            })),
            (true, Some(_), Some(_)) => {
                Err(info.error(DecodeErrorKind::Forbidden { field: "failInfo" }))
            }
            (false, Some(_), _) => Err(walk.error(DecodeErrorKind::Forbidden {
                field: "timeStampToken",
            })),
            (_, token, fail_info) => Ok(Self {
                status,
                fail_info,
                status_string,
                token: token.map(<[u8]>::to_vec),
            }),
        }
    }

    /// PKIStatus.
    #[must_use]
    pub const fn status(&self) -> PkiStatus {
        self.status
    }

    /// Why the authority refused, if it says so.
    #[must_use]
    pub const fn fail_info(&self) -> Option<PkiFailureInfo> {
        self.fail_info
    }

    /// Text for people, written by the authority: not trusted, control characters included.
    #[must_use]
    pub fn status_string(&self) -> &[String] {
        &self.status_string
    }

    /// The token as received.
    #[must_use]
    pub fn token(&self) -> Option<&[u8]> {
        self.token.as_deref()
    }
}

/// What follows the status: nothing, or one SEQUENCE. One of indefinite length takes all that is
/// left; where it really ends is for the reader to find.
fn token<'a>(walk: &Walk<'a>) -> Result<Option<&'a [u8]>, DecodeError> {
    match walk.rest() {
        [] => Ok(None),
        [tag::SEQUENCE, 0x80, .., 0, 0] => Ok(Some(walk.rest())),
        _ => {
            let mut rest = walk.clone();
            let token = rest.expect(tag::SEQUENCE)?;
            rest.finish()?;
            Ok(Some(token.whole))
        }
    }
}

/// PKIFreeText ::= SEQUENCE SIZE (1..MAX) OF UTF8String.
fn free_text(list: &Tlv<'_>) -> Result<Vec<String>, DecodeError> {
    if list.content.len() > MAX_STATUS_TEXT_BYTES {
        return Err(list.error(DecodeErrorKind::LimitExceeded {
            what: "statusString",
            limit: MAX_STATUS_TEXT_BYTES,
            actual: list.content.len(),
        }));
    }
    let mut walk = list.walk();
    let mut strings = Vec::new();
    while !walk.is_empty() {
        let string = walk.expect(tag::UTF8_STRING)?;
        let text = std::str::from_utf8(string.content)
            .map_err(|_| string.error(DecodeErrorKind::TextMalformed))?;
        strings.push(text.to_owned());
    }
    if strings.len() > MAX_STATUS_STRINGS {
        return Err(list.error(DecodeErrorKind::LimitExceeded {
            what: "statusString",
            limit: MAX_STATUS_STRINGS,
            actual: strings.len(),
        }));
    }
    Ok(strings)
}

fn fail_info(bits: &Tlv<'_>) -> Result<PkiFailureInfo, DecodeError> {
    PkiFailureInfo::from_bit_string_content(bits.content)
        .ok_or(bits.error(DecodeErrorKind::UnknownValue { field: "failInfo" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refusal(hex: &str) -> DecodeErrorKind {
        let input = hex::decode(hex.replace(' ', "")).unwrap();
        TimeStampResp::decode(&input).unwrap_err().kind
    }

    #[test]
    fn reads_the_rejections_it_writes() {
        for info in PkiFailureInfo::ALL {
            let resp = TimeStampResp::decode(&TimeStampResp::rejection(info, "no")).unwrap();
            assert_eq!(resp.status(), PkiStatus::Rejection);
            assert_eq!(resp.fail_info(), Some(info));
            assert_eq!(resp.status_string(), ["no"]);
            assert_eq!(resp.token(), None);
        }
    }

    #[test]
    fn writes_the_failure_as_openssl_does() {
        let written = TimeStampResp::rejection(PkiFailureInfo::BadDataFormat, "x");
        assert_eq!(hex::encode(written), "300e300c02010230030c017803020204");
    }

    #[test]
    fn reads_the_token_it_was_given() {
        let token = [0x30, 3, 2, 1, 7];
        let resp = TimeStampResp::decode(&TimeStampResp::granted(&token)).unwrap();
        assert_eq!(resp.status(), PkiStatus::Granted);
        assert_eq!(resp.token(), Some(&token[..]));
    }

    #[test]
    fn a_token_may_have_indefinite_length() {
        let token = [0x30, 0x80, 2, 1, 7, 0, 0];
        let resp = TimeStampResp::decode(&TimeStampResp::granted(&token)).unwrap();
        assert_eq!(resp.token(), Some(&token[..]));
    }

    #[test]
    fn refuses_a_token_without_its_status_and_the_reverse() {
        let field = "timeStampToken";
        assert_eq!(
            refusal("3005 3003020100"),
            DecodeErrorKind::Missing { field }
        );
        assert_eq!(
            refusal("3005 3003020101"),
            DecodeErrorKind::Missing { field }
        );
        for status in 2..6 {
            let hex = format!("3007 300302010{status} 3000");
            assert_eq!(refusal(&hex), DecodeErrorKind::Forbidden { field });
        }
    }

    #[test]
    fn refuses_a_failure_beside_a_token() {
        let field = "failInfo";
        assert_eq!(
            refusal("300b 3007020100 03020204 3000"),
            DecodeErrorKind::Forbidden { field }
        );
    }

    #[test]
    fn refuses_a_status_nobody_defined() {
        let field = "status";
        for status in ["0106", "01ff", "09010000000000000000"] {
            let content = status.len() / 2 + 1;
            let hex = format!("30{:02x} 30{content:02x} 02{status}", content + 2);
            assert_eq!(refusal(&hex), DecodeErrorKind::UnknownValue { field });
        }
    }

    #[test]
    fn refuses_failure_bits_that_are_unknown_several_none_or_not_der() {
        let field = "failInfo";
        for bits in [
            "0640", "0204ff", "07ff", "05a0", "00", "0000", "0004", "020400",
        ] {
            let bits = format!("03{:02x}{bits}", bits.len() / 2);
            let info = format!("020102{bits}");
            let info = format!("30{:02x}{info}", info.len() / 2);
            let hex = format!("30{:02x}{info}", info.len() / 2);
            assert_eq!(
                refusal(&hex),
                DecodeErrorKind::UnknownValue { field },
                "{bits}"
            );
        }
    }

    #[test]
    fn refuses_trailing_octets_everywhere() {
        let one = DecodeErrorKind::TrailingBytes { count: 1 };
        assert_eq!(refusal("3005 3003020103 00"), one);
        let three = DecodeErrorKind::TrailingBytes { count: 3 };
        assert_eq!(refusal("3008 3006020103 020103"), three);
        let two = DecodeErrorKind::TrailingBytes { count: 2 };
        assert_eq!(refusal("3009 3003020100 3000 3000"), two);
    }

    #[test]
    fn refuses_text_without_bound() {
        let long = "x".repeat(MAX_STATUS_TEXT_BYTES);
        let resp = TimeStampResp::rejection(PkiFailureInfo::BadAlg, &long);
        let kind = TimeStampResp::decode(&resp).unwrap_err().kind;
        assert!(matches!(
            kind,
            DecodeErrorKind::LimitExceeded {
                what: "statusString",
                ..
            }
        ));
    }

    #[test]
    fn reads_the_responses_of_openssl() {
        use meridian_rfc_vectors::header::{Expect, Kind};
        let vectors = meridian_rfc_vectors::vector::load("openssl-ts").unwrap();
        for vector in vectors.iter().filter(|v| v.kind == Kind::TimeStampResp) {
            let input = vector.body.octets().unwrap();
            let resp = TimeStampResp::decode(input).unwrap();
            match &vector.expect {
                Expect::Rejected(code) => {
                    assert_eq!(resp.fail_info().unwrap().name(), code);
                    let info = resp.fail_info().unwrap();
                    let text = &resp.status_string()[0];
                    assert_eq!(TimeStampResp::rejection(info, text), input);
                }
                _ => assert_eq!(TimeStampResp::granted(resp.token().unwrap()), input),
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(input in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = TimeStampResp::decode(&input);
        }

        #[test]
        fn a_flipped_octet_is_refused_or_read_as_something_else(at in 0_usize..16, with in 1_u8..) {
            let mut input = TimeStampResp::rejection(PkiFailureInfo::BadDataFormat, "x");
            let original = TimeStampResp::decode(&input).unwrap();
            input[at] ^= with;
            if let Ok(read) = TimeStampResp::decode(&input) {
                prop_assert_ne!(read, original);
            }
        }
    }
}
