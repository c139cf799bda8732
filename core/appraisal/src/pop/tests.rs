use super::*;
use crate::device::{Device, RustCrypto};

const NONCE: Digest32 = [9; 32];

fn payload(nonce: &Digest32, subject: &str) -> String {
    let nonce = URL_SAFE_NO_PAD.encode(nonce);
    format!(r#"{{"nonce":"{nonce}","sub":"{subject}"}}"#)
}

fn checked(device: &Device, jws: &str) -> Result<(), Refusal> {
    check(jws, &device.spki(), &NONCE, "inspector-7", &RustCrypto)
}

#[test]
fn whoever_signs_nonce_and_subject_has_the_key() {
    for device in Device::all() {
        let good = payload(&NONCE, "inspector-7");
        assert_eq!(checked(&device, &device.jws(&good)), Ok(()));
        let header = format!(r#"{{"alg":"{}","typ":"JWT"}}"#, device.algorithm().jose());
        assert_eq!(checked(&device, &device.jws_under(&header, &good)), Ok(()));
    }
}

#[test]
fn another_nonce_subject_or_key_is_refused() {
    let device = Device::new();
    for other in [
        payload(&[8; 32], "inspector-7"),
        payload(&NONCE, "inspector-8"),
    ] {
        let refusal = checked(&device, &device.jws(&other)).unwrap_err();
        assert_eq!(refusal, Refusal::BindingMismatch);
    }
    let good = payload(&NONCE, "inspector-7");
    let refusal = checked(&device, &Device::other().jws(&good)).unwrap_err();
    assert_eq!(refusal.code(), "evidence-signature");
}

#[test]
fn a_proof_has_two_members() {
    let device = Device::new();
    let good = payload(&NONCE, "inspector-7");
    for other in [
        "{}".to_owned(),
        "[]".to_owned(),
        good.replace('}', r#","iat":1}"#),
        good.replace('}', r#","sub":"inspector-7"}"#),
        good.replace("sub", "subject"),
    ] {
        let refusal = checked(&device, &device.jws(&other)).unwrap_err();
        assert_eq!(refusal.code(), "malformed", "{other}");
    }
    assert!(checked(&device, &good).is_err());
}

#[test]
fn evidence_is_no_proof_and_no_algorithm_is_none() {
    let device = Device::new();
    let evidence = device.jwt(
        &device.context(),
        r#""latitude":1,"longitude":2,"accuracy":3"#,
        "",
    );
    let evidence = String::from_utf8(evidence.content().to_vec()).unwrap();
    assert_eq!(checked(&device, &evidence).unwrap_err().code(), "malformed");
    let good = payload(&NONCE, "inspector-7");
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"ES256","typ":"eat+jwt"}"#,
    ] {
        let refusal = checked(&device, &device.jws_under(header, &good)).unwrap_err();
        assert_eq!(refusal.code(), "evidence-signature", "{header}");
    }
}
