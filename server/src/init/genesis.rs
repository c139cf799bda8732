//! What the first leaf of a log says.

use meridian_signing::clock::{BoundSource, ClockReading};
use meridian_signing::digest::sha256;
use meridian_wire::loc::Digest32;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::x509::certificate::CertificateView;
use serde::Serialize;

use super::pki::Units;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Genesis {
    event: &'static str,
    log: String,
    tsu_certificate_sha256: String,
    location_tsu_certificate_sha256: String,
    location_policy_sha256: String,
    clock: &'static str,
    clock_bound_us: u64,
    software: &'static str,
}

/// JSON: which log, which TSUs, which rules, which clock.
pub(super) fn body(
    log: &VerifierKey,
    units: &Units,
    location_policy: &Digest32,
    reading: ClockReading,
) -> Vec<u8> {
    let digest = |unit: &CertificateView| hex::encode(sha256(unit.as_der()));
    let genesis = Genesis {
        event: "genesis",
        log: log.to_string(),
        tsu_certificate_sha256: digest(&units.time),
        location_tsu_certificate_sha256: digest(&units.location),
        location_policy_sha256: hex::encode(location_policy),
        clock: match reading.source {
            BoundSource::Measured => "clock bound measured",
            // The second source, and whatever is not a measurement.
            _ => "clock bound asserted, not measured",
        },
        clock_bound_us: reading.bound_us,
        software: concat!("meridian ", env!("CARGO_PKG_VERSION")),
    };
    // Strings and numbers always serialise; an empty body would still be salted and logged.
    serde_json::to_vec(&genesis).unwrap_or_default()
}
