//! `/v1/subjects/…`: keys are enrolled, listed and revoked, and a subject erased.
//!
//! ```text
//! POST   /v1/subjects/{sid}/keys                    {"challenge": "<id>", "key": {JWK}, "pop": "<JWS>"}
//! GET    /v1/subjects/{sid}/keys
//! POST   /v1/subjects/{sid}/keys/{key_hash}/revoke  {"invalid_since": "<RFC 3339>"}
//! DELETE /v1/subjects/{sid}
//! ```
//!
//! A first key proves itself; everything else is for the subject only, over HTTPS, or for the
//! operator on the private port.

use meridian_appraisal::key::PublicKey;
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use warp::reply::Response;

use super::super::object;
use super::super::status;
use super::member;
use super::routes::Shared;
use crate::events::operator::{OperatorEnrol, OperatorErase, OperatorRevoke};
use crate::location::enrolment::KeyProof;
use crate::location::refusal::LocationRefusal;
use crate::location::session::Session;
use crate::location::subject::{EnrolledKey, SubjectName};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Enrol<'a> {
    challenge: String,
    #[serde(borrow)]
    key: &'a RawValue,
    pop: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    #[serde(default)]
    invalid_since: Option<String>,
}

#[derive(Debug, Serialize)]
struct Key {
    key_hash: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    invalid_since: Option<String>,
    enrolled: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Box<RawValue>>,
}

#[derive(Debug, Serialize)]
struct Enrolled {
    subject: String,
    #[serde(flatten)]
    key: Key,
    /// Told once; over plain HTTP never.
    bearer: Option<String>,
}

#[derive(Debug, Serialize)]
struct Keys {
    subject: String,
    keys: Vec<Key>,
}

#[derive(Debug, Serialize)]
struct Erased {
    subject: String,
    keys: usize,
    places: usize,
    tokens: usize,
}

impl Key {
    fn of(key: &EnrolledKey) -> Self {
        let time = |ms: i64| UnixMicros::new(ms.saturating_mul(1_000)).to_string();
        let jwk = PublicKey::from_spki(&key.spki).ok();
        Self {
            key_hash: hex::encode(key.hash()),
            status: key.status.name(),
            invalid_since: key.invalid_since_ms.map(time),
            enrolled: time(key.enrolled_ms),
            key: jwk.and_then(|jwk| RawValue::from_string(jwk.to_jwk()).ok()),
        }
    }
}

fn name(sid: &str) -> Result<SubjectName, LocationRefusal> {
    let expected = "1 to 64 of letters, digits, '.', '_' and '-'";
    SubjectName::new(sid).ok_or_else(|| member::wrong("the subject's name", expected))
}

fn key_hash(text: &str) -> Result<Digest32, LocationRefusal> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash)
        .map_err(|_| member::wrong("the key's hash", "64 hexadecimal digits"))?;
    Ok(hash)
}

/// Enrols a key.
pub(super) async fn enrol(
    shared: &Shared,
    session: Session,
    sid: &str,
    body: &[u8],
) -> Result<Response, LocationRefusal> {
    let name = name(sid)?;
    let request: Enrol<'_> = object::read(body).map_err(LocationRefusal::Json)?;
    let proof = KeyProof {
        challenge: member::challenge(&request.challenge)?,
        key: member::key(request.key)?,
        pop: request.pop,
    };
    let subject = name.as_str().to_owned();
    let enrolled = shared
        .desk
        .run(move |desk| desk.enrol(&name, &proof, &session));
    let enrolled = enrolled.await?;
    let is_new = enrolled.is_new;
    shared.record(&OperatorEnrol { is_new }).await;
    let answer = Enrolled {
        subject,
        key: Key::of(&enrolled.key),
        bearer: enrolled.bearer.map(|bearer| bearer.0),
    };
    if is_new {
        status::created(&answer)
    } else {
        status::private(&answer)
    }
    .map_err(LocationRefusal::Json)
}

/// Lists the keys of a subject.
pub(super) async fn list(
    shared: &Shared,
    session: Session,
    sid: &str,
) -> Result<Response, LocationRefusal> {
    let name = name(sid)?;
    let subject = name.as_str().to_owned();
    let keys = shared.desk.run(move |desk| desk.keys(&name, &session));
    let keys = keys.await?;
    let keys = keys.iter().map(Key::of).collect();
    status::private(&Keys { subject, keys }).map_err(LocationRefusal::Json)
}

/// Revokes a key.
pub(super) async fn revoke(
    shared: &Shared,
    session: Session,
    (sid, hash): (&str, &str),
    body: &[u8],
) -> Result<Response, LocationRefusal> {
    let (name, hash) = (name(sid)?, key_hash(hash)?);
    let request: Revoke = object::read(body).map_err(LocationRefusal::Json)?;
    let since = request.invalid_since.as_deref().map(|text| {
        let time = UnixMicros::parse_rfc3339(text);
        let time = time.map_err(|_| member::wrong("invalid_since", "a time as RFC 3339 has it"))?;
        let ms = time.get().div_euclid(1_000);
        // A context states it as Unix time.
        let positive = (ms >= 0).then_some(ms);
        positive.ok_or_else(|| member::wrong("invalid_since", "a time after 1970"))
    });
    let since = since.transpose()?;
    let key = shared
        .desk
        .run(move |desk| desk.revoke(&name, &hash, since, &session));
    let key = Key::of(&key.await?);
    let invalid_since = key.invalid_since.clone();
    shared.record(&OperatorRevoke { invalid_since }).await;
    status::private(&key).map_err(LocationRefusal::Json)
}

/// Erases a subject.
pub(super) async fn erase(
    shared: &Shared,
    session: Session,
    sid: &str,
) -> Result<Response, LocationRefusal> {
    let name = name(sid)?;
    let subject = name.as_str().to_owned();
    let erased = shared.desk.run(move |desk| desk.erase(&name, &session));
    let erased = erased.await?;
    let (keys, places, tokens) = (erased.keys, erased.places, erased.tokens);
    let act = OperatorErase {
        keys,
        places,
        tokens,
    };
    shared.record(&act).await;
    status::private(&Erased {
        subject,
        keys,
        places,
        tokens,
    })
    .map_err(LocationRefusal::Json)
}
