//! `POST /v1/location/stamps`: evidence and imprint in, token out.
//!
//! ```json
//! {"challenge": "<id>", "evidence": […], "imprint": {"hash": "sha256", "digest": "<hex>"},
//!  "reveal": [0], "min_level": 0, "audience": "…", "nonce": "<decimal>", "cert_req": true,
//!  "carry_disclosures": [0, 2], "proof_in_token": false}
//! ```
//!
//! `carry_disclosures` puts what opens these slots beside the signature, where every reader of
//! the token finds it: an unsigned attribute, which the policy does not limit, because anybody
//! who may disclose can put it there. `proof_in_token` does the same with the proof of the log;
//! without it the configuration decides. In `log` the proof is always there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_locstamp::request::ValidRequest;
use meridian_log::released::Released;
use meridian_wire::cms::unsigned::with_unsigned;
use meridian_wire::oid::DISCLOSURES;
use meridian_wire::tsp::req::TimeStampReq;
use serde::{Deserialize, Serialize};
use warp::reply::Response;

use super::super::imprint::ImprintText;
use super::super::object::{self, Object};
use super::super::{decimal, status};
use super::evidence::{Disclosure, Findings, Item, Written};
use super::member;
use super::routes::Shared;
use super::shown::Shown;
use crate::location::acceptance::Acceptance;
use crate::location::refusal::LocationRefusal;
use crate::location::session::Session;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    challenge: String,
    evidence: Vec<Object<Item>>,
    imprint: Object<ImprintText>,
    #[serde(default)]
    reveal: Option<Vec<u8>>,
    #[serde(default)]
    min_level: Option<u8>,
    #[serde(default)]
    audience: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default = "yes")]
    cert_req: bool,
    #[serde(default)]
    carry_disclosures: Option<Vec<u8>>,
    #[serde(default)]
    proof_in_token: Option<bool>,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Serialize)]
struct Answer {
    /// The token, a CMS ContentInfo.
    tst_b64: String,
    /// A decimal string: a serial can pass 2^53, where JSON numbers lose digits.
    serial: String,
    /// As the token shows it.
    gen_time: String,
    level: u8,
    binding: &'static str,
    policy: String,
    policy_hash: String,
    #[serde(flatten)]
    findings: Findings,
    #[serde(flatten)]
    disclosure: Disclosure,
    log: LogProof,
}

#[derive(Debug, Serialize)]
struct LogProof {
    checkpoint: String,
    proof: String,
}

/// Answers with a stamp.
pub(super) async fn answer(
    shared: &Shared,
    session: Session,
    body: &[u8],
) -> Result<Response, LocationRefusal> {
    let request: Request = object::read(body).map_err(LocationRefusal::Json)?;
    let counter = shared.counter(request.proof_in_token.into());
    let written = Written {
        challenge: &request.challenge,
        evidence: &request.evidence,
        imprint: Some(&request.imprint),
        reveal: request.reveal.as_deref(),
        min_level: request.min_level,
        audience: request.audience.clone(),
    };
    let mut submission = written.submission()?;
    let carry = request.carry_disclosures.as_deref().unwrap_or_default();
    submission.carry = member::slots("carry_disclosures", carry)?;
    // What the authority would refuse must not cost the challenge.
    let stamp = stamp_request(&request)?;
    let stamp = ValidRequest::new(stamp, counter.desk.stamping())?;
    let taken = counter.desk.run(move |desk| {
        let acceptance = desk.accept(&submission, &session)?;
        let redeemed = desk.at_once(&acceptance, &session)?;
        Ok((acceptance, redeemed))
    });
    let (acceptance, redeemed) = taken.await?;
    let released = counter.stamp(stamp, redeemed, None).await?;
    let answer = stamped(&acceptance, &released, counter.desk.policy().hash())?;
    status::created(&answer).map_err(LocationRefusal::Json)
}

fn stamp_request(request: &Request) -> Result<TimeStampReq, LocationRefusal> {
    let imprint = member::imprint(&request.imprint)?;
    let stamp = TimeStampReq::new(imprint).with_cert_req(request.cert_req);
    let Some(nonce) = &request.nonce else {
        return Ok(stamp);
    };
    let nonce = decimal::nonce(nonce);
    let expected = "a decimal string of at most 77 digits";
    let nonce = nonce.ok_or_else(|| member::wrong("nonce", expected))?;
    Ok(stamp.with_nonce(nonce))
}

fn stamped(
    acceptance: &Acceptance,
    released: &Released,
    policy_hash: &[u8; 32],
) -> Result<Answer, LocationRefusal> {
    let shown = Shown::of(released.answer());
    let shown = shown.ok_or(LocationRefusal::Internal("what the token shows"))?;
    let token = match &acceptance.secrets.carried {
        None => shown.token,
        Some(carried) => with_unsigned(&shown.token, &DISCLOSURES, &carried.encode())
            .map_err(|_| LocationRefusal::Internal("the token with disclosures"))?,
    };
    Ok(Answer {
        tst_b64: STANDARD.encode(&token),
        serial: released.serial().to_decimal(),
        gen_time: shown.gen_time.to_string(),
        level: shown.level.code(),
        binding: shown.binding.name(),
        policy: shown.policy,
        policy_hash: hex::encode(policy_hash),
        findings: Findings::of(acceptance),
        disclosure: Disclosure::of(&acceptance.secrets),
        log: LogProof {
            checkpoint: released.checkpoint().to_owned(),
            proof: released.proof()?.text(),
        },
    })
}
