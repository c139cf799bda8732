//! Keys come and go: enrolled with proof of possession, revoked, listed, erased.
//!
//! Whoever holds an active key of a subject is the subject. So a subject that has lost its bearer
//! token enrols a key again that it has, and gets another one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meridian_appraisal::key::PublicKey;
use meridian_appraisal::{Refusal, pop};
use meridian_signing::sealed::SealingKey;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::bundle::KeyStatus;
use meridian_wire::time::UnixMicros;

use super::challenge::{Challenge, ChallengeId, millis};
use super::desk::LocationDesk;
use super::history::History;
use super::refusal::LocationRefusal;
use super::session::{Bearer, Session};
use super::signatures::EvidenceSignatures;
use super::subject::{EnrolledKey, MOST_KEYS, Subject, SubjectName};
use crate::config::Enrolment;

/// What a caller sends to enrol a key.
#[derive(Clone, Debug)]
pub(crate) struct KeyProof {
    pub(crate) challenge: ChallengeId,
    pub(crate) key: PublicKey,
    /// Compact JWS over `{"nonce": …, "sub": …}`.
    pub(crate) pop: String,
}

/// A key that is enrolled now.
#[derive(Debug)]
pub(crate) struct Enrolled {
    pub(crate) key: EnrolledKey,
    /// A new bearer token, if nobody else reads it.
    pub(crate) bearer: Option<Bearer>,
    /// The key was not there before.
    pub(crate) is_new: bool,
}

/// What was erased.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Erased {
    pub(crate) keys: usize,
    pub(crate) places: usize,
    pub(crate) tokens: usize,
}

impl LocationDesk {
    /// Enrols a key for a subject, or proves again that the subject has it.
    pub(crate) fn enrol(
        &self,
        name: &SubjectName,
        proof: &KeyProof,
        session: &Session,
    ) -> Result<Enrolled, LocationRefusal> {
        let now = self.now()?;
        self.rate.address(session.address, now)?;
        let (rows, ttl_ms) = (self.rows.as_ref(), self.policy.challenge_ttl_ms());
        let challenge = Challenge::look(rows, proof.challenge, now, ttl_ms)?;
        let spki = proof.key.spki();
        if challenge.key.as_deref() != Some(spki) {
            return Err(Refusal::BindingMismatch.into());
        }
        let hash = proof.key.hash();
        let turn = self.enrolling();
        let (mut subject, is_new) = self.candidate(name, &hash, session, now)?;
        let nonce = challenge.evidence_nonce();
        let proven = pop::check(&proof.pop, spki, &nonce, name.as_str(), &EvidenceSignatures);
        if proven.is_ok() {
            self.rate.key(&hash, now)?;
        }
        challenge.take(rows, proof.challenge, now, ttl_ms)?;
        proven?;
        if is_new {
            let key = EnrolledKey::new(spki.to_vec(), millis(now));
            subject.keys.push(key);
        }
        let is_first = subject.keys.len() == 1;
        let bearer = match session.secure && (is_first || !is_new) {
            true => Some(self.new_bearer(&mut subject, now)?),
            false => None,
        };
        self.subjects(now).save(&subject)?;
        drop(turn);
        let key = subject.key(&hash).cloned();
        Ok(Enrolled {
            key: key.ok_or(LocationRefusal::Internal("the enrolled key"))?,
            bearer,
            is_new,
        })
    }

    /// The subject that may get this key, and whether the key is new to it.
    fn candidate(
        &self,
        name: &SubjectName,
        hash: &Digest32,
        session: &Session,
        now: UnixMicros,
    ) -> Result<(Subject, bool), LocationRefusal> {
        let subjects = self.subjects(now);
        if let Some(holder) = subjects.of_key(hash)? {
            if holder.name != *name {
                return Err(LocationRefusal::KeyTaken);
            }
            return match holder.key(hash).map(|key| key.status) {
                Some(KeyStatus::Active) => Ok((holder, false)),
                Some(KeyStatus::Suspended) => Err(Refusal::KeySuspended.into()),
                _ => Err(Refusal::KeyRevoked {
                    invalid_since_ms: holder.key(hash).and_then(|key| key.invalid_since_ms),
                }
                .into()),
            };
        }
        match subjects.find(name)? {
            Some(_) if !self.is_subject(name, session, now)? => {
                Err(LocationRefusal::Unauthenticated)
            }
            Some(subject) if subject.keys.len() >= MOST_KEYS => {
                Err(LocationRefusal::TooManyKeys { limit: MOST_KEYS })
            }
            Some(subject) => Ok((subject, true)),
            None if self.enrolment == Enrolment::Open || session.operator => {
                let data_key = SealingKey::generate(self.entropy.as_ref())?;
                Ok((Subject::new(name.clone(), data_key), true))
            }
            None => Err(LocationRefusal::EnrolmentClosed),
        }
    }

    /// Gives the subject a bearer token in place of the one it has.
    fn new_bearer(
        &self,
        subject: &mut Subject,
        now: UnixMicros,
    ) -> Result<Bearer, LocationRefusal> {
        self.end_bearer(subject, now)?;
        let token = URL_SAFE_NO_PAD.encode(self.random::<32>()?);
        subject.bearer = Some(self.names.of_bearer(&token));
        Ok(Bearer(token))
    }

    fn end_bearer(&self, subject: &mut Subject, now: UnixMicros) -> Result<(), LocationRefusal> {
        let old = subject.bearer.take();
        old.map_or(Ok(()), |old| self.subjects(now).forget_bearer(&old))
    }

    /// Revokes a key, and the bearer token with it, which whoever held the key may have got; not
    /// the token with which it is done. Again only to say that it was invalid earlier.
    pub(crate) fn revoke(
        &self,
        name: &SubjectName,
        hash: &Digest32,
        since_ms: Option<i64>,
        session: &Session,
    ) -> Result<EnrolledKey, LocationRefusal> {
        let now = self.now()?;
        let turn = self.enrolling();
        let mut subject = self.own_subject(name, session, now)?;
        let since_ms = since_ms.unwrap_or(millis(now)).min(millis(now));
        let mut keys = subject.keys.iter_mut();
        let key = keys.find(|key| key.hash() == *hash);
        let key = key.ok_or(LocationRefusal::NoSuchKey)?;
        let earliest = key.invalid_since_ms.map_or(since_ms, |it| it.min(since_ms));
        key.status = KeyStatus::Revoked;
        key.invalid_since_ms = Some(earliest);
        let key = key.clone();
        let asking = session.bearer.as_ref();
        if asking.map(|it| self.names.of_bearer(&it.0)) != subject.bearer {
            self.end_bearer(&mut subject, now)?;
        }
        self.subjects(now).save(&subject)?;
        drop(turn);
        Ok(key)
    }

    /// The keys of a subject.
    pub(crate) fn keys(
        &self,
        name: &SubjectName,
        session: &Session,
    ) -> Result<Vec<EnrolledKey>, LocationRefusal> {
        let now = self.now()?;
        Ok(self.own_subject(name, session, now)?.keys)
    }

    /// Erases a subject: its keys, its places and its tokens. The leaves of its stamps stay, and
    /// tell nothing.
    pub(crate) fn erase(
        &self,
        name: &SubjectName,
        session: &Session,
    ) -> Result<Erased, LocationRefusal> {
        let now = self.now()?;
        let enrolling = self.enrolling();
        let subject = self.own_subject(name, session, now)?;
        let owner = self.names.owner(name.as_str());
        let turn = self.turn(&owner);
        let rows = self.rows.as_ref();
        self.subjects(now).remove(&subject)?;
        let rule = self.policy.travel();
        let history = History::of(rows, &self.names, &owner, &subject.data_key, now, rule);
        let places = history.erase()?;
        // Its tickets first: a token that is made now is erased with the others.
        self.ledger.forbid(&owner);
        let tokens = rows.erase_location_tokens_of(&owner)?;
        drop((turn, enrolling));
        self.erased().push(owner);
        Ok(Erased {
            keys: subject.keys.len(),
            places,
            tokens,
        })
    }

    /// As whose the tokens of whoever is at the other end are kept; and the time.
    pub(crate) fn owner_at(
        &self,
        session: &Session,
    ) -> Result<(Digest32, UnixMicros), LocationRefusal> {
        let now = self.now()?;
        let subjects = self.subjects(now);
        let by_key = match &session.key {
            None => None,
            Some(hash) => subjects.of_key(hash)?.filter(|holder| {
                let key = holder.key(hash);
                key.is_some_and(|key| key.status == KeyStatus::Active)
            }),
        };
        let subject = match (by_key, &session.bearer) {
            (Some(subject), _) => Some(subject),
            (None, Some(bearer)) => subjects.of_bearer(&bearer.0)?,
            (None, None) => None,
        };
        let subject = subject.ok_or(LocationRefusal::Unauthenticated)?;
        Ok((self.names.owner(subject.name.as_str()), now))
    }

    /// The subject, for itself and for the operator. A stranger is not told whether there is one.
    fn own_subject(
        &self,
        name: &SubjectName,
        session: &Session,
        now: UnixMicros,
    ) -> Result<Subject, LocationRefusal> {
        if !self.is_subject(name, session, now)? {
            return Err(LocationRefusal::Unauthenticated);
        }
        let subject = self.subjects(now).find(name)?;
        subject.ok_or(LocationRefusal::SubjectUnknown)
    }

    /// Whether a connection is authenticated as the subject, or is the operator's.
    fn is_subject(
        &self,
        name: &SubjectName,
        session: &Session,
        now: UnixMicros,
    ) -> Result<bool, LocationRefusal> {
        if session.operator {
            return Ok(true);
        }
        let subjects = self.subjects(now);
        if let Some(hash) = &session.key {
            let holder = subjects.of_key(hash)?.filter(|it| it.name == *name);
            let key = holder.as_ref().and_then(|holder| holder.key(hash));
            if key.is_some_and(|key| key.status == KeyStatus::Active) {
                return Ok(true);
            }
        }
        let Some(bearer) = &session.bearer else {
            return Ok(false);
        };
        let holder = subjects.of_bearer(&bearer.0)?;
        Ok(holder.is_some_and(|holder| holder.name == *name))
    }
}
