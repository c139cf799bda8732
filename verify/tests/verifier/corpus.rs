//! Collected tokens of real authorities, where they are: what independent checks found good
//! verifies here, what they found bad does not, and nothing panics.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::fs;
use std::path::Path;

use crate::support::{policy, shared, status};
use meridian_verify::finding::Status;
use meridian_verify::input::recognise;
use meridian_verify::inspect::inspect;
use meridian_verify::policy::VerifyPolicy;
use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_verify::verify::verify_timestamp;

/// V044 and V045: what `openssl cms -verify` and the independent check look at.
const CRYPTOGRAPHY: [u16; 2] = [44, 45];

fn report(path: &Path, policy: &VerifyPolicy) -> Report {
    let input = recognise(&fs::read(path).unwrap()).unwrap();
    let _ = inspect(&input);
    verify_timestamp(&input, None, policy)
}

fn holds(report: &Report) -> bool {
    let passed = |id| matches!(status(report, id), Some(Status::Passed | Status::Warning));
    CRYPTOGRAPHY.into_iter().all(passed)
}

#[test]
fn agrees_with_independent_checks_on_every_token() {
    let Some(folder) = shared("tokens") else {
        println!("skipped: not found");
        return;
    };
    let policy = policy();
    let manifest = fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let (mut good, mut bad, mut disagreements) = (0, 0, Vec::new());
    for row in manifest.lines().skip(1) {
        let name = row.split('\t').next().unwrap();
        let report = report(&folder.join(name), &policy);
        assert_ne!(
            report.models().gen_time,
            Verdict::Passed,
            "{name}: nobody is trusted"
        );
        let independent = row.contains("cms:OK") && row.ends_with("own:OK");
        if independent {
            good += 1;
        } else {
            bad += 1;
        }
        // What an independent check could not finish may still be good.
        let is_bad = row.contains("cms:FAIL:verification failure")
            || row.contains("content verify error")
            || row.contains("own:FAIL");
        if independent != holds(&report) && (independent || is_bad) {
            disagreements.push(name.to_owned());
        }
    }
    println!("{good} good, {bad} others");
    assert_eq!(disagreements, [""; 0]);
}
