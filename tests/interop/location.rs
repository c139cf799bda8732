//! The same clients at a ticket's URL: unchanged, they get tokens with a place, and verify them.

use std::path::Path;

use meridian_tests::Failure;
use meridian_tests::locating::Client;
use serde_json::json;

use crate::site::{Site, folder_with_document};
use crate::{jarsigner, openssl, python};
use meridian_tests::programs::{Ran, contains, ours, run};

/// `openssl ts`: four times the ticket gives a token, the fifth time a reason why not.
pub(crate) fn openssl_locates(site: &Site) -> Result<(), Failure> {
    let (folder, document) = folder_with_document()?;
    let url = ticket_url(site)?;
    for hash in ["-sha256", "-sha384", "-sha512", "-sha3-256"] {
        let options = [hash, "-cert"];
        let (query, reply) = openssl::stamp_at(&url, folder.path(), &document, &options)?;
        for option in [("-data", &document), ("-queryfile", &query)] {
            let answer = openssl::verify(site, &reply, &[(option.0, option.1)])?.succeeded()?;
            contains(&answer, "Verification: OK")?;
        }
        judge(
            site,
            &document,
            &reply,
            "level=0,country=FR,binding=requester",
        )?
        .succeeded()?;
        judge(site, &document, &reply, "level=1")?.refused(1)?;
        judge(site, &document, &reply, "country=DE")?.refused(1)?;
    }
    let (_query, reply) = openssl::stamp_at(&url, folder.path(), &document, &["-cert"])?;
    let answer = openssl::text(&reply)?;
    contains(&answer, "transaction not permitted or supported")
}

/// A policy OID demands a level from a client that knows nothing of levels.
pub(crate) fn openssl_demands_a_level(site: &Site) -> Result<(), Failure> {
    let (folder, document) = folder_with_document()?;
    let url = ticket_url(site)?;
    let of_level = |level: u8| {
        let base = meridian_wire::oid::BASE;
        format!("{base}.3.1{level}")
    };
    let options = ["-sha256", "-cert", "-tspolicy", &of_level(0)];
    let (query, reply) = openssl::stamp_at(&url, folder.path(), &document, &options)?;
    let answer = openssl::verify(site, &reply, &[("-queryfile", &query)])?.succeeded()?;
    contains(&answer, "Verification: OK")?;
    let options = ["-sha256", "-cert", "-tspolicy", &of_level(1)];
    let (_query, reply) = openssl::stamp_at(&url, folder.path(), &document, &options)?;
    let answer = openssl::text(&reply)?;
    contains(&answer, "level 1 is asked for")?;
    contains(&answer, "additional information requested")
}

/// `jarsigner -tsa`.
pub(crate) fn jarsigner_locates(site: &Site) -> Result<(), Failure> {
    let (_folder, jar) = jarsigner::signed_jar(site, &ticket_url(site)?)?;
    let (data, token) = jarsigner::token_of(&jar)?;
    let said = judge(site, &data, &token, "level=0,country=FR")?.succeeded()?;
    contains(&said, "consistent with")
}

/// pyHanko asks once only to learn the size of a token.
pub(crate) fn pyhanko_locates_a_pdf(site: &Site) -> Result<(), Failure> {
    let (_folder, pdf) = python::stamped_pdf(site, &ticket_url(site)?)?;
    for part in ["signature", "document"] {
        let data = pdf.with_extension(format!("pdf.{part}.data"));
        let token = pdf.with_extension(format!("pdf.{part}.tst"));
        judge(site, &data, &token, "level=0,country=FR")?.succeeded()?;
    }
    Ok(())
}

/// rfc3161-client asks four times: all that a ticket has.
pub(crate) fn rfc3161_client_locates(site: &Site) -> Result<(), Failure> {
    let (folder, _document) = folder_with_document()?;
    let tsu = site.data().join("pki/location-tsu.pem");
    let url = ticket_url(site)?;
    let (data, reply) = python::rfc3161_client(site, &url, &tsu, folder.path())?;
    judge(site, &data, &reply, "level=0,country=FR")?.succeeded()?;
    Ok(())
}

/// A URL for four tokens with a place in France.
pub(crate) fn ticket_url(site: &Site) -> Result<String, Failure> {
    let place = json!({"latitude": 48.85837, "longitude": 2.29448, "accuracy": 6.5});
    let ticket = Client::connect(site.address())?.anonymous_ticket(&place)?;
    Ok(format!("{}/t/{ticket}", site.base()))
}

/// `meridian-verify` on a token from anywhere.
fn judge(site: &Site, data: &Path, token: &Path, require: &str) -> Result<Ran, Failure> {
    run(ours("meridian-verify")?
        .arg(data)
        .arg("--token")
        .arg(token)
        .arg("--trust")
        .arg(site.root())
        .args(["--require", require]))
}
