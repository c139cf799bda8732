//! The TSTInfo of a decision (RFC 3161 section 2.4.2).

use meridian_wire::tsp::accuracy::Accuracy;
use meridian_wire::tsp::gen_time::GenTime;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::tsp::tst_info::TstInfo;

use crate::request::ValidRequest;

/// When, and how exactly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    /// As the profile rounds it.
    pub(crate) gen_time: GenTime,
    /// Bound of its error in microseconds.
    pub(crate) accuracy_us: u64,
}

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
