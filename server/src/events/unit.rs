//! Keys and certificates of the units: when each begins to sign, and when it no longer does.
//!
//! The server sees a key when it is named in the configuration, not when it is made: a key that
//! `meridian init` made is in the genesis event.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_signing::digest::sha256;
use meridian_wire::x509::certificate::CertificateView;
use serde::{Deserialize, Serialize};

use super::LifeEvent;

/// Which unit of the authority.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnitKind {
    /// Stamps time.
    Time,
    /// Stamps time and place.
    Location,
}

impl UnitKind {
    pub(super) const ALL: [Self; 2] = [Self::Time, Self::Location];
}

/// A unit, its key, and the certificate that vouches for it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unit {
    pub(super) unit: UnitKind,
    /// Not known of a unit that only the genesis names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) spki_sha256: Option<String>,
    pub(super) certificate_sha256: String,
}

impl Unit {
    pub(crate) fn new(unit: UnitKind, certificate: &CertificateView) -> Self {
        Self {
            unit,
            spki_sha256: Some(hex::encode(sha256(certificate.spki()))),
            certificate_sha256: hex::encode(sha256(certificate.as_der())),
        }
    }
}

/// A unit signs with a key that it did not sign with before.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct KeyActivate(pub(super) Certified);

impl LifeEvent for KeyActivate {
    const NAME: &'static str = "key.activate";
}

/// A unit has another certificate for the key that it signs with.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CertificateActivate(pub(super) Certified);

impl LifeEvent for CertificateActivate {
    const NAME: &'static str = "certificate.activate";
}

/// A unit signs with a key no longer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct KeyRetire(pub(super) Unit);

impl LifeEvent for KeyRetire {
    const NAME: &'static str = "key.retire";
}

/// A unit with its certificate, which is public, so that whoever is shown the event needs no
/// other source for it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Certified {
    #[serde(flatten)]
    unit: Unit,
    name: String,
    /// DER, base64.
    certificate: String,
}

impl Certified {
    pub(super) fn new(unit: Unit, certificate: &CertificateView) -> Self {
        Self {
            unit,
            name: certificate.subject_text(),
            certificate: STANDARD.encode(certificate.as_der()),
        }
    }
}
