//! An auditor is handed an event of the authority's life, and checks it against the log's key.

use std::process::Command;

use meridian_tests::programs::{Ran, ours, run};
use serde_json::Value;

use crate::site::Site;

fn meridian(site: &Site, arguments: &[&str]) -> String {
    let mut command: Command = ours("meridian").unwrap();
    command.args(arguments).arg(site.data());
    let ran = run(&mut command).unwrap();
    ran.succeeded().unwrap()
}

#[test]
fn every_event_of_a_stopped_authority_is_listed_and_proven() {
    let mut site = Site::plain();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    site.serving.end();
    let table = meridian(&site, &["log", "events"]);
    let lines: Vec<_> = table.lines().collect();
    // The configuration that init wrote is the one that is served: nothing between the two.
    assert_eq!(lines.len(), 2, "{table}");
    assert!(lines[0].contains("genesis") && lines[1].contains("start"));
    assert_eq!(meridian(&site, &["log", "events", "--name", "key."]), "");

    let key = site.data().join("pki/log.vkey");
    let judge = |event: &str, proof: &str| -> Ran {
        let mut command = ours("meridian-verify").unwrap();
        command
            .arg("event")
            .arg(at(event))
            .arg("--proof")
            .arg(at(proof));
        run(command.arg("--log-key").arg(&key)).unwrap()
    };
    let listed = meridian(&site, &["log", "events", "--json"]);
    for (index, line) in listed.lines().enumerate() {
        let index = index.to_string();
        let one = meridian(&site, &["log", "events", "--json", "--serial", &index]);
        assert_eq!(one.trim_end(), line);
        std::fs::write(at("event.json"), line).unwrap();
        std::fs::write(at("proof"), meridian(&site, &["log", "proof", &index])).unwrap();
        let said = judge("event.json", "proof").succeeded().unwrap();
        assert!(said.starts_with("PASSED"), "{said}");
        // In other words it is not what the log has.
        let mut other: Value = serde_json::from_str(line).unwrap();
        let body = other["body"]
            .as_str()
            .unwrap()
            .replace("meridian", "Meridian");
        other["body"] = body.into();
        std::fs::write(at("other.json"), other.to_string()).unwrap();
        judge("other.json", "proof").refused(1).unwrap();
    }
    let mut command = ours("meridian").unwrap();
    command
        .args(["log", "events", "--serial", "9"])
        .arg(site.data());
    run(&mut command).unwrap().refused(1).unwrap();
}
