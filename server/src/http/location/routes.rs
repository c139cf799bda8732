//! The paths of location stamps. Where location is not configured they are not there.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;
use warp::http::Method;
use warp::reply::Response;
use warp::{Buf, Filter, Rejection, Stream};

use super::super::body::{self, BodyLimits};
use super::super::caller::{self, Caller, Edge};
use super::super::media::{BodyLength, MediaType};
use super::super::proof_query::proof_query;
use super::super::routes::{self, GET, POST, Routes};
use super::super::status::Refusal;
use super::tickets::Counter;
use super::{challenges, evidence, policies, problem, stamps, subjects, tokens};
use crate::events::{self, LifeEvent};
use crate::location::desk::LocationDesk;
use crate::location::refusal::LocationRefusal;
use crate::location::session::{Bearer, Session};
use crate::pipeline::{Pipeline, ProofWish};

/// Octets of a JSON request: 64 KiB of evidence in base64, and what is around it.
const JSON_OCTETS: usize = 128 << 10;

/// What the location routes share.
#[derive(Debug)]
pub(in super::super) struct Shared {
    pub(in super::super) desk: Arc<LocationDesk>,
    pub(in super::super) pipeline: Arc<Pipeline>,
    pub(in super::super) edge: Arc<Edge>,
    pub(in super::super) large_bodies: Semaphore,
    pub(in super::super) der_body: BodyLimits,
    /// The private port: everybody there is the operator.
    pub(in super::super) operator: bool,
}

impl Shared {
    pub(in super::super) fn counter(&self, wish: ProofWish) -> Counter<'_> {
        Counter {
            desk: &self.desk,
            pipeline: &self.pipeline,
            wish,
        }
    }

    /// As whom a caller counts.
    pub(in super::super) fn session(&self, caller: Caller) -> Session {
        Session {
            address: caller.address,
            secure: caller.secure,
            key: caller.session,
            bearer: caller.bearer.map(Bearer),
            operator: self.operator,
        }
    }

    /// Puts an act of the operator's into the log; what a subject does itself is its own affair.
    pub(super) async fn record<E: LifeEvent>(&self, act: &E) {
        if self.operator {
            events::record(&self.pipeline, act).await;
        }
    }

    async fn json<B: Buf>(
        &self,
        media_type: MediaType,
        length: BodyLength,
        body: impl Stream<Item = Result<B, warp::Error>>,
    ) -> Result<Bytes, Refusal> {
        if media_type != MediaType::Json {
            let accepts = "application/json";
            return Err(Refusal::MediaType { accepts });
        }
        self.pipeline
            .check_room()
            .map_err(|rejection| Refusal::Rejected {
                rejection,
                imprint: None,
            })?;
        let _room = body::room(&self.large_bodies, length, JSON_OCTETS)?;
        let limits = BodyLimits {
            octets: JSON_OCTETS,
            ..self.der_body
        };
        body::read(length, limits, body).await
    }

    fn answer(&self, answer: Result<Response, LocationRefusal>) -> Response {
        answer.unwrap_or_else(|refusal| problem::answer(&refusal, self.desk.metrics()))
    }
}

/// `POST /t/{ticket}`: the busiest of them.
pub(in super::super) fn tickets(shared: &Arc<Shared>) -> Routes {
    warp::path!("t" / String)
        .and(routes::only("POST", POST))
        .and(proof_query())
        .and(routes::media_type())
        .and(routes::body_length())
        .and(warp::body::stream())
        .and(caller::caller(&shared.edge))
        .and(with(shared))
        .and_then(ticket)
        .boxed()
}

async fn ticket(
    ticket: String,
    wish: ProofWish,
    media_type: MediaType,
    length: BodyLength,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
    caller: Caller,
    shared: Arc<Shared>,
) -> Result<Response, Rejection> {
    if media_type != MediaType::TimeStampQuery {
        let accepts = "application/timestamp-query";
        return Err(warp::reject::custom(Refusal::MediaType { accepts }));
    }
    let body = body::read(length, shared.der_body, body).await?;
    let session = shared.session(caller);
    let counter = shared.counter(wish);
    Ok(counter.at_ticket(&ticket, session, &body).await)
}

/// What a JSON request is for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Challenge,
    Evidence,
    Stamp,
}

/// `/v1/location/…`.
pub(in super::super) fn location(shared: &Arc<Shared>) -> Routes {
    let path = warp::path!("v1" / "location" / "challenges")
        .map(|| Purpose::Challenge)
        .or(warp::path!("v1" / "location" / "evidence").map(|| Purpose::Evidence))
        .unify()
        .or(warp::path!("v1" / "location" / "stamps").map(|| Purpose::Stamp))
        .unify();
    path.and(routes::only("POST", POST))
        .and(routes::media_type())
        .and(routes::body_length())
        .and(warp::body::stream())
        .and(caller::caller(&shared.edge))
        .and(with(shared))
        .and_then(locate)
        .boxed()
}

async fn locate(
    purpose: Purpose,
    media_type: MediaType,
    length: BodyLength,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
    caller: Caller,
    shared: Arc<Shared>,
) -> Result<Response, Rejection> {
    let body = shared.json(media_type, length, body).await?;
    let base_url = caller.base_url.clone();
    let session = shared.session(caller);
    let answer = match purpose {
        Purpose::Challenge => challenges::answer(&shared.desk, session, &body).await,
        Purpose::Evidence => evidence::answer(&shared.desk, session, &base_url, &body).await,
        Purpose::Stamp => stamps::answer(&shared, session, &body).await,
    };
    Ok(shared.answer(answer))
}

/// `/v1/subjects/…`, also on the private port.
pub(in super::super) fn subjects(shared: &Arc<Shared>) -> Routes {
    let keys = warp::path!("v1" / "subjects" / String / "keys")
        .and(routes::only(
            "GET, HEAD, POST",
            &[Method::GET, Method::HEAD, Method::POST],
        ))
        .and(warp::method())
        .and(routes::media_type())
        .and(routes::body_length())
        .and(warp::body::stream())
        .and(caller::caller(&shared.edge))
        .and(with(shared))
        .and_then(keys);
    let revoke = warp::path!("v1" / "subjects" / String / "keys" / String / "revoke")
        .and(routes::only("POST", POST))
        .and(routes::media_type())
        .and(routes::body_length())
        .and(warp::body::stream())
        .and(caller::caller(&shared.edge))
        .and(with(shared))
        .and_then(revoke);
    let erase = warp::path!("v1" / "subjects" / String)
        .and(routes::only("DELETE", &[Method::DELETE]))
        .and(caller::caller(&shared.edge))
        .and(with(shared))
        .then(
            |sid: String, caller: Caller, shared: Arc<Shared>| async move {
                let session = shared.session(caller);
                shared.answer(subjects::erase(&shared, session, &sid).await)
            },
        );
    keys.or(revoke).unify().or(erase).unify().boxed()
}

async fn keys(
    sid: String,
    method: Method,
    media_type: MediaType,
    length: BodyLength,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
    caller: Caller,
    shared: Arc<Shared>,
) -> Result<Response, Rejection> {
    let session = shared.session(caller);
    let answer = if method == Method::POST {
        let body = shared.json(media_type, length, body).await?;
        subjects::enrol(&shared, session, &sid, &body).await
    } else {
        subjects::list(&shared, session, &sid).await
    };
    Ok(shared.answer(answer))
}

async fn revoke(
    sid: String,
    hash: String,
    media_type: MediaType,
    length: BodyLength,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
    caller: Caller,
    shared: Arc<Shared>,
) -> Result<Response, Rejection> {
    let session = shared.session(caller);
    let body = shared.json(media_type, length, body).await?;
    let answer = subjects::revoke(&shared, session, (&sid, &hash), &body).await;
    Ok(shared.answer(answer))
}

/// `/v1/tokens/{serial}`: the private port has one of its own.
pub(in super::super) fn tokens(shared: &Arc<Shared>) -> Routes {
    warp::path!("v1" / "tokens" / String)
        .and(routes::only("GET, HEAD", GET))
        .and(caller::caller(&shared.edge))
        .and(with(shared))
        .then(
            |serial: String, caller: Caller, shared: Arc<Shared>| async move {
                let session = shared.session(caller);
                shared.answer(tokens::own(&shared, session, &serial).await)
            },
        )
        .boxed()
}

/// `/v1/policies…`.
pub(in super::super) fn policies(shared: &Arc<Shared>) -> Routes {
    let list = warp::path!("v1" / "policies")
        .and(routes::only("GET, HEAD", GET))
        .and(with(shared))
        .map(|shared: Arc<Shared>| shared.answer(policies::list(&shared.desk)));
    let document = warp::path!("v1" / "policies" / String)
        .and(routes::only("GET, HEAD", GET))
        .and(with(shared))
        .then(|name: String, shared: Arc<Shared>| async move {
            shared.answer(policies::document(&shared.desk, &name).await)
        });
    list.or(document).unify().boxed()
}

fn with(
    shared: &Arc<Shared>,
) -> impl Filter<Extract = (Arc<Shared>,), Error = std::convert::Infallible> + Clone + use<> {
    let shared = Arc::clone(shared);
    warp::any().map(move || Arc::clone(&shared))
}
