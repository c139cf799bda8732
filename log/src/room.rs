//! Stamping stops before the disk is full.
//!
//! RocksDB over a full disk fails in the middle of a commit, which ends the
//! process, and then cannot be opened either: opening writes. Other logs have
//! been lost that way. So no stamp gets a number while less is free than a
//! reserve, which is left to what must still be written: the batch under way,
//! memtables, compactions, the authority's own events.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::{info, warn};

pub mod disk;
pub mod sim;

/// Where the log's rows are written to, as far as it can be full.
pub trait Room: fmt::Debug + Send + Sync {
    /// Octets that can still be written.
    ///
    /// # Errors
    ///
    /// What the system says; the log takes it for no room.
    fn free(&self) -> io::Result<u64>;
}

/// What must stay free, and whether it is.
#[derive(Debug)]
pub struct Reserve {
    room: Arc<dyn Room>,
    octets: u64,
    low: AtomicBool,
}

/// What a look at the room found.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RoomReading {
    /// Octets free; 0 if they could not be counted.
    pub free: u64,
    /// Octets that are to stay free.
    pub reserve: u64,
    /// Whether stamps get no number.
    pub low: bool,
}

/// There is less room than the reserve.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{free} octets are free where the log is, {reserve} are to stay free; make room there")]
pub struct NoRoom {
    /// Octets free.
    pub free: u64,
    /// Octets that are to stay free.
    pub reserve: u64,
}

impl Reserve {
    /// A reserve of `octets` in `room`.
    #[must_use]
    pub const fn new(room: Arc<dyn Room>, octets: u64) -> Self {
        Self {
            room,
            octets,
            low: AtomicBool::new(false),
        }
    }

    /// Looks at the room, and says so in the process's log when stamping stops or
    /// may go on.
    pub fn look(&self) -> RoomReading {
        let (free, error) = match self.room.free() {
            Ok(free) => (free, None),
            Err(error) => (0, Some(error)),
        };
        let was_low = self.low.load(Ordering::Acquire);
        let low = is_low(was_low, free, self.octets);
        if low != was_low && self.low.swap(low, Ordering::AcqRel) != low {
            let reserve = self.octets;
            let error = error.as_ref().map(tracing::field::display);
            if low {
                warn!(
                    free,
                    reserve, error, "the disk is nearly full: no stamps until there is room"
                );
            } else {
                info!(free, reserve, "there is room on the disk: stamping goes on");
            }
        }
        RoomReading {
            free,
            reserve: self.octets,
            low,
        }
    }

    /// Whether a stamp may get a number now.
    ///
    /// # Errors
    ///
    /// [`NoRoom`], until there is room again.
    pub fn check(&self) -> Result<(), NoRoom> {
        let RoomReading { free, reserve, low } = self.look();
        if low {
            Err(NoRoom { free, reserve })
        } else {
            Ok(())
        }
    }
}

/// Whether there is too little room. Once there is, an eighth more than the
/// reserve must be free again: a compaction frees and takes in turns.
const fn is_low(was_low: bool, free: u64, reserve: u64) -> bool {
    let enough = if was_low {
        reserve.saturating_add(reserve / 8)
    } else {
        reserve
    };
    free < enough
}

#[cfg(test)]
mod tests {
    use super::sim::SimRoom;
    use super::*;

    #[test]
    fn room_is_low_below_the_reserve_and_until_an_eighth_more_is_free() {
        let rows = [
            (false, 800, false),
            (false, 799, true),
            (true, 800, true),
            (true, 899, true),
            (true, 900, false),
            (false, 0, true),
        ];
        for (was_low, free, low) in rows {
            assert_eq!(is_low(was_low, free, 800), low, "{was_low} {free}");
        }
        assert!(!is_low(true, u64::MAX, u64::MAX));
    }

    #[test]
    fn a_reserve_remembers_that_it_was_touched() {
        let room = Arc::new(SimRoom::new(1_000));
        let reserve = Reserve::new(Arc::<SimRoom>::clone(&room), 800);
        assert_eq!(reserve.check(), Ok(()));
        room.set(700);
        let (free, octets) = (700, 800);
        assert_eq!(
            reserve.check(),
            Err(NoRoom {
                free,
                reserve: octets
            })
        );
        room.set(850);
        assert!(reserve.look().low);
        room.set(900);
        assert_eq!(reserve.check(), Ok(()));
        room.set(850);
        assert_eq!(reserve.check(), Ok(()));
    }

    #[test]
    fn room_that_cannot_be_counted_is_none() {
        let room = Arc::new(SimRoom::new(1_000));
        let reserve = Reserve::new(Arc::<SimRoom>::clone(&room), 800);
        room.fail();
        assert_eq!(reserve.check().unwrap_err().free, 0);
    }
}
