//! All that ever left the process: who remembers it can catch the log lying.

use std::collections::BTreeMap;

use meridian_log::store::Store;
use meridian_merkle::frontier::Frontier;
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_signing::digest::sha256;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::Leaf;
use meridian_wire::note::signed_note::SignedNote;

/// Remembers tokens and checkpoints.
#[derive(Debug, Default)]
pub(crate) struct Outsider {
    /// By serial number.
    tokens: BTreeMap<u64, Vec<u8>>,
    /// Roots by size.
    roots: BTreeMap<u64, Hash>,
}

impl Outsider {
    /// Is shown a signed checkpoint.
    pub(crate) fn see(&mut self, note: &str) {
        let note = SignedNote::parse(note).unwrap();
        let checkpoint = Checkpoint::parse(note.text()).unwrap();
        let (size, root) = (checkpoint.size().get(), *checkpoint.root());
        let before = self.roots.insert(size, root);
        assert!(
            before.is_none_or(|before| before == root),
            "two checkpoints of {size} leaves with different roots"
        );
    }

    /// Is given a token.
    pub(crate) fn hold(&mut self, serial: u64, token: &[u8]) {
        let before = self.tokens.insert(serial, token.to_vec());
        assert_eq!(before, None, "serial number {serial} was given twice");
    }

    pub(crate) fn holds(&self) -> usize {
        self.tokens.len()
    }

    /// Leaves that the largest checkpoint covers.
    pub(crate) fn size(&self) -> TreeSize {
        let last = self.roots.keys().next_back();
        TreeSize::new(last.copied().unwrap_or(0))
    }

    /// Looks for each token in the log.
    pub(crate) fn check_tokens(&self, store: &dyn Store) {
        for (serial, token) in &self.tokens {
            let index = LeafIndex::new(*serial);
            let kept = store.token(index).unwrap();
            let kept = kept.or_else(|| store.location_token(index).unwrap().map(|it| it.token));
            assert_eq!(kept.as_ref(), Some(token), "token {serial}");
            let leaf = Leaf::decode(&store.leaf(index).unwrap().unwrap()).unwrap();
            assert_eq!(*leaf.digest(), sha256(token), "leaf {serial}");
        }
    }

    /// Derives the root of each checkpoint from the leaves of today: all that were
    /// seen are of one history.
    pub(crate) fn check_roots(&self, store: &dyn Store) {
        let mut tree = Frontier::new();
        for size in 1..=self.size().get() {
            let leaf = store.leaf(LeafIndex::new(size - 1)).unwrap();
            tree.push(leaf_hash(&leaf.unwrap()));
            if let Some(root) = self.roots.get(&size) {
                assert_eq!(*root, tree.root(), "the checkpoint of {size} leaves");
            }
        }
    }
}
