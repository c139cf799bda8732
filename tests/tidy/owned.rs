//! docs/ARCHITECTURE.md, 'Code map': the owners. A foreign crate that one of ours alone may name.

use std::collections::{BTreeMap, BTreeSet};

use crate::edges::short;
use crate::workspace::Package;

/// A foreign crate and the crates of ours that may name it.
const OWNED: &[(&str, &[&str])] = &[
    ("rocksdb", &["log"]),
    ("librocksdb-sys", &["log"]),
    ("rustix", &["log"]),
    ("warp", &["server"]),
    ("hyper", &["server"]),
    ("hyper-util", &["server"]),
    ("http-body-util", &["server"]),
    ("tokio", &["server"]),
    ("der", &["wire"]),
    ("x509-cert", &["wire"]),
    ("cms", &["wire"]),
    ("x509-tsp", &["wire"]),
    ("cmpv2", &[]),
    ("ureq", &["cli"]),
    ("reqwest", &[]),
    ("rand", &[]),
    ("getrandom", &["signing"]),
];

/// May name anything: they drive the product from outside.
const FREE: &[&str] = &["tests", "benches", "fuzz-targets"];

/// One version of each among the direct dependencies of ours.
const ONE_VERSION: &[&str] = &["der", "x509-cert", "cms", "x509-tsp"];

/// Every dependency on a crate that another one owns.
pub(crate) fn breaches(packages: &[Package]) -> Vec<String> {
    let mut breaches = Vec::new();
    for package in packages {
        let name = short(&package.name).unwrap_or(&package.name);
        if FREE.contains(&name) {
            continue;
        }
        for (foreign, owners) in OWNED {
            let named = package.dependencies.iter().any(|d| d.name == *foreign);
            if named && !owners.contains(&name) {
                breaches.push(format!("{name} names {foreign}, owned by {owners:?}"));
            }
        }
    }
    breaches
}

/// Every ASN.1 crate that ours depend on in more than one version, by the lock file.
pub(crate) fn versions(packages: &[Package], lock: &str) -> Vec<String> {
    let lock: toml::Table = lock.parse().unwrap();
    let locked = lock["package"].as_array().unwrap();
    let text = |entry: &toml::Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for entry in locked {
        let ours = packages.iter().any(|p| p.name == text(entry, "name"));
        let Some(dependencies) = entry.get("dependencies").filter(|_| ours) else {
            continue;
        };
        for dependency in dependencies.as_array().unwrap() {
            // "name" where the lock holds one version of it, else "name version".
            let mut words = dependency.as_str().unwrap().split(' ');
            let name = words.next().unwrap();
            if let Some(name) = ONE_VERSION.iter().find(|one| **one == name) {
                let only = || locked.iter().find(|e| text(e, "name") == *name);
                let version = words.next().map(str::to_owned);
                let version = version.unwrap_or_else(|| text(only().unwrap(), "version"));
                found.entry(name).or_default().insert(version);
            }
        }
    }
    let twice = found.into_iter().filter(|(_, versions)| versions.len() > 1);
    twice
        .map(|(name, versions)| format!("{name} in versions {versions:?}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, imports: &str) -> Package {
        Package {
            name: format!("meridian-{name}"),
            folder: std::path::PathBuf::new(),
            dependencies: vec![Dependency {
                name: imports.to_owned(),
                dev: false,
            }],
            has_features: false,
        }
    }

    #[test]
    fn a_dependency_on_another_ones_crate_is_a_breach() {
        assert_eq!(breaches(&[package("server", "rocksdb")]).len(), 1);
        assert_eq!(breaches(&[package("verify", "der")]).len(), 1);
        assert!(breaches(&[package("log", "rocksdb")]).is_empty());
        assert!(breaches(&[package("benches", "rocksdb")]).is_empty());
    }

    #[test]
    fn two_versions_of_an_asn1_crate_among_ours_are_a_breach() {
        let lock = |second: &str| {
            format!(
                "[[package]]\nname = \"der\"\nversion = \"0.7.1\"\n\
                 [[package]]\nname = \"der\"\nversion = \"0.8.0\"\n\
                 [[package]]\nname = \"meridian-wire\"\nversion = \"1.0.0\"\n\
                 dependencies = [\"der 0.7.1\"]\n\
                 [[package]]\nname = \"meridian-log\"\nversion = \"1.0.0\"\n\
                 dependencies = [\"der {second}\"]\n"
            )
        };
        let ours = [package("wire", "der"), package("log", "der")];
        assert!(versions(&ours, &lock("0.7.1")).is_empty());
        assert_eq!(versions(&ours, &lock("0.8.0")).len(), 1);
        // A foreign crate's second version is deny.toml's matter.
        assert!(versions(&ours[..1], &lock("0.8.0")).is_empty());
    }
}
