//! Bytes to types and back: everything that crosses a boundary.

pub mod checkpoint;
pub mod cms;
mod der_walk;
mod der_write;
pub mod error;
mod hash_lines;
pub mod leaf;
pub mod limits;
pub mod loc;
pub mod log_number;
pub mod note;
pub mod oid;
pub mod proof;
pub mod reader;
pub mod tile;
pub mod time;
pub mod tlog_policy;
pub mod tlog_witness;
pub mod tsp;
pub mod x509;
