//! V081: trust that is bound to a time.

use meridian_verify::finding::Status;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::report::json::to_json;
use meridian_verify::verdict::{Model, Verdict};
use meridian_verify::window::Window;

use crate::forge::world::{WORLD, judge_under};
use crate::later;
use crate::program::{Desk, code, said};
use crate::support::{AT, DATA, instant, status, undecided, vector};

fn window(from: &str, until: &str) -> Window {
    let bound = |text: &str| (!text.is_empty()).then(|| instant(text));
    Window::new(bound(from), bound(until))
}

/// Trust in the forge's root in these times.
fn policy(windows: &[Window]) -> VerifyPolicy {
    let anchors = windows.iter().map(|window| (WORLD.root.clone(), *window));
    let mut policy = WORLD.policy();
    policy.anchors = TrustAnchors::windowed(anchors.collect()).unwrap();
    policy
}

fn under(windows: &[Window]) -> Report {
    judge_under(&WORLD.honest(), &policy(windows))
}

#[test]
fn v081_gen_time_and_its_accuracy_lie_in_the_time_of_trust() {
    // From 11:59:59 to 12:00:01.
    for (from, until, trusted) in [
        ("", "", true),
        ("2026-06-15T11:59:59Z", "2026-06-15T12:00:02Z", true),
        ("2026-06-15T12:00:00Z", "", false),
        ("", "2026-06-15T12:00:01Z", false),
        ("", "2020-01-01T00:00:00Z", false),
        ("2026-07-01T00:00:00Z", "", false),
    ] {
        let report = under(&[window(from, until)]);
        let ids: &[&str] = if trusted { &[] } else { &["V081"] };
        assert_eq!(undecided(&report), ids, "{from} {until}");
        // There is a path all the same, and it is told.
        assert_eq!(status(&report, 80), Some(Status::Passed));
        if !trusted {
            assert_eq!(report.models().gen_time, Verdict::Indeterminate);
            let json = to_json(&report, Model::GenTime).unwrap();
            assert!(json.contains("subindication:NO_CERTIFICATE_CHAIN_FOUND_NO_POE"));
        }
    }
}

#[test]
fn v081_one_time_of_several_is_enough() {
    let before = window("", "2020-01-01T00:00:00Z");
    let then = window("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z");
    assert_eq!(undecided(&under(&[before, then])), [""; 0]);
    assert_eq!(undecided(&under(&[before, before])), ["V081"]);
    // The unit's own certificate, trusted in time, beside the root, trusted at another.
    let mut policy = policy(&[before]);
    let anchors = vec![(WORLD.root.clone(), before), (WORLD.unit.clone(), then)];
    policy.anchors = TrustAnchors::windowed(anchors).unwrap();
    assert_eq!(undecided(&judge_under(&WORLD.honest(), &policy)), [""; 0]);
    let anchors = vec![(WORLD.unit.clone(), before)];
    policy.anchors = TrustAnchors::windowed(anchors).unwrap();
    assert_eq!(undecided(&judge_under(&WORLD.honest(), &policy)), ["V081"]);
}

#[test]
fn v100_where_trust_has_ended_the_token_must_be_proven_to_be_older() {
    let until = window("", "2026-10-01T00:00:00Z");
    let report = under(&[until]);
    assert_eq!(report.models().gen_time, Verdict::Passed);
    assert_eq!(report.models().etsi, Verdict::Indeterminate);
    let json = to_json(&report, Model::Etsi).unwrap();
    assert!(json.contains("subindication:NO_CERTIFICATE_CHAIN_FOUND_NO_POE"));
    // A later token of somebody else, from before or after the end of trust.
    for (at, wanted) in [
        ("2026-09-30T00:00:00Z", Verdict::Passed),
        ("2026-10-01T00:00:00Z", Verdict::Indeterminate),
    ] {
        let mut policy = later::policy(&[later::over(&WORLD.honest(), at)]);
        let anchors = vec![(WORLD.root.clone(), until), (later::root(), Window::ALWAYS)];
        policy.anchors = TrustAnchors::windowed(anchors).unwrap();
        let report = judge_under(&WORLD.honest(), &policy);
        assert_eq!(report.models().etsi, wanted, "{at}: {report:?}");
    }
}

#[test]
fn the_program_takes_a_list_whose_files_lie_beside_it() {
    let desk = Desk::empty();
    std::fs::create_dir(desk.folder.path().join("trust")).unwrap();
    desk.put("data", DATA);
    desk.put("token", &vector("p384.tsr"));
    desk.put("trust/root.cer", &vector("root.cer"));
    let given = [
        "data",
        "--token",
        "token",
        "--at",
        AT,
        "--trust-list",
        "trust/list.json",
    ];
    let with = |members: &str| {
        let text =
            format!(r#"{{"version": 1, "anchors": [{{"certificate": "root.cer"{members}}}]}}"#);
        desk.put("trust/list.json", text.as_bytes());
        desk.run(&given)
    };
    assert_eq!(code(&with("")), 0);
    let sha256 = meridian_verify::crypto::digest::digest(
        meridian_wire::tsp::hash::HashAlgorithm::Sha256,
        &vector("root.cer"),
    );
    let right = format!(
        r#", "sha256": "{}", "note": "from the ministry""#,
        hex::encode(sha256)
    );
    assert_eq!(code(&with(&right)), 0);
    assert_eq!(code(&with(r#", "until": "2020-01-01""#)), 2);
    for wrong in [
        format!(r#", "sha256": "{}""#, "00".repeat(32)),
        r#", "till": "2030-01-01""#.to_owned(),
        r#", "until": "soon""#.to_owned(),
    ] {
        let output = with(&wrong);
        assert_eq!(code(&output), 3, "{wrong}");
        assert!(said(&output).contains("hint: "));
    }
    // Beside --trust, whose trust has no end.
    with(r#", "until": "2020-01-01""#);
    desk.put("root", &vector("root.cer"));
    let both = desk.run(&[&given[..], &["--trust", "root"]].concat());
    assert_eq!(code(&both), 0);
    // One of the two is needed.
    assert_eq!(code(&desk.run(&["data", "--token", "token"])), 3);
}
