//! Start and stop.
//!
//! | state | entered when | public port |
//! |---|---|---|
//! | opening | the parts are there: the TSU is proven | closed |
//! | ready | the log is open, its threads run, both ports are bound | open |
//! | draining | [`Running::shutdown`] | closed; requests under way are answered |
//! | stopped | the last connection ended or the deadline passed, the queue is empty | closed |
//!
//! A fatal fault of the log (a commit that may or may not have happened) ends `ready` at once:
//! [`Running::fatal`] says so, and the program exits with a message. The library never exits.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use meridian_log::fatal::Fatal;
use meridian_log::open::{Log, OpenError};
use meridian_log::reader::ReadError;
use meridian_log::room::Reserve;
use meridian_log::sequencer::{Sequencer, SequencerError, SequencerLimits};
use meridian_signing::clock::Clock;
use meridian_signing::cms::TokenSigner;
use meridian_tsa::policy::{PolicyError, Profile, TsaPolicy};
use meridian_wire::cms::signed_data::TemplateError;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinHandle;

use crate::config::{Config, HttpConfig, Policy, PrivateListen};
use crate::events::clock_watch::ClockWatch;
use crate::events::in_force::InForce;
use crate::events::life::Stop;
use crate::events::opening::{Now, Opening};
use crate::events::operator::OperatorReload;
use crate::events::{self, watch as clock_events};
use crate::http::listener::{self, Limits, Socket};
use crate::http::routes;
use crate::http::serving::{Chains, Serving};
pub use crate::http::tls::TlsError;
use crate::http::tls::{self, Tls};
pub use crate::location::open::LocationStartError;
use crate::location::{open, sweep};
use crate::metrics::Metrics;
use crate::parts::Parts;
use crate::pipeline::{Issuer, Pipeline, ProofDefaults};

/// Connections of the private listener: a few probes and scrapers.
const PRIVATE_CONNECTIONS: usize = 16;

/// Why the authority did not start.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The policy cannot be kept.
    #[error("policy: {0}")]
    Policy(#[from] PolicyError),
    /// What every token has in common cannot be encoded.
    #[error("token signer: {0}")]
    Signer(#[from] TemplateError),
    /// The log was refused.
    #[error("log: {0}")]
    Log(#[from] OpenError),
    /// The events in the log cannot be read.
    #[error("log: {0}")]
    Events(#[from] ReadError),
    /// The log's threads cannot be started.
    #[error("log: {0}")]
    Sequencer(#[from] SequencerError),
    /// HTTPS cannot be served with its files.
    #[error("HTTPS: {0}")]
    Tls(#[from] TlsError),
    /// Location stamps cannot be made.
    #[error("location: {0}")]
    Location(#[from] LocationStartError),
    /// A port cannot be bound.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address or path.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A serving authority.
#[derive(Debug)]
pub struct Running {
    http: Option<SocketAddr>,
    https: Option<SocketAddr>,
    private: PrivateListen,
    pipeline: Arc<Pipeline>,
    tls: Option<Arc<Tls>>,
    drain: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
    fatal: oneshot::Receiver<Fatal>,
}

/// Opens the log, starts its threads, then binds the private and last the public port.
///
/// Runs inside a tokio runtime. Whoever holds the parts has a TSU that was proven.
///
/// # Errors
///
/// [`StartError`]; nothing is left running.
pub async fn start(mut parts: Parts) -> Result<Running, StartError> {
    let tls = parts.config.tls.as_ref().map(Tls::open).transpose()?;
    let tls = tls.map(Arc::new);
    let policy = Arc::new(tsa_policy(&parts)?);
    let chains = Chains::of(&parts);
    let signer = TokenSigner::new(&parts.identity)?;
    let (config, clock) = (parts.config.clone(), Arc::clone(&parts.clock));
    announce(&config, clock.as_ref());
    let metrics = Arc::new(Metrics::new());
    let mut now = in_force(&parts);
    let place = open::open(&mut parts, &metrics)?;
    let desk = place.as_ref().map(|place| Arc::clone(&place.desk));
    now.location_policy = desk.as_ref().map(|desk| *desk.policy().hash());
    now.is_new_policy = place.as_ref().is_some_and(|place| place.is_new_policy);
    let number = parts.log_identity.number();
    let earlier = std::mem::take(&mut parts.earlier);
    let log = open_log(parts)?;
    let mut opening = Opening::new(&InForce::read(&log.reader())?, &now);
    let issuer = Issuer::new(Arc::clone(&policy), signer, place.map(|place| place.unit));
    let (fatal_sender, fatal) = oneshot::channel();
    let sequencer = Sequencer::start(
        log,
        Arc::new(issuer),
        Arc::clone(&clock),
        limits(&config),
        // Nobody listens any more once the program is on its way out.
        Box::new(move |fault| drop(fatal_sender.send(fault))),
    )?;
    let proofs = proof_defaults(&config);
    let pipeline = Pipeline::new(policy, sequencer, clock, Arc::clone(&metrics), proofs);
    let pipeline = Arc::new(pipeline.succeeding(number, earlier));
    let clock = clock_events::open(&pipeline, &mut opening, config.evidence_interval).await;
    let serving = Serving {
        pipeline: Arc::clone(&pipeline),
        metrics,
        chains,
        desk,
        tls: tls.clone(),
    };
    match listen(&config, serving, (opening, clock)).await {
        Ok(listening) => Ok(Running {
            http: listening.http,
            https: listening.https,
            private: listening.private,
            pipeline,
            tls,
            drain: listening.drain,
            listeners: listening.tasks,
            fatal,
        }),
        Err(error) => {
            end(pipeline).await;
            Err(error)
        }
    }
}

impl Running {
    /// Where plain HTTP is served.
    #[must_use]
    pub const fn http_address(&self) -> Option<SocketAddr> {
        self.http
    }

    /// Where HTTPS is served.
    #[must_use]
    pub const fn https_address(&self) -> Option<SocketAddr> {
        self.https
    }

    /// Reads the files of HTTPS again; what cannot be used leaves the old ones in use.
    pub async fn reload_certificates(&self) {
        if let Some(tls) = &self.tls {
            tls::reload(tls).await;
        }
    }

    /// Records that the operator had what can change read again.
    pub async fn record_reload(&self, asserted_bound: Option<Duration>) {
        let us = |bound: Duration| u64::try_from(bound.as_micros()).unwrap_or(u64::MAX);
        let asserted_bound_us = asserted_bound.map(us);
        events::record(&self.pipeline, &OperatorReload { asserted_bound_us }).await;
    }

    /// Where health and metrics are served.
    #[must_use]
    pub const fn private_address(&self) -> &PrivateListen {
        &self.private
    }

    /// Waits for the fault that ends the authority; for ever, if there is none. The program
    /// should then exit with a message: what the last commit did is for the next start to find.
    pub async fn fatal(&mut self) -> Fatal {
        match (&mut self.fatal).await {
            Ok(fault) => fault,
            Err(_) => std::future::pending().await,
        }
    }

    /// Drains: closes the ports, answers what was accepted, ends the log's threads.
    pub async fn shutdown(self) {
        tracing::info!("draining");
        self.pipeline.stop_soon();
        self.drain.send_replace(true);
        for listener in self.listeners {
            // A listener that panicked has nothing left to drain.
            let _ = listener.await;
        }
        end(self.pipeline).await;
        tracing::info!("stopped");
    }
}

/// Records the stop and ends the log's threads, which may take one batch each.
async fn end(pipeline: Arc<Pipeline>) {
    let stop = Stop::new(pipeline.clock_state());
    events::record(&pipeline, &stop).await;
    // The join fails only if the blocking task panicked: then there is nothing to wait for.
    let _ = tokio::task::spawn_blocking(move || pipeline.shutdown()).await;
}

struct Listening {
    http: Option<SocketAddr>,
    https: Option<SocketAddr>,
    private: PrivateListen,
    drain: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

async fn listen(
    config: &Config,
    serving: Serving,
    (opening, clock): (Opening, ClockWatch),
) -> Result<Listening, StartError> {
    let private_socket = match &config.private {
        PrivateListen::Socket(path) => Socket::unix(path),
        PrivateListen::Tcp(address) => Socket::tcp(&address.to_string()).await,
    };
    let private_socket = private_socket.map_err(|source| bind_error(&config.private, source))?;
    let private = match private_socket.tcp_address() {
        Ok(address) => PrivateListen::Tcp(address),
        Err(_) => config.private.clone(),
    };
    let http_socket = bind(config.http.listen.as_deref()).await?;
    let https_socket = bind(config.tls.as_ref().map(|tls| tls.listen.as_str())).await?;
    let (drain, drained) = watch::channel(false);
    let serve = |socket, tls, routes, slots| {
        let limits = connection_limits(&config.http, slots);
        let metrics = Arc::clone(&serving.metrics);
        let drained = drained.clone();
        tokio::spawn(listener::serve(
            socket, tls, routes, limits, metrics, drained,
        ))
    };
    let private_routes = routes::private(&serving, &config.http);
    let routes = routes::public(&serving, &config.http);
    let slots = Arc::new(Semaphore::new(config.http.connections));
    let private_slots = Arc::new(Semaphore::new(PRIVATE_CONNECTIONS));
    let mut tasks = vec![serve(private_socket, None, private_routes, private_slots)];
    let pipeline = Arc::clone(&serving.pipeline);
    let followed = clock_events::follow(pipeline, opening, clock, drained.clone());
    tasks.push(tokio::spawn(followed));
    let (mut http, mut https) = (None, None);
    if let Some((socket, address)) = http_socket {
        http = Some(address);
        tracing::info!(address = %format_args!("http://{address}"), "serving");
        tasks.push(serve(socket, None, routes.clone(), Arc::clone(&slots)));
    }
    if let (Some((socket, address)), Some(tls)) = (https_socket, serving.tls.clone()) {
        https = Some(address);
        tracing::info!(address = %format_args!("https://{address}"), "serving");
        tasks.push(tokio::spawn(tls::watch(Arc::clone(&tls), drained.clone())));
        tasks.push(serve(socket, Some(tls), routes, slots));
    }
    if let Some(desk) = &serving.desk {
        tasks.push(tokio::spawn(sweep::sweep(
            Arc::clone(desk),
            drained.clone(),
        )));
    }
    tracing::info!(private = %private, "serving");
    Ok(Listening {
        http,
        https,
        private,
        drain,
        tasks,
    })
}

/// Binds a public port, if there is to be one.
async fn bind(address: Option<&str>) -> Result<Option<(Socket, SocketAddr)>, StartError> {
    let Some(address) = address else {
        return Ok(None);
    };
    let failed = |source| StartError::Bind {
        address: address.to_owned(),
        source,
    };
    let socket = Socket::tcp(address).await.map_err(failed)?;
    let bound = socket.tcp_address().map_err(failed)?;
    Ok(Some((socket, bound)))
}

fn connection_limits(http: &HttpConfig, slots: Arc<Semaphore>) -> Limits {
    Limits {
        slots,
        header_deadline: http.header_deadline,
        write_deadline: http.write_deadline,
        drain_deadline: http.drain_deadline,
    }
}

fn bind_error(private: &PrivateListen, source: std::io::Error) -> StartError {
    StartError::Bind {
        address: private.to_string(),
        source,
    }
}

/// The log, with the configured reserve where there is a disk to fill.
fn open_log(parts: Parts) -> Result<Log, OpenError> {
    let reserve = parts.config.log.reserve;
    let room = parts.room.as_ref().map(Arc::clone);
    let log = Log::open(parts.into_log_parts())?;
    Ok(match room {
        Some(room) => log.with_reserve(Reserve::new(room, reserve)),
        None => log,
    })
}

/// What is in force from this start on, but for the appraisal policy.
fn in_force(parts: &Parts) -> Now {
    let location = parts.location.as_ref();
    let location = location.map(|location| location.identity.certificate().clone());
    Now {
        config: parts.config.digest,
        time: parts.identity.certificate().clone(),
        location,
        location_policy: None,
        is_new_policy: false,
    }
}

const fn profile(policy: &Policy) -> Profile {
    match policy {
        Policy::Compatible => Profile::Compatible,
        Policy::Precise => Profile::Precise,
    }
}

fn proof_defaults(config: &Config) -> ProofDefaults {
    let profiles = config.authority.proof_in_token.iter().map(profile);
    let location = config.location.as_ref();
    ProofDefaults {
        profiles: profiles.collect(),
        places: location.is_some_and(|location| location.proof_in_token),
    }
}

fn tsa_policy(parts: &Parts) -> Result<TsaPolicy, PolicyError> {
    let authority = &parts.config.authority;
    let profiles: Vec<Profile> = authority.policies.iter().map(profile).collect();
    let policy = TsaPolicy::new(
        &profiles,
        profile(&authority.default_policy),
        authority.signing_allowance,
        parts.identity.validity().clone(),
    )?;
    if authority.ordering {
        policy.with_ordering()
    } else {
        Ok(policy)
    }
}

fn limits(config: &Config) -> SequencerLimits {
    let given = &config.sequencer;
    let deadline = config.authority.signing_allowance;
    SequencerLimits::new(given.queue, given.batch, deadline, given.threads)
}

/// The start-up line about the clock: an assertion must not pass for a measurement.
fn announce(config: &Config, clock: &dyn Clock) {
    match clock.read() {
        Ok(reading) => tracing::info!(
            clock = %reading.source,
            bound_us = reading.bound_us,
            "clock"
        ),
        Err(error) => tracing::warn!(%error, "no token is issued until the clock can be trusted"),
    }
    tracing::info!(directory = %config.directory.display(), "opening");
}
