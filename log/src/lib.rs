//! The append-only Merkle log on RocksDB: one writer, in front of which
//! requests wait for a number, and behind which nothing leaves before it is
//! durable and provable.
//!
//! Start reading at [`sequencer`], then follow a leaf through the crate with
//! docs/LOG.md.

mod allowance;
mod batch;
pub mod closed;
mod commit;
mod committing;
pub mod edge;
mod event;
pub mod examine;
pub mod export;
pub mod fatal;
pub mod fault;
pub mod fsck;
mod handover;
pub mod identity;
pub mod lock_record;
pub mod logged_event;
pub mod open;
mod owner;
mod pool;
pub mod private;
mod queue;
pub mod reader;
pub mod released;
pub mod room;
pub mod second_root;
pub mod sequencer;
mod signing_batch;
pub mod stamper;
pub mod state;
pub mod stepped;
pub mod store;
mod works;
