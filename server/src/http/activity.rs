//! Whether a connection is in the middle of something: what a drain must wait for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What one connection is doing. One task uses it, so no order between threads matters.
#[derive(Debug, Default)]
pub(super) struct Activity {
    answering: AtomicUsize,
    stuck: AtomicBool,
}

impl Activity {
    /// A request with a whole header is here; it is being answered until the guard goes.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        self.answering.fetch_add(1, Ordering::Relaxed);
        Answering(Arc::clone(self))
    }

    /// The client has not yet taken all that was written.
    pub(super) fn set_stuck(&self, stuck: bool) {
        self.stuck.store(stuck, Ordering::Relaxed);
    }

    /// No request is here, and every answer is with the kernel.
    pub(super) fn is_idle(&self) -> bool {
        self.answering.load(Ordering::Relaxed) == 0 && !self.stuck.load(Ordering::Relaxed)
    }
}

/// One request being answered.
#[derive(Debug)]
pub(super) struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, Ordering::Relaxed);
    }
}
