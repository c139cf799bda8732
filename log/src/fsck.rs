//! Re-derives the whole log from its leaves.

use std::num::NonZero;
use std::ops::Range;

use meridian_merkle::frontier::peak_ids;
use meridian_merkle::hash::Hash;
use meridian_merkle::index::TreeSize;
use meridian_wire::leaf::LeafKind;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::time::UnixMicros;

use crate::examine::{Absent, Examiner, TokenDigest};
use crate::fault::Fault;
use crate::identity::check_checkpoint;
use crate::store::{Row, Store};

mod ranges;
pub mod tiles;

/// What was found in a log without faults, or in the beginning of one.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Report {
    /// The number of leaves.
    pub size: TreeSize,
    /// Leaves that are stamps, of both kinds.
    pub stamps: u64,
    /// Those of them that are location stamps.
    pub location_stamps: u64,
    /// Location stamps whose token is not kept: it expired, was erased, or never
    /// was kept. Whether a token that is there has expired is not looked at.
    pub location_tokens_gone: u64,
    /// Leaves that are void.
    pub voids: u64,
    /// Leaves that are events, the genesis among them.
    pub events: u64,
    /// Signed checkpoints.
    pub checkpoints: u64,
    /// Tokens of time stamps and event bodies that were erased.
    pub erased: u64,
}

impl Report {
    /// Of a log without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: TreeSize::ZERO,
            stamps: 0,
            location_stamps: 0,
            location_tokens_gone: 0,
            voids: 0,
            events: 0,
            checkpoints: 0,
            erased: 0,
        }
    }

    const fn count(&mut self, kind: LeafKind) {
        match kind {
            LeafKind::TimeStamp => self.stamps += 1,
            LeafKind::LocationStamp => {
                self.stamps += 1;
                self.location_stamps += 1;
            }
            LeafKind::Void => self.voids += 1,
            _ => self.events += 1,
        }
    }

    /// What was found in the leaves that follow.
    const fn add(&mut self, next: &Self) {
        self.size = next.size;
        self.stamps += next.stamps;
        self.location_stamps += next.location_stamps;
        self.location_tokens_gone += next.location_tokens_gone;
        self.voids += next.voids;
        self.events += next.events;
        self.checkpoints += next.checkpoints;
        self.erased += next.erased;
    }
}

impl Default for Report {
    fn default() -> Self {
        Self::new()
    }
}

/// How far an examination got, and all that going on needs. What is before it was
/// found right and is not looked at again.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Checked {
    /// What was found so far, in its `size` leaves.
    pub report: Report,
    /// The peaks of their tree, as their leaves make them.
    pub peaks: Vec<Hash>,
    /// The time of the last of them.
    pub last_time: Option<UnixMicros>,
}

impl Checked {
    /// Before the first leaf.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What was written down by an earlier run. `None` if such a tree does not
    /// have these peaks.
    #[must_use]
    pub fn resumed(
        report: Report,
        peaks: Vec<Hash>,
        last_time: Option<UnixMicros>,
    ) -> Option<Self> {
        let fits = report.size <= TreeSize::MAX
            && peaks.len() == peak_ids(report.size).len()
            && last_time.is_some() == (report.size > TreeSize::ZERO);
        fits.then_some(Self {
            report,
            peaks,
            last_time,
        })
    }

    fn add(&mut self, next: Self) {
        self.report.add(&next.report);
        self.peaks = next.peaks;
        self.last_time = next.last_time;
    }
}

/// Re-derives everything from the leaves, as [`fsck_from`] does, from the first one
/// on and on this thread. `progress` is told how far it is, now and then.
///
/// # Errors
///
/// The first [`Fault`], in the order of leaves.
pub fn fsck(
    store: &dyn Store,
    key: &VerifierKey,
    token_digest: Option<TokenDigest<'_>>,
    progress: &mut dyn FnMut(TreeSize, TreeSize),
) -> Result<Report, Fault> {
    let mut tell = |checked: &Checked, of: TreeSize| progress(checked.report.size, of);
    let start = Checked::nothing();
    let threads = NonZero::<usize>::MIN;
    let checked = fsck_from(store, key, token_digest, start, threads, &mut tell)?;
    Ok(checked.report)
}

/// Re-derives everything from the leaves: every node, every root that was
/// signed, kinds, times, the digests of events and, with `token_digest`, of
/// tokens. Goes on behind what was `checked` before, on so many threads, each with
/// about a megabyte. `progress` is told how far it is and of how many leaves.
///
/// What is not checked: the signatures of tokens (the verifier's work), whether
/// the log is the newest (the lock record's), and rows behind the last leaf.
///
/// # Errors
///
/// The first [`Fault`], in the order of leaves.
pub fn fsck_from(
    store: &dyn Store,
    key: &VerifierKey,
    token_digest: Option<TokenDigest<'_>>,
    checked: Checked,
    threads: NonZero<usize>,
    progress: &mut dyn FnMut(&Checked, TreeSize),
) -> Result<Checked, Fault> {
    let state = store.state()?.ok_or(Fault::Missing(Row::State))?;
    let mut checked = checked;
    let size = checked.report.size;
    // The tree that was examined must be the beginning of this one.
    let begins = size <= state.size && {
        let examiner = Examiner::of(store, size.get()..size.get(), None)?;
        examiner.peaks() == checked.peaks
    };
    if !begins {
        return Err(Fault::Changed { size });
    }
    let worker = || |leaves: Range<u64>| examine(store, key, token_digest, leaves);
    let leaves = size.get()..state.size.get();
    ranges::in_order(leaves, threads, &worker, |next| {
        checked.add(next);
        progress(&checked, state.size);
        Ok(())
    })?;
    let last = store.checkpoint(state.size)?;
    if last.as_ref() != Some(&state.checkpoint) {
        return Err(Fault::Missing(Row::Checkpoint(state.size)));
    }
    let end = Examiner::of(store, state.size.get()..state.size.get(), None)?;
    end.check_root(&state.root)?;
    if let Some(actual) = checked.last_time.filter(|time| *time != state.last_time) {
        let expected = state.last_time;
        return Err(Fault::LastTime { expected, actual });
    }
    Ok(checked)
}

/// Examines a range of leaves by itself. The peaks before it are those of the store,
/// which were compared with their leaves where they were completed.
fn examine(
    store: &dyn Store,
    key: &VerifierKey,
    token_digest: Option<TokenDigest<'_>>,
    leaves: Range<u64>,
) -> Result<Checked, Fault> {
    let end = TreeSize::new(leaves.end);
    let mut examiner = Examiner::of(store, leaves, token_digest)?;
    let mut report = Report::new();
    while examiner.size() < end {
        let seen = examiner.step()?;
        report.count(seen.kind);
        match seen.absent {
            Some(Absent::Erased(_)) => report.erased += 1,
            Some(Absent::LocationToken) => report.location_tokens_gone += 1,
            None => {}
        }
        if let Some(text) = seen.checkpoint {
            check_signed(&text, key, &examiner)?;
            report.checkpoints += 1;
        }
    }
    report.size = end;
    let last_time = examiner.last_time();
    let peaks = examiner.peaks();
    Ok(Checked {
        report,
        peaks,
        last_time,
    })
}

/// Checks the checkpoint of the leaves so far.
fn check_signed(text: &str, key: &VerifierKey, examiner: &Examiner<'_>) -> Result<(), Fault> {
    let size = examiner.size();
    let signed = check_checkpoint(text, key);
    let signed = signed.map_err(|source| Fault::Checkpoint { size, source })?;
    if signed.size != size {
        let actual = signed.size;
        return Err(Fault::CheckpointSize { size, actual });
    }
    examiner.check_root(&signed.root)
}
