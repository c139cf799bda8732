//! [`SignedAttrs`]: the attributes that are signed.

use crate::der_walk::tag;
use crate::der_write::{oid, set_of, tlv};
use crate::oid::{
    CMS_ALGORITHM_PROTECTION, CONTENT_TYPE, ID_CT_TST_INFO, MESSAGE_DIGEST, ObjectIdentifier,
    SIGNING_CERTIFICATE_V2,
};
use crate::tsp::hash::HashAlgorithm;
use crate::tsp::imprint::DigestLength;

/// The signed attributes of one signer, everything but the message digest written once.
///
/// contentType, messageDigest (RFC 5652 11), SigningCertificateV2 (RFC 5816),
/// CMSAlgorithmProtection (RFC 6211). No signingTime: genTime is the time, and a second one could
/// only disagree.
#[derive(Clone, Debug)]
pub struct SignedAttrs {
    /// DER SET OF Attribute; the digest's octets are zero.
    set: Vec<u8>,
    digest_algorithm: HashAlgorithm,
    /// Where the digest goes.
    digest_at: usize,
}

impl SignedAttrs {
    /// `digest_algorithm` and `signature_algorithm` are AlgorithmIdentifiers in DER, the very
    /// ones of the SignerInfo.
    pub(super) fn new(
        digest: HashAlgorithm,
        digest_algorithm: &[u8],
        signature_algorithm_content: &[u8],
        signing_certificate_v2: &[u8],
    ) -> Self {
        let zeros = vec![0; digest.digest_len()];
        let message_digest = tlv(tag::OCTET_STRING, &[&zeros]);
        // signatureAlgorithm is [1] IMPLICIT.
        let signature = tlv(tag::context_constructed(1), &[signature_algorithm_content]);
        let protection = tlv(tag::SEQUENCE, &[digest_algorithm, &signature]);
        let digest_attribute = attribute(&MESSAGE_DIGEST, &message_digest);
        let mut attributes = vec![
            attribute(&CONTENT_TYPE, &oid(&ID_CT_TST_INFO)),
            digest_attribute.clone(),
            attribute(&SIGNING_CERTIFICATE_V2, signing_certificate_v2),
            attribute(&CMS_ALGORITHM_PROTECTION, &protection),
        ];
        // Attributes differ in length or type before any octet of a digest, so their order holds
        // for every digest. The digest's attribute ends with it.
        attributes.sort();
        let lengths: usize = attributes.iter().map(Vec::len).sum();
        let before: usize = attributes
            .iter()
            .take_while(|attribute| **attribute != digest_attribute)
            .map(Vec::len)
            .sum();
        let set = set_of(tag::SET, attributes);
        let header = set.len() - lengths;
        Self {
            digest_at: header + before + digest_attribute.len() - zeros.len(),
            digest_algorithm: digest,
            set,
        }
    }

    /// The DER SET OF that is signed (RFC 5652 5.4), around this digest of the content.
    pub(super) fn with_digest(&self, message_digest: &[u8]) -> Result<Vec<u8>, DigestLength> {
        DigestLength::check(self.digest_algorithm, message_digest)?;
        let mut set = self.set.clone();
        let place = set.iter_mut().skip(self.digest_at);
        place.zip(message_digest).for_each(|(to, from)| *to = *from);
        Ok(set)
    }
}

/// `Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }`
/// with one value.
fn attribute(attr_type: &ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    let values = tlv(tag::SET, &[value]);
    tlv(tag::SEQUENCE, &[&oid(attr_type), &values])
}
