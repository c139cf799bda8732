//! What the checks read: the members' manifests as `cargo metadata` tells them.
//!
//! `--no-deps` needs no network and no downloaded crate; the versions come from Cargo.lock.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace, read once a test.
pub(crate) struct Workspace {
    /// Where the root manifest lies.
    pub(crate) root: PathBuf,
    /// The members.
    pub(crate) packages: Vec<Package>,
}

/// One member.
#[derive(Clone)]
pub(crate) struct Package {
    /// The package's name.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// What its manifest names, of every kind (normal, build, dev) and platform.
    pub(crate) dependencies: Vec<Dependency>,
    /// Whether the manifest declares features.
    pub(crate) has_features: bool,
}

/// One line of a manifest's dependency tables.
#[derive(Clone)]
pub(crate) struct Dependency {
    /// The package's real name, whatever it is renamed to.
    pub(crate) name: String,
    /// Whether only tests and benches of the package see it.
    pub(crate) dev: bool,
}

impl Workspace {
    /// Runs cargo on this repository.
    pub(crate) fn load() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap()
            .to_path_buf();
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--format-version=1"])
            .args(["--offline", "--locked"])
            .current_dir(&root)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo metadata failed: {errors}");
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        Self {
            root,
            packages: packages.iter().map(Package::from_metadata).collect(),
        }
    }
}

impl Package {
    fn from_metadata(value: &serde_json::Value) -> Self {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let manifest = PathBuf::from(text(&value["manifest_path"]));
        let dependencies = value["dependencies"].as_array().unwrap().iter();
        Self {
            name: text(&value["name"]),
            folder: manifest.parent().unwrap().to_path_buf(),
            dependencies: dependencies
                .map(|dependency| Dependency {
                    name: text(&dependency["name"]),
                    dev: dependency["kind"].as_str() == Some("dev"),
                })
                .collect(),
            has_features: !value["features"].as_object().unwrap().is_empty(),
        }
    }
}

/// Says what is wrong with a manifest's `[lints]` table.
///
/// Cargo refuses a package that inherits the table and overrides a line, so a crate that
/// needs one `unsafe` block carries a table of its own; those are named in `own_table` and
/// must still deny `unsafe_code`.
pub(crate) fn lints_breach(name: &str, manifest: &str, own_table: &[&str]) -> Option<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let Some(lints) = manifest.get("lints").and_then(toml::Value::as_table) else {
        return Some(format!("{name}: no [lints] table"));
    };
    if lints.get("workspace").and_then(toml::Value::as_bool) == Some(true) {
        return None;
    }
    let unsafe_code = lints.get("rust").and_then(|rust| rust.get("unsafe_code"));
    let denied = unsafe_code.and_then(toml::Value::as_str) == Some("deny");
    (!own_table.contains(&name) || !denied)
        .then(|| format!("{name}: [lints] must say `workspace = true`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_without_the_lints_is_a_breach() {
        let bare = "[package]\nname = \"x\"\n";
        assert!(lints_breach("x", bare, &[]).is_some());
        assert!(lints_breach("x", "[lints]\nworkspace = true\n", &[]).is_none());
    }

    #[test]
    fn an_own_table_must_be_listed_and_deny_unsafe_code() {
        let own = "[lints.rust]\nunsafe_code = \"deny\"\n";
        assert!(lints_breach("x", own, &[]).is_some());
        assert!(lints_breach("x", own, &["x"]).is_none());
        assert!(lints_breach("x", "[lints.rust]\n", &["x"]).is_some());
    }
}
