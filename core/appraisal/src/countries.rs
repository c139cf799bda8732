//! [`Boundaries`]: which country a point is in, by a data set that is named by its digest.

use std::fmt;

use country_boundaries::{BOUNDARIES_ODBL_180X90, BoundingBox, CountryBoundaries, LatLon};
use meridian_wire::loc::name::{CountryCode, SubdivisionCode};
use meridian_wire::loc::point::GeoPoint;
use sha2::{Digest, Sha256};

use crate::geodesic;
use layout::check_layout;

mod layout;
mod territories;

pub use layout::BoundariesError;

/// The country, and the part of it, that a point is in.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Area {
    /// ISO 3166-1; `None` on the high seas, in Antarctica, and where the data contradict
    /// themselves.
    pub country: Option<CountryCode>,
    /// ISO 3166-2, of that country.
    pub subdivision: Option<SubdivisionCode>,
}

impl Area {
    /// This country and this part of it.
    #[must_use]
    pub const fn new(country: Option<CountryCode>, subdivision: Option<SubdivisionCode>) -> Self {
        Self {
            country,
            subdivision,
        }
    }
}

/// Boundaries of countries and their parts.
///
/// The physical country is looked up, by where a line runs in the data; whose law holds is another
/// question. Waters near a coast belong to its country in the data that come with this crate.
///
/// A territory with a code of its own in ISO 3166-1 is its own country (Puerto Rico is PR, not
/// US), as in databases of addresses; codes that ISO only reserves (Canary Islands, IC) are not
/// used. Where the data put a point into two countries, or into a part of one country inside
/// another one, nobody says in which it is.
pub struct Boundaries {
    map: CountryBoundaries,
    digest: [u8; 32],
}

impl Boundaries {
    /// Who made the data that come with this crate, as their licence asks to be told.
    pub const EMBEDDED_ATTRIBUTION: &str =
        "© OpenStreetMap contributors, ODbL 1.0; by way of country-boundaries 180x90";

    /// The data that come with this crate. Takes some milliseconds: make it once.
    ///
    /// # Errors
    ///
    /// None that can happen, by a test.
    pub fn embedded() -> Result<Self, BoundariesError> {
        Self::read(BOUNDARIES_ODBL_180X90)
    }

    /// Digest of the data that come with this crate, without reading them.
    #[must_use]
    pub fn embedded_digest() -> [u8; 32] {
        Sha256::digest(BOUNDARIES_ODBL_180X90).into()
    }

    /// Data in the format of countryboundaries, version 2. Every length is looked at before
    /// anything is allocated; whether a line runs where it should is not checked.
    ///
    /// # Errors
    ///
    /// [`BoundariesError`].
    pub fn read(file: &[u8]) -> Result<Self, BoundariesError> {
        check_layout(file)?;
        let map = CountryBoundaries::from_reader(file).map_err(|_| BoundariesError::NotText)?;
        Ok(Self {
            map,
            digest: Sha256::digest(file).into(),
        })
    }

    /// SHA-256 of the file: its name in a policy.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Country and part of the point; its radius is not looked at.
    #[must_use]
    pub fn area(&self, point: &GeoPoint) -> Area {
        let (lat, lon) = geodesic::degrees(point);
        match LatLon::new(lat, lon) {
            Ok(at) => area_of(&self.map.ids(at)),
            Err(_) => Area::default(), // No such point: latitudes end at 90.
        }
    }
}

impl Boundaries {
    /// Whether a box may have a point in the area with this code; corners in degrees times 10^7,
    /// latitude first. It runs over the antimeridian if its west is east of its east.
    ///
    /// Good for acquitting only: the answer is that of the cells of a raster around the box.
    #[must_use]
    pub fn may_touch(&self, south_west: (i32, i32), north_east: (i32, i32), code: &str) -> bool {
        /// The last longitude before the antimeridian.
        const EAST_END: i32 = 1_799_999_999;
        let ((south, west), (north, east)) = (south_west, north_east);
        // Two boxes: the crate forgets the rest of one that runs nearly around.
        let halves = if west > east {
            [(west, EAST_END), (-1_800_000_000, east)]
        } else {
            [(west, east), (west, east)]
        };
        let degrees = |e7: i32| f64::from(e7) / 1e7;
        halves.into_iter().any(|(west, east)| {
            let bounds =
                BoundingBox::new(degrees(south), degrees(west), degrees(north), degrees(east));
            bounds.map_or(true, |bounds| {
                self.map.intersecting_ids(bounds).contains(code)
            })
        })
    }
}

impl fmt::Debug for Boundaries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Boundaries")
            .field("digest", &hex::encode(self.digest))
            .finish_non_exhaustive()
    }
}

/// From the codes of all areas around a point, the smallest area first.
fn area_of(ids: &[&str]) -> Area {
    let is_country = |id: &&&str| id.len() == 2 && !territories::is_reserved(id);
    let countries = || ids.iter().filter(is_country).copied();
    let Some(country) = countries().next() else {
        return Area::default();
    };
    let of_one = countries()
        .skip(1)
        .all(|around| territories::belongs(country, around));
    // A part that is smaller than the country, as parts are; a larger one only overlaps.
    let parts = || ids.iter().take_while(|id| **id != country).copied();
    let contradicted = parts()
        .filter_map(|part| part.split_once('-'))
        .any(|(of, _)| !countries().any(|known| known == of));
    if !of_one || contradicted {
        return Area::default();
    }
    let own = |part: &&str| part.split_once('-').is_some_and(|(of, _)| of == country);
    let subdivision = parts().find(own);
    Area {
        country: CountryCode::new(country).ok(),
        subdivision: subdivision.and_then(|part| SubdivisionCode::new(part).ok()),
    }
}

#[cfg(test)]
mod tests;
