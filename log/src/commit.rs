//! Makes a batch permanent and provable, in the one order that a crash at any
//! point survives.

use std::sync::Arc;

use meridian_merkle::consistency::prove_consistency;
use meridian_merkle::error::ProveError;
use meridian_merkle::frontier::Frontier;
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_wire::time::UnixMicros;

use crate::edge::Edge;
use crate::fatal::Fatal;
use crate::identity::LogIdentity;
use crate::lock_record::{LockRecord, LockState};
use crate::reader::{Head, Published};
use crate::released::ReleasedBatch;
use crate::second_root::second_root;
use crate::state::StoredState;
use crate::store::{CommitBatch, LocationToken, PrivateRow, Store};

/// A leaf and the rows that belong to it.
#[derive(Debug)]
pub(crate) struct NewLeaf {
    pub(crate) entry: Vec<u8>,
    pub(crate) time: UnixMicros,
    pub(crate) kept: Kept,
}

/// What a leaf brings into the store besides itself.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) body: Body,
    pub(crate) row: Option<PrivateRow>,
}

impl From<Body> for Kept {
    fn from(body: Body) -> Self {
        Self { body, row: None }
    }
}

/// What is kept beside a leaf.
#[derive(Debug)]
pub(crate) enum Body {
    Token(Vec<u8>),
    LocationToken(LocationToken),
    Event(Vec<u8>),
    Nothing,
}

/// The writer of the log. There is one; it owns all that a commit changes.
#[derive(Debug)]
pub(crate) struct Committer {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) lock: Box<dyn LockRecord>,
    pub(crate) identity: LogIdentity,
    /// The tree over all leaves in the store.
    pub(crate) tree: Frontier,
    /// The checkpoint of that tree; `None` before the first batch.
    pub(crate) checkpoint: Option<String>,
    /// The counter in the lock record.
    pub(crate) counter: u64,
}

/// A batch that is hashed and not yet written.
struct Hashed {
    batch: CommitBatch,
    edge: Edge,
}

impl Committer {
    /// Commits leaves. Afterwards they are durable, and `published` shows the
    /// checkpoint that covers them; answers may leave.
    ///
    /// Steps 4 to 9 of the life of a leaf (docs/LOG.md). After an error the value
    /// must not be used again: its tree is ahead of the store.
    pub(crate) fn commit(
        &mut self,
        leaves: Vec<NewLeaf>,
        published: &Published,
    ) -> Result<Arc<ReleasedBatch>, Fatal> {
        // Steps 4 to 6: nothing is on disk. Crash here: the batch never was;
        // what was signed for it has not left the process, and its positions
        // are used again.
        let old_root = self.tree.root();
        let Hashed { mut batch, edge } = self.hash(leaves);
        self.check_root(&batch)?;
        self.check_growth(&batch, &edge, &old_root)?;
        let size = batch.state.size;
        let note = self.identity.sign(size, batch.state.root)?;
        batch.state.checkpoint = note.as_str().to_owned();

        // Step 7. Crash inside: the store has all of the batch or nothing.
        // Nothing: as above. All: as below.
        self.store.commit(&batch)?;

        // Step 8. Crash before or inside: the store is one batch ahead of the
        // lock record. Opening checks that batch and rolls the record forward.
        // Nobody has its answers, but the leaves stay.
        self.counter += 1;
        let checkpoint = batch.state.checkpoint;
        let state = LockState::new(self.counter, size, batch.state.root, checkpoint);
        self.lock.replace(&state)?;
        self.checkpoint = Some(state.checkpoint);

        // Step 9. Crash from here on: both are equal; a client may or may not
        // have its answer, and its leaf is there in either case. The checkpoint
        // goes first, so that who has an answer can also fetch its proof.
        published.set(Head {
            size,
            note: note.clone(),
        });
        Ok(Arc::new(ReleasedBatch {
            first: batch.first,
            leaves: batch.leaves,
            edge,
            size,
            note,
        }))
    }

    /// Step 4: hashes the leaves and the subtrees that they complete.
    fn hash(&mut self, leaves: Vec<NewLeaf>) -> Hashed {
        let first = LeafIndex::new(self.tree.size().get());
        let mut edge = Edge::new(self.tree.peaks());
        let mut nodes = Vec::with_capacity(leaves.len());
        let mut entries = Vec::with_capacity(leaves.len());
        let (mut tokens, mut location_tokens, mut events) = (Vec::new(), Vec::new(), Vec::new());
        let mut private = Vec::new();
        let mut last_time = UnixMicros::new(0);
        for (leaf, index) in leaves.into_iter().zip(first.get()..) {
            for (id, hash) in self.tree.push(leaf_hash(&leaf.entry)) {
                edge.add(id, hash);
                if id.level() > 0 {
                    nodes.push((id, hash));
                }
            }
            private.extend(leaf.kept.row);
            match leaf.kept.body {
                Body::Token(token) => tokens.push((LeafIndex::new(index), token)),
                Body::LocationToken(token) => location_tokens.push((LeafIndex::new(index), token)),
                Body::Event(event) => events.push((LeafIndex::new(index), event)),
                Body::Nothing => {}
            }
            last_time = leaf.time;
            entries.push(leaf.entry);
        }
        let (size, root) = (self.tree.size(), self.tree.root());
        let previous = self.checkpoint.take();
        // The checkpoint follows when the root is proven.
        let state = StoredState::new(size, root, last_time, String::new(), previous);
        let mut batch = CommitBatch::new(first, entries, state);
        batch.nodes = nodes;
        batch.tokens = tokens;
        batch.location_tokens = location_tokens;
        batch.events = events;
        batch.private = private;
        Hashed { batch, edge }
    }

    /// Step 5: the root again, by other means.
    fn check_root(&self, batch: &CommitBatch) -> Result<(), Fatal> {
        let old = TreeSize::new(batch.first.get());
        let leaves = batch.leaves.iter().map(Vec::as_slice);
        let second = Hash::from_bytes(second_root(&*self.store, old, leaves)?);
        if second != batch.state.root {
            return Err(Fatal::RootsDiffer {
                size: batch.state.size,
                first: batch.state.root,
                second,
            });
        }
        Ok(())
    }

    /// Step 6: the new tree begins with the old one.
    fn check_growth(&self, batch: &CommitBatch, edge: &Edge, old_root: &Hash) -> Result<(), Fatal> {
        let old = TreeSize::new(batch.first.get());
        let fetch = |id: NodeId| edge.get(id);
        let proof = prove_consistency(old, batch.state.size, fetch)?;
        let verified = proof.verify(old_root, &batch.state.root);
        verified.map_err(|error| Fatal::Inconsistent(ProveError::Question(error)))
    }
}

#[cfg(test)]
mod tests {
    use meridian_signing::deterministic::DeterministicEd25519;
    use meridian_wire::leaf::Leaf;
    use meridian_wire::note::name::KeyName;

    use super::*;
    use crate::lock_record::mem::MemLockRecord;
    use crate::store::mem::MemStore;

    fn committer() -> Committer {
        let signer = DeterministicEd25519::from_seed(&[1; 32]).unwrap();
        let origin = KeyName::new("log.example/1").unwrap();
        Committer {
            store: Arc::new(MemStore::new()),
            lock: Box::new(MemLockRecord::new()),
            identity: LogIdentity::new(origin, Arc::new(signer)).unwrap(),
            tree: Frontier::new(),
            checkpoint: None,
            counter: 0,
        }
    }

    fn leaf(time: i64) -> NewLeaf {
        let time = UnixMicros::new(time);
        NewLeaf {
            entry: Leaf::void(time).encode(),
            time,
            kept: Body::Nothing.into(),
        }
    }

    #[test]
    fn a_tree_that_does_not_begin_with_the_old_one_is_not_signed() {
        let mut committer = committer();
        committer.hash(vec![leaf(1), leaf(2), leaf(3)]);
        let old_root = committer.tree.root();
        let Hashed { batch, edge } = committer.hash(vec![leaf(4), leaf(5)]);
        committer.check_growth(&batch, &edge, &old_root).unwrap();
        let another = leaf_hash(b"another history");
        let refused = committer.check_growth(&batch, &edge, &another);
        assert!(matches!(refused, Err(Fatal::Inconsistent(_))));
    }
}
