//! Which tiles a tree has.

use meridian_merkle::index::TreeSize;

use crate::tile::{LEVELS_PER_TILE, MAX_TILE_LEVEL, TILE_WIDTH, TileKind, TilePath};

/// Every tile of a tree of `size` leaves, `older` of which were there before: those that the older
/// tree does not have in the same width. All of them if `older` is zero, none if it is `size`.
///
/// Bundles first, then hashes from level 0 up, each kind from the left. No tile is empty, so a
/// level without a complete subtree has none, and the empty tree has none at all.
pub fn tiles_since(older: TreeSize, size: TreeSize) -> impl Iterator<Item = TilePath> {
    let levels = (0..=MAX_TILE_LEVEL).map(|level| TileKind::Hashes { level });
    std::iter::once(TileKind::Entries)
        .chain(levels)
        .flat_map(move |kind| tiles_of_kind(kind, older, size))
}

/// The same of one kind only.
pub fn tiles_of_kind(
    kind: TileKind,
    older: TreeSize,
    size: TreeSize,
) -> impl Iterator<Item = TilePath> {
    let (old, new) = (kind.count(older), kind.count(size));
    let grown = if new > old { new } else { 0 };
    let first = old >> LEVELS_PER_TILE;
    (first..grown.div_ceil(TILE_WIDTH.into())).filter_map(move |index| {
        let left = new.saturating_sub(index << LEVELS_PER_TILE);
        let width = u16::try_from(left).unwrap_or(TILE_WIDTH).min(TILE_WIDTH);
        TilePath::new(kind, index, width).ok()
    })
}

/// How many tiles [`tiles_since`] names.
#[must_use]
pub fn count_since(older: TreeSize, size: TreeSize) -> u64 {
    let levels = (0..=MAX_TILE_LEVEL).map(|level| TileKind::Hashes { level });
    let of_kind = |kind: TileKind| {
        let (old, new) = (kind.count(older), kind.count(size));
        let last = new.div_ceil(TILE_WIDTH.into());
        let grown = new > old;
        if grown {
            last - (old >> LEVELS_PER_TILE)
        } else {
            0
        }
    };
    std::iter::once(TileKind::Entries)
        .chain(levels)
        .map(of_kind)
        .sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn names(older: u64, size: u64) -> Vec<String> {
        let tiles = tiles_since(TreeSize::new(older), TreeSize::new(size));
        tiles.map(|tile| tile.to_string()).collect()
    }

    #[test]
    fn a_tree_of_70_000_leaves_has_273_full_tiles_and_three_partial_ones() {
        let names = names(0, 70_000);
        let of = |prefix: &str| -> Vec<&String> {
            names
                .iter()
                .filter(|name| name.starts_with(prefix))
                .collect()
        };
        for prefix in ["entries/", "0/"] {
            let tiles = of(prefix);
            assert_eq!(tiles.len(), 274);
            let full: Vec<String> = (0..273).map(|n| format!("{prefix}{n:03}")).collect();
            assert!(tiles.iter().zip(&full).all(|(tile, full)| *tile == full));
            assert_eq!(*tiles[273], format!("{prefix}273.p/112"));
        }
        assert_eq!(of("1/"), ["1/000", "1/001.p/17"]);
        assert_eq!(of("2/"), ["2/000.p/1"]);
        assert_eq!(names.len(), 274 + 274 + 2 + 1);
    }

    #[test]
    fn the_empty_tree_has_no_tile_and_a_full_one_no_partial_tile() {
        assert_eq!(names(0, 0), [""; 0]);
        assert_eq!(names(0, 256), ["entries/000", "0/000", "1/000.p/1"]);
        assert_eq!(names(256, 256), [""; 0]);
        assert_eq!(names(255, 257).len(), 5);
    }

    #[test]
    fn the_largest_tree_has_a_tile_on_level_7_and_none_above() {
        let top = tiles_of_kind(TileKind::Hashes { level: 7 }, TreeSize::ZERO, TreeSize::MAX);
        let top: Vec<String> = top.map(|tile| tile.to_string()).collect();
        assert_eq!(top, ["7/000.p/127"]);
        let above = TileKind::Hashes { level: 8 };
        assert_eq!(
            tiles_of_kind(above, TreeSize::ZERO, TreeSize::MAX).count(),
            0
        );
        assert!(count_since(TreeSize::ZERO, TreeSize::MAX) > 1 << 55);
    }

    proptest! {
        #[test]
        fn new_tiles_are_those_that_the_older_tree_lacks(
            older in 0_u64..200_000, added in 0_u64..70_000,
        ) {
            let (before, after) = (names(0, older), names(0, older + added));
            let before: BTreeSet<String> = before.into_iter().collect();
            let lacking: Vec<String> =
                after.into_iter().filter(|name| !before.contains(name)).collect();
            let count = count_since(TreeSize::new(older), TreeSize::new(older + added));
            prop_assert_eq!(u64::try_from(lacking.len()).unwrap(), count);
            prop_assert_eq!(lacking, names(older, older + added));
        }
    }
}
