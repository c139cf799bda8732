use meridian_rfc_vectors::header::{Expect, Kind};
use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;

use super::*;

const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

#[test]
fn judges_the_vectors_as_they_say() {
    let vectors = load("c2sp").unwrap();
    let vkeys: Vec<_> = vectors
        .iter()
        .filter(|v| v.kind == Kind::VerifierKey)
        .collect();
    assert_eq!(vkeys.len(), 3);
    for vector in vkeys {
        let vkey = vector.body.text().unwrap().trim_end();
        match VerifierKey::parse(vkey) {
            Ok(key) => {
                assert_eq!(vector.expect, Expect::VerifyOk, "{}", vector.name);
                assert_eq!(key.to_string(), vkey);
            }
            Err(error) => {
                assert_eq!(vector.expect, Expect::Rejected("KeyType".into()));
                assert_eq!(error, NoteError::KeyType { key_type: 4 });
            }
        }
    }
}

#[test]
fn rejects_an_id_of_another_key() {
    let refused = VerifierKey::parse(&VKEY.replace("530d903a", "530d903b"));
    assert_eq!(
        refused,
        Err(NoteError::KeyIdMismatch {
            stated: KeyId::from_bytes([0x53, 0x0d, 0x90, 0x3b]),
            actual: KeyId::from_bytes([0x53, 0x0d, 0x90, 0x3a]),
        })
    );
}

#[test]
fn rejects_an_id_that_is_not_eight_lower_case_digits() {
    for id in ["530D903A", "530d903", "+30d903a", "0530d903a", " 30d903a"] {
        let refused = VerifierKey::parse(&VKEY.replace("530d903a", id));
        assert_eq!(refused, Err(NoteError::VerifierKey), "{id}");
    }
}

#[test]
fn rejects_a_key_of_31_octets() {
    let vkey = format!("a+00000000+{}", STANDARD.encode([1; 32]));
    let (expected, actual) = (32, 31);
    let refused = VerifierKey::parse(&vkey);
    assert_eq!(refused, Err(NoteError::KeyLength { expected, actual }));
}

#[test]
fn rejects_text_around_the_key() {
    for vkey in [format!("{VKEY}\n"), format!("{VKEY} "), format!("{VKEY}=")] {
        assert_eq!(VerifierKey::parse(&vkey), Err(NoteError::VerifierKey));
    }
    assert_eq!(
        VerifierKey::parse(&format!(" {VKEY}")),
        Err(NoteError::KeyName)
    );
    assert_eq!(VerifierKey::parse("a+b"), Err(NoteError::VerifierKey));
}

proptest! {
    #[test]
    fn parses_what_it_displays(name in "[a-z./]{1,40}", public_key in any::<[u8; 32]>()) {
        let key = VerifierKey::ed25519(KeyName::new(&name).unwrap(), public_key);
        prop_assert_eq!(VerifierKey::parse(&key.to_string()), Ok(key));
    }

    #[test]
    fn no_changed_character_is_the_same_key(at in 0..VKEY.len(), with in "[ -~]") {
        prop_assume!(VKEY[at..=at] != with);
        let mut vkey = VKEY.to_owned();
        vkey.replace_range(at..=at, &with);
        prop_assert!(VerifierKey::parse(&vkey).is_err());
    }
}
