//! `openssl ts`: query, reply over curl, verify.

use std::path::{Path, PathBuf};

use meridian_tests::Failure;

use crate::site::{Site, folder_with_document};
use meridian_tests::programs::{Ran, client, contains, run};

/// With certReq, the root alone is enough.
pub(crate) fn verifies_with_the_root_alone(site: &Site) -> Result<(), Failure> {
    let (folder, document) = folder_with_document()?;
    for hash in [
        "-sha256",
        "-sha384",
        "-sha512",
        "-sha512-256",
        "-sha3-256",
        "-sha3-384",
        "-sha3-512",
    ] {
        let (query, reply) = stamp(site, folder.path(), &document, &[hash, "-cert"])?;
        let answer = verify(site, &reply, &[("-data", &document)])?.succeeded()?;
        contains(&answer, "Verification: OK")?;
        let answer = verify(site, &reply, &[("-queryfile", &query)])?.succeeded()?;
        contains(&answer, "Verification: OK")?;
    }
    Ok(())
}

/// Without certReq the token carries no certificate: the client brings the TSU's.
pub(crate) fn verifies_without_cert_req(site: &Site) -> Result<(), Failure> {
    let (folder, document) = folder_with_document()?;
    let chain = site.chain(folder.path())?;
    let (query, reply) = stamp(site, folder.path(), &document, &["-sha256"])?;
    let answer = verify(
        site,
        &reply,
        &[("-queryfile", &query), ("-untrusted", &chain)],
    )?
    .succeeded()?;
    contains(&answer, "Verification: OK")?;
    let answer = verify(site, &reply, &[("-queryfile", &query)])?.refused(1)?;
    contains(&answer, "Verification: FAILED")
}

/// A token says nothing about other data.
pub(crate) fn refuses_other_data(site: &Site) -> Result<(), Failure> {
    let (folder, document) = folder_with_document()?;
    let (_query, reply) = stamp(site, folder.path(), &document, &["-sha256", "-cert"])?;
    std::fs::write(&document, "what did not exist\n")?;
    let answer = verify(site, &reply, &[("-data", &document)])?.refused(1)?;
    contains(&answer, "message imprint mismatch")
}

/// The policy asked for is the policy of the token; one that is not ours is refused.
pub(crate) fn asks_for_a_policy(site: &Site) -> Result<(), Failure> {
    let (folder, document) = folder_with_document()?;
    let precise = meridian_wire::oid::POLICY_PRECISE.to_string();
    let (_query, reply) = stamp(
        site,
        folder.path(),
        &document,
        &["-sha256", "-cert", "-tspolicy", &precise],
    )?;
    contains(&text(&reply)?, &format!("Policy OID: {precise}"))?;
    contains(
        &verify(site, &reply, &[("-data", &document)])?.succeeded()?,
        "Verification: OK",
    )?;
    let (_query, reply) = stamp(
        site,
        folder.path(),
        &document,
        &["-sha256", "-tspolicy", "1.2.3.4"],
    )?;
    contains(
        &text(&reply)?,
        "the requested TSA policy is not supported by the TSA",
    )
}

/// SHA-1 gets badAlg, as `openssl ts` names it.
pub(crate) fn is_told_that_sha1_is_refused(site: &Site) -> Result<(), Failure> {
    let (folder, document) = folder_with_document()?;
    let (_query, reply) = stamp(site, folder.path(), &document, &["-sha1", "-cert"])?;
    contains(
        &text(&reply)?,
        "unrecognized or unsupported algorithm identifier",
    )
}

/// Makes a query, sends it with curl, and returns both files.
fn stamp(
    site: &Site,
    folder: &Path,
    document: &Path,
    options: &[&str],
) -> Result<(PathBuf, PathBuf), Failure> {
    stamp_at(&site.url(), folder, document, options)
}

/// The same at any URL.
pub(crate) fn stamp_at(
    url: &str,
    folder: &Path,
    document: &Path,
    options: &[&str],
) -> Result<(PathBuf, PathBuf), Failure> {
    let (query, reply) = (folder.join("query.tsq"), folder.join("reply.tsr"));
    run(client("openssl")?
        .args(["ts", "-query"])
        .args(options)
        .arg("-data")
        .arg(document)
        .arg("-out")
        .arg(&query))?
    .succeeded()?;
    send(&query, url, &reply)?;
    Ok((query, reply))
}

fn send(query: &Path, url: &str, reply: &Path) -> Result<(), Failure> {
    let body = format!("@{}", query.display());
    run(client("curl")?
        .args([
            "-sSf",
            "--max-time",
            "20",
            "-H",
            "Content-Type: application/timestamp-query",
        ])
        .args(["--data-binary", &body, url, "-o"])
        .arg(reply))?
    .succeeded()?;
    Ok(())
}

/// The reply as `openssl ts -reply -text` prints it.
pub(crate) fn text(reply: &Path) -> Result<String, Failure> {
    run(client("openssl")?
        .args(["ts", "-reply", "-text", "-in"])
        .arg(reply))?
    .succeeded()
}

/// `openssl ts -verify` with our root.
pub(crate) fn verify(site: &Site, reply: &Path, options: &[(&str, &Path)]) -> Result<Ran, Failure> {
    let mut command = client("openssl")?;
    command
        .args(["ts", "-verify", "-in"])
        .arg(reply)
        .arg("-CAfile")
        .arg(site.root());
    for (option, path) in options {
        command.arg(option).arg(path);
    }
    run(&mut command)
}
