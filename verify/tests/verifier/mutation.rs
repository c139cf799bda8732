//! Whatever is done to a token: no panic, and no pass with another TSTInfo.

use crate::support::{DATA, policy, vector};
use meridian_verify::artifact::Artifact;
use meridian_verify::input::recognise;
use meridian_verify::inspect::inspect;
use meridian_verify::verdict::Verdict;
use meridian_verify::verify::verify_timestamp;
use meridian_wire::tsp::hash::HashAlgorithm;
use proptest::prelude::*;

const NAMES: [&str; 5] = ["p384.tsr", "p256.tsr", "p521.tsr", "rsa.tsr", "pss.tst"];

/// Judges and inspects; the token's facts if it passed.
fn passes(octets: &[u8]) -> Option<meridian_verify::facts::TokenFacts> {
    let input = recognise(octets).ok()?;
    let _ = inspect(&input).map(|inspection| (inspection.to_text(), inspection.to_json()));
    let artifact = Artifact::from_reader(HashAlgorithm::Sha256, DATA).unwrap();
    let report = verify_timestamp(&input, Some(&artifact), &policy());
    let passed = report.models().gen_time == Verdict::Passed;
    report.token().filter(|_| passed).cloned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_changed_octet_never_changes_what_passes(
        name in 0_usize..NAMES.len(),
        place: prop::sample::Index,
        value: u8,
    ) {
        let genuine = vector(NAMES[name]);
        let facts = passes(&genuine);
        prop_assert!(facts.is_some());
        let mut changed = genuine;
        let place = place.index(changed.len());
        changed[place] = value;
        if let Some(changed) = passes(&changed) {
            prop_assert_eq!(Some(changed), facts);
        }
    }

    #[test]
    fn cutting_removing_and_repeating_never_panics(
        name in 0_usize..NAMES.len(),
        from: prop::sample::Index,
        len in 0_usize..64,
        repeat in 0_usize..4,
    ) {
        let genuine = vector(NAMES[name]);
        let from = from.index(genuine.len());
        let to = (from + len).min(genuine.len());
        let middle = genuine[from..to].repeat(repeat);
        let _ = passes(&[&genuine[..from], &middle, &genuine[to..]].concat());
        let _ = passes(&genuine[..from]);
    }
}
