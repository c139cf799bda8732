//! [`LogNumber`]: which of an authority's successive logs.

use std::fmt;
use std::num::NonZeroU64;

use meridian_merkle::index::LeafIndex;

use crate::note::error::NoteError;
use crate::note::name::KeyName;
use crate::tsp::serial::SerialNumber;

/// The number of a log among those that succeed one another under one authority: 0 is the first.
///
/// The serial number of a token is `number · 2^64 + index`, so that the serials of all logs of an
/// authority differ (RFC 3161 section 2.4.2) and each one says where its leaf is. The origin of
/// every log but the first is the origin of the first, a slash, and its number.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LogNumber(u64);

impl LogNumber {
    /// The first log.
    pub const FIRST: Self = Self(0);

    /// The log with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number of the log that succeeds this one; `None` after the last that can be.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }

    /// The number of the log that this one succeeds; `None` for the first.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    /// The serial number of the token whose leaf is at `index`, which is never 0: there is the
    /// genesis.
    #[must_use]
    pub fn serial(self, index: NonZeroU64) -> SerialNumber {
        SerialNumber::from_index(self.0, index)
    }

    /// The log and the position that a serial number names. That there is such a leaf is not
    /// checked.
    #[must_use]
    pub fn of_serial(serial: u128) -> (Self, LeafIndex) {
        let [a, b, c, d, e, f, g, h, low @ ..] = serial.to_be_bytes();
        let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        (Self(number), LeafIndex::new(u64::from_be_bytes(low)))
    }

    /// The origin of this log under an authority whose first log has the origin `first`.
    ///
    /// # Errors
    ///
    /// [`NoteError::KeyName`] if it would be too long for one.
    pub fn origin(self, first: &KeyName) -> Result<KeyName, NoteError> {
        match self.0 {
            0 => Ok(first.clone()),
            number => KeyName::new(&format!("{first}/{number}")),
        }
    }

    /// Whether a log with this number can have this origin. The first log may have any.
    #[must_use]
    pub fn fits(self, origin: &str) -> bool {
        let named = || {
            origin
                .rsplit_once('/')
                .filter(|(first, _)| !first.is_empty())
        };
        self.0 == 0 || named().is_some_and(|(_, number)| number == self.0.to_string())
    }
}

impl fmt::Display for LogNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn serials_of_the_first_log_are_positions() {
        let index = NonZeroU64::new(77).unwrap();
        assert_eq!(LogNumber::FIRST.serial(index).to_decimal(), "77");
    }

    #[test]
    fn serials_of_a_later_log_have_its_number_above_64_bits() {
        let index = NonZeroU64::new(5).unwrap();
        let serial = LogNumber::new(2).serial(index);
        assert_eq!(serial.to_decimal(), "36893488147419103237");
        let last = LogNumber::new(u64::MAX).serial(NonZeroU64::MAX);
        assert_eq!(last.to_decimal(), u128::MAX.to_string());
    }

    #[test]
    fn origins_of_later_logs_end_in_their_number() {
        let first = KeyName::new("tsa.example/log").unwrap();
        let origin = |number| LogNumber::new(number).origin(&first).unwrap().to_string();
        assert_eq!(origin(0), "tsa.example/log");
        assert_eq!(origin(12), "tsa.example/log/12");
        let long = KeyName::new(&"a".repeat(254)).unwrap();
        assert_eq!(LogNumber::new(1).origin(&long), Err(NoteError::KeyName));
    }

    #[test]
    fn an_origin_fits_its_number_alone() {
        let second = LogNumber::new(2);
        assert!(second.fits("tsa.example/log/2"));
        for other in [
            "tsa.example/log",
            "tsa.example/log/12",
            "a/02",
            "a/2/",
            "2",
            "/2",
            "",
        ] {
            assert!(!second.fits(other), "{other}");
            assert!(LogNumber::FIRST.fits(other));
        }
    }

    proptest! {
        #[test]
        fn a_serial_leads_back_to_log_and_position(number: u64, index in 1_u64..) {
            let number = LogNumber::new(number);
            let serial = number.serial(NonZeroU64::new(index).unwrap()).to_decimal();
            let read = LogNumber::of_serial(serial.parse().unwrap());
            prop_assert_eq!(read, (number, LeafIndex::new(index)));
        }
    }
}
