//! The ladder of radii: what a claim may say without telling where it is.

use meridian_wire::loc::bound::ProvenBound;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::evidence::EvidenceResult;
use meridian_wire::loc::revealed::RevealedLeaf;
use meridian_wire::loc::travel::TravelCheck;
use meridian_wire::loc::value::LeafValue;

/// Metres. The last is half of the equator: nothing on Earth is farther away.
const LADDER_M: [u32; 10] = [
    10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 20_037_509,
];

/// The resolution of H3 cells from which on a claim hides nothing that a radius would tell.
const TELLING_RESOLUTION: u8 = 6;

/// The least step that is not below `radius_m`; the last one for what is beyond it.
#[must_use]
pub fn step_m(radius_m: u32) -> u32 {
    let mut steps = LADDER_M.into_iter();
    let [.., last] = LADDER_M;
    steps.find(|step| *step >= radius_m).unwrap_or(last)
}

/// Whether these leaves show a place so exactly that exact radii tell no more.
#[must_use]
pub fn tells_the_place(revealed: &[RevealedLeaf]) -> bool {
    revealed.iter().any(|leaf| match leaf.value() {
        LeafValue::Point(_) => true,
        LeafValue::Cell(cell) => cell.resolution() >= TELLING_RESOLUTION,
        _ => false,
    })
}

/// Rounds radii up and leaves the speed of travel out, unless the claim shows its place anyway.
/// Without this, 'within 12,318 m of a landmark' and 'at least 211 m/s' tell a place that the
/// tree hides.
pub(crate) fn coarsen(mut claim: ClaimFields) -> Result<ClaimFields, LocError> {
    if tells_the_place(&claim.revealed) {
        return Ok(claim);
    }
    if let Some(bound) = claim.bound {
        let (landmarks, enclosed) = (bound.landmarks(), bound.enclosed());
        let radius_m = step_m(bound.radius_m());
        let bound = ProvenBound::new(radius_m, landmarks, enclosed, *bound.directory())?;
        claim.bound = Some(bound);
    }
    if let Some(travel) = claim.travel {
        claim.travel = Some(TravelCheck::new(travel.outcome(), None)?);
    }
    let coarse = |item: EvidenceResult| match item.radius_m() {
        Some(radius_m) => item.with_radius(step_m(radius_m)),
        None => Ok(item),
    };
    let evidence = claim.evidence.into_iter().map(coarse);
    claim.evidence = evidence.collect::<Result<_, _>>()?;
    Ok(claim)
}

#[cfg(test)]
mod tests {
    use meridian_wire::loc::travel::TravelOutcome;
    use proptest::prelude::*;

    use super::*;
    use crate::sample;

    #[test]
    fn a_radius_is_rounded_up_to_the_next_step() {
        for (radius, step) in [
            (0, 10_000),
            (1, 10_000),
            (10_000, 10_000),
            (10_001, 25_000),
            (250_000, 250_000),
            (250_001, 500_000),
            (5_000_001, 20_037_509),
            (20_037_509, 20_037_509),
            (20_037_510, 20_037_509),
            (40_075_017, 20_037_509),
        ] {
            assert_eq!(step_m(radius), step, "{radius}");
        }
    }

    /// A claim with exact radii, and these slots revealed.
    fn claim(slots: &[u8]) -> ClaimFields {
        let mut claim = sample::appraised().claim().clone();
        let tree = sample::tree();
        let slots = slots.iter().map(|number| sample::slot(*number));
        let leaf = |slot| RevealedLeaf::new(slot, tree.value(slot).clone()).unwrap();
        claim.revealed = slots.map(leaf).collect();
        claim.bound = Some(ProvenBound::new(12_318, 3, true, [4; 32]).unwrap());
        claim.travel = Some(TravelCheck::new(TravelOutcome::Suspicious, Some(7)).unwrap());
        let exact = |item: EvidenceResult| item.with_radius(12_318).unwrap();
        claim.evidence = claim.evidence.into_iter().map(exact).collect();
        claim
    }

    #[test]
    fn radii_and_speed_are_exact_only_beside_a_point_or_a_cell_of_resolution_6() {
        for (slots, coarse) in [
            (&[][..], true),
            (&[0], true),
            (&[0, 3], true),
            (&[4], false),
            (&[0, 10], false),
        ] {
            let exact = claim(slots);
            assert_eq!(tells_the_place(&exact.revealed), !coarse, "{slots:?}");
            let made = coarsen(exact.clone()).unwrap();
            if !coarse {
                assert_eq!(made, exact, "{slots:?}");
                continue;
            }
            assert_eq!(made.bound.unwrap().radius_m(), 25_000);
            assert!(made.bound.unwrap().enclosed() && made.bound.unwrap().landmarks() == 3);
            let travel = TravelCheck::new(TravelOutcome::Suspicious, None);
            assert_eq!(made.travel, Some(travel.unwrap()));
            let radii = made.evidence.iter().map(EvidenceResult::radius_m);
            assert!(radii.eq([Some(25_000); 2]));
        }
    }

    #[test]
    fn what_is_not_there_stays_away() {
        let mut bare = claim(&[]);
        (bare.bound, bare.travel) = (None, None);
        bare.evidence = sample::appraisal().evidence(0, 0).unwrap()[..1].to_vec();
        assert_eq!(coarsen(bare.clone()).unwrap(), bare);
    }

    proptest! {
        #[test]
        fn a_step_is_the_least_that_holds_the_radius(radius in 0_u32..=40_075_017) {
            let step = step_m(radius);
            prop_assert!(LADDER_M.contains(&step));
            prop_assert!(step >= radius || step == 20_037_509);
            prop_assert!(LADDER_M.iter().all(|other| *other >= step || *other < radius));
            prop_assert_eq!(step_m(step), step);
        }
    }
}
