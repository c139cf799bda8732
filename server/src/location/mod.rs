//! Location stamps: what happens around the pure parts.
//!
//! `appraisal` judges evidence and `locstamp` decides about tokens; both are functions. Here are
//! their effects: time, randomness, and the private rows of challenges, tickets, subjects and
//! travel. Start reading at `desk`, then `evidence`.

pub(crate) mod acceptance;
pub(crate) mod challenge;
pub(crate) mod desk;
pub(crate) mod enrolment;
pub(crate) mod evidence;
mod history;
pub(crate) mod issue;
pub(crate) mod ledger;
mod names;
pub(crate) mod open;
pub mod parts;
pub(crate) mod problem;
mod rate;
pub(crate) mod redeem;
pub(crate) mod refusal;
mod row;
pub(crate) mod session;
mod signatures;
pub(crate) mod subject;
pub(crate) mod sweep;
pub(crate) mod ticket;
