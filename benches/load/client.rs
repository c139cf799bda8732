//! Keep-alive connections that each ask again as soon as they are answered.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use meridian_signing::clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::exchange::{Template, What, answer_length};
use crate::{Failure, tickets};

/// A token with its chain is under 4 KiB; an answer beyond this is none of ours.
const MAX_ANSWER: usize = 64 * 1024;

/// What to send where.
#[derive(Debug)]
pub(crate) struct Load {
    /// The server.
    pub(crate) address: SocketAddr,
    /// How many connections, each with one request at a time.
    pub(crate) connections: usize,
    /// Whether tokens carry their certificates.
    pub(crate) cert_req: bool,
    /// What is asked for.
    pub(crate) what: What,
    /// Tickets that are not used yet; each connection takes one after the other.
    pub(crate) tickets: Arc<Mutex<Vec<String>>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answers {
    /// Serial number and microseconds of each answer.
    answers: Vec<(u64, u32)>,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
}

impl Answers {
    /// Microseconds of each answer, shortest first.
    pub(crate) fn latencies(&self) -> Vec<u32> {
        let mut latencies: Vec<u32> = self.answers.iter().map(|(_, micros)| *micros).collect();
        latencies.sort_unstable();
        latencies
    }
}

impl Load {
    /// Asks for `duration` on every connection.
    ///
    /// One thread: the two cores are the server's too.
    pub(crate) fn run(&self, duration: Duration) -> Result<Answers, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let mut streams = Vec::new();
            for _ in 0..self.connections {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                streams.push(stream);
            }
            let started = clock::monotonic();
            let mut tasks = JoinSet::new();
            for (number, stream) in streams.into_iter().enumerate() {
                let seed = number.to_le_bytes().first().copied().unwrap_or(0);
                let template = Template::new(seed, self.cert_req, self.what)?;
                let until = started + duration;
                let tickets = (self.what == What::Place).then(|| Arc::clone(&self.tickets));
                tasks.spawn(async move {
                    ask(stream, template, until, tickets)
                        .await
                        .map_err(|failure| failure.to_string())
                });
            }
            let mut answers = Vec::new();
            while let Some(done) = tasks.join_next().await {
                answers.extend(done??);
            }
            let elapsed = started.elapsed();
            Ok(Answers { answers, elapsed })
        })
    }
}

/// One connection's life. The failure is text at once: it crosses tasks.
async fn ask(
    mut stream: TcpStream,
    mut template: Template,
    until: Instant,
    tickets: Option<Arc<Mutex<Vec<String>>>>,
) -> Result<Vec<(u64, u32)>, String> {
    let mut answers = Vec::new();
    let mut received = Vec::with_capacity(MAX_ANSWER);
    let mut count = 0;
    let mut uses = 0;
    let mut sent_at = clock::monotonic();
    while sent_at < until {
        count += 1;
        if let Some(tickets) = tickets.as_ref().filter(|_| uses == 0) {
            let ticket = tickets.lock().map_err(|e| e.to_string())?.pop();
            template.set_ticket(&ticket.ok_or("no ticket is left: --tickets takes more")?);
            uses = tickets::USES;
        }
        uses = uses.saturating_sub(1);
        let (request, nonce) = template.with_nonce(count);
        stream.write_all(request).await.map_err(|e| e.to_string())?;
        received.clear();
        let (start, end) = loop {
            let read = stream.read_buf(&mut received).await;
            if read.map_err(|e| e.to_string())? == 0 || received.len() > MAX_ANSWER {
                return Err("the server closed the connection".to_owned());
            }
            match answer_length(&received).map_err(|e| e.to_string())? {
                Some((start, end)) if received.len() >= end => break (start, end),
                _ => {}
            }
        };
        let now = clock::monotonic();
        let micros = u32::try_from((now - sent_at).as_micros()).unwrap_or(u32::MAX);
        sent_at = now;
        let body = received.get(start..end).unwrap_or_default();
        let serial = template.serial(body, nonce).map_err(|e| e.to_string())?;
        answers.push((serial, micros));
    }
    Ok(answers)
}

/// No serial number may come twice from one authority.
pub(crate) fn require_distinct_serials(runs: &[&Answers]) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    for (serial, _) in runs.iter().flat_map(|run| &run.answers) {
        if !seen.insert(*serial) {
            return Err(format!("serial number {serial} was given twice").into());
        }
    }
    Ok(())
}
