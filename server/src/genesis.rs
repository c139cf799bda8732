//! What the first leaf of a log says.

use meridian_signing::clock::{BoundSource, ClockReading};
use meridian_signing::digest::sha256;
use meridian_wire::loc::Digest32;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::x509::certificate::CertificateView;
use serde::Serialize;

use crate::succession::announcement::Predecessor;

/// Who begins a log, under which rules and with which clock.
#[derive(Debug)]
pub(crate) struct Genesis<'a> {
    pub(crate) log: &'a VerifierKey,
    pub(crate) time_unit: &'a CertificateView,
    pub(crate) location_unit: Option<&'a CertificateView>,
    pub(crate) location_policy: Option<&'a Digest32>,
    /// Of the configuration, as the events 'start' and 'config.change' have it.
    pub(crate) config: &'a Digest32,
    pub(crate) reading: ClockReading,
    /// The log that this one succeeds.
    pub(crate) predecessor: Option<&'a Predecessor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    event: &'static str,
    log: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    predecessor: Option<&'a Predecessor>,
    tsu_certificate_sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_tsu_certificate_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_policy_sha256: Option<String>,
    config_sha256: String,
    clock: &'static str,
    clock_bound_us: u64,
    software: &'static str,
}

impl Genesis<'_> {
    /// JSON: which log, which TSUs, which rules, which clock.
    pub(crate) fn body(&self) -> Vec<u8> {
        let digest = |unit: &CertificateView| hex::encode(sha256(unit.as_der()));
        let body = Body {
            event: "genesis",
            log: self.log.to_string(),
            predecessor: self.predecessor,
            tsu_certificate_sha256: digest(self.time_unit),
            location_tsu_certificate_sha256: self.location_unit.map(digest),
            location_policy_sha256: self.location_policy.map(hex::encode),
            config_sha256: hex::encode(self.config),
            clock: match self.reading.source {
                BoundSource::Measured => "clock bound measured",
                // The second source, and whatever is not a measurement.
                _ => "clock bound asserted, not measured",
            },
            clock_bound_us: self.reading.bound_us,
            software: concat!("meridian ", env!("CARGO_PKG_VERSION")),
        };
        // Strings and numbers always serialise; an empty body would still be salted and logged.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}
