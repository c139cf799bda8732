use super::*;
use crate::oid::{ECDSA_SHA_384, RawOid};
use crate::x509::certificate::CertificateView;
use crate::x509::name::DistinguishedName;
use der::{Decode, Encode};

fn at(text: &str) -> UnixMicros {
    UnixMicros::parse_rfc3339(text).unwrap()
}

struct Material {
    serial: SerialNumber,
    algorithm: Vec<u8>,
    subject: Vec<u8>,
    spki: Vec<u8>,
}

impl Material {
    fn new() -> Self {
        let vectors = meridian_rfc_vectors::vector::load("openssl-ts").unwrap();
        let tsa = vectors.iter().find(|vector| vector.name == "tsa.cer");
        let tsa = CertificateView::from_der(tsa.unwrap().body.octets().unwrap()).unwrap();
        Self {
            serial: SerialNumber::from_u64(0x8000_0000_0000_0001).unwrap(),
            algorithm: tlv(tag::SEQUENCE, &[&oid(&ECDSA_SHA_384)]),
            subject: DistinguishedName::new("Unit 1").unwrap().to_der(),
            spki: tsa.spki().to_vec(),
        }
    }

    fn input(&self, from: &str, to: &str) -> TbsInput<'_> {
        TbsInput::new(
            &self.serial,
            &self.algorithm,
            (at(from), at(to)),
            &self.subject,
            &self.spki,
        )
    }

    fn certificate(&self, tbs: &[u8]) -> CertificateView {
        let der = assemble_certificate(tbs, &self.algorithm, &[7; 90]);
        // A second decoder reads the same octets.
        let other = x509_cert::Certificate::from_der(&der).unwrap();
        assert_eq!(other.to_der().unwrap(), der);
        CertificateView::from_der(&der).unwrap()
    }
}

#[test]
fn a_unit_certificate_can_only_stamp() {
    let material = Material::new();
    let input = material.input("2026-03-01T12:00:00Z", "2031-03-01T12:00:00Z");
    let root = DistinguishedName::new("Root").unwrap().to_der();
    let tbs = tsu_tbs(&input, &Issuer::new(&root, &[5; 20])).unwrap();
    let view = material.certificate(&tbs);
    assert_eq!(view.tbs(), tbs);
    assert_eq!(view.signature(), [7; 90]);
    assert_eq!(view.issuer(), root);
    assert_eq!(view.subject(), material.subject);
    let (critical, purposes) = view.extended_key_usage().unwrap();
    assert!(critical);
    assert_eq!(purposes, [RawOid::from(&KP_TIME_STAMPING)]);
    let usage = view.key_usage().unwrap();
    assert!(usage.critical() && usage.only_signatures() && !usage.content_commitment());
    let constraints = view.basic_constraints().unwrap();
    assert!(constraints.critical && !constraints.ca);
    assert_eq!(view.authority_key_identifier(), Some(&[5; 20][..]));
    let identifier = key_identifier(&material.spki).unwrap();
    assert_eq!(view.subject_key_identifier(), Some(&identifier[..]));
    assert_eq!(identifier.len(), 20);
    // Above 2^63: a zero octet keeps it positive.
    assert_eq!(view.serial(), [0, 0x80, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn a_root_can_only_certify() {
    let material = Material::new();
    let input = material.input("2026-03-01T12:00:00Z", "2036-03-01T12:00:00Z");
    let view = material.certificate(&root_tbs(&input).unwrap());
    assert_eq!(view.issuer(), view.subject());
    let constraints = view.basic_constraints().unwrap();
    assert!(constraints.critical && constraints.ca);
    assert_eq!(constraints.path_len, Some(0));
    let usage = view.key_usage().unwrap();
    assert!(usage.critical() && usage.key_cert_sign() && usage.crl_sign());
    assert!(!usage.digital_signature());
    assert!(view.extended_key_usage().is_none());
    assert!(view.subject_key_identifier().is_some());
}

#[test]
fn dates_change_form_in_2050() {
    let material = Material::new();
    for (from, to, forms) in [
        ("2026-03-01T12:00:00Z", "2049-12-31T23:59:59Z", [0x17, 0x17]),
        ("2026-03-01T12:00:00Z", "2050-01-01T00:00:00Z", [0x17, 0x18]),
        ("1950-01-01T00:00:00Z", "9999-12-31T23:59:59Z", [0x17, 0x18]),
        ("1949-12-31T23:59:59Z", "2000-01-01T00:00:00Z", [0x18, 0x17]),
    ] {
        let tbs = root_tbs(&material.input(from, to)).unwrap();
        let mut walk = crate::der_walk::Tlv::only(&tbs, tag::SEQUENCE)
            .unwrap()
            .walk();
        let validity = std::iter::from_fn(|| walk.next().ok()).nth(4).unwrap();
        let mut dates = validity.walk();
        assert_eq!([(); 2].map(|()| dates.next().unwrap().tag), forms);
        // x509-cert refuses dates before 1970, so it is not asked here.
        let der = assemble_certificate(&tbs, &material.algorithm, &[7; 90]);
        let view = CertificateView::from_der(&der).unwrap();
        assert_eq!((view.not_before(), view.not_after()), (at(from), at(to)));
    }
}

#[test]
fn refuses_what_a_certificate_cannot_say() {
    let mut material = Material::new();
    let backwards = material.input("2026-03-01T12:00:00Z", "2026-02-01T12:00:00Z");
    assert_eq!(root_tbs(&backwards), Err(BuildError::EndsBeforeItBegins));
    let mut late = material.input("2026-03-01T12:00:00Z", "2027-03-01T12:00:00Z");
    late.not_after = UnixMicros::new(i64::MAX);
    assert!(matches!(root_tbs(&late), Err(BuildError::Date(_))));
    material.serial = SerialNumber::from_magnitude(&[0xff; 20]).unwrap();
    let long = material.input("2026-03-01T12:00:00Z", "2027-03-01T12:00:00Z");
    assert_eq!(root_tbs(&long), Err(BuildError::SerialTooLong));
    material.spki = vec![0x30, 0];
    let keyless = material.input("2026-03-01T12:00:00Z", "2027-03-01T12:00:00Z");
    assert!(matches!(root_tbs(&keyless), Err(BuildError::Spki(_))));
}
