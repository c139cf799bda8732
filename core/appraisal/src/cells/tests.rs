use super::*;
use h3o::CellIndex;
use meridian_rfc_vectors::header::Kind;
use meridian_rfc_vectors::vector::load;
use proptest::prelude::*;

use super::disc::{Frame, Planar};
use crate::confidence::Confidence;

fn point(lat_e7: i32, lon_e7: i32, radius_mm: u64) -> GeoPoint {
    GeoPoint::new(lat_e7, lon_e7, radius_mm, 950).unwrap()
}

/// The lines of one kind in `h3-cells.txt`, which h3-py wrote.
fn lines(name: &'static str) -> Vec<Vec<String>> {
    let vectors = load("location").unwrap();
    let mut lines = Vec::new();
    for vector in vectors.iter().filter(|v| v.kind == Kind::H3Cells) {
        for line in vector.body.fields().unwrap().all_text(name) {
            lines.push(line.split(' ').map(str::to_owned).collect());
        }
    }
    lines
}

fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn cell(text: &str) -> CellIndex {
    text.parse().unwrap()
}

/// H3's own counter-examples: the cell of a point is not the parent of its finer cell.
#[test]
fn a_cell_is_indexed_from_the_point_and_not_from_a_finer_cell() {
    let cases = lines("counter-example");
    assert!(cases.len() >= 14, "{}", cases.len());
    for case in &cases {
        let (lat, lon) = (number(&case[0]), number(&case[1]));
        let [direct, fine, parent] = [3, 5, 6].map(|i| cell(&case[i]));
        assert_eq!(fine.parent(direct.resolution()), Some(parent));
        assert_ne!(direct, parent);
        let at = LatLng::new(f64::from(lat) / 1e7, f64::from(lon) / 1e7).unwrap();
        assert_eq!(at.to_cell(direct.resolution()), direct);
        assert_eq!(at.to_cell(fine.resolution()), fine);
        let claims = around(&point(lat, lon, 6_500));
        let claim = claims
            .iter()
            .find(|c| c.resolution() == u8::from(direct.resolution()));
        // Resolution 3 has no slot.
        assert_eq!(claim.is_some(), direct.resolution() != Resolution::Three);
        assert!(claim.is_none_or(|c| c.h3() == u64::from(direct)));
    }
}

/// h3-py indexes every sample, found by spherical trigonometry; here they are compared with the
/// sides of the cell on a plane.
#[test]
fn cells_and_masses_are_those_of_h3_py() {
    let cases = lines("disc");
    assert!(cases.len() >= 50, "{}", cases.len());
    for case in &cases {
        let disc = point(number(&case[0]), number(&case[1]), number(&case[2]));
        let expected: Vec<(u64, u16)> = case[3..]
            .iter()
            .map(|claim| claim.split_once(':').unwrap())
            .map(|(index, mass)| (u64::from(cell(index)), number(mass)))
            .collect();
        let found: Vec<_> = around(&disc).iter().map(|c| (c.h3(), c.mass())).collect();
        assert_eq!(found, expected, "{case:?}");
    }
}

#[test]
fn a_disc_of_the_whole_earth_has_a_mass_in_every_cell() {
    for radius in [10_007_543_398_u64, 20_015_086_796, 40_075_017_000] {
        let claims = around(&point(0, 0, radius));
        assert_eq!(claims.len(), 8);
        assert!(claims.iter().all(|claim| claim.mass() <= 1), "{claims:?}");
    }
}

#[test]
fn a_disc_reaches_the_tangent_of_its_radius_and_half_the_earth_is_seen() {
    let turn_mm = std::f64::consts::TAU * 6_371_007_180.918_475;
    let disc = |turns: f64| {
        let radius = crate::rounding::up(turns * turn_mm).unwrap();
        Disc::new(LatLng::new(12.0, 34.0).unwrap(), radius)
    };
    for turns in [1e-4, 0.01, 0.125, 0.2] {
        let tangent = (turns * std::f64::consts::TAU).tan();
        assert!(
            (disc(turns).reach() / tangent - 1.0).abs() < 1e-7,
            "{turns}"
        );
    }
    assert!(disc(0.25).reach().is_infinite());
    assert_eq!(disc(0.2).samples().len(), 1_024);
    assert_eq!(disc(0.5).samples().len(), 512);
    assert_eq!(disc(1.0).samples().len(), 512);
}

/// Points anywhere, and where the grid bends: around pentagons, on edges of the icosahedron.
fn places() -> impl Strategy<Value = LatLng> {
    let corners: Vec<LatLng> = CellIndex::base_cells()
        .filter(|cell| cell.is_pentagon())
        .map(LatLng::from)
        .collect();
    let edges: Vec<(LatLng, LatLng)> = corners
        .iter()
        .flat_map(|one| corners.iter().map(move |other| (*one, *other)))
        .filter(|(one, other)| (0.1..1.2).contains(&one.distance_rads(*other)))
        .collect();
    assert_eq!((corners.len(), edges.len()), (12, 60));
    let anywhere = (-1.0..1.0_f64, -180.0..180.0_f64);
    let anywhere = anywhere.prop_map(|(z, lon)| LatLng::new(z.asin().to_degrees(), lon).unwrap());
    let near = |corner: &LatLng, north: f64, east: f64| {
        let lat = (corner.lat() + north).clamp(-90.0, 90.0);
        LatLng::new(lat, corner.lng() + east).unwrap()
    };
    let corner = (prop::sample::select(corners), -0.3..0.3_f64, -0.3..0.3_f64);
    let corner = corner.prop_map(move |(c, north, east)| near(&c, north, east));
    let edge = (prop::sample::select(edges), 0.0..1.0_f64);
    let edge = edge.prop_map(|((from, to), along)| {
        let frame = Frame::new(from);
        let to = frame.project(to);
        let at = |axis: f64| axis * along;
        frame.unproject(Planar {
            x: at(to.x),
            y: at(to.y),
        })
    });
    prop_oneof![anywhere, corner, edge]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What the polygon says of a point, H3 says too, but for points on a side.
    #[test]
    fn the_polygon_of_a_cell_is_the_cell(
        at in places(), resolution in 4_u8..=11, reach in 0.0..2.0_f64, azimuth in 0.0..6.3_f64,
    ) {
        let resolution = Resolution::try_from(resolution).unwrap();
        let cell = at.to_cell(resolution);
        let frame = Frame::new(at);
        let polygon = Polygon::new(&frame, &cell.boundary());
        let size = frame.project(cell.boundary()[0]).radius();
        let away = |reach: f64| Planar { x: reach * size * azimuth.sin(), y: reach * size * azimuth.cos() };
        let held = polygon.holds(away(reach));
        let on_a_side = [-1e-6, 1e-6].iter().any(|step| polygon.holds(away(reach + step)) != held);
        prop_assume!(!on_a_side);
        prop_assert_eq!(frame.unproject(away(reach)).to_cell(resolution) == cell, held);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The short ways (a disc that is clear of the sides, samples near the middle, samples past the
    /// farthest corner) give what indexing every sample gives, but for samples on a side.
    #[test]
    fn a_mass_is_the_share_of_the_samples_that_h3_puts_into_the_cell(at in places(), log_mm in 0.0..9.0_f64) {
        let radius = crate::rounding::down(10_f64.powf(log_mm)).unwrap();
        let centre = crate::place::point(at.lat(), at.lng(), 0.0, Confidence::CLAIM).unwrap();
        let disc = point(centre.lat_e7(), centre.lon_e7(), radius);
        let (lat, lon) = geodesic::degrees(&disc);
        let at = LatLng::new(lat, lon).unwrap();
        let samples: Vec<LatLng> = Disc::new(at, radius).samples().into_iter().map(|s| Frame::new(at).unproject(s)).collect();
        for claim in around(&disc) {
            let cell = CellIndex::try_from(claim.h3()).unwrap();
            prop_assert_eq!(at.to_cell(cell.resolution()), cell);
            let inside = samples.iter().filter(|s| s.to_cell(cell.resolution()) == cell).count();
            let mass = permille(u16::try_from(inside).unwrap());
            prop_assert!(mass.abs_diff(claim.mass()) <= 1, "{} {}", mass, claim.mass());
        }
    }

    #[test]
    fn a_wider_disc_has_no_larger_share_in_a_cell_that_it_left(
        lat in -899_999_999..900_000_000_i32, lon in -1_800_000_000..1_800_000_000_i32, small in 0_u64..1_000_000, more in 0_u64..1_000_000_000,
    ) {
        let (near, wide) = (around(&point(lat, lon, small)), around(&point(lat, lon, small + more)));
        prop_assert_eq!((near.len(), wide.len()), (8, 8));
        for (near, wide) in near.iter().zip(&wide) {
            prop_assert_eq!(near.h3(), wide.h3());
            // 12 permille: twice what 1,024 samples err by.
            prop_assert!(wide.mass() <= near.mass() + 12);
        }
    }
}
