//! `POST /v1/timestamps`, and sigstore's JSON on `/api/v1/timestamp`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_wire::proof::TlogProof;
use meridian_wire::tsp::resp::TimeStampResp;
use serde_json::{Value, json};

use crate::client::{JSON, REPLY, Response, post};
use crate::der::tlv;
use crate::harness::Server;

fn imprint(fill: &str) -> Value {
    json!({"hash": "sha256", "digest": fill.repeat(32)})
}

fn stamps(server: &Server, body: &Value) -> Response {
    post(
        server.address,
        "/v1/timestamps",
        JSON,
        body.to_string().as_bytes(),
    )
}

fn sigstore(server: &Server, body: &str) -> Response {
    post(server.address, "/api/v1/timestamp", JSON, body.as_bytes())
}

fn token(entry: &Value) -> Vec<u8> {
    let answer = STANDARD
        .decode(entry["timeStampResp"].as_str().unwrap())
        .unwrap();
    TimeStampResp::decode(&answer)
        .unwrap()
        .token()
        .unwrap()
        .to_vec()
}

fn contains(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

#[test]
fn one_imprint_gets_one_token() {
    let server = Server::usual();
    let answer = stamps(&server, &json!({"imprints": [imprint("ab")]}));
    assert_eq!((answer.status, answer.media_type()), (200, JSON));
    let answer = answer.json();
    let entry = &answer["timestamps"][0];
    assert!(contains(&token(entry), &[0xab; 32]));
    assert!(entry["serial"].is_string() && entry["time"].is_string());
    assert!(entry.get("proof").is_none());
}

#[test]
fn many_imprints_get_tokens_in_their_order() {
    let server = Server::usual();
    let imprints: Vec<Value> = (0..50).map(|it| imprint(&format!("{it:02x}"))).collect();
    let answer = stamps(&server, &json!({"imprints": imprints})).json();
    let entries = answer["timestamps"].as_array().unwrap();
    assert_eq!(entries.len(), 50);
    for (fill, entry) in (0..50).zip(entries) {
        assert!(contains(&token(entry), &[fill; 32]));
    }
}

#[test]
fn policy_nonce_and_certificates_are_asked_for_by_name() {
    let server = Server::usual();
    let policy = meridian_wire::oid::POLICY_PRECISE;
    let body = json!({
        "imprints": [imprint("01")], "policy": policy.to_string(), "certReq": true,
        "nonce": "1208925819614629174706177",
    });
    let answer = stamps(&server, &body).json();
    let token = token(&answer["timestamps"][0]);
    assert!(contains(&token, &tlv(6, &[policy.as_bytes()])));
    assert!(contains(
        &token,
        &tlv(2, &[&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]])
    ));
    assert!(contains(&token, b"Evaluation time-stamping unit"));
}

#[test]
fn a_proof_is_asked_for_by_name() {
    let server = Server::usual();
    let body = json!({"imprints": [imprint("01"), imprint("02")], "proof": true});
    let answer = stamps(&server, &body).json();
    for entry in answer["timestamps"].as_array().unwrap() {
        let proof = TlogProof::parse(entry["proof"].as_str().unwrap()).unwrap();
        assert_eq!(proof.index().to_string(), entry["serial"].as_str().unwrap());
        assert!(proof.extra().is_some());
    }
}

#[test]
fn malformed_json_is_refused() {
    let server = Server::usual();
    for body in [
        "",
        "{",
        "[]",
        "{}",
        "null",
        r#"{"imprints": {}}"#,
        r#"{"imprints": [1]}"#,
    ] {
        post(server.address, "/v1/timestamps", JSON, body.as_bytes())
            .assert_problem(400, "malformed-json");
    }
}

#[test]
fn an_unknown_member_is_refused_by_name() {
    let server = Server::usual();
    let answer = stamps(
        &server,
        &json!({"imprints": [imprint("01")], "cert_req": true}),
    );
    answer.assert_problem(400, "malformed-json");
    assert!(
        answer.json()["detail"]
            .as_str()
            .unwrap()
            .contains("cert_req")
    );
}

#[test]
fn a_value_that_is_not_what_its_name_says_is_refused_with_its_place() {
    let server = Server::usual();
    for (hash, digest, says) in [
        ("sha-256", "01".repeat(32), "one of sha256, sha384"),
        (
            "sha256",
            "01".repeat(31),
            "64 hexadecimal digits for sha256",
        ),
        (
            "sha384",
            "zz".repeat(48),
            "96 hexadecimal digits for sha384",
        ),
    ] {
        let wrong = json!({"hash": hash, "digest": digest});
        let answer = stamps(&server, &json!({"imprints": [imprint("01"), wrong]}));
        answer.assert_problem(400, "malformed-json");
        assert_eq!(answer.json()["imprint"], 1);
        assert!(answer.json()["detail"].as_str().unwrap().contains(says));
    }
    for (member, value) in [("nonce", "-1"), ("nonce", "x"), ("policy", "1.2.x")] {
        let answer = stamps(
            &server,
            &json!({"imprints": [imprint("01")], member: value}),
        );
        answer.assert_problem(400, "malformed-json");
        assert!(answer.json()["detail"].as_str().unwrap().contains(member));
    }
}

#[test]
fn a_policy_may_be_named_as_the_configuration_names_it() {
    let server = Server::usual();
    for (name, policy) in [
        ("compatible", meridian_wire::oid::POLICY_COMPATIBLE),
        ("precise", meridian_wire::oid::POLICY_PRECISE),
    ] {
        let answer = stamps(
            &server,
            &json!({"imprints": [imprint("01")], "policy": name}),
        );
        let answer = answer.json()["timestamps"][0]["timeStampResp"].clone();
        let answer = STANDARD.decode(answer.as_str().unwrap()).unwrap();
        assert!(contains(&answer, &tlv(6, &[policy.as_bytes()])), "{name}");
    }
}

#[test]
fn an_array_is_not_the_object_whose_members_it_holds() {
    let server = Server::usual();
    let digest = "01".repeat(32);
    for body in [
        json!([[imprint("01")], null, null, false, false]),
        json!({"imprints": [["sha256", digest]]}),
    ] {
        stamps(&server, &body).assert_problem(400, "malformed-json");
    }
    let hash = STANDARD.encode([1; 32]);
    let body = format!(r#"["{hash}", "sha256", null, false, null]"#);
    sigstore(&server, &body).assert_problem(400, "malformed-json");
}

#[test]
fn a_long_name_does_not_come_back_at_its_length() {
    let server = Server::usual();
    let name = "n".repeat(60_000);
    let answer = stamps(&server, &json!({"imprints": [imprint("01")], (name): 1}));
    answer.assert_problem(400, "malformed-json");
    assert!(answer.body.len() < 600, "{}", answer.body.len());
    assert!(answer.text().contains("unknown field"));
}

#[test]
fn a_policy_with_an_arc_past_32_bits_is_refused_and_not_a_panic() {
    let server = Server::usual();
    let hash = STANDARD.encode([1; 32]);
    for arc in ["268435456", "4294967296", &"9".repeat(5_000)] {
        let policy = format!("1.2.{arc}");
        stamps(
            &server,
            &json!({"imprints": [imprint("01")], "policy": policy}),
        )
        .assert_problem(400, "malformed-json");
    }
    let body = format!(
        r#"{{"artifactHash": "{hash}", "hashAlgorithm": "sha256", "tsaPolicyOID": "1.2.4294967296"}}"#
    );
    sigstore(&server, &body).assert_problem(400, "malformed-json");
}

#[test]
fn what_rfc_3161_refuses_is_a_problem_with_the_bit() {
    let server = Server::usual();
    let weak = json!({"imprints": [imprint("01"), {"hash": "sha1", "digest": "01".repeat(20)}]});
    let answer = stamps(&server, &weak);
    answer.assert_problem(422, "request-refused");
    assert_eq!(answer.json()["failInfo"], "badAlg");
    assert_eq!(answer.json()["imprint"], 1);
    let answer = stamps(
        &server,
        &json!({"imprints": [imprint("01")], "policy": "1.2.3"}),
    );
    answer.assert_problem(422, "request-refused");
    assert_eq!(answer.json()["failInfo"], "unacceptedPolicy");
}

#[test]
fn a_refused_request_stamps_nothing() {
    let server = Server::usual();
    let size = || crate::client::get(server.address, "/log/checkpoint").body;
    let before = size();
    let weak = json!({"imprints": [imprint("01"), {"hash": "md5", "digest": "01".repeat(16)}]});
    stamps(&server, &weak).assert_problem(422, "request-refused");
    assert_eq!(size(), before);
}

#[test]
fn the_number_of_imprints_is_limited() {
    let server = Server::with(|config| config.http.imprints = 2);
    let of = |count| json!({"imprints": vec![imprint("01"); count]});
    stamps(&server, &of(0)).assert_problem(400, "too-many-imprints");
    assert_eq!(stamps(&server, &of(2)).status, 200);
    stamps(&server, &of(3)).assert_problem(400, "too-many-imprints");
}

#[test]
fn another_media_type_is_refused() {
    let server = Server::usual();
    post(server.address, "/v1/timestamps", "text/json", b"{}")
        .assert_problem(415, "unsupported-media-type");
}

#[test]
fn a_sigstore_request_gets_a_time_stamp_reply() {
    let server = Server::usual();
    let body = format!(
        r#"{{"artifactHash": "{}", "hashAlgorithm": "sha256", "certificates": true,
            "nonce": 1208925819614629174706177, "tsaPolicyOID": ""}}"#,
        STANDARD.encode([0xcd; 32])
    );
    let answer = sigstore(&server, &body);
    assert_eq!((answer.status, answer.media_type()), (200, REPLY));
    let decoded = TimeStampResp::decode(&answer.body).unwrap();
    let token = decoded.token().unwrap();
    assert!(contains(token, &[0xcd; 32]));
    assert!(contains(
        token,
        &tlv(2, &[&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]])
    ));
    assert!(contains(token, b"Evaluation time-stamping unit"));
}

#[test]
fn a_sigstore_request_may_leave_out_what_is_optional() {
    let server = Server::usual();
    let hash = STANDARD.encode([1; 48]);
    for nonce in ["", r#", "nonce": null"#] {
        let body = format!(r#"{{"artifactHash": "{hash}", "hashAlgorithm": "sha384"{nonce}}}"#);
        assert_eq!(sigstore(&server, &body).status, 200);
    }
}

#[test]
fn a_bad_sigstore_request_is_a_problem() {
    let server = Server::usual();
    let hash = STANDARD.encode([1; 32]);
    for (body, status, slug) in [
        ("{}".to_owned(), 400, "malformed-json"),
        (
            r#"{"artifactHash": "!", "hashAlgorithm": "sha256"}"#.to_owned(),
            400,
            "malformed-json",
        ),
        (
            format!(r#"{{"artifactHash": "{hash}", "hashAlgorithm": "x"}}"#),
            400,
            "malformed-json",
        ),
        (
            format!(r#"{{"artifactHash": "{hash}", "hashAlgorithm": "sha512"}}"#),
            400,
            "malformed-json",
        ),
        (
            format!(r#"{{"artifactHash": "{hash}", "hashAlgorithm": "sha256", "nonce": 1.5}}"#),
            400,
            "malformed-json",
        ),
        (
            format!(
                r#"{{"artifactHash": "{hash}", "hashAlgorithm": "sha256", "tsaPolicyOID": "1.2.3"}}"#
            ),
            422,
            "request-refused",
        ),
    ] {
        sigstore(&server, &body).assert_problem(status, slug);
    }
}
