//! [`Challenge`]: what evidence answers, once.
//!
//! The row stays after it was spent or is over, for a while: who comes late or twice is told so.

use meridian_appraisal::Refusal;
use meridian_log::private::{Change, PrivateFamily, PrivateRows};
use meridian_signing::digest::sha256;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::nonce::evidence_nonce;
use meridian_wire::oid::{ObjectIdentifier, RawOid};
use meridian_wire::time::UnixMicros;

use super::refusal::LocationRefusal;
use super::row::{RowReader, RowWriter};

const VERSION: u8 = 1;

/// How long a challenge is remembered after it is over.
const REMEMBERED_MS: i64 = 180_000;

/// The public name of a challenge: random, so that nobody spends another's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ChallengeId(pub(crate) [u8; 16]);

impl ChallengeId {
    /// The row's key tells nothing: not even the name that would spend it.
    fn row_key(self) -> Digest32 {
        sha256(&self.0)
    }
}

/// What was asked, of whom, when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Challenge {
    pub(crate) nonce: [u8; 32],
    pub(crate) issued_ms: i64,
    pub(crate) policy: ObjectIdentifier,
    /// The subject's key in DER.
    pub(crate) key: Option<Vec<u8>>,
    /// The document that evidence is to be bound to.
    pub(crate) imprint: Option<Digest32>,
}

impl Challenge {
    /// What a device signs.
    pub(crate) fn evidence_nonce(&self) -> Digest32 {
        let key = self.key.as_deref().unwrap_or_default();
        evidence_nonce(&self.nonce, self.imprint.as_ref(), key, &self.policy)
    }

    /// Keeps it until some minutes after its end.
    pub(super) fn store(
        &self,
        rows: &dyn PrivateRows,
        id: ChallengeId,
        ttl_ms: u32,
    ) -> Result<(), LocationRefusal> {
        let until = self.forgotten_at(ttl_ms);
        let row = self.encode(false);
        rows.put(PrivateFamily::Challenges, &id.row_key(), &row, Some(until))?;
        Ok(())
    }

    /// Rows 5 to 7, without spending it.
    pub(super) fn look(
        rows: &dyn PrivateRows,
        id: ChallengeId,
        now: UnixMicros,
        ttl_ms: u32,
    ) -> Result<Self, LocationRefusal> {
        let row = rows.get(PrivateFamily::Challenges, &id.row_key(), now)?;
        let row = row.ok_or(Refusal::NonceUnknown)?;
        let (challenge, spent) = Self::decode(&row).ok_or(LocationRefusal::MalformedRow)?;
        let age_ms = millis(now).saturating_sub(challenge.issued_ms);
        let limit_ms = i64::from(ttl_ms);
        if age_ms > limit_ms {
            return Err(Refusal::NonceExpired { age_ms, limit_ms }.into());
        }
        if spent {
            return Err(Refusal::NonceReused.into());
        }
        Ok(challenge)
    }

    /// Row 7: spends it. Of many callers one succeeds.
    pub(super) fn take(
        &self,
        rows: &dyn PrivateRows,
        id: ChallengeId,
        now: UnixMicros,
        ttl_ms: u32,
    ) -> Result<(), LocationRefusal> {
        let until = self.forgotten_at(ttl_ms);
        let mut outcome = Err(Refusal::NonceUnknown.into());
        let key = id.row_key();
        rows.update(PrivateFamily::Challenges, &key, now, &mut |row| {
            let (taken, change) = match row.map(Self::decode) {
                None => (Err(Refusal::NonceUnknown.into()), Change::Keep),
                Some(None) => (Err(LocationRefusal::MalformedRow), Change::Keep),
                Some(Some((_, true))) => (Err(Refusal::NonceReused.into()), Change::Keep),
                Some(Some((challenge, false))) => {
                    let value = challenge.encode(true);
                    let expires = Some(until);
                    (Ok(()), Change::Put { value, expires })
                }
            };
            outcome = taken;
            change
        })?;
        outcome
    }

    fn forgotten_at(&self, ttl_ms: u32) -> UnixMicros {
        let until = self.issued_ms + i64::from(ttl_ms) + REMEMBERED_MS;
        micros(until)
    }

    fn encode(&self, spent: bool) -> Vec<u8> {
        RowWriter::new(VERSION)
            .octet(spent.into())
            .fixed(&self.nonce)
            .number(self.issued_ms)
            .octets(self.policy.as_bytes())
            .optional(self.key.as_deref(), RowWriter::octets)
            .optional(self.imprint.as_ref(), |row, it| row.fixed(it))
            .finish()
    }

    fn decode(row: &[u8]) -> Option<(Self, bool)> {
        let mut reader = RowReader::new(row, VERSION)?;
        let spent = reader.octet()? == 1;
        let challenge = Self {
            nonce: reader.fixed()?,
            issued_ms: reader.number()?,
            policy: RawOid::new(reader.octets()?).ok()?.to_oid()?,
            key: reader.optional(|it| it.octets().map(<[u8]>::to_vec))?,
            imprint: reader.optional(RowReader::fixed)?,
        };
        reader.finish((challenge, spent))
    }
}

/// The whole milliseconds of an instant.
pub(super) const fn millis(time: UnixMicros) -> i64 {
    time.get().div_euclid(1_000)
}

/// The instant of a number of milliseconds; the last one for a number that no instant has.
pub(super) const fn micros(ms: i64) -> UnixMicros {
    UnixMicros::new(ms.saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use meridian_log::store::mem::MemStore;
    use meridian_wire::oid::POLICY_LOCATION_0;

    use super::*;

    const ID: ChallengeId = ChallengeId([7; 16]);
    const TTL_MS: u32 = 120_000;
    const ISSUED: i64 = 1_772_366_400_000;

    fn challenge(key: Option<Vec<u8>>) -> Challenge {
        Challenge {
            nonce: [9; 32],
            issued_ms: ISSUED,
            policy: POLICY_LOCATION_0,
            key,
            imprint: Some([5; 32]),
        }
    }

    fn look(rows: &MemStore, at_ms: i64) -> Result<Challenge, &'static str> {
        let looked = Challenge::look(rows, ID, micros(ISSUED + at_ms), TTL_MS);
        looked.map_err(|refusal| refusal.problem().code())
    }

    #[test]
    fn is_read_back_until_its_end_and_remembered_after_it() {
        let rows = MemStore::new();
        for key in [None, Some(vec![1, 2, 3])] {
            let challenge = challenge(key);
            challenge.store(&rows, ID, TTL_MS).unwrap();
            assert_eq!(look(&rows, 0), Ok(challenge.clone()));
            assert_eq!(look(&rows, 120_000), Ok(challenge));
            assert_eq!(look(&rows, 120_001), Err("nonce-expired"));
            assert_eq!(look(&rows, 299_999), Err("nonce-expired"));
            assert_eq!(look(&rows, 300_001), Err("nonce-unknown"));
        }
    }

    #[test]
    fn is_spent_once() {
        let rows = MemStore::new();
        let challenge = challenge(None);
        challenge.store(&rows, ID, TTL_MS).unwrap();
        let take = || challenge.take(&rows, ID, micros(ISSUED), TTL_MS);
        take().unwrap();
        assert_eq!(take().unwrap_err().problem().code(), "nonce-reused");
        assert_eq!(look(&rows, 0), Err("nonce-reused"));
    }

    #[test]
    fn a_challenge_that_was_never_made_is_unknown() {
        let rows = MemStore::new();
        assert_eq!(look(&rows, 0), Err("nonce-unknown"));
        let taken = challenge(None).take(&rows, ID, micros(ISSUED), TTL_MS);
        assert_eq!(taken.unwrap_err().problem().code(), "nonce-unknown");
    }
}
