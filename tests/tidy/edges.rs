//! docs/ARCHITECTURE.md, 'Code map': who may import whom, as a table that a test holds the workspace to.

use std::collections::{BTreeMap, BTreeSet};

use crate::workspace::Package;

/// A crate and what it may import, directly or through these.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("merkle", &[]),
    ("wire", &["merkle"]),
    ("adjtimex", &[]),
    ("appraisal", &["wire"]),
    // The kernel's clock discipline is read through the one crate that holds `unsafe`.
    ("signing", &["wire", "adjtimex"]),
    ("tsa", &["signing"]),
    ("locstamp", &["signing", "appraisal"]),
    ("log", &["signing", "merkle"]),
    ("verify", &["merkle", "wire", "appraisal"]),
    ("landmark", &["signing"]),
    ("archive", &["wire", "verify"]),
    ("server", &["tsa", "locstamp", "log", "signing-pkcs11"]),
    ("signing-pkcs11", &["signing"]),
    ("cli", &["server", "verify", "archive", "landmark"]),
    ("rfc-vectors", &[]),
    // Never RocksDB: what is fuzzed builds in seconds under a sanitiser.
    (
        "fuzz-targets",
        &["wire", "merkle", "tsa", "appraisal", "verify"],
    ),
];

/// May import anything of ours; nobody imports them.
const AT_THE_TOP: &[&str] = &["tests", "benches"];

/// The name that the table uses for a package of ours.
pub(crate) fn short(package: &str) -> Option<&str> {
    package.strip_prefix("meridian-")
}

/// Every import that the table does not allow.
pub(crate) fn breaches(packages: &[Package]) -> Vec<String> {
    let allowed = closure(
        &MAY_IMPORT
            .iter()
            .map(|(from, to)| (*from, to.to_vec()))
            .collect(),
    );
    let direct = direct_imports(packages);
    let reached = closure(&direct);
    let mut breaches = Vec::new();
    for (from, targets) in &reached {
        if AT_THE_TOP.contains(from) {
            continue;
        }
        let Some(may) = allowed.get(from) else {
            breaches.push(format!("{from} is not in the table of imports"));
            continue;
        };
        for to in targets.difference(may) {
            let how = if direct[from].contains(to) {
                "imports"
            } else {
                "reaches"
            };
            breaches.push(format!(
                "{from} {how} {to}, which the design does not allow"
            ));
        }
    }
    for (from, targets) in &direct {
        for to in targets.iter().filter(|to| AT_THE_TOP.contains(to)) {
            breaches.push(format!("{from} imports {to}, which nobody may import"));
        }
    }
    breaches
}

/// Who imports whom of ours. Dev-dependencies count, but for those on rfc-vectors.
fn direct_imports(packages: &[Package]) -> BTreeMap<&str, Vec<&str>> {
    packages
        .iter()
        .map(|package| {
            let ours = package.dependencies.iter().filter_map(|dependency| {
                let to = short(&dependency.name)?;
                (!(dependency.dev && to == "rfc-vectors")).then_some(to)
            });
            let from = short(&package.name).unwrap_or(&package.name);
            (from, ours.collect())
        })
        .collect()
}

/// Everything that can be reached from each crate.
fn closure<'a>(direct: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut reached = BTreeMap::new();
    for from in direct.keys() {
        let mut seen = BTreeSet::new();
        let mut open = direct[from].clone();
        while let Some(to) = open.pop() {
            if seen.insert(to) {
                open.extend(direct.get(to).into_iter().flatten());
            }
        }
        reached.insert(*from, seen);
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, imports: &[(&str, bool)]) -> Package {
        Package {
            name: format!("meridian-{name}"),
            folder: std::path::PathBuf::new(),
            dependencies: imports
                .iter()
                .map(|(to, dev)| Dependency {
                    name: format!("meridian-{to}"),
                    dev: *dev,
                })
                .collect(),
            has_features: false,
        }
    }

    #[test]
    fn an_edge_outside_the_table_is_a_breach() {
        let planted = [package("verify", &[("signing", false)])];
        assert_eq!(breaches(&planted).len(), 1);
    }

    #[test]
    fn a_dev_dependency_is_an_edge_too() {
        let planted = [package("merkle", &[("wire", true)])];
        assert_eq!(breaches(&planted).len(), 1);
        assert!(breaches(&[package("merkle", &[("rfc-vectors", true)])]).is_empty());
        assert!(!breaches(&[package("merkle", &[("rfc-vectors", false)])]).is_empty());
    }

    #[test]
    fn an_edge_through_another_crate_is_a_breach() {
        let planted = [
            package("verify", &[("wire", false)]),
            package("wire", &[("log", false)]),
        ];
        let found = breaches(&planted).join("\n");
        assert!(found.contains("verify reaches log"), "{found}");
    }

    #[test]
    fn what_the_table_gives_through_others_may_be_imported_directly() {
        let planted = [package("server", &[("wire", false), ("merkle", false)])];
        assert!(breaches(&planted).is_empty());
    }

    #[test]
    fn nobody_imports_tests_or_benches() {
        let planted = [package("benches", &[("tests", false)])];
        assert_eq!(breaches(&planted).len(), 1);
    }

    #[test]
    fn a_crate_that_the_table_does_not_name_is_a_breach() {
        assert_eq!(breaches(&[package("unnamed", &[])]).len(), 1);
    }
}
