//! Each test breaks one rule of a chain that is otherwise right.

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::x509::build::assemble_certificate;
use meridian_wire::x509::name::DistinguishedName;

use super::*;
use crate::deterministic::{DeterministicEd25519, DeterministicP384Signer};
use crate::software::{KeyKind, SoftwareSigner, generate};

/// 2026-03-01T12:00:00Z, and the dates of every certificate here: 2026-01-01 to 2026-12-31.
const NOON: UnixMicros = UnixMicros::new(1_772_366_400_000_000);
const NOT_BEFORE: UnixMicros = UnixMicros::new(1_767_225_600_000_000);
const NOT_AFTER: UnixMicros = UnixMicros::new(1_798_761_599_000_000);

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    let mut out = match length {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    out.extend(content);
    out
}

fn extension(oid: ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    tlv(
        0x30,
        &[&tlv(6, &[oid.as_bytes()]), critical, &tlv(4, &[value])],
    )
}

fn purposes(critical: bool, purposes: &[ObjectIdentifier]) -> Vec<u8> {
    let purposes: Vec<Vec<u8>> = purposes.iter().map(|p| tlv(6, &[p.as_bytes()])).collect();
    let value = tlv(0x30, &[&purposes.concat()]);
    extension(oid::EXTENDED_KEY_USAGE, critical, &value)
}

/// keyUsage with the given first octet of bits.
fn key_usage(bits: u8) -> Vec<u8> {
    extension(oid::KEY_USAGE, true, &[3, 2, 0, bits])
}

fn ca(path_len: Option<u8>) -> Vec<u8> {
    let path_len = path_len.map_or_else(Vec::new, |n| vec![2, 1, n]);
    let value = tlv(0x30, &[&[1, 1, 0xff], &path_len]);
    extension(oid::BASIC_CONSTRAINTS, true, &value)
}

const DIGITAL_SIGNATURE: u8 = 0x80;
const NON_REPUDIATION: u8 = 0x40;
const KEY_ENCIPHERMENT: u8 = 0x20;
const KEY_CERT_SIGN: u8 = 0x04;

/// One party: its name and key.
struct Party {
    name: Vec<u8>,
    signer: Arc<dyn Signer>,
}

fn party(name: &str, scalar: u8) -> Party {
    Party {
        name: DistinguishedName::new(name).unwrap().to_der(),
        signer: Arc::new(DeterministicP384Signer::from_scalar(&[scalar; 48]).unwrap()),
    }
}

fn issue(subject: &Party, issuer: &Party, extensions: &[Vec<u8>]) -> CertificateView {
    issue_at(
        subject,
        issuer,
        extensions,
        ("260101000000Z", "261231235959Z"),
    )
}

fn issue_at(
    subject: &Party,
    issuer: &Party,
    extensions: &[Vec<u8>],
    (from, to): (&str, &str),
) -> CertificateView {
    let algorithm = issuer.signer.algorithm().algorithm_identifier();
    let dates = [tlv(0x17, &[from.as_bytes()]), tlv(0x17, &[to.as_bytes()])];
    let tbs = tlv(
        0x30,
        &[
            &[0xa0, 3, 2, 1, 2, 2, 1, 9],
            algorithm,
            &issuer.name,
            &tlv(0x30, &[&dates.concat()]),
            &subject.name,
            subject.signer.public_key(),
            &tlv(0xa3, &[&tlv(0x30, &[&extensions.concat()])]),
        ],
    );
    let signature = issuer.signer.sign(&tbs).unwrap();
    CertificateView::from_der(&assemble_certificate(&tbs, algorithm, &signature)).unwrap()
}

/// Root, intermediate and TSU, with what their certificates say.
struct World {
    root: Party,
    intermediate: Party,
    tsu: Party,
    root_says: Vec<Vec<u8>>,
    intermediate_says: Vec<Vec<u8>>,
    tsu_says: Vec<Vec<u8>>,
}

fn world() -> World {
    World {
        root: party("Root", 1),
        intermediate: party("Intermediate", 2),
        tsu: party("TSU", 3),
        root_says: vec![ca(Some(1)), key_usage(KEY_CERT_SIGN)],
        intermediate_says: vec![ca(Some(0)), key_usage(KEY_CERT_SIGN)],
        tsu_says: vec![
            key_usage(DIGITAL_SIGNATURE),
            purposes(true, &[KP_TIME_STAMPING]),
        ],
    }
}

impl World {
    fn chain(&self) -> Vec<CertificateView> {
        vec![
            issue(&self.tsu, &self.intermediate, &self.tsu_says),
            issue(&self.intermediate, &self.root, &self.intermediate_says),
            issue(&self.root, &self.root, &self.root_says),
        ]
    }

    fn prove(&self) -> Result<AuthorityIdentity, IdentityError> {
        self.prove_chain(self.chain())
    }

    fn prove_chain(&self, chain: Vec<CertificateView>) -> Result<AuthorityIdentity, IdentityError> {
        AuthorityIdentity::prove(chain, Arc::clone(&self.tsu.signer), NOON)
    }
}

fn tsu_says(says: &[Vec<u8>]) -> Result<AuthorityIdentity, IdentityError> {
    let mut world = world();
    world.tsu_says = says.to_vec();
    world.prove()
}

fn subject(name: &str) -> String {
    format!("CN={name}")
}

/// S43.
#[test]
fn proves_a_chain_that_is_right_and_says_when_it_is() {
    let identity = world().prove().unwrap();
    assert_eq!(identity.chain().len(), 3);
    assert_eq!(identity.certificate().subject_text(), subject("TSU"));
    assert_eq!(*identity.validity(), NOT_BEFORE..=NOT_AFTER);
}

#[test]
fn the_validity_is_that_of_the_shortest_certificate() {
    let world = world();
    let mut chain = world.chain();
    let dates = ("260201000000Z", "260401000000Z");
    chain[1] = issue_at(
        &world.intermediate,
        &world.root,
        &world.intermediate_says,
        dates,
    );
    let identity = world.prove_chain(chain.clone()).unwrap();
    assert_eq!(identity.validity().start(), &chain[1].not_before());
    assert_eq!(identity.validity().end(), &chain[1].not_after());
}

#[test]
fn accepts_non_repudiation_and_an_absent_key_usage() {
    let time_stamping = purposes(true, &[KP_TIME_STAMPING]);
    for usage in [NON_REPUDIATION, DIGITAL_SIGNATURE | NON_REPUDIATION] {
        assert!(tsu_says(&[key_usage(usage), time_stamping.clone()]).is_ok());
    }
    assert!(tsu_says(&[time_stamping]).is_ok());
}

/// S8: one extendedKeyUsage, critical, timeStamping alone.
#[test]
fn rejects_a_certificate_that_is_not_for_time_stamping_alone_and_critical() {
    let usage = key_usage(DIGITAL_SIGNATURE);
    let subject = subject("TSU");
    let refused = |purposes: &[Vec<u8>]| {
        let says = [std::slice::from_ref(&usage), purposes].concat();
        tsu_says(&says).unwrap_err()
    };
    let not_for = IdentityError::NotForTimeStamping {
        subject: subject.clone(),
    };
    assert_eq!(refused(&[]), not_for);
    assert_eq!(refused(&[purposes(true, &[oid::KP_OCSP_SIGNING])]), not_for);
    assert_eq!(refused(&[purposes(true, &[oid::KP_ANY])]), not_for);
    assert_eq!(
        refused(&[purposes(false, &[KP_TIME_STAMPING])]),
        IdentityError::PurposeNotCritical {
            subject: subject.clone()
        }
    );
    assert_eq!(
        refused(&[purposes(true, &[KP_TIME_STAMPING, oid::KP_OCSP_SIGNING])]),
        IdentityError::OtherPurposes { subject, count: 1 }
    );
}

#[test]
fn rejects_a_ca_and_a_key_usage_beyond_signatures() {
    let time_stamping = purposes(true, &[KP_TIME_STAMPING]);
    let subject = subject("TSU");
    assert_eq!(
        tsu_says(&[ca(None), time_stamping.clone()]).unwrap_err(),
        IdentityError::IsCa {
            subject: subject.clone()
        }
    );
    for bits in [0, KEY_CERT_SIGN, DIGITAL_SIGNATURE | KEY_ENCIPHERMENT] {
        assert_eq!(
            tsu_says(&[key_usage(bits), time_stamping.clone()]).unwrap_err(),
            IdentityError::KeyUsage {
                subject: subject.clone()
            }
        );
    }
}

#[test]
fn rejects_an_unknown_critical_extension() {
    let mut says = world().tsu_says;
    says.push(extension(oid::LOCATION_CLAIM, true, &[5, 0]));
    let error = tsu_says(&says).unwrap_err();
    let expected = RawOid::new(oid::LOCATION_CLAIM.as_bytes()).unwrap();
    assert!(matches!(error, IdentityError::UnknownCritical { oid, .. } if oid == expected));
}

#[test]
fn rejects_the_key_of_another_certificate() {
    let mut world = world();
    let chain = world.chain();
    world.tsu.signer = party("TSU", 4).signer;
    let other_curve = generate(KeyKind::EcdsaP256).unwrap();
    let expected = IdentityError::OtherKey {
        subject: subject("TSU"),
    };
    assert_eq!(world.prove_chain(chain.clone()).unwrap_err(), expected);
    world.tsu.signer = Arc::new(SoftwareSigner::from_pkcs8_der(&other_curve).unwrap());
    assert_eq!(world.prove_chain(chain).unwrap_err(), expected);
}

#[test]
fn rejects_an_ed25519_key() {
    let mut world = world();
    let chain = world.chain();
    world.tsu.signer = Arc::new(DeterministicEd25519::from_seed(&[1; 32]).unwrap());
    assert_eq!(
        world.prove_chain(chain).unwrap_err(),
        IdentityError::Ed25519
    );
}

/// A device that names the right key and signs with something else, or not at all.
#[derive(Debug)]
struct BadDevice {
    names: Arc<dyn Signer>,
    signature: Result<Vec<u8>, SignError>,
}

impl Signer for BadDevice {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.signature.clone()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.names.algorithm()
    }

    fn public_key(&self) -> &[u8] {
        self.names.public_key()
    }
}

#[test]
fn rejects_a_signer_that_names_the_key_and_cannot_use_it() {
    let right = world();
    for (signature, expected) in [
        (Ok(vec![0x30, 0]), IdentityError::ProbeNotVerified),
        (
            Err(SignError::Unavailable),
            IdentityError::ProbeNotSigned(SignError::Unavailable),
        ),
    ] {
        let device = BadDevice {
            names: Arc::clone(&right.tsu.signer),
            signature,
        };
        let identity = AuthorityIdentity::prove(right.chain(), Arc::new(device), NOON);
        assert_eq!(identity.unwrap_err(), expected);
    }
}

#[test]
fn rejects_certificates_outside_their_dates_equality_accepted() {
    let world = world();
    let at = |at| AuthorityIdentity::prove(world.chain(), Arc::clone(&world.tsu.signer), at);
    assert!(at(NOT_BEFORE).is_ok());
    assert!(at(NOT_AFTER).is_ok());
    assert_eq!(
        at(UnixMicros::new(NOT_BEFORE.get() - 1)).unwrap_err(),
        IdentityError::NotYetValid {
            subject: subject("TSU"),
            not_before: NOT_BEFORE
        }
    );
    assert_eq!(
        at(UnixMicros::new(NOT_AFTER.get() + 1)).unwrap_err(),
        IdentityError::Expired {
            subject: subject("TSU"),
            not_after: NOT_AFTER
        }
    );
    let mut chain = world.chain();
    let dates = ("250101000000Z", "260101000000Z");
    chain[2] = issue_at(&world.root, &world.root, &world.root_says, dates);
    let error = world.prove_chain(chain).unwrap_err();
    assert!(matches!(error, IdentityError::Expired { subject: s, .. } if s == subject("Root")));
}

#[test]
fn rejects_a_chain_with_a_gap_in_the_wrong_order_or_without_its_root() {
    let world = world();
    assert_eq!(
        world.prove_chain(vec![]).unwrap_err(),
        IdentityError::NoCertificate
    );
    let mut swapped = world.chain();
    swapped.swap(1, 2);
    assert_eq!(
        world.prove_chain(swapped).unwrap_err(),
        IdentityError::NotTheIssuer {
            subject: subject("TSU"),
            issuer: subject("Intermediate"),
            found: subject("Root")
        }
    );
    let mut cut = world.chain();
    cut.pop();
    assert_eq!(
        world.prove_chain(cut).unwrap_err(),
        IdentityError::Incomplete {
            subject: subject("Intermediate"),
            issuer: subject("Root")
        }
    );
    let long = vec![world.chain()[0].clone(); MAX_CERTIFICATES + 1];
    assert!(matches!(
        world.prove_chain(long).unwrap_err(),
        IdentityError::ChainTooLong { count: 65 }
    ));
}

#[test]
fn rejects_a_signature_of_another_key_with_the_issuers_name() {
    let world = world();
    let impostor = party("Intermediate", 9);
    let mut chain = world.chain();
    chain[0] = issue(&world.tsu, &impostor, &world.tsu_says);
    assert_eq!(
        world.prove_chain(chain).unwrap_err(),
        IdentityError::BadSignature {
            subject: subject("TSU"),
            issuer: subject("Intermediate")
        }
    );
    // The root's own signature counts too.
    let mut chain = world.chain();
    let root_with_another_key = Party {
        name: world.root.name.clone(),
        signer: impostor.signer,
    };
    chain[2] = issue(&world.root, &root_with_another_key, &world.root_says);
    assert_eq!(
        world.prove_chain(chain).unwrap_err(),
        IdentityError::BadSignature {
            subject: subject("Root"),
            issuer: subject("Root")
        }
    );
}

#[test]
fn rejects_an_issuer_that_may_not_issue() {
    let rule = |says: Vec<Vec<u8>>| {
        let mut world = world();
        world.intermediate_says = says;
        match world.prove().unwrap_err() {
            IdentityError::MayNotIssue { issuer, rule } => {
                assert_eq!(issuer, subject("Intermediate"));
                rule
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(rule(vec![]), IssuingRule::NotACa);
    assert_eq!(
        rule(vec![ca(None), key_usage(DIGITAL_SIGNATURE)]),
        IssuingRule::NoKeyCertSign
    );
    assert_eq!(
        rule(vec![ca(None), purposes(false, &[oid::KP_OCSP_SIGNING])]),
        IssuingRule::Purpose
    );
    let mut short = world();
    short.root_says = vec![ca(Some(0)), key_usage(KEY_CERT_SIGN)];
    assert_eq!(
        short.prove().unwrap_err(),
        IdentityError::MayNotIssue {
            issuer: subject("Root"),
            rule: IssuingRule::PathLength
        }
    );
}

#[test]
fn every_error_says_what_to_do() {
    let error = world().prove_chain(vec![]).unwrap_err();
    assert!(error.to_string().contains("; put the TSU's certificate"));
    let error = tsu_says(&[]).unwrap_err();
    assert!(error.to_string().contains("'CN=TSU'"), "{error}");
}
