//! Form, challenge, nonce, signature, key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meridian_wire::loc::bundle::{KeyStatus, SubjectKey};
use meridian_wire::loc::name::CountryCode;
use meridian_wire::oid::{POLICY_COMPATIBLE, POLICY_LOCATION_1};

use super::*;
use crate::device::{ACCEPTED_MS, CHALLENGE_AGE_MS, IMPRINT, item, policy};
use crate::note::ItemNote;

#[test]
fn a_subjects_word_alone_is_appraised_and_nothing_stands_behind_it() {
    let said = word(TOWER);
    let appraisal = judge(&context(), std::slice::from_ref(&said)).unwrap();
    let [result] = appraisal.results[..] else {
        panic!("one item, one result");
    };
    assert_eq!(result.kind, EvidenceKind::SELF_ASSERTED);
    assert_eq!((result.class, result.tier), (EvidenceClass::Device, 32));
    assert_eq!((result.hash, result.radius_m), (said.hash(), Some(7)));
    assert_eq!(result.note, ItemNote::SubjectsWord);
    assert_eq!(appraisal.country, CountryCode::new("FR").ok());
    assert_eq!(appraisal.flags, WarningFlags::NONE);
    assert_eq!((appraisal.key_signed, appraisal.subject_key), (false, None));
    assert_eq!(appraisal.travel, None);
    // The golden claim's point.
    let point = appraisal.position.point;
    assert_eq!((point.lat_e7(), point.lon_e7()), (488_583_700, 22_944_800));
    assert_eq!((point.radius_mm(), point.confidence()), (6_500, 950));
}

#[test]
fn row_1_what_is_malformed_is_refused() {
    for content in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"latitude":1,"longitude":2}"#,
        r#"{"latitude":"1","longitude":2,"accuracy":3}"#,
        r#"{"latitude":1,"longitude":2,"accuracy":3,"accuracy":3}"#,
        r#"{"latitude":1,"longitude":2,"accuracy":3,"latitud":3}"#,
        r#"{"latitude":1,"longitude":2,"accuracy":3,"heading":null}"#,
        r#"{"latitude":1,"longitude":2,"accuracy":3} "#,
        r#"{"latitude":NaN,"longitude":2,"accuracy":3}"#,
        r#"{"latitude":1e999,"longitude":2,"accuracy":3}"#,
        "\u{feff}{}",
    ] {
        let evidence = EvidenceItem::new(
            [0; 32],
            EvidenceKind::SELF_ASSERTED,
            "application/json",
            content.as_bytes(),
        );
        // Trailing space is JSON; no content is no item.
        let Some(evidence) = evidence.ok().filter(|_| !content.ends_with(' ')) else {
            continue;
        };
        let refusal = judge(&context(), &[evidence]).unwrap_err();
        assert_eq!(
            (refusal.code(), refusal.row()),
            ("malformed", 1),
            "{content}"
        );
    }
}

#[test]
fn row_1_no_item_and_nine_items_are_malformed() {
    for count in [0, 9] {
        let items = vec![word(TOWER); count];
        assert_eq!(judge(&context(), &items).unwrap_err().code(), "malformed");
    }
    assert!(judge(&context(), &vec![word(TOWER); 8]).is_ok());
}

#[test]
fn row_1_evidence_without_a_position_is_malformed() {
    let ip = ip::item([0; 32], "192.0.2.1".parse().unwrap(), None, None).unwrap();
    assert_eq!(judge(&context(), &[ip]).unwrap_err(), NO_POSITION);
}

#[test]
fn row_1_what_the_authority_makes_is_there_once() {
    let ip = ip::item([0; 32], "192.0.2.1".parse().unwrap(), None, None).unwrap();
    let history = history::item([0; 32], None, None).unwrap();
    for twice in [ip, history] {
        assert!(judge(&context(), &[word(TOWER), twice.clone()]).is_ok());
        let refusal = judge(&context(), &[twice.clone(), word(TOWER), twice]).unwrap_err();
        assert_eq!(refusal.code(), "malformed");
    }
}

#[test]
fn row_1_a_kind_or_format_that_is_not_taken_is_refused_by_its_number() {
    for (kind, format) in [
        (EvidenceKind::PLATFORM_ATTESTATION, "application/json"),
        (EvidenceKind::RTT_LANDMARK, "application/json"),
        (EvidenceKind::OSNMA, "application/json"),
        (EvidenceKind::WITNESS, "application/json"),
        (EvidenceKind::OPERATOR_NETWORK, "application/json"),
        (EvidenceKind::WORKLOAD_QUOTE, "application/json"),
        (EvidenceKind::new(40_000).unwrap(), "application/json"),
        (EvidenceKind::SELF_ASSERTED, "application/eat+jwt"),
        (EvidenceKind::SELF_ASSERTED, "text/plain"),
        (EvidenceKind::DEVICE_SIGNED, "application/json"),
        (EvidenceKind::IP_GEOLOCATION, "text/plain"),
        (EvidenceKind::HISTORY, "text/plain"),
    ] {
        let other = item(kind, format, format!("{{{TOWER}}}").as_bytes());
        let refusal = judge(&context(), &[word(TOWER), other]).unwrap_err();
        assert_eq!(refusal, Refusal::UnsupportedEvidence { kind });
        assert_eq!((refusal.code(), refusal.row()), ("unsupported-evidence", 1));
    }
}

#[test]
fn row_1_callers_may_send_two_kinds_and_no_other() {
    for number in (1..=11).chain([40_000]) {
        let kind = EvidenceKind::new(number).unwrap();
        let taken = accepts_from_caller(kind).is_ok();
        assert_eq!(taken, number == 1 || number == 2, "{number}");
    }
}

#[test]
fn row_3_a_number_out_of_its_range_is_refused() {
    for (number, field) in [
        (r#""latitude":90.0000001"#, "latitude"),
        (r#""latitude":-91"#, "latitude"),
        (r#""latitude":1e308"#, "latitude"),
        (r#""longitude":180.0000001"#, "longitude"),
        (r#""longitude":-181"#, "longitude"),
        (r#""accuracy":0"#, "accuracy"),
        (r#""accuracy":-1"#, "accuracy"),
        (r#""accuracy":40075018"#, "accuracy"),
        (r#""accuracy":1e308"#, "accuracy"),
    ] {
        let name = number.split(':').next().unwrap();
        let members: Vec<&str> = TOWER.split(',').filter(|m| !m.starts_with(name)).collect();
        let refusal = judge(
            &context(),
            &[word(&format!("{},{number}", members.join(",")))],
        );
        assert_eq!(
            refusal.unwrap_err(),
            Refusal::OutOfRange { field },
            "{number}"
        );
    }
    for (more, field) in [
        (r#""confidence":0"#, "confidence"),
        (r#""confidence":1"#, "confidence"),
        (r#""confidence":95"#, "confidence"),
        (r#""speed":-1"#, "speed"),
        (r#""speed":400001"#, "speed"),
        (r#""speed":1,"heading":361"#, "heading"),
        (r#""speed":1,"heading":-1"#, "heading"),
        (r#""altitude":1000001,"altitude-accuracy":1"#, "altitude"),
        (
            r#""altitude":1,"altitude-accuracy":-1"#,
            "altitude-accuracy",
        ),
        (r#""timestamp":-1"#, "timestamp"),
        (r#""timestamp":253402300800"#, "timestamp"),
        (r#""age":-1"#, "age"),
        (r#""age":86401"#, "age"),
    ] {
        let refusal = judge(&context(), &[tower(more)]).unwrap_err();
        assert_eq!(refusal, Refusal::OutOfRange { field }, "{more}");
        assert_eq!((refusal.code(), refusal.row()), ("out-of-range", 3));
    }
}

#[test]
fn row_3_comes_after_row_1_whatever_the_order_of_the_items() {
    let (malformed, out_of_range) = (word("{"), tower(r#""age":-1"#));
    for items in [
        [malformed.clone(), out_of_range.clone()],
        [out_of_range, malformed],
    ] {
        assert_eq!(judge(&context(), &items).unwrap_err().row(), 1);
    }
}

#[test]
fn row_4_a_policy_that_the_document_does_not_list_is_refused() {
    let mut context = context();
    context.policy = POLICY_COMPATIBLE;
    let refusal = judge(&context, &[word(TOWER)]).unwrap_err();
    assert_eq!((refusal.code(), refusal.row()), ("policy-unknown", 4));
}

#[test]
fn row_6_a_challenge_can_be_answered_for_its_time_and_not_a_millisecond_longer() {
    let mut context = context();
    context.issued_ms = ACCEPTED_MS - 120_000;
    assert!(judge(&context, &[word(TOWER)]).is_ok());
    context.issued_ms -= 1;
    let refusal = judge(&context, &[word(TOWER)]).unwrap_err();
    let over = Refusal::NonceExpired {
        age_ms: 120_001,
        limit_ms: 120_000,
    };
    assert_eq!(refusal, over);
    assert_eq!((refusal.code(), refusal.row()), ("nonce-expired", 6));
    // A clock that was set back makes no challenge old.
    context.issued_ms = ACCEPTED_MS + 1;
    let appraisal = judge(&context, &[word(TOWER)]).unwrap();
    assert_eq!(appraisal.observed.challenge_age_ms(), 0);
}

#[test]
fn row_8_a_nonce_over_challenge_document_key_and_policy_binds_the_document() {
    let numbered = vec![
        (1.into(), 48.85837.into()),
        (2.into(), 2.29448.into()),
        (4.into(), 6.5.into()),
    ];
    for device in Device::all() {
        let context = device.context();
        let key = context.key.as_ref().map(SubjectKey::hash);
        for evidence in [
            device.jwt(&context, TOWER, ""),
            device.cwt(&context, numbered.clone()),
        ] {
            let appraisal = judge(&context, &[evidence]).unwrap();
            assert!(appraisal.key_signed);
            assert_eq!(appraisal.subject_key, key);
            let result = appraisal.results[0];
            assert_eq!(result.tier, 2);
            assert_eq!(result.note, ItemNote::SignedByEnrolledKey);
        }
    }
}

#[test]
fn row_8_a_nonce_without_the_document_is_taken_and_does_not_bind_it() {
    let device = Device::new();
    let mut context = device.context();
    context.imprint = None;
    let evidence = device.jwt(&context, TOWER, "");
    assert!(
        !judge(&context, std::slice::from_ref(&evidence))
            .unwrap()
            .key_signed
    );
    context.imprint = Some(IMPRINT);
    let appraisal = judge(&context, &[evidence]).unwrap();
    assert!(!appraisal.key_signed);
    assert!(appraisal.subject_key.is_some());
}

#[test]
fn row_8_another_challenge_document_key_or_policy_is_refused() {
    let device = Device::new();
    let context = device.context();
    let mut others = [const { None }; 5].map(|_: Option<()>| context.clone());
    others[0].nonce[0] ^= 1;
    others[1].imprint = Some([0xd1; 32]);
    others[2].policy = POLICY_LOCATION_1;
    others[3].key = Some(Device::other().subject_key(KeyStatus::Active));
    others[4].key = None;
    for other in others {
        let refusal = judge(&other, &[device.jwt(&context, TOWER, "")]).unwrap_err();
        assert_eq!(refusal, Refusal::BindingMismatch);
        assert_eq!((refusal.code(), refusal.row()), ("binding-mismatch", 8));
    }
}

#[test]
fn row_8_a_document_that_the_context_does_not_have_cannot_be_told_from_another_key() {
    let device = Device::new();
    let mut context = device.context();
    let evidence = device.jwt(&context, TOWER, "");
    context.imprint = None;
    assert_eq!(
        judge(&context, &[evidence]).unwrap_err(),
        Refusal::BindingMismatch
    );
}

#[test]
fn row_9_a_signature_of_another_key_is_refused() {
    let (device, other) = (Device::new(), Device::other());
    let context = device.context();
    let nonce = URL_SAFE_NO_PAD.encode(device.nonce(&context));
    let claims = format!(r#"{{"eat_nonce":"{nonce}","location":{{{TOWER}}}}}"#);
    let format = "application/eat+jwt";
    let signed = |by: &Device| {
        item(
            EvidenceKind::DEVICE_SIGNED,
            format,
            by.jws(&claims).as_bytes(),
        )
    };
    assert!(judge(&context, &[signed(&device)]).is_ok());
    let refusal = judge(&context, &[signed(&other)]).unwrap_err();
    assert_eq!((refusal.code(), refusal.row()), ("evidence-signature", 9));
}

#[test]
fn row_9_every_changed_octet_of_a_token_is_refused() {
    let device = Device::new();
    let context = device.context();
    let good = device.jwt(&context, TOWER, "");
    for at in 0..good.content().len() {
        let mut content = good.content().to_vec();
        content[at] ^= 1;
        let changed = item(good.kind(), good.format(), &content);
        let refusal = judge(&context, &[changed]).unwrap_err();
        assert!([1, 3, 8, 9].contains(&refusal.row()), "{at}: {refusal}");
    }
}

#[test]
fn row_9_comes_after_row_8_whatever_the_order_of_the_items() {
    let (device, other) = (Device::new(), Device::other());
    let context = device.context();
    let mut foreign = context.clone();
    foreign.nonce = [0; 32];
    let replayed = device.jwt(&foreign, TOWER, "");
    let nonce = URL_SAFE_NO_PAD.encode(device.nonce(&context));
    let claims = format!(r#"{{"eat_nonce":"{nonce}","location":{{{TOWER}}}}}"#);
    let forged = other.jws(&claims);
    let forged = item(
        EvidenceKind::DEVICE_SIGNED,
        "application/eat+jwt",
        forged.as_bytes(),
    );
    for items in [[replayed.clone(), forged.clone()], [forged, replayed]] {
        assert_eq!(judge(&context, &items).unwrap_err().row(), 8);
    }
}

#[test]
fn row_9_nothing_is_taken_without_a_key_to_check_it_with() {
    let device = Device::new();
    let mut context = context();
    let nonce =
        meridian_wire::loc::nonce::evidence_nonce(&context.nonce, None, &[], &context.policy);
    let nonce = URL_SAFE_NO_PAD.encode(nonce);
    let claims = format!(r#"{{"eat_nonce":"{nonce}","location":{{{TOWER}}}}}"#);
    let evidence = item(
        EvidenceKind::DEVICE_SIGNED,
        "application/eat+jwt",
        device.jws(&claims).as_bytes(),
    );
    let refusal = judge(&context, std::slice::from_ref(&evidence)).unwrap_err();
    assert_eq!(refusal, Refusal::KeyUnknown);
    context.key = Some(SubjectKey::new(&[1, 2, 3], KeyStatus::Active, None).unwrap());
    assert!(judge(&context, &[evidence]).is_err());
}

#[test]
fn row_10_a_key_that_nobody_enrolled_is_anonymous_where_the_policy_takes_that() {
    let device = Device::new();
    let mut context = device.context();
    context.key = Some(device.subject_key(KeyStatus::Unknown));
    let evidence = [device.jwt(&context, TOWER, "")];
    let appraisal = judge(&context, &evidence).unwrap();
    assert_eq!((appraisal.key_signed, appraisal.subject_key), (false, None));
    assert_eq!(appraisal.results[0].tier, 32);
    assert_eq!(appraisal.results[0].note, ItemNote::SignedByUnknownKey);
    let closed = policy(|document| document.allow_unenrolled = false);
    let refusal = appraise(&closed, &context, &evidence, &means()).unwrap_err();
    assert_eq!((refusal.code(), refusal.row()), ("key-unknown", 10));
    let refusal = appraise(&closed, &self::context(), &[word(TOWER)], &means());
    assert_eq!(refusal.unwrap_err(), Refusal::KeyUnknown);
}

#[test]
fn row_10_a_key_that_is_only_named_stands_behind_nothing() {
    let device = Device::new();
    let mut context = device.context();
    assert_eq!(judge(&context, &[word(TOWER)]).unwrap().subject_key, None);
    context.session = Some([1; 32]);
    assert_eq!(judge(&context, &[word(TOWER)]).unwrap().subject_key, None);
    let hash = context.key.as_ref().map(SubjectKey::hash);
    context.session = hash;
    let appraisal = judge(&context, &[word(TOWER)]).unwrap();
    assert_eq!(appraisal.subject_key, hash);
    // Authenticated, and still only a word.
    assert_eq!(appraisal.results[0].note, ItemNote::SubjectsWord);
    assert!(!appraisal.key_signed);
}

#[test]
fn row_10_a_key_is_invalid_from_the_millisecond_of_its_revocation() {
    let device = Device::new();
    let revoked = |since| SubjectKey::new(&device.spki(), KeyStatus::Revoked, since).unwrap();
    let mut context = device.context();
    for (since, refused) in [
        (None, true),
        (Some(0), true),
        (Some(ACCEPTED_MS - CHALLENGE_AGE_MS), true),
        (Some(ACCEPTED_MS), true),
        (Some(ACCEPTED_MS + 1), false),
    ] {
        context.key = Some(revoked(since));
        // A fix before the revocation is no excuse: the key may have dated it.
        let old = taken_ms_ago(30_000);
        let evidence = device.jwt(&context, &format!("{TOWER},{old}"), "");
        let result = judge(&context, &[evidence]);
        if refused {
            let invalid_since_ms = since;
            let refusal = result.unwrap_err();
            assert_eq!(refusal, Refusal::KeyRevoked { invalid_since_ms });
            assert_eq!((refusal.code(), refusal.row()), ("key-revoked", 10));
        } else {
            assert!(result.unwrap().subject_key.is_some());
        }
    }
}

#[test]
fn row_10_a_suspended_key_is_refused_even_behind_a_word() {
    let device = Device::new();
    let mut context = device.context();
    context.key = Some(device.subject_key(KeyStatus::Suspended));
    for evidence in [device.jwt(&context, TOWER, ""), word(TOWER)] {
        let refusal = judge(&context, &[evidence]).unwrap_err();
        assert_eq!(refusal, Refusal::KeySuspended);
        assert_eq!(refusal.code(), "key-revoked");
    }
}
