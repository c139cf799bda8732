//! One walk over one input: its budget, and the departures from DER it met.

use super::error::{ReadError, ReadErrorKind};
use super::limits::{MAX_DEPARTURES, MAX_ELEMENTS};

/// One way to leave DER (X.690 sections 10 and 11) that BER allows, or that signers commit.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum DepartureKind {
    /// X.690 section 10.1: lengths are definite.
    IndefiniteLength,
    /// X.690 section 10.1: lengths have the fewest octets.
    LongLength,
    /// X.690 section 8.1.2.4: tag numbers have the fewest octets.
    LongTag,
    /// X.690 section 10.2: strings are primitive.
    ConstructedString,
    /// X.690 section 11.6: the members of a SET OF are sorted.
    UnsortedSet,
    /// X.690 section 11.5: a value equal to its DEFAULT is absent.
    EncodedDefault,
    /// X.690 section 11.1: TRUE is 0xff.
    BooleanNotFf,
    /// X.690 section 8.3.2: an INTEGER has the fewest octets.
    LongInteger,
    /// X.690 section 8.19.2: an arc has the fewest octets.
    LongArc,
    /// X.690 section 11.2: unused bits of a BIT STRING are zero.
    UnusedBitsSet,
}

impl DepartureKind {
    /// What it is, for a report.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::IndefiniteLength => "indefinite length",
            Self::LongLength => "length not in its shortest form",
            Self::LongTag => "tag not in its shortest form",
            Self::ConstructedString => "string in segments",
            Self::UnsortedSet => "SET OF not sorted",
            Self::EncodedDefault => "default value encoded",
            Self::BooleanNotFf => "BOOLEAN TRUE not 0xff",
            Self::LongInteger => "INTEGER not in its shortest form",
            Self::LongArc => "OBJECT IDENTIFIER arc not in its shortest form",
            Self::UnusedBitsSet => "unused bits of a BIT STRING set",
        }
    }
}

/// A departure and where it was met.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Departure {
    /// What.
    pub kind: DepartureKind,
    /// Octets from the start of the walked input.
    pub offset: usize,
}

/// Budget and notes of one walk.
#[derive(Debug)]
pub struct Walk {
    left: usize,
    limit: usize,
    departures: Vec<Departure>,
    uncounted: usize,
}

impl Default for Walk {
    fn default() -> Self {
        Self::new(MAX_ELEMENTS)
    }
}

impl Walk {
    /// A walk that reads at most `limit` elements.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            left: limit,
            limit,
            departures: Vec::new(),
            uncounted: 0,
        }
    }

    /// The departures met so far, at most [`MAX_DEPARTURES`] of them.
    #[must_use]
    pub fn departures(&self) -> &[Departure] {
        &self.departures
    }

    /// How many departures were met, kept or not.
    #[must_use]
    pub fn departure_count(&self) -> usize {
        self.departures.len().saturating_add(self.uncounted)
    }

    /// The kinds met, each once, in a fixed order.
    #[must_use]
    pub fn departure_kinds(&self) -> Vec<DepartureKind> {
        let mut kinds: Vec<_> = self
            .departures
            .iter()
            .map(|departure| departure.kind)
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    pub(crate) fn note(&mut self, kind: DepartureKind, offset: usize) {
        if self.departures.len() < MAX_DEPARTURES {
            self.departures.push(Departure { kind, offset });
        } else {
            self.uncounted = self.uncounted.saturating_add(1);
        }
    }

    pub(crate) fn count_element(&mut self, offset: usize) -> Result<(), ReadError> {
        let too_many = ReadErrorKind::TooManyElements { limit: self.limit };
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(ReadError::new(too_many, offset))?;
        Ok(())
    }
}
