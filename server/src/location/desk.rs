//! [`LocationDesk`]: what all location requests share, and the effects that they have.
//!
//! It decides nothing: `appraisal` and `locstamp` do. What is here is time, randomness, rows and
//! the order of things.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meridian_appraisal::AppraisalPolicy;
use meridian_appraisal::countries::Boundaries;
use meridian_appraisal::ip_database::IpDatabase;
use meridian_locstamp::policy::LocPolicy;
use meridian_log::private::PrivateRows;
use meridian_signing::clock::Clock;
use meridian_signing::entropy::Entropy;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::bundle::SubjectKey;
use meridian_wire::time::UnixMicros;

use super::ledger::Ledger;
use super::names::Names;
use super::parts::LocationParts;
use super::rate::Rate;
use super::refusal::LocationRefusal;
use super::session::Session;
use super::subject::Subjects;
use crate::config::{Enrolment, LocationConfig};
use crate::metrics::Metrics;

/// Locks for subjects: two of them share one now and then, and wait for a millisecond.
const TURNS: usize = 64;

/// What all location requests share.
#[derive(Debug)]
pub(crate) struct LocationDesk {
    pub(super) policy: AppraisalPolicy,
    pub(super) stamping: Arc<LocPolicy>,
    pub(super) rows: Arc<dyn PrivateRows>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) names: Names,
    pub(super) country_database: Option<IpDatabase>,
    pub(super) anonymous_database: Option<IpDatabase>,
    pub(super) boundaries: Option<Boundaries>,
    pub(super) rate: Rate,
    pub(super) ledger: Arc<Ledger>,
    pub(super) enrolment: Enrolment,
    pub(super) metrics: Arc<Metrics>,
    /// Who was erased since the last sweep: what they had lies in files of the database until
    /// those are rewritten, and a token may have been in the making.
    erased: Mutex<Vec<Digest32>>,
    turns: [Mutex<()>; TURNS],
    enrolling: Mutex<()>,
}

/// Where the desk gets its effects from.
#[derive(Clone, Debug)]
pub(crate) struct Effects {
    pub(crate) rows: Arc<dyn PrivateRows>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ledger: Arc<Ledger>,
}

impl LocationDesk {
    pub(crate) fn new(
        parts: LocationParts,
        stamping: Arc<LocPolicy>,
        config: &LocationConfig,
        effects: Effects,
    ) -> Self {
        Self {
            policy: parts.policy,
            stamping,
            rows: effects.rows,
            entropy: effects.entropy,
            clock: effects.clock,
            names: Names::new(&parts.secret),
            country_database: parts.country_database,
            anonymous_database: parts.anonymous_database,
            boundaries: parts.boundaries,
            rate: Rate::new(config.rate_per_key, config.rate_per_address),
            enrolment: config.enrolment,
            metrics: effects.metrics,
            ledger: effects.ledger,
            erased: Mutex::default(),
            turns: std::array::from_fn(|_| Mutex::new(())),
            enrolling: Mutex::new(()),
        }
    }

    pub(crate) const fn policy(&self) -> &AppraisalPolicy {
        &self.policy
    }

    pub(crate) const fn stamping(&self) -> &Arc<LocPolicy> {
        &self.stamping
    }

    pub(crate) const fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Runs what reads or writes rows, or appraises, where it may block.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, LocationRefusal> + Send + 'static,
    ) -> Result<T, LocationRefusal> {
        let desk = Arc::clone(self);
        // It ends without an answer only when the process is being torn down.
        let done = tokio::task::spawn_blocking(move || work(&desk)).await;
        done.unwrap_or(Err(LocationRefusal::Stopping))
    }

    /// The document with a digest, of now or of the past.
    pub(crate) fn document(&self, digest: &Digest32) -> Result<Vec<u8>, LocationRefusal> {
        if digest == self.policy.hash() {
            return Ok(self.policy.jcs().to_vec());
        }
        let kept = self.rows.policy(digest)?;
        kept.ok_or(LocationRefusal::PolicyNotFound)
    }

    /// Row 31: no trustworthy time, no answer.
    pub(super) fn now(&self) -> Result<UnixMicros, LocationRefusal> {
        Ok(self.clock.read()?.time)
    }

    pub(super) fn random<const N: usize>(&self) -> Result<[u8; N], LocationRefusal> {
        let mut octets = [0; N];
        self.entropy.fill(&mut octets)?;
        Ok(octets)
    }

    pub(super) fn subjects(&self, now: UnixMicros) -> Subjects<'_> {
        Subjects {
            rows: self.rows.as_ref(),
            names: &self.names,
            now,
        }
    }

    /// Keeps others from changing the same subject meanwhile.
    pub(super) fn turn(&self, owner: &Digest32) -> Option<MutexGuard<'_, ()>> {
        let [first, ..] = owner;
        let lock = self.turns.get(usize::from(*first) % TURNS)?;
        // What a panic left half done is in rows, each of which is whole.
        Some(lock.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps others from enrolling, revoking or erasing meanwhile: rows of keys and of subjects
    /// are changed together.
    pub(super) fn enrolling(&self) -> MutexGuard<'_, ()> {
        self.enrolling
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn erased(&self) -> MutexGuard<'_, Vec<Digest32>> {
        self.erased.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As which of the subject's keys a connection counts: a client certificate as its own key,
    /// a bearer token as the given key of its subject.
    pub(super) fn session_key(
        &self,
        session: &Session,
        key: Option<&Digest32>,
        now: UnixMicros,
    ) -> Result<Option<Digest32>, LocationRefusal> {
        let (None, Some(bearer), Some(key)) = (session.key, &session.bearer, key) else {
            return Ok(session.key);
        };
        let subject = self.subjects(now).of_bearer(&bearer.0)?;
        Ok(subject
            .filter(|subject| subject.key(key).is_some())
            .map(|_| *key))
    }

    /// The key that a connection is authenticated as, in DER.
    pub(super) fn authenticated_key(
        &self,
        session: &Session,
        now: UnixMicros,
    ) -> Result<Option<Vec<u8>>, LocationRefusal> {
        let subjects = self.subjects(now);
        if let Some(hash) = &session.key {
            let subject = subjects.of_key(hash)?;
            let key = subject.as_ref().and_then(|subject| subject.key(hash));
            return Ok(key.map(|key| key.spki.clone()));
        }
        let Some(bearer) = &session.bearer else {
            return Ok(None);
        };
        let subject = subjects.of_bearer(&bearer.0)?;
        let key = subject.as_ref().and_then(|subject| subject.active_key());
        Ok(key.map(|key| key.spki.clone()))
    }

    pub(super) fn subject_key(
        &self,
        spki: Option<&[u8]>,
        now: UnixMicros,
    ) -> Result<Option<SubjectKey>, LocationRefusal> {
        let subjects = self.subjects(now);
        spki.map(|spki| subjects.status(spki)).transpose()
    }
}
