//! Parts that end the process at a chosen moment, or fail, or hang. Each wraps a real part.

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use meridian_log::lock_record::{LockError, LockReading, LockRecord, LockState};
use meridian_log::state::StoredState;
use meridian_log::store::{CommitBatch, LocationToken, Store, StoreError};
use meridian_merkle::hash::Hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_signing::clock;
use meridian_signing::signer::{SignError, SignatureAlgorithm, Signer};

/// A step of the commit order behind which the process ends, as seen from the parts that the
/// log is given.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Window {
    /// The batch has its numbers; nothing is signed.
    BatchFormed,
    /// Some tokens of the batch are signed.
    TokensSigned,
    /// Leaves are hashed; the second root is being computed from what the store gives back.
    LeavesHashed,
    /// Both roots agree and the old tree is in the new one; the checkpoint is not signed.
    RootsAgreed,
    /// The checkpoint is signed and nothing is written.
    CheckpointSigned,
    /// Somewhere inside the synced write.
    Writing,
    /// The batch is on the disk; the lock record is the old one.
    BatchWritten,
    /// Both are on the disk; no answer has left.
    LockRecordWritten,
    /// Answers are leaving.
    AnswersLeaving,
}

impl Window {
    /// Every window, in the order of a commit.
    pub const ALL: [Self; 9] = [
        Self::BatchFormed,
        Self::TokensSigned,
        Self::LeavesHashed,
        Self::RootsAgreed,
        Self::CheckpointSigned,
        Self::Writing,
        Self::BatchWritten,
        Self::LockRecordWritten,
        Self::AnswersLeaving,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BatchFormed => "batch-formed",
            Self::TokensSigned => "tokens-signed",
            Self::LeavesHashed => "leaves-hashed",
            Self::RootsAgreed => "roots-agreed",
            Self::CheckpointSigned => "checkpoint-signed",
            Self::Writing => "writing",
            Self::BatchWritten => "batch-written",
            Self::LockRecordWritten => "lock-record-written",
            Self::AnswersLeaving => "answers-leaving",
        }
    }

    /// The window of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.name() == name)
    }

    /// What the process writes with its last breath.
    #[must_use]
    pub fn farewell(self) -> String {
        format!("ended at {}", self.name())
    }
}

/// How many tokens are signed before a [`Trigger`] counts: the start-up proof and the first
/// batches are behind, and the server is under load.
const SIGNED_BEFORE: u64 = 40;

/// Ends the process when one window has been reached often enough under load.
#[derive(Debug)]
pub struct Trigger {
    window: Window,
    left: AtomicU64,
    signed: AtomicU64,
    /// How long a [`Fuse`] burns: different from run to run, so that ends are spread.
    burning: Duration,
}

impl Trigger {
    /// Ends the process at the `after`-th time that `window` is reached.
    #[must_use]
    pub const fn new(window: Window, after: u64) -> Self {
        Self {
            window,
            left: AtomicU64::new(after),
            signed: AtomicU64::new(0),
            burning: Duration::from_micros(10 * after),
        }
    }

    fn reach(&self, window: Window) {
        if self.counts(window) {
            end(window);
        }
    }

    /// As [`Self::reach`], but a moment after [`Fuse::light`], and from another thread, which
    /// is started now: the window is shorter than the start of a thread.
    fn prepare(&self, window: Window) -> Fuse {
        let lit = Arc::new(AtomicBool::new(false));
        if self.counts(window) {
            let (lit, burning) = (Arc::clone(&lit), self.burning);
            std::thread::spawn(move || {
                while !lit.load(Ordering::Acquire) {
                    std::hint::spin_loop();
                }
                let started = clock::monotonic();
                while started.elapsed() < burning {
                    std::hint::spin_loop();
                }
                end(window);
            });
        }
        Fuse { lit }
    }

    fn counts(&self, window: Window) -> bool {
        window == self.window
            && self.signed.load(Ordering::Relaxed) >= SIGNED_BEFORE
            && self.left.fetch_sub(1, Ordering::Relaxed) == 1
    }
}

/// Ends the process soon after it is lit, if its [`Trigger`] says so.
#[derive(Debug)]
struct Fuse {
    lit: Arc<AtomicBool>,
}

impl Fuse {
    fn light(&self) {
        self.lit.store(true, Ordering::Release);
    }
}

/// No destructor, no flush: on disk is what was there.
fn end(window: Window) {
    // A farewell that cannot be written fails the test that waits for it.
    drop(writeln!(std::io::stderr(), "{}", window.farewell()));
    std::process::abort();
}

/// A signer of tokens or of checkpoints.
#[derive(Debug)]
pub struct EndingSigner {
    /// The real one.
    inner: Arc<dyn Signer>,
    trigger: Arc<Trigger>,
    before: Window,
    after: Window,
}

impl EndingSigner {
    /// Wraps the signer of a TSU.
    #[must_use]
    pub fn of_tokens(inner: Arc<dyn Signer>, trigger: Arc<Trigger>) -> Self {
        Self {
            inner,
            trigger,
            before: Window::BatchFormed,
            after: Window::TokensSigned,
        }
    }

    /// Wraps the signer of a log.
    #[must_use]
    pub fn of_checkpoints(inner: Arc<dyn Signer>, trigger: Arc<Trigger>) -> Self {
        Self {
            inner,
            trigger,
            before: Window::RootsAgreed,
            after: Window::CheckpointSigned,
        }
    }
}

impl Signer for EndingSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.trigger.reach(self.before);
        let signature = self.inner.sign(message)?;
        if self.after == Window::TokensSigned {
            self.trigger.signed.fetch_add(1, Ordering::Relaxed);
        }
        self.trigger.reach(self.after);
        Ok(signature)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.inner.algorithm()
    }

    fn public_key(&self) -> &[u8] {
        self.inner.public_key()
    }
}

/// The store.
#[derive(Debug)]
pub struct EndingStore {
    inner: Arc<dyn Store>,
    trigger: Arc<Trigger>,
}

impl EndingStore {
    /// Wraps a store.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, trigger: Arc<Trigger>) -> Self {
        Self { inner, trigger }
    }
}

impl Store for EndingStore {
    fn commit(&self, batch: &CommitBatch) -> Result<(), StoreError> {
        self.trigger.prepare(Window::Writing).light();
        self.inner.commit(batch)?;
        self.trigger.reach(Window::BatchWritten);
        Ok(())
    }

    fn state(&self) -> Result<Option<StoredState>, StoreError> {
        self.inner.state()
    }

    fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.trigger.reach(Window::LeavesHashed);
        self.inner.leaf(index)
    }

    fn node(&self, id: NodeId) -> Result<Option<Hash>, StoreError> {
        self.trigger.reach(Window::LeavesHashed);
        self.inner.node(id)
    }

    fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.token(index)
    }

    fn location_token(&self, index: LeafIndex) -> Result<Option<LocationToken>, StoreError> {
        self.inner.location_token(index)
    }

    fn event(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.event(index)
    }

    fn checkpoint(&self, size: TreeSize) -> Result<Option<String>, StoreError> {
        self.inner.checkpoint(size)
    }
}

/// The lock record.
pub struct EndingLockRecord {
    inner: Box<dyn LockRecord>,
    trigger: Arc<Trigger>,
}

impl EndingLockRecord {
    /// Wraps a lock record.
    #[must_use]
    pub fn new(inner: Box<dyn LockRecord>, trigger: Arc<Trigger>) -> Self {
        Self { inner, trigger }
    }
}

impl fmt::Debug for EndingLockRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EndingLockRecord({:?})", self.inner)
    }
}

impl LockRecord for EndingLockRecord {
    fn read(&mut self) -> Result<LockReading, LockError> {
        self.inner.read()
    }

    fn replace(&mut self, next: &LockState) -> Result<(), LockError> {
        let fuse = self.trigger.prepare(Window::AnswersLeaving);
        self.inner.replace(next)?;
        self.trigger.reach(Window::LockRecordWritten);
        fuse.light();
        Ok(())
    }
}

/// A signer that fails every `fail_every`-th call and hangs for `hang` in every `hang_every`-th.
#[derive(Debug)]
pub struct FaultSigner {
    inner: Arc<dyn Signer>,
    faults: Faults,
    calls: AtomicU64,
    armed: AtomicBool,
}

/// What a [`FaultSigner`] does wrong, and how often; 0 is never.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Which calls fail.
    pub fail_every: u64,
    /// Which calls hang.
    pub hang_every: u64,
    /// For how long: past any deadline, and then the signature comes after all.
    pub hang: Duration,
}

impl Faults {
    /// Every `every`-th call fails.
    #[must_use]
    pub fn failing(every: u64) -> Self {
        Self {
            fail_every: every,
            ..Self::default()
        }
    }

    /// Every `every`-th call hangs.
    #[must_use]
    pub fn hanging(every: u64, hang: Duration) -> Self {
        Self {
            hang_every: every,
            hang,
            ..Self::default()
        }
    }
}

impl FaultSigner {
    /// Wraps a signer; it behaves until [`Self::arm`].
    #[must_use]
    pub const fn new(inner: Arc<dyn Signer>, faults: Faults) -> Self {
        Self {
            inner,
            faults,
            calls: AtomicU64::new(0),
            armed: AtomicBool::new(false),
        }
    }

    /// Starts counting: the start-up proof is behind.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::Relaxed);
    }
}

impl Signer for FaultSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        if self.armed.load(Ordering::Relaxed) {
            let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
            let due = |every: u64| every > 0 && call.is_multiple_of(every);
            if due(self.faults.fail_every) {
                return Err(SignError::Failed);
            }
            if due(self.faults.hang_every) {
                std::thread::sleep(self.faults.hang);
            }
        }
        self.inner.sign(message)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.inner.algorithm()
    }

    fn public_key(&self) -> &[u8] {
        self.inner.public_key()
    }
}
