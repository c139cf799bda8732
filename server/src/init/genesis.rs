//! What the first leaf of a log says.

use meridian_signing::clock::{BoundSource, ClockReading};
use meridian_signing::digest::sha256;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::x509::certificate::CertificateView;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Genesis {
    event: &'static str,
    log: String,
    tsu_certificate_sha256: String,
    clock: &'static str,
    clock_bound_us: u64,
    software: &'static str,
}

/// JSON: which log, which TSU, which clock.
pub(super) fn body(log: &VerifierKey, tsu: &CertificateView, reading: ClockReading) -> Vec<u8> {
    let genesis = Genesis {
        event: "genesis",
        log: log.to_string(),
        tsu_certificate_sha256: hex::encode(sha256(tsu.as_der())),
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
