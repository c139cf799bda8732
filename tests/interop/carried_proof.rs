//! The same clients for tokens that carry their proof, with and without a place: they verify them
//! as before, and `meridian-verify` finds the proof in what they kept.

use std::path::Path;

use meridian_tests::Failure;

use crate::site::{Site, folder_with_document};
use crate::{jarsigner, location, openssl, python, sigstore};
use meridian_tests::programs::{contains, ours, run};

/// What is behind a path for RFC 3161.
const ASK: &str = "?proof=1";

/// `openssl ts`.
pub(crate) fn openssl_with_a_carried_proof(site: &Site) -> Result<(), Failure> {
    for url in urls(site)? {
        let (folder, document) = folder_with_document()?;
        let (query, reply) = openssl::stamp_at(&url, folder.path(), &document, &["-cert"])?;
        for option in [("-data", &document), ("-queryfile", &query)] {
            let answer = openssl::verify(site, &reply, &[(option.0, option.1)])?.succeeded()?;
            contains(&answer, "Verification: OK")?;
        }
        judge(site, &document, &reply)?;
    }
    Ok(())
}

/// `jarsigner -tsa`.
pub(crate) fn jarsigner_with_a_carried_proof(site: &Site) -> Result<(), Failure> {
    for url in urls(site)? {
        let (_folder, jar) = jarsigner::signed_jar(site, &url)?;
        let (data, token) = jarsigner::token_of(&jar)?;
        judge(site, &data, &token)?;
    }
    Ok(())
}

/// pyHanko, whose place for a token has room for a longer proof than the one it asked first for.
pub(crate) fn pyhanko_with_a_carried_proof(site: &Site) -> Result<(), Failure> {
    for url in urls(site)? {
        let (_folder, pdf) = python::stamped_pdf(site, &url)?;
        for part in ["signature", "document"] {
            let data = pdf.with_extension(format!("pdf.{part}.data"));
            judge(site, &data, &pdf.with_extension(format!("pdf.{part}.tst")))?;
        }
    }
    Ok(())
}

/// rfc3161-client.
pub(crate) fn rfc3161_client_with_a_carried_proof(site: &Site) -> Result<(), Failure> {
    let (folder, _document) = folder_with_document()?;
    let units = [
        site.chain(folder.path())?,
        site.data().join("pki/location-tsu.pem"),
    ];
    for (url, unit) in urls(site)?.iter().zip(units) {
        let (data, reply) = python::rfc3161_client(site, url, &unit, folder.path())?;
        judge(site, &data, &reply)?;
    }
    Ok(())
}

/// sigstore's JSON.
pub(crate) fn sigstore_with_a_carried_proof(site: &Site) -> Result<(), Failure> {
    let (folder, document) = folder_with_document()?;
    let url = format!("{}/api/v1/timestamp{ASK}", site.base());
    let reply = sigstore::stamp_at(&url, folder.path(), &document)?;
    let answer = openssl::verify(site, &reply, &[("-data", &document)])?.succeeded()?;
    contains(&answer, "Verification: OK")?;
    judge(site, &document, &reply)
}

/// `meridian stamp --proof-in-token`: nothing beside the token is needed.
pub(crate) fn meridian_with_a_carried_proof(site: &Site) -> Result<(), Failure> {
    let (_folder, document) = folder_with_document()?;
    run(ours("meridian")?.arg("stamp").arg(&document).args([
        "--url",
        &site.url(),
        "--proof-in-token",
    ]))?
    .succeeded()?;
    judge(site, &document, &document.with_extension("txt.tsr"))
}

/// For time, and for time and place.
fn urls(site: &Site) -> Result<[String; 2], Failure> {
    let ticket = location::ticket_url(site)?;
    Ok([format!("{}{ASK}", site.url()), format!("{ticket}{ASK}")])
}

/// `meridian-verify` with the log's key and without a proof of its own.
fn judge(site: &Site, data: &Path, token: &Path) -> Result<(), Failure> {
    let said = run(ours("meridian-verify")?
        .arg(data)
        .arg("--token")
        .arg(token)
        .arg("--trust")
        .arg(site.root())
        .arg("--log-key")
        .arg(site.log_key())
        .arg("--require-log"))?
    .succeeded()?;
    contains(&said, "(proof from the token)")
}
