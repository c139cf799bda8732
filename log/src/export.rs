//! The public log as files, for any web server or object store.
//!
//! ```text
//! OUT/checkpoint   OUT/tile/<L>/<N>[.p/<W>]   OUT/tile/entries/<N>[.p/<W>]
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use meridian_merkle::index::TreeSize;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::tile::of_tree::{count_since, tiles_of_kind};
use meridian_wire::tile::walk::{TileWalk, WalkError};
use meridian_wire::tile::{LEVELS_PER_TILE, TileKind, TilePath};

use crate::identity::{CheckpointFault, verify_checkpoint};

mod shelf;

use shelf::Shelf;

/// The name of the checkpoint in an exported log.
pub const CHECKPOINT: &str = "checkpoint";

/// The folder of the tiles in an exported log.
pub const TILES: &str = "tile";

/// What an export did.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Exported {
    /// The number of leaves that were there before.
    pub before: TreeSize,
    /// The number of leaves that are there now.
    pub size: TreeSize,
    /// Tiles that were written.
    pub written: u64,
    /// Tiles that were there already, from a run that was ended.
    pub kept: u64,
}

/// Why a log was not exported.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ExportError<E> {
    /// What is to be exported is not a checkpoint of this log.
    #[error("what is to be exported is no checkpoint of the log")]
    Checkpoint(#[source] CheckpointFault),
    /// The folder holds something else than an older export of this log.
    #[error("{} is no checkpoint of the log", path.display())]
    OtherLog {
        /// The checkpoint in the folder.
        path: PathBuf,
        /// The rule that it breaks.
        source: CheckpointFault,
    },
    /// The folder has more leaves than the log: the log lost some.
    #[error(
        "{exported} leaves were exported before, the log has {size}: it is an old copy, or lost data"
    )]
    Behind {
        /// Leaves in the folder.
        exported: TreeSize,
        /// Leaves of the log.
        size: TreeSize,
    },
    /// The log is not what it was when it was exported: its key signed both.
    #[error(
        "the log of {size} leaves does not begin with the {exported} that were exported before"
    )]
    Forked {
        /// Leaves in the folder.
        exported: TreeSize,
        /// Leaves of the log.
        size: TreeSize,
    },
    /// A tile is not there, or not what the checkpoint's root is made of.
    #[error(transparent)]
    Tiles(#[from] WalkError<E>),
    /// Another export to this folder is running.
    #[error("an export to {} is running", path.display())]
    Running {
        /// The folder.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot read or write {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that was written reads back otherwise.
    #[error("{} reads back otherwise than it was written", path.display())]
    Spoiled {
        /// The file.
        path: PathBuf,
    },
}

/// Writes to `out` what a tree has more than the one that was exported there before.
///
/// Every tile was found to lead to the root of `note`, which the log's key signed and which the
/// exported tree is the beginning of. Files are written whole under another name, made durable,
/// read back, and put in their place; the checkpoint comes last. So whoever reads the folder, or
/// a kill at any moment, sees the older tree or the newer one, all of whose tiles are there.
/// Partial tiles go when their full one is there, after the checkpoint; a kill in between leaves
/// some, which does no harm.
///
/// # Errors
///
/// [`ExportError`]; the folder is then as it was, but for tiles that no checkpoint needs yet.
pub fn export<F, E>(
    note: &str,
    key: &VerifierKey,
    out: &Path,
    fetch: F,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Exported, ExportError<E>>
where
    F: FnMut(&TilePath) -> Result<Vec<u8>, E>,
{
    let newer = verify_checkpoint(note, key).map_err(ExportError::Checkpoint)?;
    let mut shelf = Shelf::open(out)?;
    let old_note = read_if_there(&out.join(CHECKPOINT))?;
    let older = match &old_note {
        Some(text) => verify_checkpoint(text, key).map_err(|source| ExportError::OtherLog {
            path: out.join(CHECKPOINT),
            source,
        })?,
        None => empty(&newer),
    };
    let (before, size) = (older.size(), newer.size());
    if before > size {
        return Err(ExportError::Behind {
            exported: before,
            size,
        });
    }
    let mut walk = TileWalk::start(size, newer.root(), fetch)?;
    let grown = walk.consistency(before)?;
    if grown.verify(older.root(), newer.root()).is_err() {
        return Err(ExportError::Forked {
            exported: before,
            size,
        });
    }
    let total = count_since(before, size);
    let mut done = 0;
    let mut tell = || {
        done += 1;
        progress(done, total);
    };
    write_tiles(&mut shelf, &mut walk, before, &mut tell)?;
    shelf.settle()?;
    if old_note.as_deref() != Some(note) {
        shelf.replace(CHECKPOINT, note.as_bytes())?;
    }
    remove_replaced(out, before, size)?;
    let (written, kept) = shelf.counts();
    Ok(Exported {
        before,
        size,
        written,
        kept,
    })
}

/// Bundles with the hashes of their entries first, then the levels above.
fn write_tiles<F, E>(
    shelf: &mut Shelf,
    walk: &mut TileWalk<F>,
    before: TreeSize,
    tell: &mut dyn FnMut(),
) -> Result<(), ExportError<E>>
where
    F: FnMut(&TilePath) -> Result<Vec<u8>, E>,
{
    let size = walk.size();
    for bundle in tiles_of_kind(TileKind::Entries, before, size) {
        let (path, octets) = walk.bundle(bundle.index())?;
        shelf.put(&path, octets)?;
        tell();
        let (path, octets) = walk.hashes(0, bundle.index())?;
        shelf.put(&path, octets)?;
        tell();
    }
    for level in 1..LEVELS_PER_TILE {
        for tile in tiles_of_kind(TileKind::Hashes { level }, before, size) {
            let (path, octets) = walk.hashes(level, tile.index())?;
            shelf.put(&path, octets)?;
            tell();
        }
    }
    Ok(())
}

/// Removes the partial tiles of the older tree whose full one is there.
fn remove_replaced<E>(out: &Path, before: TreeSize, size: TreeSize) -> Result<(), ExportError<E>> {
    let levels = (0..LEVELS_PER_TILE).map(|level| TileKind::Hashes { level });
    for kind in levels.chain([TileKind::Entries]) {
        let Some(full) = tiles_of_kind(kind, before, size).next() else {
            continue;
        };
        if !full.is_full() {
            continue;
        }
        let mut name = out.join(TILES).join(full.to_string()).into_os_string();
        name.push(".p");
        let path = PathBuf::from(name);
        match fs::remove_dir_all(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(ExportError::File { path, source });
            }
            _ => {}
        }
    }
    Ok(())
}

fn empty(newer: &Checkpoint) -> Checkpoint {
    let root = meridian_merkle::hash::EMPTY_ROOT;
    let empty = Checkpoint::new(newer.origin().clone(), TreeSize::ZERO, root);
    // The empty tree has this root.
    empty.unwrap_or_else(|_| newer.clone())
}

fn read_if_there<E>(path: &Path) -> Result<Option<String>, ExportError<E>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ExportError::File {
            path: path.to_owned(),
            source,
        }),
    }
}
