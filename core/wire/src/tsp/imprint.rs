//! [`MessageImprint`]: what a stamp is about.

use super::hash::HashAlgorithm;
use crate::der_walk::tag;
use crate::der_write;

/// A digest and its algorithm, with the octets they came in.
///
/// ```text
/// MessageImprint ::= SEQUENCE {
///     hashAlgorithm  AlgorithmIdentifier,
///     hashedMessage  OCTET STRING }
/// ```
///
/// RFC 3161 2.4.1. The digest has the algorithm's length; the algorithm's parameters are absent
/// or NULL. Nothing else about the digest is looked at (2.1, item 8).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MessageImprint {
    algorithm: HashAlgorithm,
    /// The value in DER; the digest is its last octets.
    der: Box<[u8]>,
}

/// A digest that is not as long as its algorithm makes them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("a {algorithm} digest has {} octets, not {actual}", .algorithm.digest_len())]
pub struct DigestLength {
    /// The algorithm.
    pub algorithm: HashAlgorithm,
    /// Octets found.
    pub actual: usize,
}

impl DigestLength {
    pub(crate) fn check(algorithm: HashAlgorithm, digest: &[u8]) -> Result<(), Self> {
        if digest.len() == algorithm.digest_len() {
            return Ok(());
        }
        Err(Self {
            algorithm,
            actual: digest.len(),
        })
    }
}

impl MessageImprint {
    /// A new imprint, algorithm parameters absent as RFC 5754 2 asks.
    ///
    /// # Errors
    ///
    /// [`DigestLength`].
    pub fn new(algorithm: HashAlgorithm, digest: &[u8]) -> Result<Self, DigestLength> {
        DigestLength::check(algorithm, digest)?;
        Ok(Self {
            algorithm,
            der: encode(algorithm, digest).into(),
        })
    }

    /// What the request's reader found and checked: `der` ends with the digest.
    pub(super) fn received(algorithm: HashAlgorithm, der: &[u8]) -> Self {
        Self {
            algorithm,
            der: der.into(),
        }
    }

    /// The hash algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The digest.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        let start = self.der.len().saturating_sub(self.algorithm.digest_len());
        self.der.get(start..).unwrap_or_default()
    }

    /// The value in DER with absent algorithm parameters (RFC 5754 2), whatever was received: the
    /// same digest under the same algorithm always gives the same octets.
    #[must_use]
    pub fn without_parameters(&self) -> Vec<u8> {
        encode(self.algorithm, self.digest())
    }

    /// The whole value (tag, length and content) as it was received or made. The token repeats
    /// it octet for octet: RFC 3161 2.4.2, 'same value as the similar field in TimeStampReq'.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }
}

/// Algorithm parameters absent.
fn encode(algorithm: HashAlgorithm, digest: &[u8]) -> Vec<u8> {
    let algorithm = der_write::tlv(tag::SEQUENCE, &[&der_write::oid(&algorithm.oid())]);
    let digest = der_write::tlv(tag::OCTET_STRING, &[digest]);
    der_write::tlv(tag::SEQUENCE, &[&algorithm, &digest])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_no_parameters() {
        let imprint = MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]).unwrap();
        let start = hex::decode("302f300b06096086480165030402010420").unwrap();
        assert_eq!(imprint.as_der()[..17], start);
        assert_eq!(imprint.digest(), [7; 32]);
    }

    #[test]
    fn refuses_a_digest_of_another_length() {
        let refusal = MessageImprint::new(HashAlgorithm::Sha512, &[7; 32]).unwrap_err();
        assert_eq!(refusal.to_string(), "a sha512 digest has 64 octets, not 32");
    }
}
