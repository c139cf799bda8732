//! What an authority of ours issues: each key, each digest, both kinds of time, with and without
//! certificates, nonce, extension and unsigned attribute.

use std::sync::Arc;

use meridian_signing::certify::{random_serial, self_signed_root, tsu_certificate};
use meridian_signing::cms::TokenSigner;
use meridian_signing::entropy::SeededEntropy;
use meridian_signing::identity::AuthorityIdentity;
use meridian_signing::signer::Signer;
use meridian_signing::software::{KeyKind, SoftwareSigner, generate};
use meridian_wire::cms::unsigned::with_unsigned;
use meridian_wire::oid;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::accuracy::Accuracy;
use meridian_wire::tsp::extension::{TstExtension, TstExtensions};
use meridian_wire::tsp::gen_time::GenTime;
use meridian_wire::tsp::hash::{HashAlgorithm, KNOWN};
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::tsp::tst_info::TstInfo;
use meridian_wire::x509::name::DistinguishedName;

/// 2026-11-24T10:00:00.120345Z.
const AT_US: i64 = 1_795_514_400_120_345;
const YEAR_US: i64 = 365 * 86_400_000_000;

const KEYS: [(&str, KeyKind); 3] = [
    ("p384", KeyKind::EcdsaP384),
    ("p256", KeyKind::EcdsaP256),
    ("rsa3072", KeyKind::Rsa3072),
];

pub(crate) fn tokens() -> Vec<(String, Vec<u8>)> {
    let mut tokens = Vec::new();
    for (name, kind) in KEYS {
        let signer = authority(kind);
        let mut add = |what: &str, tst_info: &TstInfo, certificates| {
            let token = signer.sign(&tst_info.encode(), certificates).unwrap();
            tokens.push((format!("{name}-{what}"), token.token().to_vec()));
        };
        add("compatible", &compatible(HashAlgorithm::Sha256), true);
        add(
            "without-certificates",
            &compatible(HashAlgorithm::Sha256),
            false,
        );
        add("precise", &precise(), true);
        add("located", &precise().with_extensions(extension()), true);
    }
    let signer = authority(KeyKind::EcdsaP384);
    for algorithm in KNOWN {
        let token = signer.sign(&compatible(*algorithm).encode(), true).unwrap();
        let name = algorithm.name().replace('/', "-");
        tokens.push((format!("imprint-{name}"), token.token().to_vec()));
    }
    let token = signer.sign(&precise().encode(), true).unwrap();
    let proof = vec![0x0c, 0x05, b'p', b'r', b'o', b'o', b'f'];
    let with = with_unsigned(token.token(), &oid::TLOG_PROOF, &proof).unwrap();
    tokens.push(("with-unsigned-attribute".to_owned(), with));
    tokens
}

fn authority(kind: KeyKind) -> TokenSigner {
    let entropy = SeededEntropy::new(1);
    let serial = || random_serial(&entropy).unwrap();
    let validity = (
        UnixMicros::new(AT_US - YEAR_US),
        UnixMicros::new(AT_US + YEAR_US),
    );
    let key = |kind| SoftwareSigner::from_pkcs8_der(&generate(kind).unwrap()).unwrap();
    let name = |name| DistinguishedName::new(name).unwrap();
    let (root_key, unit_key) = (key(KeyKind::EcdsaP384), key(kind));
    let root = self_signed_root(&name("Root"), &root_key, &serial(), validity).unwrap();
    let issuer: (_, &dyn Signer) = (&root, &root_key);
    let public = unit_key.public_key();
    let unit = tsu_certificate(&name("Unit"), public, issuer, &serial(), validity).unwrap();
    let at = UnixMicros::new(AT_US);
    let identity = AuthorityIdentity::prove(vec![unit, root], Arc::new(unit_key), at).unwrap();
    TokenSigner::new(&identity).unwrap()
}

fn compatible(algorithm: HashAlgorithm) -> TstInfo {
    let imprint = MessageImprint::new(algorithm, &vec![7; algorithm.digest_len()]).unwrap();
    let gen_time = GenTime::whole_seconds(UnixMicros::new(AT_US)).unwrap();
    let serial = SerialNumber::from_u128((3 << 64) | 0x0102_0304).unwrap();
    TstInfo::new(oid::POLICY_COMPATIBLE, imprint, serial, gen_time)
        .with_accuracy(Accuracy::from_micros_ceil(1_000_000))
}

fn precise() -> TstInfo {
    let imprint = MessageImprint::new(HashAlgorithm::Sha512, &[7; 64]).unwrap();
    let gen_time = GenTime::micros(UnixMicros::new(AT_US)).unwrap();
    let serial = SerialNumber::from_u64(1).unwrap();
    TstInfo::new(oid::POLICY_PRECISE, imprint, serial, gen_time)
        .with_accuracy(Accuracy::from_micros_ceil(2_003_004))
        .with_ordering(true)
        .with_nonce(Some(Nonce::from_u64(u64::MAX)))
}

fn extension() -> TstExtensions {
    let one = TstExtension::new(oid::LOCATION_CLAIM, vec![0x30, 0x00]);
    TstExtensions::new(vec![one]).unwrap()
}
