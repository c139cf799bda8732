//! SignerInfo.

use std::borrow::Cow;

use super::algorithm::AlgorithmView;
use super::attribute::AttributeView;
use super::error::ReadError;
use super::integer::IntegerView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5652 section 5.3.
///
/// ```asn1
/// SignerInfo ::= SEQUENCE {
///   version CMSVersion, sid SignerIdentifier, digestAlgorithm AlgorithmIdentifier,
///   signedAttrs [0] IMPLICIT SET OF Attribute OPTIONAL,
///   signatureAlgorithm AlgorithmIdentifier, signature OCTET STRING,
///   unsignedAttrs [1] IMPLICIT SET OF Attribute OPTIONAL }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignerInfoView<'a> {
    /// 1 with an issuer and serial number, 3 with a key identifier.
    pub version: IntegerView<'a>,
    /// Which certificate the signer names. Not what binds it: ESSCertID does.
    pub sid: SignerIdView<'a>,
    /// Digest of the content and of the signed attributes.
    pub digest_algorithm: AlgorithmView<'a>,
    /// The `[0]` element as received.
    pub signed_attrs_element: Option<Tlv<'a>>,
    /// Its members, in the order received.
    pub signed_attrs: Vec<AttributeView<'a>>,
    /// How it is signed.
    pub signature_algorithm: AlgorithmView<'a>,
    /// The signature.
    pub signature: Cow<'a, [u8]>,
    /// Whatever anyone added later; nobody signed it.
    pub unsigned_attrs: Vec<AttributeView<'a>>,
}

/// RFC 5652 section 5.3.
///
/// ```asn1
/// SignerIdentifier ::= CHOICE {
///   issuerAndSerialNumber IssuerAndSerialNumber,
///   subjectKeyIdentifier [0] IMPLICIT OCTET STRING }
/// ```
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum SignerIdView<'a> {
    /// The certificate's issuer and serial number.
    IssuerAndSerial {
        /// The Name as received.
        issuer: &'a [u8],
        /// The serial number.
        serial: IntegerView<'a>,
    },
    /// The certificate's subjectKeyIdentifier.
    KeyIdentifier(Cow<'a, [u8]>),
}

impl<'a> SignerInfoView<'a> {
    /// Reads the SEQUENCE.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let version = IntegerView::read(&members.expect(Tag::INTEGER, walk)?, walk)?;
        let sid = SignerIdView::read(&members.any(Tag::SEQUENCE, walk)?, walk)?;
        let digest_algorithm = AlgorithmView::read(&members.expect(Tag::SEQUENCE, walk)?, walk)?;
        let signed_attrs_element = members.optional(Tag::context(0), walk)?;
        let signed_attrs = match &signed_attrs_element {
            Some(set) => AttributeView::read_set(set, walk)?,
            None => Vec::new(),
        };
        let signature_algorithm = AlgorithmView::read(&members.expect(Tag::SEQUENCE, walk)?, walk)?;
        let signature = members.expect(Tag::OCTET_STRING, walk)?.octets(walk)?;
        let unsigned_attrs = match members.optional(Tag::context(1), walk)? {
            Some(set) => AttributeView::read_set(&set, walk)?,
            None => Vec::new(),
        };
        members.finish(walk)?;
        Ok(Self {
            version,
            sid,
            digest_algorithm,
            signed_attrs_element,
            signed_attrs,
            signature_algorithm,
            signature,
            unsigned_attrs,
        })
    }
}

impl<'a> SignerIdView<'a> {
    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        if tlv.tag() == Tag::context(0) {
            return Ok(Self::KeyIdentifier(tlv.octets(walk)?));
        }
        let mut members = tlv.sequence()?;
        let issuer = members.expect(Tag::SEQUENCE, walk)?.raw();
        let serial = IntegerView::read(&members.expect(Tag::INTEGER, walk)?, walk)?;
        members.finish(walk)?;
        Ok(Self::IssuerAndSerial { issuer, serial })
    }
}
