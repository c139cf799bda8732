//! V114: what is open of the place does not contradict itself.

use meridian_appraisal::countries::Boundaries;
use meridian_wire::loc::cell::CellClaim;
use meridian_wire::loc::name::{CountryCode, SubdivisionCode};
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::point::GeoPoint;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::value::LeafValue;

use super::disclosures::OpenValue;
use super::grid::{GridCell, Relation};
use super::outcome::{Conclusion, PlaceFault};
use crate::checks::tst_info::Times;

/// How far a device's clock may be ahead where no policy document says another.
const DEFAULT_CLOCK_SKEW_MS: u32 = 5_000;

/// How the open values contradict each other.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Contradiction {
    #[error("the claim reveals another {} than the one disclosed", super::words::slot(*slot))]
    TwoValues { slot: Slot },
    #[error("the {} is no cell of the H3 grid", super::words::slot(*slot))]
    NoSuchCell { slot: Slot },
    #[error("the cells of resolution {coarser} and {finer} have no point in common")]
    CellsApart { coarser: u8, finer: u8 },
    #[error("the point is not in the cell of resolution {resolution}")]
    PointOutsideCell { resolution: u8 },
    #[error("the subdivision {subdivision} is not of the country {country}")]
    ForeignSubdivision {
        subdivision: SubdivisionCode,
        country: CountryCode,
    },
    #[error("by the boundaries of the policy the point is in {found}, not in {stated}")]
    PointElsewhere { found: String, stated: String },
    #[error(
        "by the boundaries of the policy no part of the cell of resolution {resolution} is in \
         {country}"
    )]
    CellElsewhere {
        resolution: u8,
        country: CountryCode,
    },
    #[error(
        "whether a part of the cell of resolution {resolution} is in {country} cannot be told; a \
         disclosed point would tell"
    )]
    CellAtBorder {
        resolution: u8,
        country: CountryCode,
    },
    #[error(
        "the position is of {ahead_ms} ms after the token, {limit_ms} ms is what clocks may differ"
    )]
    FixAhead { ahead_ms: i64, limit_ms: i64 },
}

impl PlaceFault for Contradiction {
    fn convicts(&self) -> bool {
        !matches!(self, Self::CellAtBorder { .. })
    }
}

/// The part of the policy document that comparisons need, where it is at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AgreementPolicy<'p> {
    /// The policy's boundaries, if this version has them.
    pub(crate) boundaries: Option<&'p Boundaries>,
    /// How far a device's clock may be ahead.
    pub(crate) clock_skew_ms: u32,
}

/// The open values by kind.
#[derive(Debug, Default)]
struct Open<'v> {
    /// The outer level: whether the slot is open.
    country: Option<Option<&'v CountryCode>>,
    subdivision: Option<Option<&'v SubdivisionCode>>,
    /// Coarse ones first.
    cells: Vec<(Slot, &'v CellClaim)>,
    point: Option<&'v GeoPoint>,
}

impl<'v> Open<'v> {
    fn of(values: &'v [OpenValue]) -> Self {
        let mut open = Self::default();
        for one in values {
            match &one.value {
                LeafValue::Country(code) => open.country = Some(Some(code)),
                LeafValue::Subdivision(code) => open.subdivision = Some(Some(code)),
                LeafValue::Cell(cell) => open.cells.push((one.slot, cell)),
                LeafValue::Point(point) => open.point = Some(point),
                LeafValue::Absent if one.slot == Slot::COUNTRY => open.country = Some(None),
                LeafValue::Absent if one.slot == Slot::SUBDIVISION => open.subdivision = Some(None),
                _ => {}
            }
        }
        open
    }
}

/// V114. Not compared: altitude, motion, fences, facility and jurisdiction with anything; and
/// countries with places where the policy's boundaries are not at hand.
pub(crate) fn judge(
    values: &[OpenValue],
    observed: &ObservationWindow,
    times: Option<&Times>,
    policy: Option<AgreementPolicy<'_>>,
) -> Result<Conclusion, Contradiction> {
    fix_before_stamp(observed, times, policy)?;
    let mut pairs = values.iter().zip(values.iter().skip(1));
    if let Some((twice, _)) = pairs.find(|(one, next)| one.slot == next.slot) {
        return Err(Contradiction::TwoValues { slot: twice.slot });
    }
    if values.len() < 2 {
        return Ok(Conclusion::Nothing(
            "fewer than two parts of the place are open".to_owned(),
        ));
    }
    let open = Open::of(values);
    let cells = cells_agree(&open)?;
    if let (Some(Some(country)), Some(Some(subdivision))) = (open.country, open.subdivision)
        && subdivision.as_str().split('-').next() != Some(country.as_str())
    {
        return Err(Contradiction::ForeignSubdivision {
            subdivision: subdivision.clone(),
            country: country.clone(),
        });
    }
    let boundaries = policy.and_then(|policy| policy.boundaries);
    let borders = match boundaries {
        Some(boundaries) => {
            areas_agree(&open, &cells, boundaries)?;
            ", by the boundaries of the policy too"
        }
        None if open.country.is_some() || open.subdivision.is_some() => {
            "; countries were not compared with positions: the policy's boundaries are not at hand"
        }
        None => "",
    };
    Ok(Conclusion::Holds(format!(
        "the {} open parts of the place agree with each other{borders}",
        values.len()
    )))
}

/// A position of after the stamp was not known when it was made.
fn fix_before_stamp(
    observed: &ObservationWindow,
    times: Option<&Times>,
    policy: Option<AgreementPolicy<'_>>,
) -> Result<(), Contradiction> {
    let Some(interval) = times.and_then(|times| times.interval) else {
        return Ok(());
    };
    let skew = policy.map_or(DEFAULT_CLOCK_SKEW_MS, |policy| policy.clock_skew_ms);
    let earliest = observed.fix_time_ms() - i64::from(observed.max_error_ms());
    let latest = interval.to.get().div_euclid(1_000).saturating_add(1);
    let ahead_ms = earliest.saturating_sub(latest);
    let limit_ms = i64::from(skew);
    if ahead_ms > limit_ms {
        return Err(Contradiction::FixAhead { ahead_ms, limit_ms });
    }
    Ok(())
}

/// Every cell with the point, and every finer cell with every coarser one.
fn cells_agree(open: &Open<'_>) -> Result<Vec<GridCell>, Contradiction> {
    let read = |(slot, cell): &(Slot, &CellClaim)| {
        GridCell::of(cell).ok_or(Contradiction::NoSuchCell { slot: *slot })
    };
    let cells: Vec<GridCell> = open.cells.iter().map(read).collect::<Result<_, _>>()?;
    for (number, coarser) in cells.iter().enumerate() {
        let resolution = coarser.resolution();
        if open.point.is_some_and(|point| !coarser.holds(point)) {
            return Err(Contradiction::PointOutsideCell { resolution });
        }
        let mut finer = cells.iter().skip(number).skip(1);
        let apart = finer.find(|finer| finer.relation_to(*coarser) == Relation::Apart);
        if let Some(apart) = apart {
            return Err(Contradiction::CellsApart {
                coarser: resolution,
                finer: apart.resolution(),
            });
        }
    }
    Ok(cells)
}

/// Country and subdivision with the point, else with the finest cell.
fn areas_agree(
    open: &Open<'_>,
    cells: &[GridCell],
    boundaries: &Boundaries,
) -> Result<(), Contradiction> {
    let Some(point) = open.point else {
        return match (open.country, cells.last()) {
            (Some(Some(country)), Some(finest)) => cell_agrees(*finest, country, boundaries),
            _ => Ok(()),
        };
    };
    let area = boundaries.area(point);
    let shown = |code: Option<&str>| code.unwrap_or("none").to_owned();
    if let Some(stated) = open.country
        && stated != area.country.as_ref()
    {
        return Err(Contradiction::PointElsewhere {
            found: shown(area.country.as_ref().map(CountryCode::as_str)),
            stated: shown(stated.map(CountryCode::as_str)),
        });
    }
    if let Some(stated) = open.subdivision
        && stated != area.subdivision.as_ref()
    {
        return Err(Contradiction::PointElsewhere {
            found: shown(area.subdivision.as_ref().map(SubdivisionCode::as_str)),
            stated: shown(stated.map(SubdivisionCode::as_str)),
        });
    }
    Ok(())
}

/// One point of the cell in the country is enough. None found convicts only where the country is
/// nowhere near: a small country fits between the points that are looked at.
fn cell_agrees(
    cell: GridCell,
    country: &CountryCode,
    boundaries: &Boundaries,
) -> Result<(), Contradiction> {
    let in_country = |point: &GeoPoint| boundaries.area(point).country.as_ref() == Some(country);
    if cell.samples().iter().any(in_country) {
        return Ok(());
    }
    let resolution = cell.resolution();
    let country = country.clone();
    let near = cell.bounds().is_none_or(|(south_west, north_east)| {
        boundaries.may_touch(south_west, north_east, country.as_str())
    });
    Err(if near {
        Contradiction::CellAtBorder {
            resolution,
            country,
        }
    } else {
        Contradiction::CellElsewhere {
            resolution,
            country,
        }
    })
}
