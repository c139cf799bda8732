//! One life of a log: thousands of steps, each chosen by the dice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use meridian_log::fsck::fsck;
use meridian_log::open::{Log, LogParts, OpenError};
use meridian_log::released::{Outcome, Released};
use meridian_log::room::Reserve;
use meridian_log::room::sim::SimRoom;
use meridian_log::sequencer::SequencerLimits;
use meridian_log::stepped::SteppedSequencer;
use meridian_log::store::Store as _;
use meridian_merkle::index::LeafIndex;
use meridian_signing::clock::sim::SimClock;
use meridian_signing::clock::{BoundSource, ClockError, ClockReading};
use meridian_signing::digest::sha256;
use meridian_signing::entropy::SeededEntropy;
use meridian_wire::leaf::EventName;
use meridian_wire::time::UnixMicros;

use crate::dice::Dice;
use crate::medium::{Copy, Fault, Medium};
use crate::outsider::Outsider;
use crate::rig::{
    DEADLINE, FaultKind, FaultStamper, PLACE, START, World, check_proof, check_released,
};

/// Of every reading of the clock.
const BOUND_US: u64 = 400_000;

/// Octets that are to stay free.
const RESERVE: u64 = 1_000;

/// How often things happened, over one life or many.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) steps: u64,
    pub(crate) released: u64,
    pub(crate) turned_away: u64,
    pub(crate) starts: u64,
    pub(crate) kills: u64,
    pub(crate) power_cuts: u64,
    pub(crate) faults: u64,
    pub(crate) refusals: u64,
    pub(crate) leaves: u64,
    pub(crate) voids: u64,
}

/// What replies say, in their order; emptied after each step.
type Mail = Arc<Mutex<Vec<(String, Outcome<&'static str>)>>>;

pub(crate) struct Life {
    dice: Dice,
    medium: Medium,
    clock: Arc<SimClock>,
    /// What the clock shows, and the latest that it ever showed.
    now: i64,
    latest: i64,
    room: Arc<SimRoom>,
    stamper: Arc<FaultStamper>,
    signer_is_dead: Arc<AtomicBool>,
    running: Option<SteppedSequencer<FaultStamper>>,
    mail: Mail,
    requests: u64,
    outsider: Outsider,
    saved: Option<Copy>,
    /// Of all that happened.
    trace: [u8; 32],
    pub(crate) tally: Tally,
}

impl Life {
    pub(crate) fn new(seed: u64) -> Self {
        let signer_is_dead = Arc::new(AtomicBool::new(false));
        let dead = Arc::clone(&signer_is_dead);
        let stamper = FaultStamper::new(move |call| {
            let fails = call.is_multiple_of(23) || dead.load(Ordering::SeqCst);
            fails.then_some(FaultKind::Fails)
        });
        let mut life = Self {
            dice: Dice::new(seed),
            medium: Medium::new(),
            clock: Arc::new(SimClock::new(START, BOUND_US)),
            now: START.get(),
            latest: START.get(),
            room: Arc::new(SimRoom::new(RESERVE)),
            stamper,
            signer_is_dead,
            running: None,
            mail: Mail::default(),
            requests: 0,
            outsider: Outsider::default(),
            saved: None,
            trace: [0; 32],
            tally: Tally::default(),
        };
        let time = UnixMicros::new(START.get() - 1);
        Log::create(life.parts(), b"genesis", time).unwrap();
        life.start();
        life
    }

    fn parts(&self) -> LogParts {
        let (store, lock) = (Arc::new(self.medium.clone()), Box::new(self.medium.clone()));
        LogParts::new(
            store,
            lock,
            World::identity(),
            Arc::new(SeededEntropy::new(7)),
        )
    }

    fn note(&mut self, what: &str) {
        self.trace = sha256(&[&self.trace[..], what.as_bytes()].concat());
    }

    pub(crate) fn step(&mut self) {
        self.tally.steps += 1;
        match self.dice.below(1_000) {
            0..300 => self.submit(),
            300..315 => self.submit_event(),
            315..600 => self.turn(),
            600..860 => self.commit(None),
            860..880 => {
                let fault = self.dice.one_of(&Fault::ALL);
                self.commit(Some(fault));
            }
            880..930 => self.move_clock(),
            930..945 => self.change_room(),
            945..950 => {
                let dies = self.dice.once_in(3);
                self.signer_is_dead.store(dies, Ordering::SeqCst);
            }
            950..980 => self.read_a_proof(),
            980..985 => self.saved = Some(self.medium.copy()),
            985..990 => self.stop(),
            990..996 => self.kill(),
            _ => self.cut_power(),
        }
    }

    fn log(&mut self) -> &mut SteppedSequencer<FaultStamper> {
        self.running.as_mut().unwrap()
    }

    fn submit(&mut self) {
        for _ in 0..=self.dice.below(12) {
            self.requests += 1;
            let kind = self.dice.one_of(&["r", "r", "r", PLACE, "refuse "]);
            let request = format!("{kind}{}", self.requests);
            let (mail, name) = (Arc::clone(&self.mail), request.clone());
            let reply = move |outcome| mail.lock().unwrap().push((name, outcome));
            if let Err(error) = self.log().submit(request, reply) {
                self.tally.turned_away += 1;
                self.note(&format!("{error}"));
            }
        }
    }

    fn submit_event(&mut self) {
        let name = EventName::new("happened").unwrap();
        let reply = |released| drop(released);
        self.log().submit_event(name, b"body", reply).unwrap();
    }

    fn turn(&mut self) {
        let did = self.log().turn();
        self.note(&format!("turn {did}"));
        self.read_mail();
    }

    fn commit(&mut self, fault: Option<Fault>) {
        self.medium.arm(fault);
        let size = self.log().reader().size();
        let ended = self.log().commit();
        let met = self.medium.disarm() && fault.is_some();
        self.tally.faults += u64::from(met);
        self.read_mail();
        match ended {
            Ok(did) => {
                self.note(&format!("commit {did} {met}"));
                let silent = !met || fault == Some(Fault::StoreLies);
                assert!(silent, "it goes on over {fault:?}");
                let checkpoint = self.log().reader().checkpoint();
                self.outsider.see(&checkpoint);
            }
            Err(fatal) => {
                self.note(&format!("{fatal}"));
                assert!(met, "{fatal:?} without a fault");
                assert_eq!(self.log().reader().size(), size, "released: {fatal:?}");
                assert!(!self.log().commit().unwrap(), "it goes on after {fatal:?}");
                self.end();
                self.start();
            }
        }
    }

    fn read_mail(&mut self) {
        let mail = std::mem::take(&mut *self.mail.lock().unwrap());
        for (request, outcome) in mail {
            match outcome {
                Outcome::Stamped(released) => self.receive(&request, &released),
                other => {
                    self.tally.turned_away += 1;
                    self.note(&format!("{request}: {other:?}"));
                }
            }
        }
    }

    fn receive(&mut self, request: &str, released: &Released) {
        let serial = released.index().get();
        self.note(&format!("{request}: {serial} at {}", released.time()));
        self.tally.released += 1;
        // A proof costs a signature check.
        if self.dice.once_in(6) {
            check_released(request, released);
        }
        let in_bound = i64::try_from(BOUND_US).unwrap();
        let time = released.time().get();
        assert!(time <= self.latest + in_bound, "{serial} is of the future");
        self.outsider.see(released.checkpoint());
        self.outsider.hold(serial, released.answer());
    }

    fn move_clock(&mut self) {
        match self.dice.below(20) {
            0 => self.clock.fail(ClockError::Unsynchronised),
            // Set back: nothing is stamped until it has caught up.
            1 => self.show(self.now - 2_000_000),
            _ => {
                let passed = i64::try_from(self.dice.below(1_000_000)).unwrap();
                self.show(self.now + passed);
            }
        }
        let passed = Duration::from_micros(self.dice.below(500_000));
        self.log().pass(passed);
    }

    fn show(&mut self, now: i64) {
        self.now = now;
        self.latest = self.latest.max(now);
        let time = UnixMicros::new(now);
        let reading = ClockReading::new(time, BOUND_US, BoundSource::Measured);
        self.clock.set(reading);
    }

    fn change_room(&mut self) {
        match self.dice.below(20) {
            0 => self.room.fail(),
            1 => self.room.set(RESERVE - 1),
            _ => self.room.set(2 * RESERVE),
        }
    }

    fn read_a_proof(&mut self) {
        let reader = self.log().reader();
        let index = self.dice.below(reader.size().get() + 1);
        let proof = reader.proof(LeafIndex::new(index)).unwrap();
        assert_eq!(proof.is_some(), index < reader.size().get());
        if let Some(proof) = proof.filter(|_| self.dice.once_in(4)) {
            check_proof(&proof, index);
        }
        self.outsider.see(&reader.checkpoint());
    }

    /// In good order: everybody is answered.
    fn stop(&mut self) {
        self.note("stop");
        self.room.set(2 * RESERVE);
        while self.log().turn() || self.log().commit().unwrap() {
            self.log().pass(DEADLINE);
            self.read_mail();
        }
        assert_eq!(self.log().waiting(), 0);
        let checkpoint = self.log().reader().checkpoint();
        self.outsider.see(&checkpoint);
        self.end();
        self.start();
    }

    /// Between two steps; what fell within one is a fault of a commit.
    fn kill(&mut self) {
        self.note("kill");
        self.tally.kills += 1;
        self.end();
        self.start();
    }

    fn cut_power(&mut self) {
        self.note("power");
        self.tally.power_cuts += 1;
        self.end();
        let was_lying = self.medium.is_lying();
        let lost = self.medium.cut_power();
        let complete = self.medium.state().map(|state| state.size) >= Some(self.outsider.size());
        if was_lying && !complete {
            self.refuse("what was released is missing");
            self.medium.mend(&lost);
        }
        self.start();
    }

    /// Nobody hears anything any more.
    fn end(&mut self) {
        self.running = None;
        // What a dropped log says to those that wait, a dead process does not.
        self.mail.lock().unwrap().clear();
    }

    /// Opening must fail, and change nothing.
    fn refuse(&mut self, why: &str) -> OpenError {
        let before = (self.medium.state(), self.medium.copy().lock);
        let refused = Log::open(self.parts()).map(drop).expect_err(why);
        assert_eq!(before, (self.medium.state(), self.medium.copy().lock));
        self.tally.refusals += 1;
        self.note(&format!("{refused}"));
        refused
    }

    fn start(&mut self) {
        if self.dice.once_in(4) {
            self.put_old_copies_back();
        }
        if self.dice.once_in(3) {
            self.medium.settle();
        }
        if self.dice.once_in(5) {
            self.start_with_a_fault();
        }
        let log = Log::open(self.parts()).unwrap();
        self.tally.starts += 1;
        let size = log.reader().size();
        assert!(size >= self.outsider.size(), "a released leaf is missing");
        self.outsider.see(&log.reader().checkpoint());
        self.outsider.check_tokens(&self.medium);
        self.note(&format!("start {size}"));
        let room = Arc::<SimRoom>::clone(&self.room);
        let log = log.with_reserve(Reserve::new(room, RESERVE));
        let clock = Arc::<SimClock>::clone(&self.clock);
        let mut delays = Dice::new(self.dice.below(u64::MAX));
        let delay = move |_: &_| match delays.below(40) {
            // Hangs, and comes after the deadline.
            0 => 2 * DEADLINE,
            1 => DEADLINE / 2,
            _ => Duration::from_micros(delays.below(2_000)),
        };
        let (queue, batch) = (
            self.dice.one_of(&[20, 100, 4_096]),
            self.dice.one_of(&[8, 64, 512]),
        );
        let limits = SequencerLimits::new(queue, batch, DEADLINE, self.dice.one_of(&[1, 2, 8]));
        let stamper = Arc::clone(&self.stamper);
        let log = SteppedSequencer::new(log, stamper, clock, limits, Box::new(delay));
        self.running = Some(log);
    }

    /// The lock record may fail when it is rolled forward.
    fn start_with_a_fault(&mut self) {
        let lock = [Fault::LockLoses, Fault::LockKeeps, Fault::LockTears];
        self.medium.arm(Some(self.dice.one_of(&lock)));
        let opened = Log::open(self.parts()).map(drop);
        let met = self.medium.disarm();
        self.tally.faults += u64::from(met);
        assert_eq!(opened.is_err(), met, "{opened:?}");
    }

    /// An operator restores the wrong thing, is refused, and puts the newest back.
    fn put_old_copies_back(&mut self) {
        let Some(old) = self.saved.take() else {
            return;
        };
        let newest = self.medium.copy();
        let old_size = old.store.state().unwrap().unwrap().size;
        if old_size < self.medium.lock_size() {
            self.medium.put_back_store(&old.store);
            let refused = self.refuse("an old database");
            assert!(
                matches!(refused, OpenError::DatabaseBehind { .. }),
                "{refused:?}"
            );
            self.medium.put_back_store(&newest.store);
        }
        let state = newest.store.state().unwrap().unwrap();
        let checkpoint = old.lock.newest.as_ref().map(|newest| &newest.checkpoint);
        let is_older =
            checkpoint != Some(&state.checkpoint) && checkpoint != state.previous.as_ref();
        if is_older {
            self.medium.put_back_lock(&old.lock);
            let refused = self.refuse("an old lock record");
            assert!(
                matches!(refused, OpenError::LockBehind { .. }),
                "{refused:?}"
            );
            self.medium.put_back_lock(&newest.lock);
        }
    }

    /// The end of the simulation: everything is looked at. Returns the trace.
    pub(crate) fn finish(mut self) -> ([u8; 32], Tally) {
        self.stop();
        let key = World::identity().verifier_key().clone();
        let token_digest = |token: &[u8]| Some(sha256(token));
        let report = fsck(&self.medium, &key, Some(&token_digest), &mut |_, _| {}).unwrap();
        self.outsider.check_tokens(&self.medium);
        self.outsider.check_roots(&self.medium);
        assert!(report.stamps >= u64::try_from(self.outsider.holds()).unwrap());
        self.tally.leaves = report.size.get();
        self.tally.voids = report.voids;
        (self.trace, self.tally)
    }
}
