//! The decision: a token's content, or the rule that forbids it.

use std::sync::Arc;

use meridian_signing::clock::StampTime;
use meridian_signing::shown::Shown;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::nonce::imprint_digest;
use meridian_wire::loc::request::{EvidenceSource, LocationRequest};
use meridian_wire::oid::ObjectIdentifier;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::tsp::tst_info::TstInfo;

use crate::appraised::Appraised;
use crate::error::{NotStampable, Rejection};
use crate::policy::LocPolicy;
use crate::request::ValidRequest;
use crate::respond;

/// A request, the evidence that its ticket stands for or that came with it, and whom the
/// connection belongs to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LocationStampRequest {
    /// What is to be stamped.
    pub request: ValidRequest,
    /// Where the subject was.
    pub appraised: Appraised,
    /// SHA-256 of the key that the connection was authenticated as.
    pub session: Option<Digest32>,
}

impl LocationStampRequest {
    /// A request with its evidence.
    #[must_use]
    pub const fn new(
        request: ValidRequest,
        appraised: Appraised,
        session: Option<Digest32>,
    ) -> Self {
        Self {
            request,
            appraised,
            session,
        }
    }
}

/// Location stamps as a function of request, evidence, time, serial and policy.
#[derive(Clone, Debug)]
pub struct LocationStampAuthority {
    policy: Arc<LocPolicy>,
}

/// What a token will say, its number aside.
struct Decision {
    policy: ObjectIdentifier,
    shown: Shown,
    claim: LocationClaim,
}

impl LocationStampAuthority {
    /// An authority that keeps `policy`.
    #[must_use]
    pub const fn new(policy: Arc<LocPolicy>) -> Self {
        Self { policy }
    }

    /// The policy it keeps.
    #[must_use]
    pub fn policy(&self) -> &LocPolicy {
        &self.policy
    }

    /// Whether [`Self::decide`] would grant, asked before a number is spent.
    ///
    /// # Errors
    ///
    /// The same as [`Self::decide`].
    pub fn admit(&self, asked: &LocationStampRequest, time: &StampTime) -> Result<(), Rejection> {
        self.decision(asked, time).map(drop)
    }

    /// The content of the token to sign. Nothing about it is random or remembered:
    /// the same arguments give the same token.
    ///
    /// # Errors
    ///
    /// [`Rejection`]: the time cannot be shown, the ticket is of another policy document or too
    /// old, the location request asks for what the ticket cannot give, or the level is not
    /// reached.
    pub fn decide(
        &self,
        asked: &LocationStampRequest,
        serial: SerialNumber,
        time: &StampTime,
    ) -> Result<TstInfo, Rejection> {
        let decision = self.decision(asked, time)?;
        Ok(respond::tst_info(
            &asked.request,
            decision.policy,
            serial,
            decision.shown,
            &decision.claim,
        ))
    }

    fn decision(
        &self,
        asked: &LocationStampRequest,
        time: &StampTime,
    ) -> Result<Decision, Rejection> {
        let shown = self.policy.practice().show(self.policy.rounding(), time)?;
        let LocationStampRequest {
            request,
            appraised,
            session,
        } = asked;
        if let Some(location) = request.location_request() {
            check_reveal(location, appraised)?;
        }
        if appraised.claim().policy_hash != *self.policy.hash() {
            return Err(Rejection::TicketExpired);
        }
        let gen_time_ms = shown.gen_time.to_micros().get().div_euclid(1_000);
        let claim = appraised.claim_at(gen_time_ms);
        let mut claim = claim.ok_or(Rejection::TicketExpired)?;
        let document = imprint_digest(request.imprint());
        claim.binding = appraised.binding(&document, session.as_ref());
        let policy = request.policy().unwrap_or(appraised.policy());
        let least = self.least(policy, asked)?;
        claim.level = self.policy.enough(&claim, gen_time_ms, least)?;
        let claim = LocationClaim::new(claim).map_err(NotStampable::from)?;
        Ok(Decision {
            policy,
            shown,
            claim,
        })
    }

    /// The least level that will do, under `policy`.
    fn least(
        &self,
        policy: ObjectIdentifier,
        asked: &LocationStampRequest,
    ) -> Result<AssuranceLevel, Rejection> {
        let least = self.policy.min_level(&policy);
        let least = least.ok_or(Rejection::PolicyUnknown { policy })?;
        let request = asked.request.min_level();
        Ok(least.max(request).max(asked.appraised.min_level()))
    }
}

/// A ticket's claim is made: what it reveals cannot be chosen any more.
fn check_reveal(location: &LocationRequest, appraised: &Appraised) -> Result<(), Rejection> {
    let by_ticket = matches!(location.source(), EvidenceSource::Ticket(_));
    let other = location
        .reveal()
        .is_some_and(|reveal| reveal != appraised.reveal());
    if by_ticket && other {
        return Err(Rejection::RevealSettled);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
