use proptest::prelude::*;

use super::*;
use crate::loc::error::LocError;
use crate::loc::fence::{FenceVerdict, Verdict};
use crate::loc::observed::ObservationWindow;
use crate::loc::slot::Slot;

fn refused(der: &str) -> DecodeErrorKind {
    LeafValue::decode(&hex::decode(der).unwrap())
        .unwrap_err()
        .kind
}

fn out_of_range(error: LocError) -> &'static str {
    match error {
        LocError::OutOfRange { field, .. } => field,
        other => panic!("{other}"),
    }
}

#[test]
fn has_the_octets_of_the_design() {
    let cell = CellClaim::new(0x0851_fb46_7fff_ffff, 1_000).unwrap();
    let point = GeoPoint::new(488_583_700, 22_944_800, 6_500, 950).unwrap();
    let france = CountryCode::new("FR").unwrap();
    for (value, der) in [
        (LeafValue::Absent, "8000"),
        (LeafValue::Country(france), "81024652"),
        (LeafValue::Cell(cell), "a30e04080851fb467fffffff020203e8"),
        (
            LeafValue::Point(point),
            "a41402041d1f32140204015e1c2002021964020203b6",
        ),
    ] {
        assert_eq!(hex::encode(value.encode()), der);
        assert_eq!(LeafValue::decode(&hex::decode(der).unwrap()), Ok(value));
    }
    assert_eq!(cell.resolution(), 5);
    assert_eq!(Slot::of_resolution(5), Slot::new(3).ok());
}

#[test]
fn rejects_every_bound_passed_by_one() {
    let point = |lat, lon, radius, confidence| GeoPoint::new(lat, lon, radius, confidence);
    assert!(point(-900_000_000, 0, 0, 1).is_ok());
    assert!(point(899_999_999, 1_799_999_999, 40_075_017_000, 999).is_ok());
    assert!(point(0, -1_800_000_000, 0, 1).is_ok());
    for (result, field) in [
        (point(900_000_001, 0, 0, 1), "lat"),
        (point(-900_000_001, 0, 0, 1), "lat"),
        (point(0, 1_800_000_000, 0, 1), "lon"),
        (point(0, -1_800_000_001, 0, 1), "lon"),
        (point(0, 0, 40_075_017_001, 1), "radius"),
        (point(0, 0, 0, 0), "confidence"),
        (point(0, 0, 0, 1_000), "confidence"),
    ] {
        assert_eq!(out_of_range(result.unwrap_err()), field);
    }
    let altitude = |h, u| out_of_range(Altitude::new(h, u, 950).unwrap_err());
    assert_eq!(altitude(-20_000_001, 0), "height");
    assert_eq!(altitude(1_000_000_001, 0), "height");
    assert_eq!(altitude(0, 1_000_000_001), "uncertainty");
    let motion = |s, h| out_of_range(Motion::new(s, h).unwrap_err());
    assert_eq!(motion(400_000_001, None), "speed");
    assert_eq!(motion(0, Some(360_000)), "heading");
    let mass = CellClaim::new(0x0851_fb46_7fff_ffff, 1_001).unwrap_err();
    assert_eq!(out_of_range(mass), "mass");
    let window = |t, e, c| out_of_range(ObservationWindow::new(t, e, c).unwrap_err());
    assert_eq!(window(-1, 0, 0), "fixTime");
    assert_eq!(window(253_402_300_800_000, 0, 0), "fixTime");
    assert_eq!(window(0, 86_400_001, 0), "maxError");
    assert_eq!(window(0, 0, 86_400_001), "challengeAge");
    assert_eq!(out_of_range(Slot::new(16).unwrap_err()), "slot");
}

#[test]
fn a_pole_has_one_longitude() {
    for lat in [-900_000_000, 900_000_000] {
        assert_eq!(GeoPoint::new(lat, 1, 0, 1), Err(LocError::PoleLongitude));
    }
    let expected = DecodeErrorKind::IntegerOutOfRange { field: "lon" };
    assert_eq!(refused("a40f020435a4e900020101020100020101"), expected);
}

#[test]
fn rejects_numbers_out_of_range_when_read() {
    let range = |field| DecodeErrorKind::IntegerOutOfRange { field };
    assert_eq!(refused("a40f020435a4e901020100020100020101"), range("lat"));
    assert_eq!(refused("a40f02010002046b49d200020100020101"), range("lon"));
    assert_eq!(refused("a40c020100020100020100020100"), range("confidence"));
    assert_eq!(refused("a40c0201000201000201ff020101"), range("radius"));
    assert_eq!(refused("a30e04080851fb467fffffff020203e9"), range("mass"));
    assert_eq!(refused("a6080201008003057e40"), range("heading"));
}

#[test]
fn rejects_an_index_that_is_no_cell() {
    // An edge (mode 2), the highest bit, a reserved bit.
    for h3 in ["1051fb467fffffff", "8851fb467fffffff", "0951fb467fffffff"] {
        let index = u64::from_str_radix(h3, 16).unwrap();
        assert_eq!(CellClaim::new(index, 0), Err(LocError::NotACell));
        let expected = DecodeErrorKind::UnknownValue { field: "h3" };
        assert_eq!(refused(&format!("a30d0408{h3}020100")), expected);
    }
    let expected = DecodeErrorKind::SizeOutOfRange { field: "h3" };
    assert_eq!(refused("a30c040751fb467fffffff020100"), expected);
}

#[test]
fn rejects_names_that_are_not_names() {
    for (code, size) in [("F", true), ("FRA", true), ("fr", false), ("F1", false)] {
        let error = CountryCode::new(code).unwrap_err();
        assert_eq!(matches!(error, LocError::Size { .. }), size, "{code}");
    }
    for code in ["FR-", "FR-7555", "FR75", "fr-75", "FRA-5", "FR-7é"] {
        assert!(SubdivisionCode::new(code).is_err(), "{code}");
    }
    assert!(SubdivisionCode::new("FR-75").is_ok());
    for name in ["", "a\nb", &"x".repeat(65)] {
        assert!(Facility::new(name).is_err(), "{name:?}");
    }
    assert!(Facility::new(&"é".repeat(64)).is_ok());
    assert_eq!(refused("81026672"), DecodeErrorKind::TextMalformed);
    assert_eq!(refused("8102ffff"), DecodeErrorKind::TextMalformed);
    let size = |field| DecodeErrorKind::SizeOutOfRange { field };
    assert_eq!(refused("8103465241"), size("country"));
    assert_eq!(refused("8800"), size("facility"));
    assert_eq!(refused("a700"), size("fences"));
}

#[test]
fn rejects_what_is_not_one_value() {
    assert_eq!(refused(""), DecodeErrorKind::Truncated);
    let unknown = |field| DecodeErrorKind::UnknownValue { field };
    assert_eq!(refused("800100"), unknown("absent"));
    assert_eq!(refused("8a00"), unknown("value"));
    assert_eq!(
        refused("80008000"),
        DecodeErrorKind::TrailingBytes { count: 2 }
    );
}

fn values() -> impl Strategy<Value = LeafValue> {
    let lat = -899_999_999..=899_999_999_i32;
    let lon = -1_800_000_000..=1_799_999_999_i32;
    let point = (lat, lon, 0..=40_075_017_000_u64, 1..=999_u16)
        .prop_map(|(a, o, r, c)| LeafValue::Point(GeoPoint::new(a, o, r, c).unwrap()));
    let altitude = (
        -20_000_000..=1_000_000_000,
        0..=1_000_000_000_u32,
        1..=999_u16,
    )
        .prop_map(|(h, u, c)| LeafValue::Altitude(Altitude::new(h, u, c).unwrap()));
    let heading = prop::option::of(0..360_000_u32);
    let motion = (0..=400_000_000_u32, heading)
        .prop_map(|(s, h)| LeafValue::Motion(Motion::new(s, h).unwrap()));
    let cell = (0..1_u64 << 56, 0..=1_000_u16)
        .prop_map(|(i, m)| LeafValue::Cell(CellClaim::new(1 << 59 | i, m).unwrap()));
    let fence = (any::<[u8; 32]>(), 0..=1_000_u16)
        .prop_map(|(f, m)| FenceVerdict::new(f, Verdict::Uncertain, m).unwrap());
    let fences = prop::collection::vec(fence, 1..=8)
        .prop_map(|all| LeafValue::Fences(Fences::new(all).unwrap()));
    let country = "[A-Z]{2}";
    prop_oneof![
        Just(LeafValue::Absent),
        country.prop_map(|c| LeafValue::Country(CountryCode::new(&c).unwrap())),
        country.prop_map(|c| LeafValue::Jurisdiction(CountryCode::new(&c).unwrap())),
        "[A-Z]{2}-[A-Z0-9]{1,3}"
            .prop_map(|c| LeafValue::Subdivision(SubdivisionCode::new(&c).unwrap())),
        "[a-zA-Zé ]{1,64}".prop_map(|n| LeafValue::Facility(Facility::new(&n).unwrap())),
        point,
        altitude,
        motion,
        cell,
        fences,
    ]
}

proptest! {
    #[test]
    fn decodes_what_it_encodes(value in values()) {
        prop_assert_eq!(LeafValue::decode(&value.encode()), Ok(value));
    }

    #[test]
    fn a_changed_octet_is_refused_or_another_value(
        value in values(), at in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let mut der = value.encode();
        let at = at.index(der.len());
        der[at] ^= flip;
        if let Ok(other) = LeafValue::decode(&der) {
            prop_assert_ne!(&other, &value);
            prop_assert_eq!(other.encode(), der);
        }
    }
}
