//! Clients that ask for tokens as fast as they are answered, and keep all that they received.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::req::TimeStampReq;
use meridian_wire::tsp::resp::TimeStampResp;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::http::Connection;

/// The document of request number `n`.
pub fn document(n: u64) -> Vec<u8> {
    format!("document {n}").into_bytes()
}

/// A token that a client holds in its hands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// The number of the request: [`document`] of it was stamped.
    pub request: u64,
    /// The token as it came, with its certificates.
    pub token: Vec<u8>,
}

/// All that the clients of one run saw.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Harvest {
    /// Every token.
    pub received: Vec<Received>,
    /// Status strings of answers that grant nothing.
    pub rejections: Vec<String>,
    /// Answers with another HTTP status than 200.
    pub unavailable: u64,
    /// Requests without an answer, as the connection ended.
    pub unanswered: u64,
}

/// Running clients, each with one keep-alive connection.
#[derive(Debug)]
pub struct Clients {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    threads: Vec<JoinHandle<Result<Harvest, Failure>>>,
}

impl Clients {
    /// Starts `count` clients. `next` numbers their requests, across runs.
    pub fn start(address: SocketAddr, count: usize, next: &Arc<AtomicU64>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicU64::new(0));
        let threads = (0..count)
            .map(|_| {
                let (stop, next) = (Arc::clone(&stop), Arc::clone(next));
                let answered = Arc::clone(&answered);
                std::thread::spawn(move || ask(address, &stop, &next, &answered))
            })
            .collect();
        Self {
            stop,
            answered,
            threads,
        }
    }

    /// Waits until so many answers came, or the time is over.
    pub fn wait_for_answers(&self, count: u64, limit: Duration) {
        let step = Duration::from_millis(1);
        let mut waited = Duration::ZERO;
        while self.answered.load(Ordering::Relaxed) < count && waited < limit {
            std::thread::sleep(step);
            waited += step;
        }
    }

    /// Stops the clients and takes what they received.
    ///
    /// # Errors
    ///
    /// An answer that no server of ours may give, however it is ended.
    pub fn finish(self) -> Result<Harvest, Failure> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Harvest::default();
        for thread in self.threads {
            let one = thread.join().map_err(|_| "a client panicked")??;
            all.received.extend(one.received);
            all.rejections.extend(one.rejections);
            all.unavailable += one.unavailable;
            all.unanswered += one.unanswered;
        }
        Ok(all)
    }
}

/// One client's life: until it is stopped, or its server is gone.
fn ask(
    address: SocketAddr,
    stop: &AtomicBool,
    next: &AtomicU64,
    answered: &AtomicU64,
) -> Result<Harvest, Failure> {
    let mut harvest = Harvest::default();
    let Ok(mut connection) = Connection::open(address) else {
        return Ok(harvest); // Ended before this client came.
    };
    while !stop.load(Ordering::Relaxed) {
        let request = next.fetch_add(1, Ordering::Relaxed);
        let imprint =
            MessageImprint::new(HashAlgorithm::Sha256, &Sha256::digest(document(request)))?;
        let body = TimeStampReq::new(imprint)
            .with_nonce(Nonce::from_u64(request))
            .with_cert_req(true)
            .encode();
        let answer = connection.post("/tsa", "application/timestamp-query", &body);
        let Ok(answer) = answer else {
            harvest.unanswered += 1;
            return Ok(harvest);
        };
        if answer.status != 200 {
            harvest.unavailable += 1;
            continue;
        }
        let response = TimeStampResp::decode(&answer.body)?;
        match response.token() {
            Some(token) => harvest.received.push(Received {
                request,
                token: token.to_vec(),
            }),
            None => harvest.rejections.push(response.status_string().join("; ")),
        }
        answered.fetch_add(1, Ordering::Relaxed);
    }
    Ok(harvest)
}
