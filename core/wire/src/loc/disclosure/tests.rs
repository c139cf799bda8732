use meridian_rfc_vectors::body::Fields;
use meridian_rfc_vectors::vector::{Vector, load};

use super::*;
use crate::loc::tree::{Seed, SlotTree};

fn vector(name: &str) -> Vector {
    let all = load("location").unwrap();
    all.into_iter().find(|vector| vector.name == name).unwrap()
}

fn octets<const N: usize>(fields: &Fields, name: &'static str) -> [u8; N] {
    fields.octets(name).unwrap().try_into().unwrap()
}

/// The tree of the vectors, and its root there.
fn tree() -> (SlotTree, Digest32) {
    let vector = vector("tree");
    let fields = vector.body.fields().unwrap();
    let values = fields.all_octets("value").unwrap();
    let values = values.iter().map(|der| LeafValue::decode(der).unwrap());
    let seed = Seed::new(octets(fields, "seed"));
    let tree = SlotTree::new(seed, Slot::all().zip(values)).unwrap();
    (tree, octets(fields, "root"))
}

fn file() -> Vec<u8> {
    vector("disclosures").body.octets().unwrap().to_vec()
}

fn refused(der: &[u8]) -> DecodeErrorKind {
    Disclosures::decode(der).unwrap_err().kind
}

#[test]
fn salts_leaves_and_root_are_those_of_the_vector() {
    let vector = vector("tree");
    let fields = vector.body.fields().unwrap();
    let seed = Seed::new(octets(fields, "seed"));
    let salts = fields.all_octets("salt").unwrap();
    let leaves = fields.all_octets("leaf").unwrap();
    let values = fields.all_octets("value").unwrap();
    for (slot, ((salt, leaf), value)) in Slot::all().zip(salts.iter().zip(&leaves).zip(&values)) {
        assert_eq!(&seed.salt(slot)[..], salt, "slot {slot}");
        let hash = slot_hash(slot, &seed.salt(slot), value);
        assert_eq!(&hash.as_bytes()[..], leaf, "slot {slot}");
    }
    let (tree, root) = tree();
    assert_eq!(tree.root(), root);
}

#[test]
fn every_slot_opens_to_the_root_and_the_file_is_that_of_the_vector() {
    let (tree, root) = tree();
    for slot in Slot::all() {
        let one = tree.disclose(slot);
        assert_eq!((one.slot(), one.value()), (slot, tree.value(slot)));
        assert_eq!(one.root(), root, "slot {slot}");
    }
    let two = [Slot::COUNTRY, Slot::POINT].map(|slot| tree.disclose(slot));
    let ours = Disclosures::new(two.to_vec()).unwrap();
    assert_eq!(hex::encode(ours.encode()), hex::encode(file()));
    assert!(ours.open(&root) && !ours.open(&[0; 32]));
    let point = Disclosures::new(vec![tree.disclose(Slot::POINT)]).unwrap();
    assert_eq!(point.encode().len(), 206);
}

#[test]
fn a_bit_flipped_is_refused_or_opens_nothing() {
    let ((_, root), file) = (tree(), file());
    for bit in 0..file.len() * 8 {
        let mut flipped = file.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(read) = Disclosures::decode(&flipped) {
            assert!(!read.open(&root), "bit {bit}");
            assert_eq!(read.encode(), flipped);
        }
    }
}

#[test]
fn every_beginning_and_every_octet_after_the_end_is_refused() {
    let file = file();
    for end in 0..file.len() {
        assert!(Disclosures::decode(&file[..end]).is_err(), "{end} octets");
    }
    let long = [&file[..], &[0]].concat();
    assert_eq!(refused(&long), DecodeErrorKind::TrailingBytes { count: 1 });
}

#[test]
fn rejects_slots_that_do_not_ascend() {
    let (tree, _) = tree();
    let field = "disclosures";
    for slots in [[Slot::POINT, Slot::COUNTRY], [Slot::POINT, Slot::POINT]] {
        let list = slots.map(|slot| tree.disclose(slot)).to_vec();
        let der = Disclosures(list.clone()).encode();
        assert_eq!(Disclosures::new(list), Err(LocError::SlotOrder { field }));
        assert_eq!(refused(&der), DecodeErrorKind::OutOfOrder { field });
    }
}

#[test]
fn rejects_a_value_moved_to_a_slot_that_holds_another() {
    let (tree, _) = tree();
    let mut moved = tree.disclose(Slot::COUNTRY);
    moved.slot = Slot::JURISDICTION;
    let der = Disclosures(vec![moved]).encode();
    assert_eq!(
        refused(&der),
        DecodeErrorKind::UnknownValue { field: "value" }
    );
}

#[test]
fn rejects_other_sizes() {
    let size = |field| DecodeErrorKind::SizeOutOfRange { field };
    assert_eq!(refused(&[0x30, 0]), size("disclosures"));
    let (tree, _) = tree();
    let one = Disclosures(vec![tree.disclose(Slot::COUNTRY)]).encode();
    let text = hex::encode(&one);
    assert!(text.contains("308188"));
    // Without the last sibling, 34 octets, and with lengths that fit.
    let three = text[..text.len() - 68]
        .replacen("3081b93081b6", "308196308193", 1)
        .replacen("308188", "3066", 1);
    assert_eq!(refused(&hex::decode(three).unwrap()), size("path"));
    let long = vec![0x30; MAX_DISCLOSURES_BYTES + 1];
    let (what, limit, actual) = ("Disclosures", 8_192, 8_193);
    let expected = DecodeErrorKind::LimitExceeded {
        what,
        limit,
        actual,
    };
    assert_eq!(refused(&long), expected);
}

#[test]
fn a_tree_refuses_a_foreign_value_and_a_slot_named_twice() {
    let seed = || Seed::new([1; 32]);
    let (tree, _) = tree();
    let point = tree.value(Slot::POINT).clone();
    let foreign = SlotTree::new(seed(), [(Slot::ALTITUDE, point.clone())]);
    assert_eq!(foreign.unwrap_err(), LocError::ForeignValue(Slot::ALTITUDE));
    let twice = [(Slot::POINT, point.clone()), (Slot::POINT, point)];
    let field = "values";
    assert_eq!(
        SlotTree::new(seed(), twice).unwrap_err(),
        LocError::SlotOrder { field }
    );
}

#[test]
fn a_tree_shows_neither_its_seed_nor_which_slots_are_filled() {
    let seed = Seed::new([1; 32]);
    assert_eq!(format!("{seed:?}"), "Seed(…)");
    let empty = SlotTree::new(seed, []).unwrap();
    let absent = empty.disclose(Slot::FACILITY);
    assert_eq!(absent.value(), &LeafValue::Absent);
    assert_eq!(absent.root(), empty.root());
    // Sixteen leaves, all different though all are absent.
    let salts: std::collections::BTreeSet<_> =
        Slot::all().map(|slot| empty.disclose(slot).salt).collect();
    assert_eq!(salts.len(), Slot::COUNT);
}

/// A reader counts nothing: not the filled slots by the size, nor equal ones by their hashes.
#[test]
fn a_disclosure_has_one_form_whatever_else_is_filled() {
    let (full, _) = tree();
    let country = full.value(Slot::COUNTRY).clone();
    let bare = SlotTree::new(Seed::new([1; 32]), [(Slot::COUNTRY, country)]).unwrap();
    let opened = |tree: &SlotTree| Disclosures::new(vec![tree.disclose(Slot::COUNTRY)]).unwrap();
    let lengths = [&full, &bare].map(|tree| opened(tree).encode().len());
    assert_eq!(lengths[0], lengths[1]);
    for tree in [&full, &bare] {
        let paths = Slot::all().flat_map(|slot| tree.disclose(slot).path);
        let distinct: std::collections::BTreeSet<_> = paths.collect();
        // Every node but the root is somebody's sibling: 16 + 8 + 4 + 2, no two alike.
        assert_eq!(distinct.len(), 30);
    }
}
