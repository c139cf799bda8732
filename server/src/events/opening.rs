//! [`Opening`]: the events that a start begins with.

use std::collections::VecDeque;
use std::sync::Arc;

use meridian_wire::loc::Digest32;
use meridian_wire::x509::certificate::CertificateView;

use super::config::{ConfigChange, Policy};
use super::in_force::InForce;
use super::life::{ClockShown, Start};
use super::unit::{CertificateActivate, Certified, KeyActivate, KeyRetire, Unit, UnitKind};
use super::{NotRecorded, SOFTWARE, append};
use crate::pipeline::{ClockState, Pipeline};

/// What is in force from this start on.
#[derive(Debug)]
pub(crate) struct Now {
    pub(crate) config: Digest32,
    pub(crate) time: CertificateView,
    pub(crate) location: Option<CertificateView>,
    pub(crate) location_policy: Option<Digest32>,
    /// The policy was never in force here.
    pub(crate) is_new_policy: bool,
}

/// Events that are to be recorded one after the other, each once. Those that are left when the
/// clock gives no time are recorded when it does.
#[derive(Debug)]
pub(crate) struct Opening(VecDeque<Event>);

#[derive(Clone, Debug)]
enum Event {
    ConfigChange(ConfigChange),
    KeyRetire(KeyRetire),
    KeyActivate(KeyActivate),
    CertificateActivate(CertificateActivate),
    Policy(Digest32),
    /// Its clock is the one of when it is recorded.
    Start {
        config: String,
        units: Vec<Unit>,
        location_policy: Option<Digest32>,
    },
}

impl Opening {
    /// What changed since `before`, and the start.
    pub(crate) fn new(before: &InForce, now: &Now) -> Self {
        let mut events = VecDeque::new();
        let config = hex::encode(now.config);
        if before.config_sha256.as_ref() != Some(&config) {
            events.push_back(Event::ConfigChange(ConfigChange {
                config_sha256: config.clone(),
                previous_sha256: before.config_sha256.clone(),
            }));
        }
        let mut units = Vec::new();
        for kind in UnitKind::ALL {
            let certificate = match kind {
                UnitKind::Time => Some(&now.time),
                UnitKind::Location => now.location.as_ref(),
            };
            let known = before.units.iter().find(|unit| unit.unit == kind);
            let unit = certificate.map(|certificate| Unit::new(kind, certificate));
            events.extend(key_life(known, unit.as_ref().zip(certificate)));
            units.extend(unit);
        }
        if let Some(policy) = now.location_policy.filter(|_| now.is_new_policy) {
            events.push_back(Event::Policy(policy));
        }
        events.push_back(Event::Start {
            config,
            units,
            location_policy: now.location_policy,
        });
        Self(events)
    }

    /// Records what is left, up to the first that has no time.
    pub(crate) async fn record(&mut self, pipeline: &Arc<Pipeline>) -> Result<(), NotRecorded> {
        while let Some(event) = self.0.front() {
            event.append(pipeline).await?;
            self.0.pop_front();
        }
        Ok(())
    }
}

/// What became of the key and the certificate of one unit.
fn key_life(known: Option<&Unit>, now: Option<(&Unit, &CertificateView)>) -> Vec<Event> {
    let retire = |unit: &Unit| Event::KeyRetire(KeyRetire(unit.clone()));
    let Some((unit, certificate)) = now else {
        return known.map(retire).into_iter().collect();
    };
    let certified = || Certified::new(unit.clone(), certificate);
    let activate = || Event::KeyActivate(KeyActivate(certified()));
    match known {
        None => vec![activate()],
        // The same certificate has the same key.
        Some(known) if known.certificate_sha256 == unit.certificate_sha256 => Vec::new(),
        Some(known) if known.spki_sha256 == unit.spki_sha256 => {
            vec![Event::CertificateActivate(CertificateActivate(certified()))]
        }
        Some(known) => vec![retire(known), activate()],
    }
}

impl Event {
    async fn append(&self, pipeline: &Arc<Pipeline>) -> Result<(), NotRecorded> {
        match self {
            Self::ConfigChange(event) => append(pipeline, event).await,
            Self::KeyRetire(event) => append(pipeline, event).await,
            Self::KeyActivate(event) => append(pipeline, event).await,
            Self::CertificateActivate(event) => append(pipeline, event).await,
            Self::Policy(document) => {
                append(pipeline, &Policy::new(pipeline.clock_state(), document)).await
            }
            Self::Start {
                config,
                units,
                location_policy,
            } => {
                let clock: ClockState = pipeline.clock_state();
                let start = Start {
                    clock: ClockShown::of(clock),
                    config_sha256: config.clone(),
                    units: units.clone(),
                    location_policy_sha256: location_policy.map(hex::encode),
                    software: SOFTWARE,
                };
                append(pipeline, &start).await
            }
        }
    }
}
