//! Tickets are made and used: effects around [`Ticket`].
//!
//! A use is a token. It is taken before the token is signed, so that not one too many is, and
//! given back if none comes of it, whosever fault that is. [`Ledger`](super::ledger::Ledger)
//! keeps the count.

use meridian_locstamp::appraised::Appraised;
use meridian_locstamp::error::Rejection as PlaceRejection;
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;

use super::acceptance::Acceptance;
use super::challenge::{micros, millis};
use super::desk::LocationDesk;
use super::ledger::Taken;
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

    /// Takes one use of a ticket. Blocks on nothing but memory.
    pub(crate) fn take(&self, id: TicketId) -> Result<Taken, LocationRefusal> {
        let now = self.now()?;
        let taken = match self.ledger.take(self.rows.as_ref(), id, now)? {
            Ok(taken) => taken,
            Err(fault) => return Err(self.refuse_ticket(fault)),
        };
        if let (Some(owner), true) = (&taken.owner, taken.is_first) {
            // Who was erased gets no more tokens: nobody could erase those.
            let key = taken.appraised.subject_key();
            let has_key = key.map(|key| self.subjects(now).has_key(owner, key));
            if !has_key.transpose()?.unwrap_or_default() {
                self.ledger.forbid_one(id);
                return Err(self.refuse_ticket(TicketFault::Unknown));
            }
        }
        self.metrics.ticket(TicketEvent::Used);
        Ok(taken)
    }

    /// What a use gives to the stamp, over this connection. Looks a bearer token up.
    pub(crate) fn redeemed(
        &self,
        taken: Taken,
        session: &Session,
    ) -> Result<Redeemed, LocationRefusal> {
        let key = taken.appraised.subject_key();
        let session = match session.bearer {
            None => session.key,
            Some(_) => self.session_key(session, key, self.now()?)?,
        };
        Ok(Redeemed {
            appraised: Appraised::clone(&taken.appraised),
            session,
            owner: taken.owner,
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
    pub(crate) fn give_back(&self, id: TicketId) {
        self.ledger.give_back(id);
        self.metrics.ticket(TicketEvent::GivenBack);
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
