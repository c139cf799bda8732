use std::cell::RefCell;
use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::tile::of_tree::tiles_since;

/// No such file.
#[derive(Debug, Eq, PartialEq)]
struct NotThere;

type Fault = WalkError<NotThere>;

type Oracle = MemoryBackedTree<Sha256, Vec<u8>>;

trait Fetching: FnMut(&TilePath) -> Result<Vec<u8>, NotThere> {}

impl<F: FnMut(&TilePath) -> Result<Vec<u8>, NotThere>> Fetching for F {}

/// A log as files, cut from its leaves by definition.
#[derive(Clone)]
struct Files(BTreeMap<String, Vec<u8>>);

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

fn oracle(size: u64) -> Oracle {
    let mut tree = Oracle::new();
    (0..size).for_each(|index| tree.push(entry(index)));
    tree
}

fn root(tree: &Oracle) -> Hash {
    Hash::from_bytes(tree.root().as_bytes().to_owned().into())
}

fn hashes(octets: &[u8]) -> Vec<Hash> {
    let (hashes, []) = octets.as_chunks() else {
        panic!("not of hashes")
    };
    hashes.iter().copied().map(Hash::from_bytes).collect()
}

fn files(size: u64) -> Files {
    let size = TreeSize::new(size);
    let mut levels: Vec<Vec<Hash>> = vec![(0..size.get()).map(|i| leaf_hash(&entry(i))).collect()];
    while levels.last().unwrap().len() > 1 {
        let (pairs, _) = levels.last().unwrap().as_chunks::<2>();
        let above = pairs
            .iter()
            .map(|[l, r]| meridian_merkle::hash::node_hash(l, r));
        levels.push(above.collect());
    }
    let cut = |path: TilePath| match path.kind() {
        TileKind::Entries => {
            let entries: Vec<_> = (path.start()..path.end()).map(entry).collect();
            EntryBundle::encode(&entries).unwrap()
        }
        TileKind::Hashes { level } => {
            let start = usize::try_from(path.start()).unwrap();
            let end = usize::try_from(path.end()).unwrap();
            HashTile::encode(&levels[usize::from(level) * 8][start..end])
        }
    };
    let tiles = tiles_since(TreeSize::ZERO, size);
    Files(tiles.map(|path| (path.to_string(), cut(path))).collect())
}

impl Files {
    fn fetch(&self) -> impl Fetching {
        |path| self.0.get(&path.to_string()).cloned().ok_or(NotThere)
    }

    fn walk(&self, size: u64, root: Hash) -> Result<TileWalk<impl Fetching>, Fault> {
        TileWalk::start(TreeSize::new(size), &root, self.fetch())
    }
}

/// Whether every leaf and entry of the tree can be had; the first thing that cannot.
fn walk_all(files: &Files, size: u64, root: Hash) -> Result<(), Fault> {
    let mut walk = files.walk(size, root)?;
    for index in 0..size {
        assert_eq!(walk.entry(LeafIndex::new(index))?, entry(index));
    }
    Ok(())
}

#[test]
fn every_proof_of_a_small_tree_is_that_of_the_oracle() {
    let tree = oracle(20);
    let files = files(20);
    let mut walk = files.walk(20, root(&tree)).unwrap();
    for index in 0..20 {
        let proof = walk.inclusion(LeafIndex::new(index)).unwrap();
        let expected = tree.prove_inclusion(usize::try_from(index).unwrap());
        assert_eq!(proof.hashes(), hashes(expected.as_bytes()));
    }
}

#[test]
fn the_empty_tree_has_the_empty_root_and_no_tile() {
    let none = Files(BTreeMap::new());
    let mut walk = none.walk(0, meridian_merkle::hash::EMPTY_ROOT).unwrap();
    assert!(matches!(
        walk.entry(LeafIndex::new(0)),
        Err(WalkError::Question(ProofError::IndexBeyondTree { .. }))
    ));
    assert!(none.walk(0, leaf_hash(b"")).is_err());
}

#[test]
fn a_full_tile_stands_in_for_a_partial_one_that_is_gone() {
    let mut later = files(600);
    let tree = oracle(300);
    for path in ["0/001.p/44", "entries/001.p/44"] {
        later.0.remove(path);
    }
    later
        .0
        .insert("1/000.p/1".to_owned(), later.0["1/000.p/2"][..32].to_vec());
    assert!(later.0.contains_key("0/001") && later.0.contains_key("entries/001"));
    walk_all(&later, 300, root(&tree)).unwrap();
}

#[test]
fn asks_for_a_tile_once_and_for_few_of_them() {
    let files = files(66_000);
    let root = root(&oracle(66_000));
    let asked = RefCell::new(Vec::new());
    let mut fetch = files.fetch();
    let counting = |path: &TilePath| {
        asked.borrow_mut().push(path.to_string());
        fetch(path)
    };
    let mut walk = TileWalk::start(TreeSize::new(66_000), &root, counting).unwrap();
    walk.inclusion(LeafIndex::new(40_000)).unwrap();
    walk.inclusion(LeafIndex::new(40_001)).unwrap();
    let asked = asked.borrow();
    assert_eq!(
        *asked,
        ["0/257.p/208", "1/001.p/1", "2/000.p/1", "1/000", "0/156"]
    );
}

#[test]
fn one_changed_octet_of_any_tile_is_found_and_its_tile_named() {
    let files = files(515);
    let root = root(&oracle(515));
    walk_all(&files, 515, root).unwrap();
    for (name, octets) in &files.0 {
        // Every octet of the small tiles, every 37th of the large ones.
        let step = if octets.len() > 200 { 37 } else { 1 };
        for at in (0..octets.len()).step_by(step) {
            let mut bent = files.clone();
            bent.0.get_mut(name).unwrap()[at] ^= 0x10;
            let error = walk_all(&bent, 515, root).unwrap_err();
            let on_edge = name.contains(".p/") && !name.starts_with("entries");
            match error {
                WalkError::Root { .. } => assert!(on_edge, "{name}"),
                WalkError::Tile { path, .. } | WalkError::Entries { path, .. } => {
                    assert_eq!(path.to_string(), *name);
                }
                WalkError::Entry { index, .. } => {
                    let path = TilePath::parse(name).unwrap();
                    assert!((path.start()..path.end()).contains(&index.get()));
                    assert_eq!(path.kind(), TileKind::Entries);
                }
                other => panic!("{name} octet {at}: {other}"),
            }
        }
    }
}

#[test]
fn a_tile_with_an_octet_more_or_less_is_refused() {
    let files = files(300);
    let root = root(&oracle(300));
    for name in files.0.keys() {
        let mut longer = files.clone();
        longer.0.get_mut(name).unwrap().push(0);
        let mut shorter = files.clone();
        shorter.0.get_mut(name).unwrap().pop();
        for bent in [longer, shorter] {
            let error = walk_all(&bent, 300, root).unwrap_err();
            let malformed = matches!(
                error,
                WalkError::Hashes { path, .. } | WalkError::Entries { path, .. }
                    if path.to_string() == *name
            );
            assert!(malformed, "{name}: {error}");
        }
    }
}

#[test]
fn a_missing_tile_is_named() {
    let files = files(300);
    let root = root(&oracle(300));
    for name in files.0.keys() {
        let mut bent = files.clone();
        bent.0.remove(name);
        let error = walk_all(&bent, 300, root).unwrap_err();
        let named = matches!(error, WalkError::Fetch { path, source: NotThere } if path.to_string() == *name);
        assert!(named, "{name}");
    }
}

#[test]
fn refuses_a_tree_that_no_log_has() {
    let fetch = |_: &TilePath| -> Result<Vec<u8>, NotThere> { Err(NotThere) };
    for size in [TreeSize::MAX.get() + 1, u64::MAX] {
        let walk = TileWalk::start(TreeSize::new(size), &leaf_hash(b""), fetch);
        let too_large = matches!(
            walk,
            Err(WalkError::Question(ProofError::TreeTooLarge { .. }))
        );
        assert!(too_large);
    }
}

#[test]
fn no_question_makes_it_panic() {
    let files = files(300);
    let mut walk = files.walk(300, root(&oracle(300))).unwrap();
    for level in 0..=u8::MAX {
        for index in [0, 1, 299, 300, u64::MAX >> 9, u64::MAX] {
            let is_there = level < 9 && index < 300 >> level;
            assert_eq!(walk.node(NodeId::new(level, index)).is_ok(), is_there);
        }
    }
    for index in [2, u64::MAX >> 8, u64::MAX] {
        assert!(walk.bundle(index).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn agrees_with_the_oracle(size in 1_u64..3_000, leaf in any::<u64>(), older in any::<u64>()) {
        let (leaf, older) = (leaf % size, older % size + 1);
        let tree = oracle(size);
        let root = root(&tree);
        let files = files(size);
        let mut walk = files.walk(size, root).unwrap();

        let proof = walk.inclusion(LeafIndex::new(leaf)).unwrap();
        let expected = tree.prove_inclusion(usize::try_from(leaf).unwrap());
        prop_assert_eq!(proof.hashes(), hashes(expected.as_bytes()));
        proof.verify(&leaf_hash(&entry(leaf)), &root).unwrap();
        prop_assert_eq!(walk.entry(LeafIndex::new(leaf)).unwrap(), entry(leaf));

        let proof = walk.consistency(TreeSize::new(older)).unwrap();
        let expected = tree.prove_consistency(usize::try_from(size - older).unwrap());
        prop_assert_eq!(proof.hashes(), hashes(expected.as_bytes()));
        let old_root = Hash::from_bytes(oracle(older).root().as_bytes().to_owned().into());
        proof.verify(&old_root, &root).unwrap();
    }

    #[test]
    fn a_tree_of_another_size_or_root_does_not_begin(size in 2_u64..700) {
        let files = files(size);
        let root = root(&oracle(size));
        prop_assert!(files.walk(size, root).is_ok());
        prop_assert!(files.walk(size, leaf_hash(b"other")).is_err());
        prop_assert!(files.walk(size - 1, root).is_err());
        prop_assert!(files.walk(size + 1, root).is_err());
    }
}
