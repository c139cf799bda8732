//! Re-derives the whole log from its leaves.

use meridian_merkle::index::TreeSize;
use meridian_wire::leaf::LeafKind;
use meridian_wire::note::key::VerifierKey;

use crate::examine::{Absent, Examiner, TokenDigest};
use crate::fault::Fault;
use crate::identity::check_checkpoint;
use crate::store::{Row, Store};

/// Leaves between two calls of the progress callback.
const PROGRESS_EVERY: u64 = 4_096;

/// What was found in a log without faults.
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

/// Re-derives everything from the leaves: every node, every root that was
/// signed, kinds, times, the digests of events and, with `token_digest`, of
/// tokens. `progress` is told how far it is, now and then.
///
/// What is not checked: the signatures of tokens (the verifier's work), and
/// whether the log is the newest (the lock record's).
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
    let state = store.state()?.ok_or(Fault::Missing(Row::State))?;
    let mut examiner = Examiner::at(store, TreeSize::ZERO, token_digest)?;
    let mut report = Report {
        size: state.size,
        stamps: 0,
        location_stamps: 0,
        location_tokens_gone: 0,
        voids: 0,
        events: 0,
        checkpoints: 0,
        erased: 0,
    };
    while examiner.size() < state.size {
        let seen = examiner.step()?;
        match seen.kind {
            LeafKind::TimeStamp => report.stamps += 1,
            LeafKind::LocationStamp => {
                report.stamps += 1;
                report.location_stamps += 1;
            }
            LeafKind::Void => report.voids += 1,
            _ => report.events += 1,
        }
        match seen.absent {
            Some(Absent::Erased(_)) => report.erased += 1,
            Some(Absent::LocationToken) => report.location_tokens_gone += 1,
            None => {}
        }
        report.checkpoints += u64::from(check_signed(store, key, &examiner)?);
        if examiner.size().get().is_multiple_of(PROGRESS_EVERY) {
            progress(examiner.size(), state.size);
        }
    }
    let last = store.checkpoint(state.size)?;
    if last.as_ref() != Some(&state.checkpoint) {
        return Err(Fault::Missing(Row::Checkpoint(state.size)));
    }
    examiner.check_root(&state.root)?;
    if let Some(actual) = examiner.last_time().filter(|time| *time != state.last_time) {
        let expected = state.last_time;
        return Err(Fault::LastTime { expected, actual });
    }
    progress(state.size, state.size);
    Ok(report)
}

/// Checks the checkpoint of the leaves so far, if there is one.
fn check_signed(
    store: &dyn Store,
    key: &VerifierKey,
    examiner: &Examiner<'_>,
) -> Result<bool, Fault> {
    let size = examiner.size();
    let Some(text) = store.checkpoint(size)? else {
        return Ok(false);
    };
    let signed = check_checkpoint(&text, key);
    let signed = signed.map_err(|source| Fault::Checkpoint { size, source })?;
    if signed.size != size {
        let actual = signed.size;
        return Err(Fault::CheckpointSize { size, actual });
    }
    examiner.check_root(&signed.root)?;
    Ok(true)
}
