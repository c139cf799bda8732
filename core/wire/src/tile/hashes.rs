//! [`HashTile`]: up to 256 hashes of one level.

use meridian_merkle::hash::{HASH_LEN, Hash, node_hash};

use crate::tile::{LEVELS_PER_TILE, TILE_WIDTH};

/// Octets of a full tile of hashes.
pub const MAX_HASH_TILE_BYTES: usize = 256 * HASH_LEN;

/// A tile of hashes has another length than its width says.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("a tile of {width} hashes does not have {bytes} octets")]
pub struct HashTileError {
    /// Octets of the tile.
    pub bytes: usize,
    /// How many hashes are due.
    pub width: u16,
}

/// Hashes of one level, the leftmost first. Whether they are the log's is not checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HashTile {
    hashes: Vec<Hash>,
}

impl HashTile {
    /// Reads a tile of `width` hashes.
    ///
    /// # Errors
    ///
    /// [`HashTileError`] if it does not have exactly as many, or none at all.
    pub fn decode(octets: &[u8], width: u16) -> Result<Self, HashTileError> {
        let bytes = octets.len();
        let (hashes, rest) = octets.as_chunks::<HASH_LEN>();
        let fits = rest.is_empty() && hashes.len() == usize::from(width);
        if !fits || width == 0 || width > TILE_WIDTH {
            return Err(HashTileError { bytes, width });
        }
        let hashes = hashes.iter().copied().map(Hash::from_bytes).collect();
        Ok(Self { hashes })
    }

    /// Writes a tile.
    #[must_use]
    pub fn encode(hashes: &[Hash]) -> Vec<u8> {
        hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }

    /// The hashes.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The first `width` hashes of it: what it was when it was younger.
    #[must_use]
    pub fn cut(mut self, width: u16) -> Self {
        self.hashes.truncate(width.into());
        self
    }

    /// The hash over `2^above` hashes of this tile, the `index`-th such run from its left: a node
    /// `above` levels higher. `None` if they are not all in the tile.
    #[must_use]
    pub fn node(&self, above: u8, index: usize) -> Option<Hash> {
        if above > LEVELS_PER_TILE {
            return None;
        }
        let run = 1_usize << above;
        let start = index.checked_mul(run)?;
        let mut row = self.hashes.get(start..start.checked_add(run)?)?.to_vec();
        for _ in 0..above {
            let (pairs, _) = row.as_chunks::<2>();
            row = pairs.iter().map(|[l, r]| node_hash(l, r)).collect();
        }
        row.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use meridian_merkle::frontier::Frontier;
    use meridian_merkle::hash::leaf_hash;

    use super::*;

    fn tile(width: u16) -> HashTile {
        let hashes: Vec<Hash> = (0..width).map(|i| leaf_hash(&i.to_be_bytes())).collect();
        HashTile::decode(&HashTile::encode(&hashes), width).unwrap()
    }

    #[test]
    fn every_node_is_the_one_that_the_tree_completes() {
        let tile = tile(256);
        let mut tree = Frontier::new();
        for hash in tile.hashes() {
            for (id, expected) in tree.push(*hash) {
                let index = usize::try_from(id.index()).unwrap();
                assert_eq!(tile.node(id.level(), index), Some(expected), "{id}");
            }
        }
        assert_eq!(tile.node(8, 0), Some(tree.root()));
        assert_eq!(tile.node(8, 1), None);
        assert_eq!(tile.node(9, 0), None);
    }

    #[test]
    fn a_partial_tile_has_no_node_beyond_its_width() {
        let tile = tile(7);
        assert!(tile.node(2, 0).is_some());
        assert!(tile.node(1, 2).is_some());
        assert_eq!(tile.node(1, 3), None);
        assert_eq!(tile.node(3, 0), None);
    }

    #[test]
    fn rejects_every_length_but_that_of_its_width() {
        for bytes in (0..100).filter(|bytes| *bytes != 64) {
            let error = HashTileError { bytes, width: 2 };
            assert_eq!(HashTile::decode(&vec![0; bytes], 2), Err(error));
        }
        let empty = HashTileError { bytes: 0, width: 0 };
        assert_eq!(HashTile::decode(&[], 0), Err(empty));
    }
}
