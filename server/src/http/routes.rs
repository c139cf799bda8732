//! Every path, in one place. One `recover` per listener maps what they reject.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::sync::Semaphore;
use warp::filters::BoxedFilter;
use warp::filters::path::Tail;
use warp::http::{HeaderMap, Method};
use warp::reply::Response;
use warp::{Buf, Filter, Rejection, Stream};

use meridian_log::reader::LogReader;

use super::body::{self, BodyLimits};
use super::caller::{self, Caller, Edge};
use super::location::routes as location;
use super::media::{BodyLength, MediaType};
use super::proof_query::proof_query;
use super::serving::{Chains, Serving};
use super::status::{self, Refusal};
use super::{certificates, health, json, log, sigstore, tile, timestamp, tokens};
use crate::config::HttpConfig;
use crate::metrics::Metrics;
use crate::pipeline::{Pipeline, ProofWish};

/// All routes of one listener.
pub(super) type Routes = BoxedFilter<(Response,)>;

pub(super) const POST: &[Method] = &[Method::POST];
pub(super) const GET: &[Method] = &[Method::GET, Method::HEAD];

/// What every public route shares.
#[derive(Debug)]
struct Public {
    pipeline: Arc<Pipeline>,
    chains: Chains,
    der_body: BodyLimits,
    json_body: BodyLimits,
    large_bodies: Semaphore,
    imprints: usize,
    location: Option<Arc<location::Shared>>,
}

/// The public port.
pub(crate) fn public(serving: &Serving, config: &HttpConfig) -> Routes {
    let limits = |octets| BodyLimits {
        octets,
        deadline: config.body_deadline,
    };
    let large_bodies = Semaphore::new(body::LARGE_BODIES);
    let edge = Arc::new(Edge::of(config));
    let location = location_shared(serving, config, &edge, false);
    let shared = Arc::new(Public {
        pipeline: Arc::clone(&serving.pipeline),
        chains: serving.chains.clone(),
        der_body: limits(config.body_limit),
        json_body: limits(config.json_limit),
        large_bodies,
        imprints: config.imprints,
        location: location.clone(),
    });
    let metrics = Arc::clone(&serving.metrics);
    // The busiest path first: each miss before it costs a rejection.
    let mut routes = stamps(&shared, &edge);
    if let Some(location) = &location {
        routes = routes.or(location::tickets(location)).unify().boxed();
    }
    routes = routes.or(batches(&shared)).unify().boxed();
    if let Some(location) = &location {
        routes = routes.or(location::location(location)).unify().boxed();
        routes = routes.or(location::policies(location)).unify().boxed();
        routes = routes.or(location::subjects(location)).unify().boxed();
        routes = routes.or(location::tokens(location)).unify().boxed();
    }
    routes
        .or(reading(&shared))
        .unify()
        .recover(move |rejection| recover(rejection, Arc::clone(&metrics)))
        .unify()
        .boxed()
}

async fn recover(rejection: Rejection, metrics: Arc<Metrics>) -> Result<Response, Infallible> {
    status::recover(&rejection, &metrics)
}

/// `POST /tsa`, `POST /` and `POST /api/v1/timestamp`.
fn stamps(shared: &Arc<Public>, edge: &Arc<Edge>) -> Routes {
    let path = warp::path!("tsa")
        .or(warp::path::end())
        .unify()
        .map(|| false)
        .or(warp::path!("api" / "v1" / "timestamp").map(|| true))
        .unify();
    path.and(only("POST", POST))
        .and(proof_query())
        .and(media_type())
        .and(body_length())
        .and(warp::body::stream())
        .and(caller::caller(edge))
        .and(with(shared))
        .and_then(stamp)
        .boxed()
}

async fn stamp(
    sigstore_too: bool,
    wish: ProofWish,
    media_type: MediaType,
    length: BodyLength,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
    caller: Caller,
    shared: Arc<Public>,
) -> Result<Response, Rejection> {
    let pipeline = &shared.pipeline;
    match media_type {
        MediaType::TimeStampQuery => {
            let body = body::read(length, shared.der_body, body).await?;
            let location = shared.location.as_deref();
            Ok(timestamp::answer(pipeline, location, caller, wish, &body).await)
        }
        MediaType::Json if sigstore_too => {
            let octets = sigstore::LIMIT;
            let limits = BodyLimits {
                octets,
                ..shared.json_body
            };
            let body = body::read(length, limits, body).await?;
            Ok(sigstore::answer(pipeline, wish, &body).await?)
        }
        MediaType::Json | MediaType::Other => Err(warp::reject::custom(Refusal::MediaType {
            accepts: if sigstore_too {
                "application/timestamp-query or application/json"
            } else {
                "application/timestamp-query"
            },
        })),
    }
}

/// `POST /v1/timestamps`.
fn batches(shared: &Arc<Public>) -> Routes {
    warp::path!("v1" / "timestamps")
        .and(only("POST", POST))
        .and(media_type())
        .and(body_length())
        .and(warp::body::stream())
        .and(with(shared))
        .and_then(stamp_many)
        .boxed()
}

async fn stamp_many(
    media_type: MediaType,
    length: BodyLength,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
    shared: Arc<Public>,
) -> Result<Response, Rejection> {
    if media_type != MediaType::Json {
        return Err(warp::reject::custom(Refusal::MediaType {
            accepts: "application/json",
        }));
    }
    let _room = body::room(&shared.large_bodies, length, shared.json_body.octets)?;
    let body = body::read(length, shared.json_body, body).await?;
    Ok(json::answer(&shared.pipeline, shared.imprints, &body).await?)
}

/// Everything that is only read.
fn reading(shared: &Arc<Public>) -> Routes {
    let certificates = warp::path!("v1" / "certificates")
        .and(only("GET, HEAD", GET))
        .and(with(shared))
        .map(|shared: Arc<Public>| certificates::chain(&shared.chains.all));
    let time_chain = warp::path!("api" / "v1" / "timestamp" / "certchain")
        .and(only("GET, HEAD", GET))
        .and(with(shared))
        .map(|shared: Arc<Public>| certificates::chain(&shared.chains.time));
    let proof = warp::path!("v1" / "proofs" / String)
        .and(only("GET, HEAD", GET))
        .and(with(shared))
        .and_then(|serial: String, shared: Arc<Public>| async move {
            let proof = log::proof(Arc::clone(&shared.pipeline), &serial).await;
            proof.map_err(warp::reject::custom)
        });
    certificates
        .or(time_chain)
        .unify()
        .or(first_log(shared))
        .unify()
        .or(numbered_log(shared))
        .unify()
        .or(proof)
        .unify()
        .boxed()
}

/// Log 0, below `/log/`.
fn first_log(shared: &Arc<Public>) -> Routes {
    let log = with(shared).map(|shared: Arc<Public>| log::named(&shared.pipeline, None));
    let checkpoint = warp::path!("log" / "checkpoint").and(log.clone());
    let tile = warp::path!("log" / "tile" / ..).and(log);
    one_log(checkpoint.boxed(), tile.boxed())
}

/// Any log of the authority, below `/log/{number}/`.
fn numbered_log(shared: &Arc<Public>) -> Routes {
    let log = warp::path::param()
        .and(with(shared))
        .map(|number: String, shared: Arc<Public>| log::named(&shared.pipeline, Some(&number)));
    let below = warp::path("log").and(log);
    let checkpoint = below
        .clone()
        .and(warp::path("checkpoint"))
        .and(warp::path::end());
    one_log(checkpoint.boxed(), below.and(warp::path("tile")).boxed())
}

/// C2SP tlog-tiles of the log that a path names, if there is such a log.
fn one_log(
    checkpoint: BoxedFilter<(Option<LogReader>,)>,
    tile: BoxedFilter<(Option<LogReader>,)>,
) -> Routes {
    let checkpoint = checkpoint
        .and(no_query())
        .and(only("GET, HEAD", GET))
        .and_then(|log: Option<LogReader>| async move {
            let log = log.ok_or_else(warp::reject::not_found)?;
            Ok::<_, Rejection>(log::checkpoint(&log))
        });
    let tile = tile
        .and(warp::path::tail())
        .and(no_query())
        .and(only("GET, HEAD", GET))
        .and(warp::header::headers_cloned())
        .and_then(
            |log: Option<LogReader>, path: Tail, headers: HeaderMap| async move {
                let log = log.ok_or_else(warp::reject::not_found)?;
                let tile = tile::tile(log, path.as_str(), &headers).await;
                tile.map_err(warp::reject::custom)
            },
        );
    checkpoint.or(tile).unify().boxed()
}

/// What the location routes share, where there are any.
fn location_shared(
    serving: &Serving,
    config: &HttpConfig,
    edge: &Arc<Edge>,
    operator: bool,
) -> Option<Arc<location::Shared>> {
    let desk = Arc::clone(serving.desk.as_ref()?);
    Some(Arc::new(location::Shared {
        desk,
        pipeline: Arc::clone(&serving.pipeline),
        edge: Arc::clone(edge),
        large_bodies: Semaphore::new(body::LARGE_BODIES),
        der_body: BodyLimits {
            octets: config.body_limit,
            deadline: config.body_deadline,
        },
        operator,
    }))
}

/// The private listener.
pub(crate) fn private(serving: &Serving, config: &HttpConfig) -> Routes {
    let metrics = Arc::clone(&serving.metrics);
    let shared = Arc::new(serving.clone());
    let healthz = warp::path!("healthz")
        .and(only("GET, HEAD", GET))
        .map(health::healthz);
    let for_ready = Arc::clone(&shared);
    let readyz = warp::path!("readyz")
        .and(only("GET, HEAD", GET))
        .and_then(move || {
            let answer = health::readyz(&for_ready.pipeline, for_ready.tls.as_deref())
                .map_err(warp::reject::custom);
            std::future::ready(answer)
        });
    let counters = warp::path!("metrics")
        .and(only("GET, HEAD", GET))
        .map(move || health::metrics(&shared.pipeline, &shared.metrics, shared.tls.as_deref()));
    let pipeline = Arc::clone(&serving.pipeline);
    let tokens = warp::path!("v1" / "tokens" / String)
        .and(only("GET, HEAD", GET))
        .and_then(move |serial: String| {
            let pipeline = Arc::clone(&pipeline);
            async move {
                let token = tokens::any(pipeline, &serial).await;
                token.map_err(warp::reject::custom)
            }
        });
    let probes = healthz.or(readyz).unify().or(counters).unify();
    let mut routes = probes.or(tokens).unify().boxed();
    let edge = Arc::new(Edge::of(config));
    if let Some(location) = location_shared(serving, config, &edge, true) {
        // Enrolment where the public port is closed to it, and erasure on a subject's behalf.
        let challenges = location::location(&location);
        let subjects = location::subjects(&location);
        routes = routes.or(challenges).unify().or(subjects).unify().boxed();
    }
    routes
        .recover(move |rejection| recover(rejection, Arc::clone(&metrics)))
        .unify()
        .boxed()
}

fn with(
    shared: &Arc<Public>,
) -> impl Filter<Extract = (Arc<Public>,), Error = Infallible> + Clone + use<> {
    let shared = Arc::clone(shared);
    warp::any().map(move || Arc::clone(&shared))
}

/// A cache may take two queries of one path for one answer, so no path of the log has any.
fn no_query() -> impl Filter<Extract = (), Error = Rejection> + Clone {
    let query = warp::query::raw().map(|_| true);
    query
        .or(warp::any().map(|| false))
        .unify()
        .and_then(|has_query| {
            std::future::ready(if has_query {
                Err(warp::reject::not_found())
            } else {
                Ok(())
            })
        })
        .untuple_one()
}

/// Stands behind a path, so that a wrong method is 405 and not 404.
pub(super) fn only(
    allow: &'static str,
    methods: &'static [Method],
) -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::method()
        .and_then(move |method: Method| {
            let allowed = methods.contains(&method);
            let refusal = Refusal::Method { allow };
            std::future::ready(if allowed {
                Ok(())
            } else {
                Err(warp::reject::custom(refusal))
            })
        })
        .untuple_one()
}

/// Never fails: what is no text is no media type of ours.
pub(super) fn media_type() -> impl Filter<Extract = (MediaType,), Error = Rejection> + Copy {
    warp::header::optional::<MediaType>("content-type")
        .map(|found: Option<MediaType>| found.unwrap_or(MediaType::Other))
}

pub(super) fn body_length() -> impl Filter<Extract = (BodyLength,), Error = Rejection> + Copy {
    // Hyper has refused malformed lengths, and every transfer coding that does not end in
    // "chunked", before a route is asked.
    warp::header::optional::<String>("transfer-encoding")
        .and(warp::header::optional::<u64>("content-length"))
        .map(
            |coding: Option<String>, length: Option<u64>| match (coding, length) {
                (Some(_), _) => BodyLength::Chunked,
                (None, Some(octets)) => BodyLength::Known(octets),
                (None, None) => BodyLength::Missing,
            },
        )
}
