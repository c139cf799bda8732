//! A log with everything around it replaced by its deterministic twin.
#![expect(dead_code, reason = "each test file uses its own part of the rig")]

pub(crate) mod disk;

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use meridian_log::fatal::Fatal;
use meridian_log::fsck::{Report, fsck};
use meridian_log::identity::LogIdentity;
use meridian_log::lock_record::LockRecord;
use meridian_log::lock_record::mem::MemLockRecord;
use meridian_log::open::{Log, LogParts};
use meridian_log::released::{Outcome, Released};
use meridian_log::sequencer::{Sequencer, SequencerLimits, SubmitError};
use meridian_log::stamper::{Place, Stamp, StampError, Stamper};
use meridian_log::store::Store;
use meridian_log::store::mem::MemStore;
use meridian_merkle::hash::leaf_hash;
use meridian_merkle::inclusion::InclusionProof;
use meridian_merkle::index::{LeafIndex, TreeSize};
use meridian_signing::clock::StampTime;
use meridian_signing::clock::sim::SimClock;
use meridian_signing::deterministic::DeterministicEd25519;
use meridian_signing::digest::sha256;
use meridian_signing::entropy::SeededEntropy;
use meridian_signing::signer::SignError;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::Leaf;
use meridian_wire::note::name::KeyName;
use meridian_wire::proof::TlogProof;
use meridian_wire::time::UnixMicros;

pub(crate) const START: UnixMicros = UnixMicros::new(1_700_000_000_000_000);

/// Requests that begin so are for location stamps; whose is said behind it.
pub(crate) const PLACE: &str = "place ";

/// Whose token the log is not to keep at all.
pub(crate) const NOT_KEPT: &str = "nobody";

/// Of all other location tokens.
pub(crate) const KEEP_UNTIL: UnixMicros = UnixMicros::new(START.get() + 3_600_000_000);

/// Short enough to wait for, where a signer hangs or the log waits for it to
/// recover.
pub(crate) const DEADLINE: Duration = Duration::from_millis(200);

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The token of a request is its text and its place; what the signer does with
/// every call is decided by the call's number.
pub(crate) struct FaultStamper {
    calls: AtomicU64,
    /// The `n`-th call, counted from 1, fails or hangs where this says so.
    fault: Box<dyn Fn(u64) -> Option<FaultKind> + Send + Sync>,
    gate: Mutex<bool>,
    opened: Condvar,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FaultKind {
    Fails,
    /// Until [`FaultStamper::release_the_hanging`].
    Hangs,
}

impl FaultStamper {
    pub(crate) fn new(
        fault: impl Fn(u64) -> Option<FaultKind> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            calls: AtomicU64::new(0),
            fault: Box::new(fault),
            gate: Mutex::new(false),
            opened: Condvar::new(),
        })
    }

    pub(crate) fn sound() -> Arc<Self> {
        Self::new(|_| None)
    }

    pub(crate) fn release_the_hanging(&self) {
        *self.gate.lock().unwrap() = true;
        self.opened.notify_all();
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }
}

pub(crate) fn token(request: &str, number: u64) -> Vec<u8> {
    format!("{request} at {number}").into_bytes()
}

impl Stamper for FaultStamper {
    type Request = String;
    type Refusal = &'static str;

    fn admit(&self, request: &String, _: &StampTime) -> Result<(), &'static str> {
        if request.starts_with("refuse") {
            return Err("refused");
        }
        Ok(())
    }

    fn stamp(&self, request: &String, place: &Place) -> Result<Stamp, StampError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        match (self.fault)(call) {
            None => {}
            Some(FaultKind::Fails) => return Err(SignError::Failed.into()),
            Some(FaultKind::Hangs) => {
                let gate = self.gate.lock().unwrap();
                drop(self.opened.wait_while(gate, |open| !*open).unwrap());
            }
        }
        let token = token(request, place.index().get());
        Ok(match request.strip_prefix(PLACE) {
            Some(who) => location_stamp(who, token),
            None => Stamp::time_stamp(sha256(&token), token.clone(), token),
        })
    }
}

fn location_stamp(who: &str, token: Vec<u8>) -> Stamp {
    let keep_until = if who == NOT_KEPT { START } else { KEEP_UNTIL };
    let stamp = Stamp::location_stamp(sha256(&token), token.clone(), token, keep_until);
    stamp.owned_by(sha256(who.as_bytes()))
}

/// What is outside of the process, and so outlives it.
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) lock: MemLockRecord,
    pub(crate) clock: Arc<SimClock>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_store(Arc::new(MemStore::new()))
    }

    /// A world in which the log was created.
    pub(crate) fn with_store(store: Arc<dyn Store>) -> Self {
        let world = Self {
            store,
            lock: MemLockRecord::new(),
            clock: Arc::new(SimClock::new(START, 1_000_000)),
        };
        let time = UnixMicros::new(START.get() - 1);
        Log::create(world.parts(), b"genesis", time).unwrap();
        world
    }

    pub(crate) fn identity() -> LogIdentity {
        let signer = DeterministicEd25519::from_seed(&[1; 32]).unwrap();
        let origin = KeyName::new("log.example/1").unwrap();
        LogIdentity::new(origin, Arc::new(signer)).unwrap()
    }

    pub(crate) fn parts(&self) -> LogParts {
        self.parts_with(Arc::clone(&self.store), Box::new(self.lock.clone()))
    }

    fn parts_with(&self, store: Arc<dyn Store>, lock: Box<dyn LockRecord>) -> LogParts {
        LogParts::new(
            store,
            lock,
            Self::identity(),
            Arc::new(SeededEntropy::new(7)),
        )
    }

    pub(crate) fn start(&self, stamper: &Arc<FaultStamper>, limits: SequencerLimits) -> Rig {
        self.start_with(stamper, limits, |parts| parts)
    }

    /// Starts with parts that `change` put something around.
    pub(crate) fn start_with(
        &self,
        stamper: &Arc<FaultStamper>,
        limits: SequencerLimits,
        change: impl FnOnce(LogParts) -> LogParts,
    ) -> Rig {
        let log = Log::open(change(self.parts())).unwrap();
        Rig::over(log, stamper, &self.clock, limits)
    }

    /// Starts a log that `change` was told something.
    pub(crate) fn start_log(
        &self,
        stamper: &Arc<FaultStamper>,
        limits: SequencerLimits,
        change: impl FnOnce(Log) -> Log,
    ) -> Rig {
        let log = change(Log::open(self.parts()).unwrap());
        Rig::over(log, stamper, &self.clock, limits)
    }

    pub(crate) fn fsck(&self) -> Report {
        let key = Self::identity().verifier_key().clone();
        let token_digest = |token: &[u8]| Some(sha256(token));
        fsck(&*self.store, &key, Some(&token_digest), &mut |_, _| {}).unwrap()
    }
}

pub(crate) type Answer = Receiver<Outcome<&'static str>>;

pub(crate) struct Rig {
    pub(crate) sequencer: Sequencer<FaultStamper>,
    pub(crate) fatal: Receiver<Fatal>,
}

impl Rig {
    pub(crate) fn over(
        log: Log,
        stamper: &Arc<FaultStamper>,
        clock: &Arc<SimClock>,
        limits: SequencerLimits,
    ) -> Self {
        let (sender, fatal) = mpsc::channel();
        let on_fatal = Box::new(move |fatal| sender.send(fatal).unwrap());
        let (clock, stamper) = (Arc::<SimClock>::clone(clock), Arc::clone(stamper));
        let sequencer = Sequencer::start(log, stamper, clock, limits, on_fatal).unwrap();
        Self { sequencer, fatal }
    }

    pub(crate) fn submit(&self, request: &str) -> Result<Answer, SubmitError> {
        let (sender, receiver) = mpsc::channel();
        // The test may have given up on the answer.
        let reply = move |outcome| drop(sender.send(outcome));
        self.sequencer.submit(request.to_owned(), reply)?;
        Ok(receiver)
    }

    pub(crate) fn ask(&self, request: &str) -> Outcome<&'static str> {
        wait(&self.submit(request).unwrap())
    }
}

pub(crate) fn wait(answer: &Answer) -> Outcome<&'static str> {
    answer.recv_timeout(PATIENCE).unwrap()
}

/// For a signer that answers: a busy machine must not look like one that does not.
pub(crate) fn limits() -> SequencerLimits {
    SequencerLimits::new(4_096, 512, PATIENCE / 2, 2)
}

/// For a signer that does not.
pub(crate) fn impatient() -> SequencerLimits {
    SequencerLimits::new(4_096, 512, DEADLINE, 2)
}

/// Checks an answer completely: its proof leads to a root that the log signed,
/// from a leaf that says the token's digest and time.
pub(crate) fn check_released(request: &str, released: &Released) {
    let number = released.index().get();
    assert_eq!(released.answer(), token(request, number));
    assert_eq!(released.serial(), NonZeroU64::new(number).unwrap().into());
    let proof = released.proof().unwrap();
    assert_eq!(proof.checkpoint().as_str(), released.checkpoint());
    let leaf = check_proof(&proof, number);
    let made = if request.starts_with(PLACE) {
        Leaf::location_stamp
    } else {
        Leaf::time_stamp
    };
    assert_eq!(leaf, made(released.time(), sha256(released.answer())));
}

/// Checks a proof as a stranger does and returns the leaf.
pub(crate) fn check_proof(proof: &TlogProof, number: u64) -> Leaf {
    let entry = proof.extra().unwrap();
    let checkpoint = Checkpoint::parse(proof.checkpoint().text()).unwrap();
    let index = LeafIndex::new(number);
    assert_eq!(proof.index(), index);
    let size: TreeSize = checkpoint.size();
    InclusionProof::new(index, size, proof.hashes().to_vec())
        .verify(&leaf_hash(entry), checkpoint.root())
        .unwrap();
    let text = proof.checkpoint().text().as_bytes();
    let key = World::identity().verifier_key().clone();
    let line = &proof.checkpoint().signatures()[0];
    assert_eq!(line.key_id(), key.key_id());
    aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, key.public_key())
        .verify(text, line.signature())
        .unwrap();
    Leaf::decode(entry).unwrap()
}
