//! `GET /v1/certificates` and `/api/v1/timestamp/certchain`: what a verifier needs.

use bytes::Bytes;
use warp::reply::Response;

use super::status;

/// PEM, the TSU first, then its chain.
pub(super) fn chain(pem: &Bytes) -> Response {
    status::with_type("application/pem-certificate-chain", pem.clone())
}
