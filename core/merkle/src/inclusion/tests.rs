use meridian_rfc_vectors::header::Kind;
use proptest::prelude::*;

use super::*;
use crate::frontier::Frontier;
use crate::hash::leaf_hash;
use crate::published::judge_all;
use crate::subtree::naive;

fn prove(m: usize, d: &[Vec<u8>]) -> InclusionProof {
    prove_inclusion(index(m), size(d.len()), |id| naive::node(d, id)).unwrap()
}

fn index(m: usize) -> LeafIndex {
    LeafIndex::new(u64::try_from(m).unwrap())
}

fn size(n: usize) -> TreeSize {
    TreeSize::new(u64::try_from(n).unwrap())
}

#[test]
fn proofs_are_the_defined_ones_and_verify_for_every_leaf_of_every_size() {
    let all = naive::leaves(70);
    for n in 1..=all.len() {
        let d = &all[..n];
        let root = naive::mth(d);
        for m in 0..n {
            let proof = prove(m, d);
            assert_eq!(proof.hashes(), naive::path(m, d), "leaf {m} of {n}");
            assert_eq!(proof.verify(&leaf_hash(&d[m]), &root), Ok(()));
        }
    }
}

#[test]
fn every_flipped_bit_of_a_proof_leads_to_another_root() {
    let all = naive::leaves(23);
    for n in 1..=all.len() {
        let d = &all[..n];
        let root = naive::mth(d);
        for m in 0..n {
            let proof = prove(m, d);
            for at in 0..proof.hashes.len() * 256 {
                let mut bent = proof.clone();
                let mut bytes = *bent.hashes[at / 256].as_bytes();
                bytes[at % 256 / 8] ^= 1 << (at % 8);
                bent.hashes[at / 256] = Hash::from_bytes(bytes);
                let refused = bent.verify(&leaf_hash(&d[m]), &root);
                assert!(matches!(refused, Err(ProofError::RootMismatch { .. })));
            }
        }
    }
}

#[test]
fn a_proof_holds_for_no_other_leaf_index_or_root() {
    let all = naive::leaves(40);
    for n in 1..=all.len() {
        let root = naive::mth(&all[..n]);
        for m in 0..n {
            let proof = prove(m, &all[..n]);
            let leaf = leaf_hash(&all[m]);
            for other in (0..70).filter(|other| *other != m) {
                let moved = InclusionProof::new(index(other), size(n), proof.hashes.clone());
                assert!(moved.verify(&leaf, &root).is_err(), "{m} of {n} as {other}");
            }
            assert!(proof.verify(&leaf_hash(b"another"), &root).is_err());
            assert!(proof.verify(&leaf, &leaf_hash(b"another")).is_err());
        }
    }
}

#[test]
fn rejects_a_proof_with_a_hash_too_many() {
    for n in 1..=40 {
        let d = naive::leaves(n);
        for m in 0..n {
            let mut long = prove(m, &d);
            long.hashes.push(leaf_hash(b"more"));
            let hashes = long.hashes.len();
            assert_eq!(
                long.verify(&leaf_hash(&d[m]), &naive::mth(&d)),
                Err(ProofError::ProofTooLong { hashes })
            );
        }
    }
}

#[test]
fn rejects_a_proof_with_a_hash_too_few() {
    for n in 2..=40 {
        let d = naive::leaves(n);
        for m in 0..n {
            let mut short = prove(m, &d);
            short.hashes.pop();
            let hashes = short.hashes.len();
            assert_eq!(
                short.verify(&leaf_hash(&d[m]), &naive::mth(&d)),
                Err(ProofError::ProofTooShort { hashes })
            );
        }
    }
}

#[test]
fn rejects_a_leaf_beyond_the_tree() {
    let beyond = ProofError::IndexBeyondTree {
        leaf_index: index(5),
        tree_size: size(5),
    };
    let leaf = leaf_hash(b"");
    let proof = InclusionProof::new(index(5), size(5), Vec::new());
    assert_eq!(proof.verify(&leaf, &leaf), Err(beyond));
    let asked = prove_inclusion(index(5), size(5), |_| Ok::<_, ()>(leaf));
    assert_eq!(asked, Err(ProveError::Question(beyond)));
}

#[test]
fn a_leaf_is_never_in_the_empty_tree() {
    let proof = InclusionProof::new(index(0), size(0), Vec::new());
    let refused = proof.verify(&leaf_hash(b""), &leaf_hash(b""));
    assert!(matches!(refused, Err(ProofError::IndexBeyondTree { .. })));
}

#[test]
fn reports_the_subtree_that_could_not_be_read() {
    let asked = prove_inclusion(index(0), size(3), Err::<Hash, NodeId>);
    assert_eq!(asked, Err(ProveError::Fetch(NodeId::new(0, 2))));
}

#[test]
fn sizes_of_64_bits_neither_overflow_nor_loop() {
    let leaf = leaf_hash(b"");
    for n in [1 << 63, u64::MAX - 1, u64::MAX] {
        for m in [0, n / 2, n - 1] {
            let (m, n) = (LeafIndex::new(m), TreeSize::new(n));
            let proof = prove_inclusion(m, n, |_| Ok::<_, ()>(leaf)).unwrap();
            assert!(proof.hashes.len() <= 64);
            // The hashes are invented: what counts is that the length fits.
            let refused = proof.verify(&leaf, &leaf);
            assert!(matches!(refused, Err(ProofError::RootMismatch { .. })));
        }
    }
}

proptest! {
    #[test]
    fn a_batch_proves_its_leaves_from_the_old_peaks_and_what_it_completed(
        old in 0_usize..300, batch in 1_usize..100,
    ) {
        let d = naive::leaves(old + batch);
        let mut frontier = Frontier::new();
        for entry in &d[..old] {
            frontier.push(leaf_hash(entry));
        }
        let mut known: Vec<(NodeId, Hash)> = frontier.peaks().collect();
        for entry in &d[old..] {
            known.extend(frontier.push(leaf_hash(entry)));
        }
        for (m, entry) in d.iter().enumerate().skip(old) {
            let proof = prove_inclusion(index(m), frontier.size(), |id| {
                known.iter().find(|(known, _)| *known == id).map(|(_, hash)| *hash).ok_or(id)
            });
            let proof = proof.expect("nothing else is needed");
            prop_assert_eq!(proof.verify(&leaf_hash(entry), &frontier.root()), Ok(()));
        }
    }

    #[test]
    fn invented_proofs_are_refused(
        m in 0_u64..200, n in 0_u64..200, hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..10),
    ) {
        let hashes = hashes.into_iter().map(Hash::from_bytes).collect();
        let proof = InclusionProof::new(LeafIndex::new(m), TreeSize::new(n), hashes);
        prop_assert!(proof.verify(&leaf_hash(b"leaf"), &leaf_hash(b"root")).is_err());
    }
}

#[test]
fn judges_the_published_vectors_as_they_say() {
    let judged = judge_all(Kind::MerkleInclusion, |published| {
        let proof = InclusionProof::new(
            LeafIndex::new(published.number("index")),
            TreeSize::new(published.number("size")),
            published.proof(),
        );
        let verdict = proof.verify(&published.hash("leaf-hash"), &published.hash("root"));
        verdict.is_ok()
    });
    assert_eq!(judged, 16);
}
