//! A server in this process, with parts that no configuration can name.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex};
use std::time::Duration;

use meridian_log::lock_record::mem::MemLockRecord;
use meridian_log::open::{Log, LogParts};
use meridian_log::state::StoredState;
use meridian_log::store::mem::MemStore;
use meridian_log::store::rocks::RocksStore;
use meridian_log::store::{CommitBatch, LocationToken, Store, StoreError};
use meridian_merkle::hash::Hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_server::config::{Config, Environment, PrivateListen};
use meridian_server::init::{Algorithm, InitOptions, init};
use meridian_server::lifecycle::{self, Running};
use meridian_server::parts::Parts;
use meridian_signing::clock::sim::SimClock;
use meridian_signing::clock::system::SystemClock;
use meridian_signing::clock::{Clock, ClockReading};
use meridian_signing::identity::AuthorityIdentity;
use meridian_signing::signer::{SignError, SignatureAlgorithm, Signer};
use meridian_wire::time::UnixMicros;
use tokio::runtime::Runtime;

/// One authority's files for all tests that need no database.
pub(crate) static AUTHORITY: LazyLock<Authority> =
    LazyLock::new(|| Authority::new(Algorithm::P256));

/// What the log of [`AUTHORITY`] begins with: an authority that `init` made starts with nothing new.
static GENESIS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let log = AUTHORITY.directory.join("log");
    let stored = RocksStore::open_read_only(&log).unwrap();
    let stored = stored.event(LeafIndex::new(0)).unwrap().unwrap();
    stored[32..].to_vec()
});

pub(crate) struct Authority {
    _folder: tempfile::TempDir,
    pub(crate) directory: PathBuf,
}

impl Authority {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("authority");
        init(&directory, &InitOptions::new(algorithm)).unwrap();
        Self {
            _folder: folder,
            directory,
        }
    }

    /// Its configuration, with ports that nobody else has.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::load(&self.directory, &Environment::default()).unwrap();
        config.http.listen = Some("127.0.0.1:0".to_owned());
        config.private = PrivateListen::Tcp("127.0.0.1:0".parse().unwrap());
        config
    }
}

pub(crate) fn system_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new(Some(Duration::from_millis(300))))
}

/// A clock that stands still until it is moved.
pub(crate) fn sim_clock(reading: ClockReading) -> Arc<SimClock> {
    let clock = SimClock::new(reading.time, reading.bound_us);
    clock.set(reading);
    Arc::new(clock)
}

pub(crate) fn now() -> UnixMicros {
    system_clock().read().unwrap().time
}

/// Parts over a log in memory.
pub(crate) fn parts() -> Parts {
    parts_on(Arc::new(MemStore::new()), system_clock())
}

/// The same over a log that begins with these words.
pub(crate) fn parts_begun_with(genesis: &[u8]) -> Parts {
    parts_of(Arc::new(MemStore::new()), system_clock(), genesis)
}

pub(crate) fn parts_on(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Parts {
    parts_of(store, clock, &GENESIS)
}

fn parts_of(store: Arc<dyn Store>, clock: Arc<dyn Clock>, genesis: &[u8]) -> Parts {
    let lock = MemLockRecord::new();
    let config = AUTHORITY.config();
    let private = Arc::new(MemStore::new());
    let rows = Arc::clone(&store);
    let made = Parts::with_log(config, clock, rows, private, Box::new(lock.clone())).unwrap();
    // As `init` does: the policy that begins with the log is no event of its own.
    let policy = &made.location.as_ref().unwrap().policy;
    made.private
        .put_policy(policy.hash(), policy.jcs())
        .unwrap();
    let entropy = Arc::clone(&made.entropy);
    let identity = made.log_identity.clone();
    let log = LogParts::new(store, Box::new(lock), identity, entropy);
    // An hour ago: tests set their clocks as they like.
    let time = UnixMicros::new(now().get() - 3_600_000_000);
    Log::create(log, genesis, time).unwrap();
    made
}

/// A serving authority; draining it is part of dropping it.
pub(crate) struct Server {
    runtime: Option<Runtime>,
    running: Option<Running>,
    pub(crate) address: SocketAddr,
    /// Port 0 if there is none.
    pub(crate) https: SocketAddr,
    pub(crate) private: SocketAddr,
}

impl Server {
    pub(crate) fn start(parts: Parts) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let running = runtime.block_on(lifecycle::start(parts)).unwrap();
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let private = match running.private_address() {
            PrivateListen::Tcp(address) => *address,
            _ => nowhere,
        };
        Self {
            address: running.http_address().unwrap_or(nowhere),
            https: running.https_address().unwrap_or(nowhere),
            private,
            runtime: Some(runtime),
            running: Some(running),
        }
    }

    /// The usual server after a change to its configuration.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut parts = parts();
        change(&mut parts.config);
        Self::start(parts)
    }

    pub(crate) fn usual() -> Self {
        Self::with(|_| {})
    }

    /// As SIGHUP does.
    pub(crate) fn reload_certificates(&self) {
        let runtime = self.runtime.as_ref().unwrap();
        runtime.block_on(self.running.as_ref().unwrap().reload_certificates());
    }

    /// Waits for the fault that ends the server and says what it was.
    pub(crate) fn fatal(&mut self) -> String {
        let runtime = self.runtime.as_ref().unwrap();
        let running = self.running.as_mut().unwrap();
        runtime.block_on(running.fatal()).to_string()
    }

    /// Ends as a process does after a fatal fault: nothing is drained.
    pub(crate) fn abandon(mut self) {
        self.cut();
    }

    fn cut(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        std::mem::forget(self.running.take());
    }

    /// Drains; returns when everything has ended.
    pub(crate) fn shutdown(mut self) {
        self.drain();
    }

    /// Starts to drain on another thread.
    pub(crate) fn shutdown_later(mut self) -> std::thread::JoinHandle<()> {
        std::thread::spawn(move || self.drain())
    }

    fn drain(&mut self) {
        if let (Some(runtime), Some(running)) = (self.runtime.take(), self.running.take()) {
            runtime.block_on(running.shutdown());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that failed may have left a gate shut: draining would hang, and hide why.
        if std::thread::panicking() {
            self.cut();
            return;
        }
        self.drain();
    }
}

/// The authority's key, which fails or waits as a test wants.
#[derive(Debug)]
pub(crate) struct FaultSigner {
    key: Arc<dyn Signer>,
    /// Every n-th call fails; zero: none.
    pub(crate) fail_every: AtomicUsize,
    calls: AtomicUsize,
}

impl FaultSigner {
    /// Puts itself in front of the key of `parts`.
    pub(crate) fn install(parts: &mut Parts) -> Arc<Self> {
        let (signer, identity) = Self::before(&parts.identity);
        parts.identity = identity;
        signer
    }

    /// Puts itself in front of the key for location stamps.
    pub(crate) fn install_for_places(parts: &mut Parts) -> Arc<Self> {
        let location = parts.location.as_mut().unwrap();
        let (signer, identity) = Self::before(&location.identity);
        location.identity = identity;
        signer
    }

    fn before(identity: &AuthorityIdentity) -> (Arc<Self>, AuthorityIdentity) {
        let signer = Arc::new(Self {
            key: Arc::clone(identity.signer()),
            fail_every: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
        });
        let chain = identity.chain().to_vec();
        let proven = AuthorityIdentity::prove(chain, Arc::<Self>::clone(&signer), now());
        (signer, proven.unwrap())
    }
}

impl Signer for FaultSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        match self.fail_every.load(Ordering::SeqCst) {
            0 => self.key.sign(message),
            every if call.is_multiple_of(every) => Err(SignError::Failed),
            _ => self.key.sign(message),
        }
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn public_key(&self) -> &[u8] {
        self.key.public_key()
    }
}

/// A store whose commits wait while its gate is shut, or fail.
#[derive(Debug, Default)]
pub(crate) struct GateStore {
    rows: MemStore,
    shut: Mutex<bool>,
    opened: Condvar,
    failing: AtomicBool,
}

impl GateStore {
    pub(crate) fn shut(&self) {
        *self.shut.lock().unwrap() = true;
    }

    pub(crate) fn open(&self) {
        *self.shut.lock().unwrap() = false;
        self.opened.notify_all();
    }

    pub(crate) fn fail(&self) {
        self.failing.store(true, Ordering::SeqCst);
    }
}

impl Store for GateStore {
    fn commit(&self, batch: &CommitBatch) -> Result<(), StoreError> {
        let mut shut = self.shut.lock().unwrap();
        while *shut {
            shut = self.opened.wait(shut).unwrap();
        }
        if self.failing.load(Ordering::SeqCst) {
            return Err(StoreError::NoFamily("a fault of the test"));
        }
        self.rows.commit(batch)
    }

    fn state(&self) -> Result<Option<StoredState>, StoreError> {
        self.rows.state()
    }

    fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.rows.leaf(index)
    }

    fn node(&self, id: NodeId) -> Result<Option<Hash>, StoreError> {
        self.rows.node(id)
    }

    fn token(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.rows.token(index)
    }

    fn location_token(&self, index: LeafIndex) -> Result<Option<LocationToken>, StoreError> {
        self.rows.location_token(index)
    }

    fn event(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.rows.event(index)
    }

    fn checkpoint(&self, size: TreeSize) -> Result<Option<String>, StoreError> {
        self.rows.checkpoint(size)
    }
}

/// Waits until `done`, for at most some seconds.
pub(crate) fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not within five seconds: {what}");
}

pub(crate) fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
