//! One connection, from its first octet to its close.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;

use super::activity::Activity;
use super::caller::Connection;
use super::client_keys;
use super::client_stream::ClientStream;
use super::handshake::shake_hands;
use super::http_stream::HttpStream;
use super::routes::Routes;
use super::tls::Tls;
use crate::metrics::{ConnectionEvent, Metrics};

/// When draining, how long a connection may take to show a whole header: what was sent before the
/// drain began is there by then.
const DRAIN_GRACE: Duration = Duration::from_secs(1);
/// How often a draining connection is looked at after that.
const DRAIN_LOOK: Duration = Duration::from_millis(50);

/// A stream that was just accepted.
#[derive(Debug)]
pub(super) enum Stream {
    Tcp(TcpStream, SocketAddr),
    Unix(UnixStream),
}

/// What every connection of one listener shares.
pub(super) struct Shared {
    pub(super) http: http1::Builder,
    pub(super) routes: Routes,
    pub(super) write_deadline: Duration,
    pub(super) metrics: Arc<Metrics>,
    /// `None` on a port for plain HTTP.
    pub(super) tls: Option<Arc<Tls>>,
}

/// Serves one client until it ends, or until `drain` says so and it has nothing to do.
pub(super) async fn converse(stream: Stream, shared: Arc<Shared>, drain: watch::Receiver<bool>) {
    let mut counted = Counted::open(Arc::clone(&shared.metrics));
    let client = Client {
        shared,
        activity: Arc::default(),
        drain,
    };
    counted.event = match stream {
        Stream::Unix(stream) => client.unix(stream).await,
        Stream::Tcp(stream, peer) => client.tcp(stream, peer).await,
    };
}

struct Client {
    shared: Arc<Shared>,
    activity: Arc<Activity>,
    drain: watch::Receiver<bool>,
}

impl Client {
    async fn unix(self, stream: UnixStream) -> ConnectionEvent {
        let here = SocketAddr::from(([127, 0, 0, 1], 80));
        let connection = Connection {
            peer: here.ip(),
            local: here,
            // Nobody but this user can open the socket, and nobody can listen in.
            secure: true,
            session: None,
        };
        let stream = self.watched(stream);
        self.speak(stream, connection).await
    }

    async fn tcp(self, stream: TcpStream, peer: SocketAddr) -> ConnectionEvent {
        // It fails only on a connection that is broken already.
        let Ok(local) = stream.local_addr() else {
            return ConnectionEvent::Broken;
        };
        let connection = Connection {
            peer: peer.ip(),
            local,
            secure: false,
            session: None,
        };
        let Some(tls) = self.shared.tls.clone() else {
            let stream = self.watched(stream);
            return self.speak(stream, connection).await;
        };
        let metrics = &self.shared.metrics;
        let shaken = tokio::select! {
            shaken = shake_hands(stream, &tls, |stream| self.watched(stream), metrics) => shaken,
            () = drained_for(self.drain.clone(), DRAIN_GRACE) => None,
        };
        let Some(stream) = shaken else {
            return ConnectionEvent::Broken;
        };
        let chain = stream.get_ref().1.peer_certificates();
        let connection = Connection {
            secure: true,
            session: chain.and_then(client_keys::session),
            ..connection
        };
        self.speak(stream, connection).await
    }

    fn watched<S>(&self, stream: S) -> ClientStream<S> {
        ClientStream::new(
            stream,
            self.shared.write_deadline,
            Arc::clone(&self.activity),
        )
    }

    /// HTTP/1.1 until the end.
    async fn speak<S>(self, stream: S, connection: Connection) -> ConnectionEvent
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let routes = TowerToHyperService::new(warp::service(self.shared.routes.clone()));
        let service = service_fn(|mut request: Request<Incoming>| {
            let answering = self.activity.answering();
            request.extensions_mut().insert(connection);
            let answer = routes.call(request);
            async move {
                let answer = answer.await;
                drop(answering);
                answer
            }
        });
        let stream = HttpStream::new(stream, Arc::clone(&self.shared.metrics));
        let mut conversation = pin!(self.shared.http.serve_connection(stream, service));
        let ended = tokio::select! {
            ended = conversation.as_mut() => ended,
            () = drained_for(self.drain.clone(), Duration::ZERO) => {
                conversation.as_mut().graceful_shutdown();
                let idle = pin!(self.nothing_to_do());
                tokio::select! {
                    ended = conversation => ended,
                    () = idle => Ok(()),
                }
            }
        };
        // Half a header, no HTTP at all, a reset: the remote's doing, so counted only.
        match ended {
            Ok(()) => ConnectionEvent::Ended,
            Err(error) => {
                tracing::debug!(%error, "a connection broke");
                ConnectionEvent::Broken
            }
        }
    }

    /// Waits until there is nothing left to answer. Hyper itself would wait for the rest of a
    /// header that may never come.
    async fn nothing_to_do(&self) {
        tokio::time::sleep(DRAIN_GRACE).await;
        while !self.activity.is_idle() {
            tokio::time::sleep(DRAIN_LOOK).await;
        }
    }
}

/// Waits until the server has been draining for `time`, or is gone.
pub(super) async fn drained_for(mut drain: watch::Receiver<bool>, time: Duration) {
    let _ = drain.wait_for(|draining| *draining).await;
    tokio::time::sleep(time).await;
}

/// Counts the end of a connection however it comes: also when it is cut at the drain deadline,
/// or a route panics. A gauge that only grows would look like a leak.
struct Counted {
    metrics: Arc<Metrics>,
    event: ConnectionEvent,
}

impl Counted {
    fn open(metrics: Arc<Metrics>) -> Self {
        metrics.connection(ConnectionEvent::Opened);
        let event = ConnectionEvent::Broken;
        Self { metrics, event }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.metrics.connection(self.event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_panics_is_counted_as_ended() {
        let metrics = Arc::new(Metrics::new());
        let counted = Counted::open(Arc::clone(&metrics));
        assert!(metrics.text().contains("connections_open 1\n"));
        let panicked = std::thread::spawn(move || {
            let _counted = counted;
            panic!("as a route might");
        });
        assert!(panicked.join().is_err());
        let text = metrics.text();
        assert!(text.contains("connections_open 0\n"));
        assert!(text.contains("connections_total{event=\"broken\"} 1\n"));
    }
}
