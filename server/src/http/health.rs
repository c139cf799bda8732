//! The private listener: `/healthz`, `/readyz`, `/metrics`.

use serde::Serialize;
use warp::reply::Response;

use super::status::{self, Refusal};
use super::tls::Tls;
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
    #[serde(skip_serializing_if = "Option::is_none")]
    https: Option<ReadyHttps>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadyHttps {
    certificate_not_after: String,
    /// Why newer files are not in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    files_refused: Option<String>,
}

/// Whether a request sent now would be stamped, as far as the clock, the disk and the queue can tell.
pub(super) fn readyz(pipeline: &Pipeline, tls: Option<&Tls>) -> Result<Response, Refusal> {
    if pipeline.is_stopping() {
        return Err(Refusal::NotReady("the authority is stopping"));
    }
    if pipeline.room().is_some_and(|room| room.low) {
        return Err(Refusal::NotReady(
            "less is free on the disk of the log than [log] reserve",
        ));
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
        https: tls.map(Tls::state).map(|state| ReadyHttps {
            certificate_not_after: state.not_after.to_string(),
            files_refused: state.refused,
        }),
    };
    let body = serde_json::to_vec(&ready).map_err(Refusal::Json)?;
    Ok(status::with_type("application/json", body))
}

/// OpenMetrics text.
pub(super) fn metrics(pipeline: &Pipeline, metrics: &Metrics, tls: Option<&Tls>) -> Response {
    if let Some(tls) = tls {
        metrics.observe_tls(&tls.state());
    }
    metrics.observe_clock(pipeline.clock_state());
    metrics.observe_log(
        pipeline.log_size(),
        pipeline.waiting(),
        pipeline.log_counts(),
    );
    metrics.observe_room(pipeline.room());
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    status::with_type(media_type, metrics.text())
}
