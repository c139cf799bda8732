//! ESS certificate identifiers: what binds a token to its signer's certificate.

use std::borrow::Cow;

use super::algorithm::AlgorithmView;
use super::error::ReadError;
use super::integer::IntegerView;
use super::limits::MAX_ESS_CERT_IDS;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 2634 section 5.4.1 (version 1) and RFC 5035 section 4 (version 2).
///
/// ```asn1
/// SigningCertificateV2 ::= SEQUENCE {
///   certs SEQUENCE OF ESSCertIDv2, policies SEQUENCE OF PolicyInformation OPTIONAL }
/// ESSCertIDv2 ::= SEQUENCE {
///   hashAlgorithm AlgorithmIdentifier DEFAULT {id-sha256}, certHash OCTET STRING,
///   issuerSerial IssuerSerial OPTIONAL }
/// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER }
/// ```
///
/// Version 1 has no hashAlgorithm and means SHA-1.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EssCertIdView<'a> {
    /// As written; absent means SHA-256 in version 2, SHA-1 in version 1.
    pub hash_algorithm: Option<AlgorithmView<'a>>,
    /// Digest of the whole certificate.
    pub hash: Cow<'a, [u8]>,
    /// GeneralNames of the issuer, and the certificate's serial number.
    pub issuer_serial: Option<(Tlv<'a>, IntegerView<'a>)>,
}

impl<'a> EssCertIdView<'a> {
    /// Reads the identifiers of a SigningCertificate or SigningCertificateV2 value.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read_all(value: &Tlv<'a>, walk: &mut Walk) -> Result<Vec<Self>, ReadError> {
        let mut members = value.sequence()?;
        let certs = members.expect(Tag::SEQUENCE, walk)?.children()?;
        let certs = certs.collect(MAX_ESS_CERT_IDS, walk)?;
        certs.iter().map(|cert| Self::read(cert, walk)).collect()
    }

    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let hash_algorithm = match members.optional(Tag::SEQUENCE, walk)? {
            Some(algorithm) => Some(AlgorithmView::read(&algorithm, walk)?),
            None => None,
        };
        let hash = members.expect(Tag::OCTET_STRING, walk)?.octets(walk)?;
        let issuer_serial = match members.optional(Tag::SEQUENCE, walk)? {
            None => None,
            Some(both) => {
                let mut both = both.children()?;
                let names = both.expect(Tag::SEQUENCE, walk)?;
                let serial = IntegerView::read(&both.expect(Tag::INTEGER, walk)?, walk)?;
                Some((names, serial))
            }
        };
        members.finish(walk)?;
        Ok(Self {
            hash_algorithm,
            hash,
            issuer_serial,
        })
    }
}
