//! The real server library, ended at every step of the commit order in turn.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use meridian_tests::Failure;
use meridian_tests::authority::Authority;
use meridian_tests::faults::Window;
use meridian_tests::load::Clients;
use meridian_tests::recovered::Recovery;

use crate::moments::Moments;

const TIMES: u64 = 5;

const CLIENTS: usize = 16;

#[test]
fn an_end_at_any_step_of_a_commit_loses_nothing_that_a_client_holds() -> Result<(), Failure> {
    let mut moments = Moments::from_seed(9);
    let mut rows = BTreeMap::new();
    for window in Window::ALL {
        let authority = Authority::init("p384")?;
        let next = Arc::new(AtomicU64::new(0));
        let mut recovery = Recovery::default();
        for _ in 0..TIMES {
            let mut program = Command::new(env!("CARGO_BIN_EXE_serve_with_faults"));
            program.arg(authority.data());
            program.args(["--abort-at", window.name()]);
            program.args(["--after", &(1 + moments.below(8)).to_string()]);
            let server = authority.spawn(program)?;
            let clients = Clients::start(server.address(), CLIENTS, &next);
            let (status, log) = server.wait_until_ended(Duration::from_secs(20))?;
            let harvest = clients.finish()?;
            assert!(!status.success(), "ended by itself: {log}");
            assert!(log.contains(&window.farewell()), "ended elsewhere: {log}");
            recovery.check(&authority.data(), &harvest.received)?;
        }
        rows.insert(window, recovery);
    }
    eprintln!("ends of the server, by the step that they fell behind:");
    for (window, recovery) in rows {
        eprintln!("  {:<20} {TIMES} ends: {recovery}", window.name());
        require_consequence(window, &recovery);
    }
    Ok(())
}

/// What each window must have left, as the commit order says.
fn require_consequence(window: Window, recovery: &Recovery) {
    let ahead = recovery.rolled_forward();
    let kept = recovery.unclaimed();
    match window {
        // The committing thread itself ended, and nothing was written.
        Window::LeavesHashed | Window::RootsAgreed | Window::CheckpointSigned => {
            assert_eq!(ahead, 0, "{window:?} lies before the write");
        }
        Window::BatchWritten => {
            assert_eq!(ahead, TIMES, "only the database has the batch");
            assert!(kept >= TIMES, "what was written is kept, answered or not");
        }
        Window::LockRecordWritten => {
            assert_eq!(ahead, 0, "both have the batch");
            assert!(kept >= TIMES, "what was written is kept, answered or not");
        }
        // Another thread ended the process: the committing one was anywhere.
        _ => {}
    }
}
