//! kill -9 of the real program under load, again and again on the same log.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use meridian_tests::Failure;
use meridian_tests::authority::Authority;
use meridian_tests::load::Clients;
use meridian_tests::recovered::Recovery;

use crate::moments::Moments;

const KILLS: usize = 20;

const CLIENTS: usize = 16;

#[test]
fn twenty_kills_in_a_row_lose_nothing_that_a_client_holds() -> Result<(), Failure> {
    let authority = Authority::init("p384")?;
    let mut recovery = Recovery::default();
    let mut moments = Moments::from_seed(20);
    let next = Arc::new(AtomicU64::new(0));
    let mut unanswered = 0;
    for _ in 0..KILLS {
        let server = authority.serve()?;
        let clients = Clients::start(server.address(), CLIENTS, &next);
        // Under load, and then at any moment of a batch.
        clients.wait_for_answers(20 + moments.below(400), Duration::from_secs(10));
        std::thread::sleep(Duration::from_micros(moments.below(3000)));
        server.kill()?;
        let harvest = clients.finish()?;
        assert_eq!(harvest.rejections, Vec::<String>::new());
        assert_eq!(harvest.unavailable, 0);
        unanswered += harvest.unanswered;
        recovery.check(&authority.data(), &harvest.received)?;
    }
    eprintln!("{KILLS} kills: {recovery}; {unanswered} requests were under way");
    assert!(
        unanswered > 0,
        "no kill fell into a request: not under load"
    );
    Ok(())
}

#[test]
fn a_token_of_another_log_is_noticed() -> Result<(), Failure> {
    let (one, other) = (Authority::init("p256")?, Authority::init("p256")?);
    let server = one.serve()?;
    let next = Arc::new(AtomicU64::new(0));
    let clients = Clients::start(server.address(), 1, &next);
    clients.wait_for_answers(3, Duration::from_secs(10));
    let harvest = clients.finish()?;
    server.kill()?;
    let received = harvest.received;
    assert!(received.len() >= 3);
    let in_other = Recovery::default().check(&other.data(), &received);
    assert!(in_other.is_err(), "the other log does not have them");
    let twice = [received.clone(), received.clone()].concat();
    let given_twice = Recovery::default().check(&one.data(), &twice);
    assert!(given_twice.is_err(), "a serial number was given twice");
    Recovery::default().check(&one.data(), &received)
}
