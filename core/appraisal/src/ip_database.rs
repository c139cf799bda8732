//! [`IpDatabase`]: a `MaxMind` DB file in memory, and what it says of an address.

use std::fmt;
use std::net::IpAddr;

use maxminddb::Reader;
use meridian_wire::loc::name::CountryCode;
use meridian_wire::loc::point::GeoPoint;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::confidence::Confidence;
use crate::place;

/// More is no database that is published; its octets stay in memory.
const MAX_FILE_BYTES: usize = 1 << 30;

/// A longer type is none: it is repeated in every item of evidence.
const MAX_TYPE_BYTES: usize = 64;

/// What a database is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DatabaseKind {
    /// Countries, or cities with a centre.
    Country,
    /// Networks that hide where somebody is.
    Anonymous,
}

impl DatabaseKind {
    /// By the name of the schema, as `MaxMind` and those who follow it write it:
    /// `GeoLite2-City`, `GeoIP2-Anonymous-IP`, `DBIP-Country-Lite`.
    fn of(database_type: &str) -> Option<Self> {
        let has = |word| database_type.split('-').any(|part| part == word);
        if has("Anonymous") {
            Some(Self::Anonymous)
        } else if has("Country") || has("City") || has("Enterprise") {
            Some(Self::Country)
        } else {
            None
        }
    }
}

/// Why a file is no database that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// Past the limit.
    #[error("{actual} octets, at most {limit}", limit = MAX_FILE_BYTES)]
    TooLarge {
        /// Octets of the file.
        actual: usize,
    },
    /// Not in the format, or damaged.
    #[error("not a MaxMind DB file: {0}")]
    Format(#[from] maxminddb::MaxMindDbError),
    /// About something else, as far as its type tells.
    #[error("of the type {database_type:?}, which says neither countries nor anonymous networks")]
    Kind {
        /// The type that its metadata state.
        database_type: String,
    },
}

/// The database was damaged where an address led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the database is damaged where the address leads to")]
#[non_exhaustive]
pub struct Damaged;

/// A database of addresses. What it holds are opinions about the last network hop, some of them
/// declared by the networks themselves.
pub struct IpDatabase {
    reader: Reader<Vec<u8>>,
    kind: DatabaseKind,
    digest: [u8; 32],
}

impl IpDatabase {
    /// Takes the octets of a file. Only its metadata are looked at; a damaged record is found
    /// when an address leads to it. An address costs bounded time, also in a file that was made
    /// to cost much.
    ///
    /// # Errors
    ///
    /// [`DatabaseError`].
    pub fn new(file: Vec<u8>) -> Result<Self, DatabaseError> {
        if file.len() > MAX_FILE_BYTES {
            return Err(DatabaseError::TooLarge { actual: file.len() });
        }
        let digest = Sha256::digest(&file).into();
        let reader = Reader::from_source(file)?;
        let database_type = &reader.metadata().database_type;
        let kind = Some(database_type).filter(|text| text.len() <= MAX_TYPE_BYTES);
        let kind = kind.and_then(|text| DatabaseKind::of(text));
        let kind = kind.ok_or_else(|| DatabaseError::Kind {
            database_type: database_type.chars().take(MAX_TYPE_BYTES).collect(),
        })?;
        Ok(Self {
            reader,
            kind,
            digest,
        })
    }

    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// The type that its metadata state.
    #[must_use]
    pub fn database_type(&self) -> &str {
        &self.reader.metadata().database_type
    }

    /// When it was built, Unix time in seconds, as its metadata state.
    #[must_use]
    pub fn build_epoch(&self) -> u64 {
        self.reader.metadata().build_epoch
    }

    /// SHA-256 of the file.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// In which country the address is said to be; `None` if nothing is said.
    ///
    /// # Errors
    ///
    /// [`Damaged`].
    pub fn country(&self, address: IpAddr) -> Result<Option<CountryAnswer>, Damaged> {
        let record: Option<CountryRecord<'_>> = self.record(address)?;
        Ok(record.and_then(|record| record.answer()))
    }

    /// What network the address is said to belong to; `None` if nothing is said, which is what
    /// such a database says of an ordinary one.
    ///
    /// # Errors
    ///
    /// [`Damaged`].
    pub fn anonymous(&self, address: IpAddr) -> Result<Option<AnonymousAnswer>, Damaged> {
        let record: Option<AnonymousRecord> = self.record(address)?;
        Ok(record.map(AnonymousAnswer::from))
    }

    fn record<'a, T: Deserialize<'a>>(&'a self, address: IpAddr) -> Result<Option<T>, Damaged> {
        // ::ffff:192.0.2.1 is how a socket for both families shows 192.0.2.1.
        let address = address.to_canonical();
        if address.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Ok(None);
        }
        let found = self.reader.lookup(address).map_err(|_| Damaged)?;
        found.decode().map_err(|_| Damaged)
    }
}

impl fmt::Debug for IpDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpDatabase")
            .field("kind", &self.kind)
            .field("type", &self.database_type())
            .field("digest", &hex::encode(self.digest))
            .finish_non_exhaustive()
    }
}

/// Where an address is said to be.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CountryAnswer {
    /// The country.
    pub country: CountryCode,
    /// The middle of where it may be, with the radius as the database has it; not in a database
    /// of countries.
    pub centre: Option<GeoPoint>,
}

/// What network an address is said to belong to.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "the members of the record")]
pub struct AnonymousAnswer {
    /// Some anonymising network.
    pub anonymous: bool,
    /// A VPN that people buy.
    pub vpn: bool,
    /// A data centre.
    pub hosting: bool,
    /// A proxy for everybody.
    pub public_proxy: bool,
    /// A proxy in somebody's home.
    pub residential_proxy: bool,
    /// An exit of Tor.
    pub tor_exit: bool,
}

impl AnonymousAnswer {
    /// Whether any of them is said.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.anonymous
            || self.vpn
            || self.hosting
            || self.public_proxy
            || self.residential_proxy
            || self.tor_exit
    }
}

#[derive(Deserialize)]
struct CountryRecord<'a> {
    #[serde(borrow)]
    country: Option<Country<'a>>,
    location: Option<Location>,
}

#[derive(Deserialize)]
struct Country<'a> {
    iso_code: Option<&'a str>,
}

#[derive(Deserialize)]
struct Location {
    latitude: Option<f64>,
    longitude: Option<f64>,
    /// Kilometres.
    accuracy_radius: Option<u16>,
}

impl CountryRecord<'_> {
    /// `registered_country` is where the network's owner is, which is not what is asked.
    fn answer(&self) -> Option<CountryAnswer> {
        let code = self.country.as_ref()?.iso_code?;
        let country = CountryCode::new(code).ok()?;
        let centre = self.location.as_ref().and_then(Location::centre);
        Some(CountryAnswer { country, centre })
    }
}

impl Location {
    /// Without a radius it is no statement that something can be compared with.
    fn centre(&self) -> Option<GeoPoint> {
        let radius_m = f64::from(u32::from(self.accuracy_radius?) * 1_000);
        place::raw_point(
            self.latitude?,
            self.longitude?,
            radius_m,
            Confidence::MAXMIND,
        )
        .ok()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the members of the record")]
struct AnonymousRecord {
    is_anonymous: bool,
    is_anonymous_vpn: bool,
    is_hosting_provider: bool,
    is_public_proxy: bool,
    is_residential_proxy: bool,
    is_tor_exit_node: bool,
}

impl From<AnonymousRecord> for AnonymousAnswer {
    fn from(record: AnonymousRecord) -> Self {
        Self {
            anonymous: record.is_anonymous,
            vpn: record.is_anonymous_vpn,
            hosting: record.is_hosting_provider,
            public_proxy: record.is_public_proxy,
            residential_proxy: record.is_residential_proxy,
            tor_exit: record.is_tor_exit_node,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
