//! Evidence of the kind history: the subject's neighbouring stamps, as the authority remembers
//! them.

use meridian_wire::loc::bundle::EvidenceItem;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::point::GeoPoint;
use meridian_wire::loc::travel::{TravelCheck, TravelOutcome};
use serde::{Deserialize, Serialize};

use crate::confidence::Confidence;
use crate::judged::{self, Judged};
use crate::note::ItemNote;
use crate::policy::AppraisalPolicy;
use crate::refusal::Refusal;
use crate::travel::Journey;

/// Media type of the content.
pub const FORMAT: &str = "application/json";

/// The least level of a stamp that is remembered. A subject could else poison its own history
/// with a place that nothing speaks for, or somebody else could.
const MIN_LEVEL: u8 = 1;

/// Another stamp of the subject.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Neighbour {
    /// Degrees times 10^7.
    pub lat_e7: i32,
    /// Degrees times 10^7.
    pub lon_e7: i32,
    /// Radius that holds 95 %.
    pub radius_mm: u64,
    /// When the position held, Unix time in milliseconds.
    pub fix_time_ms: i64,
    /// How far that may be off.
    pub max_error_ms: u32,
    /// Assurance level that the stamp had.
    pub level: u8,
}

impl Neighbour {
    /// A stamp with this position, time and level.
    #[must_use]
    pub const fn new(point: &GeoPoint, observed: &ObservationWindow, level: u8) -> Self {
        Self {
            lat_e7: point.lat_e7(),
            lon_e7: point.lon_e7(),
            radius_mm: point.radius_mm(),
            fix_time_ms: observed.fix_time_ms(),
            max_error_ms: observed.max_error_ms(),
            level,
        }
    }

    fn place(&self) -> Result<(GeoPoint, ObservationWindow), LocError> {
        let confidence = Confidence::CLAIM.permille();
        Ok((
            GeoPoint::new(self.lat_e7, self.lon_e7, self.radius_mm, confidence)?,
            ObservationWindow::new(self.fix_time_ms, self.max_error_ms, 0)?,
        ))
    }
}

/// Both neighbours in the order of fix times; submitted late, a stamp has one after it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct History {
    #[serde(deserialize_with = "Option::deserialize")]
    before: Option<Neighbour>,
    #[serde(deserialize_with = "Option::deserialize")]
    after: Option<Neighbour>,
}

/// The item for these neighbours: `before` is the newest stamp whose fix is not after this one,
/// `after` the oldest whose fix is not before it. One of the same time must be one of them.
///
/// # Errors
///
/// None that can happen: the content is short.
pub fn item(
    salt: [u8; 32],
    before: Option<&Neighbour>,
    after: Option<&Neighbour>,
) -> Result<EvidenceItem, LocError> {
    let history = History {
        before: before.copied(),
        after: after.copied(),
    };
    // Numbers and nothing: it cannot fail, and an empty content is refused.
    let content = serde_json::to_vec(&history).unwrap_or_default();
    EvidenceItem::new(salt, EvidenceKind::HISTORY, FORMAT, &content)
}

/// Row 30: whether the subject can have come from its neighbouring stamps.
///
/// Consistent is tier 2, but never a physical class: it says that the subject was plausible, not
/// that it was there. Nothing to compare with is tier 0, suspicious 32. Neighbours of level 0 are
/// not looked at. That the neighbours are the nearest ones is the authority's word.
///
/// # Errors
///
/// [`Refusal::ContradictedTravel`], unless the policy stamps what is contradicted: then tier 96.
/// [`Refusal::Malformed`] if the content is no history, or not of neighbours of this fix.
pub fn judge(
    content: &[u8],
    point: &GeoPoint,
    observed: &ObservationWindow,
    policy: &AppraisalPolicy,
) -> Result<(Judged, TravelCheck), Refusal> {
    let history: History = serde_json::from_slice(content).map_err(|_| MALFORMED)?;
    let fix = observed.fix_time_ms();
    let in_order = history.before.is_none_or(|n| n.fix_time_ms <= fix)
        && history.after.is_none_or(|n| n.fix_time_ms >= fix);
    if !in_order {
        return Err(Refusal::Malformed {
            what: "history: a neighbour on the wrong side",
        });
    }
    let mut journeys = Vec::with_capacity(2);
    for neighbour in [history.before, history.after].into_iter().flatten() {
        let (place, time) = neighbour.place().map_err(|_| MALFORMED)?;
        if neighbour.level >= MIN_LEVEL {
            journeys.push(Journey::between((&place, &time), (point, observed)));
        }
    }
    let Some(journey) = journeys.into_iter().reduce(Journey::harder) else {
        let check = TravelCheck::new(TravelOutcome::NoHistory, None).map_err(|_| MALFORMED)?;
        return Ok((Judged::unavailable(ItemNote::NoHistory), check));
    };
    let check = journey.check(policy.travel()).map_err(|_| MALFORMED)?;
    let (tier, note) = match check.outcome() {
        TravelOutcome::Impossible if !policy.issue_contradicted() => {
            return Err(Refusal::ContradictedTravel {
                speed_mm_s: journey.speed_mm_s(),
            });
        }
        TravelOutcome::Impossible => (judged::TIER_CONTRADICTED, ItemNote::TravelImpossible),
        TravelOutcome::Suspicious => (judged::TIER_WARNING, ItemNote::TravelSuspicious),
        _ => (judged::TIER_AFFIRMING, ItemNote::TravelConsistent),
    };
    Ok((Judged::new(tier, note), check))
}

const MALFORMED: Refusal = Refusal::Malformed {
    what: "history: not the neighbours of a stamp",
};

#[cfg(test)]
mod tests;
