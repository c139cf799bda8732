//! SignedData.

use std::borrow::Cow;

use super::algorithm::AlgorithmView;
use super::error::ReadError;
use super::integer::IntegerView;
use super::limits::{MAX_CERTIFICATES, MAX_DIGEST_ALGORITHMS, MAX_REVOCATION_INFOS, MAX_SIGNERS};
use super::oid::OidView;
use super::signer_info::SignerInfoView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5652 section 5.1.
///
/// ```asn1
/// SignedData ::= SEQUENCE {
///   version CMSVersion, digestAlgorithms SET OF AlgorithmIdentifier,
///   encapContentInfo EncapsulatedContentInfo,
///   certificates [0] IMPLICIT SET OF CertificateChoices OPTIONAL,
///   crls [1] IMPLICIT SET OF RevocationInfoChoice OPTIONAL,
///   signerInfos SET OF SignerInfo }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignedDataView<'a> {
    /// 1, 3, 4 or 5 if the writer knew the rules.
    pub version: IntegerView<'a>,
    /// Hints for one-pass readers; nothing rests on them.
    pub digest_algorithms: Vec<AlgorithmView<'a>>,
    /// What is signed.
    pub encapsulated: EncapsulatedView<'a>,
    /// Every certificate of every kind, in the order received.
    pub certificates: Vec<CertificateChoice<'a>>,
    /// Every CRL and OCSP response, in the order received.
    pub revocation: Vec<RevocationChoice<'a>>,
    /// Every signer, in the order received.
    pub signers: Vec<SignerInfoView<'a>>,
}

/// RFC 5652 section 5.2.
///
/// ```asn1
/// EncapsulatedContentInfo ::= SEQUENCE {
///   eContentType OBJECT IDENTIFIER, eContent [0] EXPLICIT OCTET STRING OPTIONAL }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EncapsulatedView<'a> {
    /// What the content is.
    pub content_type: OidView<'a>,
    /// The element inside `[0]`, whatever its type.
    pub element: Option<Tlv<'a>>,
    /// Its octets, segments joined, if it is an OCTET STRING.
    pub octets: Option<Cow<'a, [u8]>>,
}

/// What kind of certificate one is (RFC 5652 section 10.2.2).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CertificateKind {
    /// An X.509 certificate: the only kind that the verifier uses.
    X509,
    /// `[0]` PKCS #6, obsolete.
    Extended,
    /// `[1]` attribute certificate version 1, obsolete.
    AttributeV1,
    /// `[2]` attribute certificate version 2.
    AttributeV2,
    /// `[3]` anything else.
    Other,
    /// Not in RFC 5652.
    Unknown,
}

/// One of the certificates, as received.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CertificateChoice<'a> {
    /// Its kind.
    pub kind: CertificateKind,
    /// All octets as received.
    pub raw: &'a [u8],
}

/// What kind of revocation data one is (RFC 5652 section 10.2.1).
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub enum RevocationKind<'a> {
    /// An X.509 CRL.
    Crl,
    /// `[1]` another format, named by its identifier (RFC 5940: OCSP).
    Other(OidView<'a>),
    /// Not in RFC 5652.
    Unknown,
}

/// One piece of revocation data, as received.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RevocationChoice<'a> {
    /// Its kind.
    pub kind: RevocationKind<'a>,
    /// All octets as received.
    pub raw: &'a [u8],
}

impl<'a> SignedDataView<'a> {
    /// Reads the SEQUENCE.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let version = IntegerView::read(&members.expect(Tag::INTEGER, walk)?, walk)?;
        let algorithms = members.expect(Tag::SET, walk)?.children()?;
        let digest_algorithms = algorithms
            .set_of(MAX_DIGEST_ALGORITHMS, walk)?
            .iter()
            .map(|algorithm| AlgorithmView::read(algorithm, walk))
            .collect::<Result<_, _>>()?;
        let encapsulated = EncapsulatedView::read(&members.expect(Tag::SEQUENCE, walk)?, walk)?;
        let certificates = match members.optional(Tag::context(0), walk)? {
            Some(set) => set.children()?.set_of(MAX_CERTIFICATES, walk)?,
            None => Vec::new(),
        };
        let revocation = match members.optional(Tag::context(1), walk)? {
            Some(set) => set.children()?.set_of(MAX_REVOCATION_INFOS, walk)?,
            None => Vec::new(),
        };
        let signers = members
            .expect(Tag::SET, walk)?
            .children()?
            .set_of(MAX_SIGNERS, walk)?;
        members.finish(walk)?;
        Ok(Self {
            version,
            digest_algorithms,
            encapsulated,
            certificates: certificates.iter().map(CertificateChoice::of).collect(),
            revocation: revocation
                .iter()
                .map(|choice| RevocationChoice::of(choice, walk))
                .collect(),
            signers: signers
                .iter()
                .map(|signer| SignerInfoView::read(signer, walk))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> EncapsulatedView<'a> {
    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let content_type = OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)?;
        let explicit = members.optional(Tag::context(0), walk)?;
        members.finish(walk)?;
        let Some(explicit) = explicit else {
            return Ok(Self {
                content_type,
                element: None,
                octets: None,
            });
        };
        let mut inside = explicit.children()?;
        let element = inside.any(Tag::OCTET_STRING, walk)?;
        inside.finish(walk)?;
        let octets = match element.tag() {
            Tag::OCTET_STRING => Some(element.octets(walk)?),
            _ => None,
        };
        Ok(Self {
            content_type,
            element: Some(element),
            octets,
        })
    }
}

impl<'a> CertificateChoice<'a> {
    fn of(tlv: &Tlv<'a>) -> Self {
        let kind = match tlv.tag() {
            Tag::SEQUENCE => CertificateKind::X509,
            tag if tag == Tag::context(0) => CertificateKind::Extended,
            tag if tag == Tag::context(1) => CertificateKind::AttributeV1,
            tag if tag == Tag::context(2) => CertificateKind::AttributeV2,
            tag if tag == Tag::context(3) => CertificateKind::Other,
            _ => CertificateKind::Unknown,
        };
        Self {
            kind,
            raw: tlv.raw(),
        }
    }
}

impl<'a> RevocationChoice<'a> {
    fn of(tlv: &Tlv<'a>, walk: &mut Walk) -> Self {
        let kind = match tlv.tag() {
            Tag::SEQUENCE => RevocationKind::Crl,
            tag if tag == Tag::context(1) => Self::other(tlv, walk),
            _ => RevocationKind::Unknown,
        };
        Self {
            kind,
            raw: tlv.raw(),
        }
    }

    fn other(tlv: &Tlv<'a>, walk: &mut Walk) -> RevocationKind<'a> {
        let format = tlv.children().and_then(|mut members| {
            OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)
        });
        format.map_or(RevocationKind::Unknown, RevocationKind::Other)
    }
}
