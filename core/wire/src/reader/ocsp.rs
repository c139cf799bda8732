//! OCSP responses: what the verifier needs of them.

use std::borrow::Cow;

use super::algorithm::AlgorithmView;
use super::certificate::TimeView;
use super::error::ReadError;
use super::extension::ExtensionView;
use super::integer::IntegerView;
use super::limits::{MAX_CERTIFICATES, MAX_SINGLE_RESPONSES};
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;
use crate::oid;

/// What an OCSPResponse says at its outermost (RFC 6960 section 4.2.1).
///
/// ```asn1
/// OCSPResponse ::= SEQUENCE {
///   responseStatus ENUMERATED, responseBytes [0] EXPLICIT ResponseBytes OPTIONAL }
/// ResponseBytes ::= SEQUENCE { responseType OBJECT IDENTIFIER, response OCTET STRING }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum OcspResponseView<'a> {
    /// A basic response, in DER of its own.
    Basic(Cow<'a, [u8]>),
    /// Of a type that is not known.
    OtherType,
    /// An error, by its number: the responder had no answer.
    Refused(u64),
}

impl<'a> OcspResponseView<'a> {
    /// Reads an OCSPResponse, or the BasicOCSPResponse that some store instead.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(input: &'a [u8], walk: &mut Walk) -> Result<Self, ReadError> {
        let whole = Tlv::only(input, walk)?;
        let mut members = whole.sequence()?;
        let Some(status) = members.optional(Tag::ENUMERATED, walk)? else {
            return Ok(Self::Basic(Cow::Borrowed(input)));
        };
        let status = IntegerView::of_content(&status, walk)?;
        let bytes = members.optional(Tag::context(0), walk)?;
        members.finish(walk)?;
        let Some(bytes) = bytes else {
            return Ok(Self::Refused(status.to_u64().unwrap_or(u64::MAX)));
        };
        let mut fields = bytes.children()?.expect(Tag::SEQUENCE, walk)?.children()?;
        let kind = fields.expect(Tag::OBJECT_IDENTIFIER, walk)?;
        let response = fields.expect(Tag::OCTET_STRING, walk)?.octets(walk)?;
        fields.finish(walk)?;
        if kind.content() == oid::OCSP_BASIC.as_bytes() {
            Ok(Self::Basic(response))
        } else {
            Ok(Self::OtherType)
        }
    }
}

/// Who answers.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ResponderView<'a> {
    /// The subject of the responder's certificate.
    ByName(Tlv<'a>),
    /// SHA-1 of the responder's key.
    ByKey(&'a [u8]),
}

/// RFC 6960 section 4.2.1.
///
/// ```asn1
/// BasicOCSPResponse ::= SEQUENCE {
///   tbsResponseData ResponseData, signatureAlgorithm AlgorithmIdentifier,
///   signature BIT STRING, certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
/// ResponseData ::= SEQUENCE {
///   version [0] EXPLICIT INTEGER DEFAULT v1, responderID ResponderID,
///   producedAt GeneralizedTime, responses SEQUENCE OF SingleResponse,
///   responseExtensions [1] EXPLICIT SEQUENCE OF Extension OPTIONAL }
/// ResponderID ::= CHOICE { byName [1] EXPLICIT Name, byKey [2] EXPLICIT OCTET STRING }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BasicOcspView<'a> {
    /// ResponseData as received: what is signed.
    pub tbs: &'a [u8],
    /// Who answers.
    pub responder: ResponderView<'a>,
    /// When the answer was signed.
    pub produced_at: TimeView<'a>,
    /// An answer for each certificate asked about.
    pub responses: Vec<SingleResponseView<'a>>,
    /// Extensions, in the order received.
    pub extensions: Vec<ExtensionView<'a>>,
    /// How it is signed.
    pub signature_algorithm: AlgorithmView<'a>,
    /// The signature.
    pub signature: &'a [u8],
    /// Certificates as received; not trusted for being here.
    pub certificates: Vec<&'a [u8]>,
}

/// What is said about one certificate.
///
/// ```asn1
/// SingleResponse ::= SEQUENCE {
///   certID CertID, certStatus CertStatus, thisUpdate GeneralizedTime,
///   nextUpdate [0] EXPLICIT GeneralizedTime OPTIONAL,
///   singleExtensions [1] EXPLICIT SEQUENCE OF Extension OPTIONAL }
/// CertID ::= SEQUENCE {
///   hashAlgorithm AlgorithmIdentifier, issuerNameHash OCTET STRING,
///   issuerKeyHash OCTET STRING, serialNumber INTEGER }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SingleResponseView<'a> {
    /// The hash of the next two.
    pub hash_algorithm: AlgorithmView<'a>,
    /// Digest of the issuer's Name.
    pub issuer_name_hash: &'a [u8],
    /// Digest of the issuer's key, without tag, length and unused bits.
    pub issuer_key_hash: &'a [u8],
    /// Number of the certificate.
    pub serial: IntegerView<'a>,
    /// What is known of it.
    pub status: CertificateStatus<'a>,
    /// When this was known to be right.
    pub this_update: TimeView<'a>,
    /// When more will be known.
    pub next_update: Option<TimeView<'a>>,
    /// Extensions, in the order received.
    pub extensions: Vec<ExtensionView<'a>>,
}

/// ```asn1
/// CertStatus ::= CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }
/// RevokedInfo ::= SEQUENCE {
///   revocationTime GeneralizedTime, revocationReason [0] EXPLICIT CRLReason OPTIONAL }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum CertificateStatus<'a> {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked {
        /// Since when.
        time: TimeView<'a>,
        /// CRLReason.
        reason: Option<u64>,
    },
    /// The responder does not know it.
    Unknown,
}

impl<'a> BasicOcspView<'a> {
    /// Reads the one BasicOCSPResponse that `input` is.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(input: &'a [u8], walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = Tlv::only(input, walk)?.sequence()?;
        let tbs = members.expect(Tag::SEQUENCE, walk)?;
        let signature_algorithm = AlgorithmView::read(&members.expect(Tag::SEQUENCE, walk)?, walk)?;
        let (_, signature) = members.expect(Tag::BIT_STRING, walk)?.bit_string(walk)?;
        let certificates = match members.optional(Tag::context(0), walk)? {
            Some(explicit) => {
                let list = explicit.children()?.expect(Tag::SEQUENCE, walk)?;
                let list = list.children()?.collect(MAX_CERTIFICATES, walk)?;
                list.iter().map(Tlv::raw).collect()
            }
            None => Vec::new(),
        };
        members.finish(walk)?;

        let mut fields = tbs.children()?;
        fields.optional(Tag::context(0), walk)?;
        let responder = ResponderView::read(&fields.any(Tag::context(1), walk)?, walk)?;
        let produced_at = TimeView::read(&fields.expect(Tag::GENERALIZED_TIME, walk)?)?;
        let responses = fields.expect(Tag::SEQUENCE, walk)?.children()?;
        let responses = responses.collect(MAX_SINGLE_RESPONSES, walk)?;
        let responses = responses
            .iter()
            .map(|response| SingleResponseView::read(response, walk))
            .collect::<Result<_, _>>()?;
        let extensions = explicit_extensions(fields.optional(Tag::context(1), walk)?, walk)?;
        fields.finish(walk)?;
        Ok(Self {
            tbs: tbs.raw(),
            responder,
            produced_at,
            responses,
            extensions,
            signature_algorithm,
            signature,
            certificates,
        })
    }
}

impl<'a> ResponderView<'a> {
    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut inside = tlv.children()?;
        let responder = if tlv.tag() == Tag::context(1) {
            Self::ByName(inside.expect(Tag::SEQUENCE, walk)?)
        } else {
            tlv.require(Tag::context(2))?;
            Self::ByKey(inside.expect(Tag::OCTET_STRING, walk)?.primitive()?)
        };
        inside.finish(walk)?;
        Ok(responder)
    }
}

impl<'a> SingleResponseView<'a> {
    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let mut id = members.expect(Tag::SEQUENCE, walk)?.children()?;
        let hash_algorithm = AlgorithmView::read(&id.expect(Tag::SEQUENCE, walk)?, walk)?;
        let issuer_name_hash = id.expect(Tag::OCTET_STRING, walk)?.primitive()?;
        let issuer_key_hash = id.expect(Tag::OCTET_STRING, walk)?.primitive()?;
        let serial = IntegerView::read(&id.expect(Tag::INTEGER, walk)?, walk)?;
        id.finish(walk)?;
        let status = CertificateStatus::read(&members.any(Tag::context(0), walk)?, walk)?;
        let this_update = TimeView::read(&members.expect(Tag::GENERALIZED_TIME, walk)?)?;
        let next_update = match members.optional(Tag::context(0), walk)? {
            Some(explicit) => {
                let time = explicit.children()?.expect(Tag::GENERALIZED_TIME, walk)?;
                Some(TimeView::read(&time)?)
            }
            None => None,
        };
        let extensions = explicit_extensions(members.optional(Tag::context(1), walk)?, walk)?;
        members.finish(walk)?;
        Ok(Self {
            hash_algorithm,
            issuer_name_hash,
            issuer_key_hash,
            serial,
            status,
            this_update,
            next_update,
            extensions,
        })
    }
}

impl<'a> CertificateStatus<'a> {
    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        if tlv.tag() == Tag::context(0) {
            return Ok(Self::Good);
        }
        if tlv.tag() == Tag::context(2) {
            return Ok(Self::Unknown);
        }
        let mut fields = tlv.require(Tag::context(1))?.children()?;
        let time = TimeView::read(&fields.expect(Tag::GENERALIZED_TIME, walk)?)?;
        let reason = match fields.optional(Tag::context(0), walk)? {
            Some(explicit) => {
                let code = explicit.children()?.expect(Tag::ENUMERATED, walk)?;
                // A number that no one knows is no reason that leaves a token valid.
                Some(
                    IntegerView::of_content(&code, walk)?
                        .to_u64()
                        .unwrap_or(u64::MAX),
                )
            }
            None => None,
        };
        fields.finish(walk)?;
        Ok(Self::Revoked { time, reason })
    }
}

fn explicit_extensions<'a>(
    explicit: Option<Tlv<'a>>,
    walk: &mut Walk,
) -> Result<Vec<ExtensionView<'a>>, ReadError> {
    let Some(explicit) = explicit else {
        return Ok(Vec::new());
    };
    let list = explicit.children()?.expect(Tag::SEQUENCE, walk)?;
    ExtensionView::read_all(&list, walk)
}
