//! [`TicketId`] and its row: appraised evidence that waits for documents.
//!
//! The row is kept under the digest of the ticket, so that who reads the database cannot use what
//! is in it. It stays for some minutes after the ticket is used up or over: who comes late is
//! told why.

use meridian_log::private::{PrivateFamily, PrivateRows};
use meridian_log::store::PrivateRow;
use meridian_signing::digest::sha256;
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;

use super::challenge::micros;
use super::refusal::LocationRefusal;
use super::row::{RowReader, RowWriter};

const VERSION: u8 = 1;
const FAMILY: PrivateFamily = PrivateFamily::Tickets;

/// How long a ticket is remembered after it is over.
const REMEMBERED_MS: i64 = 600_000;

/// A ticket: 128 random bits, and whoever has them may use it.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
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

    /// The ticket as the database has it.
    pub(super) fn load(
        rows: &dyn PrivateRows,
        id: TicketId,
        now: UnixMicros,
    ) -> Result<Option<Self>, LocationRefusal> {
        let row = rows.get(FAMILY, &id.row_key(), now)?;
        row.map(|row| Self::decode(&row).ok_or(LocationRefusal::MalformedRow))
            .transpose()
    }

    /// What its row becomes together with a token.
    pub(super) fn row(&self, id: TicketId) -> PrivateRow {
        PrivateRow::new(FAMILY, id.row_key().to_vec(), self.encode())
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

    #[test]
    fn is_read_back_until_some_minutes_after_its_end() {
        let rows = MemStore::new();
        let ticket = Ticket {
            uses: 4,
            until_ms: UNTIL,
            owner: Some([4; 32]),
            appraised: b"appraised".to_vec(),
        };
        ticket.store(&rows, ID).unwrap();
        let load = |at_ms| Ticket::load(&rows, ID, micros(UNTIL + at_ms)).unwrap();
        assert_eq!(load(0), Some(ticket.clone()));
        assert_eq!(load(599_999), Some(ticket));
        assert_eq!(load(600_001), None);
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
