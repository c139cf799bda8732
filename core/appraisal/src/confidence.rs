//! [`Confidence`]: how much probability a radius holds, and from one to another.

use meridian_wire::loc::error::LocError;
use meridian_wire::loc::point::GeoPoint;

use crate::rounding;

/// How much of the probability a disc of a stated radius holds, in millionths: 0.001 to 0.999999.
///
/// The sources of positions mean different things by 'accuracy'. To compare them, a radius is
/// converted as that of a circular Gaussian: `r_q = r_p * sqrt(ln(1-q) / ln(1-p))`. That the error
/// of a position is Gaussian and circular is assumed, never checked.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Confidence(u32);

impl Confidence {
    /// What every radius in a claim is converted to.
    pub const CLAIM: Self = Self(950_000);
    /// `accuracy` of the W3C Geolocation API and of EAT (RFC 9711).
    pub const W3C: Self = Self(950_000);
    /// `Location.getAccuracy` of Android.
    pub const ANDROID: Self = Self(680_000);
    /// `CLLocation.horizontalAccuracy` of Apple: root mean square, 1 - 1/e.
    pub const IOS: Self = Self(632_120);
    /// `accuracy_radius` of `MaxMind`'s databases.
    pub const MAXMIND: Self = Self(670_000);

    /// This many permille; `None` outside 1 to 999.
    #[must_use]
    pub fn new(permille: u16) -> Option<Self> {
        let in_range = (1..=999).contains(&permille);
        in_range.then(|| Self(u32::from(permille) * 1_000))
    }

    /// A fraction of one, rounded down to millionths: the radius then becomes no smaller. `None`
    /// for what is no number, below 0.001, or 1 and above.
    #[must_use]
    pub fn from_fraction(fraction: f64) -> Option<Self> {
        // 0.57 * 1e6 is a little less than 570,000.
        const SLACK: f64 = 1e-6;
        if !(0.001..1.0).contains(&fraction) {
            return None;
        }
        let millionths = rounding::down(fraction * 1e6 + SLACK)?;
        u32::try_from(millionths.min(999_999)).ok().map(Self)
    }

    /// The permille, rounded down.
    #[must_use]
    pub fn permille(self) -> u16 {
        u16::try_from(self.0 / 1_000).unwrap_or(999)
    }

    /// The radius that holds `self`, from one that holds `from`; in the same unit, rounded up.
    /// `None` beyond 2^53.
    #[must_use]
    pub fn convert(self, radius: u64, from: Self) -> Option<u64> {
        if self == from {
            return Some(radius);
        }
        rounding::up(rounding::float(radius) * self.factor(from))
    }

    /// What a radius that holds `from` is multiplied by.
    fn factor(self, from: Self) -> f64 {
        (self.ln_outside() / from.ln_outside()).sqrt()
    }

    /// Logarithm of the probability outside. `libm` is one code for every platform: whoever
    /// appraises again gets the same octets.
    fn ln_outside(self) -> f64 {
        libm::log(f64::from(1_000_000 - self.0) / 1e6)
    }
}

/// The point with its radius converted to [`Confidence::CLAIM`].
///
/// # Errors
///
/// [`LocError::OutOfRange`] if the disc then passes once around the Earth.
pub fn to_claim(point: &GeoPoint) -> Result<GeoPoint, LocError> {
    let from = Confidence(u32::from(point.confidence()) * 1_000);
    in_claim(point.lat_e7(), point.lon_e7(), point.radius_mm(), from)
}

/// A point with a radius that holds `from`, converted to [`Confidence::CLAIM`].
pub(crate) fn in_claim(
    lat_e7: i32,
    lon_e7: i32,
    radius_mm: u64,
    from: Confidence,
) -> Result<GeoPoint, LocError> {
    // Past 2^53 mm is past the range, which the error then names.
    let radius = Confidence::CLAIM.convert(radius_mm, from);
    let radius = radius.unwrap_or(u64::MAX);
    GeoPoint::new(lat_e7, lon_e7, radius, Confidence::CLAIM.permille())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn permille(value: u16) -> Confidence {
        Confidence::new(value).unwrap()
    }

    #[test]
    fn the_published_factors() {
        let cases = [
            (Confidence::ANDROID, 950, 1.6215),
            (Confidence::MAXMIND, 950, 1.6438),
            (Confidence::IOS, 950, 1.7308),
            (Confidence::W3C, 990, 1.2399),
        ];
        for (from, to, factor) in cases {
            let found = permille(to).factor(from);
            assert!((found - factor).abs() < 0.000_05, "{from:?}: {found}");
        }
    }

    #[test]
    fn an_accuracy_of_ten_metres_in_each_dialect() {
        let in_claim = |from| Confidence::CLAIM.convert(10_000, from).unwrap();
        assert_eq!(in_claim(Confidence::W3C), 10_000);
        assert_eq!(in_claim(Confidence::ANDROID), 16_215);
        assert_eq!(in_claim(Confidence::MAXMIND), 16_439);
        assert_eq!(in_claim(Confidence::IOS), 17_309);
    }

    #[test]
    fn certainty_and_impossibility_are_no_confidence() {
        assert_eq!(Confidence::new(0), None);
        assert_eq!(Confidence::new(1_000), None);
        for fraction in [0.0, 0.000_9, 1.0, 95.0, -0.5, f64::NAN, f64::INFINITY] {
            assert_eq!(Confidence::from_fraction(fraction), None, "{fraction}");
        }
    }

    #[test]
    fn a_fraction_is_rounded_down_and_every_permille_is_hit() {
        assert_eq!(
            Confidence::from_fraction(0.950_000_9),
            Some(Confidence::CLAIM)
        );
        assert_eq!(
            Confidence::from_fraction(0.999_999_9),
            Some(Confidence(999_999))
        );
        assert_eq!(Confidence::from_fraction(0.999_9).unwrap().permille(), 999);
        for value in 1..1_000 {
            let fraction = f64::from(value) / 1_000.0;
            assert_eq!(Confidence::from_fraction(fraction), Confidence::new(value));
        }
    }

    #[test]
    fn a_radius_past_the_earth_is_refused() {
        let widest = GeoPoint::new(0, 0, 40_075_017_000, 680).unwrap();
        let field = "radius";
        let refused = to_claim(&widest).unwrap_err();
        assert!(matches!(refused, LocError::OutOfRange { field: f, .. } if f == field));
        assert_eq!(Confidence::CLAIM.convert(u64::MAX, Confidence::IOS), None);
    }

    proptest! {
        #[test]
        fn more_confidence_never_has_a_smaller_radius(
            radius in 0_u64..40_075_017_000, from in 1_u16..1_000, one in 1_u16..1_000, two in 1_u16..1_000,
        ) {
            let from = permille(from);
            let (less, more) = (permille(one.min(two)), permille(one.max(two)));
            prop_assert!(less.convert(radius, from) <= more.convert(radius, from));
        }

        #[test]
        fn a_larger_radius_stays_larger(
            one in 0_u64..40_075_017_000, two in 0_u64..40_075_017_000, from in 1_u16..1_000, to in 1_u16..1_000,
        ) {
            let convert = |radius| permille(to).convert(radius, permille(from));
            prop_assert!(convert(one.min(two)) <= convert(one.max(two)));
        }

        /// There and back is no smaller, and at most the two roundings larger.
        #[test]
        fn there_and_back_rounds_up_only(radius in 0_u64..40_075_017_000, from in 1_u16..1_000, to in 1_u16..1_000) {
            let (from, to) = (permille(from), permille(to));
            let there = to.convert(radius, from).unwrap();
            let back = from.convert(there, to).unwrap();
            let most = rounding::up(2.0 + from.factor(to)).unwrap();
            prop_assert!(back + 1 >= radius, "{back} {radius}");
            prop_assert!(back <= radius + most, "{back} {radius}");
        }
    }
}
