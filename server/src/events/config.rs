//! The configuration and the appraisal policy.

use meridian_wire::loc::Digest32;
use serde::Serialize;

use super::life::ClockShown;
use super::{LifeEvent, SOFTWARE};
use crate::pipeline::ClockState;

/// The authority starts under another configuration than the last time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigChange {
    pub(super) config_sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous_sha256: Option<String>,
}

impl LifeEvent for ConfigChange {
    const NAME: &'static str = "config.change";
}

/// An appraisal policy is in force that was never in force here.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy {
    #[serde(flatten)]
    clock: ClockShown,
    location_policy_sha256: String,
    software: &'static str,
}

impl Policy {
    pub(crate) fn new(clock: ClockState, document: &Digest32) -> Self {
        Self {
            clock: ClockShown::of(clock),
            location_policy_sha256: hex::encode(document),
            software: SOFTWARE,
        }
    }
}

impl LifeEvent for Policy {
    const NAME: &'static str = "policy";
}
