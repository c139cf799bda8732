//! V116: the evidence, appraised again, gives the same claim.

use meridian_appraisal::appraisal::Appraisal;
use meridian_appraisal::appraise::appraise;
use meridian_appraisal::means::Means;
use meridian_appraisal::note::ItemNote;
use meridian_appraisal::refusal::Refusal;
use meridian_wire::error::DecodeError;
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::bundle::{AppraisalContext, EvidenceBundle};
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::evidence::EvidenceResult;
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::nonce::imprint_digest;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::travel::TravelCheck;
use meridian_wire::loc::value::LeafValue;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::tsp::imprint::MessageImprint;

use super::disclosures::OpenValue;
use super::outcome::{Conclusion, PlaceFault};
use super::policy_document::PolicyAtHand;
use super::stated_level::gen_time_ms;
use crate::checks::tst_info::Times;
use crate::crypto::digest::named;
use crate::crypto::evidence::EvidenceSignatures;

/// What a radius becomes in a claim that shows neither the point nor a small cell, in metres:
/// the next of these. Else a private stamp would tell how far its landmark is.
const LADDER_M: [u32; 10] = [
    10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 20_037_509,
];

/// Cells from this resolution on are small enough to show exact radii.
const SMALL_CELL: u8 = 6;

/// How long a request that came in time may have waited for its number.
const QUEUE_MS: i64 = 60_000;

/// Why the evidence does not bear the claim out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum ReappraisalFault {
    #[error("the evidence cannot be read: {0}")]
    Unreadable(DecodeError),
    #[error("the claim names no evidence, so this bundle may be of any stamp")]
    NotNamed,
    #[error("the evidence is not the claim's: it is of another stamp, or was altered or reordered")]
    Other,
    #[error("the policy document is needed to appraise the evidence again")]
    NeedsPolicy,
    #[error("the policy names boundaries of countries that this version does not have")]
    NeedsBoundaries,
    #[error("genTime cannot be read, and the ages of evidence depend on it")]
    NoGenTime,
    #[error("the claim states a bound, which this version cannot compute again")]
    Bound,
    #[error("under this policy the evidence would have been refused (row {}): {_0}", _0.row())]
    Refused(Refusal),
    #[error("the evidence gives a value that no claim can hold: {0}")]
    NotExpressible(LocError),
    #[error("the evidence gives another {field} than the claim states")]
    Differs { field: &'static str },
    #[error("the evidence gives another {} than the one open", super::words::slot(*slot))]
    Value { slot: Slot },
    #[error(
        "the evidence was accepted at another time than the token allows: {seconds} s before its \
         genTime, {limit_s} s at most"
    )]
    TicketOver { seconds: i64, limit_s: i64 },
    #[error("the evidence was accepted after the token was made")]
    AcceptedLater,
}

impl PlaceFault for ReappraisalFault {
    fn convicts(&self) -> bool {
        !matches!(
            self,
            Self::NeedsPolicy | Self::NeedsBoundaries | Self::NoGenTime | Self::Bound
        )
    }
}

/// What the evidence is compared with.
#[derive(Clone, Copy)]
pub(crate) struct Stamped<'s> {
    pub(crate) claim: &'s ClaimFields,
    pub(crate) values: &'s [OpenValue],
    pub(crate) tst_info: &'s TstInfoView<'s>,
    pub(crate) times: Option<&'s Times>,
}

/// V116. Also the words for each piece of evidence, if it bears the claim out.
///
/// Not compared, for nobody outside the authority could: the commitment itself (its seed is the
/// subject's), a pairwise name (its key is the authority's), and whether a session was the
/// subject's.
pub(crate) fn judge(
    bundle: Option<&[u8]>,
    policy: Option<&PolicyAtHand>,
    stamped: &Stamped<'_>,
) -> (Result<Conclusion, ReappraisalFault>, Vec<ItemNote>) {
    let Some(bundle) = bundle else {
        let nothing = "the evidence is not at hand; what it says, the authority says";
        return (Ok(Conclusion::Nothing(nothing.to_owned())), Vec::new());
    };
    match again(bundle, policy, stamped) {
        Ok(appraisal) => {
            let notes = appraisal.results.iter().map(|one| one.note).collect();
            let holds = match appraisal.results.len() {
                1 => "the evidence, appraised again under the policy, gives this claim".to_owned(),
                count => format!(
                    "{count} pieces of evidence, appraised again under the policy, give this claim"
                ),
            };
            (Ok(Conclusion::Holds(holds)), notes)
        }
        Err(fault) => (Err(fault), Vec::new()),
    }
}

fn again(
    octets: &[u8],
    policy: Option<&PolicyAtHand>,
    stamped: &Stamped<'_>,
) -> Result<Appraisal, ReappraisalFault> {
    let bundle = EvidenceBundle::decode(octets).map_err(ReappraisalFault::Unreadable)?;
    match stamped.claim.evidence_hash {
        None => return Err(ReappraisalFault::NotNamed),
        Some(named) if named != bundle.hash() => return Err(ReappraisalFault::Other),
        Some(_) => {}
    }
    let PolicyAtHand { policy, boundaries } = policy.ok_or(ReappraisalFault::NeedsPolicy)?;
    if policy.boundaries().is_some() && boundaries.is_none() {
        return Err(ReappraisalFault::NeedsBoundaries);
    }
    if stamped.claim.bound.is_some() {
        return Err(ReappraisalFault::Bound);
    }
    let gen_time_ms = gen_time_ms(stamped.times).ok_or(ReappraisalFault::NoGenTime)?;
    let accepted_ms = bundle.context().accepted_ms;
    in_time(accepted_ms, policy.ticket_ttl_ms(), stamped.times)?;
    let engine = EvidenceSignatures::new();
    let means = Means::new(&engine, boundaries.as_ref());
    let appraisal = appraise(policy, bundle.context(), bundle.items(), &means);
    let appraisal = appraisal.map_err(ReappraisalFault::Refused)?;
    let evidence = appraisal.evidence(accepted_ms, gen_time_ms);
    let evidence = evidence.map_err(ReappraisalFault::NotExpressible)?;
    compare(stamped.claim, &appraisal, &evidence)?;
    compare_key(stamped, &appraisal, bundle.context())?;
    compare_values(stamped.values, &appraisal)?;
    Ok(appraisal)
}

/// A ticket holds for as long as the policy says, and no evidence is younger than its token.
fn in_time(accepted_ms: i64, ttl_ms: u32, times: Option<&Times>) -> Result<(), ReappraisalFault> {
    let interval = times.and_then(|times| times.interval);
    let interval = interval.ok_or(ReappraisalFault::NoGenTime)?;
    let (from, to) = (interval.from.get(), interval.to.get());
    let accepted_us = accepted_ms.saturating_mul(1_000);
    if accepted_us > to.saturating_add(1_000) {
        return Err(ReappraisalFault::AcceptedLater);
    }
    let waited_us = from.saturating_sub(accepted_us);
    let limit_ms = i64::from(ttl_ms).saturating_add(QUEUE_MS);
    if waited_us > limit_ms.saturating_mul(1_000) {
        return Err(ReappraisalFault::TicketOver {
            seconds: waited_us / 1_000_000,
            limit_s: limit_ms / 1_000,
        });
    }
    Ok(())
}

/// The fields that follow from evidence and policy alone.
fn compare(
    claim: &ClaimFields,
    appraisal: &Appraisal,
    evidence: &[EvidenceResult],
) -> Result<(), ReappraisalFault> {
    let exact = shows_exact_radii(claim);
    let evidence: Result<Vec<_>, _> = evidence.iter().map(|one| coarsened(one, exact)).collect();
    let evidence = evidence.map_err(ReappraisalFault::NotExpressible)?;
    let travel = appraisal.travel.map(|travel| {
        let speed = travel.speed_mm_s().filter(|_| exact);
        TravelCheck::new(travel.outcome(), speed)
    });
    let travel = travel
        .transpose()
        .map_err(ReappraisalFault::NotExpressible)?;
    // Set by who stamps, not by who appraises.
    let flags = appraisal.flags.with(WarningFlags::BATCHED);
    let same = [
        ("time of the position", claim.observed == appraisal.observed),
        ("method", claim.method == appraisal.method),
        (
            "set of warnings",
            claim.flags.with(WarningFlags::BATCHED) == flags,
        ),
        ("travel check", claim.travel == travel),
        ("list of results", claim.evidence == evidence),
    ];
    match same.into_iter().find(|(_, same)| !same) {
        Some((field, _)) => Err(ReappraisalFault::Differs { field }),
        None => Ok(()),
    }
}

/// Whether the claim shows the point, or a cell that is small enough.
fn shows_exact_radii(claim: &ClaimFields) -> bool {
    claim.revealed.iter().any(|leaf| match leaf.value() {
        LeafValue::Point(_) => true,
        LeafValue::Cell(cell) => cell.resolution() >= SMALL_CELL,
        _ => false,
    })
}

fn coarsened(result: &EvidenceResult, exact: bool) -> Result<EvidenceResult, LocError> {
    let Some(radius) = result.radius_m().filter(|_| !exact) else {
        return Ok(*result);
    };
    let mut ladder = LADDER_M.into_iter();
    // Beyond the last is everywhere, as the last is.
    let step = ladder.find(|step| radius <= *step).unwrap_or(20_037_509);
    result.with_radius(step)
}

/// Whose key it is, and what ties it to the data.
fn compare_key(
    stamped: &Stamped<'_>,
    appraisal: &Appraisal,
    context: &AppraisalContext,
) -> Result<(), ReappraisalFault> {
    let claim = stamped.claim;
    let key = appraisal.subject_key.as_ref();
    let same_subject = match &claim.subject {
        // Whoever has a key need not show it; the level is then 0.
        SubjectRef::Anonymous => true,
        SubjectRef::KeyHash(hash) => key == Some(hash),
        SubjectRef::Pairwise(_) => key.is_some(),
        _ => false,
    };
    if !same_subject {
        return Err(ReappraisalFault::Differs { field: "subject" });
    }
    let own_imprint = imprint(stamped.tst_info).map(|imprint| imprint_digest(&imprint));
    let named = own_imprint.is_some() && context.imprint == own_imprint;
    let signed = appraisal.key_signed && named;
    let presented = key.is_some() && context.session.as_ref() == key && named;
    let same_binding = match claim.binding {
        DocBinding::DeviceSigned => signed,
        // The session in which the token was fetched may have been the subject's too.
        DocBinding::Session => !signed && key.is_some(),
        DocBinding::Requester => !signed && !presented,
        _ => false,
    };
    if !same_binding {
        return Err(ReappraisalFault::Differs { field: "binding" });
    }
    Ok(())
}

/// The token's imprint as issuers see it.
fn imprint(tst_info: &TstInfoView<'_>) -> Option<MessageImprint> {
    let algorithm = named(&tst_info.imprint_algorithm)?;
    MessageImprint::new(algorithm, &tst_info.imprint).ok()
}

/// Everything that is open of the place.
fn compare_values(values: &[OpenValue], appraisal: &Appraisal) -> Result<(), ReappraisalFault> {
    if values.is_empty() {
        return Ok(());
    }
    let slots = appraisal.slots();
    for open in values {
        let slot = open.slot;
        let mut given = slots.iter().filter(|(filled, _)| *filled == slot);
        let same = match (given.next(), &open.value) {
            (None, LeafValue::Absent) => true,
            (Some((_, given)), open) => given == open,
            (None, _) => false,
        };
        if !same {
            return Err(ReappraisalFault::Value { slot });
        }
    }
    Ok(())
}
