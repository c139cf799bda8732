//! Keys and certificates of an evaluation authority.

use std::sync::Arc;

use meridian_log::identity::LogIdentity;
use meridian_signing::certify::{random_serial, self_signed_root, tsu_certificate};
use meridian_signing::entropy::{Entropy, OsEntropy};
use meridian_signing::mac::MacKey;
use meridian_signing::signer::Signer;
use meridian_signing::software::{KeyKind, SoftwareSigner, generate};
use meridian_wire::note::name::KeyName;
use meridian_wire::time::UnixMicros;
use meridian_wire::x509::certificate::CertificateView;
use meridian_wire::x509::name::{DistinguishedName, NameError};
use meridian_wire::x509::pem;

use super::InitOptions;
use super::error::InitError;
use super::files::Workshop;

const HOUR_US: i64 = 3_600_000_000;
const YEAR_US: i64 = 365 * 24 * HOUR_US;
/// Certificates begin a little earlier than now: a verifier's clock may be behind ours.
const BACKDATED_US: i64 = HOUR_US;
/// CSBR 6.3.2 allows a TSU certificate 135 months.
const ROOT_US: i64 = 10 * YEAR_US;
const TSU_US: i64 = 5 * YEAR_US;

/// The certificates of both units.
pub(super) struct Units {
    pub(super) time: CertificateView,
    pub(super) location: CertificateView,
}

/// Makes the root and two TSUs: one for time, one for location stamps, so that the place service
/// can be revoked without the other.
///
/// All have the same kind of key, so that the digest of a token is never below the digest under
/// the TSU's certificate (CSBR 6.8).
pub(super) fn certificates(
    workshop: &Workshop,
    options: &InitOptions,
    now: UnixMicros,
) -> Result<Units, InitError> {
    let kind = options.algorithm.key_kind();
    let from = now.get().saturating_sub(BACKDATED_US);
    let until = |years: i64| {
        (
            UnixMicros::new(from),
            UnixMicros::new(from.saturating_add(years)),
        )
    };
    let root_key = key(workshop, "pki/root.key", kind)?;
    let root = self_signed_root(
        &name(options, "Evaluation time-stamping root")?,
        &root_key,
        &random_serial(&OsEntropy)?,
        until(ROOT_US),
    )?;
    let root_pem = pem::certificate_to_pem(root.as_der());
    workshop.public("pki/root.pem", root_pem.as_bytes())?;
    let unit = |file: &str, common_name: &str| -> Result<CertificateView, InitError> {
        let unit_key = key(workshop, &format!("pki/{file}.key"), kind)?;
        let unit = tsu_certificate(
            &name(options, common_name)?,
            unit_key.public_key(),
            (&root, &root_key),
            &random_serial(&OsEntropy)?,
            until(TSU_US),
        )?;
        let chain = [pem::certificate_to_pem(unit.as_der()), root_pem.clone()].concat();
        workshop.public(&format!("pki/{file}.pem"), chain.as_bytes())?;
        Ok(unit)
    };
    Ok(Units {
        time: unit("tsu", "Evaluation time-stamping unit")?,
        location: unit("location-tsu", "Evaluation location-stamping unit")?,
    })
}

/// Makes the secret from which subjects get their names in tokens.
pub(super) fn pairwise_secret(workshop: &Workshop) -> Result<(), InitError> {
    let secret = MacKey::generate(&OsEntropy)?;
    let text = format!("{}\n", hex::encode(secret.as_bytes()));
    workshop.secret("pki/pairwise.secret", text.as_bytes())
}

/// Makes the log's key and its verifier key, under an origin that no other log has.
pub(super) fn log_identity(workshop: &Workshop) -> Result<LogIdentity, InitError> {
    let mut random = [0; 8];
    OsEntropy.fill(&mut random)?;
    // RFC 6761: nobody can own a name below `invalid`, so this origin claims nobody's.
    let origin = format!("evaluation.meridian.invalid/{}", hex::encode(random));
    let signer = key(workshop, "pki/log.key", KeyKind::Ed25519)?;
    let identity = LogIdentity::new(KeyName::new(&origin)?, Arc::new(signer))?;
    let vkey = format!("{}\n", identity.verifier_key());
    workshop.public("pki/log.vkey", vkey.as_bytes())?;
    Ok(identity)
}

fn key(workshop: &Workshop, path: &str, kind: KeyKind) -> Result<SoftwareSigner, InitError> {
    let pkcs8 = generate(kind)?;
    workshop.secret(path, pem::private_key_to_pem(&pkcs8).as_bytes())?;
    Ok(SoftwareSigner::from_pkcs8_der(&pkcs8)?)
}

fn name(options: &InitOptions, common_name: &str) -> Result<DistinguishedName, NameError> {
    DistinguishedName::new(common_name)?.with_organization(&options.name)
}
