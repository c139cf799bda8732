//! The TSTInfo of a decision (RFC 3161 section 2.4.2).

use meridian_signing::shown::Shown;
use meridian_wire::tsp::accuracy::Accuracy;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::tsp::tst_info::TstInfo;

use crate::request::ValidRequest;

/// Everything in the token comes from here: the request's imprint and nonce as
/// received, our policy, number and time, and nothing about who asked. `tsa`
/// is absent (the signed attributes name the certificate), and so are extensions.
pub(crate) fn tst_info(
    request: &ValidRequest,
    serial: SerialNumber,
    shown: Shown,
    ordering: bool,
) -> TstInfo {
    TstInfo::new(
        request.profile().policy(),
        request.imprint().clone(),
        serial,
        shown.gen_time,
    )
    .with_accuracy(Accuracy::from_micros_ceil(shown.accuracy_us))
    .with_ordering(ordering)
    .with_nonce(request.nonce().cloned())
}
