use std::sync::LazyLock;

use super::*;
use proptest::prelude::*;

static EMBEDDED: LazyLock<Boundaries> = LazyLock::new(|| Boundaries::embedded().unwrap());

fn point(lat: f64, lon: f64) -> GeoPoint {
    let confidence = crate::confidence::Confidence::CLAIM;
    crate::place::point(lat, lon, 10.0, confidence).unwrap()
}

fn area(lat: f64, lon: f64) -> (Option<String>, Option<String>) {
    let area = EMBEDDED.area(&point(lat, lon));
    let text = |code: &dyn fmt::Display| code.to_string();
    (
        area.country.as_ref().map(|c| text(c)),
        area.subdivision.as_ref().map(|s| text(s)),
    )
}

fn country(lat: f64, lon: f64) -> Option<String> {
    area(lat, lon).0
}

fn is(code: &str) -> Option<String> {
    Some(code.to_owned())
}

#[test]
fn a_point_has_the_country_around_it() {
    assert_eq!(country(48.858_37, 2.294_48), is("FR")); // Eiffel Tower
    assert_eq!(area(33.0, -97.0), (is("US"), is("US-TX"))); // Dallas
    assert_eq!(country(41.902_9, 12.453_4), is("VA")); // inside Rome
    assert_eq!(country(-29.6, 28.2), is("LS")); // inside South Africa
}

#[test]
fn an_exclave_has_its_own_country() {
    assert_eq!(country(47.697_3, 8.691_0), is("DE")); // Büsingen, around it Switzerland
    assert_eq!(country(45.968, 8.971), is("IT")); // Campione, around it Switzerland
    assert_eq!(country(42.464, 1.98), is("ES")); // Llívia, around it France
    assert_eq!(country(51.438_6, 4.929_6), is("BE")); // Baarle-Hertog, around it the Netherlands
}

#[test]
fn the_high_sea_and_the_poles_are_in_no_country() {
    for (lat, lon) in [
        (0.0, 0.0),
        (30.0, -40.0),
        (90.0, 0.0),
        (-90.0, 0.0),
        (-78.46, 106.8),
    ] {
        assert_eq!(area(lat, lon), (None, None), "{lat} {lon}");
    }
}

#[test]
fn longitude_180_is_one_line() {
    for (lat, code) in [(-16.8, "FJ"), (66.5, "RU")] {
        for lon in [180.0, -180.0, 179.999_999_9, -179.999_999_9] {
            assert_eq!(country(lat, lon), is(code), "{lon}");
        }
    }
}

#[test]
fn a_territory_with_a_code_of_its_own_is_its_own_country() {
    assert_eq!(country(18.2, -66.4), is("PR"));
    assert_eq!(country(70.0, -40.0), is("GL"));
    assert_eq!(country(22.3, 114.17), is("HK"));
    assert_eq!(country(-21.1, 55.5), is("RE"));
    assert_eq!(country(36.14, -5.35), is("GI")); // ES-AN overlaps it
    assert_eq!(area(78.2, 15.6), (is("SJ"), None)); // NO-21 is no part of SJ
}

#[test]
fn a_code_that_iso_only_reserves_is_no_country() {
    assert_eq!(country(28.1, -15.4), is("ES")); // Canary Islands, IC
    assert_eq!(country(-7.95, -14.36), is("SH")); // Ascension, AC
    assert_eq!(area(35.89, -5.31), (is("ES"), is("ES-CE"))); // Ceuta, EA
}

#[test]
fn where_the_data_contradict_themselves_there_is_no_country() {
    assert_eq!(area(45.3, 34.3), (None, None)); // UA-43 inside RU
    assert_eq!(area(9.6, 28.4), (None, None)); // SS and SD
}

#[test]
fn a_box_is_acquitted_only_of_what_may_be_in_it() {
    let paris = ((488_000_000, 22_000_000), (489_000_000, 24_000_000));
    assert!(EMBEDDED.may_touch(paris.0, paris.1, "FR"));
    assert!(!EMBEDDED.may_touch(paris.0, paris.1, "JP"));
    let around = |east| EMBEDDED.may_touch((-180_000_000, 100_000_000), (-160_000_000, east), "FJ");
    assert!(around(99_000_000)); // nearly around the Earth
    assert!(!around(110_000_000));
    assert!(EMBEDDED.may_touch((1, 0), (0, 0), "FR")); // no box
}

#[test]
fn the_smallest_part_is_named() {
    assert_eq!(
        area_of(&["ID-PB", "ID-PP", "ID"])
            .subdivision
            .unwrap()
            .as_str(),
        "ID-PB"
    );
    assert_eq!(area_of(&[]), Area::default());
    assert_eq!(area_of(&["US-TX"]), Area::default());
    assert_eq!(area_of(&["Q", "??", "toolong"]), Area::default());
}

/// Whoever named this digest in a policy means these data.
#[test]
fn the_embedded_data_are_the_ones_that_policies_name() {
    let digest = "762e7ac060f533d616d341c90556e5f931093f10e2315a3f285f0fd87b4f43c7";
    assert_eq!(hex::encode(EMBEDDED.digest()), digest);
    assert_eq!(EMBEDDED.digest(), &Boundaries::embedded_digest());
}

/// A map of one cell, all of it in `AA`.
fn small() -> Vec<u8> {
    let mut file = vec![0, 2];
    file.extend([0, 0, 0, 1, 0, 2, b'A', b'A', 0, 0, 0, 0, 0, 0, 0, 0]); // sizes
    file.extend([0, 0, 0, 1, 0, 0, 0, 1]); // raster
    file.extend([1, 0, 2, b'A', b'A', 0]); // the cell
    file
}

#[test]
fn an_operators_file_is_read() {
    let boundaries = Boundaries::read(&small()).unwrap();
    let area = boundaries.area(&point(0.0, 0.0));
    assert_eq!(area.country.unwrap().as_str(), "AA");
    assert_eq!(boundaries.digest()[..], Sha256::digest(small())[..]);
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let file = small();
    for end in 0..file.len() {
        let refused = Boundaries::read(&file[..end]).unwrap_err();
        assert!(
            matches!(refused, BoundariesError::Truncated { .. }),
            "{end}"
        );
    }
    let refused = Boundaries::read(&[&file[..], &[0]].concat()).unwrap_err();
    assert_eq!(refused, BoundariesError::TrailingBytes { count: 1 });
}

#[test]
fn a_length_that_lies_allocates_nothing() {
    // 2^32 - 1 names, 2^32 - 1 cells, a ring of 2^32 - 1 points.
    let names = [0, 2, 255, 255, 255, 255].to_vec();
    let cells = [0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255].to_vec();
    let ring = [
        0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 255, 255, 255, 255,
    ]
    .to_vec();
    for file in [names, cells, ring] {
        let refused = Boundaries::read(&file).unwrap_err();
        assert!(
            matches!(refused, BoundariesError::Truncated { .. }),
            "{refused}"
        );
    }
}

#[test]
fn a_raster_without_rows_is_refused() {
    for (width, cells) in [(0, 0), (0, 1), (1, 0), (2, 3)] {
        let file = [0, 2, 0, 0, 0, 0, 0, 0, 0, width, 0, 0, 0, cells];
        let (width, cells) = (usize::from(width), usize::from(cells));
        assert_eq!(
            Boundaries::read(&file).unwrap_err(),
            BoundariesError::Raster { cells, width }
        );
    }
}

#[test]
fn another_version_and_a_name_that_is_no_text_are_refused() {
    assert_eq!(
        Boundaries::read(&[0, 3]).unwrap_err(),
        BoundariesError::Version { actual: 3 }
    );
    let mut file = small();
    file[8] = 0xff;
    assert_eq!(
        Boundaries::read(&file).unwrap_err(),
        BoundariesError::NotText
    );
}

proptest! {
    #[test]
    fn every_point_has_an_answer(lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64) {
        let area = EMBEDDED.area(&point(lat, lon));
        if let Some(subdivision) = area.subdivision {
            prop_assert!(subdivision.as_str().starts_with(area.country.unwrap().as_str()));
        }
    }

    #[test]
    fn a_box_may_touch_the_country_of_every_point_in_it(
        lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64, reach in prop::array::uniform4(0_i32..100_000_000),
    ) {
        let at = point(lat, lon);
        let turn = |lon: i32| match lon {
            1_800_000_000.. => lon - 1_800_000_000 - 1_800_000_000,
            ..-1_800_000_000 => lon + 1_800_000_000 + 1_800_000_000,
            _ => lon,
        };
        let [south, west, north, east] = reach;
        let south_west = ((at.lat_e7() - south).max(-900_000_000), turn(at.lon_e7() - west));
        let north_east = ((at.lat_e7() + north).min(900_000_000), turn(at.lon_e7() + east));
        if let Some(country) = EMBEDDED.area(&at).country {
            prop_assert!(EMBEDDED.may_touch(south_west, north_east, country.as_str()));
        }
    }

    #[test]
    fn a_file_with_any_octet_changed_is_read_or_refused(at in 0_usize..32, octet: u8) {
        let mut file = small();
        if let Some(place) = file.get_mut(at) {
            *place = octet;
        }
        if let Ok(boundaries) = Boundaries::read(&file) {
            let _ = boundaries.area(&point(90.0, 0.0));
            let _ = boundaries.area(&point(-90.0, 180.0));
        }
    }
}
