//! Where rows that expire are.

use super::LOCATION_TOKENS;
use crate::private::PrivateFamily;
use crate::store::expiring::Expiry;
use crate::store::{Row, StoreError};

/// Where an expiring row is, as its entry in [`EXPIRIES`](super::EXPIRIES) says it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    LocationTokens,
    Private(PrivateFamily),
}

impl Place {
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::LocationTokens => 0,
            Self::Private(PrivateFamily::Challenges) => 1,
            Self::Private(PrivateFamily::Tickets) => 2,
            Self::Private(PrivateFamily::Subjects) => 3,
            Self::Private(PrivateFamily::Travel) => 4,
        }
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        let places = PrivateFamily::ALL.map(Self::Private);
        let mut places = [Self::LocationTokens].into_iter().chain(places);
        places.find(|place| place.code() == code)
    }

    pub(super) const fn family(self) -> &'static str {
        match self {
            Self::LocationTokens => LOCATION_TOKENS,
            Self::Private(family) => family.name(),
        }
    }

    pub(super) const fn malformed(self) -> StoreError {
        StoreError::Malformed(match self {
            Self::LocationTokens => Row::Expiry,
            Self::Private(family) => Row::Private(family),
        })
    }
}

/// `expiry ‖ place ‖ key`.
pub(super) fn expiry_key(expiry: Expiry, place: Place, key: &[u8]) -> Vec<u8> {
    [&expiry.octets(), &[place.code()][..], key].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again_by_its_code() {
        let places = PrivateFamily::ALL.map(Place::Private);
        for place in places.into_iter().chain([Place::LocationTokens]) {
            assert_eq!(Place::from_code(place.code()), Some(place));
        }
        assert_eq!(Place::from_code(5), None);
    }
}
