//! What holds for every input.

use proptest::prelude::*;

use super::*;
use crate::device::{ACCEPTED_MS, item, policy};
use crate::history::Neighbour;
use meridian_wire::loc::bundle::KeyStatus;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::point::GeoPoint;

/// A location object: mostly one that is taken.
fn location() -> impl Strategy<Value = String> {
    let near = (
        0..400_u32,
        0..400_u32,
        1..3_000_u32,
        -7_000..700_000_i64,
        0..8_usize,
    );
    near.prop_map(|(north, east, accuracy, age, extra)| {
        let more = [
            "",
            r#","mock":false"#,
            r#","mock":true"#,
            r#","method":"manual""#,
            r#","platform":"android""#,
            r#","altitude":9,"altitude-accuracy":3,"speed":1,"heading":0"#,
            r#","confidence":0.5"#,
            r#","unknown":1"#,
        ][extra];
        let (lat, lon) = (48_880 + north, 2_290 + east);
        format!(
            r#""latitude":{}.{:03},"longitude":{}.{:03},"accuracy":{accuracy},{}{more}"#,
            lat / 1_000,
            lat % 1_000,
            lon / 1_000,
            lon % 1_000,
            taken_ms_ago(age)
        )
    })
}

fn neighbour() -> impl Strategy<Value = EvidenceItem> {
    (-1_000_000..1_000_000_i32, 0..100_000_i64, 0..3_u8).prop_map(|(lon, age, level)| {
        let point = GeoPoint::new(489_000_000, 23_000_000 + lon, 9_000, 950).unwrap();
        let observed = ObservationWindow::new(ACCEPTED_MS - 800_000 - age, 0, 0).unwrap();
        let before = Neighbour::new(&point, &observed, level);
        history::item([0; 32], Some(&before), None).unwrap()
    })
}

/// Items that a caller and the authority could send, and any octets in their place.
fn any_item() -> impl Strategy<Value = EvidenceItem> {
    let device = Device::new();
    let context = device.context();
    let garbage = (
        1..13_u16,
        0..4_usize,
        prop::collection::vec(any::<u8>(), 1..80),
    );
    prop_oneof![
        4 => location().prop_map(|location| word(&location)),
        3 => location().prop_map(move |location| device.jwt(&context, &location, "")),
        1 => neighbour(),
        1 => Just(ip::item([0; 32], "192.0.2.1".parse().unwrap(), None, None).unwrap()),
        1 => garbage.prop_map(|(kind, format, content)| {
            let format = ["application/json", "application/eat+cwt", "application/eat+jwt", "x/y"][format];
            item(EvidenceKind::new(kind).unwrap(), format, &content)
        }),
    ]
}

fn any_context() -> impl Strategy<Value = AppraisalContext> {
    (0..5_u8, 0..121_000_i64, any::<bool>()).prop_map(|(key, age, session)| {
        let device = Device::new();
        let mut context = device.context();
        context.issued_ms = ACCEPTED_MS - age;
        let status = KeyStatus::from_code(key);
        context.key = status.map(|status| device.subject_key(status));
        context.session = context
            .key
            .as_ref()
            .filter(|_| session)
            .map(|key| key.hash());
        context
    })
}

fn any_policy() -> impl Strategy<Value = AppraisalPolicy> {
    any::<[bool; 3]>().prop_map(|[unenrolled, manual, contradicted]| {
        policy(|document| {
            document.allow_unenrolled = unenrolled;
            document.allow_manual = manual;
            document.issue_contradicted = contradicted;
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Neither a panic nor a second answer.
    #[test]
    fn any_items_give_one_answer(
        policy in any_policy(),
        context in any_context(),
        items in prop::collection::vec(any_item(), 0..10),
    ) {
        let once = appraise(&policy, &context, &items, &means());
        prop_assert_eq!(&once, &appraise(&policy, &context, &items, &means()));
        if let Ok(appraisal) = once {
            prop_assert_eq!(appraisal.results.len(), items.len());
            let evidence = appraisal.evidence(context.accepted_ms, context.accepted_ms);
            prop_assert_eq!(evidence.unwrap().len(), items.len());
        }
    }

    /// Only the order of the results follows that of the items. Of several refusals of one row
    /// the first is told, so only the row is compared.
    #[test]
    fn the_order_of_the_items_does_not_matter(
        policy in any_policy(),
        context in any_context(),
        (items, shuffled) in prop::collection::vec(any_item(), 1..8).prop_flat_map(|items| {
            let shuffled = Just(items.clone()).prop_shuffle();
            (Just(items), shuffled)
        }),
    ) {
        let sorted = |items| {
            appraise(&policy, &context, items, &means()).map(|mut appraisal| {
                appraisal.results.sort_by_key(|result| result.hash);
                appraisal
            }).map_err(|refusal| refusal.row())
        };
        prop_assert_eq!(sorted(&items), sorted(&shuffled));
    }

    /// Octets of strangers, under each format that is read.
    #[test]
    fn no_content_stops_the_program(content in prop::collection::vec(any::<u8>(), 1..300)) {
        let device = Device::new();
        for (kind, format) in [
            (EvidenceKind::SELF_ASSERTED, "application/json"),
            (EvidenceKind::DEVICE_SIGNED, "application/eat+cwt"),
            (EvidenceKind::DEVICE_SIGNED, "application/eat+jwt"),
            (EvidenceKind::IP_GEOLOCATION, "application/json"),
            (EvidenceKind::HISTORY, "application/json"),
        ] {
            let _ = judge(&device.context(), &[word(TOWER), item(kind, format, &content)]);
        }
        let _ = AppraisalPolicy::parse(&content);
    }

    /// Nobody gets a subject who did not show the key.
    #[test]
    fn no_subject_without_an_enrolled_key_that_signed_or_connected(
        context in any_context(),
        items in prop::collection::vec(any_item(), 1..8),
    ) {
        if let Ok(appraisal) = judge(&context, &items) {
            let signed = items.iter().any(|item| item.kind() == EvidenceKind::DEVICE_SIGNED);
            let active = context.key.as_ref().is_some_and(|key| key.status() == KeyStatus::Active);
            let shown = active && (signed || context.session.is_some());
            prop_assert_eq!(appraisal.subject_key.is_some(), shown);
            let manual = appraisal.method == meridian_wire::loc::method::PositionMethod::Manual;
            prop_assert_eq!(appraisal.flags.has(WarningFlags::MANUAL_ENTRY), manual);
            prop_assert_eq!(appraisal.flags.has(WarningFlags::SOFTWARE_KEY), signed);
        }
    }
}
