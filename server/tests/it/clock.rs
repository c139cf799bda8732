//! Both paths of docs/DECISIONS.md, 'Time', and the switch between them while serving.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use meridian_log::store::mem::MemStore;
use meridian_signing::clock::Clock;
use meridian_signing::clock::system::SystemClock;
use meridian_wire::tsp::status::PkiFailureInfo;

use crate::bad_input::assert_refused;
use crate::client::{QUERY, get, post};
use crate::der::Request;
use crate::harness::{Server, parts_on};
use crate::stamping::granted;

/// A kernel that is synchronised when told so.
fn clock(asserted: Option<Duration>) -> (Arc<AtomicBool>, Arc<SystemClock>) {
    let synchronised = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&synchronised);
    let clock = SystemClock::with_discipline(asserted, move || {
        let mut discipline = meridian_adjtimex::read()?;
        discipline.synchronised = told.load(Ordering::SeqCst);
        discipline.max_error_us = 1_000;
        Ok(discipline)
    });
    (synchronised, Arc::new(clock))
}

fn serve(clock: Arc<dyn Clock>) -> Server {
    Server::start(parts_on(Arc::new(MemStore::new()), clock))
}

#[test]
fn an_unsynchronised_clock_stamps_only_under_an_asserted_bound() {
    let (_, clock) = clock(None);
    let server = serve(Arc::<SystemClock>::clone(&clock));
    let request = Request::sha256(1).der();
    let refused = || {
        let answer = post(server.address, "/tsa", QUERY, &request);
        assert_refused(&answer, PkiFailureInfo::TimeNotAvailable);
    };
    refused();
    clock.set_asserted_bound(Some(Duration::from_millis(300)));
    granted(&post(server.address, "/tsa", QUERY, &request));
    assert_eq!(
        get(server.private, "/readyz").json()["clock"],
        "asserted, not measured"
    );
    clock.set_asserted_bound(None);
    refused();
}

#[test]
fn a_measured_bound_wins_over_an_asserted_one_while_serving() {
    let (synchronised, clock) = clock(Some(Duration::from_millis(300)));
    let server = serve(Arc::<SystemClock>::clone(&clock));
    let state = || {
        granted(&post(
            server.address,
            "/tsa",
            QUERY,
            &Request::sha256(1).der(),
        ));
        let ready = get(server.private, "/readyz").json();
        (
            ready["clock"].as_str().unwrap().to_owned(),
            ready["clockBoundUs"].as_u64().unwrap(),
        )
    };
    assert_eq!(state(), ("asserted, not measured".to_owned(), 300_000));
    synchronised.store(true, Ordering::SeqCst);
    assert_eq!(state(), ("measured".to_owned(), 1_000));
    synchronised.store(false, Ordering::SeqCst);
    assert_eq!(state(), ("asserted, not measured".to_owned(), 300_000));
}

#[test]
fn an_authority_without_time_starts_and_says_so() {
    let (synchronised, clock) = clock(None);
    let server = serve(clock);
    get(server.private, "/readyz").assert_problem(503, "not-ready");
    synchronised.store(true, Ordering::SeqCst);
    assert_eq!(get(server.private, "/readyz").status, 200);
    granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
}
