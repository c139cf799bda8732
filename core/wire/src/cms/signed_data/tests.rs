//! Tokens read back by the cms crate, which shares no line with the builder.

use super::*;
use crate::oid::ObjectIdentifier;
use crate::oid::{
    CMS_ALGORITHM_PROTECTION, CONTENT_TYPE, ECDSA_SHA_384, MESSAGE_DIGEST, SIGNING_CERTIFICATE_V2,
};
use ::cms::content_info::ContentInfo;
use ::cms::signed_data::{SignedData, SignerIdentifier};
use der::{Decode, Encode};
use sha2::{Digest, Sha256};

fn vector(name: &str) -> Vec<u8> {
    let vectors = meridian_rfc_vectors::vector::load("openssl-ts").unwrap();
    let vector = vectors.into_iter().find(|vector| vector.name == name);
    vector.unwrap().body.octets().unwrap().to_vec()
}

/// The certificate of the time-stamping unit and its root.
fn chain() -> (CertificateView, Vec<Vec<u8>>) {
    let tsa = vector("tsa.cer");
    let view = CertificateView::from_der(&tsa).unwrap();
    (view, vec![tsa, vector("root.cer")])
}

fn algorithm() -> Vec<u8> {
    tlv(tag::SEQUENCE, &[&oid(&ECDSA_SHA_384)])
}

fn template() -> SignedDataTemplate {
    let (certificate, chain) = chain();
    let hash = Sha256::digest(certificate.as_der()).into();
    let algorithm = algorithm();
    let digest = HashAlgorithm::Sha384;
    let input = TemplateInput::new(digest, &algorithm, &certificate, &hash, &chain);
    SignedDataTemplate::new(&input).unwrap()
}

fn signed_data(token: &[u8]) -> SignedData {
    let content = ContentInfo::from_der(token).unwrap();
    assert_eq!(content.content_type, ID_SIGNED_DATA);
    assert_eq!(content.to_der().unwrap(), token, "is DER");
    content.content.decode_as().unwrap()
}

#[test]
fn another_decoder_reads_every_field() {
    let template = template();
    let attrs = template.signed_attrs(&[0xab; 48]).unwrap();
    let token = template.assemble(b"\x30\x03\x02\x01\x01", &attrs, &[9; 200], true);
    let signed = signed_data(&token);
    assert_eq!(signed.version, ::cms::content_info::CmsVersion::V3);
    assert_eq!(signed.digest_algorithms.len(), 1);
    assert_eq!(signed.encap_content_info.econtent_type, ID_CT_TST_INFO);
    let content = signed.encap_content_info.econtent.unwrap();
    assert_eq!(content.value(), b"\x30\x03\x02\x01\x01");
    assert_eq!(signed.certificates.unwrap().0.len(), 2);
    let [signer] = signed.signer_infos.0.as_slice() else {
        panic!("one signer");
    };
    assert_eq!(signer.version, ::cms::content_info::CmsVersion::V1);
    let SignerIdentifier::IssuerAndSerialNumber(sid) = &signer.sid else {
        panic!("issuerAndSerialNumber");
    };
    let (certificate, _) = chain();
    assert_eq!(sid.issuer.to_der().unwrap(), certificate.issuer());
    assert_eq!(sid.serial_number.as_bytes(), certificate.serial());
    assert_eq!(signer.digest_alg.oid, HashAlgorithm::Sha384.oid());
    assert_eq!(signer.signature_algorithm.to_der().unwrap(), algorithm());
    assert_eq!(signer.signature.as_bytes(), [9; 200]);
    assert!(signer.unsigned_attrs.is_none());
}

#[test]
fn signs_the_four_attributes_in_der_order() {
    let attrs = template().signed_attrs(&[0xab; 48]).unwrap();
    let mut walk = Tlv::only(&attrs, tag::SET).unwrap().walk();
    let mut all = Vec::new();
    while !walk.is_empty() {
        all.push(walk.next().unwrap());
    }
    assert!(all.is_sorted_by(|one, two| one.whole < two.whole));
    let mut types: Vec<_> = all
        .iter()
        .map(|attribute| attribute.walk().next().unwrap().content)
        .collect();
    types.sort_unstable();
    let mut expected = [
        CONTENT_TYPE,
        MESSAGE_DIGEST,
        CMS_ALGORITHM_PROTECTION,
        SIGNING_CERTIFICATE_V2,
    ];
    expected.sort_unstable_by(|one, two| one.as_bytes().cmp(two.as_bytes()));
    assert_eq!(types, expected.each_ref().map(ObjectIdentifier::as_bytes));
    let digest = tlv(tag::OCTET_STRING, &[&[0xab; 48]]);
    assert!(attrs.windows(50).any(|window| window == digest));
}

#[test]
fn only_the_digest_changes_between_tokens() {
    let template = template();
    let one = template.signed_attrs(&[0xab; 48]).unwrap();
    let two = template.signed_attrs(&[0xcd; 48]).unwrap();
    let changed = one.iter().zip(&two).filter(|(one, two)| one != two);
    assert_eq!(changed.count(), 48);
}

#[test]
fn protects_the_algorithms_of_the_signer_info() {
    let attrs = template().signed_attrs(&[0; 48]).unwrap();
    // SEQUENCE { digestAlgorithm, [1] IMPLICIT signatureAlgorithm }, RFC 6211 2.
    let digest = tlv(tag::SEQUENCE, &[&oid(&HashAlgorithm::Sha384.oid())]);
    let signature = tlv(0xa1, &[&oid(&ECDSA_SHA_384)]);
    let value = tlv(tag::SEQUENCE, &[&digest, &signature]);
    assert!(attrs.windows(value.len()).any(|window| window == value));
}

#[test]
fn leaves_certificates_out_when_not_asked() {
    let template = template();
    let attrs = template.signed_attrs(&[0; 48]).unwrap();
    let token = template.assemble(&[0x30, 0], &attrs, &[1], false);
    assert!(signed_data(&token).certificates.is_none());
}

#[test]
fn allocates_once_for_any_size() {
    let template = template();
    let attrs = template.signed_attrs(&[0; 48]).unwrap();
    for size in [0, 1, 120, 127, 128, 255, 256, 5_000, 70_000] {
        for certificates in [false, true] {
            let content = vec![7; size];
            let token = template.assemble(&content, &attrs, &vec![1; size / 3], certificates);
            assert_eq!(token.len(), token.capacity());
            signed_data(&token);
        }
    }
}

#[test]
fn names_the_signer_as_openssl_does() {
    let (certificate, _) = chain();
    let sid = ess::issuer_and_serial_number(&certificate);
    let reply = vector("sha256-nonce-cert.tsr");
    assert!(reply.windows(sid.len()).any(|window| window == sid));
}

#[test]
fn omits_the_ess_hash_algorithm_only_for_sha_256() {
    let (certificate, _) = chain();
    let short = ess::signing_certificate_v2(&certificate, HashAlgorithm::Sha256, &[1; 32]);
    let long = ess::signing_certificate_v2(&certificate, HashAlgorithm::Sha512, &[1; 64]);
    let sha_512 = tlv(tag::SEQUENCE, &[&oid(&HashAlgorithm::Sha512.oid())]);
    let id = |value: &[u8]| {
        let certs = Tlv::only(value, tag::SEQUENCE)
            .unwrap()
            .walk()
            .next()
            .unwrap();
        let mut fields = certs.walk().next().unwrap().walk();
        fields.next().unwrap().whole.to_vec()
    };
    assert_eq!(id(&short), tlv(tag::OCTET_STRING, &[&[1; 32]]));
    assert_eq!(id(&long), sha_512);
}

#[test]
fn refuses_constants_that_do_not_fit() {
    let (certificate, chain) = chain();
    let (hash, algorithm) = ([1; 32], algorithm());
    let digest = HashAlgorithm::Sha384;
    let good = TemplateInput::new(digest, &algorithm, &certificate, &hash, &chain);
    assert!(SignedDataTemplate::new(&good).is_ok());

    let short = good.with_ess_hash(HashAlgorithm::Sha512, &hash);
    let refusal = SignedDataTemplate::new(&short).unwrap_err();
    assert!(matches!(refusal, TemplateError::DigestLength(_)));

    let without_signer = TemplateInput::new(digest, &algorithm, &certificate, &hash, &chain[1..]);
    let refusal = SignedDataTemplate::new(&without_signer).unwrap_err();
    assert_eq!(refusal, TemplateError::SignerNotSent);

    let broken = TemplateInput::new(digest, &[0x30, 1], &certificate, &hash, &chain);
    let refusal = SignedDataTemplate::new(&broken).unwrap_err();
    assert!(matches!(refusal, TemplateError::NotDer(_)));

    let refusal = template().signed_attrs(&[0; 32]).unwrap_err();
    assert!(matches!(refusal, TemplateError::DigestLength(_)));
}
