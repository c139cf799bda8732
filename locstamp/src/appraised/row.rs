//! The row that a ticket is in a private store.
//!
//! ```text
//! "LSA1" accepted:i64 min_level:u8 parts:u8 reveal:u16 oid_len:u8 oid [imprint:32]
//! [subject_key:32] [session:32] claim
//! ```
//!
//! Numbers are big endian, `claim` is the DER of a `LocationClaim`. One value, one row.

use meridian_wire::error::DecodeError;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::request::RevealMask;
use meridian_wire::loc::slot::Slot;
use meridian_wire::oid::{ObjectIdentifier, RawOid};

use super::Appraised;
use crate::error::NotStampable;

const MAGIC: &[u8; 4] = b"LSA1";
const KEY_SIGNED: u8 = 1;
const IMPRINT: u8 = 2;
const SUBJECT_KEY: u8 = 4;
const SESSION: u8 = 8;
const PARTS: u8 = KEY_SIGNED | IMPRINT | SUBJECT_KEY | SESSION;

/// Octets that are no row of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotARow {
    /// The layout is another, or a value of it is out of range.
    #[error("the row is not laid out as an appraisal")]
    Layout,
    /// The claim in it is none.
    #[error("the claim in the row is malformed: {0}")]
    Claim(#[source] DecodeError),
    /// The claim in it is one that could not be stamped.
    #[error("the row holds what was never accepted: {0}")]
    NotAccepted(#[source] NotStampable),
}

impl Appraised {
    /// The row.
    ///
    /// # Errors
    ///
    /// None for a value of this type, whose claim was written once already.
    pub fn encode(&self) -> Result<Vec<u8>, LocError> {
        let claim = LocationClaim::new(self.claim.clone())?;
        let parts = [
            (self.key_signed, KEY_SIGNED),
            (self.imprint.is_some(), IMPRINT),
            (self.subject_key.is_some(), SUBJECT_KEY),
            (self.session.is_some(), SESSION),
        ];
        let parts = parts.into_iter().filter(|(there, _)| *there);
        let parts = parts.fold(0, |all, (_, part)| all | part);
        let reveal = Slot::all().filter(|slot| self.reveal.has(*slot));
        let reveal = reveal.fold(0, |bits, slot| bits | bit(slot));
        let oid = self.policy.as_bytes();
        let mut row = MAGIC.to_vec();
        row.extend(self.accepted_ms.to_be_bytes());
        row.extend([self.min_level.code(), parts]);
        row.extend(reveal.to_be_bytes());
        // At most 39 octets, by the type.
        row.push(u8::try_from(oid.len()).unwrap_or(u8::MAX));
        row.extend(oid);
        for digest in [self.imprint, self.subject_key, self.session] {
            row.extend(digest.iter().flatten());
        }
        row.extend(claim.as_der());
        Ok(row)
    }

    /// Reads a row: what [`Self::encode`] writes, and nothing else.
    ///
    /// # Errors
    ///
    /// [`NotARow`].
    pub fn decode(row: &[u8]) -> Result<Self, NotARow> {
        let mut rest = Rest(row);
        if rest.take::<4>()? != *MAGIC {
            return Err(NotARow::Layout);
        }
        let accepted_ms = i64::from_be_bytes(rest.take()?);
        if accepted_ms < 0 {
            return Err(NotARow::Layout);
        }
        let [min_level, parts] = rest.take()?;
        let min_level = AssuranceLevel::from_code(min_level).ok_or(NotARow::Layout)?;
        if parts & !PARTS != 0 {
            return Err(NotARow::Layout);
        }
        let reveal = u16::from_be_bytes(rest.take()?);
        let [oid_len] = rest.take()?;
        let policy = oid(rest.split(usize::from(oid_len))?)?;
        let mut digest = |part: u8| -> Result<Option<Digest32>, NotARow> {
            let there = parts & part != 0;
            there.then(|| rest.take()).transpose()
        };
        let imprint = digest(IMPRINT)?;
        let subject_key = digest(SUBJECT_KEY)?;
        let session = digest(SESSION)?;
        let claim = LocationClaim::decode(rest.0).map_err(NotARow::Claim)?;
        let claim = claim.fields().clone();
        let settled =
            claim.binding != DocBinding::Requester || claim.level != AssuranceLevel::L0Asserted;
        if settled || claim.evidence_hash.is_none() {
            return Err(NotARow::Layout);
        }
        Self {
            claim,
            accepted_ms,
            policy,
            imprint,
            key_signed: parts & KEY_SIGNED != 0,
            subject_key,
            session,
            reveal: RevealMask::of(Slot::all().filter(|slot| reveal & bit(*slot) != 0)),
            min_level,
        }
        .checked()
        .map_err(NotARow::NotAccepted)
    }
}

const fn bit(slot: Slot) -> u16 {
    1 << slot.number()
}

fn oid(content: &[u8]) -> Result<ObjectIdentifier, NotARow> {
    let raw = RawOid::new(content).map_err(|_| NotARow::Layout)?;
    raw.to_oid().ok_or(NotARow::Layout)
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], NotARow> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(NotARow::Layout)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn split(&mut self, len: usize) -> Result<&'a [u8], NotARow> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(NotARow::Layout)?;
        self.0 = rest;
        Ok(taken)
    }
}
