//! The tolerant reader: BER or DER in, views over the received bytes out.
//!
//! A quarter of real tokens is BER (X.690 section 8), so the verifier cannot use a DER
//! decoder. These views keep every slice as received, note each departure from DER in
//! a [`walk::Walk`], are bounded in depth, count and length ([`limits`]), and judge
//! nothing: a view that reads is not a token that is right. For the verifier only;
//! requests and whatever we issue go through the strict types of this crate.

pub mod algorithm;
pub mod attribute;
pub mod certificate;
pub mod certificate_policies;
pub mod children;
pub mod content_info;
pub mod crl;
pub mod der_form;
pub mod distribution_point;
pub mod error;
pub mod ess;
pub mod extension;
pub mod general_name;
pub mod integer;
pub mod limits;
pub mod name_constraints;
pub mod ocsp;
pub mod oid;
pub mod request;
pub mod response;
pub mod signed_data;
pub mod signer_info;
pub mod tag;
pub mod tlv;
pub mod tst_info;
pub mod walk;

mod decimal;
mod header;
