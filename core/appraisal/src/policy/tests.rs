use super::*;

fn changed(change: impl FnOnce(&mut PolicyDocument)) -> Result<AppraisalPolicy, PolicyError> {
    let mut document = PolicyDocument::evaluation();
    change(&mut document);
    AppraisalPolicy::new(document)
}

fn text() -> String {
    String::from_utf8(AppraisalPolicy::evaluation().unwrap().jcs().to_vec()).unwrap()
}

#[test]
fn the_evaluation_policy_is_read_back_the_same() {
    let policy = AppraisalPolicy::evaluation().unwrap();
    assert_eq!(AppraisalPolicy::parse(policy.jcs()).unwrap(), policy);
    let digest: Digest32 = Sha256::digest(policy.jcs()).into();
    assert_eq!(*policy.hash(), digest);
}

#[test]
fn the_hash_is_that_of_the_canonical_form_however_it_is_written() {
    let policy = AppraisalPolicy::evaluation().unwrap();
    let value: serde_json::Value = serde_json::from_slice(policy.jcs()).unwrap();
    let mut members: Vec<String> = value
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!(" {name:?} :\n {value}"))
        .collect();
    members.reverse();
    let pretty = format!("{{{}}}", members.join(","));
    let read = AppraisalPolicy::parse(pretty.as_bytes()).unwrap();
    assert_eq!(read.hash(), policy.hash());
    // RFC 8785 3.2: no white space, names in the order of their UTF-16.
    assert!(text().starts_with(r#"{"allow_manual":true,"allow_unenrolled":true,"boundaries":{"#));
    assert!(!text().contains("\": "));
}

#[test]
fn every_member_is_needed_once_and_no_other_is_taken() {
    let value: serde_json::Value = serde_json::from_str(&text()).unwrap();
    let object = value.as_object().unwrap();
    for name in object.keys() {
        let mut without = object.clone();
        without.remove(name);
        let json = serde_json::to_vec(&without).unwrap();
        assert!(AppraisalPolicy::parse(&json).is_err(), "{name}");
        let twice = text().replacen('{', &format!("{{{name:?}:{},", object[name]), 1);
        assert!(AppraisalPolicy::parse(twice.as_bytes()).is_err(), "{name}");
    }
    for more in [
        text().replacen('{', r#"{"unknown":1,"#, 1),
        text().replace(r#","country":null"#, ""),
        text().replace(r#""country":null"#, r#""country":null,"city":null"#),
        text().replace(r#""fix_age_ms":60000"#, r#""fix_age_ms":60000.0"#),
        text().replace(r#""fix_age_ms":60000"#, r#""fix_age_ms":"60000""#),
        format!("{} x", text()),
    ] {
        assert_ne!(more, text());
        assert!(AppraisalPolicy::parse(more.as_bytes()).is_err(), "{more}");
    }
    let oid = oid::POLICY_LOCATION_0;
    let twice = text().replace(
        &format!(r#""policies":{{"{oid}":0"#),
        &format!(r#""policies":{{"{oid}":0,"{oid}":0"#),
    );
    assert_ne!(twice, text());
    assert!(AppraisalPolicy::parse(twice.as_bytes()).is_err());
}

#[test]
fn our_policies_mean_their_levels() {
    let policy = AppraisalPolicy::evaluation().unwrap();
    for (level, oid) in AssuranceLevel::ALL.iter().zip([
        oid::POLICY_LOCATION_0,
        oid::POLICY_LOCATION_1,
        oid::POLICY_LOCATION_2,
        oid::POLICY_LOCATION_3,
        oid::POLICY_LOCATION_4,
    ]) {
        assert_eq!(policy.min_level(&oid), Some(*level));
    }
    assert_eq!(policy.min_level(&oid::POLICY_COMPATIBLE), None);
    assert_eq!(policy.default_policy(), oid::POLICY_LOCATION_0);
    assert_eq!(policy.oids().count(), 5);
    let other = changed(|document| {
        document
            .policies
            .insert(oid::POLICY_LOCATION_1.to_string(), 0);
    });
    assert!(matches!(
        other,
        Err(PolicyError::Level {
            meant: 1,
            stated: 0,
            ..
        })
    ));
    let own = changed(|document| {
        document.policies.insert("1.2.3.4".to_owned(), 2);
    });
    let own = own.unwrap().min_level(&oid::parse("1.2.3.4").unwrap());
    assert_eq!(own, Some(AssuranceLevel::L2DeviceAttested));
}

#[test]
fn policies_and_their_default_are_well_formed() {
    assert!(matches!(
        changed(|d| d.policies.clear()),
        Err(PolicyError::NoPolicies)
    ));
    assert!(matches!(
        changed(|d| d.default_policy = "1.2.3".to_owned()),
        Err(PolicyError::DefaultNotServed)
    ));
    for dotted in ["", "1", "not an oid", "2.25.300000000000000000000"] {
        let result = changed(|d| d.policies.extend([(dotted.to_owned(), 0)]));
        assert!(matches!(result, Err(PolicyError::Oid { .. })), "{dotted}");
    }
    let five = changed(|d| d.policies.extend([("1.2.3.4".to_owned(), 5)]));
    assert!(matches!(
        five,
        Err(PolicyError::OutOfRange { actual: 5, .. })
    ));
}

#[test]
fn numbers_have_ranges() {
    let changes: [fn(&mut PolicyDocument); 14] = [
        |d| d.challenge_ttl_ms = 999,
        |d| d.challenge_ttl_ms = DAY_MS + 1,
        |d| d.ticket_ttl_ms = 0,
        |d| d.ticket_uses = 0,
        |d| d.ticket_uses = 101,
        |d| d.fix_age_ms = 999,
        |d| d.stale_factor = 0,
        |d| d.stale_factor = 101,
        |d| d.clock_skew_ms = 3_600_001,
        |d| d.travel = TravelRule::new(0, 1),
        |d| d.travel = TravelRule::new(400, 399),
        |d| d.l3_radius_m = 0,
        |d| d.ip = IpRule::new(Some(DatabaseRule::new(0)), None),
        |d| d.ip = IpRule::new(None, Some(DatabaseRule::new(3_661))),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let result = changed(change);
        assert!(
            matches!(result, Err(PolicyError::OutOfRange { .. })),
            "{at}"
        );
    }
    assert!(matches!(
        changed(|d| d.version = 2),
        Err(PolicyError::Version { actual: 2 })
    ));
}

#[test]
fn what_is_revealed_is_allowed_and_in_order() {
    for (default, allowed) in [
        (vec![10], vec![0]),
        (vec![1, 0], vec![0, 1]),
        (vec![0, 0], vec![0]),
        (vec![0], vec![0, 16]),
    ] {
        let result = changed(|d| d.reveal = RevealRule::new(default, allowed));
        assert!(matches!(result, Err(PolicyError::Slots { .. })));
    }
    let policy = changed(|d| d.reveal = RevealRule::new(vec![], vec![0, 5])).unwrap();
    assert_eq!(policy.reveal_default(), RevealMask::default());
    assert!(policy.reveal_allowed().has(Slot::COUNTRY));
    assert!(!policy.reveal_allowed().has(Slot::POINT));
}

#[test]
fn texts_and_digests_are_well_formed() {
    for name in ["", "a\nb", &"x".repeat(201)] {
        let result = changed(|d| d.name = name.to_owned());
        assert!(matches!(result, Err(PolicyError::Text { .. })));
    }
    for sha256 in [
        "",
        "00",
        &"0".repeat(63),
        &"AB".repeat(32),
        &"zz".repeat(32),
    ] {
        let result = changed(|d| {
            let mut rule = BoundariesRule::new(&[0; 32], "x");
            rule.sha256 = sha256.to_owned();
            d.boundaries = Some(rule);
        });
        assert!(matches!(result, Err(PolicyError::Digest)), "{sha256}");
    }
    let policy = changed(|d| d.boundaries = Some(BoundariesRule::new(&[0xab; 32], "x")));
    assert_eq!(policy.unwrap().boundaries(), Some(&[0xab; 32]));
}

#[test]
fn a_document_of_more_than_64_kib_is_not_read() {
    let long = format!("{}{}", text(), " ".repeat(MAX_POLICY_BYTES));
    let result = AppraisalPolicy::parse(long.as_bytes());
    assert!(matches!(result, Err(PolicyError::TooLong { .. })));
}
