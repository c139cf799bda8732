//! [`Judged`]: what the rows of one item gave.

use meridian_wire::loc::flags::WarningFlags;

use crate::note::ItemNote;

/// Nothing is said for or against.
pub(crate) const TIER_NONE: i8 = 0;
/// It agrees.
pub(crate) const TIER_AFFIRMING: i8 = 2;
/// It speaks against, as something normal may.
pub(crate) const TIER_WARNING: i8 = 32;
/// It speaks against a fact that the subject stated.
pub(crate) const TIER_DISAGREES: i8 = 33;
/// It contradicts.
pub(crate) const TIER_CONTRADICTED: i8 = 96;

/// What the rows of one item gave. Tiers are those of draft-ietf-rats-ar4si.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Judged {
    /// 0 none, 2 affirming, 32 and 33 warning, 96 contraindicated.
    pub tier: i8,
    /// What the item alone supports: metres at 95 %.
    pub radius_m: Option<u32>,
    /// Warnings that it raised.
    pub flags: WarningFlags,
    /// The row that decided.
    pub note: ItemNote,
}

impl Judged {
    pub(crate) const fn new(tier: i8, note: ItemNote) -> Self {
        Self {
            tier,
            radius_m: None,
            flags: WarningFlags::NONE,
            note,
        }
    }

    /// Not available is never taken for 'agrees'.
    pub(crate) const fn unavailable(note: ItemNote) -> Self {
        Self::new(TIER_NONE, note)
    }
}
