use proptest::prelude::*;

use super::*;

const TIME: UnixMicros = UnixMicros::new(1_700_000_000_123_456);

fn stamp() -> Vec<u8> {
    Leaf::time_stamp(TIME, [7; 32]).encode()
}

fn refused(entry: &[u8]) -> DecodeErrorKind {
    Leaf::decode(entry).unwrap_err().kind
}

/// Puts `new` in the place of the only `old` of a leaf and mends the length.
fn with(entry: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = entry.windows(old.len()).position(|w| w == old).unwrap();
    let mut bent = [&entry[..at], new, &entry[at + old.len()..]].concat();
    bent[1] = u8::try_from(bent.len() - 2).unwrap();
    bent
}

#[test]
fn has_the_documented_octets() {
    let digest = "07".repeat(32);
    let expected = format!("3031 020101 0a0101 0207060a24181e4000 0420{digest}").replace(' ', "");
    let leaf = Leaf::time_stamp(UnixMicros::new(1_700_000_000_000_000), [7; 32]);
    assert_eq!(hex::encode(leaf.encode()), expected);
}

#[test]
fn the_longest_leaf_has_a_length_of_one_octet() {
    let name = EventName::new(&"n".repeat(64)).unwrap();
    let leaf = Leaf::event(UnixMicros::new(i64::MIN), [0xff; 32], name);
    let entry = leaf.encode();
    assert_eq!(entry.len(), 118);
    assert_eq!(Leaf::decode(&entry), Ok(leaf));
}

#[test]
fn rejects_another_version() {
    let entry = with(&stamp(), &[0x02, 1, 1], &[0x02, 1, 2]);
    let expected = DecodeErrorKind::UnknownValue { field: "version" };
    assert_eq!(refused(&entry), expected);
}

#[test]
fn rejects_an_unknown_kind() {
    let entry = with(&stamp(), &[0x0a, 1, 1], &[0x0a, 1, 5]);
    let expected = DecodeErrorKind::UnknownValue { field: "kind" };
    assert_eq!(refused(&entry), expected);
}

#[test]
fn rejects_a_void_leaf_with_a_digest() {
    let entry = with(&stamp(), &[0x0a, 1, 1], &[0x0a, 1, 3]);
    let expected = DecodeErrorKind::UnknownValue { field: "digest" };
    assert_eq!(refused(&entry), expected);
}

#[test]
fn rejects_an_event_without_a_name() {
    let entry = with(&stamp(), &[0x0a, 1, 1], &[0x0a, 1, 4]);
    assert_eq!(refused(&entry), DecodeErrorKind::Missing { field: "name" });
}

#[test]
fn rejects_a_stamp_with_a_name() {
    let name = EventName::new("start").unwrap();
    let event = Leaf::event(TIME, [7; 32], name).encode();
    let entry = with(&event, &[0x0a, 1, 4], &[0x0a, 1, 1]);
    let expected = DecodeErrorKind::Forbidden { field: "name" };
    assert_eq!(refused(&entry), expected);
}

#[test]
fn rejects_a_digest_of_31_octets() {
    let long = [&[0x04, 32][..], &[7; 32]].concat();
    let short = [&[0x04, 31][..], &[7; 31]].concat();
    let expected = DecodeErrorKind::Malformed {
        structure: "digest",
    };
    assert_eq!(refused(&with(&stamp(), &long, &short)), expected);
}

#[test]
fn rejects_octets_after_the_leaf() {
    let entry = [stamp(), vec![0, 0]].concat();
    assert_eq!(refused(&entry), DecodeErrorKind::TrailingBytes { count: 2 });
}

#[test]
fn rejects_every_beginning_of_a_leaf() {
    let entry = stamp();
    for end in 0..entry.len() {
        assert!(Leaf::decode(&entry[..end]).is_err(), "{end} octets");
    }
}

#[test]
fn rejects_a_length_that_is_not_minimal() {
    let entry = stamp();
    let ber = [&[0x30, 0x81], &entry[1..]].concat();
    assert_eq!(refused(&ber), DecodeErrorKind::LengthNotDer);
}

#[test]
fn rejects_a_time_that_is_not_minimal() {
    let entry = with(&stamp(), &[0x02, 7], &[0x02, 8, 0]);
    assert_eq!(refused(&entry), DecodeErrorKind::IntegerNotMinimal);
}

#[test]
fn rejects_a_time_of_more_than_64_bits() {
    let entry = with(&stamp(), &[0x02, 7], &[0x02, 9, 1, 0]);
    let expected = DecodeErrorKind::IntegerOutOfRange { field: "time" };
    assert_eq!(refused(&entry), expected);
}

#[test]
fn rejects_a_field_after_the_name() {
    let name = EventName::new("start").unwrap();
    let event = Leaf::event(TIME, [7; 32], name).encode();
    let entry = with(&event, b"start", b"start\x05\x00");
    assert_eq!(refused(&entry), DecodeErrorKind::TrailingBytes { count: 2 });
}

#[test]
fn rejects_an_event_with_a_name_in_capitals() {
    let name = EventName::new("start").unwrap();
    let event = Leaf::event(TIME, [7; 32], name).encode();
    let entry = with(&event, b"start", b"Start");
    assert_eq!(refused(&entry), DecodeErrorKind::TextMalformed);
}

#[test]
fn the_event_of_succession_alone_is_final() {
    let event = |name| Leaf::event(TIME, [7; 32], EventName::new(name).unwrap());
    assert!(event(FINAL_EVENT).is_final());
    assert!(!event("stop").is_final());
    assert!(!Leaf::genesis(TIME, [7; 32]).is_final());
}

#[test]
fn rejects_names_that_are_not_names() {
    for name in ["", "Start", "a b", "a_b", "ü", "a\n", &"a".repeat(65)] {
        assert_eq!(EventName::new(name), Err(NotAnEventName), "{name:?}");
    }
}

#[test]
fn digests_are_of_different_domains_and_of_every_octet() {
    let token = token_digest(&[1; 32], &[2; 8]);
    assert_eq!(
        token[..],
        Sha256::digest([b"MLD1".as_slice(), &[1; 32], &[2; 8]].concat())[..]
    );
    let event = event_digest(&[1; 32], &[2; 8]);
    assert_eq!(
        event[..],
        Sha256::digest([b"MLE1".as_slice(), &[1; 32], &[2; 8]].concat())[..]
    );
    assert_ne!(token, event);
}

fn leaves() -> impl Strategy<Value = Leaf> {
    let time = any::<i64>().prop_map(UnixMicros::new);
    (0..5, time, any::<[u8; 32]>(), "[a-z0-9.-]{1,64}").prop_map(|(kind, time, digest, name)| {
        match kind {
            0 => Leaf::genesis(time, digest),
            1 => Leaf::time_stamp(time, digest),
            2 => Leaf::location_stamp(time, digest),
            3 => Leaf::void(time),
            _ => Leaf::event(time, digest, EventName::new(&name).unwrap()),
        }
    })
}

proptest! {
    #[test]
    fn decodes_what_it_encodes(leaf in leaves()) {
        prop_assert_eq!(Leaf::decode(&leaf.encode()), Ok(leaf));
    }

    #[test]
    fn a_changed_octet_is_refused_or_another_leaf(
        leaf in leaves(), at in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let mut entry = leaf.encode();
        let at = at.index(entry.len());
        entry[at] ^= flip;
        if let Ok(other) = Leaf::decode(&entry) {
            prop_assert_ne!(&other, &leaf);
            prop_assert_eq!(other.encode(), entry);
        }
    }

    #[test]
    fn garbage_is_refused_or_canonical(entry in proptest::collection::vec(any::<u8>(), 0..140)) {
        if let Ok(leaf) = Leaf::decode(&entry) {
            prop_assert_eq!(leaf.encode(), entry);
        }
    }
}
