//! `POST /t/{ticket}`: RFC 3161 with the ticket's location; and the same for a request at `/tsa`
//! that carries a `LocationRequest`.
//!
//! Every refusal is a TimeStampResp with HTTP 200, the reason in its statusString: clients here
//! are programs that know nothing of places.

use std::sync::Arc;

use meridian_locstamp::authority::LocationStampRequest;
use meridian_locstamp::error::Rejection as PlaceRejection;
use meridian_locstamp::request::ValidRequest;
use meridian_log::released::Released;
use meridian_tsa::error::Rejection as TimeRejection;
use meridian_wire::error::{DecodeError, DecodeErrorKind};
use meridian_wire::loc::nonce::imprint_digest;
use meridian_wire::loc::request::{EvidenceSource, InlineEvidence, LocationRequest, RevealMask};
use meridian_wire::oid;
use meridian_wire::tsp::req::{ReqError, TimeStampReq};
use meridian_wire::tsp::resp::TimeStampResp;
use meridian_wire::tsp::status::PkiFailureInfo;
use warp::reply::Response;

use super::super::{status, timestamp};
use crate::location::challenge::ChallengeId;
use crate::location::desk::LocationDesk;
use crate::location::evidence::{GivenItem, Submission};
use crate::location::ledger::Taken;
use crate::location::redeem::Redeemed;
use crate::location::refusal::LocationRefusal;
use crate::location::session::Session;
use crate::location::ticket::{TicketFault, TicketId};
use crate::metrics::Outcome;
use crate::pipeline::{Pipeline, PlaceRequest, ProofWish, StampRequest};

/// What stamps a place.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Counter<'a> {
    pub(in super::super) desk: &'a Arc<LocationDesk>,
    pub(in super::super) pipeline: &'a Pipeline,
    /// Whether the token is to carry its proof.
    pub(in super::super) wish: ProofWish,
}

impl Counter<'_> {
    /// Answers one DER request at a ticket's path.
    pub(super) async fn at_ticket(&self, ticket: &str, session: Session, der: &[u8]) -> Response {
        let answer = self.ticket_stamp(ticket, session, der).await;
        self.reply(answer)
    }

    async fn ticket_stamp(
        &self,
        ticket: &str,
        session: Session,
        der: &[u8],
    ) -> Result<Released, LocationRefusal> {
        let request = self.read(der)?;
        if request.location_request().is_some() {
            return Err(LocationRefusal::TwoPlaces);
        }
        let id = TicketId::from_text(ticket);
        let id = id.ok_or_else(|| self.desk.refuse_ticket(TicketFault::Unknown))?;
        self.by_ticket(request, id, session).await
    }

    /// A request at `/tsa` that the time authority has refused: answers it, if it is one for a
    /// place.
    pub(in super::super) async fn second_look(
        &self,
        refused: &TimeRejection,
        session: impl FnOnce() -> Session,
        der: &[u8],
    ) -> Option<Response> {
        let asks_for_place = match refused {
            TimeRejection::Request(ReqError::ExtensionNotServed(extension)) => {
                extension.as_bytes() == oid::LOCATION_REQUEST.as_bytes()
            }
            // The policy is looked at before the extensions are.
            TimeRejection::Request(ReqError::PolicyNotServed(_)) => false,
            _ => return None,
        };
        let answer = match self.read(der) {
            Ok(request) => match request.location_request().cloned() {
                Some(location) => self.extension_stamp(request, &location, session()).await,
                None => return None,
            },
            Err(refusal) if asks_for_place => Err(refusal),
            Err(_) => return None,
        };
        Some(self.reply(answer))
    }

    async fn extension_stamp(
        &self,
        request: ValidRequest,
        location: &LocationRequest,
        session: Session,
    ) -> Result<Released, LocationRefusal> {
        match location.source() {
            EvidenceSource::Ticket(ticket) => {
                let id = TicketId::from_octets(ticket.as_bytes());
                let id = id.ok_or_else(|| self.desk.refuse_ticket(TicketFault::Unknown))?;
                self.by_ticket(request, id, session).await
            }
            EvidenceSource::Inline(list) => {
                let submission = inline(&request, location, list.as_slice())?;
                let redeemed = self.desk.run(move |desk| {
                    let acceptance = desk.accept(&submission, &session)?;
                    desk.at_once(&acceptance, &session)
                });
                self.stamp(request, redeemed.await?, None).await
            }
            _ => Err(PlaceRejection::LocationRequest(unknown_source()).into()),
        }
    }

    async fn by_ticket(
        &self,
        request: ValidRequest,
        id: TicketId,
        session: Session,
    ) -> Result<Released, LocationRefusal> {
        let taken = self.desk.take(id)?;
        let stamped = self.with_use(request, id, taken, session).await;
        if stamped.is_err() {
            self.desk.give_back(id);
        }
        stamped
    }

    async fn with_use(
        &self,
        request: ValidRequest,
        id: TicketId,
        taken: Taken,
        session: Session,
    ) -> Result<Released, LocationRefusal> {
        let redeemed = if session.bearer.is_some() {
            let lookup = move |desk: &LocationDesk| desk.redeemed(taken, &session);
            self.desk.run(lookup).await?
        } else {
            self.desk.redeemed(taken, &session)?
        };
        self.stamp(request, redeemed, Some(id)).await
    }

    /// Stages 6 to 12.
    pub(super) async fn stamp(
        &self,
        request: ValidRequest,
        redeemed: Redeemed,
        ticket: Option<TicketId>,
    ) -> Result<Released, LocationRefusal> {
        let stamp = LocationStampRequest::new(request, redeemed.appraised, redeemed.session);
        let place = PlaceRequest {
            stamp,
            owner: redeemed.owner,
            ticket,
        };
        let request = StampRequest::Place(Box::new(place));
        let stamped = self.pipeline.stamp(request, self.wish);
        stamped.await.map_err(LocationRefusal::Stamp)
    }

    fn read(&self, der: &[u8]) -> Result<ValidRequest, LocationRefusal> {
        let policy = self.desk.stamping();
        let request = TimeStampReq::decode(der, &policy.served());
        let request = request.map_err(PlaceRejection::from)?;
        Ok(ValidRequest::new(request, policy)?)
    }

    fn reply(&self, answer: Result<Released, LocationRefusal>) -> Response {
        let refusal = match answer {
            Ok(released) => return status::time_stamp_reply(released.into_answer()),
            Err(refusal) => refusal,
        };
        let metrics = self.desk.metrics();
        metrics.location_refusal(refusal.problem());
        if let LocationRefusal::Stamp(rejection) = &refusal {
            return timestamp::refuse(rejection);
        }
        let bit = refusal.fail_info().unwrap_or(PkiFailureInfo::SystemFailure);
        metrics.outcome(Outcome::of(bit));
        if refusal.is_ours() {
            tracing::error!(error = %refusal, "location");
        }
        let body = TimeStampResp::rejection(bit, &refusal.to_string());
        match refusal {
            LocationRefusal::Stopping => status::busy_reply(body),
            _ => status::time_stamp_reply(body),
        }
    }
}

/// The evidence in a request. Nobody gets its seed: what is not revealed stays hidden.
fn inline(
    request: &ValidRequest,
    location: &LocationRequest,
    items: &[InlineEvidence],
) -> Result<Submission, LocationRefusal> {
    let challenge = location.challenge().and_then(|it| it.try_into().ok());
    let challenge = challenge.ok_or(meridian_appraisal::Refusal::NonceUnknown)?;
    let item = |item: &InlineEvidence| GivenItem {
        kind: item.kind(),
        format: item.format().to_owned(),
        content: item.content().to_vec(),
    };
    Ok(Submission {
        challenge: ChallengeId(challenge),
        items: items.iter().map(item).collect(),
        imprint: Some(imprint_digest(request.imprint())),
        reveal: location.reveal(),
        min_level: location.min_level(),
        audience: String::new(),
        carry: RevealMask::default(),
    })
}

fn unknown_source() -> DecodeError {
    DecodeErrorKind::UnknownValue { field: "source" }.into()
}
