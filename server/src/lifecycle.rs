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

use bytes::Bytes;
use meridian_log::fatal::Fatal;
use meridian_log::open::{Log, OpenError};
use meridian_log::sequencer::{Sequencer, SequencerError, SequencerLimits};
use meridian_signing::clock::Clock;
use meridian_signing::cms::TokenSigner;
use meridian_tsa::policy::{PolicyError, Profile, TsaPolicy};
use meridian_wire::cms::signed_data::TemplateError;
use meridian_wire::x509::pem;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::config::{Config, Policy, PrivateListen};
use crate::events::{self, LifeEvent};
use crate::http::listener::{self, Limits, Socket};
use crate::http::routes;
use crate::metrics::Metrics;
use crate::parts::Parts;
use crate::pipeline::{Issuer, Pipeline};

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
    /// The log's threads cannot be started.
    #[error("log: {0}")]
    Sequencer(#[from] SequencerError),
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
    public: SocketAddr,
    private: PrivateListen,
    pipeline: Arc<Pipeline>,
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
pub async fn start(parts: Parts) -> Result<Running, StartError> {
    let policy = Arc::new(tsa_policy(&parts)?);
    let chain_pem = chain_pem(&parts);
    let signer = TokenSigner::new(&parts.identity)?;
    let (config, clock) = (parts.config.clone(), Arc::clone(&parts.clock));
    announce(&config, clock.as_ref());
    let log = Log::open(parts.into_log_parts())?;
    let issuer = Issuer::new(Arc::clone(&policy), signer);
    let (fatal_sender, fatal) = oneshot::channel();
    let sequencer = Sequencer::start(
        log,
        Arc::new(issuer),
        Arc::clone(&clock),
        limits(&config),
        // Nobody listens any more once the program is on its way out.
        Box::new(move |fault| drop(fatal_sender.send(fault))),
    )?;
    let metrics = Arc::new(Metrics::new());
    let pipeline = Pipeline::new(policy, sequencer, clock, Arc::clone(&metrics));
    let pipeline = Arc::new(pipeline);
    events::record(&pipeline, LifeEvent::Start).await;
    match listen(&config, &pipeline, &metrics, chain_pem).await {
        Ok(listening) => Ok(Running {
            public: listening.public,
            private: listening.private,
            pipeline,
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
    /// Where the public port is bound.
    #[must_use]
    pub const fn public_address(&self) -> SocketAddr {
        self.public
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
    events::record(&pipeline, LifeEvent::Stop).await;
    // The join fails only if the blocking task panicked: then there is nothing to wait for.
    let _ = tokio::task::spawn_blocking(move || pipeline.shutdown()).await;
}

struct Listening {
    public: SocketAddr,
    private: PrivateListen,
    drain: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

async fn listen(
    config: &Config,
    pipeline: &Arc<Pipeline>,
    metrics: &Arc<Metrics>,
    chain_pem: Bytes,
) -> Result<Listening, StartError> {
    let http = &config.http;
    let private_socket = match &config.private {
        PrivateListen::Socket(path) => Socket::unix(path),
        PrivateListen::Tcp(address) => Socket::tcp(&address.to_string()).await,
    };
    let private_socket = private_socket.map_err(|source| bind_error(&config.private, source))?;
    let private = match private_socket.tcp_address() {
        Ok(address) => PrivateListen::Tcp(address),
        Err(_) => config.private.clone(),
    };
    let bind_public = |source| StartError::Bind {
        address: http.listen.clone(),
        source,
    };
    let public_socket = Socket::tcp(&http.listen).await.map_err(bind_public)?;
    let public = public_socket.tcp_address().map_err(bind_public)?;
    let (drain, drained) = watch::channel(false);
    let limits = |connections| Limits {
        connections,
        header_deadline: http.header_deadline,
        write_deadline: http.write_deadline,
        drain_deadline: http.drain_deadline,
    };
    let serve = |socket, routes, connections| {
        let metrics = Arc::clone(metrics);
        let limits = limits(connections);
        tokio::spawn(listener::serve(
            socket,
            routes,
            limits,
            metrics,
            drained.clone(),
        ))
    };
    let (for_private, for_public) = (Arc::clone(pipeline), Arc::clone(pipeline));
    let private_routes = routes::private(for_private, Arc::clone(metrics));
    let public_routes = routes::public(for_public, Arc::clone(metrics), chain_pem, http);
    let tasks = vec![
        serve(private_socket, private_routes, PRIVATE_CONNECTIONS),
        serve(public_socket, public_routes, http.connections),
    ];
    tracing::info!(%public, private = %private, "serving");
    Ok(Listening {
        public,
        private,
        drain,
        tasks,
    })
}

fn bind_error(private: &PrivateListen, source: std::io::Error) -> StartError {
    StartError::Bind {
        address: private.to_string(),
        source,
    }
}

fn tsa_policy(parts: &Parts) -> Result<TsaPolicy, PolicyError> {
    let authority = &parts.config.authority;
    let profile = |policy: &Policy| match policy {
        Policy::Compatible => Profile::Compatible,
        Policy::Precise => Profile::Precise,
    };
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

fn chain_pem(parts: &Parts) -> Bytes {
    let mut text = String::new();
    for certificate in parts.identity.chain() {
        text.push_str(&pem::certificate_to_pem(certificate.as_der()));
    }
    Bytes::from(text)
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
