//! The level rule, written once in `locstamp` and once in `verify`.

use std::sync::atomic::{AtomicUsize, Ordering};

use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::bound::ProvenBound;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind, EvidenceResult};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::method::PositionMethod;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::subject::{PairwiseId, SubjectRef};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// 2026-11-23T19:15:46Z.
const NOW_MS: i64 = 1_795_461_346_000;

/// Cases of the random comparison.
const CASES: u32 = 200_000;

/// How often each outcome must be met at least: else the cases are not what is meant.
const EACH: usize = 200;

/// What both say; none: evidence contradicts the place.
fn both(claim: &ClaimFields, gen_time_ms: i64, l3_radius_m: u32) -> [Option<AssuranceLevel>; 2] {
    use meridian_locstamp::level as issuer;
    use meridian_verify::location::level as verifier;
    [
        issuer::level(&issuer::LevelTerms::of(claim, gen_time_ms, l3_radius_m)),
        verifier::earned_level(&verifier::LevelTerms::of(claim, gen_time_ms, l3_radius_m)),
    ]
}

/// The fields that the level depends on.
#[derive(Clone, Debug)]
struct Case {
    subject: SubjectRef,
    method: PositionMethod,
    challenge_age_ms: u32,
    fix_age_ms: i64,
    evidence: Vec<EvidenceResult>,
    bound: Option<ProvenBound>,
    flags: WarningFlags,
    l3_radius_m: u32,
}

impl Case {
    fn both(&self) -> [Option<AssuranceLevel>; 2] {
        let fix = NOW_MS - self.fix_age_ms;
        let observed = ObservationWindow::new(fix, 0, self.challenge_age_ms).unwrap();
        let mut claim = ClaimFields::new(
            [0; 32],
            self.subject.clone(),
            DocBinding::Requester,
            AssuranceLevel::L0Asserted,
            observed,
            self.method,
            [0; 32],
        );
        claim.evidence = self.evidence.clone();
        claim.bound = self.bound;
        claim.flags = self.flags;
        both(&claim, NOW_MS, self.l3_radius_m)
    }
}

fn result(kind: u16, class: EvidenceClass, tier: i8) -> EvidenceResult {
    EvidenceResult::new(EvidenceKind::new(kind).unwrap(), class, tier, 0).unwrap()
}

/// The class that each kind has in practice.
const USUAL: [(u16, EvidenceClass); 11] = [
    (1, EvidenceClass::Device),
    (2, EvidenceClass::Device),
    (3, EvidenceClass::Device),
    (4, EvidenceClass::Database),
    (5, EvidenceClass::Landmark),
    (6, EvidenceClass::Satellite),
    (7, EvidenceClass::Witness),
    (8, EvidenceClass::Witness),
    (9, EvidenceClass::History),
    (10, EvidenceClass::Operator),
    (11, EvidenceClass::Device),
];

fn a_tier() -> impl Strategy<Value = i8> {
    let edges = vec![
        -128_i8, -98, -97, -96, -95, -1, 0, 1, 31, 32, 95, 96, 97, 127,
    ];
    prop_oneof![
        60 => Just(2_i8),
        6 => 2_i8..=31,
        2 => prop::sample::select(edges),
        1 => any::<i8>(),
    ]
}

fn a_result() -> impl Strategy<Value = EvidenceResult> {
    let usual = (prop::sample::select(USUAL.to_vec()), a_tier());
    let usual = usual.prop_map(|((kind, class), tier)| result(kind, class, tier));
    let odd = (
        prop_oneof![1_u16..=11, Just(12), Just(40_000), Just(65_535)],
        prop::sample::select(EvidenceClass::ALL.to_vec()),
        a_tier(),
    );
    let odd = odd.prop_map(|(kind, class, tier)| result(kind, class, tier));
    prop_oneof![8 => usual, 1 => odd]
}

fn an_age(edges: Vec<u32>) -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => 1_u32..=100_000,
        4 => prop::sample::select(edges),
        1 => 0_u32..=86_400_000,
    ]
}

fn a_bound() -> impl Strategy<Value = Option<ProvenBound>> {
    let edges = vec![
        0_u32, 299_999, 300_000, 300_001, 499_999, 500_000, 500_001, 20_037_509,
    ];
    let radius = prop_oneof![3 => 0_u32..=500_000, 2 => prop::sample::select(edges)];
    let landmarks = prop_oneof![4 => Just(3_u8), 1 => 1_u8..=4, 1 => Just(255_u8)];
    let bound = (radius, landmarks, prop::bool::weighted(0.8));
    let bound = bound.prop_map(|(radius, landmarks, enclosed)| {
        ProvenBound::new(radius, landmarks, enclosed, [0; 32]).unwrap()
    });
    prop::option::weighted(0.85, bound)
}

fn some_flags() -> impl Strategy<Value = WarningFlags> {
    let one = prop::sample::select(WarningFlags::NAMED.to_vec());
    let set = |n| prop::collection::vec(one.clone(), n);
    let set = prop_oneof![6 => set(0..1), 2 => set(1..2), 1 => set(2..11)];
    set.prop_map(|set| {
        let all = set.into_iter();
        all.fold(WarningFlags::NONE, |flags, (flag, _)| flags.with(flag))
    })
}

fn a_subject() -> impl Strategy<Value = SubjectRef> {
    prop_oneof![
        1 => Just(SubjectRef::Anonymous),
        6 => Just(SubjectRef::KeyHash([7; 32])),
        2 => Just(SubjectRef::Pairwise(PairwiseId::new(&[7; 16]).unwrap())),
    ]
}

fn a_case() -> impl Strategy<Value = Case> {
    let challenge = vec![
        0, 1, 119_999, 120_000, 120_001, 299_999, 300_000, 300_001, 86_400_000,
    ];
    let fix = vec![
        0, 179_999, 180_000, 180_001, 479_999, 480_000, 480_001, 86_400_000,
    ];
    let fix_age = prop_oneof![
        9 => an_age(fix).prop_map(i64::from),
        1 => -10_000_i64..=0,
    ];
    (
        a_subject(),
        prop_oneof![3 => Just(PositionMethod::Gnss), 1 => prop::sample::select(PositionMethod::ALL.to_vec())],
        an_age(challenge),
        fix_age,
        prop::collection::vec(a_result(), 0..=8),
        a_bound(),
        some_flags(),
        prop_oneof![4 => Just(500_000_u32), 1 => Just(300_000), 1 => Just(0), 1 => Just(u32::MAX)],
    )
        .prop_map(
            |(subject, method, challenge_age_ms, fix_age_ms, evidence, bound, flags, l3_radius_m)| Case {
                subject,
                method,
                challenge_age_ms,
                fix_age_ms,
                evidence,
                bound,
                flags,
                l3_radius_m,
            },
        )
}

/// Counts an outcome: none first, then the levels.
fn count(met: &[AtomicUsize; 6], outcome: Option<AssuranceLevel>) {
    let place = outcome.map_or(0, |level| usize::from(level.code()) + 1);
    met[place].fetch_add(1, Ordering::Relaxed);
}

#[test]
fn issuer_and_verifier_agree_on_random_evidence() {
    let met = Default::default();
    let config = ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(&a_case(), |case| {
            let [issuer, verifier] = case.both();
            prop_assert_eq!(issuer, verifier);
            count(&met, verifier);
            Ok(())
        })
        .unwrap();
    let met: Vec<usize> = met
        .iter()
        .map(|count| count.load(Ordering::Relaxed))
        .collect();
    assert!(met.iter().all(|count| *count >= EACH), "{met:?}");
}

/// Every subset of a small box of evidence, with every one of a few edges.
#[test]
fn issuer_and_verifier_agree_on_every_edge() {
    let full = [
        result(2, EvidenceClass::Device, 2),
        result(3, EvidenceClass::Device, 31),
        result(11, EvidenceClass::Device, 2),
        result(4, EvidenceClass::Database, 2),
        result(5, EvidenceClass::Landmark, 2),
        result(6, EvidenceClass::Satellite, 2),
        result(7, EvidenceClass::Witness, 2),
        result(9, EvidenceClass::History, 96),
    ];
    let single = WarningFlags::NAMED.map(|(flag, _)| flag);
    let flags = [&[WarningFlags::NONE][..], &single].concat();
    let bounds = [
        None,
        Some((500_000, 3, true)),
        Some((500_001, 2, true)),
        Some((1, 3, false)),
    ];
    let ages = [
        (1, 180_000),
        (120_000, 180_001),
        (120_001, 480_000),
        (300_000, 480_001),
        (0, 0),
    ];
    let met = Default::default();
    for subset in 0..1_usize << full.len() {
        let chosen = full
            .iter()
            .enumerate()
            .filter(|(place, _)| subset >> place & 1 == 1);
        let evidence: Vec<EvidenceResult> = chosen.map(|(_, one)| *one).collect();
        for flags in &flags {
            for bound in bounds {
                let bound = bound.map(|(radius, landmarks, enclosed)| {
                    ProvenBound::new(radius, landmarks, enclosed, [0; 32]).unwrap()
                });
                for (challenge_age_ms, fix_age_ms) in ages {
                    let case = Case {
                        subject: SubjectRef::KeyHash([7; 32]),
                        method: PositionMethod::Fused,
                        challenge_age_ms,
                        fix_age_ms,
                        evidence: evidence.clone(),
                        bound,
                        flags: *flags,
                        l3_radius_m: 500_000,
                    };
                    let [issuer, verifier] = case.both();
                    assert_eq!(issuer, verifier, "{case:?}");
                    count(&met, verifier);
                }
            }
        }
    }
    let met: Vec<usize> = met
        .iter()
        .map(|count| count.load(Ordering::Relaxed))
        .collect();
    assert!(met.iter().all(|count| *count > 0), "{met:?}");
}
