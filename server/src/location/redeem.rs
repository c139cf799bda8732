//! Tickets are made and used: effects around [`Ticket`].
//!
//! A use is a token. It is taken before the token is signed, so that not one too many is, and
//! given back if none comes of it, whosever fault that is.

use meridian_locstamp::appraised::Appraised;
use meridian_locstamp::error::Rejection as PlaceRejection;
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;

use super::acceptance::Acceptance;
use super::challenge::{micros, millis};
use super::desk::LocationDesk;
use super::refusal::LocationRefusal;
use super::session::Session;
use super::ticket::{Ticket, TicketFault, TicketId};
use crate::metrics::TicketEvent;

/// A ticket that was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    pub(crate) id: TicketId,
    pub(crate) until: UnixMicros,
    pub(crate) uses: u8,
}

/// What a used ticket gives to the stamp.
#[derive(Debug)]
pub(crate) struct Redeemed {
    pub(crate) appraised: Appraised,
    pub(crate) session: Option<Digest32>,
    pub(crate) owner: Option<Digest32>,
}

impl LocationDesk {
    /// Makes a ticket for `uses` stamps.
    pub(crate) fn ticket(
        &self,
        acceptance: &Acceptance,
        uses: u8,
    ) -> Result<Made, LocationRefusal> {
        let id = TicketId::new(self.random()?);
        let ttl_ms = i64::from(self.policy.ticket_ttl_ms());
        let until_ms = millis(acceptance.accepted).saturating_add(ttl_ms);
        let appraised = acceptance.appraised.encode();
        let ticket = Ticket {
            uses,
            until_ms,
            owner: acceptance.owner,
            appraised: appraised.map_err(|_| LocationRefusal::Internal("a ticket"))?,
        };
        ticket.store(self.rows.as_ref(), id)?;
        self.metrics.ticket(TicketEvent::Made);
        Ok(Made {
            id,
            until: micros(until_ms),
            uses,
        })
    }

    /// Takes one use of a ticket.
    pub(crate) fn redeem(
        &self,
        id: TicketId,
        session: &Session,
    ) -> Result<Redeemed, LocationRefusal> {
        let now = self.now()?;
        let ticket = match Ticket::take(self.rows.as_ref(), id, now)? {
            Ok(ticket) => ticket,
            Err(fault) => return Err(self.refuse_ticket(fault)),
        };
        if let Some(owner) = &ticket.owner {
            // Who was erased gets no more tokens: nobody could erase those.
            if !self.subjects(now).is_there(owner)? {
                return Err(self.refuse_ticket(TicketFault::Unknown));
            }
        }
        let appraised = Appraised::decode(&ticket.appraised);
        let appraised = appraised.map_err(|_| LocationRefusal::MalformedRow)?;
        let session = self.session_key(session, appraised.subject_key(), now)?;
        self.metrics.ticket(TicketEvent::Used);
        Ok(Redeemed {
            appraised,
            session,
            owner: ticket.owner,
        })
    }

    /// What a one-shot request stamps without a ticket.
    pub(crate) fn at_once(
        &self,
        acceptance: &Acceptance,
        session: &Session,
    ) -> Result<Redeemed, LocationRefusal> {
        let key = acceptance.appraised.subject_key();
        Ok(Redeemed {
            session: self.session_key(session, key, acceptance.accepted)?,
            appraised: acceptance.appraised.clone(),
            owner: acceptance.owner,
        })
    }

    /// Gives back a use of which no token came.
    pub(crate) fn give_back(&self, id: TicketId) -> Result<(), LocationRefusal> {
        let now = self.now()?;
        Ticket::give_back(self.rows.as_ref(), id, now)?;
        self.metrics.ticket(TicketEvent::GivenBack);
        Ok(())
    }

    /// What a ticket that cannot be one gets.
    pub(crate) fn refuse_ticket(&self, fault: TicketFault) -> LocationRefusal {
        let (event, rejection) = match fault {
            TicketFault::Unknown => (TicketEvent::Unknown, PlaceRejection::TicketUnknown),
            TicketFault::Spent => (TicketEvent::Spent, PlaceRejection::TicketSpent),
            TicketFault::Expired => (TicketEvent::Expired, PlaceRejection::TicketExpired),
        };
        self.metrics.ticket(event);
        rejection.into()
    }
}
