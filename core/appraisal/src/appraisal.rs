//! [`Appraisal`]: what evidence comes to.

use meridian_wire::loc::Digest32;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind, EvidenceResult};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::name::CountryCode;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::travel::TravelCheck;
use meridian_wire::loc::value::LeafValue;

use crate::countries::Area;
use crate::note::ItemNote;
use crate::place::{self, Position};

/// The largest age that a result can state.
const DAY_MS: u32 = 86_400_000;

/// What one item came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ItemResult {
    /// What it is.
    pub kind: EvidenceKind,
    /// Whose word it is.
    pub class: EvidenceClass,
    /// Tier of draft-ietf-rats-ar4si: 2 affirming, 32 and 33 warning, 96 contraindicated.
    pub tier: i8,
    /// When it held: the time of the fix, or of acceptance for what the authority added. Unix
    /// time in milliseconds.
    pub time_ms: i64,
    /// Digest of the salted item.
    pub hash: Digest32,
    /// What this item alone supports, in metres, at 95 %.
    pub radius_m: Option<u32>,
    /// What became of it, in words.
    pub note: ItemNote,
}

impl ItemResult {
    /// The required fields; no radius.
    #[must_use]
    pub const fn new(
        kind: EvidenceKind,
        class: EvidenceClass,
        tier: i8,
        time_ms: i64,
        hash: Digest32,
        note: ItemNote,
    ) -> Self {
        Self {
            kind,
            class,
            tier,
            time_ms,
            hash,
            radius_m: None,
            note,
        }
    }
}

/// What evidence comes to under a policy. Consistent with, bounded to: never 'it was there'.
///
/// Not here: the level, which depends on the time that the token will show and on the terms in
/// the claim; `locstamp` computes it, and `verify` again.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Appraisal {
    /// One for each item, in the order of the items.
    pub results: Vec<ItemResult>,
    /// The position of the item that decides.
    pub position: Position,
    /// Where that is; nothing if the policy names no boundaries or the point is in no country.
    pub area: Area,
    /// The country of `area`.
    pub country: Option<CountryCode>,
    /// When the position held.
    pub observed: ObservationWindow,
    /// How it was found.
    pub method: PositionMethod,
    /// Warnings.
    pub flags: WarningFlags,
    /// What the subject's other stamps say, if they were asked.
    pub travel: Option<TravelCheck>,
    /// Whether `subject_key` signed a nonce that covers the imprint of the context.
    pub key_signed: bool,
    /// SHA-256 of the subject's key in DER, if it is enrolled, active, and stood behind the
    /// evidence: it signed an item, or the connection was authenticated as it.
    pub subject_key: Option<Digest32>,
}

impl Appraisal {
    /// A position, where it is and when it held; no results, no flags, nobody behind it.
    #[must_use]
    pub fn new(position: Position, area: Area, observed: ObservationWindow) -> Self {
        Self {
            results: Vec::new(),
            method: position.method,
            position,
            country: area.country.clone(),
            area,
            observed,
            flags: WarningFlags::NONE,
            travel: None,
            key_signed: false,
            subject_key: None,
        }
    }

    /// What the slots of the tree can hold; a slot that is not here is absent.
    ///
    /// Finding out how much of the disc lies in each cell takes longer than the appraisal.
    #[must_use]
    pub fn slots(&self) -> Vec<(Slot, LeafValue)> {
        place::slots(&self.position, &self.area)
    }

    /// The results as a claim states them, in the order of the items.
    ///
    /// Their age is max(0, accepted - item) + max(0, genTime - accepted): a fix of the future is
    /// not younger than one of now. Radii are exact here; whoever makes a claim coarsens them.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`] for a radius beyond the module's range.
    pub fn evidence(
        &self,
        accepted_ms: i64,
        gen_time_ms: i64,
    ) -> Result<Vec<EvidenceResult>, LocError> {
        let since = gen_time_ms.saturating_sub(accepted_ms).max(0);
        let result = |item: &ItemResult| {
            let before = accepted_ms.saturating_sub(item.time_ms).max(0);
            let age = before.saturating_add(since);
            let age = u32::try_from(age).map_or(DAY_MS, |age| age.min(DAY_MS));
            let result = EvidenceResult::new(item.kind, item.class, item.tier, age)?;
            let result = result.with_hash(item.hash);
            match item.radius_m {
                Some(radius) => result.with_radius(radius),
                None => Ok(result),
            }
        };
        self.results.iter().map(result).collect()
    }
}
