//! [`InForce`]: what was in force when the log last said so.

use meridian_log::logged_event::LoggedEvent;
use meridian_log::reader::{LogReader, ReadError};
use meridian_merkle::index::LeafIndex;
use serde::Deserialize;

use super::LifeEvent;
use super::life::Start;
use super::unit::{Unit, UnitKind};

/// Events looked at in one step, backwards.
const STEP: usize = 256;

/// Digests of the configuration, of keys and certificates; nothing where the log does not say.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct InForce {
    pub(super) config_sha256: Option<String>,
    pub(super) units: Vec<Unit>,
}

/// What a start says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    config_sha256: String,
    units: Vec<Unit>,
}

/// What the genesis says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Began {
    #[serde(default)]
    config_sha256: Option<String>,
    #[serde(default)]
    tsu_certificate_sha256: Option<String>,
    #[serde(default)]
    location_tsu_certificate_sha256: Option<String>,
}

impl InForce {
    /// By the last start, else by the genesis. An event of an older program, or one whose body was
    /// erased, is passed over: what it would have said is then recorded again.
    pub(crate) fn read(log: &LogReader) -> Result<Self, ReadError> {
        let mut before = LeafIndex::new(log.size().get());
        loop {
            let events = log.events_before(before, STEP)?;
            let Some(first) = events.last() else {
                return Ok(Self::default());
            };
            before = first.index;
            if let Some(found) = events.iter().find_map(Self::said_by) {
                return Ok(found);
            }
        }
    }

    fn said_by(event: &LoggedEvent) -> Option<Self> {
        if event.name.is_none() {
            let began = serde_json::from_slice::<Began>(&event.body).ok()?;
            return Some(Self::began(began));
        }
        if event.name() != Start::NAME {
            return None;
        }
        let started = serde_json::from_slice::<Started>(&event.body).ok()?;
        Some(Self {
            config_sha256: Some(started.config_sha256),
            units: started.units,
        })
    }

    fn began(began: Began) -> Self {
        let unit = |unit, certificate: Option<String>| {
            certificate.map(|certificate_sha256| Unit {
                unit,
                spki_sha256: None,
                certificate_sha256,
            })
        };
        let time = unit(UnitKind::Time, began.tsu_certificate_sha256);
        let location = unit(UnitKind::Location, began.location_tsu_certificate_sha256);
        Self {
            config_sha256: began.config_sha256,
            units: time.into_iter().chain(location).collect(),
        }
    }
}
