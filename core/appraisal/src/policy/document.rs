//! [`PolicyDocument`]: the members of the policy, before anything is checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// The members of the policy, before anything is checked. Every member must be there; `null`
/// says 'none'.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PolicyDocument {
    /// 1.
    pub version: u8,
    /// What people call it.
    pub name: String,
    /// What a stamp under this policy says, for people.
    pub statement: String,
    /// The policy OIDs under which stamps are made, dotted, and the least level of each.
    #[serde(deserialize_with = "no_duplicates")]
    pub policies: BTreeMap<String, u8>,
    /// The one of them that holds where none is asked for.
    pub default_policy: String,
    /// How long a challenge can be answered.
    pub challenge_ttl_ms: u32,
    /// How long a ticket can be used.
    pub ticket_ttl_ms: u32,
    /// How often a ticket can be used.
    pub ticket_uses: u8,
    /// The age of a fix at acceptance up to which it is fresh.
    pub fix_age_ms: u32,
    /// That age times this: up to there a fix is stale, beyond it is not taken.
    pub stale_factor: u8,
    /// How far a device's clock may be ahead.
    pub clock_skew_ms: u32,
    /// Whether a subject without an enrolled key is served, at level 0.
    pub allow_unenrolled: bool,
    /// Whether a position that was typed in is taken, at level 0.
    pub allow_manual: bool,
    /// Whether an address of an anonymising network is a reason to refuse.
    pub deny_anonymous: bool,
    /// Whether contradicted evidence is stamped, at level 0 and saying so.
    pub issue_contradicted: bool,
    /// What may be read by everybody.
    pub reveal: RevealRule,
    /// What travel is believed.
    pub travel: TravelRule,
    /// The widest bound that one landmark may give at level 3.
    pub l3_radius_m: u32,
    /// Databases of addresses.
    pub ip: IpRule,
    /// The boundaries of countries, by their digest; without them no country is stated.
    #[serde(deserialize_with = "Option::deserialize")]
    pub boundaries: Option<BoundariesRule>,
}

/// What may be read by everybody: slots of the tree, ascending.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RevealRule {
    /// Revealed if nothing is asked for.
    pub default: Vec<u8>,
    /// Revealed if asked for.
    pub allowed: Vec<u8>,
}

impl RevealRule {
    /// These slots.
    #[must_use]
    pub const fn new(default: Vec<u8>, allowed: Vec<u8>) -> Self {
        Self { default, allowed }
    }
}

/// What travel is believed, in metres a second.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TravelRule {
    /// Above this it is suspicious.
    pub suspicious_m_s: u32,
    /// Above this it is impossible.
    pub impossible_m_s: u32,
}

impl TravelRule {
    /// These speeds.
    #[must_use]
    pub const fn new(suspicious_m_s: u32, impossible_m_s: u32) -> Self {
        Self {
            suspicious_m_s,
            impossible_m_s,
        }
    }
}

/// Databases of addresses; without one its item is 'not available', never assumed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IpRule {
    /// The database of countries.
    #[serde(deserialize_with = "Option::deserialize")]
    pub country: Option<DatabaseRule>,
    /// The database of anonymising networks.
    #[serde(deserialize_with = "Option::deserialize")]
    pub anonymous: Option<DatabaseRule>,
}

impl IpRule {
    /// These databases.
    #[must_use]
    pub const fn new(country: Option<DatabaseRule>, anonymous: Option<DatabaseRule>) -> Self {
        Self { country, anonymous }
    }
}

/// How a database is used. Which one it was is in the evidence: it changes every week.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DatabaseRule {
    /// Days since it was built, at most.
    pub max_age_days: u16,
}

impl DatabaseRule {
    /// Up to this age.
    #[must_use]
    pub const fn new(max_age_days: u16) -> Self {
        Self { max_age_days }
    }
}

/// The boundaries of countries.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BoundariesRule {
    /// SHA-256 of the data, 64 hexadecimal digits in lower case.
    pub sha256: String,
    /// Whom they come from, as their licence asks.
    pub attribution: String,
}

impl BoundariesRule {
    /// Data with this digest.
    #[must_use]
    pub fn new(sha256: &[u8; 32], attribution: &str) -> Self {
        Self {
            sha256: hex::encode(sha256),
            attribution: attribution.to_owned(),
        }
    }
}

/// A map in which no name is there twice; serde takes the last one.
fn no_duplicates<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, u8>, D::Error> {
    struct Levels;

    impl<'de> Visitor<'de> for Levels {
        type Value = BTreeMap<String, u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("policies and their levels")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut levels = BTreeMap::new();
            while let Some((oid, level)) = map.next_entry::<String, u8>()? {
                if levels.insert(oid, level).is_some() {
                    return Err(Error::custom("duplicate policy"));
                }
            }
            Ok(levels)
        }
    }

    from.deserialize_map(Levels)
}
