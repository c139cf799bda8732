//! V117: the place meets what the relying party asks for.

use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::name::SubdivisionCode;
use meridian_wire::loc::point::GeoPoint;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::value::LeafValue;

use super::disclosures::OpenValue;
use super::grid::{GridCell, Reach, Relation};
use super::outcome::{Conclusion, PlaceFault};
use super::requirement::{Requirement, Vicinity, Warnings};
use super::words;
use crate::checks::tst_info::Times;

/// How one requirement ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// It holds.
    Met,
    /// It does not.
    Unmet,
    /// What is at hand does not tell.
    Undecided,
}

impl Answer {
    /// Its name in `--json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unmet => "unmet",
            Self::Undecided => "undecided",
        }
    }
}

/// One requirement and what became of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Required {
    /// What was asked, as text.
    pub text: String,
    /// How it ended.
    pub answer: Answer,
    /// Why, for people.
    pub detail: String,
}

/// Requirements that do not hold, or of which nobody can tell.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum RequirementFault {
    #[error("not met: {0}")]
    Unmet(String),
    #[error("cannot be told: {0}")]
    Undecided(String),
}

impl PlaceFault for RequirementFault {
    fn convicts(&self) -> bool {
        matches!(self, Self::Unmet(_))
    }
}

/// What requirements are held against.
#[derive(Clone, Copy)]
pub(crate) struct Known<'k> {
    pub(crate) claim: &'k ClaimFields,
    pub(crate) values: &'k [OpenValue],
    pub(crate) times: Option<&'k Times>,
}

/// V117. Whether the claim may be believed, the other checks say.
pub(crate) fn judge(
    requirements: &[Requirement],
    known: &Known<'_>,
) -> (Result<Conclusion, RequirementFault>, Vec<Required>) {
    let answers: Vec<Required> = requirements
        .iter()
        .map(|requirement| {
            let (answer, detail) = known.answer(requirement);
            Required {
                text: requirement.to_string(),
                answer,
                detail,
            }
        })
        .collect();
    let those = |wanted: Answer| {
        let all = answers.iter().filter(|one| one.answer == wanted);
        let all: Vec<_> = all
            .map(|one| format!("{}: {}", one.text, one.detail))
            .collect();
        (!all.is_empty()).then(|| all.join("; "))
    };
    let outcome = match (those(Answer::Unmet), those(Answer::Undecided)) {
        (Some(unmet), _) => Err(RequirementFault::Unmet(unmet)),
        (None, Some(undecided)) => Err(RequirementFault::Undecided(undecided)),
        (None, None) if answers.is_empty() => {
            Ok(Conclusion::Nothing("nothing was required".to_owned()))
        }
        (None, None) => Ok(Conclusion::Holds(format!(
            "all {} requirements are met",
            answers.len()
        ))),
    };
    (outcome, answers)
}

/// An answer and its reason.
type Answered = (Answer, String);

fn told(holds: bool, detail: impl Into<String>) -> Answered {
    let answer = if holds { Answer::Met } else { Answer::Unmet };
    (answer, detail.into())
}

fn untold(detail: impl Into<String>) -> Answered {
    (Answer::Undecided, detail.into())
}

impl Known<'_> {
    fn answer(&self, requirement: &Requirement) -> Answered {
        let claim = self.claim;
        match requirement {
            Requirement::Level(least) => told(
                claim.level >= *least,
                format!("the claim states level {}", claim.level.code()),
            ),
            Requirement::Binding(least) => told(
                claim.binding >= *least,
                format!("the binding is {}", claim.binding.name()),
            ),
            Requirement::Country(any) => self.named(Slot::COUNTRY, |value| match value {
                LeafValue::Country(code) => any.contains(code),
                _ => false,
            }),
            Requirement::Jurisdiction(any) => self.named(Slot::JURISDICTION, |value| match value {
                LeafValue::Jurisdiction(code) => any.contains(code),
                _ => false,
            }),
            Requirement::Subdivision(any) => self.subdivision(any),
            Requirement::Cell(wanted) => self.in_cell(*wanted),
            Requirement::Near(near) => self.near(near),
            Requirement::MaxAge(limit_ms) => self.max_age(*limit_ms),
            Requirement::Evidence(any) => self.evidence(any),
            Requirement::Without(warnings) => self.without(*warnings),
        }
    }

    fn value(&self, slot: Slot) -> Option<&LeafValue> {
        let mut values = self.values.iter();
        values.find(|one| one.slot == slot).map(|one| &one.value)
    }

    fn named(&self, slot: Slot, fits: impl Fn(&LeafValue) -> bool) -> Answered {
        let name = words::slot(slot);
        match self.value(slot) {
            None => untold(format!(
                "the {name} is neither revealed nor disclosed; ask the subject for a disclosure"
            )),
            Some(LeafValue::Absent) => told(false, format!("the authority stated no {name}")),
            Some(value) => told(
                fits(value),
                format!("the {name} is {}", words::value(value)),
            ),
        }
    }

    /// A country that none of them belongs to decides too.
    fn subdivision(&self, any: &[SubdivisionCode]) -> Answered {
        if let (None, Some(LeafValue::Country(country))) =
            (self.value(Slot::SUBDIVISION), self.value(Slot::COUNTRY))
        {
            let of_country =
                |code: &SubdivisionCode| code.as_str().split('-').next() == Some(country.as_str());
            if !any.iter().any(of_country) {
                return told(false, format!("the country is {country}"));
            }
        }
        self.named(Slot::SUBDIVISION, |value| match value {
            LeafValue::Subdivision(code) => any.contains(code),
            _ => false,
        })
    }

    fn point(&self) -> Option<&GeoPoint> {
        match self.value(Slot::POINT) {
            Some(LeafValue::Point(point)) => Some(point),
            _ => None,
        }
    }

    /// Cells that exist, coarse ones first.
    fn cells(&self) -> Vec<GridCell> {
        let cells = self.values.iter().filter_map(|one| match &one.value {
            LeafValue::Cell(cell) => GridCell::of(cell),
            _ => None,
        });
        cells.collect()
    }

    fn in_cell(&self, wanted: GridCell) -> Answered {
        if let Some(point) = self.point() {
            return told(
                wanted.holds(point),
                format!("the point is {}", words::point(point)),
            );
        }
        let cells = self.cells();
        let mut enough = cells.iter();
        if let Some(cell) = enough.find(|cell| cell.resolution() >= wanted.resolution()) {
            let said = format!("the place is in the cell {cell}");
            return match cell.relation_to(wanted) {
                Relation::Inside => told(true, said),
                Relation::Apart => told(false, said),
                Relation::Overlaps => untold(format!("{said}, which is only partly inside")),
            };
        }
        match cells.last() {
            Some(coarse) if wanted.relation_to(*coarse) == Relation::Apart => {
                told(false, format!("the place is in the cell {coarse}"))
            }
            Some(coarse) => untold(format!(
                "the place is in the cell {coarse}, which is larger; ask the subject for a finer \
                 cell"
            )),
            None => untold(NOTHING_OPEN),
        }
    }

    fn near(&self, near: &Vicinity) -> Answered {
        let Ok(centre) = GeoPoint::new(near.lat_e7, wrapped(near), 0, 950) else {
            return untold("there is no such point");
        };
        let limit = u64::from(near.metres).saturating_mul(1_000);
        let (reach, what) = match (self.point(), self.cells().last()) {
            (Some(point), _) => {
                let distance = meridian_appraisal::geodesic::distance_mm(&centre, point);
                let reach = Reach {
                    at_least: distance.saturating_sub(point.radius_mm()),
                    at_most: distance.saturating_add(point.radius_mm()),
                };
                (Some(reach), "disc around the point")
            }
            (None, Some(finest)) => (finest.reach(&centre), "cell that is open"),
            (None, None) => return untold(NOTHING_OPEN),
        };
        let Some(reach) = reach else {
            return untold("the cell that is open cannot be measured");
        };
        let said = format!(
            "the {what} is between {} and {} away",
            words::metres(reach.at_least / 1_000),
            words::metres(reach.at_most.div_ceil(1_000))
        );
        if reach.at_most <= limit {
            told(true, said)
        } else if reach.at_least > limit {
            told(false, said)
        } else {
            untold(said)
        }
    }

    /// From the earliest time of the position to the latest time of the stamp.
    fn max_age(&self, limit_ms: u32) -> Answered {
        let Some(interval) = self.times.and_then(|times| times.interval) else {
            return untold("genTime cannot be read");
        };
        let observed = &self.claim.observed;
        let earliest = observed.fix_time_ms() - i64::from(observed.max_error_ms());
        let latest = interval.to.get().div_euclid(1_000).saturating_add(1);
        let age_ms = latest.saturating_sub(earliest).max(0);
        let shown = u32::try_from(age_ms).map_or_else(|_| "weeks".to_owned(), words::millis);
        told(
            age_ms <= i64::from(limit_ms),
            format!("the position is at most {shown} older than the stamp"),
        )
    }

    fn evidence(&self, any: &[EvidenceKind]) -> Answered {
        let affirming = self.claim.evidence.iter();
        let affirming = affirming.filter(|result| (2..=31).contains(&result.tier()));
        let mut wanted = affirming.filter(|result| any.contains(&result.kind()));
        match wanted.next() {
            Some(result) => told(true, format!("{} affirms", words::kind(result.kind()))),
            None => told(false, "no such evidence affirms"),
        }
    }

    fn without(&self, warnings: Warnings) -> Answered {
        let set = self.claim.flags.names();
        let unwanted: Vec<_> = match warnings {
            Warnings::Any => set.collect(),
            Warnings::These(flags) => {
                let unwanted = |name: &&str| flags.names().any(|flag| flag == *name);
                set.filter(unwanted).collect()
            }
        };
        match unwanted.is_empty() {
            true => told(true, "no such warning"),
            false => told(false, format!("the claim warns: {}", unwanted.join(", "))),
        }
    }
}

const NOTHING_OPEN: &str =
    "neither a point nor a cell is revealed or disclosed; ask the subject for a disclosure";

/// The longitude as claims write it: +180 is -180, a pole's is 0.
const fn wrapped(near: &Vicinity) -> i32 {
    match (near.lat_e7, near.lon_e7) {
        (900_000_000 | -900_000_000, _) => 0,
        (_, 1_800_000_000) => -1_800_000_000,
        (_, lon) => lon,
    }
}
