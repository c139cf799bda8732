//! The rules of the house that no compiler keeps: who may import whom, who owns which crate,
//! what a folder must say about itself, what a source file may not hold.
//!
//! Each rule is a function over data, with a test that plants one breach; the tests in this
//! file run the rules over the workspace itself.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a test calls may stop the test"
)]

mod cited;
mod conformance;
mod edges;
mod owned;
mod readme;
mod rows;
mod sources;
mod workspace;

use workspace::Workspace;

/// Fails with every breach, one a line.
fn assert_none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_import_is_an_edge_of_the_design() {
    assert_none(&edges::breaches(&Workspace::load().packages));
}

#[test]
fn every_owned_crate_is_imported_by_its_owner_only() {
    assert_none(&owned::breaches(&Workspace::load().packages));
}

#[test]
fn the_asn1_crates_have_one_version_among_direct_dependencies() {
    let workspace = Workspace::load();
    let lock = std::fs::read_to_string(workspace.root.join("Cargo.lock")).unwrap();
    assert_none(&owned::versions(&workspace.packages, &lock));
}

#[test]
fn the_fuzz_package_outside_the_workspace_imports_its_targets_only() {
    let manifest = Workspace::load().root.join("fuzz/Cargo.toml");
    let manifest: toml::Table = std::fs::read_to_string(manifest).unwrap().parse().unwrap();
    let dependencies: Vec<&String> = manifest["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(dependencies, ["libfuzzer-sys", "meridian-fuzz-targets"]);
}

#[test]
fn every_manifest_takes_the_lints_of_the_workspace() {
    let workspace = Workspace::load();
    let own_table = ["meridian-adjtimex"];
    let breaches: Vec<String> = workspace
        .packages
        .iter()
        .filter_map(|package| {
            let manifest = std::fs::read_to_string(package.folder.join("Cargo.toml")).unwrap();
            workspace::lints_breach(&package.name, &manifest, &own_table)
        })
        .collect();
    assert_none(&breaches);
}

#[test]
fn no_crate_has_features() {
    let breaches: Vec<String> = Workspace::load()
        .packages
        .iter()
        .filter(|package| package.has_features)
        .map(|package| format!("{} declares features", package.name))
        .collect();
    assert_none(&breaches);
}

#[test]
fn every_folder_with_code_has_a_readme_with_the_six_headings() {
    let workspace = Workspace::load();
    // fuzz/README.md speaks for fuzz/targets too.
    let mut folders: Vec<_> = workspace
        .packages
        .iter()
        .map(|package| package.folder.clone())
        .filter(|folder| !folder.ends_with("fuzz/targets"))
        .collect();
    folders.extend(["core", "docs", "fuzz", "locstamp"].map(|folder| workspace.root.join(folder)));
    let breaches: Vec<String> = folders.iter().flat_map(|f| readme::breaches(f)).collect();
    assert_none(&breaches);
}

#[test]
fn every_source_file_keeps_the_rules() {
    let root = Workspace::load().root;
    let breaches: Vec<String> = sources::files(&root)
        .iter()
        .flat_map(|path| sources::breaches_in_file(&root, path))
        .collect();
    assert_none(&breaches);
}

#[test]
fn every_requirement_has_its_row_and_every_row_fits_the_sources() {
    assert_none(&conformance::breaches(&Workspace::load()));
}

#[test]
fn every_test_that_a_page_names_is_there() {
    assert_none(&cited::breaches(&Workspace::load().root));
}

#[test]
fn every_row_of_the_decision_table_has_a_test_of_its_number() {
    let root = Workspace::load().root;
    let sources = sources::files(&root);
    let rust = sources
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    let tested = rust
        .flat_map(|path| rows::tested(&std::fs::read_to_string(root.join(path)).unwrap()))
        .collect();
    assert_none(&rows::breaches(&meridian_appraisal::rows::ROWS, &tested));
}
