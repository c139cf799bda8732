//! The private listener: `/healthz`, `/readyz`, `/metrics`.

use serde::Serialize;
use warp::reply::Response;

use super::status::{self, Refusal};
use crate::metrics::Metrics;
use crate::pipeline::Pipeline;

/// The process answers. It says nothing about whether it can stamp.
pub(super) fn healthz() -> Response {
    status::with_type("text/plain; charset=utf-8", "ok\n")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    ready: bool,
    clock: &'static str,
    clock_bound_us: u64,
    log_size: String,
}

/// Whether a request sent now would be stamped, as far as the clock and the queue can tell.
pub(super) fn readyz(pipeline: &Pipeline) -> Result<Response, Refusal> {
    if pipeline.is_stopping() {
        return Err(Refusal::NotReady("the authority is stopping"));
    }
    let clock = pipeline.clock_state();
    let Some(clock_bound_us) = clock.bound_us() else {
        return Err(Refusal::NotReady(
            "the clock is not synchronised, and no bound is asserted",
        ));
    };
    let ready = Ready {
        ready: true,
        clock: clock.words(),
        clock_bound_us,
        log_size: pipeline.log_size().to_string(),
    };
    let body = serde_json::to_vec(&ready).map_err(Refusal::Json)?;
    Ok(status::with_type("application/json", body))
}

/// OpenMetrics text.
pub(super) fn metrics(pipeline: &Pipeline, metrics: &Metrics) -> Response {
    metrics.observe_clock(pipeline.clock_state());
    metrics.observe_log(
        pipeline.log_size(),
        pipeline.waiting(),
        pipeline.log_counts(),
    );
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    status::with_type(media_type, metrics.text())
}
