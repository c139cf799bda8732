//! Challenges are given out.

use meridian_appraisal::Refusal;
use meridian_appraisal::key::PublicKey;
use meridian_wire::loc::Digest32;
use meridian_wire::oid::ObjectIdentifier;
use meridian_wire::time::UnixMicros;

use super::challenge::{Challenge, ChallengeId, micros, millis};
use super::desk::LocationDesk;
use super::refusal::LocationRefusal;
use super::session::Session;

/// What a caller may say about its challenge; all of it is optional.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) key: Option<PublicKey>,
    pub(crate) policy: Option<ObjectIdentifier>,
    pub(crate) imprint: Option<Digest32>,
}

/// A challenge that was given out.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) id: ChallengeId,
    pub(crate) challenge: Challenge,
    pub(crate) until: UnixMicros,
}

impl LocationDesk {
    /// Gives out a challenge. Without a key it is for the one that the connection is
    /// authenticated as, and without that for anybody.
    pub(crate) fn issue(&self, ask: Ask, session: &Session) -> Result<Issued, LocationRefusal> {
        let now = self.now()?;
        self.rate.address(session.address, now)?;
        let policy = ask.policy.unwrap_or(self.policy.default_policy());
        if self.policy.min_level(&policy).is_none() {
            return Err(Refusal::PolicyUnknown { policy }.into());
        }
        let key = match ask.key {
            Some(key) => Some(key.spki().to_vec()),
            None => self.authenticated_key(session, now)?,
        };
        let challenge = Challenge {
            nonce: self.random()?,
            issued_ms: millis(now),
            policy,
            key,
            imprint: ask.imprint,
        };
        let id = ChallengeId(self.random()?);
        let ttl_ms = self.policy.challenge_ttl_ms();
        challenge.store(self.rows.as_ref(), id, ttl_ms)?;
        self.metrics.challenge();
        let until = challenge.issued_ms.saturating_add(ttl_ms.into());
        Ok(Issued {
            id,
            challenge,
            until: micros(until),
        })
    }
}
