//! [`Issuer`]: what the log calls to turn a place into a leaf.

use std::sync::Arc;
use std::time::Duration;

use meridian_locstamp::authority::{LocationStampAuthority, LocationStampRequest};
use meridian_locstamp::policy::LocPolicy;
use meridian_log::stamper::{Place, Stamp, StampError, Stamper};
use meridian_signing::clock::StampTime;
use meridian_signing::cms::TokenSigner;
use meridian_tsa::authority::TimeStampAuthority;
use meridian_tsa::error::Rejection as TimeRejection;
use meridian_tsa::policy::TsaPolicy;
use meridian_tsa::request::ValidRequest;
use meridian_wire::loc::Digest32;
use meridian_wire::tsp::resp::TimeStampResp;

use super::rejection::Rejection;
use crate::location::ledger::Ledger;
use crate::location::ticket::TicketId;

/// A request that is to be stamped.
#[derive(Debug)]
pub(crate) enum StampRequest {
    /// Time only.
    Time(ValidRequest),
    /// Time and place.
    Place(Box<PlaceRequest>),
}

impl StampRequest {
    const fn cert_req(&self) -> bool {
        match self {
            Self::Time(request) => request.cert_req(),
            Self::Place(place) => place.stamp.request.cert_req(),
        }
    }
}

/// A request for time and place, with what was appraised.
#[derive(Debug)]
pub(crate) struct PlaceRequest {
    pub(crate) stamp: LocationStampRequest,
    /// Who may have the token erased.
    pub(crate) owner: Option<Digest32>,
    /// Whose use is spent with it.
    pub(crate) ticket: Option<TicketId>,
}

/// The location-stamp authority with its own key.
#[derive(Debug)]
pub(crate) struct PlaceUnit {
    authority: LocationStampAuthority,
    signer: TokenSigner,
    retention_us: i64,
    ledger: Arc<Ledger>,
}

impl PlaceUnit {
    pub(crate) fn new(
        policy: Arc<LocPolicy>,
        signer: TokenSigner,
        retention: Duration,
        ledger: Arc<Ledger>,
    ) -> Self {
        Self {
            ledger,
            authority: LocationStampAuthority::new(policy),
            signer,
            retention_us: i64::try_from(retention.as_micros()).unwrap_or(i64::MAX),
        }
    }
}

impl PlaceUnit {
    /// Whose the token is, and which use is spent with it.
    fn paid(&self, mut stamp: Stamp, place: &PlaceRequest) -> Stamp {
        if let Some(owner) = place.owner {
            stamp = stamp.owned_by(owner);
        }
        match place.ticket.and_then(|ticket| self.ledger.row(ticket)) {
            Some(row) => stamp.with_private_row(row),
            None => stamp,
        }
    }
}

/// Decides (stage 8) and signs (stage 9), each kind of request with its own authority and key.
#[derive(Debug)]
pub(crate) struct Issuer {
    authority: TimeStampAuthority,
    signer: TokenSigner,
    place: Option<PlaceUnit>,
}

impl Issuer {
    pub(crate) fn new(
        policy: Arc<TsaPolicy>,
        signer: TokenSigner,
        place: Option<PlaceUnit>,
    ) -> Self {
        let authority = TimeStampAuthority::new(policy);
        Self {
            authority,
            signer,
            place,
        }
    }
}

impl Stamper for Issuer {
    type Request = StampRequest;
    type Refusal = Rejection;

    fn admit(&self, request: &StampRequest, time: &StampTime) -> Result<(), Rejection> {
        match (request, &self.place) {
            (StampRequest::Time(request), _) => Ok(self.authority.admit(request, time)?),
            (StampRequest::Place(place), Some(unit)) => {
                Ok(unit.authority.admit(&place.stamp, time)?)
            }
            // Nobody makes such a request where there is no unit for it.
            (StampRequest::Place(_), None) => Err(TimeRejection::SignerFailed.into()),
        }
    }

    fn stamp(&self, request: &StampRequest, place: &Place) -> Result<Stamp, StampError> {
        let (serial, time) = (place.serial(), place.time());
        // `admit` granted the same question a moment ago, so a refusal here is a fault of ours.
        let unmade = |_| StampError::Unmade;
        let (tst_info, signer) = match (request, &self.place) {
            (StampRequest::Time(request), _) => {
                let decided = self.authority.decide(request, serial, time);
                (decided.map_err(|_| StampError::Unmade)?, &self.signer)
            }
            (StampRequest::Place(place), Some(unit)) => {
                let decided = unit.authority.decide(&place.stamp, serial, time);
                (decided.map_err(unmade)?, &unit.signer)
            }
            (StampRequest::Place(_), None) => return Err(StampError::Unmade),
        };
        let signed = signer.sign(&tst_info.encode(), request.cert_req())?;
        let answer = TimeStampResp::granted(signed.token());
        let digest = *signed.digest();
        let stored = signed.into_stored();
        Ok(match (request, &self.place) {
            (StampRequest::Place(place), Some(unit)) => {
                let keep_until = time.time.checked_add_us(unit.retention_us);
                let keep_until = keep_until.unwrap_or(time.time);
                let stamp = Stamp::location_stamp(digest, stored, answer, keep_until);
                unit.paid(stamp, place)
            }
            _ => Stamp::time_stamp(digest, stored, answer),
        })
    }
}
