//! One token, many audiences: each is shown its part, and nobody more.

use std::path::{Path, PathBuf};

use meridian_tests::programs::{ours, run};

use crate::site::Site;

/// `meridian locate` of a file with these options; the file.
fn located(site: &Site, folder: &Path, options: &[&str]) -> PathBuf {
    let file = folder.join("photo.jpg");
    std::fs::write(&file, b"not really a photo").unwrap();
    run(ours("meridian")
        .unwrap()
        .arg("locate")
        .arg(&file)
        .args(["--url", &site.base()])
        .args(options))
    .unwrap()
    .succeeded()
    .unwrap();
    file
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", file.display()))
}

/// What a reader is told who has the file, its reply and one disclosure.
fn told(site: &Site, file: &Path, parts: &[&str]) -> String {
    let opened = beside(file, ".lsd");
    run(ours("meridian")
        .unwrap()
        .args(["locate", "disclose"])
        .arg(beside(file, ".lsk"))
        .args(parts)
        .args(["--force", "--out"])
        .arg(&opened))
    .unwrap()
    .succeeded()
    .unwrap();
    let opened = opened.to_str().unwrap();
    let judged = site.judge(file, &beside(file, ".tsr"), &["--disclose", opened]);
    judged.succeeded().unwrap()
}

#[test]
fn country_cell_and_point_go_to_different_readers_of_one_token() {
    let site = Site::plain();
    let folder = tempfile::tempdir().unwrap();
    let place = ["--position", "48.85837,2.29448,6.5", "--reveal", "nothing"];
    let file = located(&site, folder.path(), &place);
    let reply = beside(&file, ".tsr");
    let nothing = site.judge(&file, &reply, &["--require", "level=0"]);
    let nothing = nothing.succeeded().unwrap();
    assert!(
        !nothing.contains("FR") && !nothing.contains("48.858"),
        "{nothing}"
    );

    let public = told(&site, &file, &["--country"]);
    assert!(
        public.contains("FR") && !public.contains("48.858"),
        "{public}"
    );
    let insurer = told(&site, &file, &["--cell", "7"]);
    // As h3-py has it: rfc-vectors/location/tree.txt, slot 5.
    assert!(insurer.contains("871fb4674ffffff"), "{insurer}");
    assert!(!insurer.contains("48.858"), "{insurer}");
    let court = told(&site, &file, &["--country", "--cell", "7", "--point"]);
    assert!(court.contains("48.85837"), "{court}");
}

#[test]
fn a_disclosure_of_another_stamp_opens_nothing() {
    let site = Site::plain();
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = ["--position", "-33.9,151.2,10"];
    let file = located(&site, one.path(), &place);
    let other = located(&site, two.path(), &place);
    told(&site, &other, &["--point"]);
    let foreign = beside(&other, ".lsd");
    let foreign = foreign.to_str().unwrap();
    site.judge(&file, &beside(&file, ".tsr"), &["--disclose", foreign])
        .refused(1)
        .unwrap();
}
