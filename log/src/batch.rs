//! Who gets which number and time: a pure function.

use std::num::NonZeroU64;

use meridian_signing::clock::{ClockReading, ClockWentBack, StampTime};
use meridian_wire::log_number::LogNumber;
use meridian_wire::time::UnixMicros;

use crate::stamper::Place;

/// Where the next leaf goes: in which log, the first free position, and the time
/// that its own must exceed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Tip {
    pub(crate) log: LogNumber,
    pub(crate) next: NonZeroU64,
    pub(crate) last_time: UnixMicros,
}

impl Tip {
    /// The tip after a leaf at `place`.
    pub(crate) fn after(place: &Place) -> Self {
        Self {
            log: place.log(),
            next: place.number().saturating_add(1),
            last_time: place.time().time,
        }
    }
}

/// What became of those that waited, each list in their order.
#[derive(Debug)]
pub(crate) struct Formed<T, R> {
    pub(crate) placed: Vec<(T, Place)>,
    pub(crate) turned_away: Vec<(T, TurnedAway<R>)>,
}

/// Why one got no place.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum TurnedAway<R> {
    Refused(R),
    ClockWentBack(ClockWentBack),
}

/// Gives places from `tip` on to `waiting`: positions without a gap, times
/// strictly increasing from one reading of the clock. Who is not admitted takes
/// neither a position nor a time from those behind.
pub(crate) fn form<T, R>(
    waiting: Vec<T>,
    reading: ClockReading,
    tip: Tip,
    mut admit: impl FnMut(&T, &StampTime) -> Result<(), R>,
) -> Formed<T, R> {
    let mut formed = Formed {
        placed: Vec::with_capacity(waiting.len()),
        turned_away: Vec::new(),
    };
    let mut tip = tip;
    for item in waiting {
        let time = StampTime::next(reading, Some(tip.last_time))
            .map_err(TurnedAway::ClockWentBack)
            .and_then(|time| match admit(&item, &time) {
                Ok(()) => Ok(time),
                Err(refusal) => Err(TurnedAway::Refused(refusal)),
            });
        match time {
            Ok(time) => {
                let place = Place::new(tip.next, time).in_log(tip.log);
                tip = Tip::after(&place);
                formed.placed.push((item, place));
            }
            Err(why) => formed.turned_away.push((item, why)),
        }
    }
    formed
}

#[cfg(test)]
mod tests {
    use meridian_signing::clock::BoundSource;

    use super::*;

    fn reading(time: i64, bound_us: u64) -> ClockReading {
        ClockReading::new(UnixMicros::new(time), bound_us, BoundSource::Measured)
    }

    fn tip(next: u64, last_time: i64) -> Tip {
        Tip {
            log: LogNumber::new(3),
            next: NonZeroU64::new(next).unwrap(),
            last_time: UnixMicros::new(last_time),
        }
    }

    /// Name, position, time and bump of one that was placed.
    type Placed = (&'static str, u64, i64, u64);

    /// Forms a batch of names; those with a `!` are refused. Returns those that
    /// were placed, and the names of those that were not.
    fn check(
        names: &[&'static str],
        reading: ClockReading,
        tip: Tip,
    ) -> (Vec<Placed>, Vec<&'static str>) {
        let formed = form(names.to_vec(), reading, tip, |name, _| {
            if name.contains('!') { Err(()) } else { Ok(()) }
        });
        let placed = formed.placed.into_iter().map(|(name, place)| {
            let time = place.time();
            (name, place.index().get(), time.time.get(), time.bump_us)
        });
        let away = formed.turned_away.into_iter().map(|(name, _)| name);
        (placed.collect(), away.collect())
    }

    #[test]
    fn numbers_and_times_ascend_from_one_reading() {
        let (placed, away) = check(&["a", "b", "c"], reading(1_000, 50), tip(7, 10));
        let expected = [("a", 7, 1_000, 0), ("b", 8, 1_001, 1), ("c", 9, 1_002, 2)];
        assert_eq!(placed, expected);
        assert!(away.is_empty());
    }

    #[test]
    fn every_place_is_in_the_log_of_the_tip() {
        let waiting = vec!["a", "b"];
        let formed = form(waiting, reading(1_000, 50), tip(7, 10), |_, _| {
            Ok::<_, ()>(())
        });
        let serials = formed.placed.iter().map(|(_, place)| place.serial());
        let expected =
            [7, 8].map(|index| LogNumber::new(3).serial(NonZeroU64::new(index).unwrap()));
        assert!(serials.eq(expected));
        assert_eq!(Tip::after(&formed.placed[1].1).log, LogNumber::new(3));
    }

    #[test]
    fn a_refusal_takes_no_number_and_no_time() {
        let (placed, away) = check(&["a", "b!", "c"], reading(1_000, 50), tip(7, 10));
        assert_eq!(placed, [("a", 7, 1_000, 0), ("c", 8, 1_001, 1)]);
        assert_eq!(away, ["b!"]);
    }

    #[test]
    fn the_batch_ends_where_the_bound_of_the_reading_ends() {
        let (placed, away) = check(&["a", "b", "c"], reading(1_000, 2), tip(7, 1_000));
        assert_eq!(placed, [("a", 7, 1_001, 1), ("b", 8, 1_002, 2)]);
        assert_eq!(away, ["c"]);
    }

    #[test]
    fn nobody_is_placed_after_the_clock_went_back() {
        let formed = form(vec!["a"], reading(1_000, 2), tip(7, 5_000), |_, _| {
            Ok::<_, ()>(())
        });
        assert!(formed.placed.is_empty());
        let (_, why) = &formed.turned_away[0];
        assert!(matches!(why, TurnedAway::ClockWentBack(_)));
    }
}
