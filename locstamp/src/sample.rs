//! What the tests of this crate stamp: a place in Paris.

use std::sync::Arc;

use meridian_appraisal::countries::Area;
use meridian_appraisal::place::Position;
use meridian_appraisal::{Appraisal, AppraisalPolicy, ItemNote, ItemResult, PolicyDocument};
use meridian_signing::clock::{BoundSource, ClockReading, StampTime};
use meridian_signing::shown::{DEFAULT_SIGNING_ALLOWANCE, Rounding};
use meridian_wire::loc::Digest32;
use meridian_wire::loc::bundle::{AppraisalContext, EvidenceBundle, EvidenceItem};
use meridian_wire::loc::cell::CellClaim;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind};
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::name::CountryCode;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::point::GeoPoint;
use meridian_wire::loc::request::RevealMask;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::travel::{TravelCheck, TravelOutcome};
use meridian_wire::loc::tree::{Seed, SlotTree};
use meridian_wire::loc::value::LeafValue;
use meridian_wire::oid;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;

use crate::appraised::Appraised;
use crate::policy::LocPolicy;

/// 2026-11-23T19:15:46Z, Unix time in milliseconds: when the position held.
pub(crate) const FIX_MS: i64 = 1_795_461_346_000;
/// When the evidence was accepted.
pub(crate) const ACCEPTED_MS: i64 = FIX_MS + 2_250;
/// The subject's key.
pub(crate) const KEY: Digest32 = [7; 32];
/// A day.
pub(crate) const DAY_MS: i64 = 86_400_000;

pub(crate) fn imprint() -> MessageImprint {
    MessageImprint::new(HashAlgorithm::Sha256, &[9; 32]).unwrap()
}

pub(crate) fn document() -> PolicyDocument {
    PolicyDocument::evaluation()
}

/// Any year, so that only what a test is about refuses.
pub(crate) fn policy_of(document: PolicyDocument, rounding: Rounding) -> Arc<LocPolicy> {
    let document = AppraisalPolicy::new(document).unwrap();
    let validity = UnixMicros::new(0)..=UnixMicros::new(FIX_MS * 2_000);
    let policy = LocPolicy::new(&document, rounding, DEFAULT_SIGNING_ALLOWANCE, validity);
    Arc::new(policy.unwrap())
}

pub(crate) fn policy() -> Arc<LocPolicy> {
    policy_of(document(), Rounding::WholeSeconds)
}

/// A time `after_ms` after acceptance.
pub(crate) fn time(after_ms: i64) -> StampTime {
    let time = UnixMicros::new((ACCEPTED_MS + after_ms) * 1_000);
    let reading = ClockReading::new(time, 10, BoundSource::Measured);
    StampTime::next(reading, None).unwrap()
}

pub(crate) fn bundle(change: impl FnOnce(&mut AppraisalContext)) -> EvidenceBundle {
    let issued = ACCEPTED_MS - 11_000;
    let policy = oid::POLICY_LOCATION_0;
    let mut context = AppraisalContext::new([1; 32], issued, ACCEPTED_MS, policy);
    change(&mut context);
    let kind = EvidenceKind::SELF_ASSERTED;
    let item = EvidenceItem::new([2; 32], kind, "application/json", b"{}").unwrap();
    EvidenceBundle::new(context, vec![item]).unwrap()
}

pub(crate) fn item(kind: EvidenceKind, class: EvidenceClass, time_ms: i64) -> ItemResult {
    ItemResult::new(kind, class, 2, time_ms, [5; 32], ItemNote::Agrees)
}

/// Signed by an enrolled key, and an address in the same country.
pub(crate) fn appraisal() -> Appraisal {
    let point = GeoPoint::new(488_583_700, 22_944_800, 6_500, 950).unwrap();
    let position = Position::new(point, PositionMethod::Gnss);
    let observed = ObservationWindow::new(FIX_MS, 1_500, 11_000).unwrap();
    let mut appraisal = Appraisal::new(position, Area::default(), observed);
    let signed = item(EvidenceKind::DEVICE_SIGNED, EvidenceClass::Device, FIX_MS);
    let kind = EvidenceKind::IP_GEOLOCATION;
    let mut address = item(kind, EvidenceClass::Database, ACCEPTED_MS);
    address.radius_m = Some(12_318);
    appraisal.results = vec![signed, address];
    let travel = TravelCheck::new(TravelOutcome::Consistent, Some(211_000));
    appraisal.travel = Some(travel.unwrap());
    appraisal.subject_key = Some(KEY);
    appraisal
}

/// Country, a cell of resolution 5, a cell of resolution 6, the point.
pub(crate) fn tree() -> SlotTree {
    let cell = |h3| LeafValue::Cell(CellClaim::new(h3, 1_000).unwrap());
    let country = CountryCode::new("FR").unwrap();
    let filled = [
        (Slot::COUNTRY, LeafValue::Country(country)),
        (slot(3), cell(0x0851_fb46_7fff_ffff)),
        (slot(4), cell(0x0861_fb46_77ff_ffff)),
        (Slot::POINT, LeafValue::Point(appraisal().position.point)),
    ];
    SlotTree::new(Seed::new([3; 32]), filled).unwrap()
}

pub(crate) fn slot(number: u8) -> Slot {
    Slot::new(number).unwrap()
}

pub(crate) fn reveal(slots: &[u8]) -> RevealMask {
    RevealMask::of(slots.iter().map(|number| slot(*number)))
}

/// What the policy, the key and the country make of it.
pub(crate) fn appraised_of(
    appraisal: &Appraisal,
    bundle: &EvidenceBundle,
    slots: &[u8],
) -> Appraised {
    let subject = SubjectRef::KeyHash(KEY);
    let hash = *policy().hash();
    Appraised::new(appraisal, bundle, hash, subject, &tree(), reveal(slots)).unwrap()
}

pub(crate) fn appraised() -> Appraised {
    appraised_of(&appraisal(), &bundle(|_| {}), &[0])
}
