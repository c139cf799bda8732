//! An authority whose keys everybody knows: it signs what the fuzzer writes, so that what stands
//! behind a signature is reached.

use std::sync::OnceLock;

use ed25519_dalek::{Signer, SigningKey};
use meridian_verify::artifact::Artifact;
use meridian_verify::input::recognise;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::verify::verify_timestamp;
use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::der_form::{element, set_of};
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;

/// genTime of every token, as it is written; its accuracy is a second.
pub(crate) const GEN_TIME: &str = "20260615120000Z";

/// 2027-01-01.
const AT: UnixMicros = UnixMicros::new(1_798_761_600_000_000);

/// SHA-256 of nothing, which is what was stamped.
const EMPTY: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// Names and keys: the root's, those between, the unit's.
pub(crate) const ROOT: u8 = 1;
pub(crate) const CA: u8 = 2;
pub(crate) const UNIT: u8 = 3;

pub(crate) fn sequence(members: &[Vec<u8>]) -> Vec<u8> {
    element(&[0x30], &members.concat())
}

fn object(oid: &ObjectIdentifier) -> Vec<u8> {
    element(&[0x06], oid.as_bytes())
}

fn algorithm(oid: &ObjectIdentifier) -> Vec<u8> {
    sequence(&[object(oid)])
}

fn bits(content: &[u8]) -> Vec<u8> {
    element(&[0x03], &[&[0], content].concat())
}

/// A key whose seed is its number 32 times.
fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

/// `CN=Fuzz` and the number.
pub(crate) fn name(number: u8) -> Vec<u8> {
    let text = format!("Fuzz {number}");
    let pair = sequence(&[object(&oid::COMMON_NAME), element(&[0x0c], text.as_bytes())]);
    sequence(&[set_of(vec![pair])])
}

/// What is signed, the algorithm, and the signature by the key of this number.
pub(crate) fn signed(tbs: &[u8], by: u8) -> Vec<u8> {
    let signature = bits(&key(by).sign(tbs).to_bytes());
    sequence(&[tbs.to_vec(), algorithm(&oid::ED25519), signature])
}

/// A certificate from 2026 to 2035 for the key and serial of this number. The extensions are the
/// element inside `[3]`.
pub(crate) fn certificate(
    number: u8,
    subject: &[u8],
    extensions: &[u8],
    issuer: &[u8],
    by: u8,
) -> Vec<u8> {
    let time = |text: &[u8]| element(&[0x17], text);
    let dates = sequence(&[time(b"260101000000Z"), time(b"351231235959Z")]);
    let public = bits(key(number).verifying_key().as_bytes());
    let tbs = sequence(&[
        vec![0xa0, 3, 2, 1, 2],
        element(&[0x02], &[number]),
        algorithm(&oid::ED25519),
        issuer.to_vec(),
        dates,
        subject.to_vec(),
        sequence(&[algorithm(&oid::ED25519), public]),
        element(&[0xa3], extensions),
    ]);
    signed(&tbs, by)
}

fn extension(oid: &ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    let critical = vec![0x01, 0x01, 0xff];
    sequence(&[object(oid), critical, element(&[0x04], value)])
}

/// Of a CA that may sign certificates and lists.
pub(crate) fn ca_extensions() -> Vec<u8> {
    sequence(&[
        extension(&oid::BASIC_CONSTRAINTS, &[0x30, 3, 1, 1, 0xff]),
        extension(&oid::KEY_USAGE, &[3, 2, 1, 6]),
    ])
}

/// Of a unit that stamps.
pub(crate) fn unit_extensions() -> Vec<u8> {
    let purposes = sequence(&[object(&oid::KP_TIME_STAMPING)]);
    sequence(&[extension(&oid::EXTENDED_KEY_USAGE, &purposes)])
}

/// A token by the unit that has this certificate and this issuer.
pub(crate) fn token(certificate: &[u8], issuer: &[u8], number: u8) -> Vec<u8> {
    let octets = |content: &[u8]| element(&[0x04], content);
    let digest = |algorithm: HashAlgorithm, data: &[u8]| {
        let artifact = Artifact::from_reader(algorithm, data);
        artifact
            .map(|one| one.digest().to_vec())
            .unwrap_or_default()
    };
    let attribute =
        |oid: &ObjectIdentifier, value: Vec<u8>| sequence(&[object(oid), element(&[0x31], &value)]);
    let imprint = sequence(&[algorithm(&oid::SHA_256), octets(&EMPTY)]);
    let info = sequence(&[
        vec![2, 1, 1],
        object(&oid::POLICY_COMPATIBLE),
        imprint,
        vec![2, 1, 7],
        element(&[0x18], GEN_TIME.as_bytes()),
        sequence(&[vec![2, 1, 1]]),
    ]);
    let id = sequence(&[octets(&digest(HashAlgorithm::Sha256, certificate))]);
    let attributes = set_of(vec![
        attribute(&oid::CONTENT_TYPE, object(&oid::ID_CT_TST_INFO)),
        attribute(
            &oid::MESSAGE_DIGEST,
            octets(&digest(HashAlgorithm::Sha512, &info)),
        ),
        attribute(&oid::SIGNING_CERTIFICATE_V2, sequence(&[sequence(&[id])])),
    ]);
    let behind_tag = attributes.get(1..).unwrap_or_default();
    let signer = sequence(&[
        vec![2, 1, 1],
        sequence(&[issuer.to_vec(), element(&[0x02], &[number])]),
        algorithm(&oid::SHA_512),
        [&[0xa0], behind_tag].concat(),
        algorithm(&oid::ED25519),
        octets(&key(number).sign(&attributes).to_bytes()),
    ]);
    let encapsulated = [
        object(&oid::ID_CT_TST_INFO),
        element(&[0xa0], &octets(&info)),
    ];
    let signed_data = sequence(&[
        vec![2, 1, 3],
        element(&[0x31], &algorithm(&oid::SHA_512)),
        sequence(&encapsulated),
        element(&[0xa0], certificate),
        element(&[0x31], &signer),
    ]);
    sequence(&[object(&oid::ID_SIGNED_DATA), element(&[0xa0], &signed_data)])
}

/// The root's certificate.
fn root() -> &'static [u8] {
    static CERTIFICATE: OnceLock<Vec<u8>> = OnceLock::new();
    CERTIFICATE.get_or_init(|| certificate(ROOT, &name(ROOT), &ca_extensions(), &name(ROOT), ROOT))
}

/// An honest token, and the certificate of the authority between root and unit.
pub(crate) fn honest() -> &'static (Vec<u8>, Vec<u8>) {
    static HONEST: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    HONEST.get_or_init(|| {
        let ca = certificate(CA, &name(CA), &ca_extensions(), &name(ROOT), ROOT);
        let unit = certificate(UNIT, &name(UNIT), &unit_extensions(), &name(CA), CA);
        (token(&unit, &name(CA), UNIT), ca)
    })
}

/// Trust in the root.
pub(crate) fn policy() -> Option<VerifyPolicy> {
    let anchors = TrustAnchors::new(vec![root().to_vec()]).ok()?;
    Some(VerifyPolicy::new(anchors, AT))
}

/// The verdict on a token about nothing.
pub(crate) fn judge(token: &[u8], policy: &VerifyPolicy) -> Option<Report> {
    let artifact = Artifact::from_digest(HashAlgorithm::Sha256, EMPTY.to_vec()).ok()?;
    let input = recognise(token).ok()?;
    Some(verify_timestamp(&input, Some(&artifact), policy))
}
