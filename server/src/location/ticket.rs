//! [`TicketId`] and its row: appraised evidence that waits for documents.
//!
//! The row is kept under the digest of the ticket, so that who reads the database cannot use what
//! is in it. It stays for some minutes after the ticket is used up or over: who comes late is
//! told why.

use meridian_log::private::{Change, PrivateFamily, PrivateRows};
use meridian_signing::digest::sha256;
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;

use super::challenge::{micros, millis};
use super::refusal::LocationRefusal;
use super::row::{RowReader, RowWriter};

const VERSION: u8 = 1;
const FAMILY: PrivateFamily = PrivateFamily::Tickets;

/// How long a ticket is remembered after it is over.
const REMEMBERED_MS: i64 = 600_000;

/// A ticket: 128 random bits, and whoever has them may use it.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct TicketId([u8; 16]);

impl TicketId {
    pub(super) const fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// From the octets of a LocationRequest.
    pub(crate) fn from_octets(octets: &[u8]) -> Option<Self> {
        octets.try_into().ok().map(Self)
    }

    /// From the last segment of a path: 32 hexadecimal digits.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut octets = [0; 16];
        hex::decode_to_slice(text, &mut octets).ok()?;
        Some(Self(octets))
    }

    pub(crate) fn text(self) -> String {
        hex::encode(self.0)
    }

    fn row_key(self) -> Digest32 {
        sha256(&self.0)
    }
}

impl std::fmt::Debug for TicketId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A ticket in a log line is one that others can use.
        f.write_str("TicketId(…)")
    }
}

/// What lies under a ticket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Ticket {
    /// Uses that are left.
    pub(super) uses: u8,
    pub(super) until_ms: i64,
    /// Whose tokens they will be, if the subject is enrolled.
    pub(super) owner: Option<Digest32>,
    /// What the token will say, as `locstamp` writes it.
    pub(super) appraised: Vec<u8>,
}

/// Why a ticket gives no token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TicketFault {
    Unknown,
    Spent,
    Expired,
}

impl Ticket {
    pub(super) fn store(
        &self,
        rows: &dyn PrivateRows,
        id: TicketId,
    ) -> Result<(), LocationRefusal> {
        let until = Some(self.forgotten_at());
        rows.put(FAMILY, &id.row_key(), &self.encode(), until)?;
        Ok(())
    }

    /// Takes one use. Of many callers as many succeed as there are uses.
    pub(super) fn take(
        rows: &dyn PrivateRows,
        id: TicketId,
        now: UnixMicros,
    ) -> Result<Result<Self, TicketFault>, LocationRefusal> {
        let mut outcome = Ok(Err(TicketFault::Unknown));
        rows.update(FAMILY, &id.row_key(), now, &mut |row| {
            let ticket = match row.map(Self::decode) {
                None => {
                    outcome = Ok(Err(TicketFault::Unknown));
                    return Change::Keep;
                }
                Some(None) => {
                    outcome = Err(LocationRefusal::MalformedRow);
                    return Change::Keep;
                }
                Some(Some(ticket)) => ticket,
            };
            let (taken, change) = ticket.use_once(now);
            outcome = Ok(taken);
            change
        })?;
        outcome
    }

    fn use_once(mut self, now: UnixMicros) -> (Result<Self, TicketFault>, Change) {
        if millis(now) > self.until_ms {
            return (Err(TicketFault::Expired), Change::Keep);
        }
        let Some(left) = self.uses.checked_sub(1) else {
            return (Err(TicketFault::Spent), Change::Keep);
        };
        self.uses = left;
        let change = Change::Put {
            value: self.encode(),
            expires: Some(self.forgotten_at()),
        };
        (Ok(self), change)
    }

    /// Gives back a use of which no token came.
    pub(super) fn give_back(
        rows: &dyn PrivateRows,
        id: TicketId,
        now: UnixMicros,
    ) -> Result<(), LocationRefusal> {
        rows.update(FAMILY, &id.row_key(), now, &mut |row| {
            let Some(mut ticket) = row.and_then(Self::decode) else {
                return Change::Keep;
            };
            ticket.uses = ticket.uses.saturating_add(1);
            Change::Put {
                value: ticket.encode(),
                expires: Some(ticket.forgotten_at()),
            }
        })?;
        Ok(())
    }

    fn forgotten_at(&self) -> UnixMicros {
        micros(self.until_ms.saturating_add(REMEMBERED_MS))
    }

    fn encode(&self) -> Vec<u8> {
        RowWriter::new(VERSION)
            .octet(self.uses)
            .number(self.until_ms)
            .optional(self.owner.as_ref(), |row, it| row.fixed(it))
            .octets(&self.appraised)
            .finish()
    }

    fn decode(row: &[u8]) -> Option<Self> {
        let mut reader = RowReader::new(row, VERSION)?;
        let ticket = Self {
            uses: reader.octet()?,
            until_ms: reader.number()?,
            owner: reader.optional(RowReader::fixed)?,
            appraised: reader.octets()?.to_vec(),
        };
        reader.finish(ticket)
    }
}

#[cfg(test)]
mod tests {
    use meridian_log::store::mem::MemStore;

    use super::*;

    const ID: TicketId = TicketId([3; 16]);
    const UNTIL: i64 = 1_772_366_400_000;

    fn store(rows: &MemStore, uses: u8) {
        let ticket = Ticket {
            uses,
            until_ms: UNTIL,
            owner: Some([4; 32]),
            appraised: b"appraised".to_vec(),
        };
        ticket.store(rows, ID).unwrap();
    }

    fn take(rows: &MemStore, at_ms: i64) -> Result<Ticket, TicketFault> {
        Ticket::take(rows, ID, micros(UNTIL + at_ms)).unwrap()
    }

    #[test]
    fn gives_as_many_tokens_as_it_has_uses() {
        let rows = MemStore::new();
        store(&rows, 4);
        for left in [3, 2, 1, 0] {
            let ticket = take(&rows, 0).unwrap();
            assert_eq!(
                (ticket.uses, &ticket.appraised[..]),
                (left, &b"appraised"[..])
            );
        }
        assert_eq!(take(&rows, 0), Err(TicketFault::Spent));
    }

    #[test]
    fn a_use_without_a_token_is_given_back() {
        let rows = MemStore::new();
        store(&rows, 1);
        take(&rows, 0).unwrap();
        Ticket::give_back(&rows, ID, micros(UNTIL)).unwrap();
        take(&rows, 0).unwrap();
        assert_eq!(take(&rows, 0), Err(TicketFault::Spent));
    }

    #[test]
    fn says_why_for_a_while_and_then_is_unknown() {
        let rows = MemStore::new();
        assert_eq!(take(&rows, 0), Err(TicketFault::Unknown));
        store(&rows, 1);
        assert_eq!(take(&rows, 1), Err(TicketFault::Expired));
        assert_eq!(take(&rows, 599_999), Err(TicketFault::Expired));
        assert_eq!(take(&rows, 600_001), Err(TicketFault::Unknown));
    }

    #[test]
    fn is_written_as_32_hexadecimal_digits_and_nowhere_else() {
        assert_eq!(TicketId::from_text(&ID.text()), Some(ID));
        for text in ["", "03", &"03".repeat(17), &"zz".repeat(16), "../../etc"] {
            assert_eq!(TicketId::from_text(text), None, "{text}");
        }
        assert_eq!(TicketId::from_octets(&[3; 16]), Some(ID));
        assert_eq!(TicketId::from_octets(&[3; 17]), None);
        assert_eq!(format!("{ID:?}"), "TicketId(…)");
    }
}
