//! Certificates of our own: a self-signed root and the certificate of a time-stamping unit.

#[cfg(test)]
mod tests;

use crate::der_walk::tag;
use crate::der_write::{oid, push, tlv, unsigned_integer};
use crate::error::DecodeError;
use crate::oid::{
    AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, KP_TIME_STAMPING,
    ObjectIdentifier, SUBJECT_KEY_IDENTIFIER,
};
use crate::time::{Civil, TimeOutOfRange, UnixMicros};
use crate::tsp::serial::SerialNumber;
use sha2::{Digest, Sha256};

/// What a certificate says about its subject.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TbsInput<'a> {
    /// Serial number, above zero and at most 159 bits so that it has 20 octets (RFC 5280 4.1.2.2).
    pub serial: &'a SerialNumber,
    /// AlgorithmIdentifier of the signature that will be made, DER.
    pub signature_algorithm: &'a [u8],
    /// Subject Name, DER.
    pub subject: &'a [u8],
    /// First second of validity.
    pub not_before: UnixMicros,
    /// Last second of validity.
    pub not_after: UnixMicros,
    /// SubjectPublicKeyInfo, DER.
    pub spki: &'a [u8],
}

impl<'a> TbsInput<'a> {
    /// All fields, in the certificate's order.
    #[must_use]
    pub const fn new(
        serial: &'a SerialNumber,
        signature_algorithm: &'a [u8],
        (not_before, not_after): (UnixMicros, UnixMicros),
        subject: &'a [u8],
        spki: &'a [u8],
    ) -> Self {
        Self {
            serial,
            signature_algorithm,
            subject,
            not_before,
            not_after,
            spki,
        }
    }
}

/// Who signs a certificate.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Issuer<'a> {
    /// Issuer Name, DER.
    pub name: &'a [u8],
    /// The issuer certificate's subjectKeyIdentifier.
    pub key_identifier: &'a [u8],
}

impl<'a> Issuer<'a> {
    /// Name and key identifier as they stand in the issuer's certificate.
    #[must_use]
    pub const fn new(name: &'a [u8], key_identifier: &'a [u8]) -> Self {
        Self {
            name,
            key_identifier,
        }
    }
}

/// Why a TBSCertificate cannot be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The key is not a SubjectPublicKeyInfo.
    #[error("not a SubjectPublicKeyInfo: {0}")]
    Spki(#[from] DecodeError),
    /// A date that a certificate cannot express.
    #[error(transparent)]
    Date(#[from] TimeOutOfRange),
    /// RFC 5280 4.1.2.2: at most 20 octets.
    #[error("the serial number has more than 20 octets")]
    SerialTooLong,
    /// notAfter is before notBefore.
    #[error("the certificate would end before it begins")]
    EndsBeforeItBegins,
}

/// TBSCertificate of a self-signed root: critical basicConstraints CA:TRUE with pathLen 0,
/// critical keyUsage keyCertSign and cRLSign, subjectKeyIdentifier.
///
/// # Errors
///
/// [`BuildError`].
pub fn root_tbs(input: &TbsInput<'_>) -> Result<Vec<u8>, BuildError> {
    let identifier = key_identifier(input.spki)?;
    let extensions = [
        extension(&BASIC_CONSTRAINTS, true, &CA_WITHOUT_SUB_CAS),
        extension(&KEY_USAGE, true, &[tag::BIT_STRING, 2, 1, 0b0000_0110]),
        extension(
            &SUBJECT_KEY_IDENTIFIER,
            false,
            &tlv(tag::OCTET_STRING, &[&identifier]),
        ),
    ];
    tbs(input, input.subject, &extensions.concat())
}

/// TBSCertificate of a time-stamping unit: critical extendedKeyUsage with only timeStamping
/// (RFC 3161 2.3), critical keyUsage digitalSignature, critical basicConstraints CA:FALSE, key
/// identifiers of subject and issuer.
///
/// # Errors
///
/// [`BuildError`].
pub fn tsu_tbs(input: &TbsInput<'_>, issuer: &Issuer<'_>) -> Result<Vec<u8>, BuildError> {
    let identifier = key_identifier(input.spki)?;
    let purpose = tlv(tag::SEQUENCE, &[&oid(&KP_TIME_STAMPING)]);
    let authority = tlv(tag::context(0), &[issuer.key_identifier]);
    let extensions = [
        extension(&BASIC_CONSTRAINTS, true, &[tag::SEQUENCE, 0]),
        extension(&KEY_USAGE, true, &[tag::BIT_STRING, 2, 7, 0b1000_0000]),
        extension(&EXTENDED_KEY_USAGE, true, &purpose),
        extension(
            &SUBJECT_KEY_IDENTIFIER,
            false,
            &tlv(tag::OCTET_STRING, &[&identifier]),
        ),
        extension(
            &AUTHORITY_KEY_IDENTIFIER,
            false,
            &tlv(tag::SEQUENCE, &[&authority]),
        ),
    ];
    tbs(input, issuer.name, &extensions.concat())
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }`.
#[must_use]
pub fn assemble_certificate(tbs: &[u8], signature_algorithm: &[u8], signature: &[u8]) -> Vec<u8> {
    let signature = tlv(tag::BIT_STRING, &[&[0], signature]);
    tlv(tag::SEQUENCE, &[tbs, signature_algorithm, &signature])
}

/// The key identifier of a SubjectPublicKeyInfo: the first 160 bits of SHA-256 over the content
/// of its BIT STRING (RFC 7093 2, method 1).
///
/// # Errors
///
/// [`DecodeError`] if this is no SubjectPublicKeyInfo.
pub fn key_identifier(spki: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut walk = crate::der_walk::Tlv::only(spki, tag::SEQUENCE)?.walk();
    walk.expect(tag::SEQUENCE)?;
    let key = walk.expect(tag::BIT_STRING)?;
    walk.finish()?;
    let digest = Sha256::digest(key.content.get(1..).unwrap_or_default());
    Ok(digest.into_iter().take(20).collect())
}

/// cA TRUE, pathLenConstraint 0.
const CA_WITHOUT_SUB_CAS: [u8; 8] = [tag::SEQUENCE, 6, tag::BOOLEAN, 1, 0xff, tag::INTEGER, 1, 0];

fn tbs(input: &TbsInput<'_>, issuer: &[u8], extensions: &[u8]) -> Result<Vec<u8>, BuildError> {
    if input.not_after < input.not_before {
        return Err(BuildError::EndsBeforeItBegins);
    }
    if input.serial.as_der_content().len() > 20 {
        return Err(BuildError::SerialTooLong);
    }
    let not_before = time(input.not_before)?;
    let not_after = time(input.not_after)?;
    let extensions = tlv(tag::SEQUENCE, &[extensions]);
    Ok(tlv(
        tag::SEQUENCE,
        &[
            // version [0] EXPLICIT v3(2).
            &[0xa0, 3, tag::INTEGER, 1, 2],
            &unsigned_integer(input.serial.as_der_content()),
            input.signature_algorithm,
            issuer,
            &tlv(tag::SEQUENCE, &[&not_before, &not_after]),
            input.subject,
            input.spki,
            &tlv(tag::context_constructed(3), &[&extensions]),
        ],
    ))
}

/// UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5). Fractions of a second are
/// dropped; before 1950 nothing of ours begins.
fn time(instant: UnixMicros) -> Result<Vec<u8>, TimeOutOfRange> {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        ..
    } = instant.civil()?;
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    Ok(if (1950..2050).contains(&year) {
        let text = format!("{:02}{rest}", year % 100);
        tlv(tag::UTC_TIME, &[text.as_bytes()])
    } else {
        let text = format!("{year:04}{rest}");
        tlv(tag::GENERALIZED_TIME, &[text.as_bytes()])
    })
}

/// `Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue OCTET STRING }`.
fn extension(extn_id: &ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let mut content = oid(extn_id);
    if critical {
        push(&mut content, tag::BOOLEAN, &[0xff]);
    }
    push(&mut content, tag::OCTET_STRING, value);
    tlv(tag::SEQUENCE, &[&content])
}
