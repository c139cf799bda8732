//! One location stamp, from a challenge to a token that openssl verifies.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_signing::digest::sha256;
use serde_json::json;

use crate::client::{QUERY, post};
use crate::harness::{AUTHORITY, Server};
use crate::location::{challenge, made, path_of, position, self_asserted, ticket};
use crate::stamping::granted;

fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {text}{errors}");
    text
}

#[test]
fn a_ticket_serves_openssl_and_the_token_verifies() {
    let server = Server::usual();
    let ticket = ticket(server.address);
    let url = format!("http://test{}", path_of(&ticket));
    assert_eq!(ticket["tsa_url"], url);
    assert_eq!((&ticket["level"], &ticket["uses"]), (&json!(0), &json!(4)));
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("data"), "a document").unwrap();
    let query = [
        "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "q.tsq",
    ];
    openssl(folder, &query);
    let request = std::fs::read(folder.join("q.tsq")).unwrap();
    let response = post(server.address, &path_of(&ticket), QUERY, &request);
    // Another unit than the one for time signs it, under the same root.
    let token = granted(&response);
    let unit = b"location-stamping unit";
    assert!(token.windows(unit.len()).any(|at| at == unit));
    std::fs::write(folder.join("r.tsr"), &response.body).unwrap();
    let root = AUTHORITY.directory.join("pki/root.pem");
    let verify = ["ts", "-verify", "-data", "data", "-in", "r.tsr", "-CAfile"];
    let verified = openssl(folder, &[&verify[..], &[root.to_str().unwrap()]].concat());
    assert!(verified.contains("Verification: OK"), "{verified}");
    let text = openssl(folder, &["ts", "-reply", "-in", "r.tsr", "-text"]);
    // The policy of level 0, which the default policy is.
    assert!(
        text.contains(&meridian_wire::oid::POLICY_LOCATION_0.to_string()),
        "{text}"
    );
}

#[test]
fn a_token_may_carry_what_opens_it_and_openssl_does_not_mind() {
    let server = Server::usual();
    let stamp = made(
        server.address,
        "/v1/location/stamps",
        &json!({
            "challenge": challenge(server.address),
            "evidence": [self_asserted(&position())],
            "imprint": {"hash": "sha256", "digest": hex::encode(sha256(b"a document"))},
            "reveal": [],
            "carry_disclosures": [0, 10],
        }),
    );
    let token = STANDARD.decode(stamp["tst_b64"].as_str().unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("data"), "a document").unwrap();
    std::fs::write(folder.join("token"), &token).unwrap();
    let root = AUTHORITY.directory.join("pki/root.pem");
    let verify = [
        "ts",
        "-verify",
        "-data",
        "data",
        "-token_in",
        "-in",
        "token",
        "-CAfile",
    ];
    openssl(folder, &[&verify[..], &[root.to_str().unwrap()]].concat());
    // SEQUENCE OF Disclosure, somewhere behind the signature.
    let country = STANDARD
        .decode(stamp["leaves"][0].as_str().unwrap())
        .unwrap();
    let carried = token.windows(country.len()).filter(|at| *at == country);
    assert_eq!(carried.count(), 1);
}

#[test]
fn one_request_is_a_challenge_away_from_a_token() {
    let server = Server::usual();
    let stamp = made(
        server.address,
        "/v1/location/stamps",
        &json!({
            "challenge": challenge(server.address),
            "evidence": [self_asserted(&position())],
            "imprint": {"hash": "sha256", "digest": "07".repeat(32)},
            "nonce": "18446744073709551616",
        }),
    );
    assert_eq!(
        (&stamp["level"], &stamp["binding"]),
        (&json!(0), &json!("requester"))
    );
    assert_eq!(stamp["leaves"].as_array().unwrap().len(), 16);
    let proof = stamp["log"]["proof"].as_str().unwrap();
    assert!(proof.contains(stamp["log"]["checkpoint"].as_str().unwrap()));
}
