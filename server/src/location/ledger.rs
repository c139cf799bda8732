//! [`Ledger`]: the uses that are left of tickets in use.
//!
//! A use is taken here, in memory, and written with the leaf of its token, in the same synced
//! batch: token and use become durable together, and nobody waits for a write of the use alone.
//! After a crash a ticket has as many uses left as it gave no tokens.
//!
//! A ticket gets here with its first use, from its row, and leaves when it is over. The row is
//! read where nothing may block: it was written minutes ago at most, and is in memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meridian_locstamp::appraised::Appraised;
use meridian_log::private::PrivateRows;
use meridian_log::store::PrivateRow;
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;

use super::challenge::millis;
use super::refusal::LocationRefusal;
use super::ticket::{Ticket, TicketFault, TicketId};

/// The tickets in use.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    open: Mutex<HashMap<TicketId, Open>>,
}

#[derive(Debug)]
struct Open {
    ticket: Ticket,
    appraised: Arc<Appraised>,
    /// Its subject was erased.
    forbidden: bool,
}

/// One use of a ticket, taken.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(super) appraised: Arc<Appraised>,
    pub(super) owner: Option<Digest32>,
    /// The ticket was not in use before.
    pub(super) is_first: bool,
}

impl Ledger {
    /// Takes one use. Of many callers as many succeed as there are uses.
    pub(super) fn take(
        &self,
        rows: &dyn PrivateRows,
        id: TicketId,
        now: UnixMicros,
    ) -> Result<Result<Taken, TicketFault>, LocationRefusal> {
        if let Some(open) = self.open().get_mut(&id).filter(|open| !open.is_over(now)) {
            return Ok(open.take(false));
        }
        let ticket = match Ticket::load(rows, id, now)? {
            None => return Ok(Err(TicketFault::Unknown)),
            Some(ticket) if is_over(&ticket, now) => return Ok(Err(TicketFault::Expired)),
            Some(ticket) => ticket,
        };
        let appraised = Appraised::decode(&ticket.appraised);
        let appraised = Arc::new(appraised.map_err(|_| LocationRefusal::MalformedRow)?);
        // Another may have been faster: then its count is the newer one.
        Ok(match self.open().entry(id) {
            Entry::Occupied(mut open) => open.get_mut().take(false),
            Entry::Vacant(place) => {
                let open = Open {
                    ticket,
                    appraised,
                    forbidden: false,
                };
                place.insert(open).take(true)
            }
        })
    }

    /// Gives back a use of which no token came.
    pub(super) fn give_back(&self, id: TicketId) {
        if let Some(open) = self.open().get_mut(&id) {
            open.ticket.uses = open.ticket.uses.saturating_add(1);
        }
    }

    /// What the ticket's row becomes with the leaf that is made now. The use of a leaf was taken
    /// before the leaf got its number, and with it those of all leaves before it: the last row of
    /// a batch never counts more uses than its tokens left. Nothing once the ticket is over: then
    /// its uses do not matter any more.
    pub(crate) fn row(&self, id: TicketId) -> Option<PrivateRow> {
        self.open().get(&id).map(|open| open.ticket.row(id))
    }

    /// An erased subject's tickets give nothing more.
    pub(super) fn forbid(&self, owner: &Digest32) {
        for open in self.open().values_mut() {
            open.forbidden |= open.ticket.owner.as_ref() == Some(owner);
        }
    }

    /// The ticket of somebody who was erased before it was used.
    pub(super) fn forbid_one(&self, id: TicketId) {
        if let Some(open) = self.open().get_mut(&id) {
            open.forbidden = true;
        }
    }

    /// Forgets what is over.
    pub(super) fn forget(&self, now: UnixMicros) {
        self.open().retain(|_, open| !open.is_over(now));
    }

    fn open(&self) -> MutexGuard<'_, HashMap<TicketId, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn take(&mut self, is_first: bool) -> Result<Taken, TicketFault> {
        if self.forbidden {
            return Err(TicketFault::Unknown);
        }
        let left = self.ticket.uses.checked_sub(1).ok_or(TicketFault::Spent)?;
        self.ticket.uses = left;
        Ok(Taken {
            appraised: Arc::clone(&self.appraised),
            owner: self.ticket.owner,
            is_first,
        })
    }

    fn is_over(&self, now: UnixMicros) -> bool {
        is_over(&self.ticket, now)
    }
}

const fn is_over(ticket: &Ticket, now: UnixMicros) -> bool {
    millis(now) > ticket.until_ms
}
