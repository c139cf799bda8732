use meridian_wire::limits::MAX_LOCATION_CLAIM_BYTES;
use meridian_wire::loc::evidence::{EvidenceClass, EvidenceKind};
use meridian_wire::loc::fence::{FenceVerdict, Fences, Verdict};
use meridian_wire::loc::flags::WarningFlags;
use meridian_wire::loc::name::Facility;
use meridian_wire::loc::nonce::imprint_digest;
use meridian_wire::loc::subject::PairwiseId;
use meridian_wire::loc::tree::Seed;
use meridian_wire::oid;
use proptest::prelude::*;

use super::*;
use crate::sample::{self, ACCEPTED_MS, DAY_MS, FIX_MS, KEY, appraisal, appraised, bundle};

#[test]
fn a_claim_holds_what_the_appraisal_found() {
    let mut found = appraisal();
    found.flags = WarningFlags::MOCK_CAPABLE;
    let bundle = bundle(|_| {});
    let appraised = sample::appraised_of(&found, &bundle, &[0, 10, 15]);
    let claim = appraised.claim();
    assert_eq!(claim.policy_hash, *sample::policy().hash());
    assert_eq!(claim.subject, SubjectRef::KeyHash(KEY));
    assert_eq!(claim.observed, found.observed);
    assert_eq!(claim.method, found.method);
    assert_eq!(claim.commitment, sample::tree().root());
    assert_eq!(claim.flags, found.flags);
    assert_eq!(claim.travel, found.travel, "the point is revealed");
    assert_eq!(claim.evidence_hash, Some(bundle.hash()));
    assert_eq!(claim.bound, None);
    let evidence = found.evidence(ACCEPTED_MS, ACCEPTED_MS).unwrap();
    assert_eq!(claim.evidence, evidence);
    assert_eq!(claim.evidence[0].age_ms(), 2_250);
    // Slot 15 is absent: it is not revealed as such, for that is a statement too.
    let revealed: Vec<Slot> = claim.revealed.iter().map(RevealedLeaf::slot).collect();
    assert_eq!(revealed, [Slot::COUNTRY, Slot::POINT]);
}

#[test]
fn a_private_claim_tells_no_exact_radius_and_no_speed() {
    let claim = appraised().claim().clone();
    assert_eq!(claim.evidence[1].radius_m(), Some(25_000));
    assert_eq!(claim.travel.unwrap().speed_mm_s(), None);
}

#[test]
fn no_subject_is_named_that_the_appraisal_did_not_find() {
    let pairwise = || SubjectRef::Pairwise(PairwiseId::new(&[8; 16]).unwrap());
    let new = |subject, key| {
        let mut found = appraisal();
        found.subject_key = key;
        let (tree, reveal) = (sample::tree(), sample::reveal(&[0]));
        Appraised::new(&found, &bundle(|_| {}), [0; 32], subject, &tree, reveal).map(drop)
    };
    let refused = Err(NotStampable::SubjectNotShown);
    assert_eq!(new(SubjectRef::Anonymous, None), Ok(()));
    assert_eq!(new(SubjectRef::Anonymous, Some(KEY)), Ok(()));
    assert_eq!(new(SubjectRef::KeyHash(KEY), Some(KEY)), Ok(()));
    assert_eq!(new(SubjectRef::KeyHash(KEY), Some([6; 32])), refused);
    assert_eq!(new(SubjectRef::KeyHash(KEY), None), refused);
    assert_eq!(new(pairwise(), Some(KEY)), Ok(()));
    assert_eq!(new(pairwise(), None), refused);
}

/// Everything that this authority can put into a claim, and what it cannot yet.
fn largest(facility: usize, fences: usize) -> Result<Appraised, NotStampable> {
    let mut found = appraisal();
    let kind = EvidenceKind::new(u16::MAX).unwrap();
    let mut item = sample::item(kind, EvidenceClass::Operator, FIX_MS);
    item.tier = i8::MAX;
    item.radius_m = Some(40_075_017);
    found.results = vec![item; 8];
    found.flags = WarningFlags::NAMED
        .iter()
        .fold(WarningFlags::NONE, |all, (one, _)| all.with(*one));
    let fence = FenceVerdict::new([1; 32], Verdict::Inside, 1_000).unwrap();
    let fences = (fences > 0).then(|| LeafValue::Fences(Fences::new(vec![fence; fences]).unwrap()));
    let facility =
        (facility > 0).then(|| LeafValue::Facility(Facility::new(&"x".repeat(facility)).unwrap()));
    let filled = found.slots().into_iter();
    let filled = filled.chain(fences.map(|value| (Slot::FENCES, value)));
    let filled = filled.chain(facility.map(|value| (Slot::FACILITY, value)));
    let tree = SlotTree::new(Seed::new([3; 32]), filled).unwrap();
    let reveal = RevealMask::of(Slot::all());
    let subject = SubjectRef::KeyHash(KEY);
    Appraised::new(&found, &bundle(|_| {}), [0; 32], subject, &tree, reveal)
}

#[test]
fn a_claim_that_could_become_too_long_is_refused_at_acceptance() {
    let fits = largest(1, 0).unwrap();
    let len = |at| {
        LocationClaim::new(fits.claim_at(at).unwrap())
            .unwrap()
            .as_der()
            .len()
    };
    let (now, oldest) = (len(ACCEPTED_MS), len(ACCEPTED_MS + DAY_MS - 10_000));
    assert!(now < oldest && oldest <= MAX_LOCATION_CLAIM_BYTES);
    let mut longest = 1;
    while longest < 64 && largest(longest + 1, 3).is_ok() {
        longest += 1;
    }
    assert!(longest < 64, "fences and facility together reach the limit");
    let at_most = largest(longest, 3).unwrap();
    let refused = largest(longest + 1, 3).unwrap_err();
    let octets = MAX_LOCATION_CLAIM_BYTES + 1;
    assert_eq!(refused, NotStampable::TooLong { octets });
    // The longest that was accepted can be stamped at any age.
    for after in [0, 1, DAY_MS / 2, DAY_MS - 3_000] {
        let claim = at_most.claim_at(ACCEPTED_MS + after).unwrap();
        assert!(LocationClaim::new(claim).is_ok(), "{after}");
    }
}

#[test]
fn items_age_from_acceptance_on_and_never_get_younger() {
    let ages = |at: i64| -> Option<Vec<u32>> {
        let claim = appraised().claim_at(at)?;
        Some(claim.evidence.iter().map(EvidenceResult::age_ms).collect())
    };
    assert_eq!(ages(ACCEPTED_MS), Some(vec![2_250, 0]));
    assert_eq!(ages(ACCEPTED_MS + 1), Some(vec![2_251, 1]));
    assert_eq!(
        ages(ACCEPTED_MS - 499),
        Some(vec![2_250, 0]),
        "rounded down"
    );
    assert_eq!(ages(i64::MIN), Some(vec![2_250, 0]));
    let last = ACCEPTED_MS + DAY_MS - 2_250;
    assert_eq!(ages(last), Some(vec![86_400_000, 86_397_750]));
    assert_eq!(ages(last + 1), None);
    assert_eq!(ages(i64::MAX), None);
}

#[test]
fn ages_are_those_that_the_appraisal_states() {
    let found = appraisal();
    for at in [-700, 0, 1, 4_321, DAY_MS - 2_250] {
        let claim = appraised().claim_at(ACCEPTED_MS + at).unwrap();
        let stated = found.evidence(ACCEPTED_MS, ACCEPTED_MS + at).unwrap();
        let ages =
            |all: &[EvidenceResult]| all.iter().map(EvidenceResult::age_ms).collect::<Vec<_>>();
        assert_eq!(ages(&claim.evidence), ages(&stated), "{at}");
    }
}

/// Which of: key signed, document named, evidence session, connection.
#[test]
fn binding_is_the_strongest_that_was_shown() {
    let (document, other) = (imprint_digest(&sample::imprint()), [9; 32]);
    let stranger = [6; 32];
    let (device, session) = (DocBinding::DeviceSigned, DocBinding::Session);
    let requester = DocBinding::Requester;
    let rows = [
        (true, Some(document), None, None, device),
        (true, Some(document), Some(KEY), Some(KEY), device),
        (true, Some(other), None, None, requester),
        (true, Some(other), None, Some(KEY), session),
        (true, None, None, None, requester),
        (true, None, None, Some(KEY), session),
        (false, Some(document), None, None, requester),
        (false, Some(document), None, Some(KEY), session),
        (false, Some(document), Some(KEY), None, session),
        (false, Some(other), Some(KEY), None, requester),
        (false, None, Some(KEY), None, requester),
        (false, None, Some(KEY), Some(KEY), session),
        (false, None, None, Some(stranger), requester),
        (false, Some(document), Some(stranger), None, requester),
    ];
    for (row, (key_signed, imprint, then, now, expected)) in rows.into_iter().enumerate() {
        let mut found = appraisal();
        found.key_signed = key_signed;
        let bundle = bundle(|context| (context.imprint, context.session) = (imprint, then));
        let made = sample::appraised_of(&found, &bundle, &[]);
        assert_eq!(made.binding(&document, now.as_ref()), expected, "row {row}");
        let row = made.encode().unwrap();
        assert_eq!(Appraised::decode(&row), Ok(made));
    }
    let mut nobody = appraisal();
    nobody.subject_key = None;
    let bundle = bundle(|context| context.imprint = Some(document));
    let (tree, reveal) = (sample::tree(), sample::reveal(&[]));
    let subject = SubjectRef::Anonymous;
    let made = Appraised::new(&nobody, &bundle, [0; 32], subject, &tree, reveal).unwrap();
    assert_eq!(made.binding(&document, None), requester);
    assert_eq!(made.binding(&document, Some(&KEY)), requester);
}

#[test]
fn a_row_is_read_back_whole() {
    let all = bundle(|context| {
        context.imprint = Some([4; 32]);
        context.session = Some(KEY);
        context.policy = oid::POLICY_LOCATION_4;
    });
    let full = sample::appraised_of(&appraisal(), &all, &[0, 3, 10]);
    let full = full.with_min_level(AssuranceLevel::L1NetworkCorroborated);
    for made in [full, appraised(), largest(1, 0).unwrap()] {
        let row = made.encode().unwrap();
        assert_eq!(Appraised::decode(&row), Ok(made));
    }
}

#[test]
fn what_is_no_row_is_refused_by_name() {
    let row = appraised().encode().unwrap();
    for end in 0..row.len() {
        assert!(Appraised::decode(&row[..end]).is_err(), "{end} octets");
    }
    let long = [&row[..], &[0]].concat();
    assert!(matches!(Appraised::decode(&long), Err(NotARow::Claim(_))));
    let bent = |at: usize, octet: u8| {
        let mut bent = row.clone();
        bent[at] = octet;
        Appraised::decode(&bent).unwrap_err()
    };
    assert_eq!(bent(0, b'M'), NotARow::Layout);
    assert_eq!(bent(4, 0x80), NotARow::Layout, "before 1970");
    assert_eq!(bent(12, 5), NotARow::Layout, "a fifth level");
    assert_eq!(bent(13, 0x10 | 4), NotARow::Layout, "an unknown part");
    assert_eq!(bent(16, 0xff), NotARow::Layout, "an OID beyond the row");
}

#[test]
fn a_claim_that_was_never_accepted_is_no_row() {
    let with = |change: &dyn Fn(&mut Appraised)| {
        let mut other = appraised();
        change(&mut other);
        Appraised::decode(&other.encode().unwrap()).unwrap_err()
    };
    let level = AssuranceLevel::L4MultiParty;
    assert_eq!(with(&|row| row.claim.level = level), NotARow::Layout);
    let binding = DocBinding::DeviceSigned;
    assert_eq!(with(&|row| row.claim.binding = binding), NotARow::Layout);
    assert_eq!(with(&|row| row.claim.evidence_hash = None), NotARow::Layout);
    let stranger = NotARow::NotAccepted(NotStampable::SubjectNotShown);
    assert_eq!(with(&|row| row.subject_key = None), stranger);
}

proptest! {
    #[test]
    fn a_changed_row_is_refused_or_another_value(
        at in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let made = appraised();
        let mut row = made.encode().unwrap();
        let at = at.index(row.len());
        row[at] ^= flip;
        if let Ok(other) = Appraised::decode(&row) {
            prop_assert_ne!(&other, &made);
            prop_assert_eq!(other.encode().unwrap(), row);
        }
    }

    #[test]
    fn garbage_is_no_row(garbage in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Appraised::decode(&garbage).is_err());
        let tagged = [b"LSA1", &garbage[..]].concat();
        prop_assert!(Appraised::decode(&tagged).is_err());
    }
}
