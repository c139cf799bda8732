use super::*;
use crate::der_write::{oid, push, tlv};
use crate::oid::{
    BASIC_CONSTRAINTS, ECDSA_SHA_384, ED25519, EXTENDED_KEY_USAGE, KEY_USAGE, KP_TIME_STAMPING,
};
use proptest::prelude::*;

fn vector(name: &str) -> Vec<u8> {
    let vectors = meridian_rfc_vectors::vector::load("openssl-ts").unwrap();
    let vector = vectors.into_iter().find(|vector| vector.name == name);
    vector.unwrap().body.octets().unwrap().to_vec()
}

/// A certificate out of parts that can be broken one by one.
struct Parts {
    version: Vec<u8>,
    inner_algorithm: Vec<u8>,
    outer_algorithm: Vec<u8>,
    not_before: Vec<u8>,
    extensions: Vec<u8>,
    signature: Vec<u8>,
}

impl Parts {
    fn good() -> Self {
        let algorithm = tlv(tag::SEQUENCE, &[&oid(&ED25519)]);
        Self {
            version: vec![0xa0, 3, 2, 1, 2],
            inner_algorithm: algorithm.clone(),
            outer_algorithm: algorithm,
            not_before: tlv(tag::UTC_TIME, &[b"260301120000Z"]),
            extensions: Vec::new(),
            signature: tlv(tag::BIT_STRING, &[&[0, 7, 7]]),
        }
    }

    fn not_before(tag: u8, text: &str) -> Self {
        Self {
            not_before: tlv(tag, &[text.as_bytes()]),
            ..Self::good()
        }
    }

    fn read(&self) -> Result<CertificateView, DecodeError> {
        let not_after = tlv(tag::GENERALIZED_TIME, &[b"99991231235959Z"]);
        let spki = tlv(tag::SEQUENCE, &[&self.inner_algorithm, &[3, 2, 0, 1]]);
        let tbs = tlv(
            tag::SEQUENCE,
            &[
                &self.version,
                &[2, 1, 0xff],
                &self.inner_algorithm,
                &[0x30, 0],
                &tlv(tag::SEQUENCE, &[&self.not_before, &not_after]),
                &[0x30, 0],
                &spki,
                &self.extensions,
            ],
        );
        let whole = tlv(
            tag::SEQUENCE,
            &[&tbs, &self.outer_algorithm, &self.signature],
        );
        CertificateView::from_der(&whole)
    }

    fn refusal(&self) -> DecodeErrorKind {
        self.read().unwrap_err().kind
    }
}

#[test]
fn shows_every_field_of_an_openssl_certificate() {
    let der = vector("tsa.cer");
    let view = CertificateView::from_der(&der).unwrap();
    assert_eq!(view.as_der(), der);
    assert_eq!(view.serial(), [2]);
    assert_eq!(view.subject_text(), "CN=Vector TSA,O=Throw-away");
    assert_eq!(view.issuer_text(), "CN=Vector root,O=Throw-away");
    assert_eq!(view.not_before().to_string(), "2026-11-24T07:07:22Z");
    assert_eq!(view.not_after().to_string(), "2126-10-31T07:07:22Z");
    assert_eq!(view.signature_oid().to_oid(), Some(ECDSA_SHA_384));
    assert_eq!(view.signature_parameters(), None);
    let (critical, purposes) = view.extended_key_usage().unwrap();
    assert!(critical);
    assert_eq!(purposes, [RawOid::from(&KP_TIME_STAMPING)]);
    let constraints = view.basic_constraints().unwrap();
    assert!(!constraints.ca && !constraints.critical);
    let usage = view.key_usage().unwrap();
    assert!(usage.critical() && usage.digital_signature() && usage.only_signatures());
    let root = CertificateView::from_der(&vector("root.cer")).unwrap();
    assert_eq!(
        view.authority_key_identifier().unwrap(),
        root.subject_key_identifier().unwrap()
    );
    assert_eq!(view.issuer(), root.subject());
    let root_usage = root.key_usage().unwrap();
    assert!(root_usage.key_cert_sign() && root_usage.crl_sign() && !root_usage.only_signatures());
    assert!(root.basic_constraints().unwrap().ca);
    assert_eq!(
        view.unknown_critical(&[KEY_USAGE]),
        [&RawOid::from(&EXTENDED_KEY_USAGE)]
    );
    let known = [KEY_USAGE, EXTENDED_KEY_USAGE, BASIC_CONSTRAINTS];
    assert!(view.unknown_critical(&known).is_empty());
}

#[test]
fn agrees_with_x509_cert_about_the_parts() {
    use der::{Decode, Encode};
    for name in ["tsa.cer", "root.cer"] {
        let der = vector(name);
        let view = CertificateView::from_der(&der).unwrap();
        let other = x509_cert::Certificate::from_der(&der).unwrap();
        let tbs = &other.tbs_certificate;
        assert_eq!(view.tbs(), tbs.to_der().unwrap());
        assert_eq!(view.subject(), tbs.subject.to_der().unwrap());
        assert_eq!(view.spki(), tbs.subject_public_key_info.to_der().unwrap());
        assert_eq!(view.signature(), other.signature.raw_bytes());
        assert_eq!(
            view.signature_algorithm(),
            other.signature_algorithm.to_der().unwrap()
        );
        assert_eq!(
            view.extensions().len(),
            tbs.extensions.as_ref().unwrap().len()
        );
    }
}

#[test]
fn reads_what_is_odd_but_in_form() {
    let view = Parts::good().read().unwrap();
    assert_eq!(view.serial(), [0xff]);
    assert_eq!(view.not_after().to_string(), "9999-12-31T23:59:59Z");
    assert!(view.extensions().is_empty());
    let v1 = Parts {
        version: Vec::new(),
        ..Parts::good()
    };
    assert!(v1.read().is_ok());
}

#[test]
fn two_digit_years_belong_to_1950_to_2049() {
    for (year, full) in [
        ("49", "2049"),
        ("50", "1950"),
        ("99", "1999"),
        ("00", "2000"),
    ] {
        let parts = Parts::not_before(tag::UTC_TIME, &format!("{year}0101000000Z"));
        let view = parts.read().unwrap();
        assert!(view.not_before().to_string().starts_with(full));
    }
}

#[test]
fn refuses_times_in_other_forms() {
    for (tag, text) in [
        (tag::UTC_TIME, "2603011200Z"),
        (tag::UTC_TIME, "260301120000+0100"),
        (tag::UTC_TIME, "260229120000Z"),
        (tag::UTC_TIME, "26030112000 Z"),
        (tag::UTC_TIME, "+60301120000Z"),
        (tag::UTC_TIME, "2603011200000"),
        (tag::GENERALIZED_TIME, "20260301120000.5Z"),
        (tag::GENERALIZED_TIME, "260301120000Z"),
        (tag::OCTET_STRING, "260301120000Z"),
        (tag::UTC_TIME, "2603011200\u{e9}Z"),
    ] {
        let kind = Parts::not_before(tag, text).refusal();
        assert_eq!(kind, DecodeErrorKind::TimeMalformed, "{text}");
    }
}

#[test]
fn refuses_two_different_signature_algorithms() {
    let parts = Parts {
        outer_algorithm: tlv(tag::SEQUENCE, &[&oid(&ECDSA_SHA_384)]),
        ..Parts::good()
    };
    let structure = "signatureAlgorithm";
    assert_eq!(parts.refusal(), DecodeErrorKind::Malformed { structure });
}

#[test]
fn refuses_the_same_extension_twice() {
    let one = tlv(tag::SEQUENCE, &[&oid(&ED25519), &[4, 0]]);
    let list = tlv(tag::SEQUENCE, &[&one, &one]);
    let mut extensions = Vec::new();
    push(&mut extensions, 0xa3, &list);
    let parts = Parts {
        extensions,
        ..Parts::good()
    };
    let field = "second extension of the same type";
    assert_eq!(parts.refusal(), DecodeErrorKind::Forbidden { field });
}

#[test]
fn refuses_a_signature_that_is_not_whole_octets() {
    for content in [&[][..], &[1, 2], &[8]] {
        let parts = Parts {
            signature: tlv(tag::BIT_STRING, &[content]),
            ..Parts::good()
        };
        assert_eq!(parts.refusal(), DecodeErrorKind::BitStringNotDer);
    }
}

#[test]
fn refuses_a_cut_or_longer_certificate() {
    let mut der = vector("tsa.cer");
    for end in 0..der.len() {
        assert!(CertificateView::from_der(&der[..end]).is_err());
    }
    der.push(0);
    let kind = CertificateView::from_der(&der).unwrap_err().kind;
    assert_eq!(kind, DecodeErrorKind::TrailingBytes { count: 1 });
    let kind = CertificateView::from_der(&[0x30; 70_000]).unwrap_err().kind;
    assert!(matches!(
        kind,
        DecodeErrorKind::LimitExceeded {
            what: "certificate",
            ..
        }
    ));
}

proptest! {
    #[test]
    fn a_changed_octet_never_panics(at in 0_usize..500, with in 1_u8..) {
        let mut der = vector("tsa.cer");
        let at = at % der.len();
        der[at] ^= with;
        if let Ok(view) = CertificateView::from_der(&der) {
            prop_assert_eq!(view.as_der(), der);
            let _ = (view.subject_text(), view.subject_alt_names());
        }
    }
}
