//! `POST /v1/location/challenges`: what evidence is to answer.
//!
//! ```json
//! {"key": {JWK}, "policy": "<dotted OID>", "imprint": {"hash": "sha256", "digest": "<hex>"}}
//! ```
//!
//! All of it is optional: `{}` is a challenge under the default policy, for anybody.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use warp::reply::Response;

use super::super::imprint::ImprintText;
use super::super::object::{self, Object};
use super::super::status;
use super::member;
use crate::location::desk::LocationDesk;
use crate::location::issue::Ask;
use crate::location::refusal::LocationRefusal;
use crate::location::session::Session;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request<'a> {
    #[serde(borrow, default)]
    key: Option<&'a RawValue>,
    #[serde(default)]
    policy: Option<String>,
    #[serde(default)]
    imprint: Option<Object<ImprintText>>,
}

#[derive(Debug, Serialize)]
struct Answer {
    id: String,
    nonce_b64: String,
    /// RFC 3339.
    exp: String,
    policy: String,
    policy_hash: String,
    /// What a device signs: nonce, imprint, key and policy under one hash.
    evidence_nonce_b64: String,
    /// Landmarks to be ranged; there are none.
    landmarks: [(); 0],
    landmark_directory: Option<String>,
    /// The seed of the tree comes with the reply to the evidence, and only there.
    seed_delivery: &'static str,
}

/// Answers with a challenge.
pub(super) async fn answer(
    desk: &Arc<LocationDesk>,
    session: Session,
    body: &[u8],
) -> Result<Response, LocationRefusal> {
    let request: Request<'_> = object::read(body).map_err(LocationRefusal::Json)?;
    // `null` is the same as absent, for this member as for the others.
    let key = request.key.filter(|key| key.get() != "null");
    let ask = Ask {
        key: key.map(member::key).transpose()?,
        policy: request.policy.as_deref().map(member::policy).transpose()?,
        imprint: member::document(request.imprint.as_ref())?,
    };
    let issued = desk.run(move |desk| desk.issue(ask, &session)).await?;
    let challenge = &issued.challenge;
    status::created(&Answer {
        id: hex::encode(issued.id.0),
        nonce_b64: STANDARD.encode(challenge.nonce),
        exp: issued.until.to_string(),
        policy: challenge.policy.to_string(),
        policy_hash: hex::encode(desk.policy().hash()),
        evidence_nonce_b64: STANDARD.encode(challenge.evidence_nonce()),
        landmarks: [],
        landmark_directory: None,
        seed_delivery: "reply",
    })
    .map_err(LocationRefusal::Json)
}
