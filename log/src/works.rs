//! What a sequencer is made of, before anything moves it: threads
//! ([`Sequencer`](crate::sequencer::Sequencer)) or a simulation
//! ([`stepped`](crate::stepped)).

use std::num::NonZeroU64;
use std::sync::Arc;

use meridian_signing::clock::Clock;
use meridian_signing::entropy::Entropy;

use crate::allowance::Allowance;
use crate::batch::Tip;
use crate::committing::Committing;
use crate::fatal::{Alarm, OnFatal};
use crate::handover::Handover;
use crate::open::Log;
use crate::owner::Owner;
use crate::queue::Queue;
use crate::reader::LogReader;
use crate::room::Reserve;
use crate::sequencer::{Counts, SequencerLimits};
use crate::signing_batch::Signers;
use crate::stamper::Stamper;

/// The two that work, and what is shared with who hands in requests.
pub(crate) struct Works<S: Stamper> {
    pub(crate) owner: Owner<S>,
    pub(crate) committing: Committing<S>,
    pub(crate) queue: Arc<Queue<S>>,
    pub(crate) reader: LogReader,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) reserve: Option<Arc<Reserve>>,
    pub(crate) counts: Arc<Counts>,
}

impl<S: Stamper> Works<S> {
    pub(crate) fn over(
        log: Log,
        stamper: Arc<S>,
        clock: Arc<dyn Clock>,
        limits: SequencerLimits,
        signers: Box<dyn Signers<S>>,
        on_fatal: OnFatal,
    ) -> Self {
        let reader = log.reader();
        let counts = Arc::<Counts>::default();
        let alarm = Alarm::new(on_fatal);
        let queue = Arc::new(Queue::new(limits.queue));
        let handover = Arc::new(Handover::new(limits.batch));
        let tip = Tip {
            log: log.committer.identity.number(),
            next: NonZeroU64::MIN.saturating_add(reader.size().get().saturating_sub(1)),
            last_time: log.last_time,
        };
        Self {
            committing: Committing {
                committer: log.committer,
                published: log.published,
                handover: Arc::clone(&handover),
                counts: Arc::clone(&counts),
                alarm: alarm.clone(),
            },
            owner: Owner {
                queue: Arc::clone(&queue),
                handover,
                stamper,
                clock,
                signers,
                allowance: Allowance::new(limits.threads, limits.batch, limits.deadline),
                tip,
                deadline: limits.deadline,
                reserve: log.reserve.clone(),
                counts: Arc::clone(&counts),
                _alarm: alarm,
            },
            queue,
            reader,
            entropy: log.entropy,
            reserve: log.reserve,
            counts,
        }
    }
}
