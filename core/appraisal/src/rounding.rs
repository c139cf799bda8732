//! Between floats and integers: nowhere else in this crate does one become the other.

/// Integers up to here are floats without loss: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Rounded up; `None` for what is negative, no number, or too large to be exact.
pub(crate) fn up(value: f64) -> Option<u64> {
    natural(value.ceil())
}

/// Rounded down; `None` for what is negative, no number, or too large to be exact.
pub(crate) fn down(value: f64) -> Option<u64> {
    natural(value.floor())
}

/// The nearest integer, halves away from zero; `None` for what is no number or not an `i32`.
pub(crate) fn nearest(value: f64) -> Option<i32> {
    let rounded = value.round();
    (f64::from(i32::MIN)..=f64::from(i32::MAX))
        .contains(&rounded)
        .then(|| integer(rounded))
}

/// `value` as a float, to the nearest.
#[expect(
    clippy::as_conversions,
    reason = "std has no other conversion from u64 to f64; it rounds to the nearest"
)]
pub(crate) const fn float(value: u64) -> f64 {
    value as f64
}

#[expect(
    clippy::as_conversions,
    reason = "std has no other conversion from f64 to u64; the value is whole and in range"
)]
fn natural(whole: f64) -> Option<u64> {
    (0.0..=EXACT).contains(&whole).then_some(whole as u64)
}

#[expect(
    clippy::as_conversions,
    reason = "std has no other conversion from f64 to i32; the value is whole and in range"
)]
const fn integer(whole: f64) -> i32 {
    whole as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_number_has_no_integer() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!((up(value), down(value)), (None, None));
            assert_eq!(nearest(value), None);
        }
        assert_eq!((up(-1.0), down(-0.1)), (None, None));
        assert_eq!((up(-0.1), up(-0.0)), (Some(0), Some(0)));
        assert_eq!((up(EXACT), up(EXACT * 2.0)), (Some(1 << 53), None));
        assert_eq!(nearest(2_147_483_647.5), None);
    }

    #[test]
    fn a_half_is_rounded_away_from_zero() {
        let rounded = [0.5, -0.5, 1.49, -2.5].map(nearest);
        assert_eq!(rounded, [Some(1), Some(-1), Some(1), Some(-3)]);
    }

    proptest! {
        #[test]
        fn up_and_down_enclose_the_value(value in 0.0..1e15_f64) {
            let (down, up) = (down(value).unwrap(), up(value).unwrap());
            prop_assert!(float(down) <= value && value <= float(up));
            prop_assert!(up - down <= 1);
        }
    }
}
