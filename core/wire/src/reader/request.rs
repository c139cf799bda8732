//! TimeStampReq, as the one who asked kept it.

use std::borrow::Cow;

use super::algorithm::AlgorithmView;
use super::error::ReadError;
use super::integer::IntegerView;
use super::oid::OidView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 3161 section 2.4.1. For comparing a token with the request it answers; requests to be
/// served go through [`crate::tsp::req`].
///
/// ```asn1
/// TimeStampReq ::= SEQUENCE {
///   version INTEGER, messageImprint MessageImprint, reqPolicy OBJECT IDENTIFIER OPTIONAL,
///   nonce INTEGER OPTIONAL, certReq BOOLEAN DEFAULT FALSE, extensions [0] IMPLICIT OPTIONAL }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequestView<'a> {
    /// Digest algorithm of the data.
    pub imprint_algorithm: AlgorithmView<'a>,
    /// Digest of the data.
    pub imprint: Cow<'a, [u8]>,
    /// The policy asked for.
    pub policy: Option<OidView<'a>>,
    /// What the answer has to repeat.
    pub nonce: Option<IntegerView<'a>>,
}

impl<'a> RequestView<'a> {
    /// Reads the one request that `input` is. Its version is not looked at.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(input: &'a [u8], walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = Tlv::only(input, walk)?.sequence()?;
        members.expect(Tag::INTEGER, walk)?;
        let mut imprint = members.expect(Tag::SEQUENCE, walk)?.children()?;
        let imprint_algorithm = AlgorithmView::read(&imprint.expect(Tag::SEQUENCE, walk)?, walk)?;
        let digest = imprint.expect(Tag::OCTET_STRING, walk)?.octets(walk)?;
        imprint.finish(walk)?;
        let policy = members.optional(Tag::OBJECT_IDENTIFIER, walk)?;
        let policy = policy.map(|policy| OidView::read(&policy, walk));
        let nonce = members.optional(Tag::INTEGER, walk)?;
        let nonce = nonce.map(|nonce| IntegerView::read(&nonce, walk));
        members.optional(Tag::BOOLEAN, walk)?;
        members.optional(Tag::context(0), walk)?;
        members.finish(walk)?;
        Ok(Self {
            imprint_algorithm,
            imprint: digest,
            policy: policy.transpose()?,
            nonce: nonce.transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_request_with_and_without_what_is_optional() {
        let bare = [
            0x30, 0x13, 2, 1, 1, 0x30, 0x0e, 0x30, 8, 6, 6, 0x2b, 0x0e, 3, 2, 0x1a, 5, 4, 2, 7, 8,
        ];
        let view = RequestView::read(&bare, &mut Walk::default()).unwrap();
        assert_eq!(*view.imprint, [7, 8]);
        assert!(view.policy.is_none() && view.nonce.is_none());
        let mut full = bare.to_vec();
        full.extend([6, 2, 0x2a, 3, 2, 2, 0, 0x80, 1, 1, 0xff]);
        full[1] += 11;
        let view = RequestView::read(&full, &mut Walk::default()).unwrap();
        assert_eq!(view.policy.unwrap().to_string(), "1.2.3");
        assert_eq!(view.nonce.unwrap().to_u64(), Some(0x80));
    }

    #[test]
    fn refuses_what_is_no_request() {
        for input in [&[][..], &[0x30, 0], &[0x30, 3, 2, 1, 1]] {
            assert!(RequestView::read(input, &mut Walk::default()).is_err());
        }
    }
}
