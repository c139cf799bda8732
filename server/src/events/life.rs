//! Start and stop.

use serde::Serialize;

use super::unit::Unit;
use super::{LifeEvent, SOFTWARE};
use crate::pipeline::ClockState;

/// The authority is about to bind its public port; and all that is in force from now on.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    #[serde(flatten)]
    pub(super) clock: ClockShown,
    pub(super) config_sha256: String,
    pub(super) units: Vec<Unit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) location_policy_sha256: Option<String>,
    pub(super) software: &'static str,
}

impl LifeEvent for Start {
    const NAME: &'static str = "start";
}

/// It has answered what it accepted.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stop {
    #[serde(flatten)]
    clock: ClockShown,
    software: &'static str,
}

impl Stop {
    pub(crate) fn new(clock: ClockState) -> Self {
        Self {
            clock: ClockShown::of(clock),
            software: SOFTWARE,
        }
    }
}

impl LifeEvent for Stop {
    const NAME: &'static str = "stop";
}

/// What the clock said of itself.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClockShown {
    clock: &'static str,
    clock_bound_us: Option<u64>,
}

impl ClockShown {
    pub(crate) const fn of(state: ClockState) -> Self {
        Self {
            clock: state.words(),
            clock_bound_us: state.bound_us(),
        }
    }
}
