//! From a request's octets to a durable, provable answer: the only place that knows both the
//! authorities and the log.
//!
//! Stages 3 to 12 of docs/REQUEST-FLOW.md, in order: [`Pipeline::read`], [`Pipeline::submit`],
//! then `Issuer` on the log's threads, then [`Pending::outcome`]. A request that was submitted
//! is stamped and logged even if its client goes away.

mod issuer;
mod proof_wish;
mod rejection;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use meridian_log::reader::{LogReader, ReadError};
use meridian_log::released::{ClockFault, Outcome as Sequenced, Released};
use meridian_log::room::RoomReading;
use meridian_log::sequencer::{Counts, EventError, Sequencer, SubmitError};
use meridian_signing::clock::{self, BoundSource, Clock, ClockError, ClockReading};
use meridian_tsa::error::Rejection as TimeRejection;
use meridian_tsa::policy::TsaPolicy;
use meridian_tsa::request::ValidRequest;
use meridian_wire::leaf::EventName;
use meridian_wire::log_number::LogNumber;
use meridian_wire::proof::TlogProof;
use meridian_wire::tsp::req::TimeStampReq;
use tokio::sync::oneshot;

pub(crate) use self::issuer::{Issuer, PlaceRequest, PlaceUnit, StampRequest};
pub(crate) use self::proof_wish::{ProofDefaults, ProofWish};
pub(crate) use self::rejection::Rejection;
use crate::logs::EarlierLog;
use crate::metrics::Metrics;

/// What the clock says of itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ClockState {
    Measured { bound_us: u64 },
    Asserted { bound_us: u64 },
    Unavailable,
}

impl ClockState {
    /// What a reading says of its clock.
    pub(crate) const fn of(reading: ClockReading) -> Self {
        let bound_us = reading.bound_us;
        match reading.source {
            BoundSource::Measured => Self::Measured { bound_us },
            // The second source, and whatever is not a measurement.
            _ => Self::Asserted { bound_us },
        }
    }

    /// For probes, events and the start-up line.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Measured { .. } => "measured",
            Self::Asserted { .. } => "asserted, not measured",
            Self::Unavailable => "unavailable",
        }
    }

    pub(crate) const fn bound_us(self) -> Option<u64> {
        match self {
            Self::Measured { bound_us } | Self::Asserted { bound_us } => Some(bound_us),
            Self::Unavailable => None,
        }
    }
}

/// The way from octets to an answer.
#[derive(Debug)]
pub(crate) struct Pipeline {
    policy: Arc<TsaPolicy>,
    sequencer: Sequencer<Issuer>,
    reader: LogReader,
    number: LogNumber,
    earlier: Vec<EarlierLog>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    proofs: ProofDefaults,
    stopping: AtomicBool,
}

impl Pipeline {
    pub(crate) fn new(
        policy: Arc<TsaPolicy>,
        sequencer: Sequencer<Issuer>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        proofs: ProofDefaults,
    ) -> Self {
        Self {
            policy,
            reader: sequencer.reader(),
            number: LogNumber::FIRST,
            earlier: Vec::new(),
            sequencer,
            clock,
            metrics,
            proofs,
            stopping: AtomicBool::new(false),
        }
    }

    /// The same with the number of its log, and the closed logs that this one succeeded.
    pub(crate) fn succeeding(mut self, number: LogNumber, earlier: Vec<EarlierLog>) -> Self {
        self.number = number;
        self.earlier = earlier;
        self
    }

    /// Reads one of the authority's logs.
    pub(crate) fn log(&self, number: LogNumber) -> Option<LogReader> {
        if number == self.number {
            return Some(self.reader.clone());
        }
        let found = self.earlier.iter().find(|log| log.number == number);
        found.map(|found| found.log.reader())
    }

    /// All stages of one DER request.
    pub(crate) async fn timestamp(
        &self,
        der: &[u8],
        wish: ProofWish,
    ) -> Result<Released, Rejection> {
        let request = self.read(der)?;
        self.stamp(StampRequest::Time(request), wish).await
    }

    /// Stages 6 to 12 of a request that was read.
    pub(crate) async fn stamp(
        &self,
        request: StampRequest,
        wish: ProofWish,
    ) -> Result<Released, Rejection> {
        self.submit(request, wish)?.outcome().await
    }

    /// Stages 4 and 5: decode, and check that we serve it.
    pub(crate) fn read(&self, der: &[u8]) -> Result<ValidRequest, Rejection> {
        self.try_read(der).map_err(|it| self.refused(it.into()))
    }

    /// The same for a request that may be another authority's: a refusal is not counted.
    pub(crate) fn try_read(&self, der: &[u8]) -> Result<ValidRequest, TimeRejection> {
        let request = TimeStampReq::decode(der, &self.policy.served())?;
        ValidRequest::new(request, &self.policy)
    }

    /// Counts a refusal that this request ends with.
    pub(crate) fn refused(&self, rejection: Rejection) -> Rejection {
        self.metrics.outcome(rejection.outcome());
        rejection
    }

    /// Stage 6: a place in the queue.
    pub(crate) fn submit(
        &self,
        request: StampRequest,
        wish: ProofWish,
    ) -> Result<Pending<'_>, Rejection> {
        let with_proof = self.proofs.decide(wish, &request);
        let since = clock::monotonic();
        let (reply, receiver) = oneshot::channel();
        // The receiver is gone if the client is: then the log keeps what nobody hears.
        let reply = move |outcome| drop(reply.send(outcome));
        match self.sequencer.submit(request, reply) {
            Ok(()) => Ok(Pending {
                receiver,
                with_proof,
                since,
                metrics: &self.metrics,
            }),
            Err(error) => {
                let rejection = match error {
                    SubmitError::Full => TimeRejection::QueueFull,
                    // Closed, the only other reason.
                    _ => TimeRejection::Stopping,
                };
                Err(self.refused(rejection.into()))
            }
        }
    }

    /// The proof of a released leaf of any of the logs. Reads the database.
    pub(crate) fn proof(&self, serial: u128) -> Result<Option<TlogProof>, ReadError> {
        let (number, index) = LogNumber::of_serial(serial);
        match self.log(number) {
            Some(log) => log.proof(index),
            None => Ok(None),
        }
    }

    /// The token under a serial number of any of the logs, as it is kept: without certificates,
    /// and a location stamp's only until it expires. Reads the database.
    pub(crate) fn kept_token(&self, serial: u128) -> Result<Option<Vec<u8>>, ReadError> {
        let (number, index) = LogNumber::of_serial(serial);
        let Some(log) = self.log(number) else {
            return Ok(None);
        };
        if let Some(token) = log.token(index)? {
            return Ok(Some(token));
        }
        // Without time it may have expired.
        let Ok(reading) = self.clock.read() else {
            return Ok(None);
        };
        let kept = log.location_token(index, reading.time)?;
        Ok(kept.map(|kept| kept.token))
    }

    pub(crate) fn log_size(&self) -> u64 {
        self.reader.size().get()
    }

    pub(crate) fn log_counts(&self) -> &Counts {
        self.sequencer.counts()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.sequencer.waiting()
    }

    /// How much room the log has; `None` if nobody counts.
    pub(crate) fn room(&self) -> Option<RoomReading> {
        self.sequencer.room()
    }

    /// Whether rows beside the log may be written: what makes no leaf and yet fills the disk.
    pub(crate) fn check_room(&self) -> Result<(), Rejection> {
        match self.room() {
            Some(room) if room.low => Err(self.refused(TimeRejection::NoRoom.into())),
            _ => Ok(()),
        }
    }

    /// Puts an event of the authority's life into the log and waits until it is released. Blocks.
    pub(crate) fn append_event(&self, name: EventName, body: &[u8]) -> Result<(), EventError> {
        self.sequencer.append_event(name, body).map(drop)
    }

    pub(crate) fn clock_reading(&self) -> Result<ClockReading, ClockError> {
        self.clock.read()
    }

    pub(crate) fn clock_state(&self) -> ClockState {
        let reading = self.clock.read();
        reading.map_or(ClockState::Unavailable, ClockState::of)
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// From now on probes are told to send nobody here. What was accepted is still answered.
    pub(crate) fn stop_soon(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Answers what is queued and ends the log's threads. Blocks.
    pub(crate) fn shutdown(&self) {
        self.sequencer.shutdown();
    }
}

/// A request that has its place in the queue.
#[derive(Debug)]
pub(crate) struct Pending<'a> {
    receiver: oneshot::Receiver<Sequenced<Rejection>>,
    /// The token is to carry its proof.
    with_proof: bool,
    since: Instant,
    metrics: &'a Metrics,
}

impl Pending<'_> {
    /// Waits until the leaf is durable and proven, or refused.
    pub(crate) async fn outcome(self) -> Result<Released, Rejection> {
        let answer = match self.receiver.await {
            Ok(Sequenced::Stamped(released)) if self.with_proof => {
                Ok(proof_wish::carrying_proof(released))
            }
            Ok(Sequenced::Stamped(released)) => Ok(released),
            Ok(Sequenced::Refused(rejection)) => Err(rejection),
            Ok(Sequenced::ClockUnavailable(fault)) => Err(clock_fault(fault).into()),
            Ok(Sequenced::NoRoom(_)) => Err(TimeRejection::NoRoom.into()),
            Ok(Sequenced::SignerFailed) => Err(TimeRejection::SignerFailed.into()),
            // Stopped, or the log's threads are gone with what they had.
            Ok(_) | Err(_) => Err(TimeRejection::Stopping.into()),
        };
        let took = clock::monotonic().saturating_duration_since(self.since);
        match &answer {
            Ok(_) => self.metrics.granted(took),
            Err(rejection) => self.metrics.outcome(rejection.outcome()),
        }
        answer
    }
}

fn clock_fault(fault: ClockFault) -> TimeRejection {
    match fault {
        ClockFault::NoReading(error) => error.into(),
        ClockFault::WentBack(error) => error.into(),
        _ => TimeRejection::Stopping,
    }
}
