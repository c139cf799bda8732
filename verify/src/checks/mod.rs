//! The checks, one file per family, one function per check.

pub(crate) mod algorithm_policy;
pub(crate) mod container;
pub(crate) mod etsi;
pub(crate) mod imprint;
pub(crate) mod later;
pub(crate) mod log;
pub(crate) mod path;
pub(crate) mod revocation;
pub(crate) mod signature;
pub(crate) mod signed_attrs;
pub(crate) mod signer;
pub(crate) mod stamping_certificate;
pub(crate) mod tst_info;
pub(crate) mod unsigned_attrs;
