//! `POST /v1/location/evidence`: evidence in, a ticket out.
//!
//! ```json
//! {"challenge": "<id>", "evidence": [{"kind": "selfAsserted", "format": "application/json",
//!  "content_b64": "…"}], "imprint": {…}, "reveal": [0], "uses": 4, "min_level": 0,
//!  "audience": "…"}
//! ```
//!
//! The answer holds what only the subject gets: seed, values and evidence bundle are not kept.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_wire::loc::request::RevealMask;
use serde::{Deserialize, Serialize};
use warp::reply::Response;

use super::super::imprint::ImprintText;
use super::super::object::{self, Object};
use super::super::status;
use super::member;
use crate::location::acceptance::{Acceptance, Secrets};
use crate::location::desk::LocationDesk;
use crate::location::evidence::{GivenItem, Submission};
use crate::location::refusal::LocationRefusal;
use crate::location::session::Session;

/// Characters of an audience.
const MOST_AUDIENCE: usize = 256;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    challenge: String,
    evidence: Vec<Object<Item>>,
    #[serde(default)]
    imprint: Option<Object<ImprintText>>,
    #[serde(default)]
    reveal: Option<Vec<u8>>,
    #[serde(default)]
    uses: Option<u8>,
    #[serde(default)]
    min_level: Option<u8>,
    #[serde(default)]
    audience: Option<String>,
}

/// One item as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    kind: String,
    format: String,
    content_b64: String,
}

/// The members of a submission, in whichever request they come.
#[derive(Debug)]
pub(super) struct Written<'a> {
    pub(super) challenge: &'a str,
    pub(super) evidence: &'a [Object<Item>],
    pub(super) imprint: Option<&'a Object<ImprintText>>,
    pub(super) reveal: Option<&'a [u8]>,
    pub(super) min_level: Option<u8>,
    pub(super) audience: Option<String>,
}

impl Written<'_> {
    pub(super) fn submission(self) -> Result<Submission, LocationRefusal> {
        let audience = self.audience.unwrap_or_default();
        if audience.chars().count() > MOST_AUDIENCE {
            return Err(member::wrong("audience", "256 characters at most"));
        }
        let reveal = self.reveal.map(|slots| member::slots("reveal", slots));
        Ok(Submission {
            challenge: member::challenge(self.challenge)?,
            items: self.evidence.iter().map(given).collect::<Result<_, _>>()?,
            imprint: member::document(self.imprint)?,
            reveal: reveal.transpose()?,
            min_level: self.min_level.map(member::level).transpose()?,
            audience,
            carry: RevealMask::default(),
        })
    }
}

fn given(Object(item): &Object<Item>) -> Result<GivenItem, LocationRefusal> {
    Ok(GivenItem {
        kind: member::kind(&item.kind)?,
        format: item.format.clone(),
        content: member::octets("content_b64", &item.content_b64)?,
    })
}

#[derive(Debug, Serialize)]
struct Answer {
    ticket: String,
    /// RFC 3339.
    exp: String,
    uses: u8,
    tsa_url: String,
    level: u8,
    policy: String,
    policy_hash: String,
    #[serde(flatten)]
    findings: Findings,
    missing_for_next_level: Vec<&'static str>,
    #[serde(flatten)]
    disclosure: Disclosure,
}

/// What became of the evidence.
#[derive(Debug, Serialize)]
pub(super) struct Findings {
    results: Vec<Finding>,
    flags: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Finding {
    kind: Option<&'static str>,
    class: &'static str,
    tier: i8,
    age_ms: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    radius_m: Option<u32>,
    note: &'static str,
}

impl Findings {
    pub(super) fn of(acceptance: &Acceptance) -> Self {
        let results = acceptance.results.iter();
        let results = results.map(|(result, note)| Finding {
            kind: result.kind().name(),
            class: result.class().name(),
            tier: result.tier(),
            age_ms: result.age_ms(),
            radius_m: result.radius_m(),
            note: note.words(),
        });
        Self {
            results: results.collect(),
            flags: acceptance.appraised.claim().flags.names().collect(),
        }
    }
}

/// What opens the claim, and what it was appraised from.
#[derive(Debug, Serialize)]
pub(super) struct Disclosure {
    seed_b64: String,
    leaves: Vec<String>,
    bundle_b64: String,
}

impl Disclosure {
    pub(super) fn of(secrets: &Secrets) -> Self {
        let leaves = secrets.leaves.iter();
        Self {
            seed_b64: STANDARD.encode(secrets.seed),
            leaves: leaves.map(|leaf| STANDARD.encode(leaf)).collect(),
            bundle_b64: STANDARD.encode(&secrets.bundle),
        }
    }
}

/// Answers with a ticket.
pub(super) async fn answer(
    desk: &Arc<LocationDesk>,
    session: Session,
    base_url: &str,
    body: &[u8],
) -> Result<Response, LocationRefusal> {
    let request: Request = object::read(body).map_err(LocationRefusal::Json)?;
    let most = desk.policy().ticket_uses();
    let uses = request.uses.unwrap_or(most);
    if !(1..=most).contains(&uses) {
        return Err(member::wrong("uses", format!("1 to {most}")));
    }
    let written = Written {
        challenge: &request.challenge,
        evidence: &request.evidence,
        imprint: request.imprint.as_ref(),
        reveal: request.reveal.as_deref(),
        min_level: request.min_level,
        audience: request.audience,
    };
    let submission = written.submission()?;
    let taken = desk.run(move |desk| {
        let acceptance = desk.accept(&submission, &session)?;
        let ticket = desk.ticket(&acceptance, uses)?;
        Ok((acceptance, ticket))
    });
    let (acceptance, ticket) = taken.await?;
    let missing = acceptance.missing_for_next_level.iter();
    status::created(&Answer {
        tsa_url: format!("{base_url}/t/{}", ticket.id.text()),
        ticket: ticket.id.text(),
        exp: ticket.until.to_string(),
        uses: ticket.uses,
        level: acceptance.level.code(),
        policy: acceptance.appraised.policy().to_string(),
        policy_hash: hex::encode(desk.policy().hash()),
        findings: Findings::of(&acceptance),
        missing_for_next_level: missing.map(|one| one.words()).collect(),
        disclosure: Disclosure::of(&acceptance.secrets),
    })
    .map_err(LocationRefusal::Json)
}
