//! The TSTInfo of a decision (RFC 3161 section 2.4.2).

use meridian_signing::shown::Shown;
use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::oid::ObjectIdentifier;
use meridian_wire::tsp::accuracy::Accuracy;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::tsp::tst_info::TstInfo;

use crate::request::ValidRequest;

/// Everything in the token comes from here: the request's imprint and nonce as
/// received, our policy, number, time and claim, and nothing else of who asked. The claim is the
/// only extension, and not critical: nothing of a location request is copied.
pub(crate) fn tst_info(
    request: &ValidRequest,
    policy: ObjectIdentifier,
    serial: SerialNumber,
    shown: Shown,
    claim: &LocationClaim,
) -> TstInfo {
    TstInfo::new(policy, request.imprint().clone(), serial, shown.gen_time)
        .with_accuracy(Accuracy::from_micros_ceil(shown.accuracy_us))
        .with_nonce(request.nonce().cloned())
        .with_extensions(claim.to_extension().into())
}
