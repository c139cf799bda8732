//! [`Session`]: as whom a connection is authenticated.

use std::net::IpAddr;

use meridian_wire::loc::Digest32;

/// Where a request comes from, and what it has proven. On plain HTTP it has proven nothing.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) address: IpAddr,
    /// A secret in the answer is read by the caller only.
    pub(crate) secure: bool,
    /// SHA-256 of the key in the client's certificate.
    pub(crate) key: Option<Digest32>,
    /// The bearer token.
    pub(crate) bearer: Option<Bearer>,
    /// The request came over the private port: the operator's.
    pub(crate) operator: bool,
}

/// A bearer token (RFC 6750).
#[derive(Clone)]
pub(crate) struct Bearer(pub(crate) String);

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer(…)")
    }
}
