//! V111: the evidence in the claim earns the level that the claim states.

use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::level::AssuranceLevel;

use super::level::{DEFAULT_L3_RADIUS_M, LevelTerms, earned_level};
use super::outcome::{Conclusion, PlaceFault};
use crate::checks::tst_info::Times;

/// Why the stated level does not stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum LevelFault {
    #[error("genTime cannot be read, and the level depends on it")]
    NoGenTime,
    #[error(
        "the claim states level {stated} and its own evidence earns level {earned}: the issuer \
         broke the level rule"
    )]
    Overstated { stated: u8, earned: u8 },
    #[error(
        "the claim states level {stated}; its evidence earns it only if the policy lets landmarks \
         hold the key within more than {} km: give the policy document",
        DEFAULT_L3_RADIUS_M / 1_000
    )]
    NeedsPolicy { stated: u8 },
    #[error("evidence in the claim contradicts the place, and the claim states level {stated}")]
    Contradicted { stated: u8 },
    #[error("evidence in the claim contradicts the place, and its policy issues no such stamps")]
    ContradictionNotAllowed,
    #[error(
        "evidence in the claim contradicts the place; whether its policy issues such stamps, the \
         policy document tells"
    )]
    ContradictionNeedsPolicy,
}

impl PlaceFault for LevelFault {
    fn convicts(&self) -> bool {
        !matches!(
            self,
            Self::NoGenTime | Self::NeedsPolicy { .. } | Self::ContradictionNeedsPolicy
        )
    }
}

/// What the policy document says about levels, where it is at hand and the right one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct LevelPolicy {
    /// Metres within which landmarks must hold the key for level 3.
    pub(crate) l3_radius_m: u32,
    /// Whether stamps are issued against contradicting evidence, at level 0.
    pub(crate) issues_contradicted: bool,
}

/// genTime in whole milliseconds, rounded down, as issuers count it.
pub(crate) fn gen_time_ms(times: Option<&Times>) -> Option<i64> {
    times.map(|times| times.reading.at.get().div_euclid(1_000))
}

/// The level that the claim earns, under the policy or its default. None if evidence contradicts
/// the place or genTime cannot be read.
pub(crate) fn earned(
    claim: &ClaimFields,
    times: Option<&Times>,
    policy: Option<LevelPolicy>,
) -> Option<AssuranceLevel> {
    let radius = policy.map_or(DEFAULT_L3_RADIUS_M, |policy| policy.l3_radius_m);
    earned_level(&LevelTerms::of(claim, gen_time_ms(times)?, radius))
}

/// V111. A claim may state less than it earns; then the issuer was careful.
pub(crate) fn judge(
    claim: &ClaimFields,
    times: Option<&Times>,
    policy: Option<LevelPolicy>,
) -> Result<Conclusion, LevelFault> {
    let gen_time_ms = gen_time_ms(times).ok_or(LevelFault::NoGenTime)?;
    let stated = claim.level.code();
    let Some(earned) = earned(claim, times, policy) else {
        return contradicted(stated, policy);
    };
    let earned = earned.code();
    if stated > earned {
        let widest = LevelTerms::of(claim, gen_time_ms, u32::MAX);
        let at_most = earned_level(&widest).map_or(0, AssuranceLevel::code);
        return Err(match policy {
            None if stated <= at_most => LevelFault::NeedsPolicy { stated },
            _ => LevelFault::Overstated { stated, earned },
        });
    }
    Ok(Conclusion::Holds(if stated == earned {
        format!("level {stated} is stated, and the evidence in the claim earns it")
    } else {
        format!("level {stated} is stated; the evidence in the claim would earn {earned}")
    }))
}

fn contradicted(stated: u8, policy: Option<LevelPolicy>) -> Result<Conclusion, LevelFault> {
    match policy {
        _ if stated > 0 => Err(LevelFault::Contradicted { stated }),
        None => Err(LevelFault::ContradictionNeedsPolicy),
        Some(policy) if policy.issues_contradicted => Ok(Conclusion::Departs(
            "level 0 is stated: evidence in the claim contradicts the place, and its policy issues \
             such stamps"
                .to_owned(),
        )),
        Some(_) => Err(LevelFault::ContradictionNotAllowed),
    }
}
