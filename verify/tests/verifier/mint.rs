//! Tokens made here, by an authority whose keys everybody knows.

use std::sync::LazyLock;

use meridian_verify::artifact::Artifact;
use meridian_verify::input::recognise;
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::verify::verify_timestamp;
use meridian_wire::cms::signed_data::{SignedDataTemplate, TemplateInput};
use meridian_wire::oid;
use meridian_wire::reader::der_form::{element, set_of};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::accuracy::Accuracy;
use meridian_wire::tsp::gen_time::GenTime;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::tsp::tst_info::TstInfo;
use meridian_wire::x509::build::{
    Issuer, TbsInput, assemble_certificate, key_identifier, root_tbs, tsu_tbs,
};
use meridian_wire::x509::certificate::CertificateView;
use meridian_wire::x509::name::DistinguishedName;
use p384::ecdsa::signature::Signer;
use p384::ecdsa::{DerSignature, SigningKey};
use p384::pkcs8::EncodePublicKey;
use sha2::{Digest, Sha256, Sha384};

use crate::support::{instant, replace};

/// What the tokens are about.
pub(crate) const DATA: &[u8] = b"a photograph\n";

/// genTime of every token, whole seconds.
pub(crate) const GEN_TIME: &str = "2026-11-24T10:00:00Z";

/// ecdsa-with-SHA384.
const ALGORITHM: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03";

/// The SignerInfo of a token that carries certificates.
const SIGNER: [usize; 4] = [1, 0, 4, 0];

/// Number of the extensions among the members of a TSTInfo with accuracy and no nonce.
const EXTENSIONS: usize = 6;

fn key(octet: u8) -> SigningKey {
    SigningKey::from_slice(&[octet; 48]).unwrap()
}

fn spki(key: &SigningKey) -> Vec<u8> {
    key.verifying_key().to_public_key_der().unwrap().into_vec()
}

fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature: DerSignature = key.sign(message);
    signature.to_bytes().to_vec()
}

/// The certificate of a root with this key; every root has the same name.
pub(crate) fn root(octet: u8) -> Vec<u8> {
    let (key, name) = (key(octet), DistinguishedName::new("Mint root").unwrap());
    let (serial, name, spki) = (
        SerialNumber::from_u64(1).unwrap(),
        name.to_der(),
        spki(&key),
    );
    let tbs = root_tbs(&TbsInput::new(&serial, ALGORITHM, validity(), &name, &spki)).unwrap();
    assemble_certificate(&tbs, ALGORITHM, &sign(&key, &tbs))
}

fn validity() -> (UnixMicros, UnixMicros) {
    (
        instant("2026-01-01T00:00:00Z"),
        instant("2036-01-01T00:00:00Z"),
    )
}

fn unit() -> CertificateView {
    let root = CertificateView::from_der(&root(1)).unwrap();
    let key_id = key_identifier(root.spki()).unwrap();
    let (serial, spki) = (SerialNumber::from_u64(2).unwrap(), spki(&key(2)));
    let name = DistinguishedName::new("Mint location unit")
        .unwrap()
        .to_der();
    let issuer = Issuer::new(root.subject(), &key_id);
    let input = TbsInput::new(&serial, ALGORITHM, validity(), &name, &spki);
    let tbs = tsu_tbs(&input, &issuer).unwrap();
    let der = assemble_certificate(&tbs, ALGORITHM, &sign(&key(1), &tbs));
    CertificateView::from_der(&der).unwrap()
}

/// The imprint of [`DATA`].
pub(crate) fn imprint() -> MessageImprint {
    MessageImprint::new(HashAlgorithm::Sha256, &Sha256::digest(DATA)).unwrap()
}

/// `Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }`.
pub(crate) fn extension(oid: &oid::ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    let oid = element(&[0x06], oid.as_bytes());
    element(
        &[0x30],
        &[&oid[..], flag, &element(&[0x04], value)].concat(),
    )
}

/// A TSTInfo about [`DATA`] with these extensions, as they are.
pub(crate) fn tst_info(policy: oid::ObjectIdentifier, extensions: &[Vec<u8>]) -> Vec<u8> {
    let time = GenTime::whole_seconds(instant(GEN_TIME)).unwrap();
    let info = TstInfo::new(policy, imprint(), SerialNumber::from_u64(77).unwrap(), time)
        .with_accuracy(Accuracy::from_micros_ceil(1_000_000));
    if extensions.is_empty() {
        return info.encode();
    }
    let placeholder = meridian_wire::tsp::extension::TstExtension::new(oid::BASE, Vec::new());
    let info = info.with_extensions(placeholder.into());
    let list = element(&[0xa1], &extensions.concat());
    replace(&info.encode(), &[EXTENSIONS], |_| list)
}

/// A token around this TSTInfo.
pub(crate) fn token(tst_info: &[u8]) -> Vec<u8> {
    let unit = unit();
    let hash: [u8; 32] = Sha256::digest(unit.as_der()).into();
    let sent = [unit.as_der().to_vec()];
    let input = TemplateInput::new(HashAlgorithm::Sha384, ALGORITHM, &unit, &hash, &sent);
    let template = SignedDataTemplate::new(&input).unwrap();
    let attributes = template.signed_attrs(&Sha384::digest(tst_info)).unwrap();
    let signature = sign(&key(2), &attributes);
    template.assemble(tst_info, &attributes, &signature, true)
}

/// The token with an unsigned attribute besides.
pub(crate) fn with_unsigned(
    token: &[u8],
    name: &oid::ObjectIdentifier,
    values: Vec<Vec<u8>>,
) -> Vec<u8> {
    let oid = element(&[0x06], name.as_bytes());
    let attribute = element(&[0x30], &[oid, set_of(values)].concat());
    replace(token, &SIGNER, |signer| {
        let mut walk = Walk::default();
        let content = Tlv::only(signer, &mut walk).unwrap().content();
        element(&[0x30], &[content, &element(&[0xa1], &attribute)].concat())
    })
}

/// The token with a signed attribute besides, signed again.
pub(crate) fn with_signed(token: &[u8], name: &oid::ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    let attribute = [
        element(&[0x06], name.as_bytes()),
        set_of(vec![value.to_vec()]),
    ]
    .concat();
    let attribute = element(&[0x30], &attribute);
    let mut set = Vec::new();
    let route = [&SIGNER[..], &[3]].concat();
    let changed = replace(token, &route, |attributes| {
        let mut walk = Walk::default();
        let old = Tlv::only(attributes, &mut walk)
            .unwrap()
            .children()
            .unwrap();
        let old = old.collect(16, &mut walk).unwrap();
        let mut all: Vec<_> = old.iter().map(|one| one.raw().to_vec()).collect();
        all.push(attribute);
        set = set_of(all);
        [&[0xa0][..], &set[1..]].concat()
    });
    let signature = element(&[0x04], &sign(&key(2), &set));
    replace(&changed, &[&SIGNER[..], &[5]].concat(), |_| signature)
}

/// Judges a token that is said to be about [`DATA`], with trust in the mint.
pub(crate) fn judge(token: &[u8], place: PlaceInputs) -> Report {
    let mut policy = policy();
    policy.place = place;
    let input = recognise(token).unwrap();
    let artifact = Artifact::from_reader(HashAlgorithm::Sha256, DATA).unwrap();
    verify_timestamp(&input, Some(&artifact), &policy)
}

/// Trust in the mint, an hour later.
pub(crate) fn policy() -> VerifyPolicy {
    static ROOT: LazyLock<Vec<u8>> = LazyLock::new(|| root(1));
    let anchors = TrustAnchors::new(vec![ROOT.clone()]).unwrap();
    VerifyPolicy::new(anchors, instant("2026-11-24T11:00:00Z"))
}
