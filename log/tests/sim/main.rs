//! Simulated lives of a log: one thread, simulated time, disks that lose, lie and
//! tear, a clock that is set back, signers that fail and hang, crashes anywhere,
//! wrong copies put back. One seed is one life, to the last bit.
//!
//! What holds in each: a released token is there after every start, under its
//! number; no number is given twice; no two checkpoints that anybody saw are of
//! two histories; what could break this is refused when the log is opened.
#![cfg(test)]
#![expect(clippy::print_stderr, reason = "the seed is what a person needs")]

#[path = "../rig/mod.rs"]
mod rig;

mod dice;
mod life;
mod medium;
mod outsider;

use life::{Life, Tally};

/// A seed or a range of them (`7`, `100..200`) instead of the usual ones.
const SEEDS: &str = "MERIDIAN_SIM_SEEDS";

const USUAL: std::ops::Range<u64> = 0..30;

const STEPS: u64 = 3_000;

fn seeds() -> std::ops::Range<u64> {
    let Some(given) = std::env::var_os(SEEDS) else {
        return USUAL;
    };
    let given = given.into_string().unwrap();
    let number = |text: &str| text.parse().unwrap();
    match given.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => number(&given)..number(&given) + 1,
    }
}

/// Says which seed it was, if the life ends badly.
struct Epitaph(u64);

impl Drop for Epitaph {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {0}: again with {SEEDS}={0}", self.0);
        }
    }
}

fn live(seed: u64) -> ([u8; 32], Tally) {
    let _epitaph = Epitaph(seed);
    let mut life = Life::new(seed);
    for _ in 0..STEPS {
        life.step();
    }
    life.finish()
}

#[test]
fn whatever_happens_what_was_released_is_there_and_the_log_is_one() {
    let seeds = seeds();
    let mut all = Tally::default();
    for seed in seeds.clone() {
        let (_, tally) = live(seed);
        all.steps += tally.steps;
        all.released += tally.released;
        all.turned_away += tally.turned_away;
        all.starts += tally.starts;
        all.kills += tally.kills;
        all.power_cuts += tally.power_cuts;
        all.faults += tally.faults;
        all.refusals += tally.refusals;
        all.leaves += tally.leaves;
        all.voids += tally.voids;
    }
    eprintln!("seeds {seeds:?}: {all:?}");
    assert!(all.released > 10 * all.starts && all.faults > all.starts / 4);
    assert!(all.refusals > 0 && all.voids > 0 && all.power_cuts > 0);
}

#[test]
fn one_seed_is_one_life() {
    assert_eq!(live(1), live(1));
    assert_ne!(live(1).0, live(2).0);
}
