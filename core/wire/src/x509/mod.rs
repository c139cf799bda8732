//! Certificates, RFC 5280: views of received ones, building of our own, PEM.

pub mod build;
pub mod certificate;
pub mod extensions;
pub mod name;
pub mod pem;
