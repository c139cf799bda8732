//! [`Content`]: the JSON of an item of the kind ipGeolocation.

use std::net::IpAddr;

use meridian_wire::loc::name::CountryCode;
use meridian_wire::loc::point::GeoPoint;
use serde::{Deserialize, Serialize};

use crate::ip_database::{AnonymousAnswer, CountryAnswer, Damaged, IpDatabase};
use crate::refusal::Refusal;

/// What was asked about an address, and what was answered.
#[derive(Debug, PartialEq)]
pub(super) struct Content {
    address: IpAddr,
    pub(super) country: Option<Asked<CountryAnswer>>,
    pub(super) anonymous: Option<Asked<AnonymousAnswer>>,
}

/// A database and its answer.
#[derive(Debug, PartialEq)]
pub(super) struct Asked<T> {
    sha256: [u8; 32],
    database_type: String,
    /// Unix time in seconds.
    pub(super) built: u64,
    pub(super) answer: Answer<T>,
}

/// What a database says of an address.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer<T> {
    /// Nothing.
    NotInDatabase,
    /// It cannot be read there.
    Damaged,
    /// This.
    Found(T),
}

impl<T> Answer<T> {
    fn of(looked_up: Result<Option<T>, Damaged>) -> Self {
        match looked_up {
            Ok(Some(answer)) => Self::Found(answer),
            Ok(None) => Self::NotInDatabase,
            Err(Damaged) => Self::Damaged,
        }
    }

    pub(super) const fn found(&self) -> Option<&T> {
        match self {
            Self::Found(answer) => Some(answer),
            Self::NotInDatabase | Self::Damaged => None,
        }
    }

    fn try_map<U>(self, map: impl FnOnce(T) -> Option<U>) -> Option<Answer<U>> {
        Some(match self {
            Self::NotInDatabase => Answer::NotInDatabase,
            Self::Damaged => Answer::Damaged,
            Self::Found(answer) => Answer::Found(map(answer)?),
        })
    }
}

impl Content {
    pub(super) fn look_up(
        address: IpAddr,
        country: Option<&IpDatabase>,
        anonymous: Option<&IpDatabase>,
    ) -> Self {
        let address = address.to_canonical();
        Self {
            address,
            country: country.map(|db| Asked::new(db, Answer::of(db.country(address)))),
            anonymous: anonymous.map(|db| Asked::new(db, Answer::of(db.anonymous(address)))),
        }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        let json = Json {
            ip: self.address,
            country: self
                .country
                .as_ref()
                .map(|asked| asked.json(CountryJson::of)),
            anonymous: self
                .anonymous
                .as_ref()
                .map(|asked| asked.json(|answer| *answer)),
        };
        // Texts and numbers: it cannot fail, and an empty content is refused.
        serde_json::to_vec(&json).unwrap_or_default()
    }

    pub(super) fn read(content: &[u8]) -> Result<Self, Refusal> {
        let json: Json = serde_json::from_slice(content).map_err(|_| MALFORMED)?;
        let country = json.country.map(|asked| asked.read(CountryJson::read));
        let anonymous = json.anonymous.map(|asked| asked.read(Some));
        Ok(Self {
            address: json.ip,
            country: country.transpose()?,
            anonymous: anonymous.transpose()?,
        })
    }
}

impl<T> Asked<T> {
    fn new(database: &IpDatabase, answer: Answer<T>) -> Self {
        Self {
            sha256: *database.digest(),
            database_type: database.database_type().to_owned(),
            built: database.build_epoch(),
            answer,
        }
    }

    fn json<'a, U>(&'a self, map: impl FnOnce(&'a T) -> U) -> AskedJson<U> {
        AskedJson {
            sha256: hex::encode(self.sha256),
            database_type: self.database_type.clone(),
            built: self.built,
            answer: match &self.answer {
                Answer::NotInDatabase => Answer::NotInDatabase,
                Answer::Damaged => Answer::Damaged,
                Answer::Found(answer) => Answer::Found(map(answer)),
            },
        }
    }
}

const MALFORMED: Refusal = Refusal::Malformed {
    what: "ipGeolocation: not an address and what databases say of it",
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Json {
    ip: IpAddr,
    #[serde(deserialize_with = "Option::deserialize")]
    country: Option<AskedJson<CountryJson>>,
    #[serde(deserialize_with = "Option::deserialize")]
    anonymous: Option<AskedJson<AnonymousAnswer>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AskedJson<T> {
    sha256: String,
    #[serde(rename = "type")]
    database_type: String,
    built: u64,
    answer: Answer<T>,
}

impl<T> AskedJson<T> {
    fn read<U>(self, map: impl FnOnce(T) -> Option<U>) -> Result<Asked<U>, Refusal> {
        let mut sha256 = [0; 32];
        hex::decode_to_slice(&self.sha256, &mut sha256).map_err(|_| MALFORMED)?;
        Ok(Asked {
            sha256,
            database_type: self.database_type,
            built: self.built,
            answer: self.answer.try_map(map).ok_or(MALFORMED)?,
        })
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CountryJson {
    country: String,
    #[serde(deserialize_with = "Option::deserialize")]
    centre: Option<CentreJson>,
}

/// The middle of where an address may be, with the radius as it was found.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CentreJson {
    lat_e7: i32,
    lon_e7: i32,
    radius_mm: u64,
    /// Permille.
    confidence: u16,
}

impl CountryJson {
    fn of(answer: &CountryAnswer) -> Self {
        Self {
            country: answer.country.as_str().to_owned(),
            centre: answer.centre.as_ref().map(|centre| CentreJson {
                lat_e7: centre.lat_e7(),
                lon_e7: centre.lon_e7(),
                radius_mm: centre.radius_mm(),
                confidence: centre.confidence(),
            }),
        }
    }

    fn read(self) -> Option<CountryAnswer> {
        let point = |c: CentreJson| GeoPoint::new(c.lat_e7, c.lon_e7, c.radius_mm, c.confidence);
        Some(CountryAnswer {
            country: CountryCode::new(&self.country).ok()?,
            centre: self.centre.map(point).transpose().ok()?,
        })
    }
}
