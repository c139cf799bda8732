//! [`History`]: where a subject was, sealed under its own key, for comparison with where it says
//! it is.
//!
//! Row: HMAC(travel secret, owner) ‖ fixTime in milliseconds, big endian, so that rows of one
//! subject lie together in the order of time. Value: AES-256-GCM under the subject's data key.

use meridian_appraisal::history::Neighbour;
use meridian_log::private::{PrivateFamily, PrivateRows};
use meridian_signing::entropy::Entropy;
use meridian_signing::sealed::{SealError, SealingKey};
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;

use super::names::Names;
use super::refusal::LocationRefusal;

/// How long a place is remembered: 30 days.
const REMEMBERED_US: i64 = 30 * 86_400_000_000;

const FAMILY: PrivateFamily = PrivateFamily::Travel;

/// The travel of one subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct History<'a> {
    rows: &'a dyn PrivateRows,
    data_key: &'a SealingKey,
    prefix: Digest32,
    now: UnixMicros,
}

/// The stamps before and after a time.
pub(super) type Around = (Option<Neighbour>, Option<Neighbour>);

impl<'a> History<'a> {
    pub(super) fn of(
        rows: &'a dyn PrivateRows,
        names: &Names,
        owner: &Digest32,
        data_key: &'a SealingKey,
        now: UnixMicros,
    ) -> Self {
        Self {
            rows,
            data_key,
            prefix: names.travel(owner),
            now,
        }
    }

    /// The newest stamp at or before `fix_time_ms`, and the first one after it.
    pub(super) fn around(&self, fix_time_ms: i64) -> Result<Around, LocationRefusal> {
        // `before` excludes its key: a stamp of the same millisecond must be compared, too.
        let key = self.key(fix_time_ms.saturating_add(1));
        let found = self.rows.neighbours(FAMILY, &self.prefix, &key, self.now)?;
        let open = |(key, sealed): (Vec<u8>, Vec<u8>)| self.open(&key, &sealed);
        Ok((
            found.before.map(open).transpose()?,
            found.after.map(open).transpose()?,
        ))
    }

    /// Remembers a place. A second one of the same millisecond replaces the first: both were
    /// compared.
    pub(super) fn remember(
        &self,
        entropy: &dyn Entropy,
        place: &Neighbour,
    ) -> Result<(), LocationRefusal> {
        let key = self.key(place.fix_time_ms);
        let row = serde_json::to_vec(place)
            .map_err(|_| LocationRefusal::Internal("a place could not be written"))?;
        let sealed = self.data_key.seal(entropy, &key, &row);
        let sealed = sealed.map_err(|error| match error {
            SealError::Entropy(error) => error.into(),
            _ => LocationRefusal::Internal("a place could not be sealed"),
        })?;
        let until = self.now.checked_add_us(REMEMBERED_US);
        self.rows.put(FAMILY, &key, &sealed, until)?;
        Ok(())
    }

    /// Forgets all places.
    pub(super) fn erase(&self) -> Result<usize, LocationRefusal> {
        Ok(self.rows.remove_prefix(FAMILY, &self.prefix)?)
    }

    fn key(&self, fix_time_ms: i64) -> Vec<u8> {
        // Never negative in a claim, so the order of the octets is the order of time.
        let time = u64::try_from(fix_time_ms).unwrap_or_default();
        [&self.prefix[..], &time.to_be_bytes()].concat()
    }

    fn open(&self, key: &[u8], sealed: &[u8]) -> Result<Neighbour, LocationRefusal> {
        let row = self.data_key.open(key, sealed);
        let row = row.map_err(|_| LocationRefusal::MalformedRow)?;
        serde_json::from_slice(&row).map_err(|_| LocationRefusal::MalformedRow)
    }
}

#[cfg(test)]
mod tests {
    use meridian_log::store::mem::MemStore;
    use meridian_signing::entropy::SeededEntropy;
    use meridian_signing::mac::MacKey;
    use meridian_wire::loc::observed::ObservationWindow;
    use meridian_wire::loc::point::GeoPoint;

    use super::*;

    const NOW: i64 = 1_772_366_400_000;

    fn place(fix_time_ms: i64) -> Neighbour {
        let point = GeoPoint::new(488_583_700, 22_944_800, 6_500, 950).unwrap();
        let observed = ObservationWindow::new(fix_time_ms, 5, 0).unwrap();
        Neighbour::new(&point, &observed, 1)
    }

    fn around(history: &History<'_>, at_ms: i64) -> (Option<i64>, Option<i64>) {
        let (before, after) = history.around(at_ms).unwrap();
        let time = |place: Neighbour| place.fix_time_ms - NOW;
        (before.map(time), after.map(time))
    }

    #[test]
    fn finds_the_neighbours_in_the_order_of_fix_times_and_of_one_subject() {
        let (rows, entropy) = (MemStore::new(), SeededEntropy::new(1));
        let names = Names::new(&MacKey::new([1; 32]));
        let data_key = SealingKey::new([2; 32]);
        let at = |owner: u8, now_ms| {
            let now = UnixMicros::new(now_ms * 1_000);
            History::of(&rows, &names, &[owner; 32], &data_key, now)
        };
        let (mine, other) = (at(1, NOW), at(2, NOW));
        for time in [10, 30, 20] {
            mine.remember(&entropy, &place(NOW + time)).unwrap();
        }
        other.remember(&entropy, &place(NOW + 15)).unwrap();
        assert_eq!(around(&mine, NOW + 5), (None, Some(10)));
        assert_eq!(around(&mine, NOW + 15), (Some(10), Some(20)));
        assert_eq!(
            around(&mine, NOW + 20),
            (Some(20), Some(30)),
            "the same time"
        );
        assert_eq!(around(&mine, NOW + 99), (Some(30), None));
        assert_eq!(around(&mine, i64::MAX), (Some(30), None));
        assert_eq!(around(&other, NOW + 15), (Some(15), None));
        let later = at(1, NOW + 31 * 86_400_000);
        assert_eq!(around(&later, NOW + 99), (None, None), "forgotten");
        assert_eq!(mine.erase().unwrap(), 3);
        assert_eq!(around(&mine, NOW + 99), (None, None));
        assert_eq!(around(&other, NOW + 99), (Some(15), None));
    }

    #[test]
    fn nothing_of_a_place_can_be_read_without_the_data_key() {
        let (rows, entropy) = (MemStore::new(), SeededEntropy::new(1));
        let names = Names::new(&MacKey::new([1; 32]));
        let now = UnixMicros::new(NOW * 1_000);
        let mine = SealingKey::new([2; 32]);
        let history = History::of(&rows, &names, &[1; 32], &mine, now);
        history.remember(&entropy, &place(NOW)).unwrap();
        let all = rows.scan(FAMILY, &[], now, 9).unwrap();
        let [(_, value)] = &all[..] else {
            panic!("{all:?}")
        };
        let text = String::from_utf8_lossy(value);
        assert!(!text.contains("lat") && !text.contains("488583700"));
        let other = SealingKey::new([3; 32]);
        let stranger = History::of(&rows, &names, &[1; 32], &other, now);
        assert_eq!(
            stranger.around(NOW).unwrap_err().problem().code(),
            "internal"
        );
    }
}
