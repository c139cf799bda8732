//! What is counted of location stamps.

use std::fmt;

use meridian_wire::loc::level::AssuranceLevel;
use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::location::problem::LocationProblem;

/// What happens to tickets.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum TicketEvent {
    Made,
    Used,
    GivenBack,
    Spent,
    Expired,
    Unknown,
}

impl TicketEvent {
    const ALL: [Self; 6] = [
        Self::Made,
        Self::Used,
        Self::GivenBack,
        Self::Spent,
        Self::Expired,
        Self::Unknown,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Used => "used",
            Self::GivenBack => "given_back",
            Self::Spent => "spent",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }
}

/// One label of a closed set.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Label {
    Ticket(TicketEvent),
    Level(AssuranceLevel),
    Problem(LocationProblem),
}

impl EncodeLabelSet for Label {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), fmt::Error> {
        let pair = match self {
            Self::Ticket(event) => ("event", event.label()),
            Self::Level(level) => ("level", level.name()),
            Self::Problem(problem) => ("code", problem.code()),
        };
        pair.encode(encoder.encode_label())
    }
}

/// Challenges, evidence, tickets and refusals.
#[derive(Debug, Default)]
pub(super) struct LocationMetrics {
    challenges: Counter,
    accepted: Family<Label, Counter>,
    tickets: Family<Label, Counter>,
    refusals: Family<Label, Counter>,
}

impl LocationMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let location = Self::default();
        let help = "Challenges given out";
        registry.register("location_challenges", help, location.challenges.clone());
        let help = "Evidence accepted, by the level that it reached then";
        registry.register("location_accepted", help, location.accepted.clone());
        let help = "What happened to tickets";
        registry.register("location_tickets", help, location.tickets.clone());
        let help = "Location requests refused";
        registry.register("location_refusals", help, location.refusals.clone());
        for level in AssuranceLevel::ALL {
            drop(location.accepted.get_or_create(&Label::Level(*level)));
        }
        for event in TicketEvent::ALL {
            drop(location.tickets.get_or_create(&Label::Ticket(event)));
        }
        for problem in LocationProblem::ALL {
            drop(location.refusals.get_or_create(&Label::Problem(*problem)));
        }
        location
    }

    pub(super) fn challenge(&self) {
        self.challenges.inc();
    }

    pub(super) fn accepted(&self, level: AssuranceLevel) {
        self.accepted.get_or_create(&Label::Level(level)).inc();
    }

    pub(super) fn ticket(&self, event: TicketEvent) {
        self.tickets.get_or_create(&Label::Ticket(event)).inc();
    }

    pub(super) fn refusal(&self, problem: LocationProblem) {
        self.refusals.get_or_create(&Label::Problem(problem)).inc();
    }
}
