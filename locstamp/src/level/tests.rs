use meridian_wire::loc::subject::PairwiseId;
use proptest::prelude::*;

use super::*;
use AssuranceLevel::{
    L0Asserted as L0, L1NetworkCorroborated as L1, L2DeviceAttested as L2,
    L3PhysicallyCorroborated as L3, L4MultiParty as L4,
};

const FIX: i64 = 1_795_461_346_000;
const L3_RADIUS: u32 = 500_000;

/// The parts of a claim that the level depends on.
#[derive(Clone, Debug)]
struct Case {
    subject: SubjectRef,
    method: PositionMethod,
    observed: ObservationWindow,
    evidence: Vec<EvidenceResult>,
    bound: Option<ProvenBound>,
    flags: WarningFlags,
    gen_time_ms: i64,
}

type Item = (EvidenceKind, EvidenceClass, i8);

const SELF: Item = (EvidenceKind::SELF_ASSERTED, EvidenceClass::Device, 0);
const SIGNED: Item = (EvidenceKind::DEVICE_SIGNED, EvidenceClass::Device, 2);
const ATTESTED: Item = (EvidenceKind::PLATFORM_ATTESTATION, EvidenceClass::Device, 2);
const QUOTE: Item = (EvidenceKind::WORKLOAD_QUOTE, EvidenceClass::Device, 2);
const IP: Item = (EvidenceKind::IP_GEOLOCATION, EvidenceClass::Database, 2);
const RTT: Item = (EvidenceKind::RTT_LANDMARK, EvidenceClass::Landmark, 2);
const OSNMA: Item = (EvidenceKind::OSNMA, EvidenceClass::Satellite, 2);
const WITNESS: Item = (EvidenceKind::WITNESS, EvidenceClass::Witness, 2);
const HISTORY: Item = (EvidenceKind::HISTORY, EvidenceClass::History, 2);
const OPERATOR: Item = (EvidenceKind::OPERATOR_NETWORK, EvidenceClass::Operator, 2);

const fn tier(item: Item, tier: i8) -> Item {
    (item.0, item.1, tier)
}

impl Case {
    /// An enrolled subject, fresh, without warnings.
    fn of(items: &[Item]) -> Self {
        let item = |(kind, class, tier): &Item| EvidenceResult::new(*kind, *class, *tier, 0);
        Self {
            subject: SubjectRef::KeyHash([7; 32]),
            method: PositionMethod::Gnss,
            observed: ObservationWindow::new(FIX, 1_500, 11_000).unwrap(),
            evidence: items.iter().map(|it| item(it).unwrap()).collect(),
            bound: None,
            flags: WarningFlags::NONE,
            gen_time_ms: FIX + 4_000,
        }
    }

    fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn bound(self, radius: u32, landmarks: u8, enclosed: bool) -> Self {
        let bound = ProvenBound::new(radius, landmarks, enclosed, [0; 32]).unwrap();
        self.but(|case| case.bound = Some(bound))
    }

    fn flags(self, flags: WarningFlags) -> Self {
        self.but(|case| case.flags = flags)
    }

    fn challenge_age(self, age: u32) -> Self {
        self.but(|case| case.observed = ObservationWindow::new(FIX, 1_500, age).unwrap())
    }

    fn stamped_after(self, ms: i64) -> Self {
        self.but(|case| case.gen_time_ms = FIX + ms)
    }

    fn terms(&self) -> LevelTerms<'_> {
        LevelTerms {
            subject: &self.subject,
            method: self.method,
            observed: self.observed,
            evidence: &self.evidence,
            bound: self.bound,
            flags: self.flags,
            gen_time_ms: self.gen_time_ms,
            l3_radius_m: L3_RADIUS,
        }
    }
}

fn check(rows: &[(&str, Case, Option<AssuranceLevel>)]) {
    for (name, case, expected) in rows {
        assert_eq!(level(&case.terms()), *expected, "{name}");
    }
}

/// An attested device.
const DEVICE: [Item; 2] = [SIGNED, ATTESTED];

fn device(more: &[Item]) -> Case {
    Case::of(&[&DEVICE[..], more].concat())
}

/// What earns level 4.
fn everything() -> Case {
    device(&[ATTESTED, RTT, WITNESS]).bound(250_000, 3, true)
}

#[test]
fn level_0_is_what_nothing_contradicts() {
    check(&[
        ("nothing", Case::of(&[]), Some(L0)),
        ("the subject's word", Case::of(&[SELF]), Some(L0)),
        ("a warning", Case::of(&[tier(IP, 33)]), Some(L0)),
        ("95 is a warning", Case::of(&[tier(IP, 95)]), Some(L0)),
        ("96 contradicts", Case::of(&[tier(IP, 96)]), None),
        ("127 contradicts", Case::of(&[tier(IP, 127)]), None),
        ("-96 is private", Case::of(&[tier(IP, -96)]), Some(L0)),
        ("-97 contradicts", Case::of(&[tier(IP, -97)]), None),
        ("-128 contradicts", Case::of(&[tier(IP, -128)]), None),
        (
            "one contradiction outweighs everything",
            everything().but(|case| {
                case.evidence
                    .extend(Case::of(&[tier(OPERATOR, 96)]).evidence)
            }),
            None,
        ),
    ]);
}

#[test]
fn level_1_takes_one_affirming_network_item() {
    let hidden = WarningFlags::ANONYMISING_NETWORK;
    let network = (EvidenceKind::OPERATOR_NETWORK, EvidenceClass::Network, 2);
    check(&[
        ("database", Case::of(&[SELF, IP]), Some(L1)),
        ("network", Case::of(&[network]), Some(L1)),
        ("operator", Case::of(&[OPERATOR]), Some(L1)),
        ("landmark", Case::of(&[RTT]), Some(L1)),
        (
            "the class counts, not the kind",
            Case::of(&[(EvidenceKind::HISTORY, EvidenceClass::Database, 2)]),
            Some(L1),
        ),
        ("device", Case::of(&[SIGNED]), Some(L0)),
        ("history", Case::of(&[HISTORY]), Some(L0)),
        ("witness", Case::of(&[WITNESS]), Some(L0)),
        ("satellite", Case::of(&[OSNMA]), Some(L0)),
        ("tier 1", Case::of(&[tier(IP, 1)]), Some(L0)),
        ("tier 31", Case::of(&[tier(IP, 31)]), Some(L1)),
        ("tier 32", Case::of(&[tier(IP, 32)]), Some(L0)),
        ("tier 0", Case::of(&[tier(IP, 0)]), Some(L0)),
        ("tier -2", Case::of(&[tier(IP, -2)]), Some(L0)),
        ("a hidden address", Case::of(&[IP]).flags(hidden), Some(L0)),
        (
            "other flags",
            Case::of(&[IP]).flags(WarningFlags::MOCK_CAPABLE),
            Some(L1),
        ),
        (
            "an old challenge",
            Case::of(&[IP]).challenge_age(0),
            Some(L1),
        ),
        (
            "a late stamp",
            Case::of(&[IP]).stamped_after(86_400_000),
            Some(L1),
        ),
    ]);
}

#[test]
fn level_2_takes_an_attested_device_that_is_fresh() {
    let manual = |case: Case| case.but(|case| case.method = PositionMethod::Manual);
    check(&[
        ("signed and attested", device(&[]), Some(L2)),
        ("a workload quote", Case::of(&[QUOTE]), Some(L2)),
        ("signed only", Case::of(&[SIGNED]), Some(L0)),
        ("attested only", Case::of(&[ATTESTED]), Some(L0)),
        (
            "attested with a warning",
            Case::of(&[SIGNED, tier(ATTESTED, 33)]),
            Some(L0),
        ),
        (
            "no level 1 needed, even hidden",
            device(&[]).flags(WarningFlags::ANONYMISING_NETWORK),
            Some(L2),
        ),
        ("no challenge", device(&[IP]).challenge_age(0), Some(L1)),
        ("challenge 1 ms", device(&[]).challenge_age(1), Some(L2)),
        (
            "challenge 120 s",
            device(&[]).challenge_age(120_000),
            Some(L2),
        ),
        (
            "challenge over 120 s",
            device(&[IP]).challenge_age(120_001),
            Some(L1),
        ),
        (
            "stamped after 180 s",
            device(&[]).stamped_after(180_000),
            Some(L2),
        ),
        (
            "stamped after more",
            device(&[IP]).stamped_after(180_001),
            Some(L1),
        ),
        (
            "stamped before the fix",
            device(&[]).stamped_after(-5_000),
            Some(L2),
        ),
        ("typed in", manual(device(&[IP])), Some(L1)),
    ]);
}

/// Navigation messages are authenticated minutes after they were received. In an attested
/// receiver they are a third party as well.
#[test]
fn level_2_waits_longer_for_osnma_that_affirms() {
    let osnma = device(&[OSNMA]);
    let weak = device(&[tier(OSNMA, 32)]);
    check(&[
        (
            "OSNMA: 300 s",
            osnma.clone().challenge_age(300_000),
            Some(L3),
        ),
        (
            "OSNMA: over 300 s",
            osnma.clone().challenge_age(300_001),
            Some(L0),
        ),
        (
            "OSNMA: 480 s",
            osnma.clone().stamped_after(480_000),
            Some(L3),
        ),
        ("OSNMA: over 480 s", osnma.stamped_after(480_001), Some(L0)),
        (
            "OSNMA that does not affirm gives no time",
            weak.challenge_age(120_001),
            Some(L0),
        ),
    ]);
}

#[test]
fn level_3_takes_a_third_party() {
    let far = L3_RADIUS + 1;
    check(&[
        ("witness", device(&[WITNESS]), Some(L3)),
        ("operator", device(&[OPERATOR]), Some(L3)),
        ("satellite, attested", device(&[OSNMA]), Some(L3)),
        (
            "satellite, quoted only",
            Case::of(&[QUOTE, OSNMA]),
            Some(L2),
        ),
        (
            "satellite, attestation in doubt",
            Case::of(&[QUOTE, tier(ATTESTED, 33), OSNMA]),
            Some(L2),
        ),
        ("landmark without a bound", device(&[RTT]), Some(L2)),
        (
            "landmark, near",
            device(&[RTT]).bound(L3_RADIUS, 1, false),
            Some(L3),
        ),
        (
            "landmark, far",
            device(&[RTT]).bound(far, 1, false),
            Some(L2),
        ),
        (
            "far landmark and witness",
            device(&[RTT, WITNESS]).bound(far, 1, false),
            Some(L3),
        ),
        (
            "a bound and no landmark",
            device(&[]).bound(1_000, 3, true),
            Some(L2),
        ),
        ("database", device(&[IP]), Some(L2)),
        ("history", device(&[HISTORY]), Some(L2)),
        ("witness in doubt", device(&[tier(WITNESS, 33)]), Some(L2)),
        (
            "not without level 2",
            Case::of(&[IP, WITNESS, OPERATOR]),
            Some(L1),
        ),
    ]);
}

#[test]
fn level_4_takes_two_parties_on_all_sides_and_no_warning() {
    let two = [ATTESTED, RTT, WITNESS];
    check(&[
        ("everything", everything(), Some(L4)),
        (
            "quote and attestation",
            Case::of(&[QUOTE, ATTESTED, RTT, WITNESS]).bound(250_000, 3, true),
            Some(L4),
        ),
        (
            "two quotes",
            Case::of(&[QUOTE, QUOTE, RTT, WITNESS]).bound(250_000, 3, true),
            Some(L4),
        ),
        (
            "one attestation",
            device(&two[1..]).bound(250_000, 3, true),
            Some(L3),
        ),
        (
            "one party",
            device(&two[..2]).bound(250_000, 3, true),
            Some(L3),
        ),
        (
            "one party twice",
            device(&[ATTESTED, RTT, RTT]).bound(250_000, 3, true),
            Some(L3),
        ),
        (
            "witness and operator",
            device(&[ATTESTED, OPERATOR, WITNESS]).bound(250_000, 3, true),
            Some(L4),
        ),
        (
            "two landmarks",
            device(&two).bound(250_000, 2, true),
            Some(L3),
        ),
        (
            "not enclosed",
            device(&two).bound(250_000, 3, false),
            Some(L3),
        ),
        ("no bound", device(&two), Some(L3)),
        (
            "a wide bound",
            device(&two).bound(20_037_509, 3, true),
            Some(L4),
        ),
        (
            "any flag",
            everything().flags(WarningFlags::BATCHED),
            Some(L3),
        ),
    ]);
}

/// docs/LOCATION.md, 'Levels': what no evidence outweighs.
#[test]
fn subject_and_warnings_cap_the_level() {
    let anonymous = |case: Case| case.but(|case| case.subject = SubjectRef::Anonymous);
    let pairwise = SubjectRef::Pairwise(PairwiseId::new(&[1; 16]).unwrap());
    let manual = WarningFlags::MANUAL_ENTRY;
    let (stale, software) = (WarningFlags::STALE_FIX, WarningFlags::SOFTWARE_KEY);
    let with_ip = || everything().but(|case| case.evidence.extend(Case::of(&[IP]).evidence));
    check(&[
        ("anonymous", anonymous(with_ip()), Some(L0)),
        (
            "pairwise",
            everything().but(|case| case.subject = pairwise),
            Some(L4),
        ),
        ("manual", with_ip().flags(manual), Some(L0)),
        ("stale", with_ip().flags(stale), Some(L1)),
        ("software", with_ip().flags(software), Some(L1)),
        ("both", with_ip().flags(stale.with(software)), Some(L1)),
        (
            "stale, and level 1 not reached",
            device(&[WITNESS]).flags(stale),
            Some(L0),
        ),
        (
            "all",
            anonymous(with_ip()).flags(manual.with(stale)),
            Some(L0),
        ),
    ]);
}

#[test]
fn says_what_is_missing_for_the_level_asked_for() {
    use Missing as M;
    let late = device(&[]).challenge_age(0).stamped_after(200_000);
    let capped = device(&[WITNESS]).flags(WarningFlags::STALE_FIX.with(WarningFlags::SOFTWARE_KEY));
    let contradicted = Case::of(&[tier(IP, 96)]);
    let rows: [(&str, Case, AssuranceLevel, &[Missing]); 13] = [
        ("nothing for level 0", Case::of(&[]), L0, &[]),
        (
            "the subject's word",
            Case::of(&[SELF]),
            L1,
            &[M::NetworkEvidence],
        ),
        ("what is reached", device(&[]), L1, &[]),
        (
            "hidden",
            Case::of(&[IP]).flags(WarningFlags::ANONYMISING_NETWORK),
            L1,
            &[M::OpenNetwork],
        ),
        (
            "no device",
            Case::of(&[IP]),
            L2,
            &[M::DeviceSignature, M::PlatformAttestation],
        ),
        (
            "half a device",
            Case::of(&[SIGNED]),
            L2,
            &[M::PlatformAttestation],
        ),
        ("late", late, L2, &[M::FreshChallenge, M::PromptStamp]),
        ("capped", capped, L3, &[M::FreshPosition, M::HardwareKey]),
        ("alone", device(&[]), L3, &[M::ThirdParty]),
        ("far", device(&[RTT]), L3, &[M::NearBound]),
        (
            "one party",
            device(&[WITNESS]),
            L4,
            &[
                M::SecondThirdParty,
                M::EnclosingLandmarks,
                M::SecondAttestation,
            ],
        ),
        ("contradicted", contradicted.clone(), L0, &[M::Consistency]),
        (
            "contradicted, and more asked",
            contradicted,
            L1,
            &[M::Consistency, M::NetworkEvidence],
        ),
    ];
    for (name, case, asked, expected) in rows {
        assert_eq!(missing(&case.terms(), asked), expected, "{name}");
    }
    let nobody = Case::of(&[IP]).but(|case| {
        case.subject = SubjectRef::Anonymous;
        case.method = PositionMethod::Manual;
        case.flags = WarningFlags::MANUAL_ENTRY;
    });
    let needs = missing(&nobody.terms(), L2);
    let once = needs.iter().filter(|one| **one == M::MeasuredPosition);
    assert_eq!(once.count(), 1, "{needs:?}");
    assert_eq!(needs.first(), Some(&M::EnrolledKey));
}

#[test]
fn every_missing_term_has_a_name_and_words_of_its_own() {
    for (at, one) in Missing::ALL.iter().enumerate() {
        assert!(!one.words().is_empty() && one.to_string() == one.words());
        let same = |other: &Missing| other.name() == one.name() || other.words() == one.words();
        assert!(!Missing::ALL[at + 1..].iter().any(same), "{one:?}");
    }
}

fn items() -> impl Strategy<Value = Vec<EvidenceResult>> {
    let kinds = prop_oneof![1_u16..=11, Just(40_000)];
    let tiers = prop_oneof![4 => Just(2_i8), 1 => any::<i8>(), 1 => -3_i8..=33];
    let item = (
        kinds,
        proptest::sample::select(EvidenceClass::ALL),
        tiers,
        0_u32..=86_400_000,
    );
    let item = item.prop_map(|(kind, class, tier, age)| {
        let kind = EvidenceKind::new(kind).unwrap();
        EvidenceResult::new(kind, class, tier, age).unwrap()
    });
    prop::collection::vec(item, 0..=8)
}

prop_compose! {
    fn case()(
        anonymous in prop::bool::weighted(0.2),
        method in proptest::sample::select(PositionMethod::ALL),
        age in prop_oneof![0_u32..=130_000, 290_000_u32..=310_000],
        since in prop_oneof![-10_000_i64..=200_000, 470_000_i64..=490_000],
        evidence in items(),
        bound in prop::option::of((0_u32..=1_000_000, 1_u8..=5, any::<bool>())),
        flags in prop::collection::vec(0_usize..10, 0..=2),
    ) -> Case {
        let mut case = Case::of(&[]).challenge_age(age).stamped_after(since);
        if anonymous {
            case.subject = SubjectRef::Anonymous;
        }
        case.method = method;
        case.evidence = evidence;
        if let Some((radius, landmarks, enclosed)) = bound {
            case = case.bound(radius, landmarks, enclosed);
        }
        let flags = flags.into_iter().map(|bit| WarningFlags::NAMED[bit].0);
        case.flags(flags.fold(WarningFlags::NONE, WarningFlags::with))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn something_is_missing_exactly_for_levels_above_the_one_reached(case in case()) {
        let reached = level(&case.terms());
        for asked in AssuranceLevel::ALL.iter().copied() {
            let enough = reached.is_some_and(|reached| reached >= asked);
            prop_assert_eq!(missing(&case.terms(), asked).is_empty(), enough);
        }
        prop_assert_eq!(reached.is_none(), missing(&case.terms(), L0) == [Missing::Consistency]);
    }

    #[test]
    fn caps_hold_whatever_the_evidence(case in case()) {
        let Some(reached) = level(&case.terms()) else { return Ok(()) };
        let has = |flag| case.flags.has(flag);
        if case.subject == SubjectRef::Anonymous || has(WarningFlags::MANUAL_ENTRY) {
            prop_assert_eq!(reached, L0);
        }
        if has(WarningFlags::STALE_FIX) || has(WarningFlags::SOFTWARE_KEY) {
            prop_assert!(reached <= L1);
        }
        if !case.flags.is_empty() {
            prop_assert!(reached <= L3);
        }
    }

    #[test]
    fn an_affirming_item_never_lowers_and_a_warning_never_raises(
        case in case(), more in items(), flag in 0_usize..10,
    ) {
        let before = level(&case.terms());
        let mut richer = case.clone();
        let affirming = more.into_iter().filter(|item| (2..=31).contains(&item.tier()));
        richer.evidence.extend(affirming);
        prop_assert!(level(&richer.terms()) >= before);
        let warned = case.flags.with(WarningFlags::NAMED[flag].0);
        prop_assert!(level(&case.flags(warned).terms()) <= before);
    }

    #[test]
    fn the_order_and_the_age_of_items_do_not_matter(case in case(), by in 0_usize..8) {
        let before = level(&case.terms());
        let mut turned = case;
        let len = turned.evidence.len();
        turned.evidence.rotate_left(by.min(len));
        turned.evidence = turned.evidence.iter().map(|it| it.with_age(0).unwrap()).collect();
        prop_assert_eq!(level(&turned.terms()), before);
    }
}
