//! The JSON request of sigstore's timestamp authority, which cosign and the npm tools send.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_tests::Failure;
use sha2::{Digest, Sha256};

use crate::openssl::verify;
use crate::site::{Site, folder_with_document};
use meridian_tests::programs::{client, contains, run};

/// A JSON request gets the DER reply that `openssl ts` verifies; the certificate chain is public.
pub(crate) fn json_request_gets_a_token(site: &Site) -> Result<(), Failure> {
    let (folder, document) = folder_with_document()?;
    let url = format!("{}/api/v1/timestamp", site.base());
    let reply = stamp_at(&url, folder.path(), &document)?;
    contains(
        &verify(site, &reply, &[("-data", &document)])?.succeeded()?,
        "Verification: OK",
    )?;

    let chain = run(client("curl")?
        .args(["-sSf", "--max-time", "20"])
        .arg(format!("{url}/certchain")))?
    .succeeded()?;
    contains(&chain, "-----BEGIN CERTIFICATE-----")
}

/// The reply to a JSON request at any URL.
pub(crate) fn stamp_at(url: &str, folder: &Path, document: &Path) -> Result<PathBuf, Failure> {
    let digest = STANDARD.encode(Sha256::digest(std::fs::read(document)?));
    let request = serde_json::json!({
        "artifactHash": digest, "hashAlgorithm": "sha256", "certificates": true, "nonce": 8_123_456_789_u64,
    });
    let reply = folder.join("reply.tsr");
    run(client("curl")?
        .args([
            "-sSf",
            "--max-time",
            "20",
            "-H",
            "Content-Type: application/json",
        ])
        .args(["--data-binary", &request.to_string(), url, "-o"])
        .arg(&reply))?
    .succeeded()?;
    Ok(reply)
}
