//! Evidence of the kind ipGeolocation: what databases say of the address that a request came from.

use std::net::IpAddr;

use meridian_wire::loc::bundle::EvidenceItem;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::name::CountryCode;
use meridian_wire::loc::point::GeoPoint;

use crate::confidence;
use crate::geodesic;
use crate::ip_database::{AnonymousAnswer, CountryAnswer, IpDatabase};
use crate::judged::{self, Judged};
use crate::note::ItemNote;
use crate::policy::{AppraisalPolicy, DatabaseRule};
use crate::refusal::Refusal;
use content::{Answer, Asked, Content};

mod content;

/// Media type of the content.
pub const FORMAT: &str = "application/json";

/// What the claim says, to be compared with.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Claimed<'a> {
    /// The point.
    pub point: &'a GeoPoint,
    /// The country it is in, if anybody says.
    pub country: Option<&'a CountryCode>,
}

impl<'a> Claimed<'a> {
    /// This point in this country.
    #[must_use]
    pub const fn new(point: &'a GeoPoint, country: Option<&'a CountryCode>) -> Self {
        Self { point, country }
    }
}

/// The item for an address: it is looked up in what databases there are, and what they say is
/// written down with their digests and dates. What is not there is written down as not there.
///
/// # Errors
///
/// None that can happen: the content is short.
pub fn item(
    salt: [u8; 32],
    address: IpAddr,
    country: Option<&IpDatabase>,
    anonymous: Option<&IpDatabase>,
) -> Result<EvidenceItem, LocError> {
    let content = Content::look_up(address, country, anonymous);
    EvidenceItem::new(
        salt,
        EvidenceKind::IP_GEOLOCATION,
        FORMAT,
        &content.to_json(),
    )
}

/// Rows 20, 19 and 21, in this order: is it an anonymising network, is it said to be in the
/// claimed country, is it said to be near.
///
/// | | tier | flag |
/// |---|---|---|
/// | an anonymising network | 0 | anonymisingNetwork |
/// | the claimed country, and within three radii of the middle, if there is one | 2 | |
/// | another country | 33 | ipCountryMismatch |
/// | beyond three radii | 33 | |
/// | nobody knows, or no database, or too old, or dated in the future | 0 | |
///
/// A database that the policy asks for and that is not there, too old or damaged is 'not
/// available': an address is then not called honest. One that the policy does not name is not
/// looked at, whatever the item says.
///
/// Not checked: that the databases said so. A re-appraisal takes the item's word; whoever has the
/// databases can compare.
///
/// # Errors
///
/// [`Refusal::AnonymousNetwork`] if the policy denies them, [`Refusal::Malformed`].
pub fn judge(
    content: &[u8],
    claimed: &Claimed<'_>,
    policy: &AppraisalPolicy,
    accepted_ms: i64,
) -> Result<Judged, Refusal> {
    let content = Content::read(content)?;
    // Row 20. Unknown is not honest: what row 19 would affirm is then not affirmed.
    let anonymous = available(
        policy.ip_anonymous(),
        content.anonymous.as_ref(),
        accepted_ms,
    );
    let hidden = match &anonymous {
        Ok(answer) => answer.found().is_some_and(AnonymousAnswer::any),
        Err(_) => false,
    };
    if hidden && policy.deny_anonymous() {
        return Err(Refusal::AnonymousNetwork);
    }
    if hidden {
        let mut judged = Judged::unavailable(ItemNote::AnonymousNetwork);
        judged.flags = WarningFlags::ANONYMISING_NETWORK;
        return Ok(judged);
    }
    let answer = match available(policy.ip_country(), content.country.as_ref(), accepted_ms) {
        Ok(Answer::Found(answer)) => answer,
        Ok(_) => return Ok(Judged::unavailable(ItemNote::NotInDatabase)),
        Err(note) => return Ok(Judged::unavailable(note)),
    };
    let judged = compare(answer, claimed);
    match anonymous {
        Err(note)
            if note != ItemNote::NoDatabaseInPolicy && judged.tier == judged::TIER_AFFIRMING =>
        {
            Ok(Judged::unavailable(note))
        }
        _ => Ok(judged),
    }
}

/// Rows 19 and 21.
fn compare(answer: &CountryAnswer, claimed: &Claimed<'_>) -> Judged {
    /// How many radii are still near.
    const NEAR: u64 = 3;
    // Past once around the Earth it says nothing.
    let centre = answer
        .centre
        .as_ref()
        .and_then(|raw| confidence::to_claim(raw).ok());
    let far = centre.is_some_and(|centre| {
        let apart = geodesic::distance_mm(&centre, claimed.point);
        apart > centre.radius_mm().saturating_mul(NEAR)
    });
    let mut judged = match claimed.country {
        Some(country) if *country != answer.country => {
            let mut judged = Judged::new(judged::TIER_DISAGREES, ItemNote::CountryDiffers);
            judged.flags = WarningFlags::IP_COUNTRY_MISMATCH;
            judged
        }
        _ if far => Judged::new(judged::TIER_DISAGREES, ItemNote::FarFromCentroid),
        Some(_) => Judged::new(judged::TIER_AFFIRMING, ItemNote::Agrees),
        None => Judged::unavailable(ItemNote::ClaimedCountryUnknown),
    };
    let radius_m = |centre: GeoPoint| u32::try_from(centre.radius_mm().div_ceil(1_000)).ok();
    judged.radius_m = centre.and_then(radius_m);
    judged
}

/// What a database said, if the policy asks for one and it may be believed; else why not.
fn available<T>(
    rule: Option<DatabaseRule>,
    asked: Option<&Asked<T>>,
    accepted_ms: i64,
) -> Result<&Answer<T>, ItemNote> {
    /// Seconds of a day.
    const DAY: i64 = 86_400;
    let rule = rule.ok_or(ItemNote::NoDatabaseInPolicy)?;
    let asked = asked.ok_or(ItemNote::NoDatabase)?;
    let accepted = accepted_ms.div_euclid(1_000);
    // A date past i64 is in the future.
    let built = i64::try_from(asked.built).unwrap_or(i64::MAX);
    if built > accepted {
        return Err(ItemNote::DatabaseDateInFuture);
    }
    if accepted.saturating_sub(built) > i64::from(rule.max_age_days) * DAY {
        return Err(ItemNote::DatabaseTooOld);
    }
    match &asked.answer {
        Answer::Damaged => Err(ItemNote::DatabaseDamaged),
        answer => Ok(answer),
    }
}

#[cfg(test)]
mod tests;
