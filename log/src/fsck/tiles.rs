//! Re-derives a log from its tiles, as a stranger does.

use std::num::NonZero;
use std::ops::Range;

use meridian_merkle::frontier::peak_ids;
use meridian_merkle::hash::Hash;
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::{Leaf, LeafKind};
use meridian_wire::tile::bundle::EntryBundle;
use meridian_wire::tile::walk::{TileWalk, WalkError};
use meridian_wire::tile::{LEVELS_PER_TILE, TilePath};

use super::{Checked, Report, ranges};
use crate::fault::Fault;

/// What is wrong with a log that is read as tiles.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum TilesFault<E> {
    /// A tile cannot be had, or is not what the checkpoint's root is made of.
    #[error(transparent)]
    Tiles(#[from] WalkError<E>),
    /// A leaf is wrong.
    #[error(transparent)]
    Log(#[from] Fault),
}

/// Hashes every entry of a log and goes up to the root of its checkpoint, through all tiles of
/// hashes; checks kinds and times of the leaves. Goes on behind what was `checked` before, maybe
/// under an older checkpoint: that tree must be the beginning of this one. On so many threads,
/// each with some tiles in memory. `progress` is told how far it is.
///
/// Not checked: who signed the checkpoint
/// ([`verify_checkpoint`](crate::identity::verify_checkpoint)), and tokens, which are not public.
///
/// # Errors
///
/// The first [`TilesFault`], in the order of leaves.
pub fn fsck_tiles<F, E>(
    checkpoint: &Checkpoint,
    fetch: &F,
    checked: Checked,
    threads: NonZero<usize>,
    progress: &mut dyn FnMut(&Checked),
) -> Result<Checked, TilesFault<E>>
where
    F: Fn(&TilePath) -> Result<Vec<u8>, E> + Sync,
    E: Send,
{
    let (tree, size) = (checkpoint.size(), checked.report.size);
    let mut checked = checked;
    // Also where nothing is left to do: the right edge must lead to the root.
    let mut walk = TileWalk::start(tree, checkpoint.root(), fetch)?;
    if size > tree || peaks(&mut walk, size)? != checked.peaks {
        return Err(Fault::Changed { size }.into());
    }
    let worker = || {
        let mut walk = None;
        move |leaves: Range<u64>| {
            // A worker has its own walk, made when it has work.
            let walk = match &mut walk {
                Some(walk) => walk,
                none => none.insert(TileWalk::start(tree, checkpoint.root(), fetch)?),
            };
            examine(walk, leaves)
        }
    };
    let leaves = size.get()..tree.get();
    ranges::in_order(
        leaves,
        threads,
        &worker,
        |(first, next): (First, Checked)| {
            first.check_follows(&checked)?;
            checked.add(next);
            progress(&checked);
            Ok(())
        },
    )?;
    checked.report.checkpoints = 1;
    Ok(checked)
}

/// The first leaf of a range: its time must be after that of the leaf before it.
struct First {
    index: LeafIndex,
    leaf: Leaf,
}

impl First {
    fn check_follows(&self, checked: &Checked) -> Result<(), Fault> {
        match checked.last_time {
            Some(before) => check_time(self.index, &self.leaf, before),
            None => Ok(()),
        }
    }
}

fn peaks<F, E>(walk: &mut TileWalk<F>, size: TreeSize) -> Result<Vec<Hash>, WalkError<E>>
where
    F: FnMut(&TilePath) -> Result<Vec<u8>, E>,
{
    if size > walk.size() {
        return Ok(Vec::new());
    }
    let ids = peak_ids(size).into_iter();
    ids.map(|id| walk.node(id)).collect()
}

fn examine<F, E>(
    walk: &mut TileWalk<F>,
    leaves: Range<u64>,
) -> Result<(First, Checked), TilesFault<E>>
where
    F: FnMut(&TilePath) -> Result<Vec<u8>, E>,
{
    let mut report = Report::new();
    let mut first = None;
    let mut last_time = None;
    for number in leaves.start >> LEVELS_PER_TILE..=(leaves.end - 1) >> LEVELS_PER_TILE {
        let (path, octets) = walk.bundle(number)?;
        let bundle = EntryBundle::decode(&octets, path.width());
        let bundle = bundle.map_err(|source| WalkError::Entries { path, source })?;
        for (entry, index) in bundle.entries().iter().zip(path.start()..) {
            // The first bundle may have been looked at in part.
            if !leaves.contains(&index) {
                continue;
            }
            let index = LeafIndex::new(index);
            let leaf = Leaf::decode(entry).map_err(|source| Fault::Leaf { index, source })?;
            let kind = leaf.kind();
            if (index.get() == 0) != (kind == LeafKind::Genesis) {
                return Err(Fault::KindOutOfPlace { index, kind }.into());
            }
            if let Some(before) = last_time {
                check_time(index, &leaf, before)?;
            }
            last_time = Some(leaf.time());
            report.count(kind);
            if first.is_none() {
                first = Some(First { index, leaf });
            }
        }
    }
    let end = TreeSize::new(leaves.end);
    report.size = end;
    let peaks = peaks(walk, end)?;
    let size = TreeSize::new(leaves.start);
    let first = first.ok_or(Fault::Changed { size })?;
    let checked = Checked {
        report,
        peaks,
        last_time,
    };
    Ok((first, checked))
}

fn check_time(
    index: LeafIndex,
    leaf: &Leaf,
    before: meridian_wire::time::UnixMicros,
) -> Result<(), Fault> {
    let time = leaf.time();
    if time <= before {
        return Err(Fault::TimeNotIncreasing {
            index,
            time,
            before,
        });
    }
    Ok(())
}
