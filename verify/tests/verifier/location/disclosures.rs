//! Disclosures: what opens the commitment counts, whatever else is done to them does not.

use meridian_verify::finding::Status;
use meridian_verify::location::disclosures::Source;
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::verdict::{Model, Verdict};
use meridian_wire::loc::cell::CellClaim;
use meridian_wire::loc::disclosure::Disclosures;
use meridian_wire::loc::name::{CountryCode, SubdivisionCode};
use meridian_wire::loc::revealed::RevealedLeaf;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::tree::{Seed, SlotTree};
use meridian_wire::loc::value::LeafValue;
use meridian_wire::oid;

use super::issuer::{Stamp, disclosed, failed, found};
use crate::mint::{judge, with_unsigned};

const ALL: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

#[test]
fn what_the_subject_discloses_is_open() {
    let stamp = Stamp::asserted();
    let token = stamp.token();
    for slots in [&[0][..], &[5], &[0, 1, 10], &ALL] {
        let report = judge(&token, disclosed(&[stamp.disclose(slots)]));
        assert_eq!(
            report.verdict(Model::GenTime),
            Verdict::Passed,
            "{report:?}"
        );
        let values = report.place().unwrap().values();
        for slot in slots {
            let value = values
                .iter()
                .find(|one| one.slot.number() == *slot)
                .unwrap();
            assert_eq!(value.value, *stamp.tree.value(value.slot));
            // The country is revealed anyway.
            let source = if *slot == 0 {
                Source::Token
            } else {
                Source::Disclosure
            };
            assert_eq!(value.source, source);
        }
    }
}

#[test]
fn several_files_and_the_one_in_the_token_add_up() {
    let stamp = Stamp::asserted();
    let token = with_unsigned(
        &stamp.token(),
        &oid::DISCLOSURES,
        vec![stamp.disclose(&[9])],
    );
    let plain = judge(&token, PlaceInputs::NONE);
    assert_eq!(plain.place().unwrap().values().len(), 2);
    let files = [stamp.disclose(&[5]), stamp.disclose(&[5, 6])];
    let report = judge(&token, disclosed(&files));
    assert_eq!(report.verdict(Model::GenTime), Verdict::Passed);
    let values = report.place().unwrap().values().iter();
    let slots: Vec<_> = values.map(|one| one.slot.number()).collect();
    assert_eq!(slots, [0, 5, 6, 9]);
}

#[test]
fn a_disclosure_of_another_stamp_opens_nothing() {
    let stamp = Stamp::asserted();
    let other = SlotTree::new(Seed::new([4; 32]), [(Slot::COUNTRY, france())]).unwrap();
    let file = Disclosures::new(vec![other.disclose(Slot::COUNTRY)])
        .unwrap()
        .encode();
    let report = judge(&stamp.token(), disclosed(std::slice::from_ref(&file)));
    assert_eq!(failed(&report), ["V113"]);
    assert!(found(&report, 113).1.contains("of another stamp"));
    // In the token it is no better, though the time does not care.
    let token = with_unsigned(&stamp.token(), &oid::DISCLOSURES, vec![file]);
    let report = judge(&token, PlaceInputs::NONE);
    assert_eq!(report.place().unwrap().verdict(), Verdict::Failed);
    assert_eq!(report.verdict(Model::GenTime), Verdict::Passed);
}

#[test]
fn one_foreign_disclosure_spoils_its_file_only() {
    let stamp = Stamp::asserted();
    let other = Stamp::signed().with(|_| {});
    let foreign = Stamp {
        tree: SlotTree::new(Seed::new([4; 32]), []).unwrap(),
        ..other
    };
    let files = [foreign.disclose(&[3]), stamp.disclose(&[6])];
    let report = judge(&stamp.token(), disclosed(&files));
    assert_eq!(failed(&report), ["V113"]);
    assert!(found(&report, 113).1.starts_with("disclosure file 1"));
    let values = report.place().unwrap().values().iter();
    let slots: Vec<_> = values.map(|one| one.slot.number()).collect();
    assert_eq!(slots, [0, 6]);
}

#[test]
fn flipping_any_bit_of_a_disclosure_fails() {
    let stamp = Stamp::asserted();
    let token = stamp.token();
    let file = stamp.disclose(&[10]);
    for bit in 0..file.len() * 8 {
        let mut bent = file.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let report = judge(&token, disclosed(&[bent]));
        assert_eq!(failed(&report), ["V113"], "{bit}");
    }
}

#[test]
fn a_leaf_moved_to_another_slot_does_not_open() {
    let stamp = Stamp::asserted();
    // Two absent slots: the same value, and both may hold it.
    for (from, to) in [(13_u8, 14_u8), (14, 13), (13, 15)] {
        let file = stamp.disclose(&[from]);
        let mut moved = file.clone();
        // SEQUENCE, SEQUENCE, INTEGER slot.
        let place = file
            .iter()
            .zip(0..)
            .find(|(octet, at)| **octet == from && *at > 5)
            .unwrap()
            .1;
        moved[place] = to;
        assert_eq!(
            failed(&judge(&stamp.token(), disclosed(&[moved]))),
            ["V113"]
        );
    }
}

#[test]
fn what_is_no_file_of_disclosures_fails() {
    let stamp = Stamp::asserted();
    let file = stamp.disclose(&[0, 5]);
    let longer = [&file[..], &[0]].concat();
    for wrong in [
        Vec::new(),
        b"{}".to_vec(),
        file[..file.len() - 1].to_vec(),
        longer,
    ] {
        let report = judge(&stamp.token(), disclosed(&[wrong]));
        assert_eq!(failed(&report), ["V113"]);
        assert!(found(&report, 113).1.contains("cannot be read"));
    }
}

fn france() -> LeafValue {
    LeafValue::Country(CountryCode::new("FR").unwrap())
}

/// A stamp whose tree holds these values, and whose claim reveals these.
fn stamp_of(values: &[(Slot, LeafValue)], revealed: &[(Slot, LeafValue)]) -> Stamp {
    let tree = SlotTree::new(Seed::new([6; 32]), values.iter().cloned()).unwrap();
    let stamp = Stamp::asserted().with(|claim| {
        claim.commitment = tree.root();
        let revealed = revealed.iter().cloned();
        claim.revealed = revealed
            .map(|(slot, value)| RevealedLeaf::new(slot, value).unwrap())
            .collect();
    });
    Stamp { tree, ..stamp }
}

/// What V114 finds of these values, all of them disclosed, with the policy's boundaries.
fn agreement(values: &[(Slot, LeafValue)], revealed: &[(Slot, LeafValue)]) -> (Status, String) {
    let stamp = stamp_of(values, revealed);
    let slots: Vec<u8> = values.iter().map(|(slot, _)| slot.number()).collect();
    let mut inputs = disclosed(&[stamp.disclose(&slots)]);
    inputs.policy_document = Some(stamp.policy.jcs().to_vec());
    found(&judge(&stamp.token(), inputs), 114)
}

/// What the point of the issuer's tree holds there.
fn true_value(slot: u8) -> (Slot, LeafValue) {
    let slot = Slot::new(slot).unwrap();
    (slot, Stamp::asserted().tree.value(slot).clone())
}

fn cell(index: u64) -> (Slot, LeafValue) {
    let cell = CellClaim::new(index, 1_000).unwrap();
    let slot = Slot::of_resolution(cell.resolution()).unwrap();
    (slot, LeafValue::Cell(cell))
}

#[test]
fn the_issuers_own_values_agree() {
    let all: Vec<_> = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(true_value).into();
    let (status, detail) = agreement(&all, &[]);
    assert_eq!(status, Status::Passed, "{detail}");
    assert!(
        detail.contains("by the boundaries of the policy too"),
        "{detail}"
    );
    // Without the point, the finest cell speaks for the country.
    assert_eq!(agreement(&all[..10], &[]).0, Status::Passed);
}

#[test]
fn a_revealed_value_that_is_not_the_committed_one_is_a_contradiction() {
    let belgium = LeafValue::Country(CountryCode::new("BE").unwrap());
    let revealed = [(Slot::COUNTRY, belgium)];
    let (status, detail) = agreement(&[true_value(0)], &revealed);
    assert_eq!(status, Status::Failed);
    assert!(
        detail.contains("another country than the one disclosed"),
        "{detail}"
    );
}

#[test]
fn a_point_outside_a_cell_is_a_contradiction() {
    // The neighbour of the cell of resolution 5 is another cell.
    let (status, detail) = agreement(&[cell(0x0851_fb46_ffff_ffff), true_value(10)], &[]);
    assert_eq!(status, Status::Failed);
    assert!(
        detail.contains("not in the cell of resolution 5"),
        "{detail}"
    );
}

#[test]
fn cells_that_are_apart_are_a_contradiction() {
    let tokyo = cell(0x0872_f5a3_2dff_ffff);
    let (status, detail) = agreement(&[true_value(3), tokyo], &[]);
    assert_eq!(status, Status::Failed);
    assert!(detail.contains("no point in common"), "{detail}");
}

#[test]
fn a_cell_that_does_not_exist_is_a_contradiction() {
    let nowhere = cell(0x085f_ffff_ffff_ffff);
    let (status, detail) = agreement(&[true_value(0), nowhere], &[]);
    assert_eq!(status, Status::Failed);
    assert!(detail.contains("no cell of the H3 grid"), "{detail}");
}

#[test]
fn a_country_or_subdivision_that_the_point_is_not_in_is_a_contradiction() {
    let germany = (
        Slot::COUNTRY,
        LeafValue::Country(CountryCode::new("DE").unwrap()),
    );
    let (status, detail) = agreement(&[germany.clone(), true_value(10)], &[]);
    assert_eq!(status, Status::Failed);
    assert!(detail.contains("in FR, not in DE"), "{detail}");
    let absent = (Slot::COUNTRY, LeafValue::Absent);
    assert_eq!(agreement(&[absent, true_value(10)], &[]).0, Status::Failed);
    let berlin = SubdivisionCode::new("DE-BE").unwrap();
    let berlin = (Slot::SUBDIVISION, LeafValue::Subdivision(berlin));
    let (status, detail) = agreement(&[true_value(0), berlin], &[]);
    assert_eq!(status, Status::Failed);
    assert!(
        detail.contains("DE-BE is not of the country FR"),
        "{detail}"
    );
}

#[test]
fn a_cell_far_from_the_country_is_a_contradiction_and_one_at_its_border_undecided() {
    let japan = (
        Slot::COUNTRY,
        LeafValue::Country(CountryCode::new("JP").unwrap()),
    );
    let (status, detail) = agreement(&[japan, true_value(3)], &[]);
    assert_eq!(status, Status::Failed, "{detail}");
    // Paris is within two degrees of Belgium's corner; no point of the cell is in it.
    let belgium = (
        Slot::COUNTRY,
        LeafValue::Country(CountryCode::new("BE").unwrap()),
    );
    let (status, detail) = agreement(&[belgium, true_value(3)], &[]);
    assert_ne!(status, Status::Passed, "{detail}");
}

#[test]
fn without_the_policy_countries_are_not_compared_and_the_finding_says_so() {
    let germany = (
        Slot::COUNTRY,
        LeafValue::Country(CountryCode::new("DE").unwrap()),
    );
    let stamp = stamp_of(&[germany, true_value(10)], &[]);
    let report = judge(&stamp.token(), disclosed(&[stamp.disclose(&[0, 10])]));
    let (status, detail) = found(&report, 114);
    assert_eq!(status, Status::Passed);
    assert!(detail.contains("countries were not compared"), "{detail}");
}
