//! [`GridCell`]: cells of the H3 grid, compared with points and with each other.
//!
//! A cell of one resolution is not the sum of the finer ones below it in the index: 6 to 7 % of
//! points lie in a cell whose parent is not their own cell. So nothing here goes by the index;
//! every comparison asks where points lie.

use std::fmt::{self, Display};

use h3o::{CellIndex, LatLng, Resolution};
use meridian_appraisal::confidence::Confidence;
use meridian_appraisal::geodesic::distance_mm;
use meridian_appraisal::place;
use meridian_wire::loc::cell::CellClaim;
use meridian_wire::loc::point::GeoPoint;

/// Resolutions below a cell's own at which it is sampled: 343 points.
const SAMPLE_DEPTH: u8 = 3;

/// A cell that exists.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GridCell(CellIndex);

/// How a finer and a coarser cell lie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Relation {
    /// All of the finer one is in the coarser one.
    Inside,
    /// Part of it is.
    Overlaps,
    /// They have no point in common.
    Apart,
}

/// Least and greatest distance of a cell's points from a point, in millimetres.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Reach {
    pub(crate) at_least: u64,
    pub(crate) at_most: u64,
}

impl GridCell {
    /// The cell with this index, if there is one.
    #[must_use]
    pub fn new(index: u64) -> Option<Self> {
        CellIndex::try_from(index).ok().map(Self)
    }

    /// The cell of a claim; none if its base cell or a digit does not exist.
    pub(crate) fn of(claim: &CellClaim) -> Option<Self> {
        Self::new(claim.h3())
    }

    /// Reads hexadecimal digits.
    pub(crate) fn parse(digits: &str) -> Option<Self> {
        let all_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let index = u64::from_str_radix(digits, 16).ok();
        Self::new(index.filter(|_| all_digits)?)
    }

    /// The cell of this resolution that holds the point.
    fn around(point: &GeoPoint, resolution: Resolution) -> Option<Self> {
        let degrees = |e7: i32| f64::from(e7) / 1e7;
        let at = LatLng::new(degrees(point.lat_e7()), degrees(point.lon_e7())).ok()?;
        Some(Self(at.to_cell(resolution)))
    }

    /// Resolution, 0 to 15.
    pub(crate) fn resolution(self) -> u8 {
        self.0.resolution().into()
    }

    /// Whether the point lies in the cell.
    pub(crate) fn holds(self, point: &GeoPoint) -> bool {
        Self::around(point, self.0.resolution()) == Some(self)
    }

    /// The centre, then the corners.
    fn probes(self) -> Vec<LatLng> {
        let corners = self.0.boundary();
        let centre = LatLng::from(self.0);
        [centre]
            .into_iter()
            .chain(corners.iter().copied())
            .collect()
    }

    /// How this cell lies in a coarser one, or one of its own resolution. Cells are convex: if
    /// centre and corners are inside, all of it is; if no corner of either is in the other, they
    /// are apart.
    pub(crate) fn relation_to(self, coarser: Self) -> Relation {
        if self == coarser {
            return Relation::Inside;
        }
        // Neighbours share corners, and no point.
        if self.resolution() == coarser.resolution() {
            return Relation::Apart;
        }
        let in_coarser = |at: &LatLng| at.to_cell(coarser.0.resolution()) == coarser.0;
        let in_self = |at: &LatLng| at.to_cell(self.0.resolution()) == self.0;
        let probes = self.probes();
        if probes.iter().all(in_coarser) {
            Relation::Inside
        } else if probes.iter().any(in_coarser) || coarser.probes().iter().any(in_self) {
            Relation::Overlaps
        } else {
            Relation::Apart
        }
    }

    /// How far the cell's points are from `point`: the farthest is a corner, and none is nearer
    /// than the centre is, less the cell's own radius.
    pub(crate) fn reach(self, point: &GeoPoint) -> Option<Reach> {
        let centre = geo_point(LatLng::from(self.0))?;
        let boundary = self.0.boundary();
        let corners: Option<Vec<GeoPoint>> = boundary.iter().copied().map(geo_point).collect();
        let corners = corners?;
        let farthest = |from: &GeoPoint| {
            let distances = corners.iter().map(|corner| distance_mm(from, corner));
            distances.max().unwrap_or_default()
        };
        Some(Reach {
            at_least: distance_mm(point, &centre).saturating_sub(farthest(&centre)),
            at_most: farthest(point),
        })
    }

    /// Points spread over the cell.
    pub(crate) fn samples(self) -> Vec<GeoPoint> {
        let own = self.0.resolution();
        let finer = self.resolution().saturating_add(SAMPLE_DEPTH).min(15);
        let finer = Resolution::try_from(finer).unwrap_or(own);
        let centres = self.0.children(finer).map(LatLng::from);
        let inside = centres.filter(|centre| centre.to_cell(own) == self.0);
        inside.filter_map(geo_point).collect()
    }

    /// Corners of a box around the cell, south-west and north-east, in degrees times 10^7. West
    /// of more than east crosses the antimeridian; a cell with a pole has all longitudes.
    pub(crate) fn bounds(self) -> Option<((i32, i32), (i32, i32))> {
        let corners = self.0.boundary();
        let corners: Option<Vec<GeoPoint>> = corners.iter().copied().map(geo_point).collect();
        let corners = corners?;
        let south = corners.iter().map(GeoPoint::lat_e7).min()?;
        let north = corners.iter().map(GeoPoint::lat_e7).max()?;
        let west = corners.iter().map(GeoPoint::lon_e7).min()?;
        let east = corners.iter().map(GeoPoint::lon_e7).max()?;
        for pole in [900_000_000, -900_000_000] {
            let point = GeoPoint::new(pole, 0, 0, 950).ok()?;
            if self.holds(&point) {
                let (south, north) = (south.min(pole), north.max(pole));
                return Some(((south, -1_800_000_000), (north, 1_799_999_999)));
            }
        }
        if i64::from(east) - i64::from(west) <= 1_800_000_000 {
            return Some(((south, west), (north, east)));
        }
        let of = |positive: bool| {
            let all = corners.iter().map(GeoPoint::lon_e7);
            all.filter(move |lon| (*lon >= 0) == positive)
        };
        Some(((south, of(true).min()?), (north, of(false).max()?)))
    }
}

/// Rounded to 10^-7 degrees, which is a centimetre.
fn geo_point(at: LatLng) -> Option<GeoPoint> {
    place::point(at.lat(), at.lng(), 0.0, Confidence::CLAIM).ok()
}

impl Display for GridCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", u64::from(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(lat_e7: i32, lon_e7: i32) -> GeoPoint {
        GeoPoint::new(lat_e7, lon_e7, 0, 950).unwrap()
    }

    fn cell(point: &GeoPoint, resolution: u8) -> GridCell {
        GridCell::around(point, Resolution::try_from(resolution).unwrap()).unwrap()
    }

    /// A grid of points, poles and antimeridian among them.
    fn points() -> impl Iterator<Item = GeoPoint> {
        let lats = (-9_i32..=9).map(|n| n * 100_000_000 - n.signum() * 1_234_567);
        lats.flat_map(|lat| (-18..18).map(move |n| point(lat, n * 100_000_000 + 7_654_321)))
            .chain([point(900_000_000, 0), point(-900_000_000, 0)])
            .chain([point(1, -1_800_000_000), point(1, 1_799_999_999)])
    }

    #[test]
    fn cells_of_one_point_are_never_apart() {
        for at in points() {
            for coarse in 4..11 {
                for fine in coarse + 1..=11 {
                    let (fine, coarse) = (cell(&at, fine), cell(&at, coarse));
                    assert_ne!(fine.relation_to(coarse), Relation::Apart, "{fine} {coarse}");
                }
            }
        }
    }

    /// uber/h3-py issue 429: the parent at resolution 3 of the cell at 12 is another cell than
    /// the one of the point.
    #[test]
    fn a_cell_may_lie_across_the_border_of_its_points_coarser_cell() {
        let at = point(299_931_100, -813_309_300);
        let (fine, coarse) = (cell(&at, 12), cell(&at, 3));
        assert_ne!(fine.0.parent(Resolution::Three), Some(coarse.0));
        assert_ne!(fine.relation_to(coarse), Relation::Apart);
    }

    #[test]
    fn neighbours_are_apart() {
        for at in points() {
            let cell = cell(&at, 6);
            let around: Vec<CellIndex> = cell.0.grid_disk(1);
            for other in around
                .into_iter()
                .map(GridCell)
                .filter(|other| *other != cell)
            {
                assert_eq!(other.relation_to(cell), Relation::Apart);
            }
        }
    }

    #[test]
    fn cells_of_distant_points_are_apart() {
        let (paris, tokyo) = (
            point(488_566_000, 23_522_000),
            point(356_895_000, 1_396_917_000),
        );
        for fine in 5..=11 {
            assert_eq!(
                cell(&tokyo, fine).relation_to(cell(&paris, 4)),
                Relation::Apart
            );
        }
    }

    #[test]
    fn a_cell_holds_its_own_points_and_no_neighbour_of_them() {
        for at in points() {
            for resolution in 0..=15 {
                assert!(cell(&at, resolution).holds(&at));
            }
        }
        assert!(!cell(&point(0, 0), 5).holds(&point(0, 100_000_000)));
    }

    #[test]
    fn reach_encloses_the_distance_of_every_point() {
        let from = point(488_583_700, 22_944_800);
        for at in points() {
            let cell = cell(&at, 6);
            let reach = cell.reach(&from).unwrap();
            let distance = distance_mm(&from, &at);
            assert!(reach.at_least <= distance && distance <= reach.at_most);
        }
        assert_eq!(cell(&from, 9).reach(&from).unwrap().at_least, 0);
    }

    #[test]
    fn bounds_hold_every_sample() {
        for at in points() {
            for resolution in [4, 7] {
                let cell = cell(&at, resolution);
                let ((south, west), (north, east)) = cell.bounds().unwrap();
                let samples = cell.samples();
                assert!(samples.len() > 250, "{}", samples.len());
                for sample in samples {
                    // Edges are arcs: they bulge past the corners by less than this.
                    let slack = 2_000_000;
                    let lat = sample.lat_e7();
                    assert!(south - slack <= lat && lat <= north + slack);
                    let lon = sample.lon_e7();
                    let in_box = match west <= east {
                        true => (west..=east).contains(&lon),
                        false => lon >= west || lon <= east,
                    };
                    let near = |edge: i32| (i64::from(lon) - i64::from(edge)).abs() < 20_000_000;
                    assert!(in_box || near(west) || near(east), "{cell} {lon}");
                }
            }
        }
    }

    #[test]
    fn reads_only_cells_that_exist() {
        assert_eq!(GridCell::parse("851fb467fffffff").unwrap().resolution(), 5);
        assert_eq!(
            GridCell::parse("0851FB467fffffff"),
            GridCell::parse("851fb467fffffff")
        );
        for text in [
            "",
            "0",
            "-851fb467fffffff",
            "0x851fb467fffffff",
            "85ffffffffffffff",
        ] {
            assert_eq!(GridCell::parse(text), None, "{text}");
        }
        // Base cell 127 does not exist; mode and reserved bits are right.
        assert!(CellClaim::new(0x085f_ffff_ffff_ffff, 1_000).is_ok());
        assert_eq!(GridCell::new(0x085f_ffff_ffff_ffff), None);
    }
}
