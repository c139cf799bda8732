use super::*;
use crate::device::{Device, RustCrypto, cbor};
use crate::key::PublicKey;
use coset::{CoseSign1Builder, HeaderBuilder, TaggedCborSerializable, iana};

/// Claims that are read.
fn claims() -> Vec<u8> {
    let location = Value::Map(vec![
        (1.into(), 1.into()),
        (2.into(), 2.5.into()),
        (4.into(), 3.into()),
    ]);
    cbor(&Value::Map(vec![
        (10.into(), Value::Bytes(vec![9; 32])),
        (264.into(), location),
    ]))
}

/// The four parts, whatever they are.
fn array(protected: &[u8], unprotected: Vec<(Value, Value)>, rest: [Value; 2]) -> Vec<u8> {
    let [payload, signature] = rest;
    cbor(&Value::Array(vec![
        Value::Bytes(protected.to_vec()),
        Value::Map(unprotected),
        payload,
        signature,
    ]))
}

fn under(protected: &Value, unprotected: Vec<(Value, Value)>) -> Result<(Signed, Eat), Refusal> {
    let rest = [Value::Bytes(claims()), Value::Bytes(vec![0; 64])];
    open(&array(&cbor(protected), unprotected, rest))
}

fn map(members: &[(i64, Value)]) -> Value {
    let members = members.iter().cloned();
    Value::Map(
        members
            .map(|(label, value)| (label.into(), value))
            .collect(),
    )
}

#[test]
fn the_three_ways_to_tag_a_token_are_one_token() {
    for device in Device::all() {
        let key = PublicKey::from_spki(&device.spki()).unwrap();
        let bare = device.sign1(&claims());
        let tagged = [SIGN1_TAG, &bare].concat();
        let cwt = [CWT_TAG, &tagged].concat();
        for token in [&bare, &tagged, &cwt] {
            let (signed, eat) = open(token).unwrap();
            assert_eq!(signed.algorithm, device.algorithm());
            assert_eq!(signed.check(&key, &RustCrypto), Ok(()));
            assert_eq!(eat.nonce, [9; 32]);
        }
        for token in [
            [CWT_TAG, &bare].concat(),
            [CWT_TAG, &cwt].concat(),
            [SIGN1_TAG, &tagged].concat(),
            [&bare[..], &[0]].concat(),
            bare[..bare.len() - 1].to_vec(),
        ] {
            assert!(open(&token).is_err());
        }
    }
}

#[test]
fn the_protected_header_has_an_algorithm_of_ours() {
    assert!(under(&map(&[(1, (-7).into())]), Vec::new()).is_ok());
    for protected in [
        map(&[]),
        map(&[(1, 5.into())]),
        map(&[(1, (-37).into())]),
        map(&[(1, (-36).into())]),
        map(&[(1, (-47).into())]),
        map(&[(1, (-65_537).into())]),
        map(&[(1, Value::Text("ES256".to_owned()))]),
    ] {
        let refusal = under(&protected, Vec::new()).unwrap_err();
        assert_eq!(refusal.code(), "evidence-signature", "{protected:?}");
    }
    let rest = [Value::Bytes(claims()), Value::Bytes(vec![0; 64])];
    assert!(open(&array(&[], Vec::new(), rest)).is_err());
}

#[test]
fn headers_bring_no_key_and_no_other_meaning() {
    let alg = (1, Value::from(-7));
    let kid = (4, Value::Bytes(vec![1]));
    let typ = (16, Value::Text(FORMAT.to_owned()));
    assert!(under(&map(&[alg.clone(), kid.clone(), typ]), Vec::new()).is_ok());
    assert!(
        under(
            &map(std::slice::from_ref(&alg)),
            vec![(4.into(), Value::Bytes(vec![1]))]
        )
        .is_ok()
    );
    for (label, value) in [
        (2, Value::Array(vec![1.into()])),
        (5, Value::Bytes(vec![1])),
        (6, Value::Bytes(vec![1])),
        (15, map(&[])),
        (16, Value::Text("application/other".to_owned())),
        (32, Value::Bytes(vec![1])),
        (33, Value::Bytes(vec![1])),
        (34, Value::Array(Vec::new())),
        (35, Value::Text("https://example.org".to_owned())),
        (-65_600, 1.into()),
    ] {
        let protected = map(&[alg.clone(), (label, value.clone())]);
        let refusal = under(&protected, Vec::new()).unwrap_err();
        assert_eq!(refusal.code(), "evidence-signature", "protected {label}");
        let unprotected = vec![(label.into(), value)];
        let refusal = under(&map(std::slice::from_ref(&alg)), unprotected).unwrap_err();
        assert_eq!(refusal.code(), "evidence-signature", "unprotected {label}");
    }
    for alg_outside in [-7, 5] {
        let refusal = under(
            &map(std::slice::from_ref(&alg)),
            vec![(1.into(), alg_outside.into())],
        );
        assert_eq!(refusal.unwrap_err().code(), "evidence-signature");
    }
}

#[test]
fn a_header_member_that_is_there_twice_is_malformed() {
    let twice = map(&[(1, (-7).into()), (1, (-7).into())]);
    assert_eq!(under(&twice, Vec::new()).unwrap_err().code(), "malformed");
    let kid = (Value::from(4), Value::Bytes(vec![1]));
    let refusal = under(&map(&[(1, (-7).into())]), vec![kid.clone(), kid]);
    assert_eq!(refusal.unwrap_err().code(), "malformed");
}

#[test]
fn what_is_not_one_signature_over_a_payload_inside_is_refused() {
    let protected = cbor(&map(&[(1, (-7).into())]));
    let detached = array(
        &protected,
        Vec::new(),
        [Value::Null, Value::Bytes(vec![0; 64])],
    );
    assert_eq!(open(&detached).unwrap_err().code(), "malformed");
    // COSE_Sign, COSE_Mac0, COSE_Encrypt0, no COSE.
    let payload = [Value::Bytes(claims()), Value::Bytes(vec![0; 64])];
    let array = array(&protected, Vec::new(), payload);
    for (tag, code) in [
        (&[0xd8, 98][..], "evidence-signature"),
        (&[0xd1], "malformed"),
        (&[0xd0], "malformed"),
        (&[0xd8, 61, 0xd8, 98], "evidence-signature"),
    ] {
        let token = [tag, &array].concat();
        assert_eq!(open(&token).unwrap_err().code(), code, "{tag:?}");
    }
    for token in [&[][..], &[0xf6], &[0x84], &[0x9f], &[0xff; 99]] {
        assert_eq!(open(token).unwrap_err().code(), "malformed");
    }
}

#[test]
fn the_octets_as_received_are_what_is_signed() {
    // The protected header with an indefinite length, which no encoder of ours writes.
    let device = Device::new();
    let protected = [0xbf, 0x01, 0x26, 0xff];
    let structure = Value::Array(vec![
        Value::Text("Signature1".to_owned()),
        Value::Bytes(protected.to_vec()),
        Value::Bytes(Vec::new()),
        Value::Bytes(claims()),
    ]);
    let signature = device.sign(&cbor(&structure));
    let rest = [Value::Bytes(claims()), Value::Bytes(signature)];
    let (signed, _) = open(&array(&protected, Vec::new(), rest)).unwrap();
    let key = PublicKey::from_spki(&device.spki()).unwrap();
    assert_eq!(signed.check(&key, &RustCrypto), Ok(()));
}

#[test]
fn additional_data_is_none() {
    let device = Device::new();
    let header = HeaderBuilder::new().algorithm(iana::Algorithm::ES256);
    let token = CoseSign1Builder::new()
        .protected(header.build())
        .payload(claims())
        .create_signature(b"aad", |message| device.sign(message));
    let (signed, _) = open(&token.build().to_tagged_vec().unwrap()).unwrap();
    let key = PublicKey::from_spki(&device.spki()).unwrap();
    assert_eq!(signed.check(&key, &RustCrypto).unwrap_err().row(), 9);
}
