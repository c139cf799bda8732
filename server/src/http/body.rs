//! Reads a request body under a limit and a deadline, into one buffer.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use meridian_tsa::error::Rejection;
use meridian_wire::limits::MAX_REQUEST_BYTES;
use tokio::sync::{Semaphore, SemaphorePermit};
use warp::{Buf, Stream};

use super::media::BodyLength;
use super::status::Refusal;

/// What a body may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyLimits {
    pub(super) octets: usize,
    pub(super) deadline: Duration,
}

/// Octets of large bodies that may be there at once. Without it, a thousand clients that each
/// leave a JSON body unfinished are 130 MiB.
pub(super) const LARGE_BODIES: usize = 8 << 20;

/// Room for a body of `length`, to be held as long as the body. What is no longer than a DER
/// request needs none, and what will be refused for its length.
pub(super) fn room(
    large_bodies: &Semaphore,
    length: BodyLength,
    limit: usize,
) -> Result<Option<SemaphorePermit<'_>>, Refusal> {
    let octets = match length {
        BodyLength::Known(octets) => usize::try_from(octets).unwrap_or(usize::MAX),
        BodyLength::Chunked => limit,
        BodyLength::Missing => 0,
    };
    if octets <= MAX_REQUEST_BYTES || octets > limit {
        return Ok(None);
    }
    let permits = u32::try_from(octets).unwrap_or(u32::MAX);
    let full = |_| Refusal::Rejected {
        rejection: Rejection::QueueFull.into(),
        imprint: None,
    };
    large_bodies
        .try_acquire_many(permits)
        .map(Some)
        .map_err(full)
}

/// Reads the whole body. A length above the limit is refused before the first octet is read; the
/// listener then reads and drops a little of it, so that the client sees the answer.
pub(super) async fn read<S, B>(
    length: BodyLength,
    limits: BodyLimits,
    body: S,
) -> Result<Bytes, Refusal>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: Buf,
{
    let limit = limits.octets;
    match length {
        BodyLength::Missing => return Err(Refusal::LengthRequired),
        BodyLength::Known(octets) if usize::try_from(octets).is_ok_and(|it| it <= limit) => {}
        BodyLength::Known(_) => return Err(Refusal::TooLarge { limit }),
        BodyLength::Chunked => {}
    }
    tokio::time::timeout(limits.deadline, collect(limit, body))
        .await
        .unwrap_or(Err(Refusal::BodyDeadline))
}

async fn collect<S, B>(limit: usize, body: S) -> Result<Bytes, Refusal>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: Buf,
{
    let mut body = pin!(body);
    // Nearly every body is one piece, which is then handed on without a copy.
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
        let mut piece = piece.map_err(|_| Refusal::BodyBroken)?;
        let octets = piece.remaining();
        if first.len() + rest.len() + octets > limit {
            return Err(Refusal::TooLarge { limit });
        }
        if first.is_empty() && rest.is_empty() {
            first = piece.copy_to_bytes(octets);
            continue;
        }
        if rest.is_empty() {
            rest.extend_from_slice(&first);
            first = Bytes::new();
        }
        rest.extend_from_slice(&piece.copy_to_bytes(octets));
    }
    Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 64 << 10;

    #[test]
    fn large_bodies_share_a_room_and_small_ones_need_none() {
        let large_bodies = Semaphore::new(2 * LIMIT);
        let take = |length| room(&large_bodies, length, LIMIT);
        let first = take(BodyLength::Known(65_536)).unwrap();
        let second = take(BodyLength::Chunked).unwrap();
        assert!(first.is_some() && second.is_some());
        assert!(matches!(
            take(BodyLength::Known(4_097)),
            Err(Refusal::Rejected { rejection, .. }) if rejection.is_full()
        ));
        assert!(take(BodyLength::Known(4_096)).unwrap().is_none());
        assert!(take(BodyLength::Known(65_537)).unwrap().is_none(), "413");
        drop(first);
        assert!(take(BodyLength::Known(4_097)).unwrap().is_some());
    }
}
