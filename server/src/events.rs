//! The authority's own life in its log (docs/DECISIONS.md, 'The log'): start, stop, and a new
//! appraisal policy.

use std::sync::Arc;

use meridian_wire::leaf::EventName;
use meridian_wire::loc::Digest32;
use serde::Serialize;

use crate::pipeline::Pipeline;

/// What happens to the authority.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LifeEvent {
    /// It is about to bind its public port.
    Start,
    /// An appraisal policy is in force that was never in force here.
    Policy,
    /// It has answered what it accepted.
    Stop,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    event: &'static str,
    clock: &'static str,
    clock_bound_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_policy_sha256: Option<String>,
    software: &'static str,
}

/// Appends the event. Without trustworthy time there is no leaf: an authority that cannot stamp
/// cannot date its own events either, and goes on.
pub(crate) async fn record(
    pipeline: &Arc<Pipeline>,
    event: LifeEvent,
    location_policy: Option<Digest32>,
) {
    let name = match event {
        LifeEvent::Start => "start",
        LifeEvent::Policy => "policy",
        LifeEvent::Stop => "stop",
    };
    let state = pipeline.clock_state();
    let body = Body {
        event: name,
        clock: state.words(),
        clock_bound_us: state.bound_us(),
        location_policy_sha256: location_policy.map(hex::encode),
        software: concat!("meridian ", env!("CARGO_PKG_VERSION")),
    };
    let (Ok(name), Ok(body)) = (EventName::new(name), serde_json::to_vec(&body)) else {
        return;
    };
    let pipeline = Arc::clone(pipeline);
    let appended = tokio::task::spawn_blocking(move || pipeline.append_event(name, &body));
    // A join fails only while the process is being torn down.
    if let Ok(Err(error)) = appended.await {
        tracing::warn!(%error, "an event of the authority is not in its log");
    }
}
