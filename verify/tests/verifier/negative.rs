//! Synthetic cases with expected verdicts, where they are.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::fs;
use std::path::Path;

use crate::support::{instant, judge_about, shared};
use meridian_verify::pem;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::verdict::Verdict;
use serde_json::Value;

fn pem_of(path: &Path) -> Vec<Vec<u8>> {
    let blocks = pem::blocks(&fs::read_to_string(path).unwrap());
    blocks.into_iter().map(|(_, der)| der).collect()
}

#[test]
fn every_case_ends_as_expected() {
    let Some(folder) = shared("negative") else {
        println!("skipped: not found");
        return;
    };
    let expected = fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let data = fs::read(folder.join("data.bin")).unwrap();
    let mut wrong = Vec::new();
    for (name, case) in expected.as_object().unwrap() {
        let anchors = TrustAnchors::new(pem_of(&folder.join("root.pem"))).unwrap();
        let mut policy = VerifyPolicy::new(anchors, instant("2026-11-24T00:00:00Z"));
        policy.intermediates = pem_of(&folder.join("inter.pem"));
        policy.intermediates.extend(pem_of(&folder.join("tsa.pem")));
        if name.starts_with("63-") {
            policy.crls = pem_of(&folder.join("inter.crl.pem"));
        }
        let token = fs::read(folder.join(format!("{name}.tst"))).unwrap();
        let verdict = judge_about(&token, &data, &policy).models().gen_time;
        let right = match case["expect"].as_str().unwrap() {
            "PASS" | "WARN" => verdict == Verdict::Passed,
            "FAIL" => verdict != Verdict::Passed,
            // The algorithm policy decides; ours calls a token that was weak when made undecided.
            "POLICY" => verdict == Verdict::Indeterminate,
            other => panic!("{name}: unknown expectation {other}"),
        };
        if !right {
            wrong.push(format!("{name}: {}", verdict.name()));
        }
    }
    println!("{} cases", expected.as_object().unwrap().len());
    assert_eq!(wrong, [""; 0]);
}
