//! Start order, refusals to start, faults that end the process, and the end.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use meridian_log::lock_record::mem::MemLockRecord;
use meridian_log::open::OpenError;
use meridian_log::store::mem::MemStore;
use meridian_server::init::Algorithm;
use meridian_server::lifecycle::{self, StartError};
use meridian_server::parts::Parts;

use crate::client::{Client, QUERY, get, post, post_octets};
use crate::der::Request;
use crate::harness::{AUTHORITY, Authority, GateStore, Server, parts, parts_on, system_clock};
use crate::stamping::granted;

fn start_error(parts: Parts) -> StartError {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(lifecycle::start(parts)).unwrap_err()
}

/// A port that was free a moment ago.
fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn the_public_port_stays_closed_without_a_log() {
    let mut config = AUTHORITY.config();
    let address = free_port();
    config.http.listen = Some(address.clone());
    let (store, lock) = (Arc::new(MemStore::new()), Box::new(MemLockRecord::new()));
    let private = Arc::<MemStore>::clone(&store);
    let parts = Parts::with_log(config, system_clock(), store, private, lock).unwrap();
    let error = start_error(parts);
    assert!(
        matches!(error, StartError::Log(OpenError::NotCreated)),
        "{error}"
    );
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut parts = parts();
    parts.config.http.listen = Some(taken.local_addr().unwrap().to_string());
    let error = start_error(parts);
    assert!(matches!(error, StartError::Bind { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains(&taken.local_addr().unwrap().to_string())
    );
}

#[test]
fn a_failed_commit_is_fatal_and_grants_nothing() {
    let store = Arc::new(GateStore::default());
    let mut server = Server::start(parts_on(Arc::<GateStore>::clone(&store), system_clock()));
    granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    let before = get(server.address, "/log/checkpoint").body;
    store.fail();
    let mut client = Client::connect(server.address);
    client.write(&post_octets("/tsa", QUERY, &Request::sha256(2).der()));
    let fault = server.fatal();
    assert!(fault.contains("could not be written"), "{fault}");
    assert_eq!(get(server.address, "/log/checkpoint").body, before);
    server.abandon();
    assert!(
        client.answer().is_none(),
        "no answer without a durable leaf"
    );
}

#[test]
fn what_was_stamped_is_there_after_a_restart() {
    let authority = Authority::new(Algorithm::P256);
    let serve = || Server::start(Parts::open(authority.config()).unwrap());
    let server = serve();
    granted(&post(
        server.address,
        "/tsa",
        QUERY,
        &Request::sha256(1).der(),
    ));
    let size = |server: &Server| -> u64 {
        let checkpoint = get(server.address, "/log/checkpoint");
        checkpoint.text().lines().nth(1).unwrap().parse().unwrap()
    };
    assert_eq!(size(&server), 3, "genesis, start, stamp");
    server.shutdown();
    let server = serve();
    assert_eq!(size(&server), 5, "stop, start");
    assert_eq!(get(server.address, "/v1/proofs/2").status, 200);
}

#[test]
fn draining_closes_the_port_and_ends() {
    let server = Server::usual();
    let address = server.address;
    granted(&post(address, "/tsa", QUERY, &Request::sha256(1).der()));
    server.shutdown();
    assert!(TcpStream::connect(address).is_err());
}
