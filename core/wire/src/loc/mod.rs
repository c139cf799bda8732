//! Location: the claim in a token, the request for one, and what opens it.
//!
//! Each type has its part of the ASN.1 module `LocationStamp-2026` (IMPLICIT TAGS) in its
//! documentation. Strict DER: one encoding, or refused. The ranges hold for every value of these
//! types, however it was made. Nothing here judges: whether a place is plausible, or a level
//! earned, is not looked at.
//!
//! Adding a field means a new extension OID: the module has no extension marker.

pub mod algorithm;
pub mod altitude;
pub mod binding;
pub mod bound;
pub mod bundle;
pub mod cell;
pub mod claim;
pub mod disclosure;
pub mod error;
pub mod evidence;
pub mod fence;
mod field;
pub mod find;
pub mod flags;
pub mod level;
pub mod method;
pub mod motion;
pub mod name;
pub mod nonce;
pub mod observed;
pub mod point;
pub mod request;
pub mod revealed;
pub mod slot;
pub mod subject;
pub mod travel;
pub mod tree;
pub mod value;

pub use field::Digest32;
