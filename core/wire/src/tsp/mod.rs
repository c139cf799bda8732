//! The Time-Stamp Protocol, RFC 3161 with RFC 5816: requests, responses, TSTInfo.

pub mod accuracy;
pub mod extension;
pub mod gen_time;
pub mod hash;
pub mod imprint;
pub mod nonce;
pub mod req;
pub mod resp;
pub mod serial;
pub mod status;
pub mod tst_info;
