//! [`SignedDataTemplate`]: tokens of one signer, constants encoded once.

#[cfg(test)]
mod tests;

use super::attrs::SignedAttrs;
use super::ess;
use crate::der_walk::{Tlv, tag};
use crate::der_write::{oid, push, push_header, set_of, tlv, tlv_len};
use crate::error::DecodeError;
use crate::oid::{ID_CT_TST_INFO, ID_SIGNED_DATA};
use crate::tsp::hash::HashAlgorithm;
use crate::tsp::imprint::DigestLength;
use crate::x509::certificate::CertificateView;

/// What does not change from token to token.
///
/// ```text
/// ContentInfo ::= SEQUENCE { id-signedData, [0] SignedData }
/// SignedData ::= SEQUENCE {
///     version 3, digestAlgorithms SET, encapContentInfo { id-ct-TSTInfo, [0] OCTET STRING },
///     certificates [0] IMPLICIT SET OPTIONAL, signerInfos SET of exactly one }
/// SignerInfo ::= SEQUENCE {
///     version 1, sid issuerAndSerialNumber, digestAlgorithm, signedAttrs [0] IMPLICIT,
///     signatureAlgorithm, signature OCTET STRING }
/// ```
///
/// RFC 5652 5.1 (version 3 because the content is not id-data), RFC 3161 2.4.2. Everything is
/// DER. Not checked: that key and certificate belong together; the signing core proves it.
#[derive(Clone, Debug)]
pub struct SignedDataTemplate {
    signed_attrs: SignedAttrs,
    content_type: Vec<u8>,
    /// version and digestAlgorithms.
    signed_data_head: Vec<u8>,
    econtent_type: Vec<u8>,
    certificates: Vec<u8>,
    /// version, sid and digestAlgorithm.
    signer_head: Vec<u8>,
    signature_algorithm: Vec<u8>,
}

/// The constants of one signer.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TemplateInput<'a> {
    /// Digest of the content and of the signature (RFC 8933: the same).
    pub digest_algorithm: HashAlgorithm,
    /// AlgorithmIdentifier of the signature, DER.
    pub signature_algorithm: &'a [u8],
    /// The signer's certificate.
    pub certificate: &'a CertificateView,
    /// Hash algorithm of the certificate's identifier.
    pub ess_hash: HashAlgorithm,
    /// Hash of the certificate's DER.
    pub ess_cert_hash: &'a [u8],
    /// What `certificates` holds when asked for, in any order.
    pub certificates: &'a [Vec<u8>],
}

impl<'a> TemplateInput<'a> {
    /// A signer whose certificate is identified by its SHA-256 hash and sent alone.
    #[must_use]
    pub const fn new(
        digest_algorithm: HashAlgorithm,
        signature_algorithm: &'a [u8],
        certificate: &'a CertificateView,
        sha256_of_certificate: &'a [u8; 32],
        certificates: &'a [Vec<u8>],
    ) -> Self {
        Self {
            digest_algorithm,
            signature_algorithm,
            certificate,
            ess_hash: HashAlgorithm::Sha256,
            ess_cert_hash: sha256_of_certificate,
            certificates,
        }
    }

    /// Identifies the certificate by another hash.
    #[must_use]
    pub const fn with_ess_hash(mut self, hash: HashAlgorithm, cert_hash: &'a [u8]) -> Self {
        self.ess_hash = hash;
        self.ess_cert_hash = cert_hash;
        self
    }
}

/// Why a template cannot be made or used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The signature's AlgorithmIdentifier, or a certificate, is not DER.
    #[error("not DER: {0}")]
    NotDer(#[from] DecodeError),
    /// A digest that does not fit its algorithm.
    #[error(transparent)]
    DigestLength(#[from] DigestLength),
    /// RFC 3161 2.4.1: the certificate that the signed attributes name must be sent.
    #[error("the signer's certificate is not among the certificates to send")]
    SignerNotSent,
}

impl SignedDataTemplate {
    /// Encodes the constants.
    ///
    /// # Errors
    ///
    /// [`TemplateError`].
    pub fn new(input: &TemplateInput<'_>) -> Result<Self, TemplateError> {
        DigestLength::check(input.ess_hash, input.ess_cert_hash)?;
        let signature = Tlv::only(input.signature_algorithm, tag::SEQUENCE)?;
        for certificate in input.certificates {
            Tlv::only(certificate, tag::SEQUENCE)?;
        }
        let signer = input.certificate.as_der();
        if !input.certificates.iter().any(|sent| sent == signer) {
            return Err(TemplateError::SignerNotSent);
        }
        // RFC 5754 2: parameters absent.
        let digest = tlv(tag::SEQUENCE, &[&oid(&input.digest_algorithm.oid())]);
        let signed_attrs = SignedAttrs::new(
            input.digest_algorithm,
            &digest,
            signature.content,
            &ess::signing_certificate_v2(input.certificate, input.ess_hash, input.ess_cert_hash),
        );
        let mut signed_data_head = vec![tag::INTEGER, 1, 3];
        push(&mut signed_data_head, tag::SET, &digest);
        let mut signer_head = vec![tag::INTEGER, 1, 1];
        signer_head.extend(ess::issuer_and_serial_number(input.certificate));
        signer_head.extend(&digest);
        let mut certificates = input.certificates.to_vec();
        certificates.sort();
        certificates.dedup();
        Ok(Self {
            signed_attrs,
            content_type: oid(&ID_SIGNED_DATA),
            signed_data_head,
            econtent_type: oid(&ID_CT_TST_INFO),
            certificates: set_of(tag::context_constructed(0), certificates),
            signer_head,
            signature_algorithm: input.signature_algorithm.to_vec(),
        })
    }

    /// What is signed: the attributes as DER SET OF, tag 31, around the digest of the content.
    ///
    /// # Errors
    ///
    /// [`TemplateError::DigestLength`].
    pub fn signed_attrs(&self, message_digest: &[u8]) -> Result<Vec<u8>, TemplateError> {
        Ok(self.signed_attrs.with_digest(message_digest)?)
    }

    /// The token: one allocation, then copies. `signed_attrs` is what [`Self::signed_attrs`]
    /// returned for `tst_info`'s digest.
    #[must_use]
    pub fn assemble(
        &self,
        tst_info: &[u8],
        signed_attrs: &[u8],
        signature: &[u8],
        with_certificates: bool,
    ) -> Vec<u8> {
        let certificates: &[u8] = if with_certificates {
            &self.certificates
        } else {
            &[]
        };
        let lengths = Lengths::new(self, tst_info, signed_attrs, signature, certificates);
        let explicit_0 = tag::context_constructed(0);
        let mut out = Vec::with_capacity(lengths.total);
        push_header(&mut out, tag::SEQUENCE, lengths.content_info);
        out.extend_from_slice(&self.content_type);
        push_header(&mut out, explicit_0, tlv_len(lengths.signed_data));
        push_header(&mut out, tag::SEQUENCE, lengths.signed_data);
        out.extend_from_slice(&self.signed_data_head);
        push_header(&mut out, tag::SEQUENCE, lengths.encapsulated);
        out.extend_from_slice(&self.econtent_type);
        push_header(&mut out, explicit_0, tlv_len(tst_info.len()));
        push(&mut out, tag::OCTET_STRING, tst_info);
        out.extend_from_slice(certificates);
        push_header(&mut out, tag::SET, tlv_len(lengths.signer_info));
        push_header(&mut out, tag::SEQUENCE, lengths.signer_info);
        out.extend_from_slice(&self.signer_head);
        // [0] IMPLICIT in place of the SET's own tag.
        out.push(explicit_0);
        out.extend_from_slice(signed_attrs.get(1..).unwrap_or_default());
        out.extend_from_slice(&self.signature_algorithm);
        push(&mut out, tag::OCTET_STRING, signature);
        out
    }
}

/// Content lengths, from the inside out.
struct Lengths {
    signer_info: usize,
    encapsulated: usize,
    signed_data: usize,
    content_info: usize,
    total: usize,
}

impl Lengths {
    fn new(
        template: &SignedDataTemplate,
        tst_info: &[u8],
        signed_attrs: &[u8],
        signature: &[u8],
        certificates: &[u8],
    ) -> Self {
        let signer_info = template.signer_head.len()
            + signed_attrs.len()
            + template.signature_algorithm.len()
            + tlv_len(signature.len());
        let encapsulated = template.econtent_type.len() + tlv_len(tlv_len(tst_info.len()));
        let signed_data = template.signed_data_head.len()
            + tlv_len(encapsulated)
            + certificates.len()
            + tlv_len(tlv_len(signer_info));
        let content_info = template.content_type.len() + tlv_len(tlv_len(signed_data));
        Self {
            signer_info,
            encapsulated,
            signed_data,
            content_info,
            total: tlv_len(content_info),
        }
    }
}
