//! The JSON request of sigstore's timestamp authority, on `POST /api/v1/timestamp`.
//!
//! ```json
//! {"artifactHash": "<base64>", "hashAlgorithm": "sha256", "nonce": 123, "certificates": true,
//!  "tsaPolicyOID": "1.2.3"}
//! ```
//!
//! It is turned into the DER request that it stands for and walks the same path. The answer is
//! `application/timestamp-reply`, HTTP 200; a refusal is a problem document.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use meridian_wire::oid;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::req::TimeStampReq;
use serde::Deserialize;
use serde_json::value::RawValue;
use warp::reply::Response;

use super::status::{self, Refusal};
use super::{decimal, imprint, object};
use crate::pipeline::{Pipeline, ProofWish};

/// Octets of such a request (sigstore's own parser took time quadratic in the nonce).
pub(super) const LIMIT: usize = 1 << 10;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request<'a> {
    artifact_hash: String,
    hash_algorithm: String,
    /// A JSON number of any length; kept as text so that no digit is lost.
    #[serde(borrow, default)]
    nonce: Option<&'a RawValue>,
    #[serde(default)]
    certificates: bool,
    #[serde(default, rename = "tsaPolicyOID")]
    policy: Option<String>,
}

/// Answers one sigstore request.
pub(super) async fn answer(
    pipeline: &Arc<Pipeline>,
    wish: ProofWish,
    body: &Bytes,
) -> Result<Response, Refusal> {
    let request: Request<'_> = object::read(body).map_err(Refusal::Json)?;
    let der = time_stamp_req(&request)?.encode();
    match pipeline.timestamp(&der, wish).await {
        Ok(released) => Ok(status::time_stamp_reply(released.into_answer())),
        Err(rejection) => Err(Refusal::Rejected {
            rejection,
            imprint: None,
        }),
    }
}

fn time_stamp_req(request: &Request<'_>) -> Result<TimeStampReq, Refusal> {
    let wrong = |member, expected: Cow<'static, str>| Refusal::JsonValue {
        member,
        expected,
        imprint: None,
    };
    let hash = imprint::algorithm("hashAlgorithm", &request.hash_algorithm)
        .map_err(|not| wrong(not.member, not.expected))?;
    let octets = || {
        let expected = format!("base64 of {} octets for {hash}", hash.digest_len());
        wrong("artifactHash", expected.into())
    };
    let digest = STANDARD
        .decode(&request.artifact_hash)
        .map_err(|_| octets())?;
    let imprint = MessageImprint::new(hash, &digest).map_err(|_| octets())?;
    let mut built = TimeStampReq::new(imprint).with_cert_req(request.certificates);
    if let Some(nonce) = request.nonce.map(RawValue::get).filter(|it| *it != "null") {
        let nonce = decimal::nonce(nonce)
            .ok_or_else(|| wrong("nonce", "a whole number of at most 77 digits".into()))?;
        built = built.with_nonce(nonce);
    }
    if let Some(policy) = request.policy.as_deref().filter(|it| !it.is_empty()) {
        let policy = oid::parse(policy)
            .map_err(|_| wrong("tsaPolicyOID", "a dotted object identifier".into()))?;
        built = built.with_policy(policy);
    }
    Ok(built)
}
