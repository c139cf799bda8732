//! Tiles of a log, as `c2sp.org/tlog-tiles` has them: where one is found, and what is in it.
//!
//! A tile of hashes has up to 256 hashes of one level, a bundle up to 256 entries. Hash `i` of
//! tile `n` on level `L` is MTH(D\[(256n+i)·256^L : (256n+i+1)·256^L\]) of RFC 9162 section 2.1.1.
//!
//! ```text
//! <L>/<N>[.p/<W>]   entries/<N>[.p/<W>]      below tile/
//! ```

use std::fmt;

use meridian_merkle::index::TreeSize;

pub mod bundle;
pub mod hashes;
pub mod of_tree;
pub mod walk;

/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Levels of the tree between one level of tiles and the next: 2^8 is [`TILE_WIDTH`].
pub const LEVELS_PER_TILE: u8 = 8;

/// The highest level of a tile that C2SP tlog-tiles can name.
pub const MAX_TILE_LEVEL: u8 = 63;

/// The number of a tile is below this: its leaves are counted in an `int64`.
const INDEX_LIMIT: u64 = 1 << (63 - 8);

/// Octets of a path: `entries/`, five groups `x000/`, `000` and `.p/255`. Longer numbers are of no tile.
const MAX_PATH_BYTES: usize = 42;

/// Why something is not the path of a tile.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TilePathError {
    /// The level is no decimal number from 0 to 63 without a leading zero, nor `entries`.
    #[error("a tile is on a level from 0 to {MAX_TILE_LEVEL}, or it is of entries")]
    Level,
    /// The number is not written in groups of three digits, all but the last after an `x`, or it
    /// has a group too many, or is too large.
    #[error("malformed number of a tile")]
    Index,
    /// The width is not from 1 to 255; a full tile is named without it.
    #[error("a partial tile has a width from 1 to 255")]
    Width,
}

/// Which tile: of hashes on a level, or of entries.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum TileKind {
    /// 32 octets for each complete subtree of `256^level` leaves.
    Hashes {
        /// The level of the tile.
        level: u8,
    },
    /// The entries themselves.
    Entries,
}

/// The name of a tile, below `tile/`. Whether a tree has such a tile is not said.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl TilePath {
    /// The tile `index` of the hashes of `level`, with its first `width` hashes.
    ///
    /// # Errors
    ///
    /// [`TilePathError`] if it has no name.
    pub const fn hashes(level: u8, index: u64, width: u16) -> Result<Self, TilePathError> {
        if level > MAX_TILE_LEVEL {
            return Err(TilePathError::Level);
        }
        Self::new(TileKind::Hashes { level }, index, width)
    }

    /// The bundle `index` of entries, with its first `width` entries.
    ///
    /// # Errors
    ///
    /// [`TilePathError`] if it has no name.
    pub const fn entries(index: u64, width: u16) -> Result<Self, TilePathError> {
        Self::new(TileKind::Entries, index, width)
    }

    const fn new(kind: TileKind, index: u64, width: u16) -> Result<Self, TilePathError> {
        if index >= INDEX_LIMIT {
            return Err(TilePathError::Index);
        }
        if width == 0 || width > TILE_WIDTH {
            return Err(TilePathError::Width);
        }
        Ok(Self { kind, index, width })
    }

    /// Reads a path below `tile/`. Each tile has one path.
    ///
    /// # Errors
    ///
    /// [`TilePathError`] naming the part that is malformed.
    pub fn parse(path: &str) -> Result<Self, TilePathError> {
        if path.len() > MAX_PATH_BYTES {
            return Err(TilePathError::Index);
        }
        let (kind, rest) = path.split_once('/').ok_or(TilePathError::Level)?;
        let kind = parse_kind(kind).ok_or(TilePathError::Level)?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => {
                let width = parse_decimal(width).and_then(|width| u16::try_from(width).ok());
                let width = width.filter(|width| (1..TILE_WIDTH).contains(width));
                (index, width.ok_or(TilePathError::Width)?)
            }
            None => (rest, TILE_WIDTH),
        };
        Self::new(kind, parse_index(index).ok_or(TilePathError::Index)?, width)
    }

    /// What is in it.
    #[must_use]
    pub const fn kind(&self) -> TileKind {
        self.kind
    }

    /// Its number among those of its kind.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it has, from 1 to [`TILE_WIDTH`].
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether it has all that it will ever have.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The same tile when it is full.
    #[must_use]
    pub const fn full(self) -> Self {
        Self {
            width: TILE_WIDTH,
            ..self
        }
    }

    /// The number of its first hash on its level, or of its first entry.
    #[must_use]
    pub const fn start(&self) -> u64 {
        // Below 2^63, by INDEX_LIMIT.
        self.index << LEVELS_PER_TILE
    }

    /// The number after that of its last hash or entry.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.start().saturating_add(u64::from(self.width))
    }

    /// Whether a tree of this size has all that is in this tile.
    #[must_use]
    pub fn is_within(&self, size: TreeSize) -> bool {
        self.end() <= self.kind.count(size)
    }
}

impl TileKind {
    /// How many hashes of this level, or entries, a tree of `size` leaves has.
    #[must_use]
    pub fn count(self, size: TreeSize) -> u64 {
        match self {
            Self::Entries => size.get(),
            Self::Hashes { level } => {
                let levels = u32::from(level) * u32::from(LEVELS_PER_TILE);
                size.get().checked_shr(levels).unwrap_or(0)
            }
        }
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes { level } => write!(f, "{level}/")?,
            TileKind::Entries => f.write_str("entries/")?,
        }
        write_index(f, self.index)?;
        if !self.is_full() {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

/// `1234067` as `x001/x234/067`.
fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    let mut thousand: u64 = 1;
    while index / thousand >= 1_000 {
        thousand *= 1_000;
    }
    while thousand > 1 {
        write!(f, "x{:03}/", index / thousand % 1_000)?;
        thousand /= 1_000;
    }
    write!(f, "{:03}", index % 1_000)
}

fn parse_kind(text: &str) -> Option<TileKind> {
    if text == "entries" {
        return Some(TileKind::Entries);
    }
    let level = u8::try_from(parse_decimal(text)?).ok()?;
    (level <= MAX_TILE_LEVEL).then_some(TileKind::Hashes { level })
}

fn parse_index(text: &str) -> Option<u64> {
    let mut groups = text.split('/').rev();
    let last = parse_group(groups.next()?)?;
    let mut index = 0;
    for (at, group) in groups.rev().enumerate() {
        let group = parse_group(group.strip_prefix('x')?)?;
        // A leading group of zeros would be a second name.
        if at == 0 && group == 0 {
            return None;
        }
        index = index_after(index, group)?;
    }
    index_after(index, last)
}

fn index_after(index: u64, group: u64) -> Option<u64> {
    index.checked_mul(1_000)?.checked_add(group)
}

fn parse_group(text: &str) -> Option<u64> {
    let is_group = text.len() == 3 && text.bytes().all(|c| c.is_ascii_digit());
    is_group.then(|| text.parse().ok()).flatten()
}

/// A short decimal number without sign or leading zero.
fn parse_decimal(text: &str) -> Option<u64> {
    let is_number = (1..=3).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    if !is_number || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests;
