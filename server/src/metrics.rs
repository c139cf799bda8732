//! What is counted. Every label comes from a closed enum, so no caller can grow the set.

mod location;

use std::fmt;
use std::time::Duration;

use meridian_log::room::RoomReading;
use meridian_log::sequencer::Counts;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::tsp::status::PkiFailureInfo;
use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use self::location::LocationMetrics;
pub(crate) use self::location::TicketEvent;
use crate::http::problem::ProblemKind;
use crate::http::tls::TlsState;
use crate::location::problem::LocationProblem;
use crate::pipeline::ClockState;

/// How a time-stamp request ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Outcome {
    Granted,
    BadAlg,
    BadRequest,
    BadDataFormat,
    TimeNotAvailable,
    UnacceptedPolicy,
    UnacceptedExtension,
    AddInfoNotAvailable,
    SystemFailure,
    QueueFull,
    NoRoom,
    Stopping,
}

impl Outcome {
    const ALL: [Self; 12] = [
        Self::Granted,
        Self::BadAlg,
        Self::BadRequest,
        Self::BadDataFormat,
        Self::TimeNotAvailable,
        Self::UnacceptedPolicy,
        Self::UnacceptedExtension,
        Self::AddInfoNotAvailable,
        Self::SystemFailure,
        Self::QueueFull,
        Self::NoRoom,
        Self::Stopping,
    ];

    /// What a refusal with this bit is counted as.
    pub(crate) const fn of(bit: PkiFailureInfo) -> Self {
        match bit {
            PkiFailureInfo::BadAlg => Self::BadAlg,
            PkiFailureInfo::BadRequest => Self::BadRequest,
            PkiFailureInfo::BadDataFormat => Self::BadDataFormat,
            PkiFailureInfo::TimeNotAvailable => Self::TimeNotAvailable,
            PkiFailureInfo::UnacceptedPolicy => Self::UnacceptedPolicy,
            PkiFailureInfo::UnacceptedExtension => Self::UnacceptedExtension,
            PkiFailureInfo::AddInfoNotAvailable => Self::AddInfoNotAvailable,
            PkiFailureInfo::SystemFailure => Self::SystemFailure,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::BadAlg => "bad_alg",
            Self::BadRequest => "bad_request",
            Self::BadDataFormat => "bad_data_format",
            Self::TimeNotAvailable => "time_not_available",
            Self::UnacceptedPolicy => "unaccepted_policy",
            Self::UnacceptedExtension => "unaccepted_extension",
            Self::AddInfoNotAvailable => "add_info_not_available",
            Self::SystemFailure => "system_failure",
            Self::QueueFull => "queue_full",
            Self::NoRoom => "no_room",
            Self::Stopping => "stopping",
        }
    }
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum ConnectionEvent {
    Opened,
    Ended,
    Broken,
    Refused,
    AcceptFailed,
}

impl ConnectionEvent {
    const ALL: [Self; 5] = [
        Self::Opened,
        Self::Ended,
        Self::Broken,
        Self::Refused,
        Self::AcceptFailed,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Ended => "ended",
            Self::Broken => "broken",
            Self::Refused => "refused",
            Self::AcceptFailed => "accept_failed",
        }
    }
}

/// How a TLS handshake ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Handshake {
    Full,
    Resumed,
    Failed,
    Late,
    Plain,
}

impl Handshake {
    const ALL: [Self; 5] = [
        Self::Full,
        Self::Resumed,
        Self::Failed,
        Self::Late,
        Self::Plain,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Resumed => "resumed",
            Self::Failed => "failed",
            Self::Late => "late",
            Self::Plain => "plain_http",
        }
    }
}

/// One label of a closed set.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Label {
    Outcome(Outcome),
    Problem(ProblemKind),
    Connection(ConnectionEvent),
    Handshake(Handshake),
}

impl EncodeLabelSet for Label {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), fmt::Error> {
        let pair = match self {
            Self::Outcome(outcome) => ("outcome", outcome.label()),
            Self::Problem(kind) => ("kind", kind.slug()),
            Self::Connection(event) => ("event", event.label()),
            Self::Handshake(handshake) => ("outcome", handshake.label()),
        };
        prometheus_client::encoding::EncodeLabel::encode(&pair, encoder.encode_label())
    }
}

/// What the log has done. Gauges, because they are copied when asked for.
#[derive(Debug, Default)]
struct LogGauges {
    size: Gauge,
    commits: Gauge,
    voids: Gauge,
    waiting: Gauge,
    free: Gauge,
    reserve: Gauge,
}

impl LogGauges {
    fn register(registry: &mut Registry) -> Self {
        let log = Self::default();
        registry.register("log_size", "Leaves released", log.size.clone());
        let help = "Batches committed since the start";
        registry.register("log_commits", help, log.commits.clone());
        let help = "Void leaves since the start: signatures that failed or came late";
        registry.register("log_voids", help, log.voids.clone());
        let help = "Requests that wait for a place";
        registry.register("queue_waiting", help, log.waiting.clone());
        let help = "Octets free on the disk of the log; -1 if nobody counts";
        registry.register("log_disk_free_bytes", help, log.free.clone());
        let help = "Octets that must be free for a token to be made";
        registry.register("log_disk_reserve_bytes", help, log.reserve.clone());
        log
    }
}

/// HTTPS. The gauges are set when asked for.
#[derive(Debug, Default)]
struct TlsMetrics {
    handshakes: Family<Label, Counter>,
    not_after: Gauge,
    refused: Gauge,
}

impl TlsMetrics {
    fn register(registry: &mut Registry) -> Self {
        let tls = Self::default();
        let help = "TLS handshakes";
        registry.register("tls_handshakes", help, tls.handshakes.clone());
        let help = "End of the HTTPS certificate, seconds since 1970; -1 without HTTPS";
        let name = "tls_certificate_not_after_seconds";
        registry.register(name, help, tls.not_after.clone());
        let help = "1 if the HTTPS files as they are now cannot be used, and older ones are in use";
        registry.register("tls_files_refused", help, tls.refused.clone());
        for handshake in Handshake::ALL {
            drop(tls.handshakes.get_or_create(&Label::Handshake(handshake)));
        }
        tls.not_after.set(-1);
        tls
    }
}

/// All counters of the process.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    outcomes: Family<Label, Counter>,
    problems: Family<Label, Counter>,
    connections: Family<Label, Counter>,
    open: Gauge,
    answer_seconds: Histogram,
    log: LogGauges,
    tls: TlsMetrics,
    location: LocationMetrics,
    clock_bound_us: Gauge,
    clock_measured: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("meridian");
        let outcomes = Family::<Label, Counter>::default();
        let problems = Family::<Label, Counter>::default();
        let connections = Family::<Label, Counter>::default();
        // From 50 µs to 3.3 s: one fsync lies near the lower end.
        let answer_seconds = Histogram::new(exponential_buckets(0.000_05, 2.0, 17));
        let open = Gauge::default();
        let log = LogGauges::register(&mut registry);
        let tls = TlsMetrics::register(&mut registry);
        let location = LocationMetrics::register(&mut registry);
        let (clock_bound_us, clock_measured) = (Gauge::default(), Gauge::default());
        registry.register("answers", "Time-stamp requests answered", outcomes.clone());
        registry.register("problems", "Problem documents sent", problems.clone());
        registry.register("connections", "Connection events", connections.clone());
        registry.register("connections_open", "Connections open now", open.clone());
        let help = "From a place in the queue to the durable, provable answer";
        registry.register("answer_seconds", help, answer_seconds.clone());
        let help = "Error bound of the last clock reading, microseconds; -1 if there is none";
        registry.register("clock_bound_us", help, clock_bound_us.clone());
        let help = "1 if the bound is the kernel's, 0 if it is asserted, not measured";
        registry.register("clock_measured", help, clock_measured.clone());
        // Every label exists from the start: a rate over an absent series reads as no data.
        for outcome in Outcome::ALL {
            drop(outcomes.get_or_create(&Label::Outcome(outcome)));
        }
        for kind in ProblemKind::ALL {
            drop(problems.get_or_create(&Label::Problem(kind)));
        }
        for event in ConnectionEvent::ALL {
            drop(connections.get_or_create(&Label::Connection(event)));
        }
        Self {
            registry,
            outcomes,
            problems,
            connections,
            open,
            answer_seconds,
            log,
            tls,
            location,
            clock_bound_us,
            clock_measured,
        }
    }

    pub(crate) fn granted(&self, took: Duration) {
        self.outcome(Outcome::Granted);
        self.answer_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn outcome(&self, outcome: Outcome) {
        self.outcomes.get_or_create(&Label::Outcome(outcome)).inc();
    }

    pub(crate) fn problem(&self, kind: ProblemKind) {
        self.problems.get_or_create(&Label::Problem(kind)).inc();
    }

    pub(crate) fn challenge(&self) {
        self.location.challenge();
    }

    /// Evidence was accepted.
    pub(crate) fn level(&self, level: AssuranceLevel) {
        self.location.accepted(level);
    }

    pub(crate) fn ticket(&self, event: TicketEvent) {
        self.location.ticket(event);
    }

    pub(crate) fn location_refusal(&self, problem: LocationProblem) {
        self.location.refusal(problem);
    }

    pub(crate) fn connection(&self, event: ConnectionEvent) {
        match event {
            ConnectionEvent::Opened => drop(self.open.inc()),
            ConnectionEvent::Ended | ConnectionEvent::Broken => drop(self.open.dec()),
            ConnectionEvent::Refused | ConnectionEvent::AcceptFailed => {}
        }
        self.connections
            .get_or_create(&Label::Connection(event))
            .inc();
    }

    pub(crate) fn handshake(&self, outcome: Handshake) {
        let label = Label::Handshake(outcome);
        self.tls.handshakes.get_or_create(&label).inc();
    }

    /// Read when asked for: the certificate in use.
    pub(crate) fn observe_tls(&self, state: &TlsState) {
        self.tls
            .not_after
            .set(state.not_after.get().div_euclid(1_000_000));
        self.tls.refused.set(i64::from(state.refused.is_some()));
    }

    /// Read when asked for: the clock's bound and whether it is measured.
    pub(crate) fn observe_clock(&self, clock: ClockState) {
        let bound_us = clock.bound_us().map(i64::try_from);
        let measured = matches!(clock, ClockState::Measured { .. });
        self.clock_bound_us
            .set(bound_us.map_or(-1, |bound_us| bound_us.unwrap_or(i64::MAX)));
        self.clock_measured.set(i64::from(measured));
    }

    /// Read when asked for: what the log has done.
    pub(crate) fn observe_log(&self, size: u64, waiting: usize, counts: &Counts) {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.log.size.set(number(size));
        self.log.commits.set(number(counts.commits()));
        self.log.voids.set(number(counts.voids()));
        self.log
            .waiting
            .set(i64::try_from(waiting).unwrap_or(i64::MAX));
    }

    /// Read when asked for: the room of the log.
    pub(crate) fn observe_room(&self, room: Option<RoomReading>) {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.log.free.set(room.map_or(-1, |room| number(room.free)));
        self.log
            .reserve
            .set(room.map_or(0, |room| number(room.reserve)));
    }

    /// OpenMetrics text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}
