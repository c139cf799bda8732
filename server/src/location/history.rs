//! [`History`]: where a subject was, sealed under its own key, for comparison with where it says
//! it is.
//!
//! Row: HMAC(travel secret, owner) ‖ fixTime in milliseconds, big endian, so that rows of one
//! subject lie together in the order of time. Value: AES-256-GCM under the subject's data key.

use meridian_appraisal::history::Neighbour;
use meridian_appraisal::policy::TravelRule;
use meridian_appraisal::travel::Journey;
use meridian_log::private::{KeyValue, Neighbours, PrivateFamily, PrivateRows};
use meridian_signing::entropy::Entropy;
use meridian_signing::sealed::{SealError, SealingKey};
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;

use super::names::Names;
use super::refusal::LocationRefusal;

/// How long a place is remembered: 30 days.
const REMEMBERED_US: i64 = 30 * 86_400_000_000;

const FAMILY: PrivateFamily = PrivateFamily::Travel;

/// Stamps on each side that one is compared with, at the most: a few milliseconds.
const MOST_COMPARED: usize = 256;

/// The travel of one subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct History<'a> {
    rows: &'a dyn PrivateRows,
    data_key: &'a SealingKey,
    prefix: Digest32,
    now: UnixMicros,
    rule: TravelRule,
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
        rule: TravelRule,
    ) -> Self {
        Self {
            rows,
            data_key,
            prefix: names.travel(owner),
            now,
            rule,
        }
    }

    /// At or before a place and after it, of the stamps near in time: the one from which it is
    /// hardest to come, and of equals the nearest.
    pub(super) fn around(&self, place: &Neighbour) -> Result<Around, LocationRefusal> {
        let (before, after) = self.near(place)?;
        Ok((hardest(&before, place)?, hardest(&after, place)?))
    }

    /// Remembers a place, unless another one near in time says more of where the subject was:
    /// many vague places would else push those out of sight that can contradict.
    pub(super) fn remember(
        &self,
        entropy: &dyn Entropy,
        place: &Neighbour,
    ) -> Result<(), LocationRefusal> {
        let (before, after) = self.near(place)?;
        let mut near = before.iter().chain(&after);
        if near.any(|other| other.outweighs(place, self.rule)) {
            return Ok(());
        }
        // Random octets at the end: a place takes the row of no other of its millisecond.
        let mut distinct = [0; 8];
        entropy.fill(&mut distinct)?;
        let key = [self.key(place.fix_time_ms), distinct.to_vec()].concat();
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

    /// What is compared with a place, on both sides of it, the nearest first.
    fn near(&self, place: &Neighbour) -> Result<(Vec<Neighbour>, Vec<Neighbour>), LocationRefusal> {
        let start = self.key(place.fix_time_ms.saturating_add(1));
        let before = self.side(place, start.clone(), |found| found.before, &[])?;
        // The row behind a key: one octet more than the key itself.
        let after = self.side(place, start, |found| found.after, &[0])?;
        Ok((before, after))
    }

    fn side(
        &self,
        place: &Neighbour,
        mut from: Vec<u8>,
        next: fn(Neighbours) -> Option<KeyValue>,
        past: &[u8],
    ) -> Result<Vec<Neighbour>, LocationRefusal> {
        let mut places = Vec::new();
        while places.len() < MOST_COMPARED {
            let found = self
                .rows
                .neighbours(FAMILY, &self.prefix, &from, self.now)?;
            let Some((mut key, sealed)) = next(found) else {
                break;
            };
            let other = self.open(&key, &sealed)?;
            if other.is_long_from(place, self.rule) {
                break;
            }
            places.push(other);
            key.extend_from_slice(past);
            from = key;
        }
        Ok(places)
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

/// The one from which it is hardest to come.
fn hardest(near: &[Neighbour], place: &Neighbour) -> Result<Option<Neighbour>, LocationRefusal> {
    let mut hardest: Option<(Neighbour, Journey)> = None;
    for other in near {
        let journey = other.journey(place);
        let journey = journey.map_err(|_| LocationRefusal::MalformedRow)?;
        if hardest.is_none_or(|(_, found)| found.harder(journey) != found) {
            hardest = Some((*other, journey));
        }
    }
    Ok(hardest.map(|(other, _)| other))
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
    const RULE: TravelRule = TravelRule::new(300, 400);
    const PARIS: (i32, i32) = (488_583_700, 22_944_800);
    const TOKYO: (i32, i32) = (356_812_000, 1_397_671_000);

    fn at((lat, lon): (i32, i32), radius_mm: u64, fix_time_ms: i64) -> Neighbour {
        let point = GeoPoint::new(lat, lon, radius_mm, 950).unwrap();
        let observed = ObservationWindow::new(fix_time_ms, 5, 0).unwrap();
        Neighbour::new(&point, &observed, 1)
    }

    fn place(fix_time_ms: i64) -> Neighbour {
        at(PARIS, 6_500, fix_time_ms)
    }

    fn around(history: &History<'_>, at_ms: i64) -> (Option<i64>, Option<i64>) {
        let (before, after) = history.around(&place(at_ms)).unwrap();
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
            History::of(&rows, &names, &[owner; 32], &data_key, now, RULE)
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
        let day = 86_400_000;
        assert_eq!(around(&mine, NOW + day), (None, None), "any place is near");
        assert_eq!(around(&other, NOW + 15), (Some(15), None));
        let later = at(1, NOW + 31 * 86_400_000);
        assert_eq!(around(&later, NOW + 99), (None, None), "forgotten");
        assert_eq!(mine.erase().unwrap(), 3);
        assert_eq!(around(&mine, NOW + 99), (None, None));
        assert_eq!(around(&other, NOW + 99), (Some(15), None));
    }

    #[test]
    fn no_vague_place_stands_in_front_of_one_that_contradicts() {
        let (rows, entropy) = (MemStore::new(), SeededEntropy::new(1));
        let names = Names::new(&MacKey::new([1; 32]));
        let (data_key, now) = (SealingKey::new([2; 32]), UnixMicros::new(NOW * 1_000));
        let mine = History::of(&rows, &names, &[1; 32], &data_key, now, RULE);
        let count = || rows.scan(FAMILY, &[], now, 999).unwrap().len();
        mine.remember(&entropy, &place(NOW)).unwrap();
        // Circles in which Paris and Tokyo both are, at the same time and a little later.
        for later in 0..300 {
            let vague = at(PARIS, 20_000_000_000, NOW + later);
            mine.remember(&entropy, &vague).unwrap();
        }
        assert_eq!(count(), 1);
        // Each a little vaguer than the one before, and as far off as its circle allows.
        for step in 1..=20 {
            let lon = PARIS.1 + i32::try_from(step * 1_000).unwrap();
            let near = at((PARIS.0, lon), 6_500 + step * 100, NOW);
            mine.remember(&entropy, &near).unwrap();
        }
        assert_eq!(count(), 21, "a place takes the row of no other");
        let contradicts = |tokyo: Neighbour| {
            let (before, after) = mine.around(&tokyo).unwrap();
            let hardest = before.or(after).unwrap().journey(&tokyo).unwrap();
            hardest.speed_mm_s() > 400_000
        };
        assert!(contradicts(at(TOKYO, 6_500, NOW + 300)));
        assert!(contradicts(at(TOKYO, 6_500, NOW - 1)));
        assert!(contradicts(at(TOKYO, 6_500, NOW)));
    }

    #[test]
    fn nothing_of_a_place_can_be_read_without_the_data_key() {
        let (rows, entropy) = (MemStore::new(), SeededEntropy::new(1));
        let names = Names::new(&MacKey::new([1; 32]));
        let now = UnixMicros::new(NOW * 1_000);
        let mine = SealingKey::new([2; 32]);
        let history = History::of(&rows, &names, &[1; 32], &mine, now, RULE);
        history.remember(&entropy, &place(NOW)).unwrap();
        let all = rows.scan(FAMILY, &[], now, 9).unwrap();
        let [(_, value)] = &all[..] else {
            panic!("{all:?}")
        };
        let text = String::from_utf8_lossy(value);
        assert!(!text.contains("lat") && !text.contains("488583700"));
        let other = SealingKey::new([3; 32]);
        let stranger = History::of(&rows, &names, &[1; 32], &other, now, RULE);
        assert_eq!(
            stranger.around(&place(NOW)).unwrap_err().problem().code(),
            "internal"
        );
    }
}
