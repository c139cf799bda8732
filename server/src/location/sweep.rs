//! What has expired goes, once a minute; what was erased goes out of the files, too.

use std::sync::Arc;
use std::time::Duration;

use meridian_log::private::PrivateRows;
use meridian_log::store::StoreError;
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;
use tokio::sync::watch;

use super::desk::LocationDesk;
use super::refusal::LocationRefusal;

const PAUSE: Duration = Duration::from_secs(60);

/// Rows of one call: a few milliseconds.
const ROWS: usize = 1_000;

/// Sweeps between two rewritings of the files: a day.
const SWEEPS_A_DAY: u32 = 1_440;

/// Sweeps until `drain` says so, or its sender is gone.
pub(crate) async fn sweep(desk: Arc<LocationDesk>, mut drain: watch::Receiver<bool>) {
    let mut sweeps: u32 = 0;
    loop {
        let pause = tokio::time::sleep(PAUSE);
        tokio::select! {
            _ = drain.wait_for(|draining| *draining) => return,
            () = pause => {}
        }
        sweeps = sweeps.wrapping_add(1);
        let daily = sweeps.is_multiple_of(SWEEPS_A_DAY);
        if let Err(error) = desk.run(move |desk| desk.sweep_once(daily)).await {
            tracing::warn!(%error, "what has expired was not deleted; the next minute tries again");
        }
    }
}

impl LocationDesk {
    /// Deletes what has expired; rewrites the files if something was erased, or once a day.
    pub(super) fn sweep_once(&self, daily: bool) -> Result<(), LocationRefusal> {
        let now = self.now()?;
        self.rate.forget(now);
        self.ledger.forget(now);
        sweep_rows(self.rows.as_ref(), now)?;
        let erased = std::mem::take(&mut *self.erased());
        let rewritten = rewrite(self.rows.as_ref(), &erased, daily);
        if rewritten.is_err() {
            self.erased().extend(erased);
        }
        Ok(rewritten?)
    }
}

/// Rewrites the files, if somebody was erased or it is time. First, once more, the tokens of who
/// was erased: one that was in the making came after.
fn rewrite(rows: &dyn PrivateRows, erased: &[Digest32], daily: bool) -> Result<(), StoreError> {
    for owner in erased {
        rows.erase_location_tokens_of(owner)?;
    }
    if daily || !erased.is_empty() {
        rows.compact_private()?;
    }
    Ok(())
}

/// Deletes all rows that have expired, some at a time: others wait for each call.
fn sweep_rows(rows: &dyn PrivateRows, now: UnixMicros) -> Result<usize, StoreError> {
    let mut swept = 0;
    loop {
        let rows = rows.sweep(now, ROWS)?;
        swept += rows;
        if rows < ROWS {
            return Ok(swept);
        }
    }
}

#[cfg(test)]
mod tests {
    use meridian_log::private::PrivateFamily;
    use meridian_log::state::StoredState;
    use meridian_log::store::mem::MemStore;
    use meridian_log::store::{CommitBatch, LocationToken, Store};
    use meridian_merkle::hash::EMPTY_ROOT;
    use meridian_merkle::index::{LeafIndex, TreeSize};

    use super::*;

    #[test]
    fn all_that_has_expired_goes_and_nothing_else() {
        let (rows, now) = (MemStore::new(), UnixMicros::new(1_000));
        let put = |family, number: u32, expires: Option<i64>| {
            let key = number.to_be_bytes();
            rows.put(family, &key, b"x", expires.map(UnixMicros::new))
                .unwrap();
        };
        for number in 0..2_500 {
            let family = PrivateFamily::ALL[usize::try_from(number % 4).unwrap()];
            put(family, number, Some(1_000));
        }
        put(PrivateFamily::Tickets, 9_000, Some(1_001));
        put(PrivateFamily::Subjects, 9_001, None);
        assert_eq!(sweep_rows(&rows, now).unwrap(), 2_500);
        assert_eq!(sweep_rows(&rows, now).unwrap(), 0);
        let left = PrivateFamily::ALL.map(|it| rows.scan(it, &[], now, 99).unwrap().len());
        assert_eq!(left.iter().sum::<usize>(), 2);
    }
    #[test]
    fn a_token_that_was_in_the_making_goes_with_its_subject() {
        let store = MemStore::new();
        let (size, last) = (TreeSize::ZERO, UnixMicros::new(0));
        let state = StoredState::new(size, EMPTY_ROOT, last, String::new(), None);
        let mut batch = CommitBatch::new(LeafIndex::new(0), vec![vec![0], vec![1]], state);
        for (index, owner) in [(0, [1; 32]), (1, [2; 32])] {
            let mut token = LocationToken::new(vec![0], UnixMicros::new(i64::MAX));
            token.owner = Some(owner);
            batch.location_tokens.push((LeafIndex::new(index), token));
        }
        store.commit(&batch).unwrap();
        let kept = || [0, 1].map(|it| store.location_token(LeafIndex::new(it)).unwrap().is_some());
        rewrite(&store, &[], true).unwrap();
        assert_eq!(kept(), [true, true]);
        rewrite(&store, &[[1; 32]], false).unwrap();
        assert_eq!(kept(), [false, true]);
    }
}
