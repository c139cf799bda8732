//! [`appraise()`]: the decision table, row after row.

use meridian_wire::loc::Digest32;
use meridian_wire::loc::bundle::{AppraisalContext, EvidenceItem};
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::travel::TravelCheck;

use crate::appraisal::{Appraisal, ItemResult};
use crate::countries::Area;
use crate::history;
use crate::ip::{self, Claimed};
use crate::judged::Judged;
use crate::means::Means;
use crate::place;
use crate::policy::AppraisalPolicy;
use crate::positioned::{Observed, Positioned, row_35};
use crate::refusal::Refusal;
use crate::standing::row_10;
use crate::when;

/// Items of one bundle.
const MAX_ITEMS: usize = 8;

/// Whether callers may send evidence of this kind. The authority makes that of the other kinds
/// itself, so whoever takes items from a caller asks here first: [`appraise()`] cannot tell who
/// made an item.
///
/// # Errors
///
/// [`Refusal::UnsupportedEvidence`].
pub const fn accepts_from_caller(kind: EvidenceKind) -> Result<(), Refusal> {
    match kind {
        EvidenceKind::SELF_ASSERTED | EvidenceKind::DEVICE_SIGNED => Ok(()),
        _ => Err(Refusal::UnsupportedEvidence { kind }),
    }
}

/// Appraises evidence. The same arguments give the same result, at any time and in any place.
///
/// The rows of the decision table in docs/LOCATION.md are gone through in their order, each over
/// all items; the first that refuses refuses. In another order the items give the same results
/// in that order, and everything else unchanged. Rows 5 and 7 (the challenge exists and is not
/// spent), 31 to 34 and the level are not looked at here.
///
/// # Errors
///
/// [`Refusal`], one variant for each rule.
pub fn appraise(
    policy: &AppraisalPolicy,
    context: &AppraisalContext,
    items: &[EvidenceItem],
    means: &Means<'_>,
) -> Result<Appraisal, Refusal> {
    let evidence = Evidence::read(items)?;
    if policy.min_level(&context.policy).is_none() {
        let policy = context.policy;
        return Err(Refusal::PolicyUnknown { policy });
    }
    when::row_6(policy, context)?;
    let covered = evidence.bound(context, means)?;
    let subject_key = row_10(!covered.is_empty(), policy, context)?;
    let positions = evidence.rows_15_to_35(policy, context)?;
    let deciding = positions.first().ok_or(NO_POSITION)?;
    let position = deciding.by.location().position;
    let area = area(policy, means, &position)?;
    let mut appraisal = Appraisal::new(position, area, deciding.window);
    appraisal.flags = deciding.flags;
    // A key that nobody enrolled binds nothing to anybody.
    appraisal.key_signed = subject_key.is_some() && covered.contains(&true);
    appraisal.subject_key = subject_key;
    let others = evidence.rows_19_to_30(&appraisal, policy, context)?;
    appraisal.flags = appraisal.flags.with(others.flags);
    appraisal.travel = others.travel;
    let mut results = others.results;
    results.extend(positions.iter().map(|p| p.result(subject_key.is_some())));
    appraisal.results = in_order(items, &results);
    Ok(appraisal)
}

const NO_POSITION: Refusal = Refusal::Malformed {
    what: "no item bears a position",
};

/// The items, read.
struct Evidence<'a> {
    positions: Vec<Positioned<'a>>,
    address: Option<&'a EvidenceItem>,
    history: Option<&'a EvidenceItem>,
}

/// What the items about a position gave.
struct Others {
    results: Vec<ItemResult>,
    flags: WarningFlags,
    travel: Option<TravelCheck>,
}

impl<'a> Evidence<'a> {
    /// Rows 1 and 3.
    fn read(items: &'a [EvidenceItem]) -> Result<Self, Refusal> {
        if items.is_empty() || items.len() > MAX_ITEMS {
            return Err(Refusal::Malformed {
                what: "not one to eight items",
            });
        }
        let mut evidence = Self {
            positions: Vec::with_capacity(items.len()),
            address: None,
            history: None,
        };
        let read: Vec<Result<(), Refusal>> = items.iter().map(|item| evidence.add(item)).collect();
        first(read)?;
        if evidence.positions.is_empty() {
            return Err(NO_POSITION);
        }
        Ok(evidence)
    }

    fn add(&mut self, item: &'a EvidenceItem) -> Result<(), Refusal> {
        let (slot, format) = match item.kind() {
            EvidenceKind::IP_GEOLOCATION => (&mut self.address, ip::FORMAT),
            EvidenceKind::HISTORY => (&mut self.history, history::FORMAT),
            _ => {
                self.positions.push(Positioned::read(item)?);
                return Ok(());
            }
        };
        if item.format() != format {
            return Err(Refusal::UnsupportedEvidence { kind: item.kind() });
        }
        if slot.replace(item).is_some() {
            return Err(Refusal::Malformed {
                what: "two items of a kind that the authority makes once",
            });
        }
        Ok(())
    }

    /// Rows 8 and 9: for each signed item, whether it names the document.
    fn bound(&self, context: &AppraisalContext, means: &Means<'_>) -> Result<Vec<bool>, Refusal> {
        let signed: Vec<_> = self
            .positions
            .iter()
            .filter_map(Positioned::device_signed)
            .collect();
        let covered = first(signed.iter().map(|device| device.covers_imprint(context)))?;
        first(
            signed
                .iter()
                .map(|device| device.check_signature(context, means.signatures)),
        )?;
        Ok(covered)
    }

    /// Rows 15, 16, 17 and 35; the first of the result decides.
    fn rows_15_to_35(
        &'a self,
        policy: &AppraisalPolicy,
        context: &AppraisalContext,
    ) -> Result<Vec<Observed<'a>>, Refusal> {
        first(self.positions.iter().map(Positioned::row_15))?;
        let positions = first(self.positions.iter().map(|p| p.row_16(policy, context)))?;
        first(self.positions.iter().map(|p| p.row_17(policy)))?;
        row_35(positions, policy)
    }

    /// Rows 19 to 21 and 30.
    fn rows_19_to_30(
        &self,
        about: &Appraisal,
        policy: &AppraisalPolicy,
        context: &AppraisalContext,
    ) -> Result<Others, Refusal> {
        let point = &about.position.point;
        let mut others = Others {
            results: Vec::with_capacity(MAX_ITEMS),
            flags: WarningFlags::NONE,
            travel: None,
        };
        if let Some(item) = self.address {
            let claimed = Claimed::new(point, about.country.as_ref());
            let judged = ip::judge(item.content(), &claimed, policy, context.accepted_ms)?;
            others.add(item, EvidenceClass::Database, &judged, context);
        }
        if let Some(item) = self.history {
            let (judged, travel) = history::judge(item.content(), point, &about.observed, policy)?;
            others.add(item, EvidenceClass::History, &judged, context);
            others.travel = Some(travel);
        }
        Ok(others)
    }
}

impl Others {
    fn add(
        &mut self,
        item: &EvidenceItem,
        class: EvidenceClass,
        judged: &Judged,
        context: &AppraisalContext,
    ) {
        let (time, hash) = (context.accepted_ms, item.hash());
        let mut result = ItemResult::new(item.kind(), class, judged.tier, time, hash, judged.note);
        result.radius_m = judged.radius_m;
        self.results.push(result);
        self.flags = self.flags.with(judged.flags);
    }
}

/// Row 36, and where the point is.
fn area(
    policy: &AppraisalPolicy,
    means: &Means<'_>,
    position: &place::Position,
) -> Result<Area, Refusal> {
    let Some(named) = policy.boundaries() else {
        return Ok(Area::default());
    };
    let at_hand = means.boundaries.filter(|b| b.digest() == named);
    let boundaries = at_hand.ok_or(Refusal::BoundariesUnavailable)?;
    Ok(boundaries.area(&position.point))
}

/// All values, or the refusal of the earliest row: which of two bad items comes first does not
/// matter then.
fn first<T>(rows: impl IntoIterator<Item = Result<T, Refusal>>) -> Result<Vec<T>, Refusal> {
    let mut values = Vec::new();
    let mut refused: Option<Refusal> = None;
    for row in rows {
        match row {
            Ok(value) => values.push(value),
            Err(refusal) if refused.is_some_and(|earlier| earlier.row() <= refusal.row()) => {}
            Err(refusal) => refused = Some(refusal),
        }
    }
    refused.map_or(Ok(values), Err)
}

/// The results in the order of the items. Two items that are the same to the last octet have the
/// same result.
fn in_order(items: &[EvidenceItem], results: &[ItemResult]) -> Vec<ItemResult> {
    let of = |hash: Digest32| results.iter().find(|result| result.hash == hash).copied();
    items.iter().filter_map(|item| of(item.hash())).collect()
}

#[cfg(test)]
mod tests;
