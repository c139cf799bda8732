//! [`Positioned`]: an item that bears a position, and which of several decides.

use std::cmp::Reverse;

use meridian_wire::loc::Digest32;
use meridian_wire::loc::bundle::{AppraisalContext, EvidenceItem};
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::observed::ObservationWindow;

use crate::appraisal::ItemResult;
use crate::device_signed::DeviceSigned;
use crate::geodesic;
use crate::judged::{TIER_AFFIRMING, TIER_CONTRADICTED, TIER_WARNING};
use crate::location::Location;
use crate::note::ItemNote;
use crate::policy::AppraisalPolicy;
use crate::refusal::Refusal;
use crate::self_asserted;
use crate::when;

/// Who says where it was.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    SelfAsserted(Location),
    DeviceSigned(DeviceSigned),
}

/// An item that bears a position, read.
#[derive(Clone, Debug)]
pub(crate) struct Positioned<'a> {
    item: &'a EvidenceItem,
    hash: Digest32,
    source: Source,
}

/// A position, when it held, and what the rows about it gave.
#[derive(Clone, Debug)]
pub(crate) struct Observed<'a> {
    pub(crate) by: &'a Positioned<'a>,
    pub(crate) window: ObservationWindow,
    /// Those that hold if this item decides.
    pub(crate) flags: WarningFlags,
    /// Whether another one, which is stronger, contradicts it.
    contradicted: bool,
}

impl<'a> Positioned<'a> {
    /// Rows 1 and 3.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnsupportedEvidence`] for a kind that bears no position, and what the kinds
    /// refuse.
    pub(crate) fn read(item: &'a EvidenceItem) -> Result<Self, Refusal> {
        let source = match item.kind() {
            EvidenceKind::SELF_ASSERTED => Source::SelfAsserted(self_asserted::read(item)?),
            EvidenceKind::DEVICE_SIGNED => Source::DeviceSigned(DeviceSigned::read(item)?),
            kind => return Err(Refusal::UnsupportedEvidence { kind }),
        };
        Ok(Self {
            item,
            hash: item.hash(),
            source,
        })
    }

    /// What it says.
    pub(crate) const fn location(&self) -> &Location {
        match &self.source {
            Source::SelfAsserted(location) => location,
            Source::DeviceSigned(device) => &device.eat.location,
        }
    }

    /// Its signed token, if it is one.
    pub(crate) const fn device_signed(&self) -> Option<&DeviceSigned> {
        match &self.source {
            Source::SelfAsserted(_) => None,
            Source::DeviceSigned(device) => Some(device),
        }
    }

    /// Row 15: nobody says that the position is simulated.
    ///
    /// # Errors
    ///
    /// [`Refusal::MockLocation`].
    pub(crate) fn row_15(&self) -> Result<(), Refusal> {
        match self.location().mock {
            Some(true) => Err(Refusal::MockLocation),
            Some(false) | None => Ok(()),
        }
    }

    /// Row 16: when the position held, and what to tell about that and about rows 15, 17, 18.
    ///
    /// # Errors
    ///
    /// [`Refusal::EvidenceStale`], [`Refusal::EvidenceFuture`], [`Refusal::OutOfRange`].
    pub(crate) fn row_16(
        &'a self,
        policy: &AppraisalPolicy,
        context: &AppraisalContext,
    ) -> Result<Observed<'a>, Refusal> {
        let eat = self.device_signed().map(|device| &device.eat);
        if let Some(eat) = eat {
            when::row_16_of_token(eat, policy, context)?;
        }
        let location = self.location();
        let made = eat.and_then(|eat| eat.issued_at_ms);
        let window = when::window(location.fix, made, policy, context)?;
        let stale = when::row_16(&window, policy, context)?;
        let mut flags = WarningFlags::NONE;
        for (flag, set) in [
            (WarningFlags::STALE_FIX, stale),
            (WarningFlags::MOCK_CAPABLE, location.mock.is_none()),
            (WarningFlags::MANUAL_ENTRY, self.is_manual()),
            // Row 18: nothing attests the key yet.
            (WarningFlags::SOFTWARE_KEY, eat.is_some()),
        ] {
            if set {
                flags = flags.with(flag);
            }
        }
        Ok(Observed {
            by: self,
            window,
            flags,
            contradicted: false,
        })
    }

    /// Row 17: the policy takes what was typed in.
    ///
    /// # Errors
    ///
    /// [`Refusal::ManualEntry`].
    pub(crate) fn row_17(&self, policy: &AppraisalPolicy) -> Result<(), Refusal> {
        if self.is_manual() && !policy.allow_manual() {
            return Err(Refusal::ManualEntry);
        }
        Ok(())
    }

    fn is_manual(&self) -> bool {
        self.location().position.method == PositionMethod::Manual
    }
}

impl Observed<'_> {
    /// The smallest is the strongest: signed before not signed, then the narrowest, then the
    /// newest. The hash is last, so that the order of the items never matters.
    fn rank(&self) -> (bool, u64, Reverse<i64>, Digest32) {
        (
            self.by.device_signed().is_none(),
            self.by.location().position.point.radius_mm(),
            Reverse(self.window.fix_time_ms()),
            self.by.hash,
        )
    }

    /// What became of the item; `enrolled` says whether the key behind it is.
    pub(crate) fn result(&self, enrolled: bool) -> ItemResult {
        let signed = self.by.device_signed().is_some();
        let (tier, note) = match (self.contradicted, signed, enrolled) {
            (true, _, _) => (TIER_CONTRADICTED, ItemNote::PositionDiffers),
            (false, true, true) => (TIER_AFFIRMING, ItemNote::SignedByEnrolledKey),
            (false, true, false) => (TIER_WARNING, ItemNote::SignedByUnknownKey),
            (false, false, _) => (TIER_WARNING, ItemNote::SubjectsWord),
        };
        let mut result = ItemResult::new(
            self.by.item.kind(),
            EvidenceClass::Device,
            tier,
            self.window.fix_time_ms(),
            self.by.hash,
            note,
        );
        let radius_m = self
            .by
            .location()
            .position
            .point
            .radius_mm()
            .div_ceil(1_000);
        result.radius_m = u32::try_from(radius_m).ok();
        result
    }
}

/// Row 35: no two positions lie further apart than their two radii at 95 % together. The first
/// of the result decides.
///
/// That time passed between the two is not made up for: who sends two positions with one
/// challenge speaks of one moment.
///
/// # Errors
///
/// [`Refusal::ContradictedPositions`], unless the policy stamps what is contradicted.
pub(crate) fn row_35<'a>(
    mut positions: Vec<Observed<'a>>,
    policy: &AppraisalPolicy,
) -> Result<Vec<Observed<'a>>, Refusal> {
    positions.sort_by_cached_key(Observed::rank);
    let mut judged: Vec<Observed<'a>> = Vec::with_capacity(positions.len());
    for mut position in positions {
        for stronger in &judged {
            match apart(stronger, &position) {
                Err(_) if policy.issue_contradicted() => position.contradicted = true,
                verdict => verdict?,
            }
        }
        judged.push(position);
    }
    Ok(judged)
}

fn apart(one: &Observed<'_>, other: &Observed<'_>) -> Result<(), Refusal> {
    let [a, b] = [one, other].map(|position| &position.by.location().position.point);
    let limit_mm = a.radius_mm().saturating_add(b.radius_mm());
    let apart_mm = geodesic::distance_mm(a, b);
    if apart_mm <= limit_mm {
        return Ok(());
    }
    let metres = |mm: u64| u32::try_from(mm / 1_000).unwrap_or(u32::MAX);
    Err(Refusal::ContradictedPositions {
        apart_m: metres(apart_mm),
        limit_m: metres(limit_mm),
    })
}
