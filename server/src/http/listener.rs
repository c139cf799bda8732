//! The accept loop.
//!
//! Ours because warp's own server has no TCP_NODELAY, no header deadline and no connection limit.
//! Every limit here ends in an answer or a close; none holds a slot.
//!
//! - HTTP/1.1 only, so no stream can be reset faster than it is counted.
//! - TCP_NODELAY, and header and body leave in one write: two small writes cost a delayed
//!   acknowledgement, 44 ms.
//! - A header that is not whole after `header_deadline` closes the connection. So does an idle
//!   one.
//! - A client that has only closed its sending side still gets its answer, and the request of one
//!   that is gone is still stamped.
//! - An answer that the client does not take within `write_deadline` is given up.
//! - At the connection limit a new connection gets a short 503 problem and is closed at once.
//! - When draining, requests under way are answered, then the connections close; what is left
//!   at the deadline is cut.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::client_stream::ClientStream;
use super::routes::Routes;
use super::status;
use crate::metrics::{ConnectionEvent, Metrics};

/// Octets of request line and header fields. Hyper's least is 8 KiB, and a request of ours needs
/// under 1 KiB.
const HEADER_OCTETS: usize = 16 << 10;
/// Header fields of one request.
const HEADER_FIELDS: usize = 64;
/// Pause after the system refuses a connection, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Limits of one listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) connections: usize,
    pub(crate) header_deadline: Duration,
    pub(crate) write_deadline: Duration,
    pub(crate) drain_deadline: Duration,
}

/// A bound socket, not yet accepting.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

impl Socket {
    pub(crate) async fn tcp(address: &str) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self::Tcp)
    }

    /// Binds a Unix socket that only this user can open.
    pub(crate) fn unix(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::{FileTypeExt, PermissionsExt};

        // A socket file left by a killed process refuses every bind. Whether another process
        // still serves this directory is decided by the lock record, before this line.
        match std::fs::symlink_metadata(path) {
            Ok(found) if found.file_type().is_socket() => std::fs::remove_file(path)?,
            // A path written wrongly must not cost a key or a configuration.
            Ok(_) => {
                let kept = "a file that is no socket is there and was left alone";
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, kept));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self::Unix(listener, path.to_owned()))
    }

    /// The bound address; a Unix socket has none.
    pub(crate) fn tcp_address(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr(),
            Self::Unix(..) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

/// What every connection of one listener shares.
struct Shared {
    http: http1::Builder,
    routes: Routes,
    write_deadline: Duration,
    metrics: Arc<Metrics>,
}

/// Accepts until `drain` says so, then waits for the connections to end.
pub(crate) async fn serve(
    socket: Socket,
    routes: Routes,
    limits: Limits,
    metrics: Arc<Metrics>,
    drain: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_deadline)
        .max_buf_size(HEADER_OCTETS)
        .max_headers(HEADER_FIELDS)
        .half_close(true);
    let shared = Arc::new(Shared {
        http,
        routes,
        write_deadline: limits.write_deadline,
        metrics,
    });
    let slots = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    let mut draining = std::pin::pin!(drained(drain.clone()));
    loop {
        tokio::select! {
            () = &mut draining => break,
            accepted = accept(&socket) => match accepted {
                Ok(stream) => open(stream, &shared, &slots, &drain, &mut connections),
                Err(error) => {
                    shared.metrics.connection(ConnectionEvent::AcceptFailed);
                    if !is_the_peers(&error) {
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                }
            },
            // Finished connections are forgotten as they end.
            Some(_) = connections.join_next() => {}
        }
    }
    close(socket);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.drain_deadline, all_ended)
        .await
        .is_err()
    {
        // Dropping the set cuts what is left.
        tracing::warn!("connections still open at the drain deadline were cut");
    }
}

/// A peer that is gone before it was accepted must not slow down the next one.
fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

/// Waits until the server drains, or is gone.
async fn drained(mut drain: watch::Receiver<bool>) {
    let _ = drain.wait_for(|draining| *draining).await;
}

/// Stops listening, and takes a Unix socket's name away with it.
fn close(socket: Socket) {
    if let Socket::Unix(listener, path) = socket {
        drop(listener);
        // A name left behind is removed by the next start.
        let _ = std::fs::remove_file(path);
    }
}

enum Stream {
    Tcp(tokio::net::TcpStream),
    Unix(tokio::net::UnixStream),
}

async fn accept(socket: &Socket) -> io::Result<Stream> {
    match socket {
        Socket::Tcp(listener) => {
            let (stream, _) = listener.accept().await?;
            // It fails only on a connection that is broken, which the first read finds out.
            let _ = stream.set_nodelay(true);
            Ok(Stream::Tcp(stream))
        }
        Socket::Unix(listener, _) => {
            let (stream, _) = listener.accept().await?;
            Ok(Stream::Unix(stream))
        }
    }
}

fn open(
    stream: Stream,
    shared: &Arc<Shared>,
    slots: &Arc<Semaphore>,
    drain: &watch::Receiver<bool>,
    connections: &mut JoinSet<()>,
) {
    let Ok(slot) = Arc::clone(slots).try_acquire_owned() else {
        shared.metrics.connection(ConnectionEvent::Refused);
        // One attempt that never waits: a peer that cannot take these octets now gets the close.
        let _ = match &stream {
            Stream::Tcp(stream) => stream.try_write(status::TOO_MANY_CONNECTIONS),
            Stream::Unix(stream) => stream.try_write(status::TOO_MANY_CONNECTIONS),
        };
        return;
    };
    let (shared, drain) = (Arc::clone(shared), drain.clone());
    match stream {
        Stream::Tcp(stream) => connections.spawn(converse(stream, shared, slot, drain)),
        Stream::Unix(stream) => connections.spawn(converse(stream, shared, slot, drain)),
    };
}

/// One connection, from its first octet to its close.
async fn converse<S>(
    stream: S,
    shared: Arc<Shared>,
    slot: OwnedSemaphorePermit,
    drain: watch::Receiver<bool>,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let mut counted = Counted::open(Arc::clone(&shared.metrics));
    let service = TowerToHyperService::new(warp::service(shared.routes.clone()));
    let stream = ClientStream::new(stream, shared.write_deadline);
    let connection = shared.http.serve_connection(stream, service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = drained(drain) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // Half a header, no HTTP at all, a reset: the remote's doing, so counted only.
    counted.event = match ended {
        Ok(()) => ConnectionEvent::Ended,
        Err(error) => {
            tracing::debug!(%error, "a connection broke");
            ConnectionEvent::Broken
        }
    };
    drop(counted);
    drop(slot);
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

    #[tokio::test]
    async fn only_a_socket_is_replaced_by_the_private_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "a key").unwrap();
        let error = Socket::unix(&path).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a key");
        std::fs::remove_file(&path).unwrap();
        drop(Socket::unix(&path).unwrap());
        assert!(Socket::unix(&path).is_ok(), "left by a killed process");
    }

    #[tokio::test]
    async fn an_accepted_connection_sends_without_delay() {
        let socket = Socket::tcp("127.0.0.1:0").await.unwrap();
        let address = socket.tcp_address().unwrap();
        let _client = std::net::TcpStream::connect(address).unwrap();
        let Stream::Tcp(stream) = accept(&socket).await.unwrap() else {
            panic!("a TCP socket accepts TCP");
        };
        assert!(stream.nodelay().unwrap());
    }

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
