use proptest::prelude::*;

use super::*;
use crate::oid::{LOCATION_CLAIM, POLICY_LOCATION_0};

const NOON: i64 = 1_795_461_346_000;

fn item(content: &[u8]) -> EvidenceItem {
    EvidenceItem::new(
        [3; 32],
        EvidenceKind::SELF_ASSERTED,
        "application/json",
        content,
    )
    .unwrap()
}

fn context() -> AppraisalContext {
    AppraisalContext::new([1; 32], NOON, NOON + 11_000, POLICY_LOCATION_0)
}

fn full() -> EvidenceBundle {
    let mut context = context();
    context.imprint = Some([4; 32]);
    context.key = Some(SubjectKey::new(&[5; 91], KeyStatus::Revoked, Some(NOON)).unwrap());
    context.session = Some([6; 32]);
    let other = EvidenceItem::new([2; 32], EvidenceKind::IP_GEOLOCATION, "text/plain", b"x");
    EvidenceBundle::new(context, vec![item(b"{}"), other.unwrap()]).unwrap()
}

fn refused(der: &[u8]) -> DecodeErrorKind {
    EvidenceBundle::decode(der).unwrap_err().kind
}

/// Puts `new`, as long as `old`, in the place of the first `old`.
fn bent(old: &str, new: &str) -> DecodeErrorKind {
    let text = hex::encode(full().as_der());
    assert!(text.contains(old) && old.len() == new.len(), "{text}");
    refused(&hex::decode(text.replacen(old, new, 1)).unwrap())
}

#[test]
fn has_the_documented_octets() {
    let policy = hex::encode(der_write::oid(&POLICY_LOCATION_0));
    let context = format!(
        "0420{} 020601a209d5f2d0 020601a209d61dc8 {policy} 8020{} a168 045b{} 0a0103 8006 01a209d5f2d0 8220{}",
        "01".repeat(32),
        "04".repeat(32),
        "05".repeat(91),
        "06".repeat(32),
    );
    let context = context.replace(' ', "");
    let item = |salt: &str, kind: &str, format: &str, content: &str| {
        let content = format!(
            "0420{} 0201{kind} 0c{:02x}{} 04{:02x}{content}",
            salt.repeat(32),
            format.len(),
            hex::encode(format),
            content.len() / 2
        );
        let content = content.replace(' ', "");
        format!("30{:02x}{content}", content.len() / 2)
    };
    let items =
        item("03", "01", "application/json", "7b7d") + &item("02", "04", "text/plain", "78");
    let body = format!(
        "020101 3082{:04x}{context} 30{:02x}{items}",
        context.len() / 2,
        items.len() / 2
    );
    let body = body.replace(' ', "");
    let expected = format!("3082{:04x}{body}", body.len() / 2);
    assert_eq!(hex::encode(full().as_der()), expected);
    assert_eq!(EvidenceBundle::decode(full().as_der()), Ok(full()));
}

#[test]
fn the_smallest_bundle_has_no_document_key_or_session() {
    let bundle = EvidenceBundle::new(context(), vec![item(b"{}")]).unwrap();
    assert_eq!(EvidenceBundle::decode(bundle.as_der()), Ok(bundle));
}

#[test]
fn an_item_hashes_everything_about_it() {
    let octets = [
        b"LS1-item",
        &[3; 32][..],
        &[0, 1, 16],
        b"application/json",
        b"{}",
    ]
    .concat();
    assert_eq!(item(b"{}").hash(), Digest32::from(Sha256::digest(octets)));
    let new = |salt, kind, format, content: &[u8]| {
        EvidenceItem::new([salt; 32], kind, format, content)
            .unwrap()
            .hash()
    };
    let (one, two) = (EvidenceKind::SELF_ASSERTED, EvidenceKind::DEVICE_SIGNED);
    let hashes = [
        new(0, one, "ab", b"c"),
        new(1, one, "ab", b"c"),
        new(0, two, "ab", b"c"),
        new(0, one, "a", b"bc"),
        new(0, one, "abc", b"d"),
    ];
    for (at, hash) in hashes.iter().enumerate() {
        assert!(!hashes[at + 1..].contains(hash), "{at}");
    }
    let bundle = full();
    let hash = Digest32::from(Sha256::digest(bundle.as_der()));
    assert_eq!(bundle.hash(), hash);
    let key = bundle.context().key.as_ref().unwrap().hash();
    assert_eq!(key, Digest32::from(Sha256::digest([5; 91])));
}

#[test]
fn every_beginning_and_every_octet_after_the_end_is_refused() {
    let der = full().as_der().to_vec();
    for end in 0..der.len() {
        assert!(EvidenceBundle::decode(&der[..end]).is_err(), "{end} octets");
    }
    for octet in 0..=u8::MAX {
        let long = [&der[..], &[octet]].concat();
        assert_eq!(refused(&long), DecodeErrorKind::TrailingBytes { count: 1 });
    }
}

#[test]
fn rejects_what_the_module_forbids() {
    let unknown = |field| DecodeErrorKind::UnknownValue { field };
    let range = |field| DecodeErrorKind::IntegerOutOfRange { field };
    assert_eq!(bent("020101", "020102"), unknown("version"));
    assert_eq!(bent("0a0103", "0a0104"), unknown("status"));
    assert_eq!(bent("01a209d5f2d0", "f1a209d5f2d0"), range("issued"));
    assert_eq!(bent("01a209d61dc8", "f1a209d61dc8"), range("accepted"));
    let since = bent("800601a209d5f2d0", "8006f1a209d5f2d0");
    assert_eq!(since, range("invalidSince"));
    assert_eq!(bent("0201010c10", "0201000c10"), range("kind"));
    assert_eq!(bent("6a736f6e", "6a730a6e"), DecodeErrorKind::TextMalformed);
    let accented = bent("6a736f6e", "6ac3a96e");
    assert_eq!(accented, DecodeErrorKind::TextMalformed);
    let policy = bent("a168045b", "a068045b");
    assert!(matches!(policy, DecodeErrorKind::TrailingBytes { .. }));
}

#[test]
fn rejects_sizes_passed_by_one() {
    let key = |octets| SubjectKey::new(&vec![0; octets], KeyStatus::Active, None).is_ok();
    assert!(!key(0) && key(1) && key(1_024) && !key(1_025));
    let new = |format: &str, content: &[u8]| {
        EvidenceItem::new([0; 32], EvidenceKind::WITNESS, format, content).is_ok()
    };
    let format = |octets| new(&"x".repeat(octets), b"x");
    assert!(!format(0) && format(1) && format(127) && !format(128));
    let content = |octets| new("x", &vec![0; octets]);
    assert!(!content(0) && content(1) && content(65_536) && !content(65_537));
    let count = |items| EvidenceBundle::new(context(), vec![item(b"x"); items]).is_ok();
    assert!(!count(0) && count(1) && count(8) && !count(9));
    let instant = |issued, accepted| {
        let context = AppraisalContext::new([0; 32], issued, accepted, POLICY_LOCATION_0);
        EvidenceBundle::new(context, vec![item(b"x")]).is_ok()
    };
    let end = 253_402_300_799_999;
    assert!(instant(0, 0) && instant(end, end));
    assert!(!instant(-1, 0) && !instant(0, -1) && !instant(end + 1, 0) && !instant(0, end + 1));
}

#[test]
fn rejects_a_bundle_longer_than_131072_octets() {
    let two = |fill: usize| {
        let items = vec![item(&[0; 65_536]), item(&vec![0; fill])];
        EvidenceBundle::new(context(), items)
    };
    let most = 131_072;
    let long = two(65_536).unwrap_err();
    let LocError::BundleTooLong { actual } = long else {
        panic!("{long}");
    };
    let fill = 65_536 - (actual - most) - 2;
    let fill = fill + (most - two(fill).unwrap().as_der().len());
    assert_eq!(two(fill).unwrap().as_der().len(), most);
    let actual = most + 1;
    assert_eq!(two(fill + 1), Err(LocError::BundleTooLong { actual }));
    let (what, limit) = ("EvidenceBundle", most);
    let expected = DecodeErrorKind::LimitExceeded {
        what,
        limit,
        actual,
    };
    assert_eq!(refused(&vec![0x30; actual]), expected);
}

#[test]
fn rejects_a_policy_that_no_constant_could_be() {
    let der = hex::encode(full().as_der());
    let policy = hex::encode(POLICY_LOCATION_0.as_bytes());
    // An arc that announces another octet and ends, an arc of more than 32 bits.
    for (tail, expected) in [
        ("8a", DecodeErrorKind::OidMalformed),
        ("0a", DecodeErrorKind::OidTooLong),
    ] {
        let long = policy.len() - 2;
        let other = if tail == "0a" {
            format!("{}{tail}", "ff".repeat(long / 2))
        } else {
            format!("{}{tail}", &policy[..long])
        };
        let bent = hex::decode(der.replacen(&policy, &other, 1)).unwrap();
        assert_eq!(refused(&bent), expected);
    }
    assert_ne!(POLICY_LOCATION_0, LOCATION_CLAIM);
}

proptest! {
    #[test]
    fn a_changed_octet_is_refused_or_another_bundle(
        at in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let mut der = full().as_der().to_vec();
        let at = at.index(der.len());
        der[at] ^= flip;
        if let Ok(other) = EvidenceBundle::decode(&der) {
            prop_assert_ne!(&other, &full());
            let again = EvidenceBundle::new(other.context().clone(), other.items().to_vec());
            prop_assert_eq!(again, Ok(other));
        }
    }
}
