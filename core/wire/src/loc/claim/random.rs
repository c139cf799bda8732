//! Whole random claims: every field of every type, over its whole range.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::loc::altitude::Altitude;
use crate::loc::cell::CellClaim;
use crate::loc::evidence::{EvidenceClass, EvidenceKind};
use crate::loc::fence::{FenceVerdict, Fences, Verdict};
use crate::loc::motion::Motion;
use crate::loc::name::{CountryCode, Facility, SubdivisionCode};
use crate::loc::point::GeoPoint;
use crate::loc::subject::PairwiseId;
use crate::loc::travel::TravelOutcome;
use crate::loc::value::LeafValue;

const DAY: u32 = 86_400_000;

/// A number of a range, its ends more often than others.
fn number<T>(min: T, max: T) -> impl Strategy<Value = T>
where
    T: Copy + std::fmt::Debug + 'static,
    std::ops::RangeInclusive<T>: Strategy<Value = T>,
{
    prop_oneof![1 => Just(min), 1 => Just(max), 6 => min..=max]
}

fn subject() -> impl Strategy<Value = SubjectRef> {
    prop_oneof![
        Just(SubjectRef::Anonymous),
        any::<Digest32>().prop_map(SubjectRef::KeyHash),
        vec(any::<u8>(), 16..=32)
            .prop_map(|octets| SubjectRef::Pairwise(PairwiseId::new(&octets).unwrap())),
    ]
}

fn observed() -> impl Strategy<Value = ObservationWindow> {
    let fields = (
        number(0, 253_402_300_799_999),
        number(0, DAY),
        number(0, DAY),
    );
    fields.prop_map(|(fix, error, age)| ObservationWindow::new(fix, error, age).unwrap())
}

fn item() -> impl Strategy<Value = EvidenceResult> {
    let required = (
        number(1_u16, u16::MAX),
        select(EvidenceClass::ALL),
        number(i8::MIN, i8::MAX),
        number(0, DAY),
    );
    let optional = (
        option::of(any::<Digest32>()),
        option::of(number(0, 40_075_017)),
    );
    (required, optional).prop_map(|((kind, class, tier, age), (hash, radius))| {
        let kind = EvidenceKind::new(kind).unwrap();
        let mut item = EvidenceResult::new(kind, class, tier, age).unwrap();
        if let Some(hash) = hash {
            item = item.with_hash(hash);
        }
        match radius {
            Some(radius) => item.with_radius(radius).unwrap(),
            None => item,
        }
    })
}

fn country() -> impl Strategy<Value = CountryCode> {
    "[A-Z]{2}".prop_map(|code| CountryCode::new(&code).unwrap())
}

fn cell(resolution: u8) -> impl Strategy<Value = LeafValue> {
    (any::<u64>(), number(0, 1_000)).prop_map(move |(index, mass)| {
        let below = index & ((1 << 52) - 1);
        let h3 = (1 << 59) | (u64::from(resolution) << 52) | below;
        LeafValue::Cell(CellClaim::new(h3, mass).unwrap())
    })
}

fn point() -> impl Strategy<Value = GeoPoint> {
    let fields = (
        number(-900_000_000, 900_000_000),
        number(-1_800_000_000, 1_799_999_999),
        number(0, 40_075_017_000),
        number(1, 999),
    );
    fields.prop_map(|(lat, lon, radius, confidence)| {
        let lon = if lat == 900_000_000 || lat == -900_000_000 {
            0
        } else {
            lon
        };
        GeoPoint::new(lat, lon, radius, confidence).unwrap()
    })
}

fn altitude() -> impl Strategy<Value = Altitude> {
    let fields = (
        number(-20_000_000, 1_000_000_000),
        number(0, 1_000_000_000),
        number(1, 999),
    );
    fields.prop_map(|(height, error, confidence)| Altitude::new(height, error, confidence).unwrap())
}

fn motion() -> impl Strategy<Value = Motion> {
    (number(0, 400_000_000), option::of(number(0, 359_999)))
        .prop_map(|(speed, heading)| Motion::new(speed, heading).unwrap())
}

fn fences() -> impl Strategy<Value = Fences> {
    let verdict = (any::<Digest32>(), select(Verdict::ALL), number(0, 1_000))
        .prop_map(|(fence, verdict, mass)| FenceVerdict::new(fence, verdict, mass).unwrap());
    vec(verdict, 1..=8).prop_map(|all| Fences::new(all).unwrap())
}

/// What a slot may hold, or `absent`.
fn value(slot: u8) -> BoxedStrategy<LeafValue> {
    let filled = match slot {
        0 => country().prop_map(LeafValue::Country).boxed(),
        1 => "[A-Z]{2}-[A-Z0-9]{1,3}"
            .prop_map(|code| LeafValue::Subdivision(SubdivisionCode::new(&code).unwrap()))
            .boxed(),
        2..=9 => cell(slot + 2).boxed(),
        10 => point().prop_map(LeafValue::Point).boxed(),
        11 => altitude().prop_map(LeafValue::Altitude).boxed(),
        12 => motion().prop_map(LeafValue::Motion).boxed(),
        13 => fences().prop_map(LeafValue::Fences).boxed(),
        14 => "[^\\p{Cc}]{1,64}"
            .prop_map(|name| LeafValue::Facility(Facility::new(&name).unwrap()))
            .boxed(),
        _ => country().prop_map(LeafValue::Jurisdiction).boxed(),
    };
    prop_oneof![1 => Just(LeafValue::Absent), 9 => filled].boxed()
}

fn revealed() -> impl Strategy<Value = Vec<RevealedLeaf>> {
    let slots = btree_map(0_u8..16, Just(()), 0..=16);
    slots
        .prop_flat_map(|slots| {
            let leaves = slots.into_keys().map(|slot| (Just(slot), value(slot)));
            leaves.collect::<Vec<_>>()
        })
        .prop_map(|leaves| {
            let leaf = |(slot, value)| RevealedLeaf::new(Slot::new(slot).unwrap(), value).unwrap();
            leaves.into_iter().map(leaf).collect()
        })
}

fn bound() -> impl Strategy<Value = ProvenBound> {
    let fields = (
        number(0, 20_037_509),
        number(1, 255),
        any::<bool>(),
        any::<Digest32>(),
    );
    fields.prop_map(|(radius, count, enclosed, directory)| {
        ProvenBound::new(radius, count, enclosed, directory).unwrap()
    })
}

fn travel() -> impl Strategy<Value = TravelCheck> {
    (
        select(TravelOutcome::ALL),
        option::of(number(0, 100_000_000)),
    )
        .prop_map(|(outcome, speed)| TravelCheck::new(outcome, speed).unwrap())
}

fn flags() -> impl Strategy<Value = WarningFlags> {
    let set = proptest::sample::subsequence(&WarningFlags::NAMED[..], 0..=10);
    set.prop_map(|set| {
        let set = set.into_iter().map(|(flag, _)| flag);
        set.fold(WarningFlags::NONE, WarningFlags::with)
    })
}

/// Every field of a claim; not every such claim fits into a token.
fn fields() -> impl Strategy<Value = ClaimFields> {
    let required = (
        any::<Digest32>(),
        subject(),
        select(DocBinding::ALL),
        select(AssuranceLevel::ALL),
        observed(),
        select(PositionMethod::ALL),
        any::<Digest32>(),
    );
    let rest = (
        revealed(),
        vec(item(), 0..=8),
        option::of(bound()),
        option::of(travel()),
        flags(),
        option::of(any::<Digest32>()),
    );
    (required, rest).prop_map(|(required, rest)| {
        let (policy_hash, subject, binding, level, observed, method, commitment) = required;
        let (revealed, evidence, bound, travel, flags, evidence_hash) = rest;
        ClaimFields {
            policy_hash,
            subject,
            binding,
            level,
            observed,
            method,
            commitment,
            revealed,
            evidence,
            bound,
            travel,
            flags,
            evidence_hash,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_claim_is_read_as_it_was_written_or_is_too_long(fields in fields()) {
        let der = fields.encode();
        match LocationClaim::new(fields.clone()) {
            Ok(claim) => {
                prop_assert!(der.len() <= MAX_LOCATION_CLAIM_BYTES);
                prop_assert_eq!(claim.as_der(), &der[..]);
                prop_assert_eq!(claim.fields(), &fields);
                prop_assert_eq!(LocationClaim::decode(&der), Ok(claim));
            }
            Err(error) => {
                let actual = der.len();
                prop_assert!(actual > MAX_LOCATION_CLAIM_BYTES);
                prop_assert_eq!(error, LocError::ClaimTooLong { actual });
                let refused = LocationClaim::decode(&der).unwrap_err();
                prop_assert_eq!(refused.kind, DecodeErrorKind::from(error));
            }
        }
    }

    #[test]
    fn two_claims_have_two_encodings(one in fields(), other in fields()) {
        prop_assert_eq!(one == other, one.encode() == other.encode());
    }
}
