//! `GET /v1/policies`, `/v1/policies/{oid}`, `/v1/policies/{policy_hash}`: the public rules.
//!
//! The document of a digest never changes. The one of an identifier is the one in force.

use std::sync::Arc;

use meridian_wire::oid;
use serde::Serialize;
use warp::reply::Response;

use super::super::status;
use crate::location::desk::LocationDesk;
use crate::location::refusal::LocationRefusal;

#[derive(Debug, Serialize)]
struct Policies {
    policies: Vec<Policy>,
    default_policy: String,
    policy_hash: String,
}

#[derive(Debug, Serialize)]
struct Policy {
    oid: String,
    min_level: u8,
}

/// Lists the identifiers that are served.
pub(super) fn list(desk: &LocationDesk) -> Result<Response, LocationRefusal> {
    let policy = desk.policy();
    let served = policy.oids().filter_map(|oid| {
        Some(Policy {
            oid: oid.to_string(),
            min_level: policy.min_level(oid)?.code(),
        })
    });
    status::json(&Policies {
        policies: served.collect(),
        default_policy: policy.default_policy().to_string(),
        policy_hash: hex::encode(policy.hash()),
    })
    .map_err(LocationRefusal::Json)
}

/// The document that an identifier or a digest names, exactly as it is hashed.
pub(super) async fn document(
    desk: &Arc<LocationDesk>,
    name: &str,
) -> Result<Response, LocationRefusal> {
    let mut digest = [0; 32];
    if hex::decode_to_slice(name, &mut digest).is_ok() {
        let document = desk.run(move |desk| desk.document(&digest)).await?;
        return Ok(status::unchanging("application/json", document));
    }
    let oid = oid::parse(name).map_err(|_| LocationRefusal::PolicyNotFound)?;
    if desk.policy().min_level(&oid).is_none() {
        return Err(LocationRefusal::PolicyNotFound);
    }
    let document = desk.policy().jcs().to_vec();
    Ok(status::short_lived("application/json", document))
}
