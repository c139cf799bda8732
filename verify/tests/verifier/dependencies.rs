//! What the program is made of: nothing that could reach a network or a database.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Parts of names that no crate in the tree may have.
const FORBIDDEN_PARTS: [&str; 14] = [
    "http",
    "socket",
    "rocksdb",
    "tokio",
    "hyper",
    "rustls",
    "native-tls",
    "openssl",
    "curl",
    "quinn",
    "hickory",
    "trust-dns",
    "sqlite",
    "websocket",
];

/// Whole names, too short to look for their parts.
const FORBIDDEN_NAMES: [&str; 12] = [
    "mio",
    "h2",
    "h3",
    "ureq",
    "reqwest",
    "warp",
    "axum",
    "tower",
    "net2",
    "smol",
    "async-std",
    "async-io",
];

fn is_forbidden(name: &str) -> bool {
    FORBIDDEN_NAMES.contains(&name) || FORBIDDEN_PARTS.iter().any(|part| name.contains(part))
}

/// Names of everything that the package is built from, tests aside.
fn tree() -> (BTreeSet<String>, Vec<PathBuf>) {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata failed: {errors}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages: BTreeMap<String, &Value> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let nodes: BTreeMap<String, &Value> =
        nodes.iter().map(|node| (text(&node["id"]), node)).collect();
    let start = packages
        .iter()
        .find(|(_, package)| package["name"] == "meridian-verify");
    let mut open = vec![start.unwrap().0.clone()];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        for dependency in nodes[&id]["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            if kinds.iter().any(|kind| kind["kind"] != "dev") {
                open.push(text(&dependency["pkg"]));
            }
        }
    }
    let names = seen.iter().map(|id| text(&packages[id]["name"])).collect();
    let ours = seen.iter().filter(|id| packages[*id]["source"].is_null());
    let folders = ours.map(|id| {
        let manifest = PathBuf::from(text(&packages[id]["manifest_path"]));
        manifest.parent().unwrap().join("src")
    });
    (names, folders.collect())
}

#[test]
fn no_crate_of_the_tree_speaks_to_a_network_or_keeps_a_database() {
    let (names, _) = tree();
    let forbidden: Vec<_> = names.iter().filter(|name| is_forbidden(name)).collect();
    assert!(forbidden.is_empty(), "{forbidden:?}");
    // The walk went somewhere.
    for known in [
        "meridian-wire",
        "meridian-appraisal",
        "p384",
        "clap",
        "maud",
    ] {
        assert!(names.contains(known), "{known}");
    }
    assert!(names.len() > 50);
}

#[test]
fn the_test_itself_knows_what_is_forbidden() {
    for name in [
        "hyper-util",
        "tokio",
        "mio",
        "librocksdb-sys",
        "rustls-webpki",
        "http-body",
    ] {
        assert!(is_forbidden(name), "{name}");
    }
    for name in ["indicatif", "console", "libc", "serde_json", "maud"] {
        assert!(!is_forbidden(name), "{name}");
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_source_of_ours_names_a_socket_or_starts_a_program() {
    let (_, folders) = tree();
    let mut files = Vec::new();
    for folder in &folders {
        sources(folder, &mut files);
    }
    assert!(folders.len() >= 4 && files.len() > 100, "{folders:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        // An address is a value like any other; these act.
        let acting = [
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "UnixStream",
            "UnixDatagram",
            "std::process::Command",
        ];
        for word in acting {
            assert!(!text.contains(word), "{}: {word}", file.display());
        }
    }
}
