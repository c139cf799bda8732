//! The bodies of the fuzz targets, so that stable can replay their corpora.
//!
//! A body takes any bytes. It may not panic, hang or allocate without bound, and what it
//! asserts is a property of the parser: what was accepted is written back unchanged.

mod appraisal;
mod authority;
mod location;
mod log;
mod timestamp;
mod trust;
mod verifier;
mod witness;

pub use appraisal::{evidence, policy};
pub use location::{bundle, claim, disclosures, location_request};
pub use log::{checkpoint, leaf, note, proof, tlog_policy};
pub use timestamp::{certificate, pem, request, response, token};
pub use trust::{crl, ocsp, path};
pub use verifier::verify;
pub use witness::{add_checkpoint, witness_answer};

/// A target: its name, which is also its corpus folder's, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target. A parser without a line here is not fuzzed.
pub const TARGETS: &[Target] = &[
    ("request", request),
    ("token", token),
    ("response", response),
    ("certificate", certificate),
    ("note", note),
    ("checkpoint", checkpoint),
    ("proof", proof),
    ("leaf", leaf),
    ("pem", pem),
    ("verify", verify),
    ("claim", claim),
    ("disclosures", disclosures),
    ("location_request", location_request),
    ("bundle", bundle),
    ("evidence", evidence),
    ("policy", policy),
    ("path", path),
    ("crl", crl),
    ("ocsp", ocsp),
    ("tlog_policy", tlog_policy),
    ("add_checkpoint", add_checkpoint),
    ("witness_answer", witness_answer),
];
