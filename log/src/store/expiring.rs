//! The octets of rows that expire.

use meridian_wire::time::UnixMicros;

use crate::store::LocationToken;

/// Octets of an expiry.
pub(crate) const EXPIRY_LEN: usize = 8;

/// Octets of an owner.
const OWNER_LEN: u8 = 32;

/// When a row expires, in an order that octets have too. What expires before
/// 1970 expires then.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Expiry(u64);

impl Expiry {
    pub(crate) const FIRST: Self = Self(0);
    pub(crate) const NEVER: Self = Self(u64::MAX);

    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    pub(crate) const fn from_number(number: u64) -> Self {
        Self(number)
    }

    pub(crate) fn at(time: UnixMicros) -> Self {
        Self(u64::try_from(time.get()).unwrap_or(0))
    }

    pub(crate) fn new(expires: Option<UnixMicros>) -> Self {
        expires.map_or(Self::NEVER, Self::at)
    }

    /// A row is not there any more at the moment at which it expires.
    pub(crate) fn is_over(self, now: UnixMicros) -> bool {
        self <= Self::at(now)
    }

    pub(crate) const fn octets(self) -> [u8; EXPIRY_LEN] {
        self.0.to_be_bytes()
    }

    /// The expiry that a row or key begins with, and what follows it.
    pub(crate) fn split(octets: &[u8]) -> Option<(Self, &[u8])> {
        let (expiry, rest) = octets.split_first_chunk()?;
        Some((Self(u64::from_be_bytes(*expiry)), rest))
    }
}

/// `expiry ‖ value`.
pub(crate) fn encode(expiry: Expiry, value: &[u8]) -> Vec<u8> {
    [expiry.octets().as_slice(), value].concat()
}

impl LocationToken {
    pub(crate) fn expiry(&self) -> Expiry {
        Expiry::at(self.keep_until)
    }

    /// `expiry ‖ length of owner, 0 or 32 ‖ owner ‖ token`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let length = self.owner.map_or(0, |_| OWNER_LEN);
        let owner = self.owner.as_ref().map_or(&[][..], <[u8; 32]>::as_slice);
        let expiry = self.expiry().octets();
        [&expiry, &[length][..], owner, &self.token].concat()
    }

    /// The inverse of [`Self::encode`].
    pub(crate) fn decode(row: &[u8]) -> Option<Self> {
        let (expiry, rest) = Expiry::split(row)?;
        let (length, rest) = rest.split_first()?;
        let (owner, token) = match *length {
            0 => (None, rest),
            OWNER_LEN => {
                let (owner, token) = rest.split_first_chunk()?;
                (Some(*owner), token)
            }
            _ => return None,
        };
        let keep_until = UnixMicros::new(i64::try_from(expiry.0).ok()?);
        let token = Self {
            owner,
            ..Self::new(token.to_vec(), keep_until)
        };
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Expiry {
        Expiry::at(UnixMicros::new(micros))
    }

    #[test]
    fn octets_are_in_the_order_of_time_and_never_is_last() {
        let order = [at(-5), at(1), at(255), at(256), at(i64::MAX), Expiry::NEVER];
        assert!(order.is_sorted());
        assert!(order.map(Expiry::octets).is_sorted());
    }

    #[test]
    fn a_row_is_over_when_its_moment_is_reached() {
        let now = UnixMicros::new(7);
        assert!(at(7).is_over(now) && at(6).is_over(now));
        assert!(!at(8).is_over(now));
        assert!(!Expiry::NEVER.is_over(UnixMicros::new(i64::MAX)));
    }

    #[test]
    fn a_location_token_reads_back_as_it_was() {
        for owner in [None, Some([9; 32])] {
            for token in [&b""[..], b"token"] {
                let mut kept = LocationToken::new(token.to_vec(), UnixMicros::new(77));
                kept.owner = owner;
                assert_eq!(LocationToken::decode(&kept.encode()), Some(kept));
            }
        }
    }

    #[test]
    fn a_location_token_cut_inside_its_owner_is_malformed() {
        let mut kept = LocationToken::new(Vec::new(), UnixMicros::new(77));
        kept.owner = Some([9; 32]);
        let row = kept.encode();
        for length in 0..row.len() {
            assert_eq!(LocationToken::decode(&row[..length]), None, "{length}");
        }
    }
}
