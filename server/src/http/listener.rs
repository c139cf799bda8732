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
//! - At the connection limit a new connection gets a short 503 problem (over TLS an alert) and is
//!   closed at once. A connection in its handshake has a place like any other.
//! - When draining, requests under way are answered, then the connections close; one without a
//!   whole header is closed after a second, and what is left at the deadline is cut.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::connection::{self, Shared, Stream, drained_for};
use super::handshake::BUSY_ALERT;
use super::routes::Routes;
use super::status;
use super::tls::Tls;
use crate::metrics::{ConnectionEvent, Metrics};

/// Octets of request line and header fields. Hyper's least is 8 KiB, and a request of ours needs
/// under 1 KiB.
const HEADER_OCTETS: usize = 16 << 10;
/// Header fields of one request.
const HEADER_FIELDS: usize = 64;
/// Pause after the system refuses a connection, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Limits of one listener.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// A place for each open connection; listeners may share them.
    pub(crate) slots: Arc<Semaphore>,
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

/// Accepts until `drain` says so, then waits for the connections to end. With `tls`, every
/// connection begins with a handshake.
pub(crate) async fn serve(
    socket: Socket,
    tls: Option<Arc<Tls>>,
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
        tls,
    });
    let mut connections = JoinSet::new();
    let mut draining = std::pin::pin!(drained_for(drain.clone(), Duration::ZERO));
    loop {
        tokio::select! {
            () = &mut draining => break,
            accepted = accept(&socket) => match accepted {
                Ok(stream) => open(stream, &shared, &limits.slots, &drain, &mut connections),
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

/// Stops listening, and takes a Unix socket's name away with it.
fn close(socket: Socket) {
    if let Socket::Unix(listener, path) = socket {
        drop(listener);
        // A name left behind is removed by the next start.
        let _ = std::fs::remove_file(path);
    }
}

async fn accept(socket: &Socket) -> io::Result<Stream> {
    match socket {
        Socket::Tcp(listener) => {
            let (stream, peer) = listener.accept().await?;
            // It fails only on a connection that is broken, which the first read finds out.
            let _ = stream.set_nodelay(true);
            Ok(Stream::Tcp(stream, peer))
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
        let refusal = match shared.tls {
            None => status::TOO_MANY_CONNECTIONS,
            Some(_) => BUSY_ALERT,
        };
        // One attempt that never waits: a peer that cannot take these octets now gets the close.
        let _ = match &stream {
            Stream::Tcp(stream, _) => stream.try_write(refusal),
            Stream::Unix(stream) => stream.try_write(refusal),
        };
        return;
    };
    let (shared, drain) = (Arc::clone(shared), drain.clone());
    connections.spawn(async move {
        connection::converse(stream, shared, drain).await;
        drop(slot);
    });
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
        let Stream::Tcp(stream, _) = accept(&socket).await.unwrap() else {
            panic!("a TCP socket accepts TCP");
        };
        assert!(stream.nodelay().unwrap());
    }
}
