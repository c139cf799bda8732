//! Certificate: what the verifier needs of X.509.

use super::algorithm::AlgorithmView;
use super::error::ReadError;
use super::extension::ExtensionView;
use super::integer::IntegerView;
use super::limits::MAX_EXTENSIONS;
use super::oid::OidView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5280 section 4.1. Strict decoders refuse certificates that real authorities
/// used for years (serials of 21 octets, negative ones), so this view does not.
///
/// ```asn1
/// Certificate ::= SEQUENCE {
///   tbsCertificate TBSCertificate, signatureAlgorithm AlgorithmIdentifier,
///   signatureValue BIT STRING }
/// TBSCertificate ::= SEQUENCE {
///   version [0] EXPLICIT INTEGER DEFAULT v1, serialNumber INTEGER,
///   signature AlgorithmIdentifier, issuer Name, validity Validity, subject Name,
///   subjectPublicKeyInfo SubjectPublicKeyInfo, issuerUniqueID [1] IMPLICIT BIT STRING OPTIONAL,
///   subjectUniqueID [2] IMPLICIT BIT STRING OPTIONAL,
///   extensions [3] EXPLICIT SEQUENCE OF Extension OPTIONAL }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CertificateReading<'a> {
    /// All octets as received.
    pub raw: &'a [u8],
    /// TBSCertificate as received: what is signed.
    pub tbs: &'a [u8],
    /// Its number.
    pub serial: IntegerView<'a>,
    /// The algorithm inside the signed part.
    pub inner_algorithm: AlgorithmView<'a>,
    /// The issuer's Name.
    pub issuer: Tlv<'a>,
    /// First moment of validity.
    pub not_before: TimeView<'a>,
    /// Last moment of validity.
    pub not_after: TimeView<'a>,
    /// The subject's Name.
    pub subject: Tlv<'a>,
    /// SubjectPublicKeyInfo.
    pub public_key: PublicKeyView<'a>,
    /// Extensions, in the order received.
    pub extensions: Vec<ExtensionView<'a>>,
    /// How it is signed.
    pub signature_algorithm: AlgorithmView<'a>,
    /// The signature.
    pub signature: &'a [u8],
}

/// RFC 5280 section 4.1.2.5: UTCTime or GeneralizedTime, as written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TimeView<'a> {
    /// Which of the two.
    pub tag: Tag,
    /// The characters; the grammar is not checked.
    pub text: &'a [u8],
}

/// RFC 5280 section 4.1.2.7.
///
/// ```asn1
/// SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PublicKeyView<'a> {
    /// All octets as received.
    pub raw: &'a [u8],
    /// Kind of key.
    pub algorithm: AlgorithmView<'a>,
    /// The key.
    pub key: &'a [u8],
}

impl<'a> CertificateReading<'a> {
    /// Reads the one certificate that `input` is.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(input: &'a [u8], walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = Tlv::only(input, walk)?.sequence()?;
        let tbs = members.expect(Tag::SEQUENCE, walk)?;
        let signature_algorithm = AlgorithmView::read(&members.expect(Tag::SEQUENCE, walk)?, walk)?;
        let (_, signature) = members.expect(Tag::BIT_STRING, walk)?.bit_string(walk)?;
        members.finish(walk)?;

        let mut fields = tbs.children()?;
        fields.optional(Tag::context(0), walk)?;
        let serial = IntegerView::read(&fields.expect(Tag::INTEGER, walk)?, walk)?;
        let inner_algorithm = AlgorithmView::read(&fields.expect(Tag::SEQUENCE, walk)?, walk)?;
        let issuer = fields.expect(Tag::SEQUENCE, walk)?;
        let mut validity = fields.expect(Tag::SEQUENCE, walk)?.children()?;
        let not_before = TimeView::read(&validity.any(Tag::UTC_TIME, walk)?)?;
        let not_after = TimeView::read(&validity.any(Tag::UTC_TIME, walk)?)?;
        validity.finish(walk)?;
        let subject = fields.expect(Tag::SEQUENCE, walk)?;
        let public_key = PublicKeyView::read(&fields.expect(Tag::SEQUENCE, walk)?, walk)?;
        fields.optional(Tag::context(1), walk)?;
        fields.optional(Tag::context(2), walk)?;
        let extensions = match fields.optional(Tag::context(3), walk)? {
            Some(explicit) => {
                let list = explicit.children()?.expect(Tag::SEQUENCE, walk)?;
                ExtensionView::read_all(&list, walk)?
            }
            None => Vec::new(),
        };
        fields.finish(walk)?;
        Ok(Self {
            raw: input,
            tbs: tbs.raw(),
            serial,
            inner_algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            public_key,
            extensions,
            signature_algorithm,
            signature,
        })
    }

    /// The extensions of this kind; more than one is against RFC 5280 section 4.2.
    pub fn extensions_of<'b>(
        &'b self,
        oid: &'b const_oid::ObjectIdentifier,
    ) -> impl Iterator<Item = &'b ExtensionView<'a>> {
        self.extensions
            .iter()
            .filter(move |extension| extension.oid.is(oid))
    }
}

impl<'a> TimeView<'a> {
    /// The content of an implicitly tagged GeneralizedTime.
    #[must_use]
    pub const fn generalized(text: &'a [u8]) -> Self {
        Self {
            tag: Tag::GENERALIZED_TIME,
            text,
        }
    }

    /// Reads UTCTime or GeneralizedTime.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if it is neither.
    pub fn read(tlv: &Tlv<'a>) -> Result<Self, ReadError> {
        if tlv.tag() != Tag::UTC_TIME {
            tlv.require(Tag::GENERALIZED_TIME)?;
        }
        Ok(Self {
            tag: tlv.tag(),
            text: tlv.primitive()?,
        })
    }
}

impl<'a> PublicKeyView<'a> {
    /// Reads the SEQUENCE.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let algorithm = AlgorithmView::read(&members.expect(Tag::SEQUENCE, walk)?, walk)?;
        let (_, key) = members.expect(Tag::BIT_STRING, walk)?.bit_string(walk)?;
        members.finish(walk)?;
        let raw = tlv.raw();
        Ok(Self {
            raw,
            algorithm,
            key,
        })
    }
}

/// RFC 5280 section 4.2.1.9.
///
/// ```asn1
/// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct BasicConstraints {
    /// Whether the key may sign certificates.
    pub is_ca: bool,
    /// How many CA certificates may follow.
    pub path_len: Option<u64>,
}

impl BasicConstraints {
    /// Reads the extension's value.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(value: &[u8], walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = Tlv::only(value, walk)?.sequence()?;
        let is_ca = match members.optional(Tag::BOOLEAN, walk)? {
            Some(flag) => flag.boolean(walk)?,
            None => false,
        };
        let path_len = match members.optional(Tag::INTEGER, walk)? {
            // A negative or enormous length allows nothing.
            Some(length) => Some(IntegerView::read(&length, walk)?.to_u64().unwrap_or(0)),
            None => None,
        };
        members.finish(walk)?;
        Ok(Self { is_ca, path_len })
    }
}

/// Reads extendedKeyUsage (RFC 5280 section 4.2.1.12): `SEQUENCE OF OBJECT IDENTIFIER`.
///
/// # Errors
///
/// [`ReadError`].
pub fn key_purposes<'a>(value: &'a [u8], walk: &mut Walk) -> Result<Vec<OidView<'a>>, ReadError> {
    let purposes = Tlv::only(value, walk)?
        .sequence()?
        .collect(MAX_EXTENSIONS, walk)?;
    purposes
        .iter()
        .map(|purpose| OidView::read(purpose, walk))
        .collect()
}

/// Reads keyUsage (RFC 5280 section 4.2.1.3); bit 0, digitalSignature, is the highest of the u16.
///
/// # Errors
///
/// [`ReadError`].
pub fn key_usage(value: &[u8], walk: &mut Walk) -> Result<u16, ReadError> {
    let (_, octets) = Tlv::only(value, walk)?.bit_string(walk)?;
    let octet = |index| octets.get(index).copied().unwrap_or(0);
    Ok(u16::from_be_bytes([octet(0), octet(1)]))
}
