use meridian_rfc_vectors::header::Kind;
use proptest::prelude::*;

use super::*;
use crate::hash::leaf_hash;
use crate::published::judge_all;
use crate::subtree::naive;

fn prove(m: usize, d: &[Vec<u8>]) -> ConsistencyProof {
    prove_consistency(size(m), size(d.len()), |id| naive::node(d, id)).unwrap()
}

fn size(n: usize) -> TreeSize {
    TreeSize::new(u64::try_from(n).unwrap())
}

#[test]
fn proofs_are_the_defined_ones_and_verify_for_every_pair_of_sizes() {
    let all = naive::leaves(70);
    let roots: Vec<Hash> = (0..=70).map(|n| naive::mth(&all[..n])).collect();
    for n in 0..=all.len() {
        for m in 0..=n {
            let proof = prove(m, &all[..n]);
            if m > 0 {
                assert_eq!(proof.hashes(), naive::proof(m, &all[..n]), "{m} to {n}");
            }
            assert_eq!(proof.verify(&roots[m], &roots[n]), Ok(()), "{m} to {n}");
        }
    }
}

#[test]
fn every_flipped_bit_of_a_proof_is_refused() {
    let all = naive::leaves(23);
    for n in 1..=all.len() {
        for m in 1..n {
            let proof = prove(m, &all[..n]);
            let (old, new) = (naive::mth(&all[..m]), naive::mth(&all[..n]));
            for at in 0..proof.hashes.len() * 256 {
                let mut bent = proof.clone();
                let mut bytes = *bent.hashes[at / 256].as_bytes();
                bytes[at % 256 / 8] ^= 1 << (at % 8);
                bent.hashes[at / 256] = Hash::from_bytes(bytes);
                let refused = bent.verify(&old, &new);
                assert!(matches!(
                    refused,
                    Err(ProofError::RootMismatch { .. } | ProofError::OldRootMismatch { .. })
                ));
            }
        }
    }
}

#[test]
fn a_proof_holds_for_no_other_roots() {
    let all = naive::leaves(40);
    let roots: Vec<Hash> = (0..=40).map(|n| naive::mth(&all[..n])).collect();
    for n in 1..=all.len() {
        for m in 0..=n {
            let proof = prove(m, &all[..n]);
            for other in (0..=40).filter(|other| *other != m) {
                assert!(proof.verify(&roots[other], &roots[n]).is_err());
            }
            for other in (0..=40).filter(|other| *other != n && m > 0) {
                assert!(proof.verify(&roots[m], &roots[other]).is_err());
            }
        }
    }
}

#[test]
fn rejects_a_tree_that_was_rewritten() {
    let all = naive::leaves(20);
    for m in 1..20 {
        let mut forked = all.clone();
        forked[m - 1] = b"rewritten".to_vec();
        let proof = prove(m, &forked);
        let refused = proof.verify(&naive::mth(&all[..m]), &naive::mth(&forked));
        assert!(refused.is_err(), "size {m}");
    }
}

#[test]
fn rejects_a_proof_with_a_hash_too_many() {
    let all = naive::leaves(20);
    for n in 0..=all.len() {
        for m in 0..=n {
            let mut long = prove(m, &all[..n]);
            long.hashes.push(leaf_hash(b"more"));
            let hashes = long.hashes.len();
            assert_eq!(
                long.verify(&naive::mth(&all[..m]), &naive::mth(&all[..n])),
                Err(ProofError::ProofTooLong { hashes })
            );
        }
    }
}

#[test]
fn rejects_a_proof_with_a_hash_too_few() {
    let all = naive::leaves(20);
    for n in 2..=all.len() {
        for m in 1..n {
            let mut short = prove(m, &all[..n]);
            short.hashes.pop();
            let hashes = short.hashes.len();
            assert_eq!(
                short.verify(&naive::mth(&all[..m]), &naive::mth(&all[..n])),
                Err(ProofError::ProofTooShort { hashes })
            );
        }
    }
}

#[test]
fn rejects_an_older_tree_that_is_larger() {
    let (old, new) = (size(3), size(2));
    let backwards = ProofError::OldBeyondNew { old, new };
    let root = leaf_hash(b"");
    let proof = ConsistencyProof::new(old, new, Vec::new());
    assert_eq!(proof.verify(&root, &root), Err(backwards));
    let asked = prove_consistency(old, new, |_| Ok::<_, ()>(root));
    assert_eq!(asked, Err(ProveError::Question(backwards)));
}

#[test]
fn rejects_an_empty_tree_with_another_root() {
    let proof = ConsistencyProof::new(size(0), size(9), Vec::new());
    let refused = proof.verify(&leaf_hash(b"not empty"), &leaf_hash(b"root"));
    assert!(matches!(refused, Err(ProofError::OldRootMismatch { .. })));
}

#[test]
fn sizes_of_64_bits_neither_overflow_nor_loop() {
    let root = leaf_hash(b"");
    for n in [1 << 63, u64::MAX - 1, u64::MAX] {
        for m in [1, n / 2, n - 1] {
            let (m, n) = (TreeSize::new(m), TreeSize::new(n));
            let proof = prove_consistency(m, n, |_| Ok::<_, ()>(root)).unwrap();
            assert!(proof.hashes.len() <= 65);
            assert!(matches!(
                proof.verify(&root, &root),
                Err(ProofError::RootMismatch { .. } | ProofError::OldRootMismatch { .. })
            ));
        }
    }
}

proptest! {
    #[test]
    fn invented_proofs_are_refused(
        m in 1_u64..200, n in 0_u64..200, hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..10),
    ) {
        prop_assume!(m != n);
        let hashes = hashes.into_iter().map(Hash::from_bytes).collect();
        let proof = ConsistencyProof::new(TreeSize::new(m), TreeSize::new(n), hashes);
        prop_assert!(proof.verify(&leaf_hash(b"old"), &leaf_hash(b"new")).is_err());
    }
}

#[test]
fn judges_the_published_vectors_as_they_say() {
    let judged = judge_all(Kind::MerkleConsistency, |published| {
        let proof = ConsistencyProof::new(
            TreeSize::new(published.number("old-size")),
            TreeSize::new(published.number("new-size")),
            published.proof(),
        );
        let verdict = proof.verify(&published.hash("old-root"), &published.hash("new-root"));
        verdict.is_ok()
    });
    assert_eq!(judged, 18);
}
