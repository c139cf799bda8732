use super::*;

/// Terms that can be changed one at a time; as they are, they earn level 4.
struct Case {
    subject: SubjectRef,
    method: PositionMethod,
    fix_age_ms: i64,
    challenge_age_ms: u32,
    evidence: Vec<EvidenceResult>,
    bound: Option<ProvenBound>,
    flags: WarningFlags,
    l3_radius_m: u32,
}

const NOW_MS: i64 = 1_795_461_346_000;

fn result(kind: EvidenceKind, class: EvidenceClass, tier: i8) -> EvidenceResult {
    EvidenceResult::new(kind, class, tier, 0).unwrap()
}

fn device() -> EvidenceResult {
    result(EvidenceKind::DEVICE_SIGNED, EvidenceClass::Device, 2)
}

fn attestation() -> EvidenceResult {
    result(EvidenceKind::PLATFORM_ATTESTATION, EvidenceClass::Device, 2)
}

fn quote() -> EvidenceResult {
    result(EvidenceKind::WORKLOAD_QUOTE, EvidenceClass::Device, 2)
}

fn landmark() -> EvidenceResult {
    result(EvidenceKind::RTT_LANDMARK, EvidenceClass::Landmark, 2)
}

fn witness() -> EvidenceResult {
    result(EvidenceKind::WITNESS, EvidenceClass::Witness, 2)
}

fn satellite() -> EvidenceResult {
    result(EvidenceKind::OSNMA, EvidenceClass::Satellite, 2)
}

fn database(tier: i8) -> EvidenceResult {
    result(EvidenceKind::IP_GEOLOCATION, EvidenceClass::Database, tier)
}

fn bound(radius_m: u32, landmarks: u8, enclosed: bool) -> Option<ProvenBound> {
    Some(ProvenBound::new(radius_m, landmarks, enclosed, [0; 32]).unwrap())
}

impl Case {
    fn level_4() -> Self {
        Self {
            subject: SubjectRef::KeyHash([1; 32]),
            method: PositionMethod::Gnss,
            fix_age_ms: 180_000,
            challenge_age_ms: 120_000,
            evidence: vec![device(), attestation(), landmark(), witness(), quote()],
            bound: bound(500_000, 3, true),
            flags: WarningFlags::NONE,
            l3_radius_m: DEFAULT_L3_RADIUS_M,
        }
    }

    /// Level 1 with nothing to spare.
    fn level_1() -> Self {
        Self {
            evidence: vec![database(2)],
            bound: None,
            ..Self::level_4()
        }
    }

    fn level(&self) -> Option<u8> {
        let fix = NOW_MS - self.fix_age_ms;
        let observed = ObservationWindow::new(fix, 0, self.challenge_age_ms).unwrap();
        let terms = LevelTerms {
            subject: &self.subject,
            method: self.method,
            observed: &observed,
            evidence: &self.evidence,
            bound: self.bound.as_ref(),
            flags: self.flags,
            gen_time_ms: NOW_MS,
            l3_radius_m: self.l3_radius_m,
        };
        earned_level(&terms).map(AssuranceLevel::code)
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Option<u8> {
        change(&mut self);
        self.level()
    }
}

#[test]
fn without_evidence_it_is_asserted() {
    assert_eq!(Case::level_1().with(|c| c.evidence.clear()), Some(0));
}

#[test]
fn evidence_against_the_place_leaves_no_level() {
    for tier in [96, 127, -97, -128] {
        assert_eq!(
            Case::level_4().with(|c| c.evidence[4] = database(tier)),
            None
        );
    }
    for tier in [95, -96, 0, 1, 32] {
        let level = Case::level_1().with(|c| c.evidence.push(database(tier)));
        assert_eq!(level, Some(1), "{tier}");
    }
}

#[test]
fn only_tiers_2_to_31_affirm() {
    for (tier, level) in [(1, 0), (2, 1), (31, 1), (32, 0), (0, 0), (-1, 0), (-96, 0)] {
        let found = Case::level_1().with(|c| c.evidence = vec![database(tier)]);
        assert_eq!(found, Some(level), "{tier}");
    }
}

#[test]
fn level_1_takes_a_database_network_operator_or_landmark() {
    for class in EvidenceClass::ALL {
        let one = result(EvidenceKind::IP_GEOLOCATION, *class, 2);
        let level = Case::level_1().with(|c| c.evidence = vec![one]);
        let counts = ["database", "network", "operator", "landmark"].contains(&class.name());
        assert_eq!(level, Some(u8::from(counts)), "{}", class.name());
    }
}

#[test]
fn an_anonymising_network_cancels_level_1_and_not_level_2() {
    let flag = WarningFlags::ANONYMISING_NETWORK;
    assert_eq!(Case::level_1().with(|c| c.flags = flag), Some(0));
    assert_eq!(Case::level_4().with(|c| c.flags = flag), Some(3));
}

#[test]
fn level_2_needs_key_and_attestation_or_a_quote() {
    let level = |evidence: Vec<EvidenceResult>| Case::level_4().with(|c| c.evidence = evidence);
    assert_eq!(level(vec![device(), attestation()]), Some(2));
    assert_eq!(level(vec![quote()]), Some(2));
    assert_eq!(level(vec![device()]), Some(0));
    assert_eq!(level(vec![attestation()]), Some(0));
    assert_eq!(level(vec![device(), database(2)]), Some(1));
}

#[test]
fn level_2_needs_a_fresh_challenge_and_a_fresh_fix() {
    let base = || Case {
        evidence: vec![device(), attestation()],
        ..Case::level_4()
    };
    assert_eq!(base().level(), Some(2));
    assert_eq!(base().with(|c| c.challenge_age_ms = 1), Some(2));
    assert_eq!(base().with(|c| c.challenge_age_ms = 0), Some(0));
    assert_eq!(base().with(|c| c.challenge_age_ms = 120_001), Some(0));
    assert_eq!(base().with(|c| c.fix_age_ms = 180_001), Some(0));
    assert_eq!(base().with(|c| c.fix_age_ms = -1), Some(2));
    assert_eq!(base().with(|c| c.method = PositionMethod::Manual), Some(0));
}

#[test]
fn osnma_gives_the_device_more_time() {
    let base = || Case {
        evidence: vec![quote(), satellite()],
        challenge_age_ms: 300_000,
        fix_age_ms: 480_000,
        ..Case::level_4()
    };
    assert_eq!(base().level(), Some(2));
    assert_eq!(base().with(|c| c.challenge_age_ms = 300_001), Some(0));
    assert_eq!(base().with(|c| c.fix_age_ms = 480_001), Some(0));
    let unconvincing = result(EvidenceKind::OSNMA, EvidenceClass::Satellite, 32);
    assert_eq!(base().with(|c| c.evidence[1] = unconvincing), Some(0));
}

#[test]
fn satellites_count_only_with_an_attested_platform() {
    let level = |evidence: Vec<EvidenceResult>| Case::level_4().with(|c| c.evidence = evidence);
    assert_eq!(level(vec![quote(), satellite()]), Some(2));
    assert_eq!(level(vec![device(), attestation(), satellite()]), Some(3));
}

#[test]
fn landmarks_alone_must_hold_the_key_within_the_policys_radius() {
    let base = || Case {
        evidence: vec![quote(), landmark()],
        ..Case::level_4()
    };
    assert_eq!(base().level(), Some(3));
    assert_eq!(base().with(|c| c.bound = bound(500_001, 3, true)), Some(2));
    assert_eq!(base().with(|c| c.bound = None), Some(2));
    assert_eq!(base().with(|c| c.l3_radius_m = 499_999), Some(2));
    // With a witness beside them, how far they reach does not matter.
    let level = base().with(|c| {
        c.evidence.push(witness());
        c.bound = bound(500_001, 3, true);
    });
    assert_eq!(level, Some(3));
}

#[test]
fn each_term_of_level_4_is_needed() {
    assert_eq!(Case::level_4().level(), Some(4));
    let without = |place: usize| {
        Case::level_4().with(|c| {
            c.evidence.remove(place);
        })
    };
    assert_eq!(without(2), Some(3), "two classes");
    assert_eq!(without(3), Some(3), "two classes");
    assert_eq!(without(4), Some(3), "two attestations");
    let bounded = |new| Case::level_4().with(|c| c.bound = new);
    assert_eq!(bounded(bound(1, 2, true)), Some(3));
    assert_eq!(bounded(bound(1, 3, false)), Some(3));
    assert_eq!(bounded(None), Some(3));
    for (flag, name) in WarningFlags::NAMED {
        let level = Case::level_4().with(|c| c.flags = flag);
        let expected = match name {
            "manualEntry" => 0,
            // Landmarks affirm, which is what level 1 asks for.
            "staleFix" | "softwareKey" => 1,
            _ => 3,
        };
        assert_eq!(level, Some(expected), "{name}");
    }
}

#[test]
fn a_ceiling_does_not_lend_the_level_below_it() {
    let level = |flag| {
        Case::level_4().with(|c| {
            c.evidence = vec![device(), attestation()];
            c.flags = flag;
        })
    };
    assert_eq!(level(WarningFlags::STALE_FIX), Some(0));
    assert_eq!(level(WarningFlags::SOFTWARE_KEY), Some(0));
}

#[test]
fn nobody_in_particular_reaches_no_level() {
    let level = Case::level_4().with(|c| c.subject = SubjectRef::Anonymous);
    assert_eq!(level, Some(0));
}
