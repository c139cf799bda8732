//! `[location]`: location stamps.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Policy;
use super::error::ConfigError;
use super::limits::{self, Ranges};
use super::origin::Sources;
use super::raw::{RawEnrolment, RawLocation, RawProfile};

/// What location stamps need.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct LocationConfig {
    /// The appraisal policy, JSON.
    pub policy: PathBuf,
    /// PEM, the location TSU first, then its chain.
    pub certificates: PathBuf,
    /// PKCS#8 private key of the location TSU, mode 0600.
    pub key: PathBuf,
    /// 32 octets from which the names of subjects in tokens are computed, mode 0600.
    pub pairwise_secret: PathBuf,
    /// What a token shows of the time.
    pub profile: Policy,
    /// Whether tokens carry their proof of the log, if the request does not say.
    pub proof_in_token: bool,
    /// Who may become a subject.
    pub enrolment: Enrolment,
    /// How long a token lies in the database.
    pub token_retention: Duration,
    /// MaxMind database: country of an address.
    pub country_database: Option<PathBuf>,
    /// MaxMind database: anonymous networks.
    pub anonymous_database: Option<PathBuf>,
    /// Boundaries of countries, instead of the built-in ones.
    pub boundaries: Option<PathBuf>,
    /// Evidence from one key in a minute.
    pub rate_per_key: Option<NonZeroU32>,
    /// Location requests from one address in a minute.
    pub rate_per_address: Option<NonZeroU32>,
}

/// Who may become a subject.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Enrolment {
    /// Whoever proves possession of a key.
    Open,
    /// Nobody on the public port; the private one enrols.
    Closed,
}

pub(super) fn check(
    raw: RawLocation,
    directory: &Path,
    sources: &Sources<'_>,
) -> Result<LocationConfig, ConfigError> {
    let path = |given: Option<PathBuf>, default: &str| {
        directory.join(given.unwrap_or_else(|| PathBuf::from(default)))
    };
    let optional = |given: Option<PathBuf>| given.map(|given| directory.join(given));
    let range = Ranges::new(sources);
    let rate = |key, given: Option<usize>| {
        let (least, most) = limits::RATE;
        let checked = given.map(|rate| range.number(key, Some(rate), (least, most, most)));
        let checked = checked.transpose()?;
        Ok(checked.and_then(|rate| NonZeroU32::new(u32::try_from(rate).ok()?)))
    };
    let (least, most, default) = limits::TOKEN_RETENTION;
    Ok(LocationConfig {
        policy: path(raw.policy, "location-policy.json"),
        certificates: path(raw.certificates, "pki/location-tsu.pem"),
        key: path(raw.key, "pki/location-tsu.key"),
        pairwise_secret: path(raw.pairwise_secret, "pki/pairwise.secret"),
        profile: match raw.profile {
            None | Some(RawProfile::Compatible) => Policy::Compatible,
            Some(RawProfile::Precise) => Policy::Precise,
        },
        proof_in_token: raw.proof_in_token.unwrap_or(false),
        enrolment: match raw.enrolment {
            None | Some(RawEnrolment::Open) => Enrolment::Open,
            Some(RawEnrolment::Closed) => Enrolment::Closed,
        },
        token_retention: range.micros(
            "location.token_retention",
            raw.token_retention.map_or(default, |text| text.0),
            (least, most),
        )?,
        country_database: optional(raw.country_database),
        anonymous_database: optional(raw.anonymous_database),
        boundaries: optional(raw.boundaries),
        rate_per_key: rate("location.rate_per_key", raw.rate_per_key)?,
        rate_per_address: rate("location.rate_per_address", raw.rate_per_address)?,
    })
}
