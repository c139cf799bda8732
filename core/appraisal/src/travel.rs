//! [`Journey`]: the least speed that explains two places.

use meridian_wire::loc::error::LocError;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::point::GeoPoint;
use meridian_wire::loc::travel::{TravelCheck, TravelOutcome};

use crate::geodesic;
use crate::policy::TravelRule;

/// The largest speed that a claim can state.
const MAX_SPEED_MM_S: u32 = 100_000_000;

/// What lies between two stamps of a subject, at the least: how far, and in how long at the most.
///
/// Distance is that over the ellipsoid between the points, less both radii at 95 %; time is that
/// between the fixes, plus both errors. So an honest subject is not accused: the speed is a lower
/// bound. Heights are not looked at; they change a distance by less than their own difference.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Journey {
    distance_mm: u64,
    elapsed_ms: u64,
}

impl Journey {
    /// Between two places and the times at which they held. The radii hold 95 %.
    #[must_use]
    pub fn between(
        (from, at_from): (&GeoPoint, &ObservationWindow),
        (to, at_to): (&GeoPoint, &ObservationWindow),
    ) -> Self {
        let apart = geodesic::distance_mm(from, to);
        let slack = from.radius_mm().saturating_add(to.radius_mm());
        let between = at_to.fix_time_ms().abs_diff(at_from.fix_time_ms());
        let errors = u64::from(at_from.max_error_ms()) + u64::from(at_to.max_error_ms());
        Self {
            distance_mm: apart.saturating_sub(slack),
            elapsed_ms: between.saturating_add(errors),
        }
    }

    /// What the rule says of it. A distance in no time is impossible.
    #[must_use]
    pub fn outcome(self, rule: TravelRule) -> TravelOutcome {
        // Millimetres in a millisecond are metres in a second.
        let reach = |m_s: u32| u128::from(self.elapsed_ms) * u128::from(m_s);
        let distance = u128::from(self.distance_mm);
        if distance > reach(rule.impossible_m_s) {
            TravelOutcome::Impossible
        } else if distance > reach(rule.suspicious_m_s) {
            TravelOutcome::Suspicious
        } else {
            TravelOutcome::Consistent
        }
    }

    /// The least speed, rounded down; the largest that a claim can state stands for more, and for
    /// a distance in no time.
    #[must_use]
    pub fn speed_mm_s(self) -> u32 {
        if self.distance_mm == 0 {
            return 0;
        }
        let distance_um = u128::from(self.distance_mm) * 1_000;
        let speed = distance_um.checked_div(u128::from(self.elapsed_ms));
        let speed = speed.and_then(|speed| u32::try_from(speed).ok());
        speed.map_or(MAX_SPEED_MM_S, |speed| speed.min(MAX_SPEED_MM_S))
    }

    /// Outcome and speed, as a claim states them.
    ///
    /// # Errors
    ///
    /// None that can happen: the speed is in range.
    pub fn check(self, rule: TravelRule) -> Result<TravelCheck, LocError> {
        TravelCheck::new(self.outcome(rule), Some(self.speed_mm_s()))
    }

    /// The one of two that needs the greater speed.
    #[must_use]
    pub fn harder(self, other: Self) -> Self {
        // a/b < c/d without division, and with b or d zero: a distance in no time is the hardest.
        let here = u128::from(self.distance_mm) * u128::from(other.elapsed_ms);
        let there = u128::from(other.distance_mm) * u128::from(self.elapsed_ms);
        match here.cmp(&there) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal if self.distance_mm < other.distance_mm => other,
            std::cmp::Ordering::Equal => self,
        }
    }
}

#[cfg(test)]
mod tests;
