//! Watches the clock while the authority serves.

use std::sync::Arc;
use std::time::Duration;

use meridian_signing::clock::monotonic;
use tokio::sync::watch;

use super::clock_watch::{ClockWatch, Seen};
use super::opening::Opening;
use super::{NotRecorded, append};
use crate::pipeline::Pipeline;

/// Between two readings.
const PAUSE: Duration = Duration::from_secs(1);

/// Records what the start begins with.
pub(crate) async fn open(
    pipeline: &Arc<Pipeline>,
    opening: &mut Opening,
    interval: Duration,
) -> ClockWatch {
    let recorded = opening.record(pipeline).await;
    let first = match &recorded {
        Ok(()) => pipeline.clock_reading().map_err(|error| error.to_string()),
        Err(error) => {
            tracing::warn!(%error, "the start is not in the log yet");
            let why = error.want_of_time();
            Err(why.unwrap_or_else(|| error.to_string()))
        }
    };
    ClockWatch::new(interval, first, monotonic())
}

/// Watches until `drain` says so, or its sender is gone.
pub(crate) async fn follow(
    pipeline: Arc<Pipeline>,
    mut opening: Opening,
    mut clock: ClockWatch,
    mut drain: watch::Receiver<bool>,
) {
    loop {
        let pause = tokio::time::sleep(PAUSE);
        tokio::select! {
            _ = drain.wait_for(|draining| *draining) => return,
            () = pause => {}
        }
        if let Err(error) = look(&pipeline, &mut opening, &mut clock).await {
            match error.want_of_time() {
                Some(why) => clock.lose(why, monotonic()),
                None => tracing::warn!(%error, "what the clock did is not in the log"),
            }
        }
    }
}

async fn look(
    pipeline: &Arc<Pipeline>,
    opening: &mut Opening,
    clock: &mut ClockWatch,
) -> Result<(), NotRecorded> {
    let (reading, now) = (pipeline.clock_reading(), monotonic());
    let seen = clock.see(reading, now);
    let Ok(reading) = reading else {
        return Ok(());
    };
    // What the authority began with comes before what became of its clock.
    opening.record(pipeline).await?;
    append_seen(pipeline, &seen).await?;
    clock.recorded(&seen, reading, now);
    Ok(())
}

async fn append_seen(pipeline: &Arc<Pipeline>, seen: &Seen) -> Result<(), NotRecorded> {
    match seen {
        Seen::Nothing => Ok(()),
        Seen::Evidence(evidence) => append(pipeline, evidence).await,
        Seen::Step(step) => append(pipeline, step).await,
        Seen::Back(loss, resume) => {
            append(pipeline, loss).await?;
            append(pipeline, resume).await
        }
    }
}
