//! One synced batch: what a batch of requests waits for, whatever its size.

use criterion::{BatchSize, Criterion, Throughput};
use meridian_log::lock_record::LockState;
use meridian_log::state::StoredState;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{CommitBatch, Store};
use meridian_merkle::frontier::Frontier;
use meridian_merkle::hash::leaf_hash;
use meridian_merkle::index::LeafIndex;
use meridian_wire::time::UnixMicros;

use crate::authority::Authority;

/// About the size of a stored token.
const TOKEN: [u8; 900] = [7; 900];

/// About the size of a signed checkpoint.
const CHECKPOINT: &str = "a signed checkpoint is an origin, a size, a root and a signature: 200 \
    octets, more or less, of which nothing depends on anything here, so that this will do ......";

/// The next `count` leaves of a tree, with all that belongs to them.
fn batch(frontier: &mut Frontier, count: u64) -> CommitBatch {
    let first = frontier.size().get();
    let mut leaves = Vec::new();
    let mut nodes = Vec::new();
    let mut tokens = Vec::new();
    for number in first..first + count {
        let leaf = [number.to_be_bytes(); 8].concat();
        let completed = frontier.push(leaf_hash(&leaf));
        nodes.extend(completed.into_iter().filter(|(id, _)| id.level() > 0));
        tokens.push((LeafIndex::new(number), TOKEN.to_vec()));
        leaves.push(leaf);
    }
    let state = StoredState::new(
        frontier.size(),
        frontier.root(),
        UnixMicros::new(0),
        CHECKPOINT.to_owned(),
        None,
    );
    let mut batch = CommitBatch::new(LeafIndex::new(first), leaves, state);
    batch.nodes = nodes;
    batch.tokens = tokens;
    batch
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("commit");
    for count in [1, 16, 64, 256] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a writable disk");
        let store = RocksStore::create(folder.path()).expect("a new database");
        let mut frontier = Frontier::new();
        group.throughput(Throughput::Elements(count));
        group.bench_function(format!("{count} tokens, synced"), |bencher| {
            bencher.iter_batched(
                || batch(&mut frontier, count),
                |batch| store.commit(&batch).expect("a working disk"),
                BatchSize::PerIteration,
            );
        });
    }
    let mut authority = Authority::new("p384");
    let newest = authority.parts.lock.read().expect("readable").newest;
    let mut counter = newest.map_or(0, |state| state.counter);
    let frontier = Frontier::new();
    group.throughput(Throughput::Elements(1));
    group.bench_function("lock record, synced", |bencher| {
        bencher.iter(|| {
            counter += 1;
            let text = CHECKPOINT.to_owned();
            let next = LockState::new(counter, frontier.size(), frontier.root(), text);
            authority.parts.lock.replace(&next).expect("a working disk");
        });
    });
    group.finish();
}
