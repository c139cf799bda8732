//! The program: material in files, and what becomes of files that are none.

use meridian_rfc_vectors::vector::load;
use meridian_wire::oid;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::forge::der::{algorithm, number, octets, sequence};
use crate::forge::log::{Entry, policy_text};
use crate::forge::world::{DATA, GEN_TIME, NOW, WORLD};
use crate::program::{Desk, code, said};
use crate::support::{instant, vector};

/// A folder with a token of OpenSSL and every response about its signer.
fn responses() -> Desk {
    let desk = Desk::empty();
    for vector in load("openssl-ocsp").unwrap() {
        desk.put(&vector.name, vector.body.octets().unwrap());
    }
    desk.put("data", crate::support::DATA);
    desk
}

fn with_response(desk: &Desk, token: &str, response: &str) -> (i32, String) {
    let output = desk.run(&[
        "data",
        "--token",
        token,
        "--trust",
        "root.cer",
        "--crl",
        "root.crl",
        "--ocsp",
        response,
        "--revocation",
        "require",
        "--at",
        "2026-11-25T00:00:00Z",
    ]);
    (code(&output), said(&output))
}

#[test]
fn ocsp_takes_responses_in_der_and_in_pem() {
    let desk = responses();
    assert_eq!(with_response(&desk, "tsa.tsr", "good.ors").0, 0);
    assert_eq!(with_response(&desk, "revoked.tsr", "revoked.ors").0, 1);
    assert_eq!(with_response(&desk, "tsa.tsr", "old.ors").0, 2);
    assert_eq!(with_response(&desk, "tsa.tsr", "try-later.ors").0, 2);
    use base64::Engine;
    let der = std::fs::read(desk.folder.path().join("good.ors")).unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let pem = format!("-----BEGIN OCSP RESPONSE-----\n{text}\n-----END OCSP RESPONSE-----\n");
    desk.put("good.pem", pem.as_bytes());
    assert_eq!(with_response(&desk, "tsa.tsr", "good.pem").0, 0);
}

#[test]
fn ocsp_refuses_a_file_without_a_response() {
    let desk = responses();
    for file in ["root.cer", "root.crl", "data", "tsa.tsr", "absent"] {
        let (code, said) = with_response(&desk, "tsa.tsr", file);
        assert_eq!(code, 3, "{file}: {said}");
        assert!(said.contains("hint: "), "{file}: {said}");
    }
}

/// A folder with a token of the forge, its log's proof, and a policy.
fn logged(cosigned: u64, quorum: &[&str]) -> Desk {
    let desk = Desk::empty();
    let token = WORLD.honest();
    let entry = Entry::new(&token, 77, instant(GEN_TIME)).cosigned(1, cosigned);
    desk.put("data", DATA);
    desk.put("token", &token);
    desk.put("root", &WORLD.root);
    desk.put("ca", &WORLD.ca);
    desk.put("proof", entry.proof().as_bytes());
    desk.put("policy", policy_text(quorum).as_bytes());
    desk
}

const LOGGED: [&str; 14] = [
    "data",
    "--token",
    "token",
    "--trust",
    "root",
    "--intermediate",
    "ca",
    "--proof",
    "proof",
    "--log-policy",
    "policy",
    "--require-log",
    "--at",
    NOW,
];

#[test]
fn log_policy_asks_for_witnesses() {
    let seen = u64::try_from(instant(GEN_TIME).get() / 1_000_000).unwrap();
    let output = logged(seen, &["quorum w1"]).run(&[&LOGGED[..], &["--json"]].concat());
    assert_eq!(code(&output), 0, "{}", said(&output));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["log"]["witnessed_since"], GEN_TIME);
    let output = logged(seen, &["quorum w2"]).run(&[&LOGGED[..], &["--json"]].concat());
    assert_eq!(code(&output), 1);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["reasons"], serde_json::json!(["V093"]));
    assert_eq!(json["log"], Value::Null);
}

#[test]
fn log_policy_stands_in_for_the_log_key() {
    let output = logged(1, &["quorum none"]).run(&LOGGED);
    assert_eq!(code(&output), 0, "{}", said(&output));
}

#[test]
fn log_policy_refuses_what_is_none_and_says_where() {
    let desk = logged(1, &["quorum nobody"]);
    let output = desk.run(&LOGGED);
    assert_eq!(code(&output), 3);
    assert!(said(&output).contains("line 5"), "{}", said(&output));
    assert!(said(&output).contains("hint: "));
    desk.put("policy", b"");
    assert_eq!(code(&desk.run(&LOGGED)), 3);
}

/// SHA-256 and nothing else, until a day.
fn catalogue(end: &str) -> String {
    let open = |name: &str, oid: &str| {
        format!(
            r#"{{"AlgorithmIdentifier": {{"Name": "{name}", "ObjectIdentifier": "{oid}"}},
                "Evaluation": [{{"Validity": {{}}}}]}}"#
        )
    };
    format!(
        r#"{{"SecuritySuitabilityPolicy": {{"PolicyName": {{"Name": "of a test"}}, "Algorithm": [
            {{"AlgorithmIdentifier": {{"Name": "SHA256", "ObjectIdentifier": "2.16.840.1.101.3.4.2.1"}},
              "Evaluation": [{{"Validity": {{"End": "{end}"}}}}]}}, {}, {}]}}}}"#,
        open("SHA384", "2.16.840.1.101.3.4.2.2"),
        open("ECDSA", "1.2.840.10045.2.1"),
    )
}

#[test]
fn algorithms_replaces_the_catalogue() {
    let desk = Desk::new();
    desk.put("token", &vector("p384.tsr"));
    let code_with = |text: &str| {
        desk.put("catalogue", text.as_bytes());
        let output = desk.verify(&["data", "--algorithms", "catalogue"]);
        (code(&output), said(&output))
    };
    // genTime is in the morning of 2026-11-24.
    assert_eq!(code_with(&catalogue("2026-11-25")).0, 0);
    assert_eq!(code_with(&catalogue("2026-11-24")).0, 2);
    for text in ["", "{}", "[]", &catalogue("2026-13-01")] {
        let (code, said) = code_with(text);
        assert_eq!(code, 3, "{text}: {said}");
        assert!(said.contains("TS 119 322"), "{said}");
    }
}

/// `TimeStampReq` about the data of the vectors, with this nonce.
fn request(nonce: u8) -> Vec<u8> {
    let digest = Sha256::digest(crate::support::DATA);
    let imprint = sequence(&[algorithm(&oid::SHA_256, &[]), octets(&digest)]);
    sequence(&[number(1), imprint, number(nonce.into())])
}

#[test]
fn request_asks_for_the_answer_to_it() {
    let desk = Desk::new();
    desk.put("asked.tsq", &request(5));
    // The vector answers a request without a nonce.
    let output = desk.verify(&["data", "--request", "asked.tsq", "--json"]);
    assert_eq!(code(&output), 1, "{}", said(&output));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["reasons"], serde_json::json!(["V026"]));
    for file in ["root", "token", "data", "absent"] {
        let output = desk.verify(&["data", "--request", file]);
        assert_eq!(code(&output), 3, "{file}");
        assert!(said(&output).contains("hint: "), "{file}");
    }
}

#[test]
fn policy_is_a_list_of_those_that_are_accepted() {
    let desk = Desk::new();
    let code_with = |arguments: &[&str]| code(&desk.verify(&[&["data"], arguments].concat()));
    assert_eq!(code_with(&["--policy", "1.3.6.1.4.1.99999.1"]), 0);
    assert_eq!(code_with(&["--policy", "1.2.3.4"]), 1);
    assert_eq!(
        code_with(&["--policy", "1.2.3.4", "--policy", "1.3.6.1.4.1.99999.1"]),
        0
    );
    for no_identifier in ["1", "1.", ".1", "1..2", "a.b", ""] {
        assert_eq!(
            code_with(&["--policy", no_identifier]),
            3,
            "{no_identifier}"
        );
    }
}

#[test]
fn profile_forgives_more_or_less() {
    let desk = Desk::new();
    let code_with = |arguments: &[&str]| code(&desk.verify(&[&["data"], arguments].concat()));
    let padded = [vector("p384.tsr"), vec![0]].concat();
    desk.put("token", &padded);
    assert_eq!(code_with(&[]), 1);
    assert_eq!(code_with(&["--profile", "default"]), 1);
    assert_eq!(code_with(&["--profile", "archive"]), 0);
    assert_eq!(code_with(&["--profile", "lenient"]), 3);
    // The strict one requires revocation data, unless told otherwise.
    desk.put("token", &vector("p384.tsr"));
    assert_eq!(code_with(&["--profile", "strict"]), 2);
    assert_eq!(
        code_with(&["--profile", "strict", "--revocation", "report"]),
        0
    );
}
