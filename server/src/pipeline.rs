//! From a request's octets to a durable, provable answer: the only file that knows both the
//! authority and the log.
//!
//! Stages 3 to 12 of docs/REQUEST-FLOW.md, in order: [`Pipeline::read`], [`Pipeline::submit`],
//! then [`Issuer`] on the log's threads, then [`Pending::outcome`]. A request that was submitted
//! is stamped and logged even if its client goes away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use meridian_log::reader::{LogReader, ReadError};
use meridian_log::released::{ClockFault, Outcome as Sequenced, Released};
use meridian_log::sequencer::{Counts, EventError, Sequencer, SubmitError};
use meridian_log::stamper::{Place, Stamp, StampError, Stamper};
use meridian_merkle::index::LeafIndex;
use meridian_signing::clock::{self, BoundSource, Clock, StampTime};
use meridian_signing::cms::TokenSigner;
use meridian_tsa::authority::TimeStampAuthority;
use meridian_tsa::error::Rejection;
use meridian_tsa::policy::TsaPolicy;
use meridian_tsa::request::ValidRequest;
use meridian_wire::leaf::EventName;
use meridian_wire::proof::TlogProof;
use meridian_wire::tsp::req::TimeStampReq;
use meridian_wire::tsp::resp::TimeStampResp;
use meridian_wire::tsp::status::PkiFailureInfo;
use tokio::sync::oneshot;

use crate::metrics::{Metrics, Outcome};

/// What the log calls to turn a place into a leaf: decide (stage 8), sign (stage 9).
#[derive(Debug)]
pub(crate) struct Issuer {
    authority: TimeStampAuthority,
    signer: TokenSigner,
}

impl Issuer {
    pub(crate) fn new(policy: Arc<TsaPolicy>, signer: TokenSigner) -> Self {
        let authority = TimeStampAuthority::new(policy);
        Self { authority, signer }
    }
}

impl Stamper for Issuer {
    type Request = ValidRequest;
    type Refusal = Rejection;

    fn admit(&self, request: &ValidRequest, time: &StampTime) -> Result<(), Rejection> {
        self.authority.admit(request, time)
    }

    fn stamp(&self, request: &ValidRequest, place: &Place) -> Result<Stamp, StampError> {
        // `admit` granted the same question a moment ago, so a refusal here is a fault of ours.
        let decided = self.authority.decide(request, place.serial(), place.time());
        let tst_info = decided.map_err(|_| StampError::Unmade)?;
        let signed = self.signer.sign(&tst_info.encode(), request.cert_req())?;
        let answer = TimeStampResp::granted(signed.token());
        Ok(Stamp::time_stamp(
            *signed.digest(),
            signed.into_stored(),
            answer,
        ))
    }
}

/// What the clock says of itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ClockState {
    Measured { bound_us: u64 },
    Asserted { bound_us: u64 },
    Unavailable,
}

impl ClockState {
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
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    stopping: AtomicBool,
}

impl Pipeline {
    pub(crate) fn new(
        policy: Arc<TsaPolicy>,
        sequencer: Sequencer<Issuer>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            policy,
            reader: sequencer.reader(),
            sequencer,
            clock,
            metrics,
            stopping: AtomicBool::new(false),
        }
    }

    /// All stages of one DER request.
    pub(crate) async fn timestamp(&self, der: &[u8]) -> Result<Released, Rejection> {
        let request = self.read(der)?;
        self.submit(request)?.outcome().await
    }

    /// Stages 3 and 4: decode, and check that we serve it.
    pub(crate) fn read(&self, der: &[u8]) -> Result<ValidRequest, Rejection> {
        let decoded = TimeStampReq::decode(der, &self.policy.served()).map_err(Rejection::from);
        let valid = decoded.and_then(|request| ValidRequest::new(request, &self.policy));
        valid.inspect_err(|rejection| self.metrics.outcome(outcome(rejection)))
    }

    /// Stage 5: a place in the queue.
    pub(crate) fn submit(&self, request: ValidRequest) -> Result<Pending<'_>, Rejection> {
        let since = clock::monotonic();
        let (reply, receiver) = oneshot::channel();
        // The receiver is gone if the client is: then the log keeps what nobody hears.
        let reply = move |outcome| drop(reply.send(outcome));
        match self.sequencer.submit(request, reply) {
            Ok(()) => Ok(Pending {
                receiver,
                since,
                metrics: &self.metrics,
            }),
            Err(error) => {
                let rejection = match error {
                    SubmitError::Full => Rejection::QueueFull,
                    // Closed, the only other reason.
                    _ => Rejection::Stopping,
                };
                self.metrics.outcome(outcome(&rejection));
                Err(rejection)
            }
        }
    }

    /// The newest released checkpoint, a signed note.
    pub(crate) fn checkpoint(&self) -> String {
        self.reader.checkpoint()
    }

    /// The proof of a released leaf. Reads the database.
    pub(crate) fn proof(&self, index: u64) -> Result<Option<TlogProof>, ReadError> {
        self.reader.proof(LeafIndex::new(index))
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

    /// Puts an event of the authority's life into the log and waits until it is released. Blocks.
    pub(crate) fn append_event(&self, name: EventName, body: &[u8]) -> Result<(), EventError> {
        self.sequencer.append_event(name, body).map(drop)
    }

    pub(crate) fn clock_state(&self) -> ClockState {
        match self.clock.read() {
            Ok(reading) if reading.source == BoundSource::Measured => ClockState::Measured {
                bound_us: reading.bound_us,
            },
            Ok(reading) => ClockState::Asserted {
                bound_us: reading.bound_us,
            },
            Err(_) => ClockState::Unavailable,
        }
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
    since: Instant,
    metrics: &'a Metrics,
}

impl Pending<'_> {
    /// Waits until the leaf is durable and proven, or refused.
    pub(crate) async fn outcome(self) -> Result<Released, Rejection> {
        let answer = match self.receiver.await {
            Ok(Sequenced::Stamped(released)) => Ok(released),
            Ok(Sequenced::Refused(rejection)) => Err(rejection),
            Ok(Sequenced::ClockUnavailable(ClockFault::NoReading(error))) => Err(error.into()),
            Ok(Sequenced::ClockUnavailable(ClockFault::WentBack(error))) => Err(error.into()),
            Ok(Sequenced::SignerFailed) => Err(Rejection::SignerFailed),
            // Stopped, or the log's threads are gone with what they had.
            Ok(_) | Err(_) => Err(Rejection::Stopping),
        };
        let took = clock::monotonic().saturating_duration_since(self.since);
        match &answer {
            Ok(_) => self.metrics.granted(took),
            Err(rejection) => self.metrics.outcome(outcome(rejection)),
        }
        answer
    }
}

/// The label under which a refusal is counted.
fn outcome(rejection: &Rejection) -> Outcome {
    match rejection {
        Rejection::QueueFull => Outcome::QueueFull,
        Rejection::Stopping => Outcome::Stopping,
        other => match other.fail_info() {
            PkiFailureInfo::BadAlg => Outcome::BadAlg,
            PkiFailureInfo::BadRequest => Outcome::BadRequest,
            PkiFailureInfo::BadDataFormat => Outcome::BadDataFormat,
            PkiFailureInfo::TimeNotAvailable => Outcome::TimeNotAvailable,
            PkiFailureInfo::UnacceptedPolicy => Outcome::UnacceptedPolicy,
            PkiFailureInfo::UnacceptedExtension => Outcome::UnacceptedExtension,
            PkiFailureInfo::AddInfoNotAvailable => Outcome::AddInfoNotAvailable,
            PkiFailureInfo::SystemFailure => Outcome::SystemFailure,
        },
    }
}
