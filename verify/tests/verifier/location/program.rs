//! The program: options about place, and exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::issuer::Stamp;
use crate::mint::{DATA, root, token, tst_info};

/// A folder with everything that belongs to a stamp.
fn desk(stamp: &Stamp) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, octets: &[u8]| fs::write(folder.path().join(name), octets).unwrap();
    put("data", DATA);
    put("root", &root(1));
    put("token", &stamp.token());
    put(
        "plain",
        &token(&tst_info(meridian_wire::oid::POLICY_COMPATIBLE, &[])),
    );
    put("country.lsd", &stamp.disclose(&[0]));
    put("point.lsd", &stamp.disclose(&[10]));
    put("all.lse", stamp.bundle.as_der());
    put("policy.json", stamp.policy.jcs());
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let given = ["data", "--trust", "root", "--at", "2026-11-24T11:00:00Z"];
    Command::new(env!("CARGO_BIN_EXE_meridian-verify"))
        .current_dir(folder)
        .args(given)
        .args(arguments)
        .output()
        .unwrap()
}

fn code(folder: &Path, arguments: &[&str]) -> i32 {
    run(folder, arguments).status.code().unwrap()
}

#[test]
fn place_counts_only_where_it_is_asked_for() {
    let stamp = Stamp::signed().with(|claim| {
        claim.level = meridian_wire::loc::level::AssuranceLevel::L2DeviceAttested;
    });
    let desk = desk(&stamp);
    let token = ["--token", "token"];
    assert_eq!(code(desk.path(), &token), 0);
    for asked in [
        &["--disclose", "country.lsd"][..],
        &["--location-policy", "policy.json"],
        &["--require", "level=0"],
        &["--evidence", "all.lse"],
    ] {
        assert_eq!(code(desk.path(), &[&token, asked].concat()), 1, "{asked:?}");
    }
}

#[test]
fn passed_is_0_unmet_or_no_claim_1_and_undecided_2() {
    let desk = desk(&Stamp::signed().with(|claim| claim.revealed.clear()));
    let code = |arguments: &[&str]| code(desk.path(), arguments);
    let everything = [
        "--token",
        "token",
        "--disclose",
        "country.lsd",
        "--disclose",
        "point.lsd",
        "--evidence",
        "all.lse",
        "--location-policy",
        "policy.json",
        "--require",
        "level=0,country=FR",
        "--require",
        "binding=deviceSigned",
        "--require",
        "near=48.8584:2.2945:500",
    ];
    assert_eq!(code(&everything), 0);
    assert_eq!(code(&["--token", "token", "--require", "level=3"]), 1);
    assert_eq!(code(&["--token", "plain", "--require", "level=0"]), 1);
    assert_eq!(code(&["--token", "plain", "--disclose", "country.lsd"]), 1);
    assert_eq!(code(&["--token", "plain"]), 0);
    assert_eq!(code(&["--token", "token", "--require", "country=FR"]), 2);
    assert_eq!(code(&["--token", "token", "--evidence", "all.lse"]), 2);
    // Not the files that they are said to be.
    assert_eq!(code(&["--token", "token", "--disclose", "data"]), 1);
    assert_eq!(code(&["--token", "token", "--location-policy", "data"]), 1);
}

#[test]
fn wrong_usage_is_3_with_a_hint() {
    let desk = desk(&Stamp::signed());
    for arguments in [
        &["--token", "token", "--require", "level=9"][..],
        &["--token", "token", "--require", "depth=1"],
        &["--token", "token", "--require", ""],
        &["--token", "token", "--require"],
        &["--token", "token", "--disclose", "absent"],
        &["--token", "token", "--evidence", "absent"],
        &["--token", "token", "--location-policy", "absent"],
        &["--token", "absent"],
    ] {
        let output = run(desk.path(), arguments);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("meridian-verify: error: "), "{said}");
        assert!(said.contains("meridian-verify: hint: "), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn json_has_the_place_and_is_the_same_each_time() {
    let desk = desk(&Stamp::signed());
    let arguments = ["--token", "token", "--disclose", "point.lsd", "--json"];
    let first = run(desk.path(), &arguments);
    assert_eq!(first.stdout, run(desk.path(), &arguments).stdout);
    let json: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(json["verdict"], "passed");
    assert_eq!(json["place"]["values"][1]["value"]["lat_e7"], 488_583_700);
    assert_eq!(json["place"]["checks"].as_array().unwrap().len(), 8);
}
