//! `POST /v1/timestamps`: one or many imprints in one JSON request.
//!
//! ```json
//! {"imprints": [{"hash": "sha256", "digest": "<hex>"}],
//!  "policy": "<dotted OID or name>", "nonce": "<decimal>", "certReq": false, "proof": false,
//!  "proofInToken": false}
//! ```
//!
//! Only `imprints` is needed. The names of policies are `compatible` and `precise`. `policy`, `nonce` and `certReq` go into every token. What can be
//! refused before a number is given out refuses the whole request with a problem document, and
//! nothing is stamped. After that each imprint has its own fate, in order:
//!
//! ```json
//! {"timestamps": [
//!   {"serial": "17", "time": "2026-01-02T03:04:05.678901Z",
//!    "timeStampResp": "<base64 of the DER TimeStampResp>", "proof": "<tlog-proof text>"},
//!   {"problem": {"type": "urn:meridian:problem:signing-failed", "title": "…", "status": 500}}]}
//! ```
//!
//! `time` is the time of the leaf; the token shows it as its policy says. If nothing was
//! granted, the answer is the first problem itself.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use meridian_log::released::Released;
use meridian_tsa::policy::Profile;
use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::req::TimeStampReq;
use serde::{Deserialize, Serialize};
use warp::reply::Response;

use super::decimal;
use super::imprint::ImprintText;
use super::object::{self, Object};
use super::problem::Problem;
use super::status::{self, Refusal};
use crate::pipeline::{Pipeline, StampRequest};

const POLICY: &str = "a dotted object identifier, \"compatible\" or \"precise\"";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    imprints: Vec<Object<ImprintText>>,
    #[serde(default)]
    policy: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    cert_req: bool,
    #[serde(default)]
    proof: bool,
    #[serde(default)]
    proof_in_token: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Answer {
    timestamps: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Entry {
    Granted(Timestamp),
    Refused { problem: Problem },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Timestamp {
    /// A decimal string: a serial can pass 2^53, where JSON numbers lose digits.
    serial: String,
    time: String,
    time_stamp_resp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
}

/// Answers one request with up to `most_imprints` imprints.
pub(super) async fn answer(
    pipeline: &Arc<Pipeline>,
    most_imprints: usize,
    body: &Bytes,
) -> Result<Response, Refusal> {
    let request: Request = object::read(body).map_err(Refusal::Json)?;
    let found = request.imprints.len();
    if !(1..=most_imprints).contains(&found) {
        return Err(Refusal::ImprintCount {
            found,
            limit: most_imprints,
        });
    }
    let requests = Members::read(&request)?.requests(&request.imprints)?;
    let mut valid = Vec::with_capacity(found);
    for (imprint, request) in requests.iter().enumerate() {
        let refused_here = |rejection| Refusal::Rejected {
            rejection,
            imprint: Some(imprint),
        };
        valid.push(pipeline.read(&request.encode()).map_err(refused_here)?);
    }
    // All are queued before the first is awaited, so that they share a batch.
    let wish = request.proof_in_token.into();
    let submit = |request| pipeline.submit(StampRequest::Time(request), wish);
    let queued: Vec<_> = valid.into_iter().map(submit).collect();
    let mut timestamps = Vec::with_capacity(found);
    let mut first_refusal = None;
    let mut any_granted = false;
    for (imprint, queued) in queued.into_iter().enumerate() {
        let outcome = match queued {
            Ok(pending) => pending.outcome().await,
            Err(rejection) => Err(rejection),
        };
        timestamps.push(match outcome {
            Ok(released) => {
                any_granted = true;
                Entry::Granted(timestamp(&released, request.proof)?)
            }
            Err(rejection) => {
                let imprint = Some(imprint);
                let refusal = Refusal::Rejected { rejection, imprint };
                let problem = refusal.problem();
                first_refusal.get_or_insert(refusal);
                Entry::Refused { problem }
            }
        });
    }
    match first_refusal {
        Some(refusal) if !any_granted => Err(refusal),
        _ => {
            let body = serde_json::to_vec(&Answer { timestamps }).map_err(Refusal::Json)?;
            Ok(status::with_type("application/json", body))
        }
    }
}

fn timestamp(released: &Released, with_proof: bool) -> Result<Timestamp, Refusal> {
    let proof = with_proof.then(|| released.proof());
    Ok(Timestamp {
        serial: released.serial().to_decimal(),
        time: released.time().to_string(),
        time_stamp_resp: STANDARD.encode(released.answer()),
        proof: match proof {
            Some(proof) => Some(proof.map_err(Refusal::Unreadable)?.text()),
            None => None,
        },
    })
}

/// What all tokens of one request share.
struct Members {
    policy: Option<ObjectIdentifier>,
    nonce: Option<Nonce>,
    cert_req: bool,
}

impl Members {
    fn read(request: &Request) -> Result<Self, Refusal> {
        let wrong = |member, expected: &'static str| Refusal::JsonValue {
            member,
            expected: expected.into(),
            imprint: None,
        };
        let policy = request.policy.as_deref().map(policy_of);
        let nonce = request.nonce.as_deref().map(decimal::nonce);
        Ok(Self {
            policy: match policy {
                Some(None) => return Err(wrong("policy", POLICY)),
                Some(policy) => policy,
                None => None,
            },
            nonce: match nonce {
                Some(None) => return Err(wrong("nonce", "a decimal string of at most 77 digits")),
                Some(nonce) => nonce,
                None => None,
            },
            cert_req: request.cert_req,
        })
    }

    fn requests(&self, imprints: &[Object<ImprintText>]) -> Result<Vec<TimeStampReq>, Refusal> {
        let one = |(imprint, Object(given)): (usize, &Object<ImprintText>)| {
            let imprint = given.imprint().map_err(|wrong| Refusal::JsonValue {
                member: wrong.member,
                expected: wrong.expected,
                imprint: Some(imprint),
            })?;
            let mut request = TimeStampReq::new(imprint).with_cert_req(self.cert_req);
            if let Some(policy) = self.policy {
                request = request.with_policy(policy);
            }
            if let Some(nonce) = self.nonce.clone() {
                request = request.with_nonce(nonce);
            }
            Ok(request)
        };
        imprints.iter().enumerate().map(one).collect()
    }
}

/// The policy that a text names: its identifier, or the name of a profile.
fn policy_of(text: &str) -> Option<ObjectIdentifier> {
    let named = Profile::ALL.into_iter().find(|it| it.name() == text);
    named.map_or_else(|| oid::parse(text).ok(), |it| Some(it.policy()))
}
