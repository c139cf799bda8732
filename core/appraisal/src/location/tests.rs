use super::*;
use meridian_wire::loc::motion::Motion;

const POINT: &str = r#""latitude":1,"longitude":2,"accuracy":10"#;

fn read(more: &str) -> Result<Location, Refusal> {
    let json = format!("{{{POINT}{more}}}");
    Location::read(&Node::of_json(json.as_bytes())?, Dialect::Json)
}

fn cbor(members: &[(i64, f64)], named: &[(&str, Node)]) -> Result<Location, Refusal> {
    let numbered = members
        .iter()
        .map(|(label, number)| (Label::Number(*label), Node::Number(*number)));
    let named = named
        .iter()
        .map(|(name, node)| (Label::Text((*name).to_owned()), node.clone()));
    Location::read(&Node::Map(numbered.chain(named).collect()), Dialect::Cbor)
}

#[test]
fn accuracy_means_what_its_platform_means() {
    for (more, radius_mm) in [
        ("", 10_000),
        (r#","platform":"web""#, 10_000),
        (r#","platform":"android""#, 16_215),
        (r#","platform":"ios""#, 17_309),
        // What is stated wins.
        (r#","platform":"ios","confidence":0.95"#, 10_000),
        (r#","platform":"else","confidence":0.68"#, 16_215),
    ] {
        let location = read(more).unwrap();
        assert_eq!(location.position.point.radius_mm(), radius_mm, "{more}");
    }
    assert!(read(r#","platform":"else""#).is_err());
}

#[test]
fn a_height_above_the_sea_or_without_uncertainty_is_no_height() {
    let height = |more: &str| read(more).unwrap().position.altitude;
    let both = r#","altitude":83,"altitude-accuracy":9"#;
    let altitude = height(both).unwrap();
    assert_eq!(altitude.height_mm(), 83_000);
    assert_eq!(
        (altitude.uncertainty_mm(), altitude.confidence()),
        (9_000, 950)
    );
    let android = height(&format!(r#"{both},"platform":"android""#)).unwrap();
    assert_eq!(android.confidence(), 680);
    assert_eq!(height(&format!(r#"{both},"platform":"ios""#)), None);
    assert_eq!(height(r#","altitude":83"#), None);
    assert_eq!(height(r#","altitude-accuracy":9"#), None);
}

#[test]
fn a_heading_needs_a_speed() {
    let motion = |more: &str| read(more).unwrap().position.motion;
    let moving = Motion::new(1_500, Some(90_000)).unwrap();
    assert_eq!(motion(r#","speed":1.5,"heading":90"#), Some(moving));
    assert_eq!(motion(r#","speed":0"#), Motion::new(0, None).ok());
    assert_eq!(motion(r#","heading":90"#), None);
}

#[test]
fn a_timestamp_is_in_seconds_and_preferred_to_an_age() {
    let fix = |more: &str| read(more).map(|location| location.fix);
    assert_eq!(fix(""), Ok(Fix::Unsaid));
    assert_eq!(
        fix(r#","timestamp":1795461346"#),
        Ok(Fix::At(1_795_461_346_000))
    );
    assert_eq!(
        fix(r#","timestamp":1795461346.0285"#),
        Ok(Fix::At(1_795_461_346_029))
    );
    assert_eq!(fix(r#","age":30"#), Ok(Fix::Before(30_000)));
    assert_eq!(fix(r#","timestamp":0,"age":30"#), Ok(Fix::At(0)));
    assert!(fix(r#","timestamp":0,"age":-1"#).is_err());
}

#[test]
fn every_method_has_its_name_and_no_other() {
    for method in PositionMethod::ALL {
        let location = read(&format!(r#","method":"{}""#, method.name())).unwrap();
        assert_eq!(location.position.method, *method);
    }
    for other in [r#""GNSS""#, r#""gps""#, r#""""#, "1", "null"] {
        assert!(read(&format!(r#","method":{other}"#)).is_err(), "{other}");
    }
    assert_eq!(read("").unwrap().position.method, PositionMethod::Unknown);
}

#[test]
fn members_of_another_type_or_unknown_are_malformed() {
    for more in [
        r#","altitude":"83""#,
        r#","heading":null"#,
        r#","speed":[1]"#,
        r#","timestamp":true"#,
        r#","confidence":"0.95""#,
        r#","mock":"false""#,
        r#","mock":0"#,
        r#","platform":1"#,
        r#","Latitude":1"#,
        r#","accuracy ":1"#,
        r#","1":1"#,
    ] {
        let refusal = read(more).unwrap_err();
        assert!(
            matches!(refusal, Refusal::Malformed { .. }),
            "{more}: {refusal}"
        );
    }
}

#[test]
fn cbor_numbers_what_json_names() {
    let full = [1.0, 2.0, 83.0, 10.0, 9.0, 90.0, 1.5, 1_795_461_346.0, 30.0];
    let members: Vec<(i64, f64)> = (1..).zip(full).collect();
    let json = read(
        r#","altitude":83,"altitude-accuracy":9,"heading":90,"speed":1.5,
            "timestamp":1795461346,"age":30,"mock":false,"method":"gnss""#,
    );
    let named = [
        ("mock", Node::Bool(false)),
        ("method", Node::Text("gnss".to_owned())),
    ];
    assert_eq!(cbor(&members, &named), json);
    assert!(json.is_ok());
}

#[test]
fn cbor_has_no_other_labels() {
    let three = [(1, 1.0), (2, 2.0), (4, 10.0)];
    assert!(cbor(&three, &[]).is_ok());
    for label in [0, -1, 10, i64::MIN, i64::MAX] {
        let more = [&three[..], &[(label, 1.0)]].concat();
        assert!(cbor(&more, &[]).is_err(), "{label}");
    }
    let named = [("altitude", Node::Number(1.0))];
    assert!(cbor(&three, &named).is_err());
}

#[test]
fn what_is_no_finite_number_is_out_of_range_everywhere() {
    let full = [1.0, 2.0, 83.0, 10.0, 9.0, 90.0, 1.5, 1_795_461_346.0, 30.0];
    for at in 0..full.len() {
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            let mut members: Vec<(i64, f64)> = (1..).zip(full).collect();
            members[at].1 = wrong;
            let refusal = cbor(&members, &[]).unwrap_err();
            assert!(
                matches!(refusal, Refusal::OutOfRange { .. }),
                "{at} {wrong}"
            );
        }
    }
    // Also where they would not be used.
    let three = [(1, 1.0), (2, 2.0), (4, 10.0)];
    for label in [3, 5, 6] {
        let members = [&three[..], &[(label, f64::NAN)]].concat();
        assert!(cbor(&members, &[]).is_err(), "{label}");
    }
    let confidence = [("confidence", Node::Number(f64::NAN))];
    assert!(cbor(&three, &confidence).is_err());
}

#[test]
fn a_location_that_is_no_object_is_malformed() {
    for node in [Node::Other, Node::List(Vec::new()), Node::Number(1.0)] {
        assert!(Location::read(&node, Dialect::Json).is_err());
    }
}
