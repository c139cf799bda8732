//! The authority's own life in its log (docs/LOG.md, 'Events').
//!
//! Each file below has the events of one noun, and what they say. A body is JSON, hidden behind a
//! salt; a name is public. Neither has anything about a subject, a client or a place.

pub(crate) mod clock;
pub(crate) mod clock_watch;
pub(crate) mod config;
pub(crate) mod in_force;
pub(crate) mod life;
pub(crate) mod opening;
pub(crate) mod operator;
pub(crate) mod unit;
pub(crate) mod watch;

use std::error::Error;
use std::sync::Arc;

use meridian_log::sequencer::EventError;
use meridian_wire::leaf::{EventName, NotAnEventName};
use serde::Serialize;

use crate::pipeline::Pipeline;

/// The program that writes the log.
pub(crate) const SOFTWARE: &str = concat!("meridian ", env!("CARGO_PKG_VERSION"));

/// Something that happened to the authority.
pub(crate) trait LifeEvent: Serialize + Sync {
    /// Its public name.
    const NAME: &'static str;
}

#[derive(Serialize)]
struct Body<'a, E> {
    event: &'static str,
    #[serde(flatten)]
    says: &'a E,
}

/// Why an event is not in the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotRecorded {
    #[error(transparent)]
    Name(#[from] NotAnEventName),
    #[error("the body cannot be written: {0}")]
    Body(#[from] serde_json::Error),
    #[error(transparent)]
    Log(#[from] EventError),
    /// Only while the process is being torn down.
    #[error("the process is ending")]
    Ending,
}

impl NotRecorded {
    /// Why there was no trustworthy time, if that was it: the same event may be recorded later.
    pub(crate) fn want_of_time(&self) -> Option<String> {
        let Self::Log(EventError::Clock(fault)) = self else {
            return None;
        };
        let why = fault.source().map(ToString::to_string);
        Some(why.unwrap_or_else(|| fault.to_string()))
    }
}

/// Puts an event into the log and waits until it is released.
pub(crate) async fn append<E: LifeEvent>(
    pipeline: &Arc<Pipeline>,
    says: &E,
) -> Result<(), NotRecorded> {
    let name = EventName::new(E::NAME)?;
    let event = E::NAME;
    let body = serde_json::to_vec(&Body { event, says })?;
    let pipeline = Arc::clone(pipeline);
    let appended = tokio::task::spawn_blocking(move || pipeline.append_event(name, &body));
    Ok(appended.await.map_err(|_| NotRecorded::Ending)??)
}

/// The same for an event that nothing waits for. Without trustworthy time there is no leaf: an
/// authority that cannot stamp cannot date its own events either, and goes on.
pub(crate) async fn record<E: LifeEvent>(pipeline: &Arc<Pipeline>, says: &E) {
    if let Err(error) = append(pipeline, says).await {
        tracing::warn!(%error, event = E::NAME, "an event of the authority is not in its log");
    }
}
