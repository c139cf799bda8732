use super::*;

const LOCATION: &str = r#""location":{"latitude":1,"longitude":2,"accuracy":3}"#;
/// 32 octets of 0.
const NONCE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn read(claims: &str) -> Result<Eat, Refusal> {
    Eat::read(&Node::of_json(claims.as_bytes())?, Dialect::Json)
}

fn with_nonce(nonce: &str) -> Result<Eat, Refusal> {
    read(&format!(r#"{{{LOCATION},"eat_nonce":{nonce}}}"#))
}

#[test]
fn the_nonce_is_one_of_32_octets() {
    assert_eq!(with_nonce(&format!(r#""{NONCE}""#)).unwrap().nonce, [0; 32]);
    for nonce in [
        format!(r#"["{NONCE}"]"#),
        format!(r#"["{NONCE}","{NONCE}"]"#),
        format!(r#""{NONCE}=""#),
        format!(r#""{}B""#, &NONCE[1..]),
        format!(r#""{NONCE}A""#),
        r#""AAAAAAAAAAA""#.to_owned(),
        "0".to_owned(),
        "null".to_owned(),
    ] {
        assert!(with_nonce(&nonce).is_err(), "{nonce}");
    }
}

#[test]
fn nonce_and_location_are_needed_and_dates_are_not() {
    let eat = with_nonce(&format!(r#""{NONCE}""#)).unwrap();
    assert_eq!(
        (eat.issued_at_ms, eat.not_before_ms, eat.expires_ms),
        (None, None, None)
    );
    for claims in [
        "[]".to_owned(),
        format!("{{{LOCATION}}}"),
        format!(r#"{{"eat_nonce":"{NONCE}"}}"#),
        format!(r#"{{"eat_nonce":"{NONCE}","location":[]}}"#),
    ] {
        assert!(read(&claims).is_err(), "{claims}");
    }
}

#[test]
fn dates_are_numbers_of_seconds() {
    let dated = |more: &str| read(&format!(r#"{{{LOCATION},"eat_nonce":"{NONCE}",{more}}}"#));
    let eat = dated(r#""iat":1.5,"nbf":2,"exp":3e0"#).unwrap();
    let dates = (eat.issued_at_ms, eat.not_before_ms, eat.expires_ms);
    assert_eq!(dates, (Some(1_500), Some(2_000), Some(3_000)));
    for more in [
        r#""iat":"1""#,
        r#""iat":-1"#,
        r#""exp":null"#,
        r#""nbf":1e300"#,
    ] {
        assert!(dated(more).is_err(), "{more}");
    }
}

#[test]
fn other_claims_are_passed_over_and_none_is_there_twice() {
    let with = |more: &str| read(&format!(r#"{{{LOCATION},"eat_nonce":"{NONCE}",{more}}}"#));
    assert!(with(r#""iss":"me","submods":{"a":[1,{"b":null}]},"264":1"#).is_ok());
    for twice in [
        LOCATION.to_owned(),
        format!(r#""eat_nonce":"{NONCE}""#),
        r#""iss":1,"iss":1"#.to_owned(),
    ] {
        assert!(with(&twice).is_err(), "{twice}");
    }
}
