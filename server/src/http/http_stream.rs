//! What hyper speaks through, so that its own refusals read like ours.
//!
//! - Hyper answers a request that it cannot parse by itself, with a status line and no body, and
//!   lets nobody change that. Here the head of such an answer gets a problem document. None of
//!   our own answers has one of these codes without a body. Not noticed: such an answer in one
//!   write with the answer before, to a client that sends several requests at once.
//! - A TLS stream that ends without close_notify just ends: HTTP counts octets itself, so a
//!   request that was cut off is still told from a whole one.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::rt;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::problem::ProblemKind;
use super::status;
use crate::metrics::Metrics;

/// A client's stream as hyper sees it.
#[derive(Debug)]
pub(super) struct HttpStream<S> {
    stream: TokioIo<S>,
    metrics: Arc<Metrics>,
    /// Being written in the place of hyper's words.
    instead: Option<Instead>,
}

#[derive(Debug)]
struct Instead {
    octets: Vec<u8>,
    sent: usize,
    /// Octets of hyper's that this stands for.
    stands_for: usize,
}

impl<S> HttpStream<S> {
    pub(super) fn new(stream: S, metrics: Arc<Metrics>) -> Self {
        Self {
            stream: TokioIo::new(stream),
            metrics,
            instead: None,
        }
    }

    fn replace(&mut self, head: &[u8]) {
        if let Some((kind, octets)) = with_problem(head) {
            self.metrics.problem(kind);
            self.instead = Some(Instead {
                octets,
                sent: 0,
                stands_for: head.len(),
            });
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> HttpStream<S> {
    /// Writes what stands in the place of hyper's words; `None` if nothing does.
    fn poll_instead(&mut self, context: &mut Context<'_>) -> Option<Poll<io::Result<usize>>> {
        let instead = self.instead.as_mut()?;
        while let Some(rest) = instead.octets.get(instead.sent..) {
            if rest.is_empty() {
                break;
            }
            match rt::Write::poll_write(Pin::new(&mut self.stream), context, rest) {
                Poll::Ready(Ok(0)) => {
                    return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into())));
                }
                Poll::Ready(Ok(octets)) => instead.sent = instead.sent.saturating_add(octets),
                unfinished => return Some(unfinished),
            }
        }
        let stands_for = instead.stands_for;
        self.instead = None;
        Some(Poll::Ready(Ok(stands_for)))
    }
}

/// An answer of hyper's own with a problem document, or `None` if `head` is none.
fn with_problem(head: &[u8]) -> Option<(ProblemKind, Vec<u8>)> {
    const NO_BODY: &str = "\r\ncontent-length: 0\r\n";

    let code = head.strip_prefix(b"HTTP/1.1 ")?.first_chunk::<3>()?;
    let kind = match code {
        b"400" => ProblemKind::MalformedHttp,
        b"414" | b"431" => ProblemKind::HeaderTooLarge,
        _ => return None,
    };
    let head = std::str::from_utf8(head).ok()?;
    if !head.contains(NO_BODY) || !head.ends_with("\r\n\r\n") {
        return None;
    }
    let (fields, body) = status::spelled_out(kind);
    let head = head.replacen(NO_BODY, &format!("\r\n{fields}"), 1);
    Some((kind, [head.into_bytes(), body].concat()))
}

impl<S: AsyncRead + Unpin> rt::Read for HttpStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        Poll::Ready(match read {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            read => read,
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> rt::Write for HttpStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.instead.is_none() {
            self.replace(octets);
        }
        match self.poll_instead(context) {
            Some(written) => written,
            None => Pin::new(&mut self.stream).poll_write(context, octets),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // An answer without a body is one slice.
        if let ([head], None) = (octets, &self.instead) {
            self.replace(head);
        }
        match self.poll_instead(context) {
            Some(written) => written,
            None => Pin::new(&mut self.stream).poll_write_vectored(context, octets),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[u8] = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\
        content-length: 0\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n";

    #[test]
    fn an_answer_of_hypers_own_gets_a_document() {
        let (kind, octets) = with_problem(OWN).unwrap();
        assert_eq!(kind, ProblemKind::HeaderTooLarge);
        let text = String::from_utf8(octets).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 431 "), "{head}");
        assert!(head.contains("\r\ndate: Thu"), "{head}");
        assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())));
        assert!(
            body.contains("urn:meridian:problem:header-too-large"),
            "{body}"
        );
    }

    #[test]
    fn an_answer_of_ours_is_left_alone() {
        for head in [
            &b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"[..],
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 10\r\n\r\n",
            b"HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nmore",
            b"HTTP/1.1 4",
            b"",
        ] {
            assert!(with_problem(head).is_none());
        }
    }
}
