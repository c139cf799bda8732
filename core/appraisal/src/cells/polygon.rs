//! [`Polygon`]: a cell on the plane of a [`Frame`].

use h3o::Boundary;

use super::disc::{Frame, Planar};

/// A cell with straight sides on the plane; the point that the plane touches is in it.
#[derive(Clone, Debug)]
pub(super) struct Polygon {
    sides: Vec<(Planar, Planar)>,
}

impl Polygon {
    pub(super) fn new(frame: &Frame, boundary: &Boundary) -> Self {
        let corners = || boundary.iter().map(|corner| frame.project(*corner));
        let next = corners().cycle().skip(1);
        Self {
            sides: corners().zip(next).collect(),
        }
    }

    /// Distance of the nearest side from the point that the plane touches.
    pub(super) fn clearance(&self) -> f64 {
        let distances = self.sides.iter().map(distance_of_origin);
        distances.fold(f64::INFINITY, f64::min)
    }

    /// How many of the samples lie in the cell. They come from the middle outwards.
    pub(super) fn count(&self, samples: &[Planar]) -> u16 {
        let clearance = self.clearance();
        let farthest = self.sides.iter().map(|(corner, _)| corner.radius());
        let farthest = farthest.fold(0.0, f64::max);
        let mut count = 0;
        for sample in samples {
            let radius = sample.radius();
            if radius > farthest {
                break;
            }
            if radius < clearance || self.holds(*sample) {
                count += 1;
            }
        }
        count
    }

    /// Whether a half line to the east crosses an odd number of sides.
    pub(super) fn holds(&self, at: Planar) -> bool {
        let crosses = |(from, to): &&(Planar, Planar)| {
            if (from.y > at.y) == (to.y > at.y) {
                return false;
            }
            let turn = (to.x - from.x) * (at.y - from.y) - (at.x - from.x) * (to.y - from.y);
            (turn > 0.0) == (to.y > from.y)
        };
        self.sides.iter().filter(crosses).count() % 2 == 1
    }
}

/// Distance of a line segment from (0, 0).
fn distance_of_origin((from, to): &(Planar, Planar)) -> f64 {
    let (x, y) = (to.x - from.x, to.y - from.y);
    let along = -(from.x * x + from.y * y) / (x * x + y * y);
    // A side without length has no direction; its corner will do.
    let along = if along.is_nan() {
        0.0
    } else {
        along.clamp(0.0, 1.0)
    };
    let nearest = Planar {
        x: from.x + along * x,
        y: from.y + along * y,
    };
    nearest.radius()
}
