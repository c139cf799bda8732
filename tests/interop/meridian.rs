//! Our own programs as a stranger uses them: `meridian stamp`, then `meridian-verify`, offline.

use std::path::Path;

use meridian_tests::Failure;

use crate::site::{Site, folder_with_document};
use meridian_tests::programs::{Ran, contains, ours, run};

/// Two files stamped in one call, each with its proof; both verify against root and log key.
pub(crate) fn stamps_files_that_verify_with_their_proofs(site: &Site) -> Result<(), Failure> {
    let (folder, first) = folder_with_document()?;
    let second = folder.path().join("second.bin");
    std::fs::write(&second, vec![7; 3_000_000])?;
    run(ours("meridian")?
        .arg("stamp")
        .args([&first, &second])
        .args(["--url", &site.url(), "--proof"]))?
    .succeeded()?;
    for file in [&first, &second] {
        contains(&judge(site, file, file)?.succeeded()?, "passed")?;
    }
    judge(site, &second, &first)?.refused(1)?;
    Ok(())
}

/// Every hash and both policies of ours.
pub(crate) fn stamps_with_every_hash_and_policy(site: &Site) -> Result<(), Failure> {
    let (_folder, file) = folder_with_document()?;
    for hash in [
        "sha256",
        "sha384",
        "sha512",
        "sha512-256",
        "sha3-256",
        "sha3-384",
        "sha3-512",
    ] {
        for policy in ["compatible", "precise"] {
            run(ours("meridian")?
                .arg("stamp")
                .arg(&file)
                .args(["--url", &site.url(), "--proof", "--force"])
                .args(["--hash", hash, "--policy", policy]))?
            .succeeded()?;
            judge(site, &file, &file)?.succeeded()?;
        }
    }
    Ok(())
}

/// A dead first URL costs a pause, not the stamp.
pub(crate) fn goes_on_to_the_next_url(site: &Site) -> Result<(), Failure> {
    let (_folder, file) = folder_with_document()?;
    // Port 9 (discard) is served by nobody here.
    let said = run(ours("meridian")?.arg("stamp").arg(&file).args([
        "--url",
        "http://127.0.0.1:9/tsa",
        "--url",
        &site.url(),
    ]))?
    .succeeded()?;
    contains(&said, "meridian: warning:")
}

/// `meridian-verify` on the files that `meridian stamp` wrote beside `stamped`.
fn judge(site: &Site, file: &Path, stamped: &Path) -> Result<Ran, Failure> {
    let beside = |ending: &str| {
        let mut name = stamped.as_os_str().to_owned();
        name.push(ending);
        name
    };
    run(ours("meridian-verify")?
        .arg(file)
        .arg("--token")
        .arg(beside(".tsr"))
        .arg("--trust")
        .arg(site.root())
        .arg("--proof")
        .arg(beside(".tlog-proof"))
        .arg("--log-key")
        .arg(site.log_key())
        .arg("--require-log"))
}
