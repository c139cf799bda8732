//! [`Nonce`]: the client's number that the token repeats.

use crate::der_walk::tag;
use crate::der_write;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::MAX_NONCE_BYTES;

/// Any INTEGER, zero and negative ones included, of at most [`MAX_NONCE_BYTES`] octets, kept as
/// received (RFC 3161 2.4.1). How it was drawn is the client's affair and is not checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nonce(Box<[u8]>);

impl Nonce {
    /// From content octets, minimal as DER wants them.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::LimitExceeded`], [`DecodeErrorKind::IntegerNotMinimal`].
    pub fn from_der_content(content: &[u8]) -> Result<Self, DecodeError> {
        if content.len() > MAX_NONCE_BYTES {
            return Err(DecodeErrorKind::LimitExceeded {
                what: "nonce",
                limit: MAX_NONCE_BYTES,
                actual: content.len(),
            }
            .into());
        }
        let whole = der_write::tlv(tag::INTEGER, &[content]);
        crate::der_walk::Tlv::only(&whole, tag::INTEGER)?.integer()?;
        Ok(Self(content.into()))
    }

    /// What the request's reader found and checked.
    pub(super) fn received(content: &[u8]) -> Self {
        Self(content.into())
    }

    /// A number of 64 bits, what most clients draw.
    #[must_use]
    pub fn from_u64(number: u64) -> Self {
        Self(der_write::unsigned_content(&number.to_be_bytes()).into())
    }

    /// Content octets of the INTEGER.
    #[must_use]
    pub fn as_der_content(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_minimal_and_positive() {
        assert_eq!(Nonce::from_u64(0).as_der_content(), [0]);
        assert_eq!(Nonce::from_u64(0x80).as_der_content(), [0, 0x80]);
        assert_eq!(Nonce::from_u64(u64::MAX).as_der_content().len(), 9);
    }

    #[test]
    fn refuses_more_than_1024_octets() {
        assert!(Nonce::from_der_content(&[1; 1024]).is_ok());
        let kind = Nonce::from_der_content(&[1; 1025]).unwrap_err().kind;
        assert!(matches!(
            kind,
            DecodeErrorKind::LimitExceeded { actual: 1025, .. }
        ));
    }

    #[test]
    fn refuses_content_that_is_not_minimal() {
        for content in [&[][..], &[0, 1], &[0xff, 0xff]] {
            let kind = Nonce::from_der_content(content).unwrap_err().kind;
            assert_eq!(kind, DecodeErrorKind::IntegerNotMinimal);
        }
    }
}
