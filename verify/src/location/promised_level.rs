//! V112: the claim keeps what the token's policy identifier promises.

use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::oid;
use meridian_wire::reader::oid::OidView;

use super::outcome::{Conclusion, PlaceFault};

/// `<BASE>.3.10` to `.3.14`: 'this level at least, or no token'.
const PROMISES: [(oid::ObjectIdentifier, AssuranceLevel); 5] = [
    (oid::POLICY_LOCATION_0, AssuranceLevel::L0Asserted),
    (
        oid::POLICY_LOCATION_1,
        AssuranceLevel::L1NetworkCorroborated,
    ),
    (oid::POLICY_LOCATION_2, AssuranceLevel::L2DeviceAttested),
    (
        oid::POLICY_LOCATION_3,
        AssuranceLevel::L3PhysicallyCorroborated,
    ),
    (oid::POLICY_LOCATION_4, AssuranceLevel::L4MultiParty),
];

/// Why the promise is broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum PromiseFault {
    #[error("the token's policy promises level {promised} or more, the claim states {stated}")]
    Broken { promised: u8, stated: u8 },
}

impl PlaceFault for PromiseFault {
    fn convicts(&self) -> bool {
        true
    }
}

/// V112.
pub(crate) fn judge(
    policy: &OidView<'_>,
    stated: AssuranceLevel,
) -> Result<Conclusion, PromiseFault> {
    let mut promises = PROMISES.iter();
    let Some((_, promised)) = promises.find(|(identifier, _)| policy.is(identifier)) else {
        return Ok(Conclusion::Departs(format!(
            "the token's policy {policy} promises no level"
        )));
    };
    let (promised, stated) = (promised.code(), stated.code());
    if stated < promised {
        return Err(PromiseFault::Broken { promised, stated });
    }
    Ok(Conclusion::Holds(format!(
        "the token's policy promises level {promised} or more, the claim states {stated}"
    )))
}
