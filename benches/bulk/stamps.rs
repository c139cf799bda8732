//! An authority as `meridian init` makes one, and its tokens about files that are all different.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use meridian_signing::certify::{random_serial, self_signed_root, tsu_certificate};
use meridian_signing::cms::TokenSigner;
use meridian_signing::digest::sha256;
use meridian_signing::entropy::OsEntropy;
use meridian_signing::identity::AuthorityIdentity;
use meridian_signing::signer::Signer;
use meridian_signing::software::{KeyKind, SoftwareSigner, generate};
use meridian_verify::crypto::key::PublicKey;
use meridian_wire::oid::POLICY_COMPATIBLE;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::gen_time::GenTime;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::tsp::tst_info::TstInfo;
use meridian_wire::x509::name::DistinguishedName;
use tempfile::TempDir;

use crate::Failure;
use crate::raw::{self, Signature};

/// When they are made and judged, RFC 3339.
pub(crate) const AT: &str = "2026-11-24T12:00:00Z";

const DAY_US: i64 = 86_400_000_000;

/// The tokens, in memory and as files.
#[derive(Debug)]
pub(crate) struct Stamps {
    /// `root.der`, and the files with their tokens beside them in `tokens`.
    pub(crate) folder: TempDir,
    /// The trust anchor.
    pub(crate) root: Vec<u8>,
    /// The tokens.
    pub(crate) tokens: Vec<Vec<u8>>,
    /// Their signatures.
    pub(crate) signatures: Vec<Signature>,
    /// The key of all of them.
    pub(crate) key: PublicKey,
    /// [`AT`].
    pub(crate) at: UnixMicros,
}

impl Stamps {
    /// So many, in a folder beside the built programs, hence on the disk that it is on.
    pub(crate) fn make(algorithm: &str, count: usize, beside: &Path) -> Result<Self, Failure> {
        let at = UnixMicros::parse_rfc3339(AT)?;
        let identity = identity(kind(algorithm)?, at)?;
        let chain = identity.chain();
        let [unit, root] = chain else {
            return Err("a chain of two is expected".into());
        };
        let folder = tempfile::tempdir_in(beside)?;
        let files = folder.path().join("tokens");
        fs::create_dir(&files)?;
        fs::write(folder.path().join("root.der"), root.as_der())?;
        let signer = TokenSigner::new(&identity)?;
        let mut tokens = Vec::new();
        for place in 0..count {
            let imprint = MessageImprint::new(HashAlgorithm::Sha256, &digest_of(place))?;
            let serial =
                SerialNumber::from_u64(u64::try_from(place)? + 1).ok_or("a serial number of 0")?;
            let info = TstInfo::new(
                POLICY_COMPATIBLE,
                imprint,
                serial,
                GenTime::whole_seconds(at)?,
            );
            let signed = signer.sign(&info.encode(), true)?;
            fs::write(files.join(format!("{place:06}.txt")), text_of(place))?;
            fs::write(files.join(format!("{place:06}.txt.tst")), signed.token())?;
            tokens.push(signed.token().to_vec());
        }
        let signatures = tokens.iter().map(|token| Signature::of(token));
        Ok(Self {
            root: root.as_der().to_vec(),
            signatures: signatures.collect::<Result<_, _>>()?,
            key: raw::key(unit.as_der())?,
            folder,
            tokens,
            at,
        })
    }
}

/// What the file at a place holds.
fn text_of(place: usize) -> String {
    format!("Document number {place}\n")
}

/// Its SHA-256.
pub(crate) fn digest_of(place: usize) -> Vec<u8> {
    sha256(text_of(place).as_bytes()).to_vec()
}

fn kind(algorithm: &str) -> Result<KeyKind, Failure> {
    match algorithm {
        "p384" => Ok(KeyKind::EcdsaP384),
        "p256" => Ok(KeyKind::EcdsaP256),
        "rsa3072" => Ok(KeyKind::Rsa3072),
        other => Err(format!("{other}: p384, p256 or rsa3072 is expected").into()),
    }
}

/// A root and a unit under it.
fn identity(kind: KeyKind, at: UnixMicros) -> Result<AuthorityIdentity, Failure> {
    let days = |days: i64| UnixMicros::new(at.get() + days * DAY_US);
    let name = |text| DistinguishedName::new(text);
    let root_key = SoftwareSigner::from_pkcs8_der(&generate(kind)?)?;
    let unit_key = SoftwareSigner::from_pkcs8_der(&generate(kind)?)?;
    let root = self_signed_root(
        &name("Bulk root")?,
        &root_key,
        &random_serial(&OsEntropy)?,
        (days(-30), days(3_650)),
    )?;
    let unit = tsu_certificate(
        &name("Bulk unit")?,
        unit_key.public_key(),
        (&root, &root_key),
        &random_serial(&OsEntropy)?,
        (days(-20), days(1_800)),
    )?;
    Ok(AuthorityIdentity::prove(
        vec![unit, root],
        Arc::new(unit_key),
        at,
    )?)
}
