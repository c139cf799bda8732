//! Signers that fail or hang: void leaves, and everybody is answered.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use meridian_tests::Failure;
use meridian_tests::authority::Authority;
use meridian_tests::load::Clients;
use meridian_tests::recovered::Recovery;

const CLIENTS: usize = 16;

/// Runs the server with a signer that does this, until so many answers came.
fn run(faults: &[&str], answers: u64) -> Result<Recovery, Failure> {
    let authority = Authority::init("p384")?;
    let mut program = Command::new(env!("CARGO_BIN_EXE_serve_with_faults"));
    program.arg(authority.data()).args(faults);
    let server = authority.spawn(program)?;
    let next = Arc::new(AtomicU64::new(0));
    let clients = Clients::start(server.address(), CLIENTS, &next);
    clients.wait_for_answers(answers, Duration::from_secs(30));
    let harvest = clients.finish()?;
    server.kill()?;
    assert_eq!(harvest.unanswered, 0, "a request without an answer");
    assert_eq!(harvest.unavailable, 0, "an answer that is no TimeStampResp");
    // Both tries of one request may meet a fault: then it is refused, in a TimeStampResp.
    let refused = harvest.rejections.len();
    let granted = harvest.received.len();
    assert!(refused * 10 < granted, "{refused} of {granted} refused");
    let mut recovery = Recovery::default();
    recovery.check(&authority.data(), &harvest.received)?;
    eprintln!("{faults:?}: {granted} granted, {refused} refused, {recovery}");
    assert!(recovery.voids() > 0, "a fault leaves a void leaf");
    Ok(recovery)
}

#[test]
fn a_signature_that_fails_leaves_a_void_leaf_and_the_request_is_stamped_anew() -> Result<(), Failure>
{
    run(&["--fail-every", "7"], 400).map(drop)
}

#[test]
fn a_signature_that_hangs_leaves_a_void_leaf_and_delays_nobody_for_long() -> Result<(), Failure> {
    run(&["--hang-every", "50"], 400).map(drop)
}
