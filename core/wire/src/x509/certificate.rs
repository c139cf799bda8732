//! [`CertificateView`]: a certificate as received.

#[cfg(test)]
mod tests;

use super::extensions::{BasicConstraints, Extension, Extensions, KeyUsage};
use crate::der_walk::{Tlv, Walk, tag};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::MAX_CERTIFICATE_BYTES;
use crate::oid::{ObjectIdentifier, RawOid};
use crate::time::{Civil, UnixMicros};
use std::ops::Range;
use std::sync::Arc;

/// One certificate in DER: its octets and where its fields lie in them.
///
/// ```text
/// Certificate ::= SEQUENCE {
///     tbsCertificate, signatureAlgorithm AlgorithmIdentifier, signature BIT STRING }
/// TBSCertificate ::= SEQUENCE {
///     version [0] DEFAULT v1, serialNumber, signature, issuer, validity, subject,
///     subjectPublicKeyInfo, issuerUniqueID [1], subjectUniqueID [2], extensions [3] }
/// ```
///
/// RFC 5280 4.1. Form only: nothing is verified, neither signature nor dates nor purpose. Beyond
/// form, the two signature algorithms must agree (4.1.1.2) and no extension may come twice (4.2).
/// An explicit `critical FALSE` is tolerated: certificates in use have it.
#[derive(Clone, Debug)]
pub struct CertificateView {
    der: Arc<[u8]>,
    tbs: Range<usize>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    spki: Range<usize>,
    signature_algorithm: Range<usize>,
    signature_parameters: Range<usize>,
    signature_oid: RawOid,
    signature: Range<usize>,
    not_before: UnixMicros,
    not_after: UnixMicros,
    extensions: Extensions,
}

impl PartialEq for CertificateView {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for CertificateView {}

impl CertificateView {
    /// Reads one certificate.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for what is not one certificate in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, DecodeError> {
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(DecodeErrorKind::LimitExceeded {
                what: "certificate",
                limit: MAX_CERTIFICATE_BYTES,
                actual: der.len(),
            }
            .into());
        }
        let mut outer = Tlv::only(der, tag::SEQUENCE)?.walk();
        let tbs = outer.expect(tag::SEQUENCE)?;
        let algorithm = outer.expect(tag::SEQUENCE)?;
        let signature = outer.expect(tag::BIT_STRING)?;
        outer.finish()?;
        let fields = TbsFields::read(&tbs)?;
        if fields.signature_algorithm.whole != algorithm.whole {
            return Err(algorithm.error(DecodeErrorKind::Malformed {
                structure: "signatureAlgorithm",
            }));
        }
        let mut inner = algorithm.walk();
        let signature_oid = raw_oid(&inner.expect(tag::OID)?)?;
        let parameters = inner.offset()..inner.offset() + inner.rest().len();
        if !inner.is_empty() {
            inner.next()?;
        }
        inner.finish()?;
        Ok(Self {
            der: der.into(),
            tbs: whole(&tbs),
            serial: content(&fields.serial),
            issuer: whole(&fields.issuer),
            subject: whole(&fields.subject),
            spki: whole(&fields.spki),
            signature_algorithm: whole(&algorithm),
            signature_parameters: parameters,
            signature_oid,
            signature: bits(&signature)?,
            not_before: fields.not_before,
            not_after: fields.not_after,
            extensions: fields.extensions,
        })
    }

    /// The certificate as received.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// TBSCertificate, the octets that are signed.
    #[must_use]
    pub fn tbs(&self) -> &[u8] {
        self.slice(&self.tbs)
    }

    /// Content octets of serialNumber. Negative, zero and oversized ones exist.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        self.slice(&self.serial)
    }

    /// Issuer Name in DER.
    #[must_use]
    pub fn issuer(&self) -> &[u8] {
        self.slice(&self.issuer)
    }

    /// Subject Name in DER.
    #[must_use]
    pub fn subject(&self) -> &[u8] {
        self.slice(&self.subject)
    }

    /// SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        self.slice(&self.spki)
    }

    /// AlgorithmIdentifier of the signature in DER.
    #[must_use]
    pub fn signature_algorithm(&self) -> &[u8] {
        self.slice(&self.signature_algorithm)
    }

    /// Its algorithm.
    #[must_use]
    pub const fn signature_oid(&self) -> &RawOid {
        &self.signature_oid
    }

    /// Its parameters in DER, if present.
    #[must_use]
    pub fn signature_parameters(&self) -> Option<&[u8]> {
        Some(self.slice(&self.signature_parameters)).filter(|octets| !octets.is_empty())
    }

    /// Octets of the signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.slice(&self.signature)
    }

    /// First instant of validity.
    #[must_use]
    pub const fn not_before(&self) -> UnixMicros {
        self.not_before
    }

    /// Last second of validity, as written: the certificate is valid at this instant.
    #[must_use]
    pub const fn not_after(&self) -> UnixMicros {
        self.not_after
    }

    /// All extensions in their order.
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        self.extensions.all()
    }

    /// The extension of this type.
    #[must_use]
    pub fn extension(&self, oid: &ObjectIdentifier) -> Option<&Extension> {
        self.extensions.get(oid)
    }

    /// extendedKeyUsage: whether it is critical, and its purposes.
    #[must_use]
    pub fn extended_key_usage(&self) -> Option<(bool, &[RawOid])> {
        self.extensions.extended_key_usage()
    }

    /// basicConstraints.
    #[must_use]
    pub const fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.extensions.basic_constraints()
    }

    /// keyUsage.
    #[must_use]
    pub const fn key_usage(&self) -> Option<KeyUsage> {
        self.extensions.key_usage()
    }

    /// Octets of subjectKeyIdentifier.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.subject_key_identifier()
    }

    /// keyIdentifier of authorityKeyIdentifier.
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.authority_key_identifier()
    }

    /// Each GeneralName of subjectAltName in DER.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the extension is malformed: it is not looked at before.
    pub fn subject_alt_names(&self) -> Result<Vec<&[u8]>, DecodeError> {
        self.extensions.subject_alt_names()
    }

    /// Types of the critical extensions that the caller, who knows these, does not process
    /// (RFC 5280 4.2: it must then refuse).
    #[must_use]
    pub fn unknown_critical(&self, known: &[ObjectIdentifier]) -> Vec<&RawOid> {
        self.extensions.unknown_critical(known)
    }

    /// Subject as RFC 4514 text, for people; hexadecimal if it cannot be read.
    #[must_use]
    pub fn subject_text(&self) -> String {
        super::name::to_text(self.subject())
    }

    /// Issuer as RFC 4514 text, for people; hexadecimal if it cannot be read.
    #[must_use]
    pub fn issuer_text(&self) -> String {
        super::name::to_text(self.issuer())
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).unwrap_or_default()
    }
}

/// TBSCertificate.
struct TbsFields<'a> {
    serial: Tlv<'a>,
    signature_algorithm: Tlv<'a>,
    issuer: Tlv<'a>,
    not_before: UnixMicros,
    not_after: UnixMicros,
    subject: Tlv<'a>,
    spki: Tlv<'a>,
    extensions: Extensions,
}

impl<'a> TbsFields<'a> {
    fn read(tbs: &Tlv<'a>) -> Result<Self, DecodeError> {
        let mut walk = tbs.walk();
        // Version is not judged: v1 roots are anchors, and a v1 certificate with extensions has
        // been seen.
        walk.optional(tag::context_constructed(0))?;
        let serial = walk.expect(tag::INTEGER)?;
        let signature_algorithm = walk.expect(tag::SEQUENCE)?;
        let issuer = walk.expect(tag::SEQUENCE)?;
        let mut validity = walk.expect(tag::SEQUENCE)?.walk();
        let not_before = time(&mut validity)?;
        let not_after = time(&mut validity)?;
        validity.finish()?;
        let subject = walk.expect(tag::SEQUENCE)?;
        let spki = walk.expect(tag::SEQUENCE)?;
        walk.optional(tag::context(1))?;
        walk.optional(tag::context(2))?;
        let extensions = match walk.optional(tag::context_constructed(3))? {
            Some(explicit) => {
                let mut explicit = explicit.walk();
                let list = explicit.expect(tag::SEQUENCE)?;
                explicit.finish()?;
                Extensions::read(&list)?
            }
            None => Extensions::default(),
        };
        walk.finish()?;
        Ok(Self {
            serial,
            signature_algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            spki,
            extensions,
        })
    }
}

/// `Time ::= CHOICE { utcTime, generalTime }` in the forms of RFC 5280 4.1.2.5: with seconds,
/// without fraction, Z.
fn time(walk: &mut Walk<'_>) -> Result<UnixMicros, DecodeError> {
    let value = walk.next()?;
    let malformed = value.error(DecodeErrorKind::TimeMalformed);
    let text = std::str::from_utf8(value.content).map_err(|_| malformed)?;
    let full = match (value.tag, text.len()) {
        // Two-digit years below 50 are of this century.
        (tag::UTC_TIME, 13) if text < "5" => format!("20{text}"),
        (tag::UTC_TIME, 13) => format!("19{text}"),
        (tag::GENERALIZED_TIME, 15) => text.to_owned(),
        _ => return Err(malformed),
    };
    let digits = full.strip_suffix('Z').ok_or(malformed)?;
    if !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(malformed);
    }
    let number = |range| digits.get(range).and_then(|two: &str| two.parse().ok());
    let civil = (|| {
        let year = digits.get(0..4)?.parse().ok()?;
        let date = (year, number(4..6)?, number(6..8)?);
        let clock = (number(8..10)?, number(10..12)?, number(12..14)?);
        Some(Civil::new(date, clock, 0))
    })();
    civil.and_then(UnixMicros::from_civil).ok_or(malformed)
}

/// A BIT STRING of whole octets.
fn bits(value: &Tlv<'_>) -> Result<Range<usize>, DecodeError> {
    match value.content {
        [0, ..] => Ok(value.content_offset() + 1..value.offset + value.whole.len()),
        _ => Err(value.error(DecodeErrorKind::BitStringNotDer)),
    }
}

fn raw_oid(value: &Tlv<'_>) -> Result<RawOid, DecodeError> {
    RawOid::new(value.content).map_err(|error| value.error(error.kind))
}

fn whole(value: &Tlv<'_>) -> Range<usize> {
    value.offset..value.offset + value.whole.len()
}

fn content(value: &Tlv<'_>) -> Range<usize> {
    value.content_offset()..value.offset + value.whole.len()
}
