//! The signer's certificate, named: IssuerAndSerialNumber and SigningCertificateV2.

use crate::der_walk::tag;
use crate::der_write::{oid, tlv};
use crate::tsp::hash::HashAlgorithm;
use crate::x509::certificate::CertificateView;

/// `IssuerAndSerialNumber ::= SEQUENCE { issuer Name, serialNumber INTEGER }`, RFC 5652 10.2.4,
/// out of the certificate's own octets.
#[must_use]
pub fn issuer_and_serial_number(certificate: &CertificateView) -> Vec<u8> {
    let serial = tlv(tag::INTEGER, &[certificate.serial()]);
    tlv(tag::SEQUENCE, &[certificate.issuer(), &serial])
}

/// The value of the SigningCertificateV2 attribute for one certificate.
///
/// ```text
/// SigningCertificateV2 ::= SEQUENCE {
///     certs  SEQUENCE OF ESSCertIDv2, policies … OPTIONAL }
/// ESSCertIDv2 ::= SEQUENCE {
///     hashAlgorithm  AlgorithmIdentifier DEFAULT {algorithm id-sha256},
///     certHash       OCTET STRING,
///     issuerSerial   SEQUENCE { issuer GeneralNames, serialNumber INTEGER } OPTIONAL }
/// ```
///
/// RFC 5035 4 and RFC 5816 2.2.1. DER leaves hashAlgorithm out when it is SHA-256. Not checked:
/// that the hash is the certificate's.
#[must_use]
pub fn signing_certificate_v2(
    certificate: &CertificateView,
    hash: HashAlgorithm,
    cert_hash: &[u8],
) -> Vec<u8> {
    let hash_algorithm = match hash {
        HashAlgorithm::Sha256 => Vec::new(),
        other => tlv(tag::SEQUENCE, &[&oid(&other.oid())]),
    };
    let cert_hash = tlv(tag::OCTET_STRING, &[cert_hash]);
    // GeneralName directoryName is [4] EXPLICIT: Name is a CHOICE.
    let directory_name = tlv(tag::context_constructed(4), &[certificate.issuer()]);
    let issuer = tlv(tag::SEQUENCE, &[&directory_name]);
    let serial = tlv(tag::INTEGER, &[certificate.serial()]);
    let issuer_serial = tlv(tag::SEQUENCE, &[&issuer, &serial]);
    let cert_id = tlv(
        tag::SEQUENCE,
        &[&hash_algorithm, &cert_hash, &issuer_serial],
    );
    let certs = tlv(tag::SEQUENCE, &[&cert_id]);
    tlv(tag::SEQUENCE, &[&certs])
}
