//! A TLS handshake, under a deadline, and what becomes of one that is none.

use std::sync::Arc;

use rustls::HandshakeKind;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::client_stream::ClientStream;
use super::problem::ProblemKind;
use super::status;
use super::tls::Tls;
use crate::metrics::{Handshake, Metrics};

/// The first octet of a record with a handshake message (RFC 8446, 5.1).
const HANDSHAKE_RECORD: u8 = 0x16;
/// A fatal alert, internal_error: what a client above the connection limit gets. TLS has no word
/// for 'busy'.
pub(super) const BUSY_ALERT: &[u8] = &[0x15, 3, 3, 0, 2, 2, 80];

/// The stream after its handshake, or `None`: then the client has been told what can be told.
pub(super) async fn shake_hands(
    stream: TcpStream,
    tls: &Arc<Tls>,
    watched: impl FnOnce(TcpStream) -> ClientStream<TcpStream>,
    metrics: &Metrics,
) -> Option<TlsStream<ClientStream<TcpStream>>> {
    let attempt = attempt(stream, tls, watched);
    let (outcome, stream) = match tokio::time::timeout(tls.handshake_deadline(), attempt).await {
        Ok(attempt) => attempt,
        Err(_) => (Handshake::Late, None),
    };
    metrics.handshake(outcome);
    stream
}

async fn attempt(
    stream: TcpStream,
    tls: &Arc<Tls>,
    watched: impl FnOnce(TcpStream) -> ClientStream<TcpStream>,
) -> (Handshake, Option<TlsStream<ClientStream<TcpStream>>>) {
    let mut first = [0];
    let is_plain = match stream.peek(&mut first).await {
        Ok(0) | Err(_) => return (Handshake::Failed, None),
        // A method of HTTP. Whatever else it is, TLS finds the words for it.
        Ok(_) => first[0] != HANDSHAKE_RECORD && first[0].is_ascii_uppercase(),
    };
    let mut stream = watched(stream);
    if is_plain {
        // To a peer that is gone nothing can be said.
        let _ = stream
            .write_all(&status::last_words(ProblemKind::HttpsOnly))
            .await;
        let _ = stream.shutdown().await;
        return (Handshake::Plain, None);
    }
    match tls.acceptor().accept(stream).into_fallible().await {
        Ok(stream) => {
            let resumed = stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed);
            let outcome = if resumed {
                Handshake::Resumed
            } else {
                Handshake::Full
            };
            (outcome, Some(stream))
        }
        Err((error, mut stream)) => {
            tracing::debug!(%error, "a handshake failed");
            // The alert is on its way; the lingering close lets it arrive.
            let _ = stream.shutdown().await;
            (Handshake::Failed, None)
        }
    }
}
