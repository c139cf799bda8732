use std::fmt::Write;

use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::consistency::ConsistencyProof;
use crate::hash::leaf_hash;
use crate::subtree::naive;

/// The leaves of appendix C.1: leaf `i` is the one octet `i`.
fn octets() -> Vec<Vec<u8>> {
    (0..130).map(|octet| vec![octet]).collect()
}

fn subtree(start: u64, end: u64) -> Result<Subtree, ProofError> {
    Subtree::new(LeafIndex::new(start), LeafIndex::new(end))
}

/// Every subtree that ends at or before `end_of_all`, in the order of the appendix.
fn subtrees(end_of_all: u64) -> impl Iterator<Item = Subtree> {
    let all = (0..=end_of_all).flat_map(|end| (0..=end).map(move |start| (start, end)));
    all.filter_map(|(start, end)| subtree(start, end).ok())
}

fn slice(d: &[Vec<u8>], subtree: Subtree) -> &[Vec<u8>] {
    let at = |index: LeafIndex| usize::try_from(index.get()).unwrap();
    &d[at(subtree.start())..at(subtree.end())]
}

/// `line` with each hash after a space.
fn add(accumulated: &mut Sha256, mut line: String, hashes: &[Hash]) {
    hashes
        .iter()
        .for_each(|hash| write!(line, " {hash}").unwrap());
    accumulated.update(line + "\n");
}

fn published(name: &'static str) -> Vec<u8> {
    let vectors = load("mtc").unwrap();
    vectors[0].body.fields().unwrap().octets(name).unwrap()
}

/// All nodes of `d`, so that a node is hashed once.
fn nodes(d: &[Vec<u8>]) -> Vec<Vec<Hash>> {
    let mut levels = vec![d.iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>()];
    while levels.last().unwrap().len() > 1 {
        let pairs = levels.last().unwrap().chunks_exact(2);
        levels.push(pairs.map(|pair| node_hash(&pair[0], &pair[1])).collect());
    }
    levels
}

fn fetch(levels: &[Vec<Hash>]) -> impl Fn(NodeId) -> Result<Hash, NodeId> {
    |id| {
        let level = levels.get(usize::from(id.level())).ok_or(id)?;
        let hash = level.get(usize::try_from(id.index()).unwrap());
        hash.copied().ok_or(id)
    }
}

#[test]
fn subtree_hashes_are_the_published_ones() {
    let d = octets();
    let levels = nodes(&d);
    let mut accumulated = Sha256::new();
    for subtree in subtrees(130) {
        let hash = subtree.hash(fetch(&levels)).unwrap();
        assert_eq!(hash, naive::mth(slice(&d, subtree)));
        let line = format!("[{}, {})", subtree.start(), subtree.end());
        add(&mut accumulated, line, &[hash]);
    }
    assert_eq!(accumulated.finalize().to_vec(), published("hashes"));
}

#[test]
fn inclusion_proofs_in_subtrees_are_the_published_ones_and_verify() {
    let d = octets();
    let levels = nodes(&d);
    let mut accumulated = Sha256::new();
    for subtree in subtrees(130) {
        let root = subtree.hash(fetch(&levels)).unwrap();
        for index in subtree.start().get()..subtree.end().get() {
            let leaf = LeafIndex::new(index);
            let proof = subtree.prove_inclusion(leaf, fetch(&levels)).unwrap();
            let entry = &d[usize::try_from(index).unwrap()];
            proof.verify(&leaf_hash(entry), &root).unwrap();
            let line = format!("{index} [{}, {})", subtree.start(), subtree.end());
            add(&mut accumulated, line, proof.hashes());
        }
    }
    assert_eq!(accumulated.finalize().to_vec(), published("inclusion"));
}

#[test]
fn proofs_of_subtrees_are_the_published_ones_and_verify() {
    let levels = nodes(&octets());
    let mut accumulated = Sha256::new();
    for size in 0..=130 {
        let root = subtree(0, size).unwrap().hash(fetch(&levels)).unwrap();
        let tree_size = TreeSize::new(size);
        for subtree in subtrees(size) {
            let proof = prove_subtree(subtree, tree_size, fetch(&levels)).unwrap();
            let hash = subtree.hash(fetch(&levels)).unwrap();
            proof.verify(&hash, &root).unwrap();
            let line = format!("[{}, {}) {size}", subtree.start(), subtree.end());
            add(&mut accumulated, line, proof.hashes());
        }
    }
    assert_eq!(accumulated.finalize().to_vec(), published("consistency"));
}

#[test]
fn a_run_that_no_tree_has_as_one_node_is_no_subtree() {
    for (start, end) in [
        (0, 0),
        (5, 5),
        (0, 7),
        (8, 15),
        (8, 16),
        (6, 7),
        (0, u64::MAX >> 1),
    ] {
        assert!(subtree(start, end).is_ok(), "[{start}, {end})");
    }
    for (start, end) in [(1, 3), (8, 17), (4, 12), (7, 6), (1, u64::MAX)] {
        let (at, to) = (LeafIndex::new(start), LeafIndex::new(end));
        let none = ProofError::NoSubtree { start: at, end: to };
        assert_eq!(subtree(start, end), Err(none));
    }
}

#[test]
fn refuses_a_subtree_beyond_the_tree_and_a_leaf_beyond_the_subtree() {
    let levels = nodes(&octets());
    let eight = subtree(8, 16).unwrap();
    let beyond = prove_subtree(eight, TreeSize::new(15), fetch(&levels));
    assert!(matches!(
        beyond,
        Err(ProveError::Question(ProofError::IndexBeyondTree { .. }))
    ));
    let proof = SubtreeProof::new(eight, TreeSize::new(15), Vec::new());
    assert!(proof.verify(&EMPTY_ROOT, &EMPTY_ROOT).is_err());
    for leaf in [7, 16] {
        let none = eight.prove_inclusion(LeafIndex::new(leaf), fetch(&levels));
        assert!(matches!(none, Err(ProveError::Question(_))));
    }
}

/// The tree of 21 leaves, one of its subtrees, their hashes and the proof.
fn case(subtree: Subtree) -> (SubtreeProof, Hash, Hash) {
    let levels = nodes(&octets()[..21]);
    let size = TreeSize::new(21);
    let proof = prove_subtree(subtree, size, fetch(&levels)).unwrap();
    let root = self::subtree(0, 21).unwrap().hash(fetch(&levels)).unwrap();
    (proof, subtree.hash(fetch(&levels)).unwrap(), root)
}

#[test]
fn every_flipped_bit_a_hash_more_and_a_hash_less_are_refused() {
    for subtree in subtrees(21).filter(|subtree| subtree.size() > TreeSize::ZERO) {
        let (proof, hash, root) = case(subtree);
        let flip = |hash: &Hash, bit: usize| {
            let mut octets = *hash.as_bytes();
            octets[bit / 8] ^= 1 << (bit % 8);
            Hash::from_bytes(octets)
        };
        for bit in 0..256 {
            assert!(proof.verify(&flip(&hash, bit), &root).is_err());
            assert!(proof.verify(&hash, &flip(&root, bit)).is_err());
            for at in 0..proof.hashes.len() {
                let mut bent = proof.clone();
                bent.hashes[at] = flip(&bent.hashes[at], bit);
                assert!(bent.verify(&hash, &root).is_err());
            }
        }
        for at in 0..=proof.hashes.len() {
            let mut longer = proof.clone();
            longer.hashes.insert(at, hash);
            assert!(longer.verify(&hash, &root).is_err());
        }
        if !proof.hashes.is_empty() {
            for at in 0..proof.hashes.len() {
                let mut shorter = proof.clone();
                shorter.hashes.remove(at);
                assert!(shorter.verify(&hash, &root).is_err());
            }
        }
    }
}

#[test]
fn the_empty_subtree_is_in_every_tree_with_an_empty_proof_only() {
    let (proof, hash, root) = case(subtree(7, 7).unwrap());
    assert_eq!(hash, EMPTY_ROOT);
    assert!(proof.hashes().is_empty());
    proof.verify(&hash, &root).unwrap();
    assert!(proof.verify(&root, &root).is_err());
    let longer = SubtreeProof::new(proof.subtree, proof.tree_size, vec![root]);
    assert!(longer.verify(&hash, &root).is_err());
}

proptest! {
    #[test]
    fn of_leaves_from_0_it_is_the_consistency_proof(
        old in 1_u64.., new in 1_u64.., hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let (old, new) = (old.min(new) >> 1, old.max(new) >> 1);
        prop_assume!(old > 0);
        let hashes: Vec<Hash> = hashes.into_iter().map(Hash::from_bytes).collect();
        let roots = [leaf_hash(b"old"), leaf_hash(b"new")];
        let ours = SubtreeProof::new(subtree(0, old).unwrap(), TreeSize::new(new), hashes.clone());
        let theirs = ConsistencyProof::new(TreeSize::new(old), TreeSize::new(new), hashes);
        let is_short = |error: &ProofError| matches!(error, ProofError::ProofTooShort { .. });
        let ours = ours.verify(&roots[0], &roots[1]).unwrap_err();
        let theirs = theirs.verify(&roots[0], &roots[1]).unwrap_err();
        prop_assert_eq!(is_short(&ours), is_short(&theirs));
    }
}
