use std::num::NonZeroU64;
use std::sync::mpsc;

use meridian_signing::clock::{BoundSource, ClockReading, StampTime};
use meridian_signing::signer::SignError;
use meridian_wire::time::UnixMicros;

use super::*;

const DEADLINE: Duration = Duration::from_millis(200);

/// What a request makes of its signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Signed,
    Fails,
    Panics,
    /// Until the gate opens.
    Hangs,
}

#[derive(Default)]
struct FatefulStamper {
    gate: Mutex<bool>,
    opened: Condvar,
}

impl FatefulStamper {
    fn open(&self) {
        *self.gate.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl Stamper for FatefulStamper {
    type Request = Fate;
    type Refusal = ();

    fn admit(&self, _: &Fate, _: &StampTime) -> Result<(), ()> {
        Ok(())
    }

    fn stamp(&self, fate: &Fate, place: &Place) -> Result<Stamp, StampError> {
        match fate {
            Fate::Signed => {}
            Fate::Fails => return Err(SignError::Failed.into()),
            Fate::Panics => panic!("the signer's own fault"),
            Fate::Hangs => {
                let gate = self.gate.lock().unwrap();
                drop(self.opened.wait_while(gate, |open| !*open).unwrap());
            }
        }
        let answer = place.index().get().to_be_bytes().to_vec();
        Ok(Stamp::time_stamp([1; 32], b"token".to_vec(), answer))
    }
}

fn pieces(fates: &[Fate]) -> Vec<Piece<FatefulStamper>> {
    let reading = ClockReading::new(UnixMicros::new(5), 9, BoundSource::Measured);
    let time = StampTime::next(reading, None).unwrap();
    let numbers = (1..).map(|number| NonZeroU64::new(number).unwrap());
    let piece = |(fate, number): (&Fate, _)| (Arc::new(*fate), Place::new(number, time));
    fates.iter().zip(numbers).map(piece).collect()
}

/// Signs with two threads and says of each tried piece what came of it.
fn check(stamper: &Arc<FatefulStamper>, pool: &mut Pool, fates: &[Fate]) -> Vec<Option<bool>> {
    let collected = sign(pool, stamper, pieces(fates), DEADLINE);
    let outcome = |result: Option<Result<_, _>>| result.map(|result| result.is_ok());
    collected.tried.into_iter().map(outcome).collect()
}

#[test]
fn each_piece_gets_its_own_signature() {
    let stamper = Arc::new(FatefulStamper::default());
    let collected = sign(
        &mut Pool::new(2),
        &stamper,
        pieces(&[Fate::Signed; 40]),
        DEADLINE,
    );
    for (result, number) in collected.tried.into_iter().zip(1_u64..) {
        assert_eq!(result.unwrap().unwrap().answer, number.to_be_bytes());
    }
}

#[test]
fn a_failure_or_a_panic_is_only_its_own() {
    let stamper = Arc::new(FatefulStamper::default());
    let fates = [Fate::Signed, Fate::Fails, Fate::Panics, Fate::Signed];
    let mut outcomes = check(&stamper, &mut Pool::new(2), &fates);
    // Printing the backtrace of a panic can outlast the deadline.
    let panicked = outcomes.remove(2);
    assert_ne!(panicked, Some(true));
    assert_eq!(outcomes, [Some(true), Some(false), Some(true)]);
}

#[test]
fn two_threads_that_hang_are_replaced_and_the_rest_is_signed() {
    let stamper = Arc::new(FatefulStamper::default());
    let mut pool = Pool::new(2);
    let mut fates = [Fate::Signed; 20];
    fates[3] = Fate::Hangs;
    fates[4] = Fate::Hangs;
    let outcomes = check(&stamper, &mut pool, &fates);
    let expected = fates.map(|fate| (fate == Fate::Signed).then_some(true));
    assert_eq!(outcomes, expected);
    // The threads that come back late find no slot and end.
    stamper.open();
    assert_eq!(check(&stamper, &mut pool, &[Fate::Signed]), [Some(true)]);
}

#[test]
fn what_no_thread_came_to_was_not_tried() {
    let stamper = Arc::new(FatefulStamper::default());
    let outcomes = check(&stamper, &mut Pool::new(1), &[Fate::Hangs; 30]);
    assert!(outcomes.len() < 30, "{} tried", outcomes.len());
    assert!(outcomes.iter().all(Option::is_none));
    stamper.open();
}

#[test]
fn a_batch_does_not_wait_longer_than_its_deadline() {
    let stamper = Arc::new(FatefulStamper::default());
    let (sender, receiver) = mpsc::channel();
    let hanging = Arc::clone(&stamper);
    std::thread::spawn(move || {
        let outcomes = check(&hanging, &mut Pool::new(2), &[Fate::Hangs, Fate::Signed]);
        sender.send(outcomes).unwrap();
    });
    let outcomes = receiver.recv_timeout(DEADLINE * 5).unwrap();
    assert_eq!(outcomes, [None, Some(true)]);
    stamper.open();
}
