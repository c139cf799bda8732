//! A client's socket, with what hyper leaves open: a write deadline and a close that is seen.
//!
//! - An answer that the client does not take is given up: hyper would hold the slot for ever.
//!   The deadline lies below TLS, whose buffer takes an answer that the client has not.
//! - Closing a socket with unread octets in it sends a reset, and a reset can overtake an answer
//!   such as 413. So the write side is closed first, then a little of what still comes is read
//!   and dropped (RFC 9112, 9.6).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::activity::Activity;

/// Octets read and dropped after the last answer: a client that sends more is not reading.
const LINGER_OCTETS: usize = 64 << 10;
/// How long this may take, so that a slot is never held.
const LINGER_TIME: Duration = Duration::from_secs(1);

/// A stream with a write deadline and a lingering shutdown.
#[derive(Debug)]
pub(super) struct ClientStream<S> {
    stream: S,
    write_deadline: Duration,
    /// Told while a write is stuck.
    activity: Arc<Activity>,
    /// Runs while a write is stuck, and then while the shutdown lingers.
    timer: Option<Pin<Box<Sleep>>>,
    lingering: Option<usize>,
}

impl<S> ClientStream<S> {
    pub(super) fn new(stream: S, write_deadline: Duration, activity: Arc<Activity>) -> Self {
        Self {
            stream,
            write_deadline,
            activity,
            timer: None,
            lingering: None,
        }
    }

    /// Starts the timer unless it runs, and says whether it has run out.
    fn is_late(&mut self, limit: Duration, context: &mut Context<'_>) -> bool {
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        timer.as_mut().poll(context).is_ready()
    }

    /// A write of `offered` octets ended in `written`. Only one that the kernel took as a whole
    /// stops the timer: a client that takes an answer octet by octet is late, too.
    fn watch(
        &mut self,
        offered: usize,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(octets)) if octets == offered => {
                self.timer = None;
                self.activity.set_stuck(false);
            }
            Poll::Ready(Err(_)) => {}
            Poll::Ready(Ok(_)) | Poll::Pending => {
                self.activity.set_stuck(true);
                if self.is_late(self.write_deadline, context) {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ClientStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for ClientStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, octets);
        self.watch(octets.len(), written, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut left = match self.lingering {
            Some(left) => left,
            None => {
                ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
                self.timer = None;
                LINGER_OCTETS
            }
        };
        let mut scrap = [0; 4 << 10];
        loop {
            self.lingering = Some(left);
            if left == 0 || self.is_late(LINGER_TIME, context) {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut scrap);
            let read = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
            // A peer that is gone needs no answer: its error ends the waiting.
            if ready!(read).is_err() || buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            left = left.saturating_sub(buffer.filled().len());
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let offered = octets.iter().map(|slice| slice.len()).sum();
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, octets);
        self.watch(offered, written, context)
    }
}
