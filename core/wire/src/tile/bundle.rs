//! [`EntryBundle`]: up to 256 entries after each other.

use crate::limits::MAX_ENTRY_BYTES;
use crate::tile::TILE_WIDTH;

/// Octets of the length before an entry.
const LENGTH_BYTES: usize = 2;

/// Octets of a bundle: 256 of the longest entries.
pub const MAX_BUNDLE_BYTES: usize = 256 * (LENGTH_BYTES + MAX_ENTRY_BYTES);

/// The rule of C2SP tlog-tiles that a bundle breaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The octets end inside an entry, or before the last one that is due.
    #[error("the bundle ends in entry {entry} of {width}")]
    Truncated {
        /// The entry, counted from 0.
        entry: u16,
        /// How many are due.
        width: u16,
    },
    /// Octets follow the last entry that is due.
    #[error("{bytes} octets follow the last entry of the bundle")]
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// An entry is longer than its length can say.
    #[error("an entry of {bytes} octets fits no bundle")]
    EntryTooLong {
        /// Octets of the entry.
        bytes: usize,
    },
    /// No entry, or more than 256.
    #[error("a bundle of {entries} entries is none")]
    Count {
        /// How many entries.
        entries: usize,
    },
}

/// Entries of a log, as a bundle has them: each after its length in two octets, big-endian.
///
/// Whether they are the log's is not checked: hash them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EntryBundle<'a> {
    entries: Vec<&'a [u8]>,
}

impl<'a> EntryBundle<'a> {
    /// Reads a bundle of `width` entries.
    ///
    /// # Errors
    ///
    /// [`BundleError`] if there are fewer, or something follows them.
    pub fn decode(octets: &'a [u8], width: u16) -> Result<Self, BundleError> {
        let (bundle, rest) = Self::decode_first(octets, width)?;
        if !rest.is_empty() {
            let bytes = rest.len();
            return Err(BundleError::Trailing { bytes });
        }
        Ok(bundle)
    }

    /// Reads the first `width` entries, and returns what follows them: how a full bundle is read
    /// in place of a partial one that is gone.
    ///
    /// # Errors
    ///
    /// [`BundleError`] if there are fewer.
    pub fn decode_first(octets: &'a [u8], width: u16) -> Result<(Self, &'a [u8]), BundleError> {
        check_count(width.into())?;
        let mut entries = Vec::with_capacity(width.into());
        let mut rest = octets;
        for entry in 0..width {
            let truncated = BundleError::Truncated { entry, width };
            let (length, after) = rest.split_first_chunk().ok_or(truncated)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (octets, after) = after.split_at_checked(length).ok_or(truncated)?;
            entries.push(octets);
            rest = after;
        }
        Ok((Self { entries }, rest))
    }

    /// Writes a bundle.
    ///
    /// # Errors
    ///
    /// [`BundleError`] if there is no such bundle.
    pub fn encode<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, BundleError> {
        check_count(entries.len())?;
        let octets = entries
            .iter()
            .map(|entry| LENGTH_BYTES + entry.as_ref().len());
        let mut bundle = Vec::with_capacity(octets.sum());
        for entry in entries {
            let entry = entry.as_ref();
            let bytes = entry.len();
            let length = u16::try_from(bytes).map_err(|_| BundleError::EntryTooLong { bytes })?;
            bundle.extend(length.to_be_bytes());
            bundle.extend(entry);
        }
        Ok(bundle)
    }

    /// The entries, in order.
    #[must_use]
    pub fn entries(&self) -> &[&'a [u8]] {
        &self.entries
    }
}

fn check_count(entries: usize) -> Result<(), BundleError> {
    if entries == 0 || entries > usize::from(TILE_WIDTH) {
        return Err(BundleError::Count { entries });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rejects_a_bundle_cut_anywhere_or_with_an_octet_more() {
        let bundle = EntryBundle::encode(&["one", "", "three"]).unwrap();
        for cut in 0..bundle.len() {
            let error = EntryBundle::decode(&bundle[..cut], 3).unwrap_err();
            assert!(matches!(error, BundleError::Truncated { .. }), "{cut}");
        }
        let longer = [bundle.as_slice(), &[0]].concat();
        let trailing = BundleError::Trailing { bytes: 1 };
        assert_eq!(EntryBundle::decode(&longer, 3), Err(trailing));
    }

    #[test]
    fn is_never_empty_and_never_more_than_256() {
        let none: [&[u8]; 0] = [];
        let count = |entries| Err(BundleError::Count { entries });
        assert_eq!(EntryBundle::encode(&none), count(0));
        assert_eq!(EntryBundle::encode(&[b"x"; 257]), count(257));
        assert_eq!(
            EntryBundle::decode(&[], 0),
            Err(BundleError::Count { entries: 0 })
        );
    }

    #[test]
    fn takes_an_entry_as_long_as_its_length_can_say_and_no_longer() {
        let longest = vec![1; MAX_ENTRY_BYTES];
        let bundle = EntryBundle::encode(std::slice::from_ref(&longest)).unwrap();
        assert_eq!(bundle[..2], [0xff, 0xff]);
        assert_eq!(
            EntryBundle::decode(&bundle, 1).unwrap().entries(),
            [longest]
        );
        let bytes = MAX_ENTRY_BYTES + 1;
        let longer = EntryBundle::encode(&[vec![1; bytes]]);
        assert_eq!(longer, Err(BundleError::EntryTooLong { bytes }));
    }

    proptest! {
        #[test]
        fn reads_back_what_it_wrote_whole_or_in_part(
            entries in proptest::collection::vec(any::<Vec<u8>>(), 1..40),
            part in 1_u16..40,
        ) {
            let bundle = EntryBundle::encode(&entries).unwrap();
            let width = u16::try_from(entries.len()).unwrap();
            let read = EntryBundle::decode(&bundle, width).unwrap();
            prop_assert_eq!(read.entries(), entries.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let part = part.min(width);
            let (first, rest) = EntryBundle::decode_first(&bundle, part).unwrap();
            prop_assert_eq!(first.entries(), &read.entries()[..part.into()]);
            let again = EntryBundle::encode(first.entries()).unwrap();
            prop_assert_eq!([again.as_slice(), rest].concat(), bundle);
        }

        #[test]
        fn garbage_is_refused_or_is_its_own_encoding(
            octets in any::<Vec<u8>>(), width in 0_u16..300,
        ) {
            if let Ok(bundle) = EntryBundle::decode(&octets, width) {
                prop_assert_eq!(EntryBundle::encode(bundle.entries()).unwrap(), octets);
            }
        }
    }
}
