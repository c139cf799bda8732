//! [`Disc`]: the confidence disc around a point, on the plane that touches the sphere there.

use std::sync::LazyLock;

use h3o::LatLng;

/// Samples of a disc.
pub(super) const SAMPLES: u16 = 1_024;

/// Radius of the sphere that H3 works on, in millimetres.
const RADIUS_MM: f64 = 6_371_007_180.918_475;

/// The golden angle: π(3 - √5). Multiples of it fill a circle evenly, however many there are.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653_3;

/// A point of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Planar {
    /// To the east.
    pub(super) x: f64,
    /// To the north.
    pub(super) y: f64,
}

impl Planar {
    pub(super) fn radius(self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }
}

/// Where samples lie, whatever the disc: root of the share of the area, and direction.
struct Spoke {
    root: f64,
    sin: f64,
    cos: f64,
}

static SPOKES: LazyLock<Vec<Spoke>> = LazyLock::new(|| {
    let spoke = |number: u16| {
        let number = f64::from(number);
        // `libm` is one code for every platform: the same masses everywhere.
        let (sin, cos) = libm::sincos(number * GOLDEN_ANGLE);
        Spoke {
            root: ((number + 0.5) / f64::from(SAMPLES)).sqrt(),
            sin,
            cos,
        }
    };
    (0..SAMPLES).map(spoke).collect()
});

/// East, north and up at a point of the sphere.
///
/// The gnomonic projection from the centre of the sphere onto the plane that touches it makes
/// great circles, which the sides of cells are, straight lines, and the disc a disc.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    east: [f64; 3],
    north: [f64; 3],
    up: [f64; 3],
}

impl Frame {
    pub(super) fn new(at: LatLng) -> Self {
        let (sin_lat, cos_lat) = libm::sincos(at.lat_radians());
        let (sin_lon, cos_lon) = libm::sincos(at.lng_radians());
        Self {
            east: [-sin_lon, cos_lon, 0.0],
            north: [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
            up: vector(at),
        }
    }

    /// A point of the same half of the sphere on the plane.
    pub(super) fn project(&self, at: LatLng) -> Planar {
        let [east, north, up] = [self.east, self.north, self.up];
        let other = vector(at);
        let height = dot(up, other);
        Planar {
            x: dot(east, other) / height,
            y: dot(north, other) / height,
        }
    }

    /// The point of the sphere behind a point of the plane.
    #[cfg(test)]
    pub(super) fn unproject(&self, at: Planar) -> LatLng {
        let axis = |i: usize| self.up[i] + self.east[i] * at.x + self.north[i] * at.y;
        let (x, y, z) = (axis(0), axis(1), axis(2));
        LatLng::from_radians(z.atan2(x.hypot(y)), y.atan2(x)).unwrap()
    }
}

fn vector(at: LatLng) -> [f64; 3] {
    let (sin_lat, cos_lat) = libm::sincos(at.lat_radians());
    let (sin_lon, cos_lon) = libm::sincos(at.lng_radians());
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

fn dot([a, b, c]: [f64; 3], [x, y, z]: [f64; 3]) -> f64 {
    a * x + b * y + c * z
}

/// A confidence disc.
#[derive(Clone, Copy, Debug)]
pub(super) struct Disc {
    frame: Frame,
    /// Sine of half the radius, as an angle.
    sin_half: f64,
}

impl Disc {
    pub(super) fn new(at: LatLng, radius_mm: u64) -> Self {
        let radius = crate::rounding::float(radius_mm) / RADIUS_MM;
        Self {
            frame: Frame::new(at),
            // More than half a turn is everywhere.
            sin_half: libm::sin(radius.min(std::f64::consts::PI) / 2.0),
        }
    }

    pub(super) const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Radius on the plane; infinite from a quarter of a turn on.
    pub(super) fn reach(&self) -> f64 {
        tangent(self.sin_half)
    }

    /// The samples from the middle outwards. Those beyond the horizon are left out: no cell is
    /// there.
    pub(super) fn samples(&self) -> Vec<Planar> {
        let sample = |spoke: &Spoke| {
            let reach = tangent(self.sin_half * spoke.root);
            Planar {
                x: reach * spoke.sin,
                y: reach * spoke.cos,
            }
        };
        let seen = |planar: &Planar| planar.x.is_finite() && planar.y.is_finite();
        SPOKES.iter().map(sample).take_while(seen).collect()
    }
}

/// tan(c) from sin(c/2); infinite from a right angle on.
fn tangent(sin_half: f64) -> f64 {
    let square = sin_half * sin_half;
    let cos = 1.0 - 2.0 * square;
    if cos <= 0.0 {
        return f64::INFINITY;
    }
    2.0 * sin_half * (1.0 - square).sqrt() / cos
}
