//! Evidence of the clock, its loss and its return.
//!
//! An authority without trustworthy time can date nothing: what happened then is recorded, in
//! order, as soon as there is time again.

use serde::Serialize;

use super::LifeEvent;

/// Why evidence is recorded now.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Occasion {
    /// It was time to.
    Interval,
    /// Somebody else vouches for the bound now.
    Source,
}

/// What the clock says of itself, and the worst that it said since the last evidence.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClockEvidence {
    pub(crate) occasion: Occasion,
    pub(crate) source: &'static str,
    pub(crate) bound_us: u64,
    pub(crate) worst_bound_us: u64,
    /// Readings since the last evidence.
    pub(crate) readings: u64,
}

impl LifeEvent for ClockEvidence {
    const NAME: &'static str = "clock.evidence";
}

/// There was no trustworthy time.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClockLoss {
    pub(crate) reason: String,
    /// The last good reading, RFC 3339; none if there was none since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_reading: Option<String>,
    /// How long it lasted, by a clock that only counts.
    pub(crate) lasted_ms: u64,
}

impl LifeEvent for ClockLoss {
    const NAME: &'static str = "clock.loss";
}

/// There is trustworthy time again.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClockResume {
    pub(crate) source: &'static str,
    pub(crate) bound_us: u64,
}

impl LifeEvent for ClockResume {
    const NAME: &'static str = "clock.resume";
}

/// The clock was set: it moved by more than time went by and its bounds allow.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClockStep {
    /// By how much; negative is back.
    pub(crate) step_us: i64,
    pub(crate) source: &'static str,
    pub(crate) bound_us: u64,
}

impl LifeEvent for ClockStep {
    const NAME: &'static str = "clock.step";
}
