use super::*;
use crate::device::{Device, RustCrypto};
use crate::key::PublicKey;

fn opened(header: &str) -> Result<Signed, Refusal> {
    open(Device::new().jws_under(header, "{}").as_bytes(), &["JWT"])
}

/// RFC 7515 A.3, without the line ends of the payload's JSON lost: the octets as printed there.
const RFC7515: &str = "eyJhbGciOiJFUzI1NiJ9.\
eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const RFC7515_KEY: &str = r#"{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
/// RFC 8037 A.4.
const RFC8037: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
const RFC8037_KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

#[test]
fn the_examples_of_the_standards_are_good() {
    for (compact, key) in [(RFC7515, RFC7515_KEY), (RFC8037, RFC8037_KEY)] {
        let key = PublicKey::from_jwk(key).unwrap();
        let signed = open(compact.as_bytes(), &[]).unwrap();
        assert_eq!(signed.check(&key, &RustCrypto), Ok(()));
    }
}

#[test]
fn every_algorithm_is_checked_with_its_own_kind_of_key_only() {
    let devices = Device::all();
    for (at, device) in devices.iter().enumerate() {
        let signed = open(device.jws("{}").as_bytes(), &[]).unwrap();
        assert_eq!(signed.algorithm, device.algorithm());
        for (other_at, other) in devices.iter().enumerate() {
            let key = PublicKey::from_spki(&other.spki()).unwrap();
            let good = signed.check(&key, &RustCrypto).is_ok();
            assert_eq!(good, at == other_at);
        }
    }
}

#[test]
fn a_header_has_an_algorithm_of_ours_and_nothing_that_means_something() {
    for header in [
        r#"{"alg":"ES256"}"#,
        r#"{"alg":"ES256","typ":"JWT","kid":"1","cty":"x"}"#,
        r#" { "typ" : "jwt" , "alg" : "ES256" } "#,
    ] {
        assert!(opened(header).is_ok(), "{header}");
    }
    for header in [
        "{}",
        "1",
        r#"{"alg":1}"#,
        r#"{"alg":"none"}"#,
        r#"{"alg":"None"}"#,
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"RS256"}"#,
        r#"{"alg":"ES512"}"#,
        r#"{"alg":"ES256K"}"#,
        r#"{"alg":"es256"}"#,
        r#"{"alg":"ES256","alg":"ES256"}"#,
        r#"{"alg":"ES256","typ":"pop+jwt"}"#,
        r#"{"alg":"ES256","crit":["exp"],"exp":1}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","jwk":{}}"#,
        r#"{"alg":"ES256","jku":"https://example.org"}"#,
        r#"{"alg":"ES256","x5c":[]}"#,
        r#"{"alg":"ES256","x5u":"https://example.org"}"#,
        r#"{"alg":"ES256","b64":false}"#,
        r#"{"alg":"ES256","zip":"DEF"}"#,
        r#"{"alg":"ES256","enc":"A128GCM"}"#,
        r#"{"alg":"ES256","kid":1}"#,
    ] {
        let refusal = opened(header).unwrap_err();
        assert_eq!(refusal.code(), "evidence-signature", "{header}");
    }
    for header in ["", "{", "\u{0}", r#"{"alg":"ES256"} x"#] {
        assert_eq!(opened(header).unwrap_err().code(), "malformed", "{header}");
    }
}

#[test]
fn other_serialisations_and_alphabets_are_malformed() {
    let good = Device::new().jws("{}");
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts");
    };
    for compact in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        format!("{header}.{payload}"),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{payload}.{signature}\n"),
        format!(" {good}"),
        format!("{header}.{payload}.{}+", &signature[1..]),
        format!(r#"{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}"#),
    ] {
        assert!(open(compact.as_bytes(), &[]).is_err(), "{compact}");
    }
}

#[test]
fn a_signature_that_is_empty_short_long_or_der_is_refused() {
    let device = Device::new();
    let key = PublicKey::from_spki(&device.spki()).unwrap();
    let good = open(device.jws("{}").as_bytes(), &[]).unwrap();
    let der = p256::ecdsa::Signature::from_slice(&good.signature).unwrap();
    for signature in [
        Vec::new(),
        vec![0; 64],
        good.signature[1..].to_vec(),
        [&good.signature[..], &[0]].concat(),
        der.to_der().as_bytes().to_vec(),
    ] {
        let changed = Signed {
            signature,
            ..good.clone()
        };
        let refusal = changed.check(&key, &RustCrypto).unwrap_err();
        assert_eq!(refusal.row(), 9);
    }
}
