//! [`TileWalk`]: what a tree is, from its tiles, none of which is believed.

use std::collections::BTreeMap;

use meridian_merkle::consistency::{ConsistencyProof, prove_consistency};
use meridian_merkle::error::{ProofError, ProveError};
use meridian_merkle::frontier::{Frontier, peak_ids};
use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::inclusion::{InclusionProof, prove_inclusion};
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};

use crate::tile::bundle::{BundleError, EntryBundle};
use crate::tile::hashes::{HashTile, HashTileError};
use crate::tile::{LEVELS_PER_TILE, TILE_WIDTH, TileKind, TilePath, TilePathError};

/// Tiles that are remembered beside those of the right edge: 512 KiB of hashes.
const REMEMBERED: usize = 64;

/// Why a tree could not be had from its tiles.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum WalkError<E> {
    /// A tile could not be fetched.
    #[error("tile {path} could not be had")]
    Fetch {
        /// The tile.
        path: TilePath,
        /// What fetching it failed with.
        source: E,
    },
    /// A tile of hashes is none.
    #[error("tile {path} is malformed")]
    Hashes {
        /// The tile.
        path: TilePath,
        /// The rule that it breaks.
        source: HashTileError,
    },
    /// A bundle of entries is none.
    #[error("tile {path} is malformed")]
    Entries {
        /// The tile.
        path: TilePath,
        /// The rule that it breaks.
        source: BundleError,
    },
    /// The tiles of the right edge do not lead to the root of the checkpoint.
    #[error("the tiles of {size} leaves lead to root {actual}, the checkpoint says {expected}")]
    Root {
        /// The size of the tree.
        size: TreeSize,
        /// The root in the checkpoint.
        expected: Hash,
        /// The root of the tiles.
        actual: Hash,
    },
    /// A tile is not the one that the level above stands for.
    #[error("tile {path} leads to {actual}, the level above says {expected}")]
    Tile {
        /// The tile.
        path: TilePath,
        /// What the level above says.
        expected: Hash,
        /// What the tile leads to.
        actual: Hash,
    },
    /// An entry is not the one that its hash is of.
    #[error("entry {index} has hash {actual}, the tiles say {expected}")]
    Entry {
        /// The entry.
        index: LeafIndex,
        /// What level 0 says.
        expected: Hash,
        /// What the entry hashes to.
        actual: Hash,
    },
    /// The question has no answer.
    #[error(transparent)]
    Question(#[from] ProofError),
    /// The question is about a tile that no tree has.
    #[error(transparent)]
    Path(#[from] TilePathError),
}

impl<E> From<ProveError<Self>> for WalkError<E> {
    fn from(error: ProveError<Self>) -> Self {
        match error {
            ProveError::Fetch(error) => error,
            ProveError::Question(error) => Self::Question(error),
            // Foreign and non-exhaustive: there is no third kind.
            _ => Self::Path(TilePathError::Index),
        }
    }
}

/// Goes through the tiles of one tree, whose size and root come from one signed checkpoint.
///
/// A tile is used only after it was found to lead to that root: those of the right edge together
/// when the walk begins, every other one through the tile above it. Memory does not grow with the
/// tree. Not checked: who signed the checkpoint.
///
/// `fetch` gets the path of a tile. When a partial tile cannot be had, the full one is asked for
/// and cut: a log may delete partial tiles once they are full. `fetch` bounds what it reads;
/// nothing longer than [`MAX_BUNDLE_BYTES`](crate::tile::bundle::MAX_BUNDLE_BYTES) is ever a tile.
#[derive(Debug)]
pub struct TileWalk<F> {
    size: TreeSize,
    fetch: F,
    /// Partial tiles of the right edge, found right together.
    edge: BTreeMap<u8, HashTile>,
    /// Full tiles that were found right.
    seen: BTreeMap<(u8, u64), HashTile>,
}

impl<F, E> TileWalk<F>
where
    F: FnMut(&TilePath) -> Result<Vec<u8>, E>,
{
    /// Fetches the right edge of the tree and checks that it has this root.
    ///
    /// # Errors
    ///
    /// [`WalkError::Root`] if it has not, or why a tile could not be had.
    pub fn start(size: TreeSize, root: &Hash, fetch: F) -> Result<Self, WalkError<E>> {
        if size > TreeSize::MAX {
            return Err(ProofError::TreeTooLarge { tree_size: size }.into());
        }
        let mut walk = Self {
            size,
            fetch,
            edge: BTreeMap::new(),
            seen: BTreeMap::new(),
        };
        for level in 0..LEVELS_PER_TILE {
            let kind = TileKind::Hashes { level };
            let count = kind.count(size);
            let width = u16::try_from(count % u64::from(TILE_WIDTH)).unwrap_or(0);
            if width > 0 {
                let path = TilePath::hashes(level, count >> LEVELS_PER_TILE, width)?;
                let tile = walk.fetch_hashes(path)?;
                walk.edge.insert(level, tile);
            }
        }
        // Every hash of a partial tile is below a peak, and no peak is elsewhere.
        let peaks = peak_ids(size).into_iter();
        let peaks = peaks.map(|id| walk.node(id)).collect::<Result<_, _>>()?;
        let actual = Frontier::from_peaks(size, peaks)?.root();
        if actual != *root {
            let expected = *root;
            return Err(WalkError::Root {
                size,
                expected,
                actual,
            });
        }
        Ok(walk)
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The hash of a complete subtree of the tree.
    ///
    /// # Errors
    ///
    /// [`WalkError`]; [`TilePathError::Index`] in it if the tree has no such subtree.
    pub fn node(&mut self, id: NodeId) -> Result<Hash, WalkError<E>> {
        let level = id.level() / LEVELS_PER_TILE;
        let above = id.level() % LEVELS_PER_TILE;
        let none = WalkError::Path(TilePathError::Index);
        let count = TileKind::Hashes { level }.count(self.size);
        let end = id.index().checked_add(1);
        let end = end.filter(|end| *end <= count >> above).ok_or(none)?;
        // Within the tree, so far below 2^63.
        let index = ((end << above) - 1) >> LEVELS_PER_TILE;
        let tile = self.tile(level, index)?;
        let per_tile = u64::from(TILE_WIDTH) >> above;
        let at = usize::try_from(id.index() % per_tile).ok();
        let hash = at.and_then(|at| tile.node(above, at));
        hash.ok_or(WalkError::Path(TilePathError::Index))
    }

    /// The proof that a leaf is in the tree (RFC 9162 section 2.1.3).
    ///
    /// # Errors
    ///
    /// [`WalkError`]; [`ProofError::IndexBeyondTree`] in it if there is no such leaf.
    pub fn inclusion(&mut self, leaf: LeafIndex) -> Result<InclusionProof, WalkError<E>> {
        let size = self.size;
        Ok(prove_inclusion(leaf, size, |id| self.node(id))?)
    }

    /// The proof that the tree has grown out of an older one (RFC 9162 section 2.1.4).
    ///
    /// # Errors
    ///
    /// [`WalkError`]; [`ProofError::OldBeyondNew`] in it if it is smaller.
    pub fn consistency(&mut self, older: TreeSize) -> Result<ConsistencyProof, WalkError<E>> {
        let size = self.size;
        Ok(prove_consistency(older, size, |id| self.node(id))?)
    }

    /// The octets of bundle `index`, with all entries that the tree has of it, each of which has
    /// the hash that the tree has.
    ///
    /// # Errors
    ///
    /// [`WalkError`]; [`TilePathError`] in it if the tree has no such bundle.
    pub fn bundle(&mut self, index: u64) -> Result<(TilePath, Vec<u8>), WalkError<E>> {
        let path = self.path(TileKind::Entries, index)?;
        let Fetched { mut octets, width } = self.fetch(path)?;
        let wrong = |source| WalkError::Entries { path, source };
        EntryBundle::decode(&octets, width).map_err(wrong)?;
        let (bundle, rest) = EntryBundle::decode_first(&octets, path.width()).map_err(wrong)?;
        let hashes = self.tile(0, index)?.hashes().to_vec();
        for ((entry, expected), at) in bundle.entries().iter().zip(hashes).zip(path.start()..) {
            let actual = leaf_hash(entry);
            if actual != expected {
                let index = LeafIndex::new(at);
                return Err(WalkError::Entry {
                    index,
                    expected,
                    actual,
                });
            }
        }
        let length = octets.len() - rest.len();
        octets.truncate(length);
        Ok((path, octets))
    }

    /// The octets of tile `index` of the hashes of `level`, as wide as the tree has it.
    ///
    /// # Errors
    ///
    /// [`WalkError`]; [`TilePathError`] in it if the tree has no such tile.
    pub fn hashes(&mut self, level: u8, index: u64) -> Result<(TilePath, Vec<u8>), WalkError<E>> {
        let path = self.path(TileKind::Hashes { level }, index)?;
        let tile = self.tile(level, index)?;
        Ok((path, HashTile::encode(tile.hashes())))
    }

    /// The octets of an entry.
    ///
    /// # Errors
    ///
    /// As [`Self::bundle`].
    pub fn entry(&mut self, leaf: LeafIndex) -> Result<Vec<u8>, WalkError<E>> {
        let tree_size = self.size;
        let beyond = ProofError::IndexBeyondTree {
            leaf_index: leaf,
            tree_size,
        };
        if leaf.get() >= tree_size.get() {
            return Err(beyond.into());
        }
        let (path, octets) = self.bundle(leaf.get() >> LEVELS_PER_TILE)?;
        let bundle = EntryBundle::decode(&octets, path.width());
        let bundle = bundle.map_err(|source| WalkError::Entries { path, source })?;
        let at = usize::try_from(leaf.get() - path.start()).ok();
        let entry = at.and_then(|at| bundle.entries().get(at));
        entry.map(|entry| entry.to_vec()).ok_or(beyond.into())
    }

    /// A tile that was found right.
    fn tile(&mut self, level: u8, index: u64) -> Result<&HashTile, WalkError<E>> {
        let path = self.path(TileKind::Hashes { level }, index)?;
        if !path.is_full() {
            let edge = self.edge.get(&level);
            return edge.ok_or(WalkError::Path(TilePathError::Index));
        }
        let key = (level, index);
        if !self.seen.contains_key(&key) {
            let tile = self.fetch_hashes(path)?;
            // One level up at most eight times: every full tile has its hash above it.
            let above = NodeId::new((level + 1) * LEVELS_PER_TILE, index);
            let expected = self.node(above)?;
            let actual = tile.node(LEVELS_PER_TILE, 0);
            let actual = actual.ok_or(WalkError::Path(TilePathError::Width))?;
            if actual != expected {
                return Err(WalkError::Tile {
                    path,
                    expected,
                    actual,
                });
            }
            if self.seen.len() >= REMEMBERED {
                self.seen.clear();
            }
            self.seen.insert(key, tile);
        }
        let seen = self.seen.get(&key);
        seen.ok_or(WalkError::Path(TilePathError::Index))
    }

    /// The tile of this number, as wide as the tree has it.
    fn path(&self, kind: TileKind, index: u64) -> Result<TilePath, TilePathError> {
        let start = index.checked_mul(TILE_WIDTH.into());
        let left = start.and_then(|start| kind.count(self.size).checked_sub(start));
        let left = left.ok_or(TilePathError::Index)?;
        let width = u16::try_from(left).unwrap_or(TILE_WIDTH).min(TILE_WIDTH);
        TilePath::new(kind, index, width)
    }

    fn fetch_hashes(&mut self, path: TilePath) -> Result<HashTile, WalkError<E>> {
        let fetched = self.fetch(path)?;
        let wrong = |source| WalkError::Hashes { path, source };
        let tile = HashTile::decode(&fetched.octets, fetched.width).map_err(wrong)?;
        Ok(tile.cut(path.width()))
    }

    fn fetch(&mut self, path: TilePath) -> Result<Fetched, WalkError<E>> {
        let octets = match (self.fetch)(&path) {
            Ok(octets) => octets,
            Err(source) if path.is_full() => return Err(WalkError::Fetch { path, source }),
            Err(source) => {
                // The first failure says more than the second.
                let full = (self.fetch)(&path.full());
                let octets = full.map_err(|_| WalkError::Fetch { path, source })?;
                let width = TILE_WIDTH;
                return Ok(Fetched { octets, width });
            }
        };
        let width = path.width();
        Ok(Fetched { octets, width })
    }
}

/// What was fetched for a path.
struct Fetched {
    octets: Vec<u8>,
    /// How many it is of: all 256, perhaps in place of fewer.
    width: u16,
}

#[cfg(test)]
mod tests;
