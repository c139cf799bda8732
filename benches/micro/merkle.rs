//! Appending to a tree, and proving and checking a leaf of a tree of a million.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use meridian_merkle::frontier::Frontier;
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::inclusion::prove_inclusion;
use meridian_merkle::index::{LeafIndex, NodeId};

/// Leaves of the tree that proofs are made of.
const LEAVES: u64 = 1 << 20;

/// A leaf of ordinary size.
const LEAF: [u8; 64] = [7; 64];

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("merkle");
    group.throughput(Throughput::Elements(1));
    group.bench_function("push", |bencher| {
        let mut frontier = Frontier::new();
        bencher.iter(|| frontier.push(leaf_hash(black_box(&LEAF))));
    });

    let mut frontier = Frontier::new();
    let mut nodes: HashMap<NodeId, Hash> = HashMap::new();
    for number in 0..LEAVES {
        nodes.extend(frontier.push(leaf_hash(&number.to_be_bytes())));
    }
    let (size, root) = (frontier.size(), frontier.root());
    let prove = |index: u64| {
        let fetch = |id| Ok::<_, Infallible>(nodes.get(&id).copied().unwrap_or(root));
        prove_inclusion(LeafIndex::new(index), size, fetch)
    };
    group.bench_function("prove one of 2^20", |bencher| {
        let mut index = 0;
        bencher.iter(|| {
            index = (index + 7919) % LEAVES;
            prove(black_box(index))
        });
    });
    let proof = prove(LEAVES / 3);
    let leaf = leaf_hash(&(LEAVES / 3).to_be_bytes());
    group.bench_function("check one of 2^20", |bencher| {
        bencher.iter(|| {
            let proof = proof.as_ref().map(|proof| proof.verify(&leaf, &root));
            assert!(matches!(proof, Ok(Ok(()))), "the proof is right");
        });
    });
    group.finish();
}
